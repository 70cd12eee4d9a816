"""What was known at a time: everything stated later is left out, so that an answer *as of* then can be given again."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from wardround.core.alerts._model import AssetCase, Confirmation, Facts, HuntDone, Revision, Signed

_Said = TypeVar("_Said", bound=Signed)


def as_known(facts: Facts, *, at: datetime) -> Facts:
    """The facts without what was issued, seen, run or said after `at`. An incident closed later counts as open."""

    def said(words: Iterable[_Said]) -> tuple[_Said, ...]:
        return tuple(w for w in words if w.at <= at)

    return replace(
        facts,
        revisions=tuple(r for r in facts.revisions if r.issued_at <= at),
        assets=tuple(_case(case, at) for case in sorted(facts.assets, key=lambda c: c.asset_id)),
        decision=facts.decision if facts.decision and facts.decision.at <= at else None,
        visibility=tuple(v for v in facts.visibility if v.taken_at <= at),
        withdrawn_at=facts.withdrawn_at if facts.withdrawn_at and facts.withdrawn_at <= at else None,
        acknowledgements=said(facts.acknowledgements),
        confirmations=said(facts.confirmations),
        attestations=said(facts.attestations),
        disposals=said(facts.disposals),
        isolations=said(facts.isolations),
        risks=said(facts.risks),
        clinical=said(facts.clinical),
        assumptions=said(facts.assumptions),
        hunts=tuple(h for h in facts.hunts if h.at <= at),
        coverage_accepted=said(facts.coverage_accepted),
        detections=tuple(d for d in facts.detections if d.found_at is None or d.found_at <= at),
        judgements=said(facts.judgements),
        incidents=tuple(
            replace(i, closed_at=i.closed_at if i.closed_at and i.closed_at <= at else None)
            for i in facts.incidents
            if i.opened_at <= at
        ),
        remediation_started=said(facts.remediation_started),
        updates=said(facts.updates),
        closings=tuple(c for c in facts.closings if c[0] <= at),
        reopenings=tuple(r for r in facts.reopenings if r <= at),
    )


def _case(case: AssetCase, at: datetime) -> AssetCase:
    seen = sorted((s for s in case.sightings if s.at <= at), key=lambda s: (s.at, s.source, s.verdict, s.version, s.reason))
    return replace(case, sightings=tuple(seen), not_seen=tuple(sorted(n for n in case.not_seen if n[1] <= at)))


def asked_revision(facts: Facts) -> Revision | None:
    """The newest issued revision that asks for something: a material one, or the first. None before anything was issued."""
    first = min((r.number for r in facts.revisions), default=0)
    asking = (r for r in facts.revisions if r.material or r.number == first)
    return max(asking, key=lambda r: r.number, default=None)


def first_issued(facts: Facts) -> datetime | None:
    """When the alert was first issued."""
    return min((r.issued_at for r in facts.revisions), default=None)


def last_confirmation(facts: Facts) -> Confirmation | None:
    """The newest answer on applicability; of two at the same instant the one that closes less."""
    return max(facts.confirmations, key=lambda c: (c.at, c.answer.value, -c.assessed_at.timestamp()), default=None)


def run_on(hunt: HuntDone) -> tuple[datetime, str]:
    """The order of hunts: by time, then by id."""
    return hunt.at, hunt.id
