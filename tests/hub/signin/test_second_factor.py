"""A second factor: required before any page, set up by oneself, and good for one use of each code."""

import json
import re
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.converters import IntConverter, StringConverter, UUIDConverter

from wardround.connectors.clock import FakeClock
from wardround.hub import clock
from wardround.hub.accounts.models import User
from wardround.hub.audit.models import Entry
from wardround.hub.outbox.models import Message
from wardround.hub.pages.routes import ANYBODY, ASKS, asks
from wardround.hub.signin import factors
from wardround.hub.signin.factors import held

from ...signed_in import with_password_alone
from ..builders import at
from ..pages.test_every_route import routes
from .people import Key, code_of, first_step, second_step, sign_in_by, with_app

pytestmark = pytest.mark.django_db
SETTING_UP = {"set-up", "again", "again-passkey", "add-app", "add-passkey", "add-passkey-options", "sign-out"}


def what_was_recorded() -> list[str]:
    return list(Entry.unscoped.order_by("pk").values_list("what", flat=True))


@pytest.mark.parametrize("name", sorted(name for name in set(ASKS) - SETTING_UP if asks(name, "GET") != ANYBODY))
def test_without_a_second_factor_every_page_leads_to_setting_one_up(name: str, client: Client, person: User) -> None:
    with_password_alone(client, person)
    address = address_of(name)
    asked, sent = client.get(address), client.post(address)
    assert (asked.status_code, asked["Location"]) == (302, "/account/set-up/?next=" + quote(address, safe=""))
    assert (sent.status_code, sent["Location"]) == (302, "/account/set-up/")


def test_who_has_none_sees_no_name_of_an_organisation_on_any_page(client: Client, person: User) -> None:
    with_password_alone(client, person)
    for address in ("/account/set-up/", "/account/app/", "/nowhere/", "/account/again/"):
        assert "Hospitals" not in client.get(address).content.decode()


def test_in_the_demonstration_a_password_is_enough(client: Client, person: User, settings: object) -> None:
    from dataclasses import replace

    settings.INSTALLATION = replace(settings.INSTALLATION, demo_at=at(20))  # type: ignore[attr-defined]
    assert "In this demonstration address and password are enough" in client.get("/sign-in/").content.decode()
    assert first_step(client, person)["Location"] == "/"
    assert client.get("/").status_code == 200


def test_an_app_is_set_up_with_a_picture_made_here_and_recovery_codes_that_are_shown_once(client: Client, person: User) -> None:
    first_step(client, person)
    page = client.get("/account/app/").content.decode()
    assert 'src="data:image/svg+xml;base64,' in page
    secret = client.session["mfa.totp.secret"]
    answer = client.post("/account/app/", {"code": code_of(secret)})
    codes = re.findall(r"<code>([\d ]+)</code>", answer.content.decode())
    assert (answer.status_code, len(codes)) == (200, 10)
    assert client.get("/").status_code == 200
    assert not re.search(codes[0], client.get("/account/").content.decode())
    assert {"authenticator app added", "recovery codes made"} <= set(what_was_recorded())
    assert set(Message.unscoped.filter(to=person.email).values_list("subject", flat=True)) == {
        "Wardround: authenticator app added",
        "Wardround: recovery codes made",
    }
    assert secret not in json.dumps(held(person).app.data)  # type: ignore[union-attr]


def test_password_and_code_lead_in_and_a_code_counts_once(client: Client, person: User) -> None:
    secret = with_app(person)
    assert first_step(client, person)["Location"] == "/sign-in/second-step/"
    assert client.get("/").status_code == 302
    code = code_of(secret)
    assert second_step(client, code)["Location"] == "/"
    assert client.get("/").status_code == 200
    other = Client()
    first_step(other, person)
    assert "was used before" in second_step(other, code).content.decode()
    assert other.get("/").status_code == 302


@pytest.mark.parametrize(("periods", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_phones_clock_may_be_half_a_minute_off(periods: int, right: bool) -> None:
    secret, now = "JBSWY3DPEHPK3PXP", 1_700_000_010.0
    code = factors.format_hotp_value(factors.hotp_value(secret, int(now) // 30 + periods))
    assert (factors.counter_of(secret, code, now=now) is not None) == right


def test_a_code_from_before_the_last_used_one_does_not_count() -> None:
    secret, now = "JBSWY3DPEHPK3PXP", 1_700_000_010.0
    earlier = factors.format_hotp_value(factors.hotp_value(secret, int(now) // 30 - 1))
    assert factors.counter_of(secret, earlier, now=now, after=int(now) // 30) is None


@pytest.mark.parametrize("code", ["", "0", "000000000000", "١٢٣٤٥٦", "12345６", "\x00", "🦊" * 6])
def test_whatever_is_typed_for_a_code_is_no_fault_of_the_hub(code: str, client: Client, person: User) -> None:
    with_app(person)
    first_step(client, person)
    assert second_step(client, code).status_code == 422


def test_a_recovery_code_lets_in_once_and_says_so(client: Client, person: User) -> None:
    with_app(person)
    code = factors.make_codes(person)[3]
    first_step(client, person)
    assert second_step(client, f"{code[:4]} {code[4:8]} {code[8:]}")["Location"] == "/account/"
    assert "9 are left" in client.get("/account/").content.decode()
    other = Client()
    first_step(other, person)
    assert second_step(other, code).status_code == 422
    assert "recovery code used" in what_was_recorded()


def test_the_second_step_is_over_after_ten_minutes_and_when_the_password_changes(client: Client, person: User) -> None:
    secret = with_app(person)
    first_step(client, person)
    clock.use(FakeClock(at(20, 9, 11)))
    assert second_step(client, code_of(secret))["Location"] == "/sign-in/"
    first_step(client, person)
    person.set_password("another four dull words")
    person.save()
    assert second_step(client, code_of(secret))["Location"] == "/sign-in/"


def a_key_of(client: Client, person: User) -> Key:
    """A passkey that the person has just set up; their first factor, unless the client is signed in with another."""
    key = Key()
    if "signed_in" not in client.session:
        with_password_alone(client, person)
    options = client.post("/account/passkey/options/", secure=True).json()
    answer = client.post("/account/passkey/", {"name": "My phone", "credential": json.dumps(key.made(options))}, secure=True)
    assert answer.status_code == 200, answer.content.decode()
    return key


def test_a_passkey_alone_signs_in_and_is_enough(client: Client, person: User) -> None:
    key = a_key_of(client, person)
    other = Client()
    assert sign_in_by(other, key)["Location"] == "/"
    assert other.get("/").status_code == 200
    assert "My phone" in client.get("/account/").content.decode()


def test_a_passkeys_answer_counts_once(client: Client, person: User) -> None:
    key, other = a_key_of(client, person), Client()
    options = other.post("/sign-in/passkey/options/", secure=True).json()
    answer = {"credential": json.dumps(key.used(options))}
    assert other.post("/sign-in/passkey/", answer, secure=True).status_code == 302
    other.post("/sign-out/", secure=True)
    assert other.post("/sign-in/passkey/", answer, secure=True).status_code == 422
    other.post("/sign-in/passkey/options/", secure=True)
    assert other.post("/sign-in/passkey/", answer, secure=True).status_code == 422


@pytest.mark.parametrize(
    "how", [{"verified": False}, {"origin": "https://testserver.evil.example"}, {"origin": "http://testserver"}]
)
def test_a_passkey_without_a_finger_or_from_another_site_is_refused(how: dict[str, object], client: Client, person: User) -> None:
    assert sign_in_by(Client(), a_key_of(client, person), **how).status_code == 422


def test_another_key_under_the_same_name_is_refused(client: Client, person: User) -> None:
    key, forged = a_key_of(client, person), Key()
    forged.id, forged.handle = key.id, key.handle
    assert sign_in_by(Client(), forged).status_code == 422


@pytest.mark.parametrize(
    "sent", ["", "{}", "[]", "null", "1", '{"response": 3}', '{"response": {"userHandle": "AAAA"}}', "[" * 5000]
)
def test_whatever_is_sent_for_a_passkey_is_no_fault_of_the_hub(sent: str, client: Client, person: User) -> None:
    client.post("/sign-in/passkey/options/", secure=True)
    assert client.post("/sign-in/passkey/", {"credential": sent}, secure=True).status_code == 422


def test_the_only_second_factor_stays(client: Client, person: User) -> None:
    with_app(person)
    client.force_login(person)
    row = held(person).app
    assert row is not None
    answer = client.post(f"/account/factors/{row.pk}/remove/")
    assert "This is your only second factor" in answer.content.decode()
    a_key_of(client, person)
    assert client.post(f"/account/factors/{row.pk}/remove/").status_code == 302
    assert held(person).app is None
    assert "authenticator app removed" in what_was_recorded()


def test_who_has_lost_the_only_app_sets_one_up_on_another_phone(client: Client, person: User) -> None:
    lost = with_app(person)
    codes = factors.make_codes(person)
    first_step(client, person)
    second_step(client, codes[0])
    assert "Set up an app on another phone" in client.get("/account/").content.decode()
    page = client.get("/account/app/").content.decode()
    assert "takes the place of the app that you have" in page
    secret = re.sub(r"\s", "", re.search(r"<code>(.+?)</code>", page).group(1))  # type: ignore[union-attr]
    assert client.post("/account/app/", {"code": code_of(lost)}).status_code == 422
    assert held(person).codes_left == 9
    assert client.post("/account/app/", {"code": code_of(secret)}).status_code == 302
    assert what_was_recorded()[-2:] == ["authenticator app removed", "authenticator app added"]
    other = Client()
    first_step(other, person)
    assert second_step(other, code_of(lost, periods=1)).status_code == 422
    assert second_step(other, code_of(secret, periods=1)).status_code == 302


def test_a_session_of_the_password_alone_replaces_no_factor(person: User) -> None:
    thief = Client()
    first_step(thief, person)
    lost = with_app(person)
    for page in ("app", "passkey"):
        assert thief.get(f"/account/{page}/")["Location"].startswith("/account/again/")
    assert thief.post("/account/app/", {"code": code_of(lost)})["Location"].startswith("/account/again/")


def test_nobody_removes_a_factor_of_somebody_else(client: Client, person: User) -> None:
    from ..builders import a_person, an_organisation

    with_app(person)
    client.force_login(a_person(an_organisation()))
    assert client.post(f"/account/factors/{held(person).app.pk}/remove/").status_code == 404  # type: ignore[union-attr]


def test_factors_change_only_after_one_has_shown_again_who_one_is(client: Client, person: User) -> None:
    secret = with_app(person)
    client.force_login(person)
    clock.use(FakeClock(at(20, 9, 11)))
    for page in ("app", "passkey", "codes", "password"):
        assert client.get(f"/account/{page}/", follow=False)["Location"].startswith("/account/again/")
    answer = client.post("/account/again/?next=/account/password/", {"password": "no", "code": code_of(secret)})
    assert answer.status_code == 422
    answer = client.post("/account/again/?next=/account/password/", {"password": "four dull words here", "code": code_of(secret)})
    assert answer["Location"] == "/account/password/"
    assert client.get("/account/password/").status_code == 200


def address_of(name: str) -> str:
    """An address of that route, about nothing that there is."""
    route = next(r for r in routes(get_resolver().url_patterns) if r.name == name)
    of_kind = {IntConverter: 1, UUIDConverter: "5c9c1b3e-8f8e-4a3c-9f51-0d1b3f6f2a10", StringConverter: "EX03"}
    return reverse(name, kwargs={key: of_kind.get(type(kind), "CVE-2025-4427") for key, kind in route.pattern.converters.items()})


@pytest.mark.parametrize("name", sorted(ASKS))
def test_nothing_is_taken_without_the_token_of_a_page_of_ours(name: str, person: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    answer = client.post(address_of(name), {"username": person.email})
    assert answer.status_code == 403
    assert "This form has expired" in answer.content.decode()


def test_a_passkey_shows_again_who_one_is_and_only_ones_own(client: Client, person: User) -> None:
    from ..builders import a_person, an_organisation

    key = a_key_of(client, person)
    clock.use(FakeClock(at(20, 9, 11)))
    assert client.get("/account/password/", secure=True)["Location"].startswith("/account/again/")
    options = client.post("/account/again/passkey/", secure=True).json()
    sent = {"credential": json.dumps(key.used(options)), "next": "/account/password/"}
    assert client.post("/account/again/passkey/", sent, secure=True)["Location"] == "/account/password/"
    assert client.get("/account/password/", secure=True).status_code == 200
    other = Client()
    with_password_alone(other, a_person(an_organisation()))
    options = other.post("/account/again/passkey/", secure=True).json()
    refused = other.post("/account/again/passkey/", {"credential": json.dumps(key.used(options))}, secure=True)
    assert refused["Location"].startswith("/account/again/")
    assert other.get("/", secure=True)["Location"].startswith("/account/set-up/")


def test_a_passkey_is_good_at_the_second_step_too(client: Client, person: User) -> None:
    key, other = a_key_of(client, person), Client()
    assert first_step(other, person, secure=True)["Location"] == "/sign-in/second-step/"
    assert "Use a passkey" in other.get("/sign-in/second-step/", secure=True).content.decode()
    assert sign_in_by(other, key)["Location"] == "/"
    assert other.get("/", secure=True).status_code == 200
