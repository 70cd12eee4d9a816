"""One organisation's response as its people see it: assets, evidence, the window over time, and what was said."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wardround.core.alerts import State
from wardround.core.vocab import Verdict, WardroundError
from wardround.hub.alerts.assess import cases_of, question
from wardround.hub.alerts.hunting import proven_fix
from wardround.hub.alerts.models import Assessment, Response, Revision, Word
from wardround.hub.alerts.words import KINDS
from wardround.hub.hunts.models import Detection, Hunt, LogBatch
from wardround.hub.incidents.models import Incident
from wardround.hub.organisations.access import Access
from wardround.hub.pages.alerts.progress import Row
from wardround.hub.pages.hunts.timeline import Bar, Lane, Mark, Timeline, seen


@dataclass(frozen=True)
class Asset:
    """One asset of a response: `document` is its case as it was assessed."""

    document: Mapping[str, Any]
    fixed_at: datetime | None

    @property
    def id(self) -> str:
        """Its id in the inventory."""
        return str(self.document["asset"])

    @property
    def name(self) -> str:
        """Host name where there is one, with the id."""
        host = self.document["hostname"]
        return f"{host} ({self.id})" if host and host != self.id else self.id

    @property
    def last(self) -> Mapping[str, Any]:
        """The newest sighting."""
        found: Mapping[str, Any] = self.document["sightings"][-1]
        return found

    @property
    def stands_open(self) -> bool:
        """Whether the newest sighting leaves it open."""
        return Verdict(self.last["verdict"]).open

    @property
    def versions(self) -> list[str]:
        """The versions it was seen with, in order, each once."""
        return list(dict.fromkeys(s["version"] or "no version" for s in self.document["sightings"]))


@dataclass(frozen=True)
class Picture:
    """Everything that the page of one response shows. Every row was read within the asker's access."""

    row: Row
    revision: Revision
    assessment: Assessment | None
    assets: list[Asset]
    words: list[Word]
    hunts: list[Hunt]
    detections: list[Detection]
    incidents: list[Incident]
    batches: list[LogBatch]
    timeline: Timeline | None

    @property
    def decision(self) -> Mapping[str, Any] | None:
        """The organisation's decision, as it was kept."""
        return self.assessment.decision if self.assessment else None

    @property
    def clinical(self) -> list[Asset]:
        """The assets with care behind them."""
        return [a for a in self.assets if a.document["clinical"]]

    @property
    def services(self) -> list[str]:
        """What the assets serve, each once."""
        return sorted({a.document["service"] for a in self.assets if a.document["service"]})

    @property
    def unjudged(self) -> int:
        """Detections on which no person has spoken."""
        judged = {w.body["detection"] for w in self.words if w.kind == "judgement"}
        return sum(d.key not in judged for d in self.detections)

    @property
    def history(self) -> list[tuple[Word, str]]:
        """What was said, newest first, each with its kind in words."""
        return [(w, KINDS[w.kind]) for w in reversed(self.words)]

    @property
    def evidence(self) -> int:
        """How many pieces of history and evidence there are."""
        return len(self.words) + len(self.hunts) + len(self.batches)

    def asked_risks(self) -> list[Word]:
        """Risks that somebody asked to have accepted and nobody has accepted since."""
        accepted = [w for w in self.words if w.kind == "risk_acceptance"]
        return [
            w
            for w in self.words
            if w.kind == "risk_asked" and not any(a.body["asset"] == w.body["asset"] and a.at >= w.at for a in accepted)
        ]

    def assumptions(self) -> list[tuple[str, str]]:
        """Assumptions of a *not affected* that nobody has confirmed, each with the reason that it stands in."""
        confirmed = {w.body["key"] for w in self.words if w.kind == "assumption"}
        found = {key: s["reason"] for a in self.assets for s in a.document["sightings"] for key in s["assumptions"]}
        return [(key, f"{key}: {why}") for key, why in sorted(found.items()) if key not in confirmed]


def picture_of(response: Response, *, row: Row, revision: Revision, access: Access, now: datetime) -> Picture:
    """Read one response's rows within access."""

    def of(model: Any, **by: Any) -> list[Any]:
        return list(model.objects.within(access).filter(organisation=response.organisation, **by))

    assessments = Assessment.objects.within(access).filter(response=response, at__lte=now).order_by("at", "pk")
    assessment = assessments.last()
    assets = _assets(assessment)
    names = {n.casefold() for a in assets for n in (a.id, a.document["hostname"]) if n}
    batches = [b for b in of(LogBatch) if b.host.casefold() in names]
    detections = of(Detection, response=response.public_id)
    return Picture(
        row=row,
        revision=revision,
        assessment=assessment,
        assets=assets,
        words=of(Word, response=response),
        hunts=of(Hunt, response=response.public_id),
        detections=detections,
        incidents=of(Incident, response=response.public_id),
        batches=batches,
        timeline=_timeline(revision, assets, batches, detections, row=row, now=now),
    )


def _assets(assessment: Assessment | None) -> list[Asset]:
    if assessment is None:
        return []
    fixes = {case.asset_id: proven_fix(case) for case in cases_of(assessment)}
    found = [Asset(case, fixes[case["asset"]]) for case in assessment.cases]
    return sorted(found, key=lambda a: (not a.stands_open, a.id))


def _timeline(
    revision: Revision,
    assets: Sequence[Asset],
    batches: Sequence[LogBatch],
    detections: Iterable[Detection],
    *,
    row: Row,
    now: datetime,
) -> Timeline | None:
    """From the start of the window until now: the news, and for each asset when it stood open and which logs are here."""
    since = row.facts.window_since
    if since is None or since >= now or not assets:
        return None
    lanes = [Lane("News", marks=_news(revision, row, since, now))]
    hits = list(detections)
    for asset in assets:
        own = [b for b in batches if b.host.casefold() in {asset.id.casefold(), asset.document["hostname"].casefold()}]
        until = asset.fixed_at or now
        bars = [Bar("open", "stood open, or was not decided", since, until)] if asset.fixed_at or asset.stands_open else []
        bars += [Bar("logs", "logs are here", a, b) for a, b in seen(own, within=(since, now))]
        marks = [
            Mark("hit", f"trace found: {d.title}", d.time) for d in hits if d.host == asset.id and d.time and since <= d.time <= now
        ]
        if asset.fixed_at:
            marks.append(Mark("fix", "first snapshot that shows the fix", asset.fixed_at))
        lanes.append(Lane(asset.id, bars, marks))
    return Timeline(since, now, lanes)


def _news(revision: Revision, row: Row, since: datetime, now: datetime) -> list[Mark]:
    marks = []
    with suppress(WardroundError):  # without the feeds the page still says everything else
        asked = question(revision, at=now)
        marks = [Mark("news", f"{a.cve} disclosed", a.published) for a in asked.advisories]
        if asked.exploited_since:
            marks.append(Mark("news", "first known exploitation", asked.exploited_since))
    marks += [Mark("news", f"revision {r.number} issued", r.issued_at) for r in row.facts.revisions]
    return [m for m in sorted(marks, key=lambda m: m.at) if since <= m.at <= now]


def done(row: Row) -> bool:
    """Whether nothing can be said any more: the alert was withdrawn."""
    return row.standing.state is State.WITHDRAWN
