"""Where a response stands at a time: derived when read, never stored."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from wardround.core.alerts._applies import propose
from wardround.core.alerts._clinical import GIVEN, newest_decisions
from wardround.core.alerts._gate import gate
from wardround.core.alerts._hunted import searches
from wardround.core.alerts._known import as_known, asked_revision, last_confirmation
from wardround.core.alerts._model import Applicability, Closing, Deadline, Facts, Gate, Missing, Standing, State
from wardround.core.alerts._policy import ResponsePolicy, response_policy
from wardround.core.alerts._reasons import AWAITING, OF_ASSETS, Reason, in_words
from wardround.core.alerts._remedy import settle
from wardround.core.vocab import end_of_day

_DONE = frozenset({State.CLOSED, State.WITHDRAWN})


def standing(facts: Facts, *, at: datetime, policy: ResponsePolicy | None = None) -> Standing:
    """State, the gate's answer, clocks, proposal and what to do next, as of `at`.

    *Closed* holds only while the gate still grants the very kind of closing that was recorded last and no reopening was
    recorded since; else `reopened` is True and the state is the one the response falls back to.
    """
    rules, known = policy or response_policy(), as_known(facts, at=at)
    answer = gate(facts, at=at, policy=rules)
    state = _state(known, answer, at, rules)
    return Standing(
        state=state,
        gate=answer,
        deadlines=tuple(_deadlines(known, answer, state, rules)),
        reopened=bool(known.closings) and state not in _DONE,
        proposal=propose(facts, at=at, policy=rules)[0],
        next=_next(answer, state, _recorded(known)),
        notes=tuple(_notes(known)),
    )


def _state(facts: Facts, answer: Gate, at: datetime, policy: ResponsePolicy) -> State:
    codes = {m.code for m in answer.open_because}
    if facts.withdrawn_at:
        return State.WITHDRAWN
    if answer.closing and answer.closing is _recorded(facts):
        return State.CLOSED
    if codes & {Reason.NOT_ISSUED, Reason.ACKNOWLEDGE}:
        return State.ISSUED
    if codes & {Reason.CONFIRM, Reason.CONTRADICTED}:
        return State.ACKNOWLEDGED
    last = last_confirmation(facts)
    if codes & {Reason.NOT_YET_KNOWN, Reason.NOT_VISIBLE} or last is None:
        return State.NOT_YET_KNOWN
    if last.answer is Applicability.DOES_NOT_APPLY:
        return State.NOT_YET_KNOWN if Reason.ASSUMPTION in codes else State.DOES_NOT_APPLY
    left = [m for m in answer.open_because if m.code in OF_ASSETS]
    return _at_work(facts, left, at, policy) if left else State.VERIFYING


def _at_work(facts: Facts, left: list[Missing], at: datetime, policy: ResponsePolicy) -> State:
    """Applies, and assets are left: nothing begun, work under way, or every one of them waiting for its manufacturer."""
    waiting = _waiting(left)
    if waiting and all(waiting.issuperset(m.assets) and m.assets for m in left):
        return State.AWAITING_MANUFACTURER
    begun = any(settle(c, facts, at=at, policy=policy).way for c in facts.assets)
    return State.REMEDIATING if begun or facts.remediation_started else State.APPLIES


def _waiting(missing: Iterable[Missing]) -> set[str]:
    """The assets that wait for their manufacturer."""
    return {asset for m in missing if m.code in AWAITING for asset in m.assets}


def _recorded(facts: Facts) -> Closing | None:
    """The kind of the last recorded closing that no later reopening took back."""
    if not facts.closings:
        return None
    when = max(c[0] for c in facts.closings)
    if any(r >= when for r in facts.reopenings):
        return None
    kinds = {kind for then, kind in facts.closings if then == when}
    return kinds.pop() if len(kinds) == 1 else None


def _next(answer: Gate, state: State, was: Closing | None) -> Missing | None:
    """The first thing that somebody can do; waiting comes last."""
    if state in _DONE:
        return None
    if answer.closing:
        what = "Everything that was asked for is here"
        if was and was is not answer.closing:
            what = f"It was closed as {in_words(was)}, which is no longer what the evidence shows"
        return Missing(Reason.CLOSE, what, f"close the response as: {in_words(answer.closing)}")
    waiting = _waiting(answer.open_because)
    doable = (m for m in answer.open_because if not (m.code in OF_ASSETS and m.assets and waiting.issuperset(m.assets)))
    held = (m for m in answer.open_because if m.code in AWAITING)
    return next(doable, None) or next(held, None) or answer.open_because[0]


def _deadlines(facts: Facts, answer: Gate, state: State, policy: ResponsePolicy) -> Iterator[Deadline]:
    if state is State.WITHDRAWN:
        return
    closed = state is State.CLOSED
    yield from _acknowledge(facts, policy)
    spoken = [*facts.updates, *facts.acknowledgements]
    if spoken and asked_revision(facts):
        last = max(s.at for s in spoken)
        moved = facts.next_update_at
        due = moved if moved and moved > last else last + timedelta(days=policy.update_days)
        yield Deadline("update", due, met=closed)
    decision = facts.decision
    if decision and decision.due and state is not State.DOES_NOT_APPLY:
        left = any(m.code in OF_ASSETS for m in answer.open_because)
        settled = state in {State.CLOSED, State.VERIFYING} and not left
        yield Deadline("remediate", end_of_day(decision.due), met=settled, assumed=decision.assumed)
    for review in _reviews(facts, answer):
        yield Deadline("review", review)


def _acknowledge(facts: Facts, policy: ResponsePolicy) -> Iterator[Deadline]:
    """48 hours for each revision that asks; an acknowledgement of a later one answers for it."""
    first = min((r.number for r in facts.revisions), default=0)
    for revision in sorted(facts.revisions, key=lambda r: r.number):
        if revision.material or revision.number == first:
            due = revision.issued_at + timedelta(hours=policy.acknowledge_hours)
            met = any(a.revision >= revision.number for a in facts.acknowledgements)
            yield Deadline("acknowledge", due, met=met, revision=revision.number)


def _reviews(facts: Facts, answer: Gate) -> list[datetime]:
    """When interim controls are to be looked at again, for the assets that wait for a manufacturer."""
    waiting = _waiting(answer.open_because)
    newest = (
        d for c in facts.assets if c.asset_id in waiting for i in (False, True) for d in newest_decisions(c, facts, isolating=i)
    )
    return sorted({end_of_day(d.review_on) for d in newest if d.approval != GIVEN and d.review_on})


def _notes(facts: Facts) -> Iterator[str]:
    """What a reader should know beside the reasons."""
    if facts.decision and facts.decision.assumed:
        yield "The decision rests on inputs that are not known: its due date is not counted as overdue."
    for search in searches(facts):
        if any(h.could_have_been_altered for h in search.hosts):
            yield f"Logs of {search.case.asset_id} come from the host itself: they could have been altered."
        for host in search.hosts:
            if host.rules_not_run:
                yield f"On {host.asset_id} {len(host.rules_not_run)} rules could not run: {', '.join(host.rules_not_run)}."
