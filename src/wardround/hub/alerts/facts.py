"""Gathering what the gate is told, and where each response stands."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Max

from wardround.core import alerts as core
from wardround.core.hunts import load_pack
from wardround.core.vocab import Verdict
from wardround.core.vocab._times import parse_time
from wardround.hub.alerts.assess import cases_of
from wardround.hub.alerts.models import Alert, Assessment, Response, Revision, Word
from wardround.hub.alerts.words import signed
from wardround.hub.estate.models import Snapshot
from wardround.hub.hunts.models import Detection, Hunt, LogBatch
from wardround.hub.incidents.models import Incident
from wardround.hub.organisations.access import access_to
from wardround.hub.reach import reaching


def issued(alert: Alert) -> list[Revision]:
    """The revisions that were issued, oldest first."""
    return [r for r in alert.revisions.all() if r.issued_at]


def standings(alert: Alert, *, responses: Iterable[Response], at: datetime) -> dict[int, tuple[core.Facts, core.Standing]]:
    """Facts and standing of each of these responses to one alert, by primary key: a fixed number of queries for all."""
    return standings_of([(alert, list(responses))], at=at)


def standings_of(asked: Iterable[tuple[Alert, list[Response]]], *, at: datetime) -> dict[int, tuple[core.Facts, core.Standing]]:
    """The same of several alerts at once, in no more queries."""
    chosen = [(alert, rows) for alert, rows in asked if rows]
    if not chosen:
        return {}
    with reaching(access_to("deriving where a response stands", (r.organisation_id for _, rows in chosen for r in rows))):
        facts = _facts(chosen, at=at)
    return {key: (found, core.standing(found, at=at)) for key, found in facts.items()}


def standing(response: Response, *, at: datetime) -> tuple[core.Facts, core.Standing]:
    """Facts and standing of one response."""
    return standings(response.alert, responses=[response], at=at)[response.pk]


def restated(facts: core.Facts, *, response: Response, at: datetime) -> tuple[core.Facts, core.Standing]:
    """Facts and standing once something more was said on a response, and only said: its words alone are read again."""
    words = Word.unscoped.filter(response=response, at__lte=at).order_by("at", "pk")
    now = replace(facts, **signed(words))
    return now, core.standing(now, at=at)


@dataclass(frozen=True)
class _Asked:
    """What an alert asks at a time."""

    alert: Alert
    revisions: list[Revision]
    current: Revision
    pack: str

    @classmethod
    def by(cls, alert: Alert, *, at: datetime) -> "_Asked":
        revisions = issued(alert)
        current = next((r for r in reversed(revisions) if _moment(r) <= at), revisions[0])
        return cls(alert, revisions, current, load_pack(current.pack).sha256 if current.pack else "")


def _facts(chosen: list[tuple[Alert, list[Response]]], *, at: datetime) -> dict[int, core.Facts]:
    rows = [row for _, answers in chosen for row in answers]
    asks = {alert.pk: _Asked.by(alert, at=at) for alert, _ in chosen}
    keys = [r.pk for r in rows]
    codes = [r.public_id for r in rows]
    organisations = [r.organisation_id for r in rows]
    words = _grouped(Word.unscoped.filter(response__in=keys, at__lte=at).order_by("at", "pk"), "response_id")
    made = Assessment.unscoped.filter(response__in=keys, at__lte=at).values("response").annotate(last=Max("pk")).values("last")
    latest = {a.response_id: a for a in Assessment.unscoped.filter(pk__in=made)}
    hunts = _grouped(Hunt.unscoped.filter(response__in=codes, at__lte=at).prefetch_related("batches"), "response")
    found = _grouped(Detection.unscoped.filter(response__in=codes, hunt__at__lte=at) if hunts else (), "response")
    incidents = _grouped(Incident.unscoped.filter(response__in=codes, opened_at__lte=at), "response")
    searched = hunts or any(asked.pack for asked in asks.values())
    logs = LogBatch.unscoped.filter(organisation__in=organisations, added_at__lte=at) if searched else ()
    batches = _grouped(logs, "organisation_id")
    classes = {asked.current.product_class for asked in asks.values()}
    sees = {name: _visibility(organisations, name, at) for name in classes}

    def of(row: Response) -> core.Facts:
        asked = asks[row.alert_id]
        assessment = latest.get(row.pk)
        cases = cases_of(assessment) if assessment else ()
        hosts = _hunted_names(assessment)
        kept = [b for b in batches[row.organisation_id] if b.host.casefold() in hosts and not b.removed_at]
        last = max(hunts[row.public_id], key=lambda h: h.at, default=None)
        # What went under the rules of retention can be searched by no newer rule and beside no later log: that run stands.
        final = last is not None and any(b.removed_at for b in last.batches.all())
        return core.Facts(
            product_class=asked.current.product_class,
            revisions=tuple(core.Revision(r.number, _moment(r), r.material) for r in asked.revisions),
            assessed_at=assessment.at if assessment else None,
            assets=cases,
            decision=_decision(assessment),
            visibility=sees[asked.current.product_class][row.organisation_id],
            window_since=assessment.window_since if assessment else None,
            pack=last.pack_hash if last and final and asked.pack else asked.pack,
            logs=frozenset(b.sha256 for b in kept if not final),
            withdrawn_at=asked.alert.withdrawn_at,
            hunts=tuple(_hunt(h) for h in hunts[row.public_id]),
            detections=tuple(core.DetectionFound(d.key, d.rule, d.host, d.phase == "scan") for d in found[row.public_id]),
            incidents=tuple(core.IncidentFact(i.reference, i.opened_at, i.closed_at) for i in incidents[row.public_id]),
            **signed(words[row.pk]),
        )

    return {row.pk: of(row) for row in rows}


def _hunted_names(assessment: Assessment | None) -> set[str]:
    """Every name that the log of an asset to hunt may go by, as `HostToHunt` takes them."""
    stood = [c for c in (assessment.cases if assessment else ()) if any(Verdict(s["verdict"]).open for s in c["sightings"])]
    return {name.casefold() for case in stood for name in (case["asset"], case["hostname"]) if name}


def _grouped(rows: Iterable[Any], key: str) -> dict[Any, list[Any]]:
    groups: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, key)].append(row)
    return groups


def _moment(revision: Revision) -> datetime:
    if revision.issued_at is None:
        raise ValueError(f"revision {revision.number} was not issued")
    return revision.issued_at


def _decision(assessment: Assessment | None) -> core.DecisionFact | None:
    if assessment is None or assessment.decision is None:
        return None
    d = assessment.decision
    due = d["due_known"] or d["due"]
    return core.DecisionFact(
        key=d["decision"],
        forensic_triage=any(c["decision"]["forensic_triage"] for c in assessment.cases),
        due=date.fromisoformat(due) if due else None,
        assumed=bool(d["assumed"]) and not d["due_known"],
        at=assessment.at,
    )


def _hunt(hunt: Hunt) -> core.HuntDone:
    return core.HuntDone(
        id=str(hunt.public_id),
        at=hunt.at,
        pack=hunt.pack_hash,
        hosts=tuple(
            core.HostSearch(
                asset_id=h["host"],
                since=parse_time(h["since"]),
                until=parse_time(h["until"]),
                seen=h["seen"],
                hours=h["hours"],
                could_have_been_altered=h["could_have_been_altered"],
                rules_not_run=tuple(h["rules_not_run"]),
                seen_until_fix=h.get("seen_until_fix"),
                hours_until_fix=h.get("hours_until_fix"),
                events=h["events"],
                unparsed=h["unparsed"],
                unread=len(h.get("unread", ())),
            )
            for h in hunt.hosts
        ),
        logs=frozenset(b.sha256 for b in hunt.batches.all()),
    )


def _visibility(organisations: list[int], product_class: str, at: datetime) -> dict[int, tuple[core.Visibility, ...]]:
    columns = ("organisation_id", "source__name", "taken_at", "sees", "shrunk_from", "confirmed_at")
    rows = Snapshot.unscoped.filter(organisation__in=organisations, taken_at__lte=at, imported_at__lte=at)
    newest: dict[int, dict[str, core.Visibility]] = defaultdict(dict)
    for organisation, source, taken_at, sees, shrunk, confirmed in rows.order_by("taken_at", "pk").values_list(*columns):
        if product_class in sees and (shrunk is None or (confirmed and confirmed <= at)):
            newest[organisation][source] = core.Visibility(source, taken_at)
    return defaultdict(tuple, {o: tuple(v.values()) for o, v in newest.items()})
