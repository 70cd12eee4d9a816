"""Sealed codes: once, for four hours, as duty officer, loud, and reviewed by somebody else."""

import re
from typing import Any

import pytest
from django.test import Client

from wardround.core.vocab import BadInput
from wardround.hub.accounts.models import User
from wardround.hub.audit.models import Entry
from wardround.hub.organisations.models import Membership
from wardround.hub.outbox.models import Message
from wardround.hub.signin import emergency
from wardround.hub.signin.models import EmergencyCode
from wardround.lake.home import Home

from ..builders import a_clock, a_person, an_officer, an_organisation, at, by, system, the_centre

pytestmark = pytest.mark.django_db
NAME, REASON = "Sam Night (fictitious)", "The officer on call cannot be reached, HSA is due."


@pytest.fixture
def code(hub: Home) -> str:
    a_clock(at(20, 2))
    the_centre()
    return emergency.make(system(at(20, 2)), number=2)[0][1]


def break_in(client: Client, code: str, **changes: str) -> Any:
    return client.post("/break-glass/", {"code": code, "name": NAME, "reason": REASON} | changes)


def test_a_code_lets_in_as_duty_officer_and_every_page_says_so(client: Client, code: str) -> None:
    assert break_in(client, code.lower().replace("-", " "))["Location"] == "/"
    for page in ("/", "/alerts/candidates/", "/alerts/new/", "/outbox/"):
        answer = client.get(page)
        assert answer.status_code == 200
        assert "you act as the duty officer by code 1 until" in answer.content.decode()


def test_everybody_at_the_centre_is_told_and_sees_it_until_it_is_reviewed(client: Client, code: str) -> None:
    officer = an_officer()
    break_in(Client(), code)
    told = Message.unscoped.filter(subject="Break-glass code 1 was used")
    assert set(told.values_list("to", flat=True)) == {the_centre().mailbox, officer.email}
    assert NAME in told[0].body
    assert REASON in told[0].body
    client.force_login(officer)
    assert f"{NAME} acts as the duty officer" in client.get("/").content.decode()
    a_clock(at(20, 7))
    client.force_login(officer)
    assert f"{NAME} act" in client.get("/").content.decode()
    emergency.review(by(officer, at(20, 8)), row=EmergencyCode.objects.get(number=1), note="Rung up; it was right.")
    assert NAME not in client.get("/").content.decode()


def test_what_was_done_is_recorded_under_that_name(client: Client, code: str) -> None:
    break_in(client, code)
    client.post("/break-glass/uses/5c9c1b3e-8f8e-4a3c-9f51-0d1b3f6f2a10/end/")
    used = Entry.unscoped.get(what="break-glass used")
    assert used.who == f"{NAME} (break-glass 1) <break-glass-1@centre.invalid>"
    assert used.document["reason"] == REASON
    assert code.replace("-", "") not in str(used.document)


def test_a_code_works_once(client: Client, code: str) -> None:
    break_in(client, code)
    answer = break_in(Client(), code)
    assert answer.status_code == 422
    assert "is none that works here" in answer.content.decode()
    assert EmergencyCode.objects.exclude(used_at=None).count() == 1


def test_the_code_itself_is_nowhere_in_the_database(code: str) -> None:
    row = EmergencyCode.objects.get(number=1)
    assert code.replace("-", "") not in str(vars(row))
    assert len(code.replace("-", "")) == 32


def test_it_ends_after_four_hours_in_the_middle_of_what_somebody_does(client: Client, code: str) -> None:
    break_in(client, code)
    a_clock(at(20, 5, 59))
    client.get("/")  # a session that is used does not run out of idleness
    a_clock(at(20, 5, 59))
    assert emergency.run_out() == 0
    a_clock(at(20, 6))
    answer = client.post("/alerts/new/", {"title": "Late"})
    assert answer["Location"].startswith("/sign-in/")
    assert emergency.run_out() == 1
    assert not User.objects.get(email__startswith="break-glass-1").is_active
    assert not Membership.objects.filter(user__email__startswith="break-glass-1", ended_at=None).exists()
    assert Entry.unscoped.filter(what="break-glass ended").count() == 1


def test_the_centre_ends_it_at_once(client: Client, code: str) -> None:
    break_in(client, code)
    officer = Client()
    officer.force_login(an_officer())
    row = EmergencyCode.objects.get(number=1)
    assert officer.post(f"/break-glass/uses/{row.public_id}/end/").status_code == 302
    assert client.get("/")["Location"].startswith("/sign-in/")


def test_guesses_wait_longer_and_longer_and_are_recorded_once(code: str) -> None:
    client = Client()
    for number in range(5):
        assert break_in(client, f"GUESS-{number}").status_code == 422
    assert "too many wrong attempts" in break_in(client, "GUESS-5").content.decode()
    assert EmergencyCode.objects.filter(used_at=None).count() == 2
    assert Entry.unscoped.filter(what="break-glass guessed").count() == 1


def test_whoever_shares_a_network_with_the_officer_does_not_shut_the_way_in(client: Client, code: str) -> None:
    for number in range(7):
        break_in(Client(), f"GUESS-{number}")
    assert break_in(client, code).status_code == 302


def test_a_person_of_a_hospital_gets_no_more_by_trying_and_cannot_review(client: Client, code: str) -> None:
    break_in(Client(), code)
    client.force_login(a_person(an_organisation()))
    row = EmergencyCode.objects.get(number=1)
    for address in ("/break-glass/uses/", f"/break-glass/uses/{row.public_id}/review/"):
        assert client.get(address).status_code == 403
    assert client.post(f"/break-glass/uses/{row.public_id}/end/").status_code == 403
    assert NAME not in client.get("/").content.decode()


def test_nobody_reviews_what_they_did_themselves(client: Client, code: str) -> None:
    break_in(client, code)
    row = EmergencyCode.objects.get(number=1)
    answer = client.post(f"/break-glass/uses/{row.public_id}/review/", {"note": "All was well."})
    assert "reviewed by somebody else" in answer.content.decode()
    row.refresh_from_db()
    assert row.reviewed_at is None


def test_a_second_code_reviews_nothing_of_the_first(client: Client, code: str) -> None:
    second = emergency.make(system(at(20, 2)), number=1)[0][1]
    break_in(Client(), code)
    break_in(client, second)
    row = EmergencyCode.objects.get(number=1)
    answer = client.post(f"/break-glass/uses/{row.public_id}/review/", {"note": "All was well."})
    assert "reviewed by somebody else" in answer.content.decode()
    row.refresh_from_db()
    assert row.reviewed_at is None


def test_a_review_shows_what_was_done_and_is_kept(client: Client, code: str) -> None:
    break_in(Client(), code)
    client.force_login(an_officer())
    row = EmergencyCode.objects.get(number=1)
    address = f"/break-glass/uses/{row.public_id}/review/"
    assert "break-glass used" in client.get(address).content.decode()
    assert client.post(address, {"note": ""}).status_code == 422
    assert client.post(address, {"note": "Rung up; it was right."}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.review) == ("reviewed", "Rung up; it was right.")
    assert row.ended_at is not None


def test_whoever_is_signed_in_as_somebody_else_is_not_both(client: Client, code: str) -> None:
    client.force_login(a_person(an_organisation("TX77")))
    break_in(client, code)
    page = client.get("/").content.decode()
    assert "break-glass 1" in page
    assert client.get("/organisations/TX77/people/5c9c1b3e-8f8e-4a3c-9f51-0d1b3f6f2a10/role/").status_code in (403, 404)


def test_a_revoked_code_opens_nothing(client: Client, code: str) -> None:
    emergency.revoke(system(at(20, 3)), number=1)
    assert break_in(client, code).status_code == 422
    with pytest.raises(BadInput, match="no code 1 that could still be used"):
        emergency.revoke(system(at(20, 3)), number=1)


@pytest.mark.parametrize("changes", [{"name": ""}, {"reason": " "}, {"name": "\u202eevil"}, {"code": "\x00"}, {"code": "é" * 99}])
def test_what_is_missing_or_hostile_uses_no_code(changes: dict[str, str], client: Client, code: str) -> None:
    typed = {"code": code, "name": NAME, "reason": REASON} | changes
    assert client.post("/break-glass/", typed).status_code == 422
    assert EmergencyCode.objects.filter(used_at=None).count() == 2


def test_break_glass_takes_a_token_of_its_page(code: str) -> None:
    client = Client(enforce_csrf_checks=True)
    assert break_in(client, code).status_code == 403
    page = client.get("/break-glass/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    assert break_in(client, code, csrfmiddlewaretoken=token.group(1)).status_code == 302


def test_whoever_broke_the_glass_sets_up_nothing_that_outlasts_it(client: Client, code: str) -> None:
    break_in(client, code)
    for page in ("app", "passkey", "codes", "password"):
        assert client.get(f"/account/{page}/").status_code == 403
    assert client.post("/account/passkey/options/").status_code == 403
    assert client.post("/account/password/", {"new_password": "five other dull words here"}).status_code == 403
    assert not User.objects.get(email__startswith="break-glass-1").has_usable_password()
