"""What people may say on a response, what is refused, and what ends by itself: risk, clinical, isolation, attestation, disposal."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from wardround.core.vocab import BadInput
from wardround.hub.alerts import answering
from wardround.hub.alerts.answering import NotYet
from wardround.hub.alerts.arrivals import reconsider
from wardround.hub.alerts.facts import standing
from wardround.hub.alerts.hunting import hunt
from wardround.hub.alerts.models import Response, Word
from wardround.hub.audit.models import Entry
from wardround.hub.estate.services import confirm_shrunk
from wardround.hub.hunts.models import Detection
from wardround.hub.incidents.services import close_incident, open_incident
from wardround.hub.organisations.models import Membership, Organisation
from wardround.hub.outbox.models import Message

from ..builders import (
    EXPLOIT,
    KEV,
    PROBE,
    PUBLISHED,
    Row,
    a_person,
    a_server,
    a_snapshot,
    acknowledged,
    an_alert,
    an_organisation,
    at,
    by,
    codes,
    feeds_with,
    filler,
    logs,
    response_of,
    state,
)

pytestmark = pytest.mark.usefixtures("hub")
TODAY = at(14, 12)


class Team:
    """One organisation with its people and its response to an alert that was answered on 14 May at ten."""

    def __init__(self, *rows: Row, answer: str = "applies", kev: bool = False, sees: tuple[str, ...] = ("edge_appliance",)) -> None:
        self.trust: Organisation = an_organisation()
        self.person, self.other = a_person(self.trust), a_person(self.trust)
        self.siro = a_person(self.trust, siro=True)
        self.safety = a_person(self.trust, clinical_safety_officer=True)
        feeds_with(PUBLISHED, *([KEV] if kev else []), now=at(13, 17))
        a_snapshot(self.trust, rows or [a_server()], taken=at(12), sees=sees)
        self.alert = an_alert(at(14, 9), pack="epmm" if kev else "")
        self.response: Response = response_of(self.trust)
        if answer:
            acknowledged(self.person, self.response, at(14, 10), answer)

    def risk(
        self, *, asked_by: Any = None, accepted_by: Any = None, days: float = 60, asset: str = "mdm-01", when: Any = TODAY
    ) -> Word:
        asked = answering.ask_risk(by(asked_by or self.person, when), response=self.response, asset=asset, reason="no fix")
        act = by(accepted_by or self.siro, when + timedelta(minutes=1))
        return answering.accept_risk(act, response=self.response, asked=asked, until=act.at + timedelta(days=days))


def words(kind: str) -> int:
    return Word.unscoped.filter(kind=kind).count()


class TestAcceptingARisk:
    def test_a_second_person_as_siro_for_90_days_closes_it_as_what_it_is(self) -> None:
        team = Team()
        team.risk(days=90)
        assert answering.close(by(team.person, at(14, 13)), response=team.response) == "risk_accepted"

    def test_only_the_siro_accepts(self) -> None:
        team = Team()
        with pytest.raises(PermissionDenied, match="may not accept a risk"):
            team.risk(accepted_by=team.other)
        assert words("risk_acceptance") == 0

    def test_the_siro_of_another_organisation_does_not(self) -> None:
        team = Team()
        with pytest.raises(PermissionDenied):
            team.risk(accepted_by=a_person(an_organisation(), siro=True))

    def test_whoever_asked_does_not_accept_it_too(self) -> None:
        team = Team()
        with pytest.raises(BadInput, match="second person"):
            team.risk(asked_by=team.siro)

    def test_not_for_more_than_90_days(self) -> None:
        with pytest.raises(BadInput, match="90 days"):
            Team().risk(days=90.01)

    def test_not_for_the_past(self) -> None:
        with pytest.raises(BadInput, match="in the past"):
            Team().risk(days=0)

    def test_not_while_a_detection_is_unjudged(self) -> None:
        team = Team(kev=True)
        logs(team.trust, until=at(20), traces={at(15, 11): PROBE})
        hunt(by(team.person, at(20)), response=team.response)
        with pytest.raises(BadInput, match="1 detections are not judged"):
            team.risk(when=at(20, 10))

    def test_a_detection_that_comes_later_takes_it_back(self) -> None:
        team = Team(kev=True)
        team.risk()
        logs(team.trust, until=at(20), traces={at(15, 11): EXPLOIT})
        hunt(by(team.person, at(20)), response=team.response)
        assert {"risk_refused", "detection"} <= codes(team.response, at(20))

    def test_a_request_of_another_response_is_no_request(self) -> None:
        """The word that is accepted was asked for on this very response."""
        team, others = Team(answer=""), an_organisation()
        a_snapshot(others, [a_server()], taken=at(12))
        an_alert(at(14, 11), scope=[others.code], pack="")
        elsewhere = answering.ask_risk(by(a_person(others), TODAY), response=response_of(others), asset="mdm-01", reason="no fix")
        with pytest.raises(BadInput, match="not asked for"):
            answering.accept_risk(by(team.siro, TODAY), response=team.response, asked=elsewhere, until=at(20))

    def test_what_was_not_a_request_cannot_be_accepted(self) -> None:
        team = Team()
        note = answering.give_update(by(team.person, TODAY), response=team.response, text="still at it")
        with pytest.raises(BadInput, match="not asked for"):
            answering.accept_risk(by(team.siro, TODAY), response=team.response, asked=note, until=at(20))

    def test_when_it_ends_the_response_is_open_again(self) -> None:
        team = Team()
        team.risk(days=3)
        answering.close(by(team.person, at(14, 13)), response=team.response)
        assert reconsider(at=at(17, 12)) == 0
        assert reconsider(at=at(17, 12, 2)) == 1
        assert codes(team.response, at(17, 12, 2)) == {"affected", "risk_refused"}


class TestAClinicalAsset:
    """A fix, a reboot or an isolation of a medical device: the manufacturer's approval and the clinical safety officer."""

    GATEWAY = a_server("gw-1", asset_class="medical_device", service="infusion pumps")

    def decided(self, team: Team, approval: str, *, person: Any = None, action: str = "patch", **more: Any) -> Word:
        act = by(person or team.safety, TODAY)
        return answering.decide_clinically(act, response=team.response, asset="gw-1", action=action, approval=approval, **more)

    def test_awaiting_its_manufacturer_is_a_state_of_its_own_with_a_review_date(self) -> None:
        team = Team(self.GATEWAY)
        self.decided(team, "awaited", controls="off the internet", review_on=date(2025, 5, 28))
        assert state(team.response, TODAY) == "awaiting_manufacturer"
        review = [d for d in standing(team.response, at=at(29))[1].deadlines if d.name == "review"]
        assert [d.at.date() for d in review] == [date(2025, 5, 28)]
        assert review[0].overdue(at(29))

    def test_fixed_without_a_decision_does_not_close(self) -> None:
        team = Team(self.GATEWAY)
        a_snapshot(team.trust, [self.GATEWAY | {"version": "12.4.0.2"}], taken=at(14, 11))
        reconsider(at=TODAY)
        with pytest.raises(NotYet, match="clinical safety officer"):
            answering.close(by(team.person, TODAY), response=team.response)

    @pytest.mark.parametrize(("signed", "closes"), [(True, True), (False, False)])
    def test_an_approval_counts_with_the_clinical_safety_officers_sign_off(self, signed: bool, closes: bool) -> None:
        team = Team(self.GATEWAY)
        self.decided(team, "given", person=team.safety if signed else team.person)
        a_snapshot(team.trust, [self.GATEWAY | {"version": "12.4.0.2"}], taken=at(14, 11))
        reconsider(at=TODAY)
        assert (standing(team.response, at=TODAY)[1].gate.closing == "fixed") is closes

    def test_awaited_asks_for_controls_and_for_a_date_to_come(self) -> None:
        team = Team(self.GATEWAY)
        for more in ({}, {"controls": "off the net"}, {"controls": "off the net", "review_on": TODAY.date()}):
            with pytest.raises(BadInput):
                self.decided(team, "awaited", **more)

    @pytest.mark.parametrize(("action", "approval"), [("unplug", "given"), ("patch", "perhaps")])
    def test_words_that_nobody_knows_are_refused_with_those_there_are(self, action: str, approval: str) -> None:
        with pytest.raises(BadInput, match="patch, reboot, isolation and given, refused, awaited"):
            self.decided(Team(self.GATEWAY), approval, action=action)


class TestWhatEndsByItself:
    def test_an_isolation_check_closes_until_it_ends(self) -> None:
        team = Team()
        answering.check_isolation(
            by(team.person, TODAY), response=team.response, asset="mdm-01", how="curl from outside", until=at(20)
        )
        assert answering.close(by(team.person, at(14, 13)), response=team.response) == "fixed"
        assert reconsider(at=at(20) - timedelta(seconds=1)) == 0
        assert reconsider(at=at(20)) == 1
        assert "isolation_expired" in codes(team.response, at(20))

    def test_an_attestation_closes_until_it_ends(self) -> None:
        team = Team(a_server("pc-1", product="Desktop"), answer="", sees=("workstation",))
        answering.attest(by(team.person, TODAY), response=team.response, statement="We read the registers.", until=at(20))
        acknowledged(team.person, team.response, TODAY, "does_not_apply")
        assert answering.close(by(team.person, TODAY), response=team.response) == "does_not_apply"
        assert reconsider(at=at(20)) == 1
        told = Message.unscoped.get(subject__contains="open again")
        assert "the attestation of" in told.body
        assert state(team.response, at(20)) == "not_yet_known"

    def test_it_shows_as_open_before_any_worker_has_looked(self) -> None:
        """Deadlines derive when read: a worker that stands still forgets none."""
        team = Team()
        answering.check_isolation(
            by(team.person, TODAY), response=team.response, asset="mdm-01", how="curl from outside", until=at(20)
        )
        answering.close(by(team.person, at(14, 13)), response=team.response)
        assert state(team.response, at(20)) == "applies"

    def test_not_seen_is_not_gone(self) -> None:
        team = Team(a_server(), a_server("mdm-02"), *filler(9))
        a_snapshot(team.trust, [a_server(version="12.4.0.2"), *filler(9)], taken=at(14, 11))
        reconsider(at=TODAY)
        with pytest.raises(NotYet, match="mdm-02 was last seen affected on 12 May"):
            answering.close(by(team.person, TODAY), response=team.response)

    def test_a_disposal_counts_until_it_is_seen_again(self) -> None:
        team = Team()
        answering.dispose(by(team.person, TODAY), response=team.response, asset="mdm-01", reason="scrapped, receipt 12")
        assert answering.close(by(team.person, TODAY), response=team.response) == "fixed"
        a_snapshot(team.trust, [a_server()], taken=at(15))
        assert reconsider(at=at(15)) == 1

    def test_a_shrunken_snapshot_closes_nothing_until_a_person_confirms_it(self) -> None:
        team = Team(a_server(), *filler(9))
        small = a_snapshot(team.trust, [a_server(version="12.4.0.2"), *filler(3)], taken=at(14, 11))
        reconsider(at=TODAY)
        assert codes(team.response, TODAY) == {"shrunk_snapshot"}
        confirm_shrunk(by(team.person, at(14, 13)), snapshot=small, reason="the lab moved out")
        reconsider(at=at(14, 13))
        assert answering.close(by(team.person, at(14, 13)), response=team.response) == "fixed"
        assert codes(team.response, TODAY) == {"shrunk_snapshot"}, "as of then nobody had confirmed it"


class TestAnswering:
    def test_absence_alone_proposes_not_yet_known(self) -> None:
        team = Team(a_server("pc-1", product="Desktop"), answer="", sees=("workstation",))
        assert standing(team.response, at=TODAY)[1].proposal == "not_yet_known"

    def test_a_source_that_sees_the_class_proposes_does_not_apply(self) -> None:
        team = Team(a_server("pc-1", product="Desktop"), answer="")
        assert standing(team.response, at=TODAY)[1].proposal == "does_not_apply"

    def test_to_overrule_the_proposal_takes_a_reason(self) -> None:
        team = Team(answer="")
        with pytest.raises(BadInput, match="proposes applies"):
            answering.confirm(by(team.person, TODAY), response=team.response, answer="does_not_apply")

    def test_said_not_to_apply_against_the_inventory_it_does_not_close(self) -> None:
        team = Team(answer="does_not_apply")
        with pytest.raises(NotYet, match="You said that it does not apply"):
            answering.close(by(team.person, TODAY), response=team.response)

    def test_a_coarse_version_is_not_decided(self) -> None:
        team = Team(a_server(version="12.4"), answer="not_yet_known")
        assert {"not_yet_known", "undecided"} <= codes(team.response, TODAY)

    @pytest.mark.parametrize(
        ("say", "given"),
        [
            (answering.confirm, {"answer": "perhaps"}),
            (answering.give_update, {"text": "  "}),
            (answering.give_update, {"text": "more soon", "next_at": at(13)}),
            (answering.attest, {"statement": "", "until": at(20)}),
            (answering.attest, {"statement": "none here", "until": at(13)}),
            (answering.dispose, {"asset": "mdm-01", "reason": ""}),
            (answering.dispose, {"asset": "somebody-elses", "reason": "gone"}),
            (answering.dispose, {"asset": "*", "reason": "all gone"}),
            (answering.check_isolation, {"asset": "mdm-01", "how": "", "until": at(20)}),
            (answering.check_isolation, {"asset": "mdm-01", "how": "nmap", "until": at(13)}),
            (answering.ask_risk, {"asset": "mdm-01", "reason": " "}),
            (answering.confirm_assumption, {"key": "no such thing"}),
        ],
    )
    def test_what_is_empty_past_or_unknown_is_refused_and_nothing_is_kept(self, say: Any, given: dict[str, Any]) -> None:
        team = Team()
        before = Word.unscoped.count(), Entry.unscoped.count()
        with pytest.raises(BadInput):
            say(by(team.person, TODAY), response=team.response, **given)
        assert (Word.unscoped.count(), Entry.unscoped.count()) == before

    def test_nobody_else_speaks_for_the_organisation(self) -> None:
        team = Team()
        strangers = a_person(team.trust, Membership.Role.READ_ONLY), a_person(an_organisation())
        for who in (*strangers, a_person(Organisation.objects.get(kind="centre"), Membership.Role.NATIONAL)):
            with pytest.raises(PermissionDenied):
                answering.acknowledge(by(who, TODAY), response=team.response)
            with pytest.raises(PermissionDenied):
                answering.close(by(who, TODAY), response=team.response)
        assert words("closed") == 0

    def test_the_organisation_moves_its_next_update(self) -> None:
        team = Team()
        answering.give_update(by(team.person, TODAY), response=team.response, text="parts ordered", next_at=at(22))
        (update,) = (d for d in standing(team.response, at=TODAY)[1].deadlines if d.name == "update")
        assert update.at == at(22)

    def test_no_word_holds_for_ever(self) -> None:
        team = Team()
        act, never = by(team.person, TODAY), TODAY.replace(year=9999)
        for say in (
            lambda: answering.give_update(act, response=team.response, text="later", next_at=never),
            lambda: answering.attest(act, response=team.response, statement="not ours", until=never),
            lambda: answering.check_isolation(act, response=team.response, asset="mdm-01", how="from outside", until=never),
        ):
            with pytest.raises(BadInput, match="days away"):
                say()

    def test_each_word_is_one_entry_with_the_state_before_and_after(self) -> None:
        team = Team()
        word = answering.start_remediation(by(team.person, TODAY), response=team.response, note="change raised")
        entry = Entry.unscoped.get(what="remediation started")
        assert (entry.who, entry.at) == (str(team.person), TODAY)
        assert entry.document == {
            "alert": team.alert.reference,
            "from": "applies",
            "to": "remediating",
            "word": str(word.public_id),
            "body": {"note": "change raised"},
        }


class TestJudging:
    def found(self, team: Team) -> Detection:
        logs(team.trust, until=at(20), traces={at(15, 11): EXPLOIT})
        hunt(by(team.person, at(20)), response=team.response)
        return Detection.unscoped.get(response=team.response.public_id)

    def test_a_false_alarm_needs_its_reason(self) -> None:
        team = Team(kev=True)
        detection = self.found(team)
        with pytest.raises(BadInput, match="why it is a false alarm"):
            answering.judge(by(team.person, at(20)), response=team.response, detection=detection, false_alarm=True, reason=" ")

    def test_a_real_one_needs_an_incident_of_this_response(self) -> None:
        team, other = Team(kev=True), an_organisation()
        detection = self.found(team)
        a_snapshot(other, [a_server()], taken=at(12))
        an_alert(at(20), scope=[other.code])
        elsewhere = open_incident(
            by(a_person(other), at(20)), organisation=other, response=response_of(other).public_id, title="x", reason="theirs"
        )
        for incident in (None, elsewhere):
            with pytest.raises(BadInput, match="incident of this response"):
                answering.judge(
                    by(team.person, at(20)),
                    response=team.response,
                    detection=detection,
                    false_alarm=False,
                    reason="",
                    incident=incident,
                )

    def test_a_trace_found_later_joins_no_incident_that_was_closed_without_it(self) -> None:
        team = Team(kev=True)
        detection, act = self.found(team), by(team.person, at(20))
        over = open_incident(act, organisation=team.trust, response=team.response.public_id, title="x", reason="another")
        close_incident(act, incident=over, evidence="rebuilt")
        over.refresh_from_db()
        with pytest.raises(BadInput, match="closed without this trace"):
            answering.judge(act, response=team.response, detection=detection, false_alarm=False, reason="", incident=over)

    def test_a_detection_of_another_response_is_not_judged_here(self) -> None:
        team = Team(kev=True)
        detection, other = self.found(team), an_organisation()
        a_snapshot(other, [a_server()], taken=at(12))
        an_alert(at(20), scope=[other.code])
        with pytest.raises(BadInput, match="another response"):
            answering.judge(
                by(a_person(other), at(20)), response=response_of(other), detection=detection, false_alarm=True, reason="not ours"
            )

    def test_an_open_incident_keeps_it_open_and_a_closed_one_lets_it_close(self) -> None:
        team = Team(a_server(), kev=True)
        a_snapshot(team.trust, [a_server(version="12.4.0.2")], taken=at(16))
        reconsider(at=at(16))
        logs(team.trust, until=at(20), traces={at(15, 11): EXPLOIT})
        done = hunt(by(team.person, at(20)), response=team.response)
        act = by(team.person, at(20))
        answering.accept_coverage(act, response=team.response, hunt=done)
        incident = open_incident(
            act, organisation=team.trust, response=team.response.public_id, title="entered", reason="a trace of the exploit"
        )
        for row in Detection.unscoped.filter(response=team.response.public_id):
            answering.judge(act, response=team.response, detection=row, false_alarm=False, reason="", incident=incident)
        assert codes(team.response, at(20)) == {"detection", "incident"}
        close_incident(by(team.person, at(21)), incident=incident, evidence="rebuilt, keys rotated")
        assert answering.close(by(team.person, at(21)), response=team.response) == "window_hunted"
        assert codes(team.response, at(20)) == {"detection", "incident"}, "as of then the incident was open"
