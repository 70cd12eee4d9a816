"""Small builders. The story: alert issued on 14 May 2025 at noon, mdm-01 patched on the 15th, looked at on the 16th."""
# ruff: noqa: B008 - `on` builds a constant

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from wardround.core.alerts import (
    Acknowledgement,
    Applicability,
    AssetCase,
    Attestation,
    ClinicalDecision,
    Closing,
    Confirmation,
    CoverageAccepted,
    DecisionFact,
    DetectionFound,
    Disposal,
    Facts,
    HostSearch,
    HuntDone,
    IsolationCheck,
    Judgement,
    Revision,
    RiskAcceptance,
    Sighting,
    Visibility,
    gate,
)
from wardround.core.vocab import Verdict

AFFECTED, FIXED, UNKNOWN, NOT_EVALUABLE = Verdict.AFFECTED, Verdict.NOT_AFFECTED, Verdict.UNKNOWN, Verdict.NOT_EVALUABLE
VERSIONS = {AFFECTED: "12.4.0.1", FIXED: "12.4.0.2", UNKNOWN: "12.4", NOT_EVALUABLE: "12.x"}


def on(day: int, hour: int = 12, *, month: int = 5) -> datetime:
    """A time in May 2025."""
    return datetime(2025, month, day, hour, tzinfo=UTC)


ISSUED, NOW = on(14), on(16)
WINDOW_SINCE = on(13, 0, month=4)


def seen(verdict: Verdict, at: datetime, *, source: str = "mdm-inventory", **more: Any) -> Sighting:
    return Sighting(source, at, verdict, version=more.pop("version", VERSIONS[verdict]), **more)


def an_asset(asset_id: str = "mdm-01", *, sightings: tuple[Sighting, ...] | None = None, **more: Any) -> AssetCase:
    """Affected on the 13th, shown fixed on the 15th."""
    if sightings is None:
        sightings = (seen(AFFECTED, on(13)), seen(FIXED, on(15)))
    return AssetCase(asset_id, sightings, **more)


def a_revision(number: int = 1, *, at: datetime = ISSUED, material: bool = True) -> Revision:
    return Revision(number, at, material)


def acknowledged(revision: int = 1, *, at: datetime = on(14, 13)) -> Acknowledgement:
    return Acknowledgement("R. Example", at, revision)


def confirmed(
    answer: Applicability = Applicability.APPLIES, *, at: datetime = on(14, 14), assessed_at: datetime = on(14, 13)
) -> Confirmation:
    return Confirmation("R. Example", at, answer, assessed_at)


def a_decision(key: str = "3D", *, at: datetime = on(14), assumed: bool = False) -> DecisionFact:
    return DecisionFact(key, key == "3DF", date(2025, 5, 16), assumed, at)


def a_response(*assets: AssetCase, **changes: Any) -> Facts:
    """Everything in order where no hunt is asked for: it closes as *fixed* on the 16th."""
    facts = Facts(
        product_class="edge_appliance",
        revisions=(a_revision(),),
        assessed_at=on(14, 13),
        assets=assets or (an_asset(),),
        decision=a_decision(),
        acknowledgements=(acknowledged(),),
        confirmations=(confirmed(),),
    )
    return replace(facts, **changes)


def searched(asset_id: str = "mdm-01", *, seen: int = 768, hours: int = 768, **more: Any) -> HostSearch:
    return HostSearch(asset_id, more.pop("since", WINDOW_SINCE), more.pop("until", on(15, 13)), seen=seen, hours=hours, **more)


def a_hunt(id: str = "hunt-1", *hosts: HostSearch, at: datetime = on(15, 14), **more: Any) -> HuntDone:
    return HuntDone(id, at, more.pop("pack", "pack-1"), hosts or (searched(),), more.pop("logs", frozenset({"log-1"})))


def accepted(hunt: str = "hunt-1", *, at: datetime = on(15, 15)) -> CoverageAccepted:
    return CoverageAccepted("R. Example", at, hunt)


def a_hunted_response(*assets: AssetCase, **changes: Any) -> Facts:
    """Everything in order where forensic triage is asked for: it closes as *window hunted* on the 16th."""
    facts = a_response(
        *(assets or (an_asset(triage=True),)),
        decision=a_decision("3DF"),
        window_since=WINDOW_SINCE,
        pack="pack-1",
        logs=frozenset({"log-1"}),
        hunts=(a_hunt(),),
        coverage_accepted=(accepted(),),
    )
    return replace(facts, **changes)


def never_had_it(**changes: Any) -> Facts:
    """No asset, and a named person attests so: it closes as *does not apply*."""
    facts = a_response(
        assets=(), decision=None, confirmations=(confirmed(Applicability.DOES_NOT_APPLY),), attestations=(attested(),)
    )
    return replace(facts, **changes)


def attested(*, at: datetime = on(14, 13), until: datetime = on(14, month=8)) -> Attestation:
    return Attestation("R. Example", at, until)


def a_source_that_sees(*, taken_at: datetime = on(14)) -> Visibility:
    return Visibility("network-scan", taken_at)


def disposed(asset_id: str = "mdm-01", *, at: datetime = on(15)) -> Disposal:
    return Disposal("R. Example", at, asset_id, "switched off and wiped")


def isolated(asset_id: str = "mdm-01", *, at: datetime = on(15), until: datetime = on(29)) -> IsolationCheck:
    return IsolationCheck("R. Example", at, asset_id, until)


def risk_accepted(asset_id: str = "mdm-01", *, at: datetime = on(15), days: int = 90, **more: Any) -> RiskAcceptance:
    by, asked_by = more.pop("by", "S. Iro"), more.pop("asked_by", "R. Example")
    return RiskAcceptance(by, at, asset_id, asked_by, at + timedelta(days=days), as_siro=more.pop("as_siro", True))


def clinical(approval: str = "given", *, officer: bool = True, action: str = "patch", **more: Any) -> ClinicalDecision:
    return ClinicalDecision(
        "C. Safety", more.pop("at", on(14, 15)), more.pop("asset_id", "mdm-01"), action, approval, officer, **more
    )


def found(key: str = "d-1", **more: Any) -> DetectionFound:
    return DetectionFound(key, "epmm-featureusage", more.pop("asset_id", "mdm-01"), **more)


def false_alarm(key: str = "d-1", *, reason: str = "our own scanner", at: datetime = on(15, 16)) -> Judgement:
    return Judgement("R. Example", at, key, false_alarm=True, reason=reason)


def real(key: str = "d-1", *, incident: str = "", at: datetime = on(15, 16)) -> Judgement:
    return Judgement("R. Example", at, key, false_alarm=False, reason="answered 400, then a web shell", incident=incident)


def closing(facts: Facts, *, at: datetime = NOW) -> Closing | None:
    return gate(facts, at=at).closing


def codes(facts: Facts, *, at: datetime = NOW) -> list[str]:
    return [str(m.code) for m in gate(facts, at=at).open_because]


def reasons(facts: Facts, *, at: datetime = NOW) -> str:
    return "\n".join(str(m) for m in gate(facts, at=at).open_because)
