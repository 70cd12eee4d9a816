"""What must always hold (MODEL, invariants 2 and 3), on random facts."""

import random
from dataclasses import fields, replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from wardround.core.alerts import (
    Applicability,
    AssetCase,
    Closing,
    Facts,
    IncidentFact,
    Judgement,
    Sighting,
    State,
    gate,
    propose,
    standing,
)
from wardround.core.vocab import Verdict

from .builders import NOW, a_decision, a_revision, closing, found, on, seen
from .plain_gate import plain_gate
from .random_facts import SOUND, anything, each_without, senseless, sightings, sound_with_defects

law = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@pytest.mark.parametrize("kind", sorted(SOUND))
def test_each_sound_response_closes(kind: str) -> None:
    assert closing(SOUND[kind]) is not None


@law
@given(anything)
def test_a_plain_second_gate_gives_the_same_answer(facts: Facts) -> None:
    assert closing(facts) == plain_gate(facts, at=NOW)


@law
@given(anything)
def test_it_closes_or_says_why_not_never_both_never_neither(facts: Facts) -> None:
    answer = gate(facts, at=NOW)
    assert (answer.closing is None) == bool(answer.open_because)
    assert all(m.what.strip() and m.do.strip() for m in answer.open_because)


@law
@given(anything, st.randoms(use_true_random=False))
def test_the_order_of_facts_changes_nothing(facts: Facts, dice: random.Random) -> None:
    mixed = {f.name: tuple(dice.sample(v, len(v))) for f in fields(facts) if isinstance(v := getattr(facts, f.name), tuple)}
    mixed["assets"] = tuple(replace(c, sightings=tuple(dice.sample(c.sightings, len(c.sightings)))) for c in mixed["assets"])
    assert gate(replace(facts, **mixed), at=NOW) == gate(facts, at=NOW)


def never_closes_what_was_open(before: Facts, after: Facts) -> None:
    if closing(before) is None:
        assert closing(after) is None


@law
@given(anything, st.sampled_from(["d-1", "d-9"]))
def test_more_evidence_of_compromise_never_leads_towards_closed(facts: Facts, key: str) -> None:
    for worse in (
        replace(facts, detections=(*facts.detections, found(key))),
        replace(facts, incidents=(*facts.incidents, IncidentFact("INC-9", on(15)))),
        replace(facts, logs=facts.logs | {"log-9"}),
        replace(facts, pack="pack-9"),
        replace(facts, revisions=(*facts.revisions, a_revision(9, at=on(16, 11)))),
    ):
        never_closes_what_was_open(facts, worse)


@law
@given(anything, sightings, st.sampled_from([v for v in Verdict if v.open]))
def test_an_open_sighting_never_leads_towards_closed(facts: Facts, sighting: Sighting, verdict: Verdict) -> None:
    """Where an asset is known at all: without any, *applies* has nothing to settle. `*` means what was known to be open."""
    facts = replace(facts, risks=tuple(r for r in facts.risks if r.asset_id != "*"))
    stood = [c for c in facts.assets if any(s.verdict.open for s in c.sightings)]
    assume(stood and (any(c.triage for c in stood) or not (facts.decision and facts.decision.forensic_triage)))
    opened = replace(sighting, verdict=verdict, assumptions=())
    for n, case in enumerate(facts.assets):
        worse = replace(case, sightings=(*case.sightings, opened))
        never_closes_what_was_open(facts, replace(facts, assets=(*facts.assets[:n], worse, *facts.assets[n + 1 :])))
    never_closes_what_was_open(facts, replace(facts, assets=(*facts.assets, AssetCase("mdm-99", (opened,)))))


@law
@given(anything)
def test_a_worse_decision_never_leads_towards_closed(facts: Facts) -> None:
    worse = replace(facts, decision=a_decision("3DF"))
    if facts.decision is not None:
        never_closes_what_was_open(facts, worse)
    hunted = replace(facts, assets=tuple(replace(c, triage=True) for c in facts.assets))
    never_closes_what_was_open(facts, hunted)


@law
@given(anything)
def test_removing_evidence_never_leads_towards_closed(facts: Facts) -> None:
    """Words that speak against (a refusal, *this one is real*) are no evidence for closing: those are left in place."""
    ended = {i.id for i in facts.incidents if i.closed_at} - {i.id for i in facts.incidents if not i.closed_at}

    def settles(word: Judgement) -> bool:
        return bool(word.reason.strip()) if word.false_alarm else word.incident in ended

    without = [
        fewer
        for name in ("hunts", "acknowledgements", "coverage_accepted", "attestations", "visibility", "assumptions")
        for fewer in each_without(facts, name)
    ]
    without += each_without(facts, "judgements", settles)
    without += each_without(facts, "clinical", lambda d: d.approval == "given" and d.as_clinical_safety_officer)
    for fewer in without:
        never_closes_what_was_open(facts, fewer)


@law
@given(anything)
def test_removing_a_sighting_that_shows_a_fix_never_leads_towards_closed(facts: Facts) -> None:
    """One on an unconfirmed assumption shows no fix: it is left in place. The fix is what settles here, nothing else."""
    facts = replace(facts, disposals=(), isolations=(), risks=())
    for n, case in enumerate(facts.assets):
        for fewer in each_without_fix(case):
            never_closes_what_was_open(facts, replace(facts, assets=(*facts.assets[:n], fewer, *facts.assets[n + 1 :])))


def each_without_fix(case: AssetCase) -> list[AssetCase]:
    shown = [k for k, s in enumerate(case.sightings) if not s.verdict.open and not s.assumptions]
    return [replace(case, sightings=case.sightings[:k] + case.sightings[k + 1 :]) for k in shown]


@law
@given(anything, st.integers(0, 200))
def test_time_alone_only_opens(facts: Facts, days: int) -> None:
    later = NOW + timedelta(days=days)
    if closing(facts) is None:
        assert closing(facts, at=later) is None
    elif closing(facts, at=later) is not None:
        assert closing(facts, at=later) is closing(facts)


@law
@given(anything, st.sampled_from([Verdict.UNKNOWN, Verdict.NOT_EVALUABLE]))
def test_what_nobody_could_decide_never_closes(facts: Facts, verdict: Verdict) -> None:
    undecided = replace(
        facts,
        assets=(AssetCase("mdm-01", (seen(verdict, on(13)),), not_seen=(("mdm-inventory", on(15)),)),),
        disposals=(),
        isolations=(),
        risks=(),
    )
    assert closing(undecided) is None
    assert propose(undecided, at=NOW)[0] is Applicability.NOT_YET_KNOWN


@law
@given(anything)
def test_absence_never_closes_and_never_proposes_that_it_does_not_apply(facts: Facts) -> None:
    absent = replace(facts, assets=(), visibility=(), attestations=())
    assert closing(absent) is None
    assert propose(absent, at=NOW)[0] is Applicability.NOT_YET_KNOWN


@law
@given(anything)
def test_not_being_seen_changes_no_answer(facts: Facts) -> None:
    unseen = tuple(replace(c, not_seen=(*c.not_seen, ("mdm-inventory", on(16)))) for c in facts.assets)
    assert closing(replace(facts, assets=unseen)) is closing(facts)


@law
@given(anything, st.sampled_from(list(Closing)))
def test_closed_stands_only_on_what_the_gate_still_grants(facts: Facts, kind: Closing) -> None:
    where = standing(replace(facts, closings=((on(15, 20), kind),)), at=NOW)
    assert (where.state is State.CLOSED) == (where.gate.closing is kind)
    assert where.reopened == (where.state not in (State.CLOSED, State.WITHDRAWN))
    assert (where.next is None) == (where.state in (State.CLOSED, State.WITHDRAWN))


@law
@given(senseless | sound_with_defects(), st.integers(0, 120))
def test_an_answer_as_of_then_does_not_change_with_what_came_later(facts: Facts, hours: int) -> None:
    then = NOW - timedelta(hours=hours)
    grown = replace(
        facts,
        incidents=(*facts.incidents, IncidentFact("INC-9", NOW + timedelta(hours=1))),
        revisions=(*facts.revisions, a_revision(9, at=NOW + timedelta(hours=1))),
        withdrawn_at=facts.withdrawn_at or NOW + timedelta(hours=1),
    )
    assert gate(grown, at=then) == gate(facts, at=then)
