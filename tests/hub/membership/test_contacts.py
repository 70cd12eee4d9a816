"""Addresses that get alerts without a sign-in: verified first, removed by the lead."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from wardround.core.vocab import BadInput
from wardround.hub.accounts.models import User
from wardround.hub.audit.models import Entry
from wardround.hub.membership.contacts import add_contact, asked, remove_contact, send_link, verify
from wardround.hub.organisations.models import Contact, Membership, Organisation
from wardround.hub.outbox.models import Message
from wardround.hub.outbox.sealing import unseal
from wardround.hub.outbox.services import announce

from ..builders import a_person, an_organisation, at, by, system

pytestmark = pytest.mark.django_db
ADDRESS = "night@hospital.example"


@pytest.fixture
def trust() -> Organisation:
    return an_organisation()


@pytest.fixture
def lead(trust: Organisation) -> User:
    return a_person(trust)


def a_contact(lead: User, trust: Organisation, email: str = ADDRESS) -> Contact:
    return add_contact(by(lead, at(14)), organisation=trust, name="Night desk (fictitious)", email=email, link=lambda token: token)


def token_of(contact: Contact) -> str:
    return unseal(Message.unscoped.filter(about=contact.public_id).order_by("-pk")[0].sealed)


def told_of_an_alert(trust: Organisation) -> list[str]:
    return [m.to for m in announce(system(at(15)), organisation=trust, subject="An alert", body="Act", about="x")]


def test_nothing_goes_to_an_address_before_its_holder_said_so(trust: Organisation, lead: User) -> None:
    contact = a_contact(lead, trust)
    assert told_of_an_alert(trust) == [trust.mailbox]
    verify(token_of(contact), at=at(14))
    assert told_of_an_alert(trust) == [trust.mailbox, ADDRESS]


def test_the_letter_that_asks_says_nothing_of_alerts(trust: Organisation, lead: User) -> None:
    contact = a_contact(lead, trust)
    (letter,) = Message.unscoped.filter(to=ADDRESS)
    assert token_of(contact) not in letter.body
    assert "[the link]" in letter.body


def test_looking_at_the_link_verifies_nothing(trust: Organisation, lead: User) -> None:
    contact = a_contact(lead, trust)
    assert asked(token_of(contact)) == contact
    contact.refresh_from_db()
    assert contact.verified_at is None


def test_opened_twice_it_changes_nothing(trust: Organisation, lead: User) -> None:
    token = token_of(a_contact(lead, trust))
    assert verify(token, at=at(14)).verified_at == verify(token, at=at(15)).verified_at == at(14)
    assert Entry.unscoped.filter(what="contact verified").count() == 1


def test_a_removed_one_is_told_nothing_and_its_link_does_nothing(trust: Organisation, lead: User) -> None:
    contact = a_contact(lead, trust)
    token = token_of(contact)
    verify(token, at=at(14))
    remove_contact(by(lead, at(14)), contact=contact)
    assert told_of_an_alert(trust) == [trust.mailbox]
    with pytest.raises(BadInput):
        verify(token, at=at(15))
    assert Contact.unscoped.get().removed_by == str(lead)


def test_only_the_lead_removes(trust: Organisation, lead: User) -> None:
    contact = a_contact(lead, trust)
    for who in (a_person(trust, Membership.Role.READ_ONLY), a_person(an_organisation())):
        with pytest.raises(PermissionDenied):
            remove_contact(by(who, at(14)), contact=contact)


def test_a_newer_link_replaces_the_one_before(trust: Organisation, lead: User) -> None:
    contact = a_contact(lead, trust)
    first = token_of(contact)
    send_link(by(lead, at(14)), contact=contact, link=lambda token: token)
    with pytest.raises(BadInput):
        verify(first, at=at(14))
    verify(token_of(contact), at=at(14))
    contact.refresh_from_db()
    with pytest.raises(BadInput, match="verified or removed"):
        send_link(by(lead, at(14)), contact=contact, link=lambda token: token)


@pytest.mark.parametrize("change", [lambda t: "x" + t, lambda _: "", lambda t: t[:-2]])
def test_a_forged_link_is_refused(trust: Organisation, lead: User, change: Any) -> None:
    token = token_of(a_contact(lead, trust))
    with pytest.raises(BadInput, match="cannot be used"):
        verify(change(token), at=at(14))


def test_an_invitations_token_is_no_contacts(trust: Organisation, lead: User) -> None:
    from wardround.hub.membership.tokens import digest_of, new_token

    assert digest_of(new_token("invitation").text, purpose="contact") is None


def test_the_same_address_twice_is_refused_and_again_after_removal_it_is_not(trust: Organisation, lead: User) -> None:
    contact = a_contact(lead, trust)
    with pytest.raises(BadInput, match="contact already"):
        a_contact(lead, trust, email=ADDRESS.upper())
    remove_contact(by(lead, at(14)), contact=contact)
    assert a_contact(lead, trust).verified_at is None


def test_an_organisation_without_a_mailbox_tells_its_contacts_alone(trust: Organisation, lead: User) -> None:
    verify(token_of(a_contact(lead, trust)), at=at(14))
    trust.mailbox = ""
    trust.save()
    assert told_of_an_alert(trust) == [ADDRESS]
