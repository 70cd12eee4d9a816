"""Leaving, being removed, another role, and roles that are lent: all of it ends with a date, and nothing is deleted."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from wardround.core.vocab import BadInput
from wardround.hub.accounts.models import User
from wardround.hub.audit.models import Entry
from wardround.hub.membership.inviting import invite
from wardround.hub.membership.leaving import change_role, leave, remove
from wardround.hub.membership.lending import LONGEST, delegate, end_delegation, may_stand_in
from wardround.hub.organisations.access import access_of
from wardround.hub.organisations.models import Delegation, Membership, Organisation

from ..builders import a_person, an_officer, an_organisation, at, by

pytestmark = pytest.mark.django_db
DAY = at(14)
WEEK = DAY + timedelta(days=7)


@pytest.fixture
def trust() -> Organisation:
    return an_organisation()


@pytest.fixture
def lead(trust: Organisation) -> User:
    return a_person(trust)


@pytest.fixture
def reader(trust: Organisation) -> User:
    return a_person(trust, Membership.Role.READ_ONLY)


def lent(lead: User, to: User, trust: Organisation, *, until: datetime = WEEK, role: str = "organisation") -> Delegation:
    return delegate(by(lead, DAY), by=lead, organisation=trust, to=to, role=role, until=until)


def test_who_has_left_reaches_nothing_and_stays_in_the_history(trust: Organisation, lead: User, reader: User) -> None:
    leave(by(reader, DAY), user=reader, organisation=trust)
    assert not access_of(reader).reads
    ended = Membership.objects.get(user=reader)
    assert (ended.ended_at, ended.ended_by) == (DAY, str(reader))
    assert Entry.unscoped.filter(organisation=trust).last().what == "left"


def test_a_lead_removes_a_member(trust: Organisation, lead: User, reader: User) -> None:
    remove(by(lead, DAY), user=reader, organisation=trust)
    assert Membership.objects.get(user=reader).ended_by == str(lead)


def test_the_last_lead_stays_until_there_is_another(trust: Organisation, lead: User, reader: User) -> None:
    for end in (leave, remove):
        with pytest.raises(BadInput, match="without a lead"):
            end(by(lead, DAY), user=lead, organisation=trust)
    with pytest.raises(BadInput, match="without a lead"):
        change_role(by(lead, DAY), user=lead, organisation=trust, role="read_only")
    a_person(trust)
    leave(by(lead, DAY), user=lead, organisation=trust)


def test_a_lent_role_is_not_another_lead(trust: Organisation, lead: User, reader: User) -> None:
    lent(lead, reader, trust)
    with pytest.raises(BadInput, match="without a lead"):
        leave(by(lead, DAY), user=lead, organisation=trust)


def test_the_centre_takes_away_a_lead_and_nobody_else(trust: Organisation, lead: User, reader: User) -> None:
    officer = an_officer()
    with pytest.raises(PermissionDenied):
        remove(by(officer, DAY), user=reader, organisation=trust)
    remove(by(officer, DAY), user=lead, organisation=trust)
    assert not access_of(lead).reads


def test_a_reader_removes_nobody(trust: Organisation, lead: User, reader: User) -> None:
    for user in (lead, reader):
        with pytest.raises(PermissionDenied):
            remove(by(reader, DAY), user=user, organisation=trust)


def test_who_does_not_belong_cannot_be_removed(trust: Organisation, lead: User) -> None:
    with pytest.raises(BadInput, match="does not belong"):
        remove(by(lead, DAY), user=a_person(an_organisation()), organisation=trust)


def test_another_role_ends_the_membership_and_begins_one(trust: Organisation, lead: User, reader: User) -> None:
    change_role(by(lead, DAY), user=reader, organisation=trust, role="organisation", siro=True)
    rows = Membership.objects.filter(user=reader).order_by("pk").values_list("role", "ended_at")
    assert list(rows) == [("read_only", DAY), ("organisation", None)]
    assert access_of(reader).where("risk.accept") == {trust.pk}
    change_role(by(lead, DAY), user=reader, organisation=trust, role="organisation", siro=True)
    assert Membership.objects.filter(user=reader).count() == 2


def test_a_lent_role_holds_until_its_time_and_ends_by_itself(trust: Organisation, lead: User, reader: User) -> None:
    lent(lead, reader, trust)
    assert trust.pk in access_of(reader, at=WEEK - timedelta(seconds=1)).where("response.answer")
    assert trust.pk not in access_of(reader, at=WEEK).where("response.answer")
    assert trust.pk in access_of(reader, at=WEEK).reads


def test_duties_are_not_lent(trust: Organisation, reader: User) -> None:
    siro = a_person(trust, siro=True, clinical_safety_officer=True)
    lent(siro, reader, trust)
    access = access_of(reader, at=DAY)
    assert access.where("risk.accept") == access.where("clinical.sign") == set()


def test_nobody_lends_what_a_lead_does_not_hold(trust: Organisation, lead: User, reader: User) -> None:
    for role in ("siro", "clinical_safety_officer", "national"):
        with pytest.raises(BadInput, match="cannot be lent"):
            lent(lead, reader, trust, role=role)


def test_a_lent_role_is_not_lent_on(trust: Organisation, lead: User, reader: User) -> None:
    lent(lead, reader, trust)
    with pytest.raises(PermissionDenied):
        lent(reader, lead, trust)


@pytest.mark.parametrize("until", [DAY, DAY - timedelta(days=1), DAY + LONGEST + timedelta(seconds=1)])
def test_a_role_is_lent_for_a_time_ahead_and_not_for_long(trust: Organisation, lead: User, reader: User, until: datetime) -> None:
    with pytest.raises(BadInput, match="until"):
        lent(lead, reader, trust, until=until)


def test_it_ends_with_the_leads_own_membership(trust: Organisation, lead: User, reader: User) -> None:
    a_person(trust)
    lent(lead, reader, trust)
    leave(by(lead, DAY), user=lead, organisation=trust)
    assert not access_of(reader, at=DAY).where("response.answer")
    assert Delegation.unscoped.get().ended_at == DAY


def test_it_ends_where_the_lead_no_longer_works(trust: Organisation, lead: User, reader: User) -> None:
    lent(lead, reader, trust)
    User.objects.filter(pk=lead.pk).update(is_active=False)
    assert not access_of(reader, at=DAY).where("response.answer")


def test_who_is_removed_keeps_no_lent_role_there(trust: Organisation, lead: User, reader: User) -> None:
    lent(lead, reader, trust)
    remove(by(lead, DAY), user=reader, organisation=trust)
    assert not access_of(reader, at=DAY).reads


@pytest.mark.parametrize("who", ["lead", "reader"])
def test_it_is_taken_back_or_given_back_before_its_time(trust: Organisation, lead: User, reader: User, who: str) -> None:
    made = lent(lead, reader, trust)
    end_delegation(by({"lead": lead, "reader": reader}[who], DAY), delegation=made)
    assert not access_of(reader, at=DAY).where("response.answer")
    assert [e.what for e in Entry.unscoped.filter(organisation=trust).order_by("sequence")][-2:] == [
        "role delegated",
        "delegation ended",
    ]


def test_a_stranger_takes_nothing_back(trust: Organisation, lead: User, reader: User) -> None:
    made = lent(lead, reader, trust)
    with pytest.raises(PermissionDenied):
        end_delegation(by(a_person(an_organisation()), DAY), delegation=made)


def test_only_people_whom_the_lead_can_see_stand_in(trust: Organisation, lead: User, reader: User) -> None:
    stranger = a_person(an_organisation())
    assert may_stand_in(lead, trust) == [reader]
    with pytest.raises(BadInput, match="nobody of your organisations"):
        lent(lead, stranger, trust)


def test_somebody_of_two_organisations_loses_one_alone(trust: Organisation, lead: User) -> None:
    other = an_organisation()
    Membership.objects.create(user=lead, organisation=other, role="read_only")
    leave(by(lead, DAY), user=lead, organisation=other)
    assert access_of(lead).reads == {trust.pk}


def test_who_belongs_nowhere_any_more_stands_in_nowhere(trust: Organisation, lead: User) -> None:
    other = an_organisation("TX90")
    both = a_person(other)
    Membership.objects.create(user=lead, organisation=other, role="read_only", begun_at=DAY)
    lent(lead, both, trust)
    a_person(other)
    remove(by(a_person(other), DAY), user=both, organisation=other)
    assert not access_of(both, at=DAY).reads
    assert Entry.unscoped.get(what="delegation ended", organisation=trust).who.startswith("system: ")


def test_a_lent_role_gives_its_holder_no_role_that_outlasts_it(trust: Organisation, lead: User, reader: User) -> None:
    lent(lead, reader, trust)
    for role, siro in (("organisation", False), ("siro", False), ("responder", True)):
        with pytest.raises(BadInput, match="Nobody gives themselves"):
            change_role(by(reader, DAY), user=reader, organisation=trust, role=role, siro=siro)
    from_elsewhere = a_person(an_organisation("TX90"))
    Membership.objects.create(user=lead, organisation=Organisation.objects.get(code="TX90"), role="read_only", begun_at=DAY)
    lent(lead, from_elsewhere, trust)
    with pytest.raises(BadInput, match="your own"):
        invite(by(from_elsewhere, DAY), organisation=trust, email=from_elsewhere.email, role="organisation", link=str)


def test_nobody_of_the_centre_makes_themselves_a_hospitals_first_lead(trust: Organisation) -> None:
    officer = an_officer()
    with pytest.raises(BadInput, match="your own"):
        invite(by(officer, DAY), organisation=trust, email=officer.email, role="organisation", link=str)


def test_who_left_the_centre_leaves_no_invitation_of_a_first_lead(trust: Organisation) -> None:
    officer = an_officer()
    centre = Membership.objects.get(user=officer).organisation
    a_person(centre, Membership.Role.NATIONAL)
    made = invite(by(officer, DAY), organisation=trust, email="mine@elsewhere.example", role="organisation", link=str)
    leave(by(officer, DAY), user=officer, organisation=centre)
    made.refresh_from_db()
    assert made.revoked_at == DAY


def test_the_centres_own_last_person_does_not_remove_themselves() -> None:
    officer = an_officer()
    centre = Membership.objects.get(user=officer).organisation
    with pytest.raises(BadInput, match="without a lead"):
        remove(by(officer, DAY), user=officer, organisation=centre)
