"""At the national centre: draft, edit, issue, amend, withdraw. Nothing issued changes, nothing is silent."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, connections

from wardround.core.vocab import BadInput, WardroundError
from wardround.hub.alerts import answering
from wardround.hub.alerts.arrivals import reconsider
from wardround.hub.alerts.drafting import EDITABLE, addresses, amend, bulletin_text, draft_alert, edit, issue, withdraw
from wardround.hub.alerts.facts import standing
from wardround.hub.alerts.models import Alert, Response, Revision
from wardround.hub.audit.models import Entry
from wardround.hub.organisations.models import Contact, Organisation
from wardround.hub.outbox.models import Message
from wardround.lake.home import Home

from ..builders import (
    PUBLISHED,
    a_draft,
    a_person,
    a_server,
    a_snapshot,
    acknowledged,
    an_alert,
    an_officer,
    an_organisation,
    at,
    bulletin,
    by,
    codes,
    feeds_with,
    response_of,
    state,
    system,
    the_centre,
)


@pytest.fixture(autouse=True)
def published(hub: object) -> None:
    the_centre()
    feeds_with(PUBLISHED, now=at(13, 17))


def stored(revision: Revision) -> dict[str, Any]:
    return Revision.objects.filter(pk=revision.pk).values().get()


class TestDrafting:
    @pytest.mark.parametrize(
        ("changes", "where"),
        [
            ({"title": " "}, "title"),
            ({"summary": ""}, "summary"),
            ({"actions": "\n"}, "actions"),
            ({"severity": "Critical"}, "severity"),
            ({"marking": "TLP:WHITE"}, "marking"),
            ({"product_class": "toaster"}, "product_class"),
            ({"policy": "no-such-policy"}, "policy"),
            ({"cves": []}, "cves"),
            ({"cves": ["CVE-2025-4427", "CVE-1999-0001"]}, "cves"),
            ({"scope": []}, "scope"),
            ({"scope": ["NOBODY"]}, "scope"),
            ({"scope": ["CENTRE"]}, "scope"),
            ({"exploited_since": date(1, 1, 1)}, "exploited_since"),
            ({"exploited_since": date(205, 5, 13)}, "exploited_since"),
            ({"exploited_since": date(2025, 5, 15)}, "exploited_since"),
        ],
    )
    def test_what_cannot_be_used_is_named_and_nothing_is_kept(self, changes: dict[str, Any], where: str) -> None:
        an_organisation()
        with pytest.raises(BadInput) as refused:
            a_draft(at(14), **changes)
        assert where in str(refused.value)
        assert Alert.objects.count() == 0

    def test_references_count_up_within_a_year(self) -> None:
        made = [a_draft(now).alert.reference for now in (at(14), at(15), at(14).replace(year=2026))]
        assert made == ["HSA-2025-001", "HSA-2025-002", "HSA-2026-001"]

    def test_a_draft_is_edited_until_it_is_issued(self) -> None:
        an_organisation()
        draft, officer = a_draft(at(14)), an_officer()
        edited = edit(by(officer, at(14, 10)), revision=draft, fields={"title": "Another title"})
        assert (edited.title, edited.written_by, edited.marking) == ("Another title", str(officer), "TLP:AMBER")
        issue(by(officer, at(14, 11)), revision=edited)
        with pytest.raises(BadInput, match="was issued and cannot change"):
            edit(by(officer, at(14, 12)), revision=Revision.objects.get(pk=draft.pk), fields={"title": "A third"})

    def test_a_draft_read_before_it_was_issued_changes_nothing_issued(self) -> None:
        """Two people at the centre: one still has the page with the draft open when the other issues it."""
        an_organisation()
        draft = a_draft(at(14))
        stale = Revision.objects.get(pk=draft.pk)
        issue(by(an_officer(), at(14, 10)), revision=draft)
        before = stored(draft)
        with pytest.raises(BadInput, match="was issued"):
            edit(by(an_officer(), at(14, 11)), revision=stale, fields={"title": "Too late"})
        assert stored(draft) == before

    def test_only_the_centre_drafts_issues_amends_and_withdraws(self) -> None:
        trust = an_organisation()
        draft = a_draft(at(14))
        act = by(a_person(trust), at(14))
        for attempt in (
            lambda: draft_alert(act, fields=bulletin()),
            lambda: edit(act, revision=draft, fields={}),
            lambda: issue(act, revision=draft),
            lambda: amend(act, alert=draft.alert, fields={}),
            lambda: withdraw(act, alert=draft.alert, reason="ours"),
        ):
            with pytest.raises(PermissionDenied):
                attempt()
        assert Response.unscoped.count() == 0


class TestIssuing:
    def test_everybody_in_scope_has_a_response_and_a_message(self) -> None:
        trusts = [an_organisation() for _ in range(3)]
        for email in ("night@example.nhs.example", trusts[0].mailbox):
            Contact.unscoped.create(verified_at=at(1), organisation=trusts[0], name="Night (fictitious)", email=email)
        draft = a_draft(at(14))
        assert addresses(draft) == (4, [])
        reached = issue(by(an_officer(), at(14, 10)), revision=draft, address="https://hub.example")
        assert {r.organisation for r in reached} == set(trusts)
        assert Message.unscoped.count() == 4
        for response in reached:
            told = Message.unscoped.filter(organisation=response.organisation).first()
            assert told.body == bulletin_text(draft, link=f"https://hub.example/responses/{response.public_id}/")

    def test_where_nobody_is_told_is_said_before_it_is_issued(self) -> None:
        told, verified, unverified, closed = (an_organisation() for _ in range(4))
        Organisation.objects.exclude(pk=told.pk).update(mailbox="")
        Organisation.objects.filter(pk=closed.pk).update(closed_on=at(1).date())
        for trust, since in ((verified, at(1)), (unverified, None)):
            Contact.unscoped.create(
                organisation=trust, name="Night (fictitious)", email="night@example.nhs.example", verified_at=since
            )
        draft = a_draft(at(14))
        assert addresses(draft) == (2, [unverified])
        issue(by(an_officer(), at(14, 10)), revision=draft)
        assert {m.organisation for m in Message.unscoped.all()} == {told, verified}
        assert not Response.unscoped.filter(organisation=closed).exists()

    def test_no_message_names_another_organisation(self) -> None:
        one, two = an_organisation("ONE1"), an_organisation("TWO2")
        an_alert(at(14))
        for ours, theirs in ((one, two), (two, one)):
            told = Message.unscoped.get(organisation=ours)
            text = told.to + told.subject + told.body
            assert theirs.code not in text
            assert str(response_of(theirs).public_id) not in text

    def test_a_chosen_scope_reaches_only_those(self) -> None:
        one, two = an_organisation(), an_organisation()
        an_alert(at(14), scope=[one.code])
        assert not Response.unscoped.filter(organisation=two).exists()
        assert not Message.unscoped.filter(organisation=two).exists()

    def test_it_is_issued_once(self) -> None:
        an_organisation()
        draft = a_draft(at(14))
        issue(by(an_officer(), at(14)), revision=draft)
        with pytest.raises(BadInput, match="issued already"):
            issue(by(an_officer(), at(15)), revision=draft)
        assert Message.unscoped.count() == 1

    def test_the_bulletin_says_what_to_do_and_how_it_may_be_shared(self) -> None:
        text = bulletin_text(a_draft(at(14)), link="https://hub.example/r")
        for part in (
            "TLP:AMBER",
            "severity High",
            "Patch: install the fixed version.",
            "CVE-2025-4427, CVE-2025-4428",
            "https://hub.example/r",
        ):
            assert part in text


class TestAmending:
    @pytest.mark.parametrize(("material", "then"), [(True, "issued"), (False, "acknowledged")])
    def test_a_material_change_asks_for_acknowledgement_again(self, material: bool, then: str) -> None:
        trust = an_organisation()
        alert = an_alert(at(14))
        response, person = response_of(trust), a_person(trust)
        answering.acknowledge(by(person, at(14, 10)), response=response)
        issue(
            by(an_officer(), at(15)),
            revision=amend(by(an_officer(), at(15)), alert=alert, fields={"material": material, "change": "a word"}),
        )
        assert state(response, at(15)) == then
        assert ("acknowledge" in codes(response, at(15))) is material
        assert len([d for d in standing(response, at=at(15))[1].deadlines if d.name == "acknowledge"]) == 1 + material

    def test_everybody_is_told_what_changed(self) -> None:
        trust = an_organisation()
        alert = an_alert(at(14))
        issue(by(an_officer(), at(15)), revision=amend(by(an_officer(), at(15)), alert=alert, fields={"change": "KEV lists it"}))
        told = Message.unscoped.filter(organisation=trust).last()
        assert "revision 2" in told.subject
        assert "What changed: KEV lists it" in told.body

    def test_it_starts_from_the_last_revision_and_that_stays_as_it_was(self) -> None:
        an_organisation()
        alert = an_alert(at(14))
        first = alert.revisions.get()
        before = stored(first)
        second = amend(by(an_officer(), at(15)), alert=alert, fields={"title": "Worse"})
        kept = set(EDITABLE) - {"title", "change", "material"}
        assert {n: getattr(second, n) for n in kept} == {n: getattr(first, n) for n in kept}
        assert stored(first) == before

    def test_whoever_was_reached_stays_in_scope(self) -> None:
        one, two = an_organisation(), an_organisation()
        alert = an_alert(at(14))
        revision = amend(by(an_officer(), at(15)), alert=alert, fields={"scope": [one.code]})
        assert {r.organisation for r in issue(by(an_officer(), at(15)), revision=revision)} == {one, two}

    def test_one_draft_at_a_time(self) -> None:
        an_organisation()
        alert = an_alert(at(14))
        amend(by(an_officer(), at(15)), alert=alert, fields={})
        with pytest.raises(BadInput, match="has a draft already"):
            amend(by(an_officer(), at(15)), alert=alert, fields={})

    def test_a_draft_says_nothing_to_anybody(self) -> None:
        trust = an_organisation()
        alert = an_alert(at(14))
        amend(by(an_officer(), at(15)), alert=alert, fields={"title": "Not yet public"})
        assert Message.unscoped.count() == 1
        assert len(standing(response_of(trust), at=at(15))[0].revisions) == 1


class TestWithdrawing:
    def test_everybody_is_told_why_and_nothing_more_is_asked(self) -> None:
        trusts = [an_organisation(), an_organisation()]
        alert = an_alert(at(14))
        withdraw(by(an_officer(), at(15)), alert=alert, reason="it was another product")
        for trust in trusts:
            told = Message.unscoped.filter(organisation=trust).last()
            assert (told.subject, told.body) == (f"{alert.reference} is withdrawn", "it was another product")
            assert Entry.unscoped.filter(organisation=trust, what="alert withdrawn").count() == 1
            assert state(response_of(trust), at(15)) == "withdrawn"
            assert state(response_of(trust), at(14, 23)) == "issued"
        assert reconsider(at=at(16)) == 0

    def test_it_takes_a_reason_and_happens_once(self) -> None:
        an_organisation()
        alert = an_alert(at(14))
        with pytest.raises(BadInput, match="is empty"):
            withdraw(by(an_officer(), at(15)), alert=alert, reason=" ")
        stale = Alert.objects.get(pk=alert.pk)
        withdraw(by(an_officer(), at(15)), alert=alert, reason="first")
        with pytest.raises(BadInput, match="withdrawn already"):
            withdraw(by(an_officer(), at(16)), alert=stale, reason="second")
        assert Alert.objects.get(pk=alert.pk).withdrawn_because == "first"

    def test_nothing_of_a_withdrawn_alert_is_issued_any_more(self) -> None:
        an_organisation()
        alert = an_alert(at(14))
        draft = amend(by(an_officer(), at(15)), alert=alert, fields={"title": "A draft that was left"})
        withdraw(by(an_officer(), at(15, 10)), alert=alert, reason="it was another product")
        told = Message.unscoped.count()
        with pytest.raises(BadInput, match="was withdrawn"):
            issue(by(an_officer(), at(15, 11)), revision=draft)
        with pytest.raises(BadInput, match="was withdrawn"):
            amend(by(an_officer(), at(15, 11)), alert=Alert.objects.get(pk=alert.pk), fields={})
        assert Message.unscoped.count() == told


class TestReconsidering:
    def test_it_makes_an_assessment_only_when_something_has_changed(self) -> None:
        trust = an_organisation()
        a_snapshot(trust, [a_server()], taken=at(12))
        an_alert(at(14))
        response = response_of(trust)
        for hour in (10, 11, 12):
            reconsider(at=at(14, hour))
        assert response.assessments.count() == 1
        a_snapshot(trust, [a_server(version="12.4.0.2")], taken=at(15))
        reconsider(at=at(15))
        assert response.assessments.count() == 2

    def test_one_response_that_cannot_be_assessed_holds_up_no_other(self, hub: Home) -> None:
        first, second = an_organisation("AAA1"), an_organisation("BBB2")
        for trust in (first, second):
            a_snapshot(trust, [a_server()], taken=at(12))
        an_alert(at(14))
        broken = a_snapshot(first, [a_server(version="12.4.0.2")], taken=at(15))
        a_snapshot(second, [a_server(version="12.4.0.2")], taken=at(15))
        (file,) = hub.lake.rglob(f"*{broken.public_id}*")
        file.unlink()
        with pytest.raises(WardroundError, match="1 responses could not be assessed: AAA1"):
            reconsider(at=at(15))
        assert response_of(second).assessments.count() == 2

    def test_closing_again_after_reopening_tells_once_each(self) -> None:
        trust = an_organisation()
        a_snapshot(trust, [a_server()], taken=at(12))
        an_alert(at(14), pack="")
        response, person = response_of(trust), a_person(trust)
        acknowledged(person, response, at(14, 10))
        for day, version in ((15, "12.4.0.2"), (17, "12.4.0.2")):
            a_snapshot(trust, [a_server(version=version)], taken=at(day))
            reconsider(at=at(day))
            answering.close(by(person, at(day, 10)), response=response)
            a_snapshot(trust, [a_server(version="12.4.0.1")], taken=at(day + 1))
            assert reconsider(at=at(day + 1)) == 1
            assert reconsider(at=at(day + 1, 10)) == 0
        assert Message.unscoped.filter(subject__contains="open again").count() == 2

    def test_one_alert_that_cannot_be_assessed_holds_up_no_other(self) -> None:
        trust = an_organisation()
        a_snapshot(trust, [a_server()], taken=at(12))
        sound, broken = an_alert(at(14)), an_alert(at(14, 8))
        Revision.objects.filter(alert=broken).update(policy="gone")
        a_snapshot(trust, [a_server(version="12.4.0.2")], taken=at(15))
        with pytest.raises(WardroundError, match=broken.reference):
            reconsider(at=at(15))
        assert Response.unscoped.get(alert=sound).assessments.latest().at == at(15)

    def test_an_organisation_alone_is_reconsidered_alone(self) -> None:
        one, two = an_organisation(), an_organisation()
        an_alert(at(14))
        for trust in (one, two):
            a_snapshot(trust, [a_server()], taken=at(15))
        reconsider(at=at(15), organisation=one)
        assert [response_of(t).assessments.count() for t in (one, two)] == [2, 1]


@pytest.mark.usefixtures("somebody_with_the_database")
def test_without_a_centre_nothing_is_recorded_and_the_error_says_what_to_do(db: None) -> None:
    the_centre().memberships.all().delete()
    Entry.unscoped.all()._raw_delete(Entry.unscoped.db)  # type: ignore[attr-defined]
    the_centre().delete()
    with pytest.raises(BadInput, match="has no national centre"):
        draft_alert(system(at(14)), fields=bulletin())


@pytest.mark.django_db(transaction=True)
def test_people_who_draft_and_amend_at_the_same_time_wait_for_each_other() -> None:
    """At once on PostgreSQL; one after the other on SQLite in memory, which knows one connection."""
    an_organisation()
    officer, alert, parallel = an_officer(), an_alert(at(14)), connection.vendor == "postgresql"

    def work(n: int) -> str:
        try:
            if n % 2:
                return draft_alert(by(officer, at(15)), fields=bulletin()).alert.reference
            return f"revision {amend(by(officer, at(15)), alert=alert, fields={}).number}"
        except BadInput as refused:
            return refused.what
        finally:
            if parallel:
                connections.close_all()

    with ThreadPoolExecutor(4) as people:
        done = sorted((people.map if parallel else map)(work, range(8)))
    drafted = [f"HSA-2025-00{n}" for n in (2, 3, 4, 5)]
    assert done == sorted([*drafted, *["HSA-2025-001 has a draft already"] * 3, "revision 2"])
