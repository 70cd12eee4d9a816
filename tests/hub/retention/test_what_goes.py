"""What is kept how long: what something still needs stays, the rest goes when its time is over, and both are said."""

import os
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from wardround.core.vocab import BadInput
from wardround.hub.alerts.hunting import behind, hunt_what_is_new
from wardround.hub.audit.models import Entry
from wardround.hub.doctor import examine
from wardround.hub.estate.models import Snapshot
from wardround.hub.hunts.keeping import check
from wardround.hub.hunts.models import Detection, Hunt, KeptSearch, LogBatch
from wardround.hub.incidents.services import close_incident, open_incident
from wardround.hub.organisations.models import Contact, Invitation, Membership, NamedPerson
from wardround.hub.outbox.models import Message
from wardround.hub.retention.due import GONE, due
from wardround.hub.retention.removing import hold, lift, remove_what_is_due, sweep
from wardround.hub.retention.terms import terms
from wardround.lake.files import FileStore
from wardround.lake.home import Home

from ..builders import a_person, a_server, a_snapshot, an_organisation, at, by, codes, logs
from ..hunts.test_hunting import TRACES, Patched

pytestmark = pytest.mark.usefixtures("hub")
YEAR = timedelta(days=365)


def aged(home: Home) -> None:
    """Every kept file was written long ago, by the machine's clock."""
    for path in home.files.rglob("*"):
        if path.is_file():
            os.utime(path, (0, 0))


def run(home: Home, when: datetime) -> int:
    """The rules are applied at that time."""
    aged(home)
    return remove_what_is_due(at=when, machine_time=when)


def rules(case: Patched, when: datetime) -> set[tuple[str, str]]:
    return {(type(one.row).__name__, one.rule) for one in due(case.trust, at=when)}


def kept(home: Home) -> set[str]:
    return {path.name for path in home.files.rglob("*") if path.is_file()}


class TestLogs:
    def test_a_year_after_the_response_closed_its_logs_and_runs_go(self, hub: Home) -> None:
        case = Patched()
        case.closed()
        batch, search, document = LogBatch.unscoped.get(), KeptSearch.unscoped.get().sha256, Hunt.unscoped.get().document
        assert ("LogBatch", "logs") not in rules(case, at(20) + YEAR)
        run(hub, at(20, 10) + YEAR)
        assert kept(hub).isdisjoint({batch.sha256, search, document})
        batch.refresh_from_db()
        assert (batch.removed_at, batch.events > 0) == (at(20, 10) + YEAR, True)
        assert KeptSearch.unscoped.count() == 0
        assert Hunt.unscoped.get().statement.startswith("Searched")

    def test_while_the_response_is_open_nothing_goes_however_old_it_is(self, hub: Home) -> None:
        case = Patched()
        logs(case.trust, until=at(20), traces=TRACES)
        case.hunt(at(20))
        run(hub, at(20) + 20 * YEAR)
        assert LogBatch.unscoped.get().sha256 in kept(hub)
        assert not Detection.unscoped.filter(excerpt=GONE).exists()

    def test_a_log_that_a_later_response_searched_stays_for_that_one(self) -> None:
        case = Patched()
        case.closed()
        other = Hunt.unscoped.get()
        other.pk, other.public_id = None, case.trust.public_id
        other.response, other.document = case.trust.public_id, ""
        other.save()
        other.batches.set(LogBatch.unscoped.all())
        assert ("LogBatch", "logs") not in rules(case, at(20) + 5 * YEAR)

    def test_a_log_that_nothing_searched_goes_only_when_nothing_is_open(self) -> None:
        case = Patched()
        logs(case.trust, until=at(15), host="elsewhere")
        assert rules(case, at(20) + 3 * YEAR) == {("Snapshot", "inventories")}

    def test_the_quoted_lines_of_detections_go_with_it(self, hub: Home) -> None:
        case = Patched()
        logs(case.trust, until=at(20), traces=TRACES)
        case.hunt(at(20))
        alert = case.response.alert
        alert.withdrawn_at = at(21)
        alert.save()
        run(hub, at(22) + YEAR)
        assert set(Detection.unscoped.values_list("excerpt", flat=True)) == {GONE}
        assert Detection.unscoped.exclude(title="").count() == Detection.unscoped.count() > 0

    def test_an_incident_keeps_them_for_six_years_after_it_was_closed(self, hub: Home) -> None:
        case = Patched()
        case.closed()
        act = by(case.person, at(21))
        incident = open_incident(act, organisation=case.trust, response=case.response.public_id, title="t", reason="r")
        assert ("LogBatch", "incidents") not in rules(case, at(21) + 10 * YEAR)
        close_incident(by(case.person, at(22)), incident=incident, evidence="rebuilt")
        assert ("LogBatch", "incidents") not in rules(case, at(22) + timedelta(days=2191))
        assert ("LogBatch", "incidents") in rules(case, at(22) + timedelta(days=2192))

    def test_what_closed_stays_closed_and_is_not_hunted_again(self, hub: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        case = Patched()
        case.closed()
        then = at(20, 10) + YEAR
        before = codes(case.response, then)
        run(hub, then)
        logs(case.trust, until=at(15))
        assert "hunt_outdated" not in codes(case.response, then)
        assert codes(case.response, then) == before
        assert list(behind(at=then)) == []
        assert hunt_what_is_new(at=then) == 0

    def test_the_check_of_a_hunt_says_that_they_went_and_finds_nothing_wrong(self, hub: Home) -> None:
        case = Patched()
        case.closed()
        run(hub, at(20, 10) + YEAR)
        made = check(by(case.person, at(21) + YEAR), hunt=Hunt.unscoped.get())
        assert made.differences == []
        assert "removed on 20 May 2026" in made.notes[0]

    def test_a_hunt_over_removed_logs_says_when_they_went(self, hub: Home) -> None:
        case = Patched()
        case.closed()
        run(hub, at(20, 10) + YEAR)
        with pytest.raises(BadInput, match="removed on 20 May 2026 under the rules of retention"):
            case.hunt(at(21) + YEAR)

    def test_the_same_log_uploaded_again_is_kept_again(self, hub: Home) -> None:
        case = Patched()
        case.closed()
        run(hub, at(20, 10) + YEAR)
        logs(case.trust, until=at(20))
        batch = LogBatch.unscoped.get()
        assert batch.removed_at is None
        assert batch.sha256 in kept(hub)
        assert Entry.unscoped.filter(what="log added again").count() == 1


class TestFiles:
    def test_a_file_that_another_organisation_needs_stays(self, hub: Home) -> None:
        one = Patched()
        one.closed()
        sha = LogBatch.unscoped.get().sha256
        other = Patched()
        LogBatch.unscoped.create(
            organisation=other.trust, host="h", filename="f", sha256=sha, shape="", events=1, unparsed=0, added_at=at(20)
        )
        run(hub, at(20, 10) + YEAR)
        assert sha in kept(hub)
        assert LogBatch.unscoped.get(organisation=one.trust).removed_at

    def test_a_file_written_today_is_left_for_the_row_that_may_follow(self, hub: Home) -> None:
        store = FileStore(hub.files)
        sha = store.put(b"somebody uploads this at this moment")
        written = datetime.fromtimestamp(store.path(sha).stat().st_mtime, tz=at(1).tzinfo)
        assert sweep([sha], machine_time=written + timedelta(hours=1)) == 0
        assert sweep([sha], machine_time=written + timedelta(days=2)) == 1

    def test_a_file_that_cannot_be_removed_holds_up_no_other(self, hub: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        case = Patched()
        case.closed()

        def refuse(*args: object, **more: object) -> int:
            raise PermissionError("read-only")

        monkeypatch.setattr("wardround.hub.retention.removing.sweep", refuse)
        run(hub, at(20, 10) + YEAR)
        assert LogBatch.unscoped.get().removed_at
        assert Hunt.unscoped.get().document == ""

    def test_the_doctor_misses_nothing_that_went_by_rule(self, hub: Home) -> None:
        case = Patched()
        case.closed()
        run(hub, at(20, 10) + 2 * YEAR)
        (files,) = [look for look in examine(hub, at=at(21)) if look.what == "kept files"]
        assert files.wrong == ()


class TestInventoriesAndMessages:
    def test_an_inventory_file_goes_a_year_after_a_newer_one_came(self, hub: Home) -> None:
        case = Patched()
        first, last = Snapshot.unscoped.order_by("imported_at")
        run(hub, last.imported_at + YEAR)
        assert first.sha256 not in kept(hub)
        assert last.sha256 in kept(hub)
        assert case.response.assessments.exists()

    def test_a_message_loses_address_and_text_and_keeps_that_it_was_sent(self, hub: Home) -> None:
        case = Patched()
        Message.unscoped.filter(organisation=case.trust).update(sent_at=at(14), how="smtp")
        waiting = Message.unscoped.filter(organisation=case.trust).first()
        Message.unscoped.filter(pk=waiting.pk).update(sent_at=None)
        run(hub, at(15) + YEAR)
        gone = Message.unscoped.filter(organisation=case.trust).exclude(pk=waiting.pk)
        assert {(m.to, m.body, m.sent_at, m.how) for m in gone} <= {("", GONE, at(14), "smtp")}
        waiting.refresh_from_db()
        assert waiting.to


class TestPeople:
    def test_a_year_after_the_last_membership_ended_an_account_names_nobody(self, hub: Home) -> None:
        trust, other = an_organisation(), an_organisation()
        user = a_person(trust, name="Ada Left (fictitious)")
        email = user.email
        Membership.objects.create(user=user, organisation=other, role=Membership.Role.READ_ONLY, ended_at=at(9))
        Membership.objects.filter(user=user, organisation=trust).update(ended_at=at(10))
        run(hub, at(9) + YEAR)
        user.refresh_from_db()
        assert user.email == email
        run(hub, at(10) + YEAR)
        user.refresh_from_db()
        assert (user.name, user.is_active, user.has_usable_password()) == (GONE, False, False)
        assert email not in user.email
        entry = Entry.unscoped.get(what="removed by rule", organisation=trust)
        assert (entry.document["what"], "Ada" in entry.canonical, email in entry.canonical) == ("User", False, False)

    def test_somebody_who_belongs_anywhere_stays(self, hub: Home) -> None:
        trust, other = an_organisation(), an_organisation()
        user = a_person(trust)
        Membership.objects.filter(user=user).update(ended_at=at(10))
        Membership.objects.create(user=user, organisation=other, role=Membership.Role.READ_ONLY)
        run(hub, at(10) + 9 * YEAR)
        user.refresh_from_db()
        assert user.is_active

    def test_contacts_posts_and_invitations_that_are_over_lose_their_names(self, hub: Home) -> None:
        trust = an_organisation()
        named = {"organisation": trust, "name": "Bo (fictitious)", "email": "bo@trust.example"}
        gone = (
            Contact.unscoped.create(**named, removed_at=at(2)),
            NamedPerson.unscoped.create(**named, post="executive", begun_at=at(1), ended_at=at(2)),
        )
        kept = Contact.unscoped.create(**named), NamedPerson.unscoped.create(**named, post="executive", begun_at=at(2))
        Invitation.unscoped.create(
            organisation=trust, email="cy@trust.example", role="organisation", digest="d", invited_at=at(1), expires_at=at(2)
        )
        run(hub, at(2) + YEAR)
        for row in (*gone, *kept):
            row.refresh_from_db()
        assert {(row.name, row.email) for row in gone} == {(GONE, "")}
        assert {row.name for row in kept} == {"Bo (fictitious)"}
        assert Invitation.unscoped.get().email == ""
        assert run(hub, at(2) + YEAR) == 0


class TestHolds:
    def test_a_hold_keeps_everything_until_it_ends_or_is_lifted(self) -> None:
        case = Patched()
        case.closed()
        act, late = by(case.person, at(21)), at(20, 10) + YEAR
        held = hold(act, organisation=case.trust, response=None, reason="asked for by the coroner", until=late + timedelta(days=9))
        assert rules(case, late) == set()
        assert rules(case, late + timedelta(days=10))
        lift(by(case.person, at(22)), held=held)
        assert rules(case, late)
        with pytest.raises(BadInput, match="ended already"):
            lift(by(case.person, at(23)), held=held)

    def test_a_hold_of_one_response_keeps_that_one(self) -> None:
        case = Patched()
        case.closed()
        late = at(20, 10) + YEAR
        hold(by(case.person, at(21)), organisation=case.trust, response=case.response.public_id, reason="r", until=late + YEAR)
        assert {what for what, _ in rules(case, late)} == {"Snapshot"}

    def test_it_needs_a_reason_a_day_to_come_and_somebody_who_acts_there(self) -> None:
        case = Patched()
        with pytest.raises(BadInput, match="reason"):
            hold(by(case.person, at(21)), organisation=case.trust, response=None, reason=" ", until=at(22))
        with pytest.raises(BadInput, match="behind us"):
            hold(by(case.person, at(21)), organisation=case.trust, response=None, reason="r", until=at(21))
        reader = a_person(case.trust, Membership.Role.READ_ONLY)
        with pytest.raises(PermissionDenied):
            hold(by(reader, at(21)), organisation=case.trust, response=None, reason="r", until=at(22))


class TestRules:
    def test_a_setting_changes_one_and_always_keeps(self, monkeypatch: pytest.MonkeyPatch, hub: Home) -> None:
        case = Patched()
        case.closed()
        monkeypatch.setenv("WARDROUND_KEEP_LOGS", "30")
        assert ("LogBatch", "logs") in rules(case, at(20, 10) + timedelta(days=30))
        monkeypatch.setenv("WARDROUND_KEEP_LOGS", "always")
        assert ("LogBatch", "logs") not in rules(case, at(20, 10) + 50 * YEAR)

    @pytest.mark.parametrize("stated", ["0", "29", "-1", "never", "1e3", "٣٦٥", "36501"])
    def test_what_is_no_term_is_refused_and_nothing_goes(self, stated: str, monkeypatch: pytest.MonkeyPatch, hub: Home) -> None:
        case = Patched()
        case.closed()
        monkeypatch.setenv("WARDROUND_KEEP_LOGS", stated)
        with pytest.raises(BadInput, match="WARDROUND_KEEP_LOGS"):
            terms()
        with pytest.raises(BadInput):
            run(hub, at(20) + 9 * YEAR)
        assert not LogBatch.unscoped.exclude(removed_at=None).exists()

    def test_each_removal_stands_in_the_record_once(self, hub: Home) -> None:
        case = Patched()
        case.closed()
        late = at(20, 10) + 2 * YEAR
        assert run(hub, late) > 0
        assert run(hub, late) == 0
        entries = Entry.unscoped.filter(organisation=case.trust, what="removed by rule")
        assert {e.document["what"] for e in entries} >= {"LogBatch", "Hunt", "Snapshot"}
        assert {e.who for e in entries} == {"system: rules of retention"}

    def test_nobody_elses_things_go_with_ones_own(self) -> None:
        one = Patched()
        one.closed()
        other = Patched()
        a_snapshot(other.trust, [a_server()], taken=at(18))
        assert {d.organisation for d in due(one.trust, at=at(20, 10) + YEAR)} == {one.trust}
