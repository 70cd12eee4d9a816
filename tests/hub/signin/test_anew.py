"""Beginning anew: a lead lets somebody in again who has lost everything. It is recorded, told, and good for one use in a day."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.utils import timezone

from wardround.connectors.notify import Letter
from wardround.hub import clock
from wardround.hub.accounts.models import User
from wardround.hub.audit.models import Entry
from wardround.hub.organisations.models import Membership
from wardround.hub.outbox.services import deliver

from ..builders import a_person, an_officer, an_organisation, the_centre
from .people import with_app, with_password

pytestmark = pytest.mark.django_db


class Mailbox:
    """Keeps what is sent."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    def send(self, letter: Letter) -> str:
        self.letters.append(letter)
        return "kept"


def of(person: User) -> str:
    return str(person.memberships.get().organisation.code)


def reset(client: Client, person: User) -> Any:
    return client.post(
        f"/organisations/{of(person)}/people/{person.public_id}/sign-in/", {"reason": "Lost the phone; I rang them up."}
    )


def lead_of(person: User) -> Client:
    client = Client()
    client.force_login(a_person(person.memberships.get().organisation))
    return client


def link_to(person: User) -> str:
    """The link in the letter that was sent."""
    mailbox = Mailbox()
    deliver(mailbox, at=clock.now())
    found = [
        re.search(r"http://testserver(/sign-in/anew/\S+)", letter.body) for letter in mailbox.letters if letter.to == person.email
    ]
    return next(m.group(1) for m in found if m)


def test_a_lead_resets_and_the_person_begins_anew_with_a_factor(person: User) -> None:
    with_app(person)
    before = Client()
    before.force_login(person)
    assert reset(lead_of(person), person).status_code == 302
    assert before.get("/")["Location"].startswith("/sign-in/")
    assert not Authenticator.objects.filter(user=person).exists()
    client, link = Client(), link_to(person)
    assert client.get(link).status_code == 200
    assert client.post(link, {"new_password": "five other dull words here"})["Location"] == "/"
    assert client.get("/")["Location"].startswith("/account/set-up/")
    entry = Entry.unscoped.get(what="sign-in reset")
    assert entry.document["reason"].startswith("Lost the phone")
    assert entry.who != str(person)


def test_a_link_works_once_and_its_words_do_not_stay_in_the_hub(person: User) -> None:
    reset(lead_of(person), person)
    link = link_to(person)
    Client().post(link, {"new_password": "five other dull words here"})
    for answer in (Client().get(link), Client().post(link, {"new_password": "six quite other dull words"})):
        assert answer.status_code == 410
    person.refresh_from_db()
    assert person.check_password("five other dull words here")


def test_a_weak_password_leaves_the_link_good(person: User) -> None:
    reset(lead_of(person), person)
    link = link_to(person)
    assert Client().post(link, {"new_password": "short"}).status_code == 422
    assert Client().post(link, {"new_password": "five other dull words here"}).status_code == 302


def test_a_link_is_void_after_a_day(person: User) -> None:
    reset(lead_of(person), person)
    link = link_to(person)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert Client().get(link).status_code == 410


def test_tokens_of_another_purpose_or_person_are_refused(person: User) -> None:
    other = with_password(a_person(an_organisation()))
    reset(lead_of(person), person)
    token = link_to(person).rstrip("/").rpartition("/")[2]
    person.refresh_from_db()
    forged = [
        f"/sign-in/anew/{other.public_id}/{token}/",
        f"/sign-in/anew/{person.public_id}/{default_token_generator.make_token(person)}/",
    ]
    for address in [*forged, f"/sign-in/anew/{person.public_id}/x-{'0' * 500}/", f"/sign-in/anew/{person.public_id}/%00/"]:
        assert Client().get(address).status_code == 410


def test_who_does_not_lead_them_resets_nobody(person: User) -> None:
    organisation = person.memberships.get().organisation
    for who, status in [
        (a_person(organisation, Membership.Role.READ_ONLY), 403),
        (a_person(an_organisation()), 404),
        (an_officer(), 404),
        (a_person(the_centre(), Membership.Role.READ_ONLY), 403),
    ]:
        client = Client()
        client.force_login(who)
        assert reset(client, person).status_code == status
    person.refresh_from_db()
    assert person.has_usable_password()


def test_a_lead_of_a_hospital_does_not_reset_somebody_who_acts_at_the_centre(person: User) -> None:
    Membership.objects.create(user=person, organisation=the_centre(), role=Membership.Role.NATIONAL)
    organisation = person.memberships.exclude(organisation=the_centre()).get().organisation
    client = Client()
    client.force_login(a_person(organisation))
    address = f"/organisations/{organisation.code}/people/{person.public_id}/sign-in/"
    assert client.post(address, {"reason": "they asked"}).status_code == 403
    person.refresh_from_db()
    assert person.has_usable_password()


def test_nobody_resets_their_own(person: User) -> None:
    client = Client()
    client.force_login(person)
    assert "reset by somebody else" in reset(client, person).content.decode()
