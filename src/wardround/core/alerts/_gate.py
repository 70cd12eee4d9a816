"""The gate: one pure function of what was stated, at a time. It closes a response, or says everything that is missing."""

from collections.abc import Iterator
from datetime import datetime

from wardround.core.alerts._applies import absence_reasons, confirmation_reasons
from wardround.core.alerts._hunted import Search, coverage_reasons, hunt_reasons, searches
from wardround.core.alerts._judged import detection_reasons, incident_reasons
from wardround.core.alerts._known import as_known, asked_revision, last_confirmation
from wardround.core.alerts._model import Applicability, Closing, Facts, Gate, Missing
from wardround.core.alerts._policy import ResponsePolicy, response_policy
from wardround.core.alerts._reasons import Reason, day, merged
from wardround.core.alerts._remedy import Way, no_asset_reasons, no_decision_reasons, settle


def gate(facts: Facts, *, at: datetime, policy: ResponsePolicy | None = None) -> Gate:
    """Whether the response may close at `at`, as what, or everything that is missing, in the order of the work.

    Pure, and blind to the order of its input; what was stated after `at` is not looked at. The rules are the rows of
    `docs/reference/closing.md`. `hours_seen` of `hours` are those of the hunts that answer for the assets to hunt, whether
    their coverage was accepted yet or not; None where no hunt is asked for.
    """
    rules, known = policy or response_policy(), as_known(facts, at=at)
    hunted = searches(known)
    seen, hours = _hours(hunted)
    missing = tuple(merged(_missing(known, at, rules)))
    return Gate(None if missing else _kind(known, hunted, at, rules), missing, seen, hours)


def _missing(facts: Facts, at: datetime, policy: ResponsePolicy) -> Iterator[Missing]:
    """Every row of the table, in the order of the work."""
    if facts.withdrawn_at:
        what = f"The alert was withdrawn on {day(facts.withdrawn_at)}"
        yield Missing(Reason.WITHDRAWN, what, "nothing more is asked of you; there is nothing to close")
        return
    yield from acknowledgement_reasons(facts)
    yield from confirmation_reasons(facts)
    if _says(facts) is Applicability.DOES_NOT_APPLY:
        yield from absence_reasons(facts, at=at, policy=policy)
    else:
        yield from remedy_reasons(facts, at=at, policy=policy)
    yield from hunt_reasons(facts)
    yield from coverage_reasons(facts)
    yield from detection_reasons(facts)
    yield from incident_reasons(facts)


def _says(facts: Facts) -> Applicability | None:
    last = last_confirmation(facts)
    return last.answer if last else None


def acknowledgement_reasons(facts: Facts) -> Iterator[Missing]:
    """The newest revision that asks for it is acknowledged; an acknowledgement of a later one counts."""
    revision = asked_revision(facts)
    if revision is None:
        yield Missing(Reason.NOT_ISSUED, "No revision of this alert was issued", "wait for the national centre")
        return
    issued = {r.number: r.issued_at for r in facts.revisions if r.number >= revision.number}
    if not any(a.revision in issued and a.at >= issued[a.revision] for a in facts.acknowledgements):
        what = f"Revision {revision.number} of {day(revision.issued_at)} is not acknowledged"
        yield Missing(Reason.ACKNOWLEDGE, what, f"read and acknowledge revision {revision.number}")


def remedy_reasons(facts: Facts, *, at: datetime, policy: ResponsePolicy) -> Iterator[Missing]:
    """Every asset that stood open is settled, and there is at least one where a person said that the alert applies."""
    if _says(facts) is Applicability.APPLIES:
        yield from no_asset_reasons(facts)
    for case in facts.assets:
        yield from settle(case, facts, at=at, policy=policy).missing
    yield from no_decision_reasons(facts)


def _kind(facts: Facts, hunted: list[Search], at: datetime, policy: ResponsePolicy) -> Closing:
    """The weakest kind that applies. Kinds are never merged."""
    if _says(facts) is Applicability.DOES_NOT_APPLY:
        return Closing.DOES_NOT_APPLY
    if any(settle(case, facts, at=at, policy=policy).way is Way.RISK_ACCEPTED for case in facts.assets):
        return Closing.RISK_ACCEPTED
    if not hunted:
        return Closing.FIXED
    return Closing.WINDOW_PARTLY_VISIBLE if any(s.partly(policy) for s in hunted) else Closing.WINDOW_HUNTED


def _hours(hunted: list[Search]) -> tuple[int | None, int | None]:
    hosts = [h for s in hunted for h in s.hosts]
    return (sum(h.seen for h in hosts), sum(h.hours for h in hosts)) if hosts else (None, None)
