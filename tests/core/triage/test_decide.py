"""A decision: the worst of what is possible, with its inputs, reasons, and what would change it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from wardround.core.advisories import Advisory, Stated
from wardround.core.triage import Decision, Input, decide, policy
from wardround.core.vocab import BadInput, end_of_day

Build = Callable[..., Advisory]
BOD, SSVC, UK = "bod-26-04", "ssvc-deployer", "ncsc-uk"


def ask(name: str, advisory: Advisory, exposed: bool | None, day: int = 14, **given: str) -> Decision:
    return decide(policy(name), advisory=advisory, exposed=exposed, at=end_of_day(date(2025, 5, day)), given=given)


def the(decision: Decision, key: str) -> Input:
    return next(i for i in decision.inputs if i.key == key)


def test_epmm_exposed_before_its_kev_listing_is_three_days(epmm: Advisory) -> None:
    found = ask(BOD, epmm, True, 14)
    assert (found.decision, found.best, found.due, found.forensic_triage, found.assumed) == (
        "3D",
        "3D",
        date(2025, 5, 16),
        False,
        (),
    )


def test_epmm_exposed_after_its_kev_listing_asks_for_forensic_triage_by_the_same_day(epmm: Advisory) -> None:
    found = ask(BOD, epmm, True, 19)
    assert (found.decision, found.best, found.due, found.forensic_triage, found.assumed) == (
        "3DF",
        "3DF",
        date(2025, 5, 16),
        True,
        (),
    )


def test_listing_in_kev_is_the_input_and_active_exploitation_is_not(an_advisory: Build) -> None:
    assert ask(BOD, an_advisory(("E", "active", 0), ("A", "no", 0), ("TI", "total", 0)), False).decision == "FSU"


def test_exploitation_is_the_worse_of_the_stamp_and_the_kev_listing(an_advisory: Build) -> None:
    listed = an_advisory(("E", "none", 0), ("A", "no", 0), ("KEV", "yes", 1))
    assert [the(ask(SSVC, listed, True, day), "E").value for day in (13, 14)] == ["N", "A"]


def test_a_later_milder_stamp_does_not_outweigh_the_kev_listing(an_advisory: Build) -> None:
    listed = an_advisory(("KEV", "yes", 0), ("E", "none", 1), ("A", "no", 0))
    assert the(ask(SSVC, listed, True), "E").value == "A"


def test_of_two_stamps_of_one_instant_the_worse_counts(an_advisory: Build) -> None:
    torn = an_advisory(("TI", "total", 0), ("TI", "partial", 0), ("A", "yes", 0))
    assert ask(BOD, torn, True).decision == "3D"


def test_what_was_stated_later_is_not_known_yet(an_advisory: Build) -> None:
    late = an_advisory(("A", "no", 3), ("TI", "partial", 3))
    assert [ask(BOD, late, True, day).decision for day in (15, 16)] == ["3D", "60D"]


def test_an_unknown_exposure_is_worked_both_ways_and_the_worse_is_assumed(epmm: Advisory) -> None:
    found = ask(BOD, epmm, None)
    assert (found.decision, found.best) == ("3D", "60D")
    assert [(i.key, i.value) for i in found.inputs if i.assumed] == [("PE", "Y")]
    assert found.would_change[0].startswith("Not known: publicly exposed (PE)")
    assert found.would_change[0].endswith("no (N): 60D; yes (Y): 3D.")
    assert "not counted as overdue" in " ".join(found.reasons)


def test_an_unknown_that_changes_nothing_is_not_assumed(an_advisory: Build) -> None:
    found = ask(UK, an_advisory(), True)
    assert (found.decision, found.best, found.assumed) == ("5D", "5D", ())
    assert (the(found, "K").value, the(found, "K").assumed) == ("unknown", False)
    assert "no answer would change the decision" in the(found, "K").source


def test_an_unknown_that_only_moves_the_date_is_assumed_and_says_both_dates(epmm: Advisory) -> None:
    found = ask(BOD, epmm, None, 19)
    assert (found.decision, found.best, found.due) == ("3DF", "3DF", date(2025, 5, 16))
    assert the(found, "PE").assumed
    assert found.would_change[0].endswith("The decision stays, the date moves. no (N): due 2025-05-22; yes (Y): due 2025-05-16.")


def test_the_fact_that_settles_it_alone_comes_first(an_advisory: Build) -> None:
    found = ask(BOD, an_advisory(("KEV", "yes", 0)), True)
    assert (found.decision, found.best) == ("3DF", "14D")
    assert "technical impact (TI)" in ask(BOD, an_advisory(("KEV", "yes", 0), ("A", "yes", 0)), True).would_change[0]
    assert [text.split(":")[1] for text in found.would_change[:2]] == [" automatable (A)", " technical impact (TI)"]


def test_each_open_fact_says_what_it_would_leave(an_advisory: Build) -> None:
    found = ask(BOD, an_advisory(("KEV", "yes", 0)), True)
    assert found.would_change[1].endswith("partial (P): 14D to 3D; total (T): 3DF.")


def test_what_is_known_says_what_it_would_take_to_change(epmm: Advisory) -> None:
    assert ask(BOD, epmm, True).would_change == (
        "If publicly exposed (PE) were no (N): 60D instead of 3D.",
        "If in KEV (KEV) were yes (Y): 3DF instead of 3D.",
        "If automatable (A) were no (N): 14D instead of 3D.",
        "If technical impact (TI) were partial (P): 14D instead of 3D.",
    )


def test_every_input_has_its_source_and_date(epmm: Advisory) -> None:
    found = decide(
        policy(BOD),
        advisory=epmm,
        exposed=True,
        at=end_of_day(date(2025, 5, 19)),
        exposed_source="inventory",
        exposed_date=date(2025, 5, 18),
    )
    assert [(i.key, i.value, i.source, i.date) for i in found.inputs] == [
        ("PE", "Y", "inventory", date(2025, 5, 18)),
        ("KEV", "Y", "KEV catalogue", date(2025, 5, 19)),
        ("A", "Y", "CISA ADP", date(2025, 5, 13)),
        ("TI", "T", "CISA ADP", date(2025, 5, 13)),
    ]


def test_a_value_stated_again_keeps_the_day_since_which_it_has_held(an_advisory: Build) -> None:
    again = an_advisory(("A", "no", 0), ("A", "yes", 1), ("A", "yes", 4), ("TI", "total", 0))
    assert the(ask(BOD, again, True, 20), "A").date == date(2025, 5, 14)


@pytest.mark.parametrize(
    ("catalogue", "told", "dated"),
    [
        (None, "whose age is not known", None),
        (date(2025, 5, 4), "10 days old by then", date(2025, 5, 4)),
        (date(2025, 5, 13), "1 day old by then", date(2025, 5, 13)),
        (date(2025, 8, 25), "by then", date(2025, 5, 14)),
    ],
)
def test_not_in_kev_says_how_old_the_catalogue_is(epmm: Advisory, catalogue: date | None, told: str, dated: date | None) -> None:
    found = decide(policy(BOD), advisory=epmm, exposed=True, at=end_of_day(date(2025, 5, 14)), kev_catalogue=catalogue)
    assert the(found, "KEV").source.endswith(told)
    assert (the(found, "KEV").date, the(found, "KEV").assumed) == (dated, False)


def test_scores_are_shown_and_decide_nothing(an_advisory: Build) -> None:
    said = [("A", "no", 0), ("TI", "partial", 0)]
    plain = ask(BOD, an_advisory(*said), True)
    scored = ask(BOD, an_advisory(*said, ("CVSS", "10.0", 0), ("EPSS", "0.97", 1), ("EPSS", "0.99", 3)), True)
    assert (scored.decision, scored.due, scored.inputs) == (plain.decision, plain.due, plain.inputs)
    assert scored.reasons[-1] == "Shown, never decisive: CVSS 10.0 (CISA ADP, 2025-05-13), EPSS 0.97 (CISA ADP, 2025-05-14)."


def test_an_asset_that_is_not_exposed_is_small_or_controlled(epmm: Advisory) -> None:
    found = ask(SSVC, epmm, False, HI="low")
    assert (found.decision, found.best) == ("O", "S")
    assert the(found, "EXP").source.startswith("exposed: no")


def test_human_impact_comes_from_safety_and_mission(epmm: Advisory) -> None:
    assert the(ask(SSVC, epmm, True, SI="critical", MI="MSC"), "HI").value == "H"


def test_safety_alone_leaves_what_the_mission_could_still_make_of_it(epmm: Advisory) -> None:
    found = ask(SSVC, epmm, True, SI="marginal")
    assert (found.decision, found.best) == ("I", "O")
    assert "low (L): O; medium (M): O; very high (VH): I." in found.would_change[0]
    assert the(found, "HI").source == "from the given SI=M"


def test_the_deployer_tree_sets_no_date(epmm: Advisory) -> None:
    found = ask(SSVC, epmm, True)
    assert found.due is None
    assert "No date: I sets no number of days." in found.reasons


@pytest.mark.parametrize(
    ("exposed", "kind", "decision", "best", "due"),
    [
        (True, "", "5D", "5D", 18),
        (False, "application", "7D", "7D", 20),
        (False, "service", "14D", "14D", 27),
        (False, "", "7D", "14D", 20),
        (None, "", "5D", "14D", 18),
        (None, "service", "5D", "14D", 18),
    ],
)
def test_uk_deadlines(epmm: Advisory, exposed: bool | None, kind: str, decision: str, best: str, due: int) -> None:
    found = ask(UK, epmm, exposed, **({"K": kind} if kind else {}))
    assert (found.decision, found.best, found.due) == (decision, best, date(2025, 5, due))


def test_a_figure_that_was_not_checked_says_so(epmm: Advisory) -> None:
    assert any("not been checked" in text for text in ask(UK, epmm, False, K="service").reasons)


def test_before_publication_there_is_nothing_to_decide(epmm: Advisory) -> None:
    with pytest.raises(
        BadInput, match="CVE-2025-4427 did not exist yet: it was published on 2025-05-13; ask as of 2025-05-13 or later"
    ):
        ask(BOD, epmm, True, 12)


def test_a_rejected_record_is_said_to_be_rejected(an_advisory: Build) -> None:
    with pytest.raises(BadInput, match="was rejected"):
        ask(BOD, an_advisory(state="REJECTED"), True)


def test_what_was_rejected_later_did_not_exist_before(an_advisory: Build) -> None:
    with pytest.raises(BadInput, match="did not exist yet"):
        ask(BOD, an_advisory(state="REJECTED"), True, 12)


def test_a_value_that_no_source_should_state_is_not_known(an_advisory: Build) -> None:
    found = ask(BOD, an_advisory(("A", "perhaps", 0), ("TI", "total", 0)), True)
    assert the(found, "A").assumed


def test_the_policy_is_named_with_its_version(epmm: Advisory) -> None:
    assert ask(BOD, epmm, True).policy == "bod-26-04 1.0.0"


def test_decisions_sort_by_rank(epmm: Advisory) -> None:
    assert ask(BOD, epmm, True, 19).rank > ask(BOD, epmm, True, 14).rank > ask(BOD, epmm, False, 14).rank


def test_the_last_days_of_the_calendar_do_not_break_it(an_advisory: Build) -> None:
    last = datetime.max.replace(tzinfo=UTC)
    far = Advisory("CVE-9999-0001", "PUBLISHED", last, last, "", "", (), (Stated("kev", "yes", "KEV", last),), (), "", "")
    assert decide(policy(BOD), advisory=far, exposed=True, at=last).due == date.max


def test_times_are_counted_in_utc(an_advisory: Build) -> None:
    evening = datetime(2025, 5, 13, 23, 30, tzinfo=timezone(timedelta(hours=-4)))
    told = tuple(
        Stated(key, value, "x", evening) for key, value in (("ssvc.automatable", "yes"), ("ssvc.technical_impact", "total"))
    )
    found = Advisory("CVE-2025-4427", "PUBLISHED", evening, evening, "", "", (), told, (), "", "")
    assert decide(policy(BOD), advisory=found, exposed=True, at=end_of_day(date(2025, 5, 14))).due == date(2025, 5, 17)
