"""Where responses stand, as rows for people, and what they add up to. Kinds of closing are never merged."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from wardround.core.alerts import Applicability, Closing, Deadline, Facts, Standing, State
from wardround.core.triage import Policy, policy
from wardround.hub.alerts.facts import issued, standings_of
from wardround.hub.alerts.models import Alert, Response, Revision
from wardround.hub.organisations.access import Access
from wardround.hub.pages.times import last_day, span
from wardround.hub.pages.wording import CLOCKS, CLOSING_NAMES, CLOSINGS, STATES, Tag

FAR = datetime.max.replace(tzinfo=UTC)
SOON = timedelta(days=1)


@dataclass(frozen=True)
class Row:
    """One organisation's response, with everything that a list needs."""

    response: Response
    facts: Facts
    standing: Standing
    now: datetime

    @property
    def closed(self) -> bool:
        """Whether nothing is left to do."""
        return self.standing.state in (State.CLOSED, State.WITHDRAWN)

    @property
    def closing(self) -> Closing | None:
        """The kind that it is closed as."""
        return self.standing.gate.closing if self.standing.state is State.CLOSED else None

    @property
    def state(self) -> Tag:
        """The state in full, as a tag."""
        return CLOSINGS[self.closing] if self.closing else STATES[self.standing.state]

    @cached_property
    def acknowledged_at(self) -> datetime | None:
        """When somebody acknowledged the revision that asks for it; None while nobody has."""
        if self.standing.state is State.ISSUED:
            return None
        return max((a.at for a in self.facts.acknowledgements if a.at <= self.now), default=None)

    @cached_property
    def answer(self) -> str:
        """What a person last said about applicability; empty before anybody did."""
        said = [c for c in self.facts.confirmations if c.at <= self.now]
        return max(said, key=lambda c: c.at).answer if said else ""

    @cached_property
    def overdue(self) -> list[Deadline]:
        """The clocks that have run out."""
        return [] if self.closed else [d for d in self.standing.deadlines if d.overdue(self.now)]

    @cached_property
    def clock(self) -> Deadline | None:
        """The clock that matters now: the one longest overdue, else the next to run out."""
        waiting = [] if self.closed else [d for d in self.standing.deadlines if not d.met]
        return min(waiting, key=lambda d: (not d.overdue(self.now), d.at), default=None)

    @property
    def clock_tag(self) -> Tag | None:
        """That clock in words."""
        clock = self.clock
        if clock is None:
            return None
        name = CLOCKS[clock.name]
        if clock.overdue(self.now):
            return Tag(f"overdue: {name}, {span(self.now - clock.at)}", "red")
        if clock.at < self.now:
            return Tag(f"{name} date has passed, on an assumption", "orange")
        assumed = " (assumed)" if clock.assumed else ""
        return Tag(f"{name} due in {span(clock.at - self.now)}{assumed}", "orange" if clock.at - self.now < SOON else "white")

    @property
    def silent_since(self) -> datetime | None:
        """When the first revision came that nobody here has acknowledged; None where somebody has."""
        if self.closed or self.acknowledged_at:
            return None
        answered = max((a.revision for a in self.facts.acknowledgements), default=0)
        return min((r.issued_at for r in self.facts.revisions if r.number > answered), default=None)

    @property
    def window(self) -> str:
        """How much of the window was seen, in words."""
        gate = self.standing.gate
        if gate.hours is not None:
            return f"{gate.hours_seen} of {gate.hours} hours"
        return "not hunted" if any(m.code == "not_hunted" for m in gate.open_because) else "no hunt asked for"

    @property
    def order(self) -> tuple[bool, bool, datetime, str]:
        """Overdue first, the longest first; closed last."""
        clock = self.clock
        return (not self.overdue, self.closed, clock.at if clock else FAR, self.response.organisation.code)


@dataclass(frozen=True)
class Figures:
    """What the responses to one alert add up to at a time, naming nobody."""

    at: datetime
    total: int
    counts: dict[str, int]
    closed_as: dict[str, int]
    silent_since: datetime | None
    decision: str
    due: date | None
    next_clock: datetime | None


@dataclass(frozen=True)
class Tally:
    """One alert across organisations, in figures alone."""

    alert: Alert
    revision: Revision
    now: datetime
    figures: Figures

    @property
    def total(self) -> int:
        """How many organisations were asked."""
        return self.figures.total

    @property
    def counts(self) -> dict[str, int]:
        """How many rows each filter of `SHOWN` holds."""
        return self.figures.counts

    @property
    def decision(self) -> str:
        """The strictest decision among the organisations, those on known inputs before those assumed."""
        return self.figures.decision

    @property
    def closings(self) -> list[tuple[str, str, int]]:
        """Key, words and number of each kind of closing that occurs."""
        counted = self.figures.closed_as
        return [(kind, words, counted[kind]) for kind, words in CLOSING_NAMES.items() if counted.get(kind)]

    @property
    def silence(self) -> str:
        """The longest that an organisation has been silent."""
        return span(self.now - self.figures.silent_since) if self.figures.silent_since else ""

    @property
    def due_day(self) -> str:
        """The earliest day by which an organisation has to be done, by known inputs."""
        return last_day(self.figures.due, now=self.now) if self.figures.due else ""

    @property
    def needs_centre(self) -> list[Revision]:
        """Drafts that wait for a person at the centre."""
        return [r for r in self.alert.revisions.all() if r.issued_at is None]

    def bar(self) -> list[tuple[str, str, float, float]]:
        """Parts of the bar: class, words, start and width in percent. They add up to all organisations."""
        parts = (
            ("closed", "closed", "closed"),
            ("applies", "applies, open", "applies_open"),
            ("rest", "acknowledged, no answer that settles it yet", "answering"),
            ("silent", "not acknowledged", "silent"),
        )
        drawn, start = [], 0.0
        for kind, words, name in parts:
            width = 100 * self.counts[name] / max(self.total, 1)
            drawn.append((kind, f"{words}: {self.counts[name]}", round(start, 2), round(width, 2)))
            start += width
        return drawn


@dataclass(frozen=True)
class Progress(Tally):
    """One alert across organisations, with their rows."""

    rows: list[Row]

    def shown(self, name: str) -> list[Row]:
        """The rows of one filter, overdue first."""
        return [row for row in self.rows if SHOWN[name][1](row)]


def _progress(alert: Alert, revision: Revision, rows: list[Row], now: datetime) -> Progress:
    return Progress(alert, revision, now, _figures(revision, rows, now), rows)


def _figures(revision: Revision, rows: list[Row], now: datetime) -> Figures:
    table = policy(revision.policy)
    worst = max((row for row in rows if row.facts.decision), key=lambda row: _strictness(row, table), default=None)
    due = [f.due for f in (r.facts.decision for r in rows) if f and f.due and not f.assumed]
    clocks = [d.at for row in rows if not row.closed for d in row.standing.deadlines if not d.met and d.at > now]
    return Figures(
        at=now,
        total=len(rows),
        counts={name: sum(map(holds, rows)) for name, (_, holds) in SHOWN.items()},
        closed_as={str(kind): number for kind, number in Counter(row.closing for row in rows if row.closing).items()},
        silent_since=min((row.silent_since for row in rows if row.silent_since), default=None),
        decision=decision_words(worst, revision) if worst else "",
        due=min(due, default=None),
        next_clock=min(clocks, default=None),
    )


def _strictness(row: Row, table: Policy) -> tuple[bool, int]:
    made = row.facts.decision
    return (not made.assumed, table.rank(made.key)) if made else (False, -1)


def decision_words(row: Row, revision: Revision) -> str:
    """The decision of one response in the policy's own words; empty where there is none."""
    made, table = row.facts.decision, policy(revision.policy)
    return table.outcomes[table.rank(made.key)].name if made else ""


def _applies_open(row: Row) -> bool:
    return not row.closed and row.acknowledged_at is not None and row.answer == Applicability.APPLIES


def _closed_as(kind: Closing) -> Callable[[Row], bool]:
    return lambda row: row.closing is kind


SHOWN: dict[str, tuple[str, Callable[[Row], bool]]] = {
    "all": ("all", lambda row: True),
    "overdue": ("overdue", lambda row: bool(row.overdue)),
    "acknowledged": ("acknowledged", lambda row: row.acknowledged_at is not None),
    "silent": ("not acknowledged", lambda row: row.acknowledged_at is None and not row.closed),
    "applies": ("applies", lambda row: row.answer == Applicability.APPLIES),
    "does_not_apply": ("does not apply", lambda row: row.answer == Applicability.DOES_NOT_APPLY),
    "not_yet_known": ("not yet known", lambda row: row.answer in ("", Applicability.NOT_YET_KNOWN)),
    "applies_open": ("applies, open", _applies_open),
    "answering": (
        "acknowledged, no answer that settles it yet",
        lambda row: not (row.closed or _applies_open(row)) and row.acknowledged_at is not None,
    ),
    "open": ("open", lambda row: not row.closed),
    "closed": ("closed", lambda row: row.closed),
    **{f"closed_{kind}": (f"closed: {words}", _closed_as(Closing(kind))) for kind, words in CLOSING_NAMES.items()},
}


def rows_of(alert: Alert, *, access: Access, now: datetime) -> list[Row]:
    """The responses to one alert that somebody may see, overdue first."""
    responses = list(Response.objects.within(access).filter(alert=alert).select_related("organisation", "alert"))
    return _rows([(alert, responses)], now=now)[alert.pk]


def _rows(asked: list[tuple[Alert, list[Response]]], *, now: datetime) -> dict[int, list[Row]]:
    found = standings_of(asked, at=now)
    rows = {alert.pk: [Row(r, *found[r.pk], now) for r in responses] for alert, responses in asked}
    return {key: sorted(those, key=lambda row: row.order) for key, those in rows.items()}


def progress_of_all(alerts: Iterable[Alert], *, responses: Iterable[Response], now: datetime) -> list[Progress]:
    """Each of these alerts that was issued, across those of its responses that are given."""
    by_alert: dict[int, list[Response]] = {}
    for response in responses:
        by_alert.setdefault(response.alert_id, []).append(response)
    known = [(a, by_alert.get(a.pk, [])) for a in alerts if issued(a)]
    rows = _rows(known, now=now)
    return [_progress(a, issued(a)[-1], rows[a.pk], now) for a, _ in known]


def progress_of(alert: Alert, *, access: Access, now: datetime) -> Progress | None:
    """One alert across the organisations that somebody may see; None before its first revision was issued."""
    revisions = issued(alert)
    return _progress(alert, revisions[-1], rows_of(alert, access=access, now=now), now) if revisions else None


def overall(found: Iterable[Tally]) -> Mapping[str, int]:
    """What the centre has to look at, over all alerts."""
    every = list(found)
    return {
        "overdue": sum(p.counts["overdue"] for p in every),
        "drafts": sum(len(p.needs_centre) for p in every),
    }
