"""The states of a response, its clocks, and what it says to do next."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from wardround.core.alerts import Applicability, Closing, Deadline, Facts, IncidentFact, Signed, State, propose, standing

from .builders import (
    AFFECTED,
    FIXED,
    NOW,
    UNKNOWN,
    a_decision,
    a_hunt,
    a_hunted_response,
    a_response,
    a_revision,
    accepted,
    acknowledged,
    an_asset,
    attested,
    clinical,
    confirmed,
    found,
    never_had_it,
    on,
    risk_accepted,
    searched,
    seen,
)

OPEN = an_asset(sightings=(seen(AFFECTED, on(13)),))
WAITING = clinical("awaited", controls="no route from outside", review_on=date(2025, 6, 13))


def state(facts: Facts, *, at: datetime = NOW) -> State:
    return standing(facts, at=at).state


def clock(facts: Facts, name: str, *, at: datetime = NOW) -> Deadline:
    return [d for d in standing(facts, at=at).deadlines if d.name == name][-1]


def closed_as(kind: Closing, facts: Facts, *, at: datetime | None = None) -> Facts:
    return replace(facts, closings=((at or on(16, 11), kind),))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (a_response(acknowledgements=(), confirmations=()), State.ISSUED),
        (a_response(confirmations=()), State.ACKNOWLEDGED),
        (a_response(confirmations=(confirmed(Applicability.NOT_YET_KNOWN),)), State.NOT_YET_KNOWN),
        (never_had_it(incidents=(IncidentFact("INC-1", on(15)),)), State.DOES_NOT_APPLY),
        (a_response(OPEN), State.APPLIES),
        (a_response(OPEN, remediation_started=(Signed("R. Example", on(15)),)), State.REMEDIATING),
        (a_response(an_asset(), replace(OPEN, asset_id="mdm-02")), State.REMEDIATING),
        (a_response(replace(OPEN, clinical=True), clinical=(WAITING,)), State.AWAITING_MANUFACTURER),
        (a_hunted_response(hunts=()), State.VERIFYING),
        (a_response(), State.VERIFYING),
        (closed_as(Closing.FIXED, a_response()), State.CLOSED),
        (closed_as(Closing.FIXED, a_response(withdrawn_at=on(15))), State.WITHDRAWN),
    ],
    ids=lambda value: str(value) if isinstance(value, State) else "",
)
def test_each_state_is_reached(facts: Facts, expected: State) -> None:
    assert state(facts) is expected


def test_one_asset_that_waits_for_nobody_makes_it_remediating() -> None:
    device = replace(OPEN, asset_id="gateway", clinical=True)
    waiting = replace(WAITING, asset_id="gateway")
    facts = a_response(OPEN, device, clinical=(waiting,), remediation_started=(Signed("R. Example", on(15)),))
    assert state(facts) is State.REMEDIATING


def test_what_contradicts_does_not_apply_asks_to_confirm_again() -> None:
    facts = never_had_it(assets=(OPEN,), decision=a_decision())
    assert state(facts) is State.ACKNOWLEDGED


class TestClosed:
    def test_a_gate_that_grants_a_closing_does_not_close_by_itself(self) -> None:
        where = standing(a_response(), at=NOW)
        assert where.next is not None
        assert str(where.next) == "Everything that was asked for is here: close the response as: fixed"

    def test_a_worse_decision_reopens_what_was_fixed(self) -> None:
        closed = closed_as(Closing.FIXED, a_response(an_asset()), at=on(15, 18))
        worse = replace(
            closed,
            assets=(an_asset(triage=True),),
            decision=a_decision("3DF", at=on(19)),
            window_since=on(13, 0, month=4),
            pack="pack-1",
            logs=frozenset({"log-1"}),
        )
        before, after = standing(closed, at=on(18)), standing(worse, at=on(19, 13))
        assert (before.state, before.reopened) == (State.CLOSED, False)
        assert (after.state, after.reopened) == (State.VERIFYING, True)
        hunted = replace(worse, hunts=(a_hunt(at=on(19, 14)),), coverage_accepted=(accepted(at=on(19, 15)),))
        again = standing(hunted, at=on(19, 16))
        assert (again.state, again.reopened, again.gate.closing) == (State.VERIFYING, True, Closing.WINDOW_HUNTED)
        ended = replace(hunted, closings=(*hunted.closings, (on(19, 16), Closing.WINDOW_HUNTED)))
        assert standing(ended, at=on(19, 17)).state is State.CLOSED

    @pytest.mark.parametrize(
        ("facts", "kind", "at"),
        [
            (never_had_it(attestations=(attested(until=on(20)),)), Closing.DOES_NOT_APPLY, on(20)),
            (a_response(OPEN, risks=(risk_accepted(days=5),)), Closing.RISK_ACCEPTED, on(20)),
        ],
        ids=["an attestation", "an accepted risk"],
    )
    def test_what_expires_reopens(self, facts: Facts, kind: Closing, at: datetime) -> None:
        closed = closed_as(kind, facts)
        assert state(closed, at=at - timedelta(seconds=1)) is State.CLOSED
        assert standing(closed, at=at).reopened

    def test_new_evidence_reopens(self) -> None:
        closed = closed_as(Closing.WINDOW_HUNTED, a_hunted_response())
        for later in (
            replace(closed, detections=(found(),)),
            replace(closed, logs=frozenset({"log-1", "log-2"})),
            replace(closed, pack="pack-2"),
            replace(closed, assets=(an_asset(sightings=(*an_asset().sightings, seen(AFFECTED, on(16, 11))), triage=True),)),
            replace(closed, revisions=(a_revision(), a_revision(2, at=on(16, 11)))),
        ):
            assert standing(later, at=NOW).reopened

    def test_a_closing_of_another_kind_is_recorded_anew(self) -> None:
        closed = closed_as(Closing.RISK_ACCEPTED, a_response())
        where = standing(closed, at=NOW)
        assert (where.state, where.reopened) == (State.VERIFYING, True)
        assert str(where.next) == (
            "It was closed as risk accepted, which is no longer what the evidence shows: close the response as: fixed"
        )

    def test_a_recorded_reopening_takes_the_closing_back(self) -> None:
        closed = closed_as(Closing.FIXED, a_response(), at=on(16, 9))
        taken_back = replace(closed, reopenings=(on(16, 10),))
        closed_again = replace(taken_back, closings=(*closed.closings, (on(16, 11), Closing.FIXED)))
        assert standing(taken_back, at=NOW).reopened
        assert standing(replace(closed, reopenings=(on(16, 9),)), at=NOW).reopened
        assert standing(closed_again, at=NOW).state is State.CLOSED

    def test_as_of_an_earlier_time_it_stands_where_it_stood(self) -> None:
        facts = closed_as(Closing.FIXED, a_response())
        days = [on(13), on(14, 12), on(14, 13), on(14, 14), on(15, 12), on(16, 11)]
        assert [state(facts, at=at) for at in days] == [
            State.ISSUED,
            State.ISSUED,
            State.ACKNOWLEDGED,
            State.APPLIES,
            State.VERIFYING,
            State.CLOSED,
        ]


class TestClocks:
    def test_acknowledge_within_48_hours_of_each_revision_that_asks(self) -> None:
        facts = a_response(revisions=(a_revision(), a_revision(2, at=on(19)), a_revision(3, at=on(20), material=False)))
        clocks = [d for d in standing(facts, at=on(22)).deadlines if d.name == "acknowledge"]
        assert [(d.revision, d.at, d.met, d.overdue(on(22))) for d in clocks] == [
            (1, on(16), True, False),
            (2, on(21), False, True),
        ]

    def test_a_later_acknowledgement_stops_the_earlier_clock(self) -> None:
        facts = a_response(revisions=(a_revision(), a_revision(2, at=on(15))), acknowledgements=(acknowledged(2, at=on(15, 13)),))
        assert all(d.met for d in standing(facts, at=NOW).deadlines if d.name == "acknowledge")

    def test_never_answered_is_overdue_after_48_hours_not_before(self) -> None:
        silent = a_response(acknowledgements=(), confirmations=())
        assert not clock(silent, "acknowledge").overdue(on(16))
        assert clock(silent, "acknowledge", at=on(17)).overdue(on(16) + timedelta(seconds=1))

    def test_an_update_is_due_three_days_after_the_last_word_and_may_be_moved(self) -> None:
        assert clock(a_response(OPEN), "update").at == on(17, 13)
        told = a_response(OPEN, updates=(Signed("R. Example", on(15)),))
        assert clock(told, "update").at == on(18)
        assert clock(replace(told, next_update_at=on(25)), "update").at == on(25)
        assert clock(replace(told, next_update_at=on(14)), "update").at == on(18)

    def test_remediation_is_due_at_the_end_of_the_day(self) -> None:
        due = clock(a_response(OPEN), "remediate")
        assert due.at == datetime(2025, 5, 16, 23, 59, 59, 999999, tzinfo=UTC)
        assert due.overdue(on(17, 0))
        assert clock(a_hunted_response(hunts=()), "remediate").met

    def test_what_is_assumed_is_never_counted_as_overdue(self) -> None:
        assumed = a_response(OPEN, decision=a_decision(assumed=True))
        assert not clock(assumed, "remediate").overdue(on(30))
        assert "inputs that are not known" in standing(assumed, at=NOW).notes[0]

    def test_interim_controls_have_a_review_date(self) -> None:
        facts = a_response(replace(OPEN, clinical=True), clinical=(WAITING,))
        assert clock(facts, "review").at.date() == date(2025, 6, 13)
        isolation = clinical(action="isolation", review_on=date(2025, 7, 1))
        with_isolation = standing(replace(facts, clinical=(WAITING, isolation)), at=NOW)
        assert [d.at.date() for d in with_isolation.deadlines if d.name == "review"] == [date(2025, 6, 13)]
        approved = replace(facts, clinical=(WAITING, clinical(at=on(15))))
        assert not [d for d in standing(approved, at=NOW).deadlines if d.name == "review"]

    def test_a_closed_response_owes_no_update_and_a_withdrawn_one_nothing(self) -> None:
        assert clock(closed_as(Closing.FIXED, a_response()), "update").met
        assert standing(a_response(withdrawn_at=on(15)), at=NOW).deadlines == ()


class TestNext:
    def test_the_first_thing_to_do_comes_first(self) -> None:
        where = standing(a_response(OPEN, acknowledgements=(), confirmations=()), at=NOW)
        assert where.next is not None
        assert where.next.code == "acknowledge"

    def test_waiting_comes_after_what_somebody_can_do(self) -> None:
        device = an_asset(sightings=OPEN.sightings, clinical=True, triage=True)
        facts = a_hunted_response(device, clinical=(WAITING,), hunts=())
        where = standing(facts, at=NOW)
        assert where.next is not None
        assert (where.state, where.next.code) == (State.AWAITING_MANUFACTURER, "not_hunted")
        waiting = standing(a_response(replace(device, triage=False), clinical=(WAITING,)), at=NOW)
        assert waiting.next is not None
        assert waiting.next.code == "approval_awaited"

    def test_nothing_is_left_when_it_is_closed(self) -> None:
        assert standing(closed_as(Closing.FIXED, a_response()), at=NOW).next is None


class TestProposal:
    @pytest.mark.parametrize(
        ("facts", "proposed", "why"),
        [
            (a_response(OPEN), Applicability.APPLIES, "Affected: mdm-01."),
            (
                a_response(),
                Applicability.APPLIES,
                "Affected: mdm-01; shown not affected since: mdm-01, and the time before counts.",
            ),
            (
                a_response(an_asset(sightings=(seen(UNKNOWN, on(13)),)), attestations=(attested(),)),
                Applicability.NOT_YET_KNOWN,
                "No asset is shown affected; mdm-01 could not be decided.",
            ),
            (
                never_had_it(),
                Applicability.DOES_NOT_APPLY,
                "No asset is open, and R. Example attested on 14 May 2025 that you do not run it, until 14 August 2025.",
            ),
            (
                never_had_it(attestations=()),
                Applicability.NOT_YET_KNOWN,
                "No asset is open, and no source sees edge appliances. Not seen is not the same as not there.",
            ),
            (
                never_had_it(assets=(an_asset(sightings=(seen(FIXED, on(14), assumptions=("EPMM 13.0 CVE-2025-4427",)),)),)),
                Applicability.NOT_YET_KNOWN,
                "That mdm-01 is not affected rests on an assumption that nobody has confirmed.",
            ),
        ],
        ids=["affected", "fixed since", "undecided", "attested", "absent", "assumed"],
    )
    def test_it_is_proposed_with_its_sentence(self, facts: Facts, proposed: Applicability, why: str) -> None:
        assert propose(facts, at=NOW) == (proposed, why)
        assert standing(facts, at=NOW).proposal is proposed


def test_notes_name_rules_that_could_not_run_and_logs_that_could_have_been_altered() -> None:
    host = searched(rules_not_run=("status-400",), could_have_been_altered=True)
    notes = standing(a_hunted_response(hunts=(a_hunt("hunt-1", host),)), at=NOW).notes
    assert notes == (
        "Logs of mdm-01 come from the host itself: they could have been altered.",
        "On mdm-01 1 rules could not run: status-400.",
    )
