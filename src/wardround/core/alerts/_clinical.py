"""A clinical asset's fix, reboot or isolation: the manufacturer's approval and the clinical safety officer's sign-off."""

from collections.abc import Iterator

from wardround.core.alerts._assets import stood_open
from wardround.core.alerts._model import AssetCase, ClinicalDecision, Facts, Missing
from wardround.core.alerts._reasons import Reason, day

GIVEN, REFUSED, AWAITED = "given", "refused", "awaited"
APPROVALS = (GIVEN, REFUSED, AWAITED)


def clinical_reasons(case: AssetCase, facts: Facts, *, isolating: bool) -> Iterator[Missing]:
    """What is missing before the asset may be fixed and rebooted (or isolated), where it is clinical and stood open.

    Decisions on isolation answer for isolation only, all others for the fix. The newest decides; of several at the same
    instant all have to agree.
    """
    if not (case.clinical and stood_open(case)):
        return
    newest = newest_decisions(case, facts, isolating=isolating)
    act = "isolation" if isolating else "fix"
    of = f"{case.asset_id}{f' ({case.service})' if case.service else ''}"
    held = [d for d in newest if d.approval != GIVEN]
    if held:
        yield _held(held[0], act=act, of=of, asset=case.asset_id)
    elif not newest or not all(d.as_clinical_safety_officer for d in newest):
        missing = "No clinical decision" if not newest else "No sign-off of the clinical safety officer"
        do = "record the manufacturer's approval and the clinical safety officer's sign-off"
        yield Missing(Reason.SAFETY_SIGN_OFF, f"{missing} stands behind the {act} of {of}", do, (case.asset_id,))


def newest_decisions(case: AssetCase, facts: Facts, *, isolating: bool) -> list[ClinicalDecision]:
    """The newest decisions on an asset's fix, or on its isolation: several only when signed at the same instant."""
    on = [d for d in facts.clinical if d.asset_id == case.asset_id and d.action.casefold().startswith("isolat") == isolating]
    last = max((d.at for d in on), default=None)
    return sorted((d for d in on if d.at == last), key=lambda d: (d.approval, d.by))


def _held(decision: ClinicalDecision, *, act: str, of: str, asset: str) -> Missing:
    review = f", review on {day(decision.review_on)}" if decision.review_on else ", no review date"
    controls = f", interim controls: {decision.controls}" if decision.controls else ""
    if decision.approval == REFUSED:
        what = f"The manufacturer refused approval for the {act} of {of}{controls}{review}"
        return Missing(
            Reason.APPROVAL_REFUSED, what, "isolate it, record its disposal, or ask the SIRO to accept the risk", (asset,)
        )
    what = f"The manufacturer's approval for the {act} of {of} is awaited{controls}{review}"
    return Missing(Reason.APPROVAL_AWAITED, what, "keep the interim controls, and record the answer when it comes", (asset,))
