"""Each asset that stood open: shown fixed, disposed of, isolated, its risk accepted, or what is missing for that."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from wardround.core.alerts._assets import Word, absence, described, stands_open, stood_open, unconfirmed, words
from wardround.core.alerts._clinical import clinical_reasons
from wardround.core.alerts._judged import unsettled
from wardround.core.alerts._known import first_issued
from wardround.core.alerts._model import AssetCase, Facts, IsolationCheck, Missing, RiskAcceptance
from wardround.core.alerts._policy import ResponsePolicy
from wardround.core.alerts._reasons import Reason, day
from wardround.core.vocab import Verdict

EVERY_OPEN = "*"


class Way(StrEnum):
    """How an asset stopped standing open, the strongest first."""

    FIXED = "fixed"
    DISPOSED = "disposed"
    ISOLATED = "isolated"
    RISK_ACCEPTED = "risk_accepted"


@dataclass(frozen=True, slots=True)
class Settled:
    """The way an asset was settled, or None and what is missing."""

    way: Way | None
    missing: tuple[Missing, ...] = ()


def settle(case: AssetCase, facts: Facts, *, at: datetime, policy: ResponsePolicy) -> Settled:
    """One asset held against everything that could settle it. `facts` are those known at `at`."""
    missing = [*_not_shown_fixed(case, facts), *assumption_reasons(case, facts), *clinical_reasons(case, facts, isolating=False)]
    if not missing:
        return Settled(Way.FIXED)
    if disposed(case, facts):
        return Settled(Way.DISPOSED)
    checks = [i for i in facts.isolations if i.asset_id == case.asset_id]
    if any(_holds(check, facts, at) for check in checks):
        unsigned = list(clinical_reasons(case, facts, isolating=True))
        if not unsigned:
            return Settled(Way.ISOLATED)
        missing += unsigned
    else:
        missing += _spent(case, checks, at)
    risks = [r for r in facts.risks if r.asset_id == case.asset_id or (r.asset_id == EVERY_OPEN and _was_open(case, r.at))]
    refusals = [(r, risk_refusal(r, facts, at=at, policy=policy)) for r in risks]
    if any(not why for _, why in refusals):
        return Settled(Way.RISK_ACCEPTED)
    return Settled(None, tuple(dict.fromkeys([*missing, *_refused(case, refusals, policy)])))


def disposed(case: AssetCase, facts: Facts) -> bool:
    """Whether a disposal was recorded that nothing contradicts: any sighting after it, even of a fixed asset, does."""
    last_seen = max((s.at for s in case.sightings), default=None)
    return any(d.asset_id == case.asset_id and (last_seen is None or d.at >= last_seen) for d in facts.disposals)


def risk_refusal(risk: RiskAcceptance, facts: Facts, *, at: datetime, policy: ResponsePolicy) -> str:
    """Why an acceptance does not count; empty when it does."""
    if not risk.asked_by.strip() or risk.asked_by.strip().casefold() == risk.by.strip().casefold():
        return "it needs a second person beside the one who asks"
    if not risk.as_siro:
        return f"{risk.by} did not accept it as SIRO"
    if risk.expires_at - risk.at > timedelta(days=policy.risk_days):
        return f"it was given for more than {policy.risk_days} days"
    if risk.expires_at <= at:
        return f"it expired on {day(risk.expires_at)}"
    if unsettled(facts):
        return "no risk is accepted while a detection is unjudged"
    return ""


def assumption_reasons(case: AssetCase, facts: Facts) -> Iterator[Missing]:
    """A *not affected* that rests on an assumption is confirmed once for each product, version and advisory."""
    for key in sorted(unconfirmed(case, facts)):
        what = f"Not affected rests on an assumption that nobody has confirmed: {key}"
        yield Missing(Reason.ASSUMPTION, what, "look at its reason and confirm it, or enter a sourced override", (case.asset_id,))


def _not_shown_fixed(case: AssetCase, facts: Facts) -> Iterator[Missing]:
    issued = first_issued(facts)
    for word in words(case):
        if not word.shown:
            yield _still_open(case, word)
        elif issued is None or word.shown[-1].at <= issued:
            last = word.shown[-1]
            what = f"{case.asset_id} is shown fixed only on {day(last.at)} ({described(last)}), which is older than the alert"
            yield Missing(Reason.OLDER_SNAPSHOT, what, f"import a newer snapshot of {word.source}", (case.asset_id,))


def _still_open(case: AssetCase, word: Word) -> Missing:
    last = word.last_open
    seen = f"{day(last.at)} ({described(last)}{absence(case, word.source)})"
    if word.fixes:
        what = f"{case.asset_id} is shown fixed only by a snapshot of {word.source} that is much smaller than the one before"
        do = "confirm that snapshot if it is whole, or import a whole one"
        return Missing(Reason.SHRUNK_SNAPSHOT, what, do, (case.asset_id,))
    if last.verdict is Verdict.AFFECTED:
        do = f"fix it and import a newer snapshot of {word.source}, or record its disposal"
        return Missing(Reason.AFFECTED, f"{case.asset_id} was last seen affected on {seen}", do, (case.asset_id,))
    why = f": {last.reason}" if last.reason else ""
    what = f"{case.asset_id} could not be decided on {seen}{why}"
    do = f"enter its full version, or import a newer snapshot of {word.source}"
    return Missing(Reason.UNDECIDED, what, do, (case.asset_id,))


def _holds(check: IsolationCheck, facts: Facts, at: datetime) -> bool:
    issued = first_issued(facts)
    return issued is not None and issued <= check.at and at < check.expires_at


def _spent(case: AssetCase, checks: list[IsolationCheck], at: datetime) -> Iterator[Missing]:
    last = max(checks, key=lambda c: (c.at, c.expires_at), default=None)
    if last:
        ended = f"ended on {day(last.expires_at)}" if last.expires_at <= at else "is older than the alert"
        what = f"{case.asset_id} is not shown isolated: the check of {day(last.at)} {ended}"
        yield Missing(Reason.ISOLATION_EXPIRED, what, "check from outside again and record it", (case.asset_id,))


def _refused(case: AssetCase, refusals: list[tuple[RiskAcceptance, str]], policy: ResponsePolicy) -> Iterator[Missing]:
    if refusals:
        risk, why = max(refusals, key=lambda pair: (pair[0].at, pair[1]))
        what = f"{case.asset_id} is not covered by the risk acceptance of {day(risk.at)}: {why}"
        do = f"fix the asset, or ask the SIRO to accept the risk for at most {policy.risk_days} days"
        yield Missing(Reason.RISK_REFUSED, what, do, (case.asset_id,))


def _was_open(case: AssetCase, then: datetime) -> bool:
    """Whether it was known to stand open when *all that are open* was said: an asset found later was not meant."""
    return any(s.verdict.open and s.at <= then for s in case.sightings)


def no_decision_reasons(facts: Facts) -> Iterator[Missing]:
    """An asset that stands open without a decision: nobody knows whether a hunt is asked for."""
    if facts.decision is None and (undecided := [c.asset_id for c in facts.assets if stands_open(c)]):
        what = "No decision says how urgent the open assets are, nor whether a hunt is asked for"
        yield Missing(Reason.NO_DECISION, what, "work out the decision again", tuple(undecided))


def no_asset_reasons(facts: Facts) -> Iterator[Missing]:
    """Said to apply, with no asset to show for it: there is nothing that could be shown fixed."""
    if not any(stood_open(c) for c in facts.assets):
        what = "A person said that the alert applies, and no inventory names an asset"
        yield Missing(Reason.NO_ASSET, what, "import an inventory that holds it, or confirm the applicability again")
