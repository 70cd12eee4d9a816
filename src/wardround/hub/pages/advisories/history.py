"""How urgent an advisory became, day by day, as its inputs were stated."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from wardround.core import triage
from wardround.core.advisories import Advisory
from wardround.core.vocab import WardroundError, end_of_day
from wardround.hub.advisories.reading import statements

POLICY = "bod-26-04"
MOST_DAYS = 40
NAMES = {
    "ssvc.exploitation": "SSVC exploitation",
    "ssvc.automatable": "SSVC automatable",
    "ssvc.technical_impact": "SSVC technical impact",
    "kev": "in the catalogue of known exploited vulnerabilities",
    "epss": "EPSS (exploited anywhere within 30 days)",
    "cvss": "CVSS base score",
}


@dataclass(frozen=True)
class Day:
    """A day on which something was stated, and the decision for an exposed and an unexposed asset by its end."""

    day: date
    news: list[str]
    exposed: triage.Decision
    inside: triage.Decision
    changed: bool


def decisions(advisory: Advisory, *, at: datetime) -> list[Day]:
    """The days on which anything but a score was stated, oldest first, each with its decisions."""
    news: dict[date, list[str]] = {advisory.published.astimezone(UTC).date(): ["published"]}
    for s in advisory.stated:
        if s.key not in ("epss",) and s.stated_at <= at:
            news.setdefault(s.stated_at.astimezone(UTC).date(), []).append(f"{NAMES.get(s.key, s.key)}: {s.value} ({s.source})")
    found: list[Day] = []
    table = triage.policy(POLICY)
    with statements() as store:
        for day in sorted(news)[-MOST_DAYS:]:
            until = min(end_of_day(day), at)
            then = store.advisory(advisory.cve, at=until)
            if then is None:
                continue
            try:
                exposed, inside = (triage.decide(table, advisory=then, exposed=e, at=until) for e in (True, False))
            except WardroundError:
                continue
            changed = not found or found[-1].exposed.decision != exposed.decision or found[-1].inside.decision != inside.decision
            found.append(Day(day, news[day], exposed, inside, changed))
    return found


def scores(advisory: Advisory) -> list[tuple[date, float]]:
    """EPSS by day, oldest first."""
    return [(s.stated_at.astimezone(UTC).date(), float(s.value)) for s in advisory.stated if s.key == "epss"]


def drawn(points: list[tuple[date, float]]) -> str:
    """The scores as the points of a line, 0 to 1000 across and 0 to 100 down."""
    if len(points) < 2:
        return ""
    first, last = points[0][0], points[-1][0]
    length = max((last - first).days, 1)
    return " ".join(f"{1000 * (day - first).days / length:.1f},{100 - 100 * score:.1f}" for day, score in points)
