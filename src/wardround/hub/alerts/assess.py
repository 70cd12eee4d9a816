"""Who has it: every snapshot of an organisation since the window began, held against an alert's advisories."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.db import transaction

from wardround.core import triage
from wardround.core.advisories import Advisory
from wardround.core.alerts import AssetCase, Sighting, response_policy
from wardround.core.vocab import Finding, Install, Verdict
from wardround.core.vocab._times import parse_time
from wardround.hub.advisories.matcher import Matcher
from wardround.hub.advisories.reading import aliases, overrides, statements
from wardround.hub.alerts.models import Assessment, Response, Revision
from wardround.hub.estate.models import Snapshot
from wardround.hub.estate.services import installs_of, newest, snapshots
from wardround.hub.organisations.access import Act, access_to, system_access
from wardround.hub.reach import reaching
from wardround.lake.findings import FindingLake

WORST_FIRST = (Verdict.AFFECTED, Verdict.NOT_EVALUABLE, Verdict.UNKNOWN, Verdict.NOT_AFFECTED)


@dataclass(frozen=True)
class Question:
    """What is asked of every organisation's estate: these advisories, by this policy, since then."""

    advisories: tuple[Advisory, ...]
    policy: triage.Policy
    exploited_since: datetime | None
    window_since: datetime | None
    horizon: datetime
    matcher: Matcher
    kev_catalogue: date | None
    digest: str

    def about(self, rows: Iterable[tuple[UUID, bool]]) -> str:
        """A digest of the question and of the snapshots that it is asked of: the same one, the same answer."""
        return _digest([self.digest, [(str(public_id), counts) for public_id, counts in rows]])


def question(revision: Revision, *, at: datetime) -> Question:
    """A revision's advisories as known at `at`, and the window that they open.

    The window starts the policy's margin before the first known exploitation: the earliest of what the revision
    states, an SSVC stamp *active* and a KEV listing. How assets stood is looked at from there or from the margin before
    the alert, whichever is earlier, so that a listing never takes an asset out of sight.
    """
    with statements() as store:
        advisories = tuple(store.advisories(revision.cves, at=at))
        matcher = Matcher(advisories, store=store, overrides=overrides().as_of(at), aliases=aliases().as_of(at))
        released = store.ages()["kev"].stated_at
    exploited = first_exploited(advisories, revision=revision)
    stated = [(a.cve, a.sha256, [(s.key, s.value, s.stated_at.isoformat()) for s in a.stated], _documents(a)) for a in advisories]
    margin = timedelta(days=response_policy().margin_days)
    first = min(r.issued_at for r in revision.alert.revisions.all() if r.issued_at)
    return Question(
        advisories,
        triage.policy(revision.policy),
        exploited,
        exploited - margin if exploited else None,
        min([first - margin, *([exploited - margin] if exploited else [])]),
        matcher,
        released.date() if released else None,
        _digest(
            [
                *(revision.number, revision.policy, str(exploited), stated),
                [(fact.id, fact.date.isoformat()) for fact in matcher.overrides.all],
                [(fact.id, fact.date.isoformat()) for fact in matcher.aliases.all],
            ]
        ),
    )


def _documents(advisory: Advisory) -> list[Any]:
    """What suppliers and distributions say beside the record: a new word of theirs is a reason to look again."""
    return [
        (c.pointer, c.kind, c.source, c.marks, str(c.stated_at), list(c.affected))
        for c in advisory.containers
        if c.kind != "record"
    ]


def first_exploited(advisories: Iterable[Advisory], *, revision: Revision | None = None) -> datetime | None:
    """The earliest sign of exploitation that anybody stated, or None."""
    signs = {("ssvc.exploitation", "active"), ("kev", "yes")}
    stated = [s.stated_at for a in advisories for s in a.stated if (s.key, s.value) in signs]
    if revision and revision.exploited_since:
        stated.append(datetime.combine(revision.exploited_since, time(), UTC))
    return min(stated, default=None)


def _digest(document: Any) -> str:
    return hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()


def is_clinical(install: Install) -> bool:
    """Whether the source calls it a medical device or clinically critical (columns `asset_class`, `clinical`)."""
    asset_class, clinical = (install.extra.get(column, "").strip().casefold() for column in ("asset_class", "clinical"))
    return asset_class.replace(" ", "_") == "medical_device" or clinical in {"yes", "y", "true", "1"}


@dataclass
class _Case:
    """One asset, with what each snapshot said of it, oldest first."""

    asset_id: str
    seen: list[tuple[Snapshot, list[Finding]]] = field(default_factory=list)

    def since(self, horizon: datetime) -> "_Case":
        """The words since then and, of each source, the last one before: it says how the asset stood when the time began.

        An asset that is in no newer snapshot keeps that word: not seen is not gone.
        """
        began = {row.source_id: row.taken_at for row, _ in self.seen if row.taken_at < horizon}
        return _Case(self.asset_id, [(row, f) for row, f in self.seen if row.taken_at >= began.get(row.source_id, row.taken_at)])

    @property
    def open(self) -> list[tuple[Snapshot, Finding]]:
        """Every finding that left it open, with its snapshot."""
        return [(row, f) for row, findings in self.seen for f in findings if f.verdict.open]

    @property
    def sightings(self) -> list[Sighting]:
        """What each snapshot said: the worst over its installs and the advisories."""
        return [_sighting(row, findings) for row, findings in self.seen]

    @property
    def clinical(self) -> bool:
        """Whether any source called it a medical device or clinically critical."""
        return any(is_clinical(f.install) for _, findings in self.seen for f in findings)

    @property
    def cves(self) -> set[str]:
        """What it stood open to."""
        return {f.cve for _, f in self.open}

    def last(self, column: str) -> str:
        """The newest word on a column that was not empty."""
        said = (getattr(f.install, column) for _, findings in reversed(self.seen) for f in findings)
        return next((word for word in said if word), "")

    @property
    def matters(self) -> bool:
        """Whether anything about it has to be settled: it was open once, or its *not affected* rests on an assumption."""
        return any(s.verdict.open or s.assumptions for s in self.sightings)

    @property
    def exposure(self) -> tuple[bool | None, str, date | None]:
        """The worst that a source said of it while it stood open, with that source and the day of its newest word."""
        for answer in (True, None, False):
            if rows := [row for row, f in self.open if f.install.internet_facing is answer]:
                return answer, f"inventory {rows[-1].source.name}", rows[-1].taken_at.date()
        return None, "", None

    def not_seen(self, latest: Iterable[Snapshot]) -> list[tuple[str, datetime]]:
        """The sources whose newest snapshot no longer holds it."""
        last = {s.source: s.at for s in self.sightings}
        return [
            (row.source.name, row.taken_at) for row in latest if row.source.name in last and row.taken_at > last[row.source.name]
        ]


def outdated(responses: Sequence[Response], *, asked: Question, at: datetime) -> list[Response]:
    """Those whose assessment no longer rests on what is known now: told from two queries for all of them."""
    made = Assessment.unscoped.filter(response__in=responses).order_by("at", "pk").values_list("response_id", "digest")
    digests = dict(made)
    columns = ("organisation_id", "public_id", "shrunk_from", "confirmed_at")
    rows = Snapshot.unscoped.filter(organisation__in={r.organisation_id for r in responses}, taken_at__lte=at)
    known: dict[int, list[tuple[UUID, bool]]] = {}
    for organisation, public_id, shrunk, confirmed in rows.order_by("taken_at", "pk").values_list(*columns):
        known.setdefault(organisation, []).append((public_id, shrunk is None or confirmed is not None))
    return [r for r in responses if digests.get(r.pk) != asked.about(known.get(r.organisation_id, []))]


def _sighting(row: Snapshot, findings: Sequence[Finding]) -> Sighting:
    worst = min(findings, key=lambda f: WORST_FIRST.index(f.verdict))
    keys = sorted({f"{f.install.product} {f.install.version} {f.cve}" for f in findings if f.assumed})
    return Sighting(
        source=row.source.name,
        at=row.taken_at,
        verdict=worst.verdict,
        version=worst.install.version,
        reason=worst.reason,
        assumptions=() if worst.verdict.open else tuple(keys),
        counts=row.counts,
    )


def assess(act: Act, *, response: Response, asked: Question) -> Assessment:
    """The response's assessment on what is known now: the last one, when nothing that it rests on has changed."""
    with reaching(access_to("assessing", [response.organisation_id])):
        return _assess(act, response, asked)


def _assess(act: Act, response: Response, asked: Question) -> Assessment:
    organisation = response.organisation
    rows = snapshots(system_access("assessing"), organisation, until=act.at)
    digest = asked.about([(s.public_id, s.counts) for s in rows])
    last = Assessment.unscoped.filter(response=response).last()
    if last and last.digest == digest:
        return last

    cases: dict[str, _Case] = {}
    current: list[tuple[Finding, UUID]] = []
    latest = newest(rows)
    for row in rows:
        found = asked.matcher.findings(installs_of(row))
        if latest[row.source.name] is row:
            current.extend((f, row.public_id) for f in found)
        by_asset: dict[str, list[Finding]] = {}
        for finding in found:
            by_asset.setdefault(finding.install.asset_id, []).append(finding)
        for asset, findings in by_asset.items():
            cases.setdefault(asset, _Case(asset)).seen.append((row, findings))

    kept = [case for case in (c.since(asked.horizon) for c in cases.values()) if case.matters]
    written = [_written(case, _decide(asked, case, at=act.at), latest.values()) for case in kept]
    with transaction.atomic():
        made = Assessment.unscoped.create(
            organisation=organisation,
            response=response,
            at=act.at,
            digest=digest,
            exploited_since=asked.exploited_since,
            window_since=asked.window_since,
            counts=_counts([f for f, _ in current], kept),
            decision=_strictest([w["decision"] for w in written]),
            cases=written,
        )
        FindingLake(settings.HOME.lake).write(organisation.code, assessment=made.public_id, findings=current)
    return made


def _decide(asked: Question, case: _Case, *, at: datetime) -> triage.Decision:
    """The strictest decision over the CVEs that the asset stood open to."""
    concerned = [a for a in asked.advisories if a.cve in case.cves] or list(asked.advisories)
    exposed, source, day = case.exposure
    decisions = [
        triage.decide(
            asked.policy,
            advisory=a,
            exposed=exposed,
            at=at,
            exposed_source=source,
            exposed_date=day,
            kev_catalogue=asked.kev_catalogue,
        )
        for a in concerned
    ]
    return max(decisions, key=lambda d: (d.rank, not d.assumed))


def _written(case: _Case, decision: triage.Decision, latest: Iterable[Snapshot]) -> dict[str, Any]:
    return {
        "asset": case.asset_id,
        "hostname": case.last("hostname"),
        "service": case.last("service"),
        "clinical": case.clinical,
        "exposed": case.exposure[0],
        "cves": sorted(case.cves),
        "not_seen": [(name, at.isoformat()) for name, at in case.not_seen(latest)],
        "decision": decision_document(decision),
        "sightings": [
            {
                "source": s.source,
                "at": s.at.isoformat(),
                "verdict": s.verdict,
                "version": s.version,
                "reason": s.reason,
                "assumptions": s.assumptions,
                "counts": s.counts,
            }
            for s in case.sightings
        ],
    }


def decision_document(decision: triage.Decision) -> dict[str, Any]:
    """A decision as it is kept and shown: key, rank, due, whether it asks for triage, reasons, inputs."""
    return {
        "decision": decision.decision,
        "best": decision.best,
        "name": decision.name,
        "rank": decision.rank,
        "due": decision.due.isoformat() if decision.due else None,
        "policy": decision.policy,
        "forensic_triage": decision.forensic_triage,
        "assumed": list(decision.assumed),
        "reasons": list(decision.reasons),
        "would_change": list(decision.would_change),
        "inputs": [
            {
                "key": i.key,
                "value": i.value,
                "source": i.source,
                "date": i.date.isoformat() if i.date else None,
                "assumed": i.assumed,
            }
            for i in decision.inputs
        ],
    }


def _strictest(decisions: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The organisation's decision: the strictest of its assets', whether it rests on known inputs or is assumed.

    `due_known` is the earliest day by what is known alone: only that one is ever counted as overdue.
    """
    worst = max(decisions, key=lambda d: (d["rank"], not d["assumed"]), default=None)
    known = [d["due"] for d in decisions if d["due"] and not d["assumed"]]
    return worst and {**worst, "due_known": min(known, default=None)}


def _counts(current: Sequence[Finding], kept: Sequence[_Case]) -> dict[str, int]:
    """Assets by the worst verdict of the newest snapshots, and how many stood open at any time."""
    worst: dict[str, Verdict] = {}
    for finding in current:
        asset = finding.install.asset_id
        worst[asset] = min(worst.get(asset, finding.verdict), finding.verdict, key=WORST_FIRST.index)
    counted = {v.value: sum(1 for w in worst.values() if w is v) for v in Verdict}
    return counted | {"stood_open": sum(1 for c in kept if any(s.verdict.open for s in c.sightings))}


def cases_of(assessment: Assessment) -> tuple[AssetCase, ...]:
    """The cases of an assessment, as the gate takes them."""
    return tuple(
        AssetCase(
            asset_id=c["asset"],
            sightings=tuple(
                Sighting(
                    source=s["source"],
                    at=parse_time(s["at"]),
                    verdict=Verdict(s["verdict"]),
                    version=s["version"],
                    reason=s["reason"],
                    assumptions=tuple(s["assumptions"]),
                    counts=s["counts"],
                )
                for s in c["sightings"]
            ),
            not_seen=tuple((name, parse_time(at)) for name, at in c["not_seen"]),
            clinical=c["clinical"],
            service=c["service"],
            triage=c["decision"]["forensic_triage"],
            triage_assumed=bool(c["decision"]["assumed"]),
        )
        for c in assessment.cases
    )
