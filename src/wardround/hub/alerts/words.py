"""The kinds of signed words, and what each becomes for the gate."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from wardround.core import alerts as core
from wardround.core.vocab._times import parse_time
from wardround.hub.alerts.models import Word

KINDS = {
    "acknowledgement": "acknowledged",
    "confirmation": "applicability confirmed",
    "remediation_started": "remediation started",
    "update": "update given",
    "attestation": "attested: we do not run it",
    "disposal": "disposal recorded",
    "isolation": "isolation check recorded",
    "risk_asked": "risk acceptance asked for",
    "risk_acceptance": "risk accepted",
    "clinical": "clinical decision recorded",
    "assumption": "assumption confirmed",
    "coverage_accepted": "coverage of a hunt accepted",
    "judgement": "detection judged",
    "submitted": "submitted to the national service",
    "closed": "closed",
    "reopened": "reopened",
}


def _time(word: Word, key: str) -> datetime:
    return parse_time(word.body[key])


def signed(words: Iterable[Word]) -> dict[str, Any]:
    """The words of one response as keyword arguments of `core.alerts.Facts`. Words are given oldest first."""
    by_kind: dict[str, list[Word]] = {kind: [] for kind in KINDS}
    for word in words:
        by_kind[word.kind].append(word)

    def each(kind: str, make: Any) -> tuple[Any, ...]:
        return tuple(make(w) for w in by_kind[kind])

    updates = by_kind["update"]
    moved = updates[-1].body.get("next_update_at") if updates else None
    return {
        "acknowledgements": each("acknowledgement", lambda w: core.Acknowledgement(w.by, w.at, w.body["revision"])),
        "confirmations": each(
            "confirmation",
            lambda w: core.Confirmation(
                w.by, w.at, core.Applicability(w.body["answer"]), _time(w, "assessed_at"), w.body.get("reason", "")
            ),
        ),
        "remediation_started": each("remediation_started", lambda w: core.Signed(w.by, w.at)),
        "updates": each("update", lambda w: core.Signed(w.by, w.at)),
        "next_update_at": parse_time(moved) if moved else None,
        "attestations": each("attestation", lambda w: core.Attestation(w.by, w.at, _time(w, "expires_at"))),
        "disposals": each("disposal", lambda w: core.Disposal(w.by, w.at, w.body["asset"], w.body["reason"])),
        "isolations": each("isolation", lambda w: core.IsolationCheck(w.by, w.at, w.body["asset"], _time(w, "expires_at"))),
        "risks": each(
            "risk_acceptance",
            lambda w: core.RiskAcceptance(
                w.by, w.at, w.body["asset"], w.body["asked_by"], _time(w, "expires_at"), w.body["as_siro"]
            ),
        ),
        "clinical": each("clinical", _clinical),
        "assumptions": each("assumption", lambda w: core.AssumptionConfirmed(w.by, w.at, w.body["key"])),
        "coverage_accepted": each("coverage_accepted", lambda w: core.CoverageAccepted(w.by, w.at, w.body["hunt"])),
        "judgements": each(
            "judgement",
            lambda w: core.Judgement(
                w.by, w.at, w.body["detection"], w.body["false_alarm"], w.body["reason"], w.body.get("incident", "")
            ),
        ),
        "closings": each("closed", lambda w: (w.at, core.Closing(w.body["closing"]))),
        "reopenings": each("reopened", lambda w: w.at),
    }


def _clinical(word: Word) -> core.ClinicalDecision:
    body = word.body
    review = date.fromisoformat(body["review_on"]) if body.get("review_on") else None
    return core.ClinicalDecision(
        word.by,
        word.at,
        body["asset"],
        body["action"],
        body["approval"],
        body["as_clinical_safety_officer"],
        body.get("controls", ""),
        review,
    )
