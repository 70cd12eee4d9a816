"""One test and more for each row of the gate's table (docs/reference/closing.md)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from wardround.core.alerts import (
    Applicability,
    AssumptionConfirmed,
    Closing,
    IncidentFact,
    Judgement,
    RiskAcceptance,
    gate,
    proven_fix,
)
from wardround.core.alerts._reasons import day
from wardround.core.vocab import Verdict

from .builders import (
    AFFECTED,
    FIXED,
    ISSUED,
    NOT_EVALUABLE,
    NOW,
    UNKNOWN,
    a_decision,
    a_hunt,
    a_hunted_response,
    a_response,
    a_revision,
    a_source_that_sees,
    accepted,
    acknowledged,
    an_asset,
    attested,
    clinical,
    closing,
    codes,
    confirmed,
    disposed,
    false_alarm,
    found,
    isolated,
    never_had_it,
    on,
    real,
    reasons,
    risk_accepted,
    searched,
    seen,
)

OPEN = an_asset(sightings=(seen(AFFECTED, on(13)),))
DOES_NOT_APPLY = (confirmed(Applicability.DOES_NOT_APPLY),)


def test_everything_in_order_closes_as_fixed_or_hunted_or_does_not_apply() -> None:
    assert closing(a_response()) is Closing.FIXED
    assert closing(a_hunted_response()) is Closing.WINDOW_HUNTED
    assert closing(never_had_it()) is Closing.DOES_NOT_APPLY


class TestAcknowledged:
    def test_a_response_without_acknowledgement_says_which_revision(self) -> None:
        facts = a_response(acknowledgements=())
        assert reasons(facts) == "Revision 1 of 14 May 2025 is not acknowledged: read and acknowledge revision 1"

    def test_a_material_revision_asks_again_and_an_editorial_one_does_not(self) -> None:
        again = confirmed(at=on(15, 14), assessed_at=on(15, 14))
        material = a_response(revisions=(a_revision(), a_revision(2, at=on(15))), confirmations=(again,))
        editorial = a_response(revisions=(a_revision(), a_revision(2, at=on(15), material=False)))
        assert codes(material) == ["acknowledge"]
        assert closing(editorial) is Closing.FIXED

    def test_the_first_revision_asks_whether_it_is_called_material_or_not(self) -> None:
        assert codes(a_response(revisions=(a_revision(material=False),), acknowledgements=())) == ["acknowledge"]

    def test_an_acknowledgement_of_a_later_revision_counts(self) -> None:
        both = (a_revision(), a_revision(2, at=on(15), material=False))
        assert closing(a_response(revisions=both, acknowledgements=(acknowledged(2, at=on(15, 13)),))) is Closing.FIXED

    @pytest.mark.parametrize("word", [acknowledged(7), acknowledged(1, at=on(13))], ids=["of no such revision", "before its issue"])
    def test_a_word_that_cannot_be_true_acknowledges_nothing(self, word: object) -> None:
        assert codes(a_response(acknowledgements=(word,))) == ["acknowledge"]

    def test_nothing_closes_before_it_was_issued_or_after_it_was_withdrawn(self) -> None:
        assert codes(a_response(), at=on(14, 11))[0] == "not_issued"
        assert codes(a_response(withdrawn_at=on(15))) == ["withdrawn"]
        assert closing(a_response(withdrawn_at=on(17))) is Closing.FIXED


class TestConfirmed:
    def test_a_person_has_to_confirm_and_is_told_the_figures(self) -> None:
        facts = a_response(an_asset(), an_asset("mdm-02", sightings=(seen(UNKNOWN, on(13)),)), confirmations=())
        assert "Nobody has confirmed whether the alert applies: 1 affected, 1 undecided" in reasons(facts)

    def test_an_answer_on_an_older_assessment_does_not_count_for_a_new_revision(self) -> None:
        facts = a_response(revisions=(a_revision(), a_revision(2, at=on(15))), acknowledgements=(acknowledged(2, at=on(15, 13)),))
        assert codes(facts) == ["confirm"]
        again = (*facts.confirmations, confirmed(at=on(15, 14), assessed_at=on(15, 13)))
        assert closing(replace(facts, confirmations=again)) is Closing.FIXED

    def test_not_yet_known_is_no_answer_to_close_on(self) -> None:
        assert codes(a_response(confirmations=(confirmed(Applicability.NOT_YET_KNOWN),))) == ["not_yet_known"]

    def test_of_two_answers_at_the_same_instant_the_one_that_closes_less_counts(self) -> None:
        unsure = confirmed(Applicability.NOT_YET_KNOWN)
        for both in ((confirmed(), unsure), (unsure, confirmed())):
            assert codes(a_response(confirmations=both)) == ["not_yet_known"]

    def test_the_latest_answer_decides(self) -> None:
        facts = never_had_it()
        overruled = confirmed(Applicability.APPLIES, at=on(15))
        assert codes(replace(facts, confirmations=(*facts.confirmations, overruled))) == ["no_asset"]


class TestDoesNotApply:
    def test_absence_alone_never_closes(self) -> None:
        facts = never_had_it(attestations=())
        assert reasons(facts) == (
            "Nothing shows that it does not apply: no source sees edge appliances: "
            "import a snapshot of a source that sees them, or have a named person attest that you do not run it"
        )

    def test_a_fresh_source_that_sees_the_product_class_closes_and_a_stale_one_does_not(self) -> None:
        facts = never_had_it(attestations=(), visibility=(a_source_that_sees(),))
        assert closing(facts, at=on(14) + timedelta(days=30)) is Closing.DOES_NOT_APPLY
        assert codes(facts, at=on(14) + timedelta(days=30, seconds=1)) == ["not_visible"]

    def test_an_attestation_holds_until_it_expires(self) -> None:
        facts = never_had_it(attestations=(attested(until=on(20)),))
        assert closing(facts, at=on(20) - timedelta(seconds=1)) is Closing.DOES_NOT_APPLY
        assert "the attestation of R. Example ended on 20 May 2025" in reasons(facts, at=on(20))

    @pytest.mark.parametrize("verdict", [AFFECTED, UNKNOWN, NOT_EVALUABLE])
    def test_an_open_asset_contradicts_it_whatever_was_attested(self, verdict: Verdict) -> None:
        facts = never_had_it(assets=(an_asset(sightings=(seen(verdict, on(15)),)),), decision=a_decision())
        assert codes(facts) == ["contradicted"]

    def test_whoever_patched_it_had_it_and_cannot_say_that_it_does_not_apply(self) -> None:
        facts = a_response(confirmations=DOES_NOT_APPLY, attestations=(attested(),))
        assert "You said that it does not apply, and mdm-01 was affected on 13 May 2025" in reasons(facts)

    def test_an_undecided_asset_that_turned_out_not_affected_is_no_contradiction(self) -> None:
        cleared = an_asset(sightings=(seen(UNKNOWN, on(13)), seen(FIXED, on(14))))
        assert closing(never_had_it(assets=(cleared,))) is Closing.DOES_NOT_APPLY

    def test_a_snapshot_that_does_not_count_clears_nothing(self) -> None:
        unclear = an_asset(sightings=(seen(UNKNOWN, on(13)), seen(FIXED, on(15), counts=False)))
        assert codes(never_had_it(assets=(unclear,))) == ["contradicted"]


class TestEveryAssetIsSettled:
    def test_not_seen_is_never_gone(self) -> None:
        facts = a_response(replace(OPEN, not_seen=(("mdm-inventory", on(15)),)))
        assert reasons(facts) == (
            "mdm-01 was last seen affected on 13 May 2025 (12.4.0.1, source mdm-inventory; not in its snapshot of 15 May 2025, "
            "which shows nothing): fix it and import a newer snapshot of mdm-inventory, or record its disposal"
        )

    def test_every_source_that_saw_it_open_has_to_show_it_fixed_itself(self) -> None:
        other = seen(AFFECTED, on(13), source="network-scan")
        facts = a_response(an_asset(sightings=(*an_asset().sightings, other)))
        assert codes(facts) == ["affected"]
        shown = an_asset(sightings=(*facts.assets[0].sightings, seen(FIXED, on(15), source="network-scan")))
        assert closing(a_response(shown)) is Closing.FIXED

    def test_a_fix_shown_only_before_the_alert_needs_a_newer_snapshot(self) -> None:
        early = (seen(AFFECTED, on(10)), seen(FIXED, on(12)))
        assert codes(a_response(an_asset(sightings=early))) == ["older_snapshot"]
        assert closing(a_response(an_asset(sightings=(*early, seen(FIXED, on(15)))))) is Closing.FIXED

    def test_a_snapshot_of_the_very_moment_of_issue_is_not_newer(self) -> None:
        assert codes(a_response(an_asset(sightings=(seen(AFFECTED, on(13)), seen(FIXED, ISSUED))))) == ["older_snapshot"]

    def test_open_again_after_the_fix_is_open(self) -> None:
        back = (*an_asset().sightings, seen(AFFECTED, on(16, 9)))
        assert codes(a_response(an_asset(sightings=back))) == ["affected"]

    def test_a_sighting_at_the_very_moment_of_an_open_one_shows_no_fix(self) -> None:
        at_once = (seen(AFFECTED, on(15)), seen(FIXED, on(15)))
        assert codes(a_response(an_asset(sightings=at_once))) == ["affected"]

    def test_the_fix_is_proven_by_the_first_snapshot_that_shows_it_once_no_source_calls_it_open(self) -> None:
        other = seen(AFFECTED, on(13), source="network-scan")
        half = an_asset(sightings=(*an_asset().sightings, seen(FIXED, on(16, 9)), other))
        assert proven_fix(half) is None
        assert proven_fix(replace(half, sightings=(*half.sightings, seen(FIXED, on(16), source="network-scan")))) == on(15)

    def test_a_shrunk_snapshot_shows_no_fix_and_does_show_an_open_asset(self) -> None:
        shrunk = an_asset(sightings=(seen(AFFECTED, on(13)), seen(FIXED, on(15), counts=False)))
        opened = an_asset(sightings=(*an_asset().sightings, seen(AFFECTED, on(16, 9), counts=False)))
        assert codes(a_response(shrunk)) == ["shrunk_snapshot"]
        assert codes(a_response(opened)) == ["affected"]

    def test_an_undecided_asset_is_asked_for_with_its_version(self) -> None:
        facts = a_response(an_asset("mdm-02", sightings=(seen(UNKNOWN, on(13), reason="12.4 could be either"),)))
        assert reasons(facts) == (
            "mdm-02 could not be decided on 13 May 2025 (12.4, source mdm-inventory): 12.4 could be either: "
            "enter its full version, or import a newer snapshot of mdm-inventory"
        )

    def test_assets_in_the_same_case_share_one_reason(self) -> None:
        facts = a_response(*(replace(OPEN, asset_id=f"mdm-0{n}") for n in range(1, 7)))
        [missing] = gate(facts, at=NOW).open_because
        assert missing.what.startswith("mdm-01, mdm-02, mdm-03, mdm-04 and 2 more were last seen affected on 13 May 2025")
        assert len(missing.assets) == 6

    def test_disposal_settles_until_anything_sees_it_again(self) -> None:
        assert closing(a_response(OPEN, disposals=(disposed(),))) is Closing.FIXED
        assert codes(a_response(OPEN, disposals=(disposed(at=on(12)),))) == ["affected"]
        back = an_asset(sightings=(seen(AFFECTED, on(13)), seen(FIXED, on(15, 13), source="network-scan")))
        assert codes(a_response(back, disposals=(disposed(),))) == ["affected"]

    def test_an_isolation_check_that_does_not_hold_says_why(self) -> None:
        assert "the check of 13 May 2025 is older than the alert" in reasons(a_response(OPEN, isolations=(isolated(at=on(13)),)))
        assert "the check of 15 May 2025 ended on 16 May 2025" in reasons(a_response(OPEN, isolations=(isolated(until=NOW),)))

    def test_isolation_settles_while_the_check_is_in_date(self) -> None:
        facts = a_response(OPEN, isolations=(isolated(until=on(20)),))
        assert closing(facts) is Closing.FIXED
        assert codes(facts, at=on(20)) == ["affected", "isolation_expired"]
        assert codes(a_response(OPEN, isolations=(isolated(at=on(13)),))) == ["affected", "isolation_expired"]

    def test_said_to_apply_without_any_asset_has_nothing_to_show(self) -> None:
        assert codes(a_response(assets=())) == ["no_asset"]

    def test_open_assets_without_a_decision_leave_it_open(self) -> None:
        assert codes(a_response(OPEN, isolations=(isolated(),), decision=None)) == ["no_decision"]


class TestAssumptions:
    ASSUMED = an_asset(sightings=(seen(AFFECTED, on(13)), seen(FIXED, on(15), assumptions=("EPMM 13.0 CVE-2025-4427",))))

    def test_a_not_affected_that_rests_on_an_assumption_waits_for_a_person(self) -> None:
        assert codes(a_response(self.ASSUMED)) == ["assumption"]
        said = AssumptionConfirmed("R. Example", on(15), "EPMM 13.0 CVE-2025-4427")
        assert closing(a_response(self.ASSUMED, assumptions=(said,))) is Closing.FIXED

    def test_it_holds_for_an_asset_that_never_stood_open_too(self) -> None:
        never = an_asset(sightings=(seen(FIXED, on(14), assumptions=("EPMM 13.0 CVE-2025-4427",)),))
        assert codes(never_had_it(assets=(never,))) == ["assumption"]


class TestRisk:
    def test_a_second_person_as_siro_may_accept_it_for_at_most_90_days(self) -> None:
        facts = a_response(OPEN, risks=(risk_accepted(),))
        assert closing(facts) is Closing.RISK_ACCEPTED
        assert closing(facts, at=on(15) + timedelta(days=90)) is None

    @pytest.mark.parametrize(
        ("risk", "why"),
        [
            (risk_accepted(by="r. example "), "it needs a second person beside the one who asks"),
            (risk_accepted(asked_by=" "), "it needs a second person beside the one who asks"),
            (risk_accepted(as_siro=False), "S. Iro did not accept it as SIRO"),
            (risk_accepted(days=91), "it was given for more than 90 days"),
            (risk_accepted(at=on(14, 13), days=1), "it expired on 15 May 2025"),
        ],
        ids=["oneself", "nobody asked", "not the SIRO", "too long", "expired"],
    )
    def test_any_other_acceptance_does_not_count_and_says_why(self, risk: RiskAcceptance, why: str) -> None:
        assert f"mdm-01 is not covered by the risk acceptance of {day(risk.at)}: {why}" in reasons(a_response(OPEN, risks=(risk,)))

    def test_never_while_a_detection_is_unjudged(self) -> None:
        facts = a_response(OPEN, risks=(risk_accepted(),), detections=(found(),))
        assert codes(facts) == ["affected", "risk_refused", "detection"]
        assert closing(replace(facts, judgements=(false_alarm(),))) is Closing.RISK_ACCEPTED

    def test_all_that_are_open_means_those_known_to_be_open_then(self) -> None:
        late = an_asset("mdm-09", sightings=(seen(AFFECTED, on(16, 9)),))
        assert closing(a_response(OPEN, risks=(risk_accepted("*"),))) is Closing.RISK_ACCEPTED
        assert codes(a_response(OPEN, late, risks=(risk_accepted("*"),))) == ["affected"]

    def test_an_accepted_risk_replaces_no_hunt(self) -> None:
        facts = a_hunted_response(replace(OPEN, triage=True), risks=(risk_accepted(),), hunts=())
        assert codes(facts) == ["not_hunted"]


class TestClinical:
    def test_a_fix_needs_the_manufacturers_approval_and_the_safety_sign_off(self) -> None:
        device = an_asset(clinical=True, service="theatres")
        assert codes(a_response(device)) == ["safety_sign_off"]
        assert codes(a_response(device, clinical=(clinical(officer=False),))) == ["safety_sign_off"]
        assert closing(a_response(device, clinical=(clinical(),))) is Closing.FIXED

    def test_awaiting_the_manufacturer_names_controls_and_review_date(self) -> None:
        device = replace(OPEN, clinical=True, service="theatres")
        waiting = clinical("awaited", controls="no route from outside", review_on=date(2025, 6, 13))
        assert (
            "The manufacturer's approval for the fix of mdm-01 (theatres) is awaited, interim controls: no route from outside, "
            "review on 13 June 2025" in reasons(a_response(device, clinical=(waiting,)))
        )

    def test_a_refusal_after_an_approval_counts(self) -> None:
        facts = a_response(an_asset(clinical=True), clinical=(clinical(), clinical("refused", at=on(15))))
        assert codes(facts) == ["approval_refused"]

    def test_of_two_decisions_at_the_same_instant_the_one_that_closes_less_counts(self) -> None:
        facts = a_response(an_asset(clinical=True), clinical=(clinical(), clinical(officer=False)))
        assert codes(facts) == ["safety_sign_off"]
        assert codes(replace(facts, clinical=(clinical(), clinical("awaited")))) == ["approval_awaited"]

    def test_isolation_of_a_clinical_asset_needs_its_own_decision(self) -> None:
        device = replace(OPEN, clinical=True)
        facts = a_response(device, isolations=(isolated(),), clinical=(clinical(),))
        assert codes(facts) == ["affected", "safety_sign_off"]
        both = (clinical(), clinical(action="isolation"))
        assert closing(replace(facts, clinical=both)) is Closing.FIXED

    def test_disposal_and_an_accepted_risk_need_none(self) -> None:
        device = replace(OPEN, clinical=True)
        assert closing(a_response(device, disposals=(disposed(),))) is Closing.FIXED
        assert closing(a_response(device, risks=(risk_accepted(),))) is Closing.RISK_ACCEPTED


class TestHunted:
    def test_fixed_alone_leaves_it_open_where_triage_is_asked_for(self) -> None:
        facts = a_hunted_response(hunts=())
        assert reasons(facts) == (
            "The logs of mdm-01 were not hunted from 13 April 2025: upload the logs of mdm-01 for the window and hunt"
        )

    def test_no_logs_at_all_is_not_hunted(self) -> None:
        facts = a_hunted_response(hunts=(a_hunt("hunt-1", searched(seen=0, hours=720)),))
        assert "Not hunted: 720 of 720 hours of mdm-01 have no logs" in reasons(facts)

    def test_logs_from_after_the_fix_alone_are_no_hunt_for_the_exploit(self) -> None:
        host = searched(seen=100, hours=768, seen_until_fix=0, hours_until_fix=668)
        facts = a_hunted_response(hunts=(a_hunt("hunt-1", host),))
        assert "none of the 668 hours before the fix of mdm-01 could be searched for the exploit" in reasons(facts)

    def test_the_person_who_accepts_is_told_all_that_was_not_seen(self) -> None:
        host = searched(seen=700, seen_until_fix=600, hours_until_fix=668, events=90, unparsed=10, unread=1)
        facts = a_hunted_response(hunts=(a_hunt("hunt-1", host),), coverage_accepted=())
        told = "700 of 768 hours of mdm-01, before the fix 600 of 668, 10 of 100 lines not read, 1 file not read to its end"
        assert told in reasons(facts)

    @pytest.mark.parametrize(
        ("hunt", "why"),
        [
            (a_hunt(pack="pack-0"), "by older rules"),
            (a_hunt(logs=frozenset()), "without 1 of the logs that are here now"),
            (a_hunt(at=on(14, 11)), "before revision 1"),
        ],
        ids=["older rules", "a log came later", "older than the revision"],
    )
    def test_a_hunt_that_is_out_of_date_has_to_be_run_again(self, hunt: object, why: str) -> None:
        facts = a_hunted_response(hunts=(hunt,))
        assert codes(facts) == ["hunt_outdated"]
        assert why in reasons(facts)

    @pytest.mark.parametrize(
        "host",
        [searched(since=on(14, 0, month=4)), searched(until=on(15, 11))],
        ids=["starts late", "ends before the snapshot that shows the fix"],
    )
    def test_the_whole_window_is_searched(self, host: object) -> None:
        assert codes(a_hunted_response(hunts=(a_hunt("hunt-1", host),))) == ["hunt_too_short"]

    def test_the_window_ends_at_the_first_snapshot_that_shows_the_fix(self) -> None:
        shown_early = an_asset(sightings=(seen(AFFECTED, on(10)), seen(FIXED, on(12)), seen(FIXED, on(15))), triage=True)
        hunt = a_hunt("hunt-1", searched(until=on(12)))
        assert closing(a_hunted_response(shown_early, hunts=(hunt,))) is Closing.WINDOW_HUNTED

    def test_the_window_of_an_isolated_asset_runs_to_the_check(self) -> None:
        facts = a_hunted_response(replace(OPEN, triage=True), isolations=(isolated(at=on(15, 14)),))
        assert codes(facts) == ["hunt_too_short"]

    def test_the_window_of_a_disposed_asset_runs_to_its_disposal(self) -> None:
        facts = a_hunted_response(replace(OPEN, triage=True), disposals=(disposed(at=on(15, 14)),))
        assert codes(facts) == ["hunt_too_short"]

    def test_nobody_knows_since_when_is_no_window(self) -> None:
        assert codes(a_hunted_response(window_since=None)) == ["no_window"]

    def test_rules_that_are_not_known_are_not_current(self) -> None:
        assert codes(a_hunted_response(pack="", hunts=(a_hunt(pack=""),))) == ["hunt_outdated"]

    def test_an_asset_whose_decision_asks_for_no_triage_is_not_hunted(self) -> None:
        inside = an_asset("mdm-02")
        assert closing(a_hunted_response(an_asset(triage=True), inside)) is Closing.WINDOW_HUNTED

    def test_a_decision_for_the_organisation_alone_asks_for_every_asset(self) -> None:
        assert codes(a_hunted_response(an_asset("mdm-02"))) == ["not_hunted"]

    def test_an_earlier_hunt_that_is_enough_is_not_undone_by_a_later_poor_one(self) -> None:
        poor = a_hunt("hunt-2", searched(seen=0), at=on(15, 20))
        assert closing(a_hunted_response(hunts=(a_hunt(), poor))) is Closing.WINDOW_HUNTED


class TestCoverage:
    def test_a_person_accepts_it_with_its_hours_and_the_rules_that_could_not_run(self) -> None:
        host = searched(seen=648, hours=768, rules_not_run=("status-400",))
        facts = a_hunted_response(hunts=(a_hunt("hunt-1", host),), coverage_accepted=())
        assert reasons(facts) == (
            "Nobody has accepted what the hunt saw: 648 of 768 hours of mdm-01; rules that could not run: status-400: "
            "accept this coverage, or add logs and hunt again"
        )

    def test_acceptance_of_another_hunt_or_before_the_hunt_does_not_count(self) -> None:
        assert codes(a_hunted_response(coverage_accepted=(accepted("hunt-0"),))) == ["coverage"]
        assert codes(a_hunted_response(coverage_accepted=(accepted(at=on(15, 13)),))) == ["coverage"]

    def test_a_gap_accepted_closes_as_partly_visible_with_its_hours(self) -> None:
        facts = a_hunted_response(hunts=(a_hunt("hunt-1", searched(seen=648)),))
        answer = gate(facts, at=NOW)
        assert (answer.closing, answer.hours_seen, answer.hours) == (Closing.WINDOW_PARTLY_VISIBLE, 648, 768)

    def test_a_rule_that_could_not_run_makes_it_partly_visible(self) -> None:
        facts = a_hunted_response(hunts=(a_hunt("hunt-1", searched(rules_not_run=("status-400",))),))
        assert closing(facts) is Closing.WINDOW_PARTLY_VISIBLE

    @pytest.mark.parametrize(
        "unseen",
        [{"seen_until_fix": 700, "hours_until_fix": 701}, {"unparsed": 1, "events": 5000}, {"unread": 1}],
        ids=["an hour before the fix", "a line", "the end of a file"],
    )
    def test_whatever_was_not_seen_makes_it_partly_visible(self, unseen: dict[str, int]) -> None:
        facts = a_hunted_response(hunts=(a_hunt("hunt-1", searched(**unseen)),))
        assert closing(facts) is Closing.WINDOW_PARTLY_VISIBLE

    def test_the_weakest_kind_wins(self) -> None:
        other = an_asset("mdm-02", sightings=(seen(AFFECTED, on(13)),))
        facts = a_hunted_response(an_asset(triage=True), other, risks=(risk_accepted("mdm-02"),))
        assert closing(facts) is Closing.RISK_ACCEPTED


class TestDetections:
    def test_every_detection_is_judged_scans_too(self) -> None:
        facts = a_hunted_response(detections=(found(), found("d-2", scan_only=True)))
        assert "2 detections on mdm-01 not judged, 1 of them perhaps only a scan" in reasons(facts)

    def test_a_false_alarm_needs_its_reason(self) -> None:
        facts = a_hunted_response(detections=(found(),))
        assert codes(replace(facts, judgements=(false_alarm(reason=" "),))) == ["detection"]
        assert closing(replace(facts, judgements=(false_alarm(),))) is Closing.WINDOW_HUNTED

    def test_a_real_one_belongs_to_an_incident_that_is_closed(self) -> None:
        facts = a_hunted_response(detections=(found(),), judgements=(real(incident="INC-1"),))
        assert codes(facts) == ["detection"]
        opened = replace(facts, incidents=(IncidentFact("INC-1", on(15)),))
        assert codes(opened) == ["detection", "incident"]
        ended = replace(facts, incidents=(IncidentFact("INC-1", on(15), closed_at=on(16, 9)),))
        assert closing(ended) is Closing.WINDOW_HUNTED
        assert codes(ended, at=on(16, 8)) == ["detection", "incident"]

    def test_the_newest_judgement_decides(self) -> None:
        facts = a_hunted_response(detections=(found(),), judgements=(false_alarm(), real(at=on(15, 17))))
        assert codes(facts) == ["detection"]
        overruled = replace(facts, judgements=(real(), false_alarm(at=on(15, 17))))
        assert closing(overruled) is Closing.WINDOW_HUNTED
        both_at_once: tuple[Judgement, ...] = (false_alarm(), real())
        assert codes(replace(facts, judgements=both_at_once)) == ["detection"]

    def test_an_open_incident_keeps_it_open_whatever_was_judged(self) -> None:
        facts = a_hunted_response(incidents=(IncidentFact("INC-1", on(15)),))
        assert reasons(facts) == "Incident INC-1 has been open since 15 May 2025: work it to its end and close it on evidence"
        assert codes(never_had_it(incidents=facts.incidents)) == ["incident"]


def test_nothing_that_was_stated_later_is_looked_at() -> None:
    hunted = a_hunted_response()
    later = a_source_that_sees(taken_at=on(16, 13))
    assert codes(hunted, at=on(15, 13)) == ["not_hunted"]
    assert codes(never_had_it(attestations=(), visibility=(later,))) == ["not_visible"]
    assert codes(a_response(OPEN, isolations=(isolated(),), decision=a_decision(at=on(17)))) == ["no_decision"]
