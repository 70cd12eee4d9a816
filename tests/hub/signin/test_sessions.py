"""Sessions: listed, ended one by one or all, ended by a change of password or factor, and over by themselves."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from wardround.hub.accounts.models import User
from wardround.hub.audit.models import Entry
from wardround.hub.outbox.models import Message
from wardround.hub.signin.models import Device, SignIn
from wardround.hub.signin.sessions import tidy
from wardround.hub.signin.store import row_key

from ..builders import a_clock, a_person, an_organisation, at
from .people import PASSWORD, code_of, first_step, second_step, with_app

pytestmark = pytest.mark.django_db
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile/15E148 Safari/604.1"


def signed_in(person: User, **more: str) -> Client:
    client = Client(**more)  # type: ignore[arg-type]
    client.force_login(person)
    return client


def alive(client: Client) -> bool:
    return client.get("/").status_code == 200


def test_sessions_are_listed_with_browser_and_times_and_this_one_is_marked(person: User) -> None:
    signed_in(person).get("/")
    phone = Client(headers={"user-agent": PHONE})
    secret = with_app(person)
    first_step(phone, person)
    second_step(phone, code_of(secret))
    page = phone.get("/account/").content.decode()
    assert "Safari on iPhone" in page
    assert page.count("this one") == 1
    assert page.count("End<span") == 1


def test_whoever_reads_the_database_finds_no_session_to_take(person: User) -> None:
    mine = signed_in(person)
    key = mine.session.session_key or ""
    rows = [*Session.objects.values_list("session_key", flat=True), *SignIn.objects.values_list("session_key", flat=True)]
    assert rows == [row_key(key)] * 2
    assert key not in str(Session.objects.values())
    thief = Client()
    thief.cookies["sessionid"] = rows[0]
    assert alive(mine)
    assert not alive(thief)


def test_showing_again_who_one_is_leaves_the_key_from_before_behind(person: User) -> None:
    mine, before = signed_in(person), Client()
    before.cookies["sessionid"] = mine.cookies["sessionid"].value
    assert mine.post("/account/again/", {"password": PASSWORD}).status_code == 302
    assert (alive(mine), alive(before)) == (True, False)
    assert "this one" in mine.get("/account/").content.decode()


def test_one_session_is_ended_and_no_other(person: User) -> None:
    one, other, mine = signed_in(person), signed_in(person), signed_in(person)
    row = SignIn.objects.get(session_key=row_key(one.session.session_key))
    assert mine.post(f"/account/sessions/{row.public_id}/end/").status_code == 302
    assert (alive(one), alive(other), alive(mine)) == (False, True, True)


def test_nobody_ends_a_session_of_somebody_else(person: User) -> None:
    victim, stranger = signed_in(person), signed_in(a_person(an_organisation()))
    row = SignIn.objects.get(session_key=row_key(victim.session.session_key))
    assert stranger.post(f"/account/sessions/{row.public_id}/end/").status_code == 404
    assert alive(victim)


def test_all_others_are_ended(person: User) -> None:
    others, mine = [signed_in(person), signed_in(person)], signed_in(person)
    mine.post("/account/sessions/end/")
    assert [alive(client) for client in (*others, mine)] == [False, False, True]
    assert Entry.unscoped.filter(what="sessions ended").exists()


def test_another_password_ends_the_others_and_is_told(person: User) -> None:
    other, mine = signed_in(person), signed_in(person)
    assert mine.post("/account/password/", {"new_password": "five other dull words here"}).status_code == 302
    assert (alive(other), alive(mine)) == (False, True)
    assert Message.unscoped.filter(to=person.email, subject="Wardround: password changed").count() == 1
    person.refresh_from_db()
    assert person.check_password("five other dull words here")
    assert mine.get("/account/").content.decode().count("this one") == 1


@pytest.mark.parametrize("weak", ["short", "1qaz2wsx3edc", ""])
def test_a_weak_password_is_refused_and_nothing_changes(weak: str, person: User) -> None:
    mine = signed_in(person)
    assert mine.post("/account/password/", {"new_password": weak}).status_code == 422
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_another_factor_ends_the_others(person: User) -> None:
    other, mine = signed_in(person), signed_in(person)
    mine.get("/account/app/")
    mine.post("/account/app/", {"code": code_of(mine.session["mfa.totp.secret"])})
    assert (alive(other), alive(mine)) == (False, True)


def test_a_session_that_nobody_uses_is_over_after_an_hour(person: User) -> None:
    client = signed_in(person)
    a_clock(at(20, 9, 59))
    assert alive(client)
    a_clock(at(20, 10, 58))
    assert alive(client)
    a_clock(at(20, 11, 59))
    assert not alive(client)
    assert not Session.objects.exists()


def test_a_session_is_over_after_twelve_hours_however_much_it_is_used(person: User) -> None:
    client = signed_in(person)
    for half_hour in range(1, 25):
        a_clock(at(20, 9 + half_hour // 2, 30 * (half_hour % 2)))
        assert alive(client), half_hour
    a_clock(at(20, 21, 1))
    assert not alive(client)


def test_a_session_from_before_sessions_were_listed_does_not_count(person: User) -> None:
    client = signed_in(person)
    session = client.session
    del session["signed_in"]
    session.save()
    assert not alive(client)


def test_signing_out_takes_it_off_the_list(person: User) -> None:
    client = signed_in(person)
    client.post("/sign-out/")
    assert not SignIn.objects.exists()


def test_signing_in_takes_a_new_session_and_nothing_of_the_one_before(client: Client, person: User) -> None:
    client.get("/sign-in/")
    session = client.session
    session["left by"] = "somebody else"
    session.save()
    before = client.session.session_key
    secret = with_app(person)
    first_step(client, person)
    second_step(client, code_of(secret))
    assert client.session.session_key != before
    assert "left by" not in client.session


def test_a_browser_that_was_not_there_before_is_told_of_once(person: User) -> None:
    secret = with_app(person)
    first, second = Client(), Client(headers={"user-agent": PHONE})
    for number, client in enumerate([first, second]):
        first_step(client, person)
        assert second_step(client, code_of(secret, periods=number)).status_code == 302
    assert Device.objects.filter(user=person).count() == 2
    letters = Message.unscoped.filter(to=person.email, subject="Wardround: sign-in from a new browser")
    assert letters.count() == 1
    entry = Entry.unscoped.get(what="sign-in from a new browser")
    assert entry.document["browser"] == "Safari on iPhone"


ELSEWHERE = ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "\x00", "http:///evil"]


@pytest.mark.parametrize("next_page", ELSEWHERE)
def test_nobody_is_sent_to_another_site(next_page: str, client: Client, person: User) -> None:
    secret = with_app(person)
    first_step(client, person)
    client.post("/sign-in/", {"username": person.email, "password": PASSWORD, "next": next_page})
    assert second_step(client, code_of(secret))["Location"] == "/"
    for page in ("/account/set-up/", "/account/again/"):
        assert "evil" not in client.get(page, {"next": next_page}).content.decode()


def test_what_has_run_out_is_forgotten(person: User) -> None:
    signed_in(person)
    Device.objects.create(user=person, digest="d", browser="Firefox on Linux", first_at=at(1), seen_at=at(1))
    tidy(now=at(20, 22))
    assert not SignIn.objects.exists()
    assert Device.objects.exists()
    tidy(now=at(1) + timedelta(days=181))
    assert not Device.objects.exists()
