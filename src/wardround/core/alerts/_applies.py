"""Does the alert apply? What is proposed from the inventory, what a person has to confirm, and when absence is shown."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from wardround.core.alerts._assets import absence, described, ever_affected, stands_open, words
from wardround.core.alerts._known import as_known, asked_revision, last_confirmation
from wardround.core.alerts._model import Applicability, AssetCase, Facts, Missing
from wardround.core.alerts._policy import ResponsePolicy, response_policy
from wardround.core.alerts._reasons import Reason, day, in_words, listed
from wardround.core.alerts._remedy import assumption_reasons


def propose(facts: Facts, *, at: datetime, policy: ResponsePolicy | None = None) -> tuple[Applicability, str]:
    """The answer that the evidence suggests at `at`, and the sentence why. Absence alone never proposes *does not apply*."""
    rules, known = policy or response_policy(), as_known(facts, at=at)
    affected = [c for c in known.assets if ever_affected(c)]
    undecided = [c for c in known.assets if stands_open(c) and not ever_affected(c)]
    unsure = f"; {listed(c.asset_id for c in undecided)} could not be decided" if undecided else ""
    if affected:
        fixed = [c.asset_id for c in affected if not stands_open(c)]
        since = f"; shown not affected since: {listed(fixed)}, and the time before counts" if fixed else ""
        return Applicability.APPLIES, f"Affected: {listed(c.asset_id for c in affected)}{since}{unsure}."
    if undecided:
        return Applicability.NOT_YET_KNOWN, f"No asset is shown affected{unsure}."
    assumed = [c.asset_id for c in known.assets if any(assumption_reasons(c, known))]
    if assumed:
        return (
            Applicability.NOT_YET_KNOWN,
            f"That {listed(assumed)} is not affected rests on an assumption that nobody has confirmed.",
        )
    shown = shown_absent(known, at=at, policy=rules)
    if shown:
        return Applicability.DOES_NOT_APPLY, f"No asset is open, and {shown}."
    return Applicability.NOT_YET_KNOWN, f"No asset is open, and {_unseen(known, rules)}. Not seen is not the same as not there."


def shown_absent(facts: Facts, *, at: datetime, policy: ResponsePolicy) -> str:
    """What shows that absence means something: a fresh source that sees the product class, or a live attestation. Else empty."""
    fresh = [v for v in facts.visibility if at - v.taken_at <= timedelta(days=policy.fresh_days)]
    if fresh:
        best = max(fresh, key=lambda v: (v.taken_at, v.source))
        return f"{best.source} sees {in_words(facts.product_class)}s, last on {day(best.taken_at)}"
    live = [a for a in facts.attestations if at < a.expires_at]
    if live:
        last = max(live, key=lambda a: (a.expires_at, a.by))
        return f"{last.by} attested on {day(last.at)} that you do not run it, until {day(last.expires_at)}"
    return ""


def _unseen(facts: Facts, policy: ResponsePolicy) -> str:
    last = max((v.taken_at for v in facts.visibility), default=None)
    stale = f" in the last {policy.fresh_days} days (last on {day(last)})" if last else ""
    return f"no source sees {in_words(facts.product_class)}s{stale}"


def confirmation_reasons(facts: Facts) -> Iterator[Missing]:
    """A person confirms on an assessment not older than the revision that asks; *not yet known* is no answer to close on."""
    revision, last = asked_revision(facts), last_confirmation(facts)
    affected = sum(ever_affected(c) is not None for c in facts.assets)
    undecided = sum(stands_open(c) and ever_affected(c) is None for c in facts.assets)
    figures = f"{affected} affected, {undecided} undecided"
    if last is None:
        yield Missing(
            Reason.CONFIRM,
            f"Nobody has confirmed whether the alert applies: {figures}",
            "confirm the proposal or overrule it with a reason",
        )
    elif revision and last.assessed_at < revision.issued_at:
        what = f"The answer of {day(last.at)} rests on an assessment older than revision {revision.number}: {figures}"
        yield Missing(Reason.CONFIRM, what, "look at the new assessment and confirm again")
    elif last.answer is Applicability.NOT_YET_KNOWN:
        what = f"It is not yet known whether the alert applies: {figures}"
        yield Missing(Reason.NOT_YET_KNOWN, what, "settle what is undecided, then confirm")


def absence_reasons(facts: Facts, *, at: datetime, policy: ResponsePolicy) -> Iterator[Missing]:
    """*Does not apply* holds while no asset is or was shown affected, none is undecided, and absence is shown."""
    for case in facts.assets:
        yield from _contradiction(case)
        yield from assumption_reasons(case, facts)
    if not shown_absent(facts, at=at, policy=policy):
        spent = max(facts.attestations, key=lambda a: (a.expires_at, a.by), default=None)
        ended = f"; the attestation of {spent.by} ended on {day(spent.expires_at)}" if spent else ""
        do = "import a snapshot of a source that sees them, or have a named person attest that you do not run it"
        yield Missing(Reason.NOT_VISIBLE, f"Nothing shows that it does not apply: {_unseen(facts, policy)}{ended}", do)


def _contradiction(case: AssetCase) -> Iterator[Missing]:
    if seen := ever_affected(case):
        what = f"You said that it does not apply, and {case.asset_id} was affected on {day(seen.at)} ({described(seen)})"
        yield Missing(Reason.CONTRADICTED, what, "confirm that it applies, and show the fix", (case.asset_id,))
        return
    for word in words(case):
        if not word.shown:
            last = word.last_open
            where = f"{day(last.at)} ({described(last)}{absence(case, word.source)})"
            what = f"You said that it does not apply, and {case.asset_id} could not be decided on {where}"
            yield Missing(
                Reason.CONTRADICTED, what, "enter its full version and import again, or confirm that it applies", (case.asset_id,)
            )
