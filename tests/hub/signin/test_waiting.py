"""Wrong guesses wait, and nobody else does: what strangers type locks no hospital out."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from wardround.hub.accounts.models import User
from wardround.hub.audit.models import Entry
from wardround.hub.outbox.models import Message
from wardround.hub.signin import throttle
from wardround.hub.signin.models import Wait
from wardround.hub.signin.tasks import slowed

from ..builders import a_clock, at
from .people import Key, code_of, first_step, second_step, sign_in_by, with_app
from .test_second_factor import a_key_of

pytestmark = pytest.mark.django_db
STRANGER, HOSPITAL = "198.51.100.66", "192.0.2.10"


def guess(person_or_address: User | str, times: int, *, source: str = STRANGER, client: Client | None = None) -> list[str]:
    """Wrong passwords at an address; what the pages answered."""
    address = person_or_address if isinstance(person_or_address, str) else person_or_address.email
    browser = client or Client()
    sent = [browser.post("/sign-in/", {"username": address, "password": f"wrong {n}"}, REMOTE_ADDR=source) for n in range(times)]
    assert {answer.status_code for answer in sent} == {422}
    return [answer.content.decode() for answer in sent]


def test_after_five_wrong_ones_whoever_guesses_waits_and_the_right_one_does_not_help(person: User) -> None:
    client = Client()
    answers = guess(person, 6, client=client)
    assert ["too many wrong attempts" in answer for answer in answers] == [False] * 5 + [True]
    assert "wait 1 minute, or sign in with a passkey" in answers[-1]
    right = first_step(client, person, REMOTE_ADDR=STRANGER)
    assert right.status_code == 422


def test_the_wait_ends_and_grows(person: User) -> None:
    guess(person, 5)
    a_clock(at(20, 9) + timedelta(seconds=31))
    assert "too many" not in guess(person, 1)[0]
    a_clock(at(20, 9) + timedelta(seconds=62))
    assert "too many" in guess(person, 1)[0]
    a_clock(at(20, 9) + timedelta(seconds=92))
    assert "too many" not in guess(person, 1)[0]


def test_no_wait_is_longer_than_a_quarter_of_an_hour(person: User) -> None:
    now = at(20, 9)
    for _ in range(30):
        a_clock(now)
        guess(person, 1)
        now += timedelta(minutes=15, seconds=1)
    assert max(row.until - row.last_at for row in Wait.objects.exclude(until=None)) <= timedelta(minutes=15)


def test_what_a_stranger_guesses_keeps_the_person_waiting_nowhere_else(person: User) -> None:
    for number in range(20):
        guess(person, 5, source=f"198.51.100.{number}")
    assert first_step(Client(), person, REMOTE_ADDR=HOSPITAL).status_code == 302


def test_a_browser_that_its_owner_used_before_gets_in_from_the_strangers_own_network(person: User) -> None:
    secret, known = with_app(person), Client()
    first_step(known, person, REMOTE_ADDR=HOSPITAL)
    second_step(known, code_of(secret))
    known.post("/sign-out/")
    guess(person, 6, source=HOSPITAL)
    assert first_step(Client(), person, REMOTE_ADDR=HOSPITAL).status_code == 422
    assert first_step(known, person, REMOTE_ADDR=HOSPITAL)["Location"] == "/sign-in/second-step/"


def test_a_forged_number_of_a_browser_helps_nobody(person: User) -> None:
    forger = Client()
    forger.cookies["wardround-browser"] = "guessed:signature"
    assert "too many" in guess(person, 6, client=forger)[-1]


def test_a_passkey_gets_in_whatever_was_guessed(client: Client, person: User) -> None:
    key: Key = a_key_of(client, person)
    guess(person, 6, source="127.0.0.1")
    assert sign_in_by(Client(), key).status_code == 302


def test_one_source_waits_after_fifty_guesses_at_whoever(person: User) -> None:
    for number in range(25):
        guess(f"somebody{number}@coldbrook.example", 2)
    assert "too many" in guess("another@coldbrook.example", 1)[0]
    assert first_step(Client(), person, REMOTE_ADDR=HOSPITAL).status_code == 302


def test_a_right_password_in_between_does_not_set_the_count_of_a_source_back(person: User) -> None:
    own = Client()
    for number in range(50):
        guess(f"somebody{number}@coldbrook.example", 1)
        if number % 5 == 0 and number < 45:
            assert first_step(Client(), person, REMOTE_ADDR=STRANGER).status_code == 302
    assert "too many" in guess("another@coldbrook.example", 1, client=own)[0]


def test_an_address_of_nobody_is_answered_in_the_same_words(person: User) -> None:
    somebody, nobody = guess(person, 6), guess("nobody@coldbrook.example", 6, source="198.51.100.67")

    def plain(page: str, address: str) -> str:
        import re

        return re.sub(r'value="[\w-]{60,}"', "", page.replace(address, "ADDRESS"))

    assert [plain(a, person.email) for a in somebody] == [plain(b, "nobody@coldbrook.example") for b in nobody]


def test_the_same_work_is_done_for_an_address_of_nobody(
    person: User, django_assert_num_queries: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hashing takes nearly all of the time: it is done once, whoever is asked for."""
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed: list[str] = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda self, *a: hashed.append("once") or encode(self, *a))
    for address in (person.email, "nobody@coldbrook.example"):
        hashed.clear()
        guess(address, 1)
        assert hashed == ["once"], address
    person.set_unusable_password()
    person.save()
    hashed.clear()
    guess(person, 1)
    assert hashed == ["once"]


def test_wrong_codes_after_a_right_password_count_together_wherever_they_come_from(person: User) -> None:
    secret = with_app(person)
    for number in range(5):
        client = Client(REMOTE_ADDR=f"198.51.100.{number}")
        first_step(client, person)
        second_step(client, "000000")
    client = Client(REMOTE_ADDR="198.51.100.99")
    first_step(client, person)
    assert "too many wrong attempts" in second_step(client, code_of(secret)).content.decode()


def test_the_person_is_told_and_it_is_recorded_once_an_hour(person: User) -> None:
    for _ in range(3):
        slowed.func(person.pk, "slowed")
    slowed.func(0, "slowed")
    assert Message.unscoped.filter(subject="Wardround: sign-in slowed down", to=person.email).count() == 1
    assert Entry.unscoped.filter(what="sign-in slowed down").count() == 1


def test_no_address_and_no_source_stands_in_the_table_of_waits(person: User) -> None:
    guess(person, 2)
    kept = str(list(Wait.objects.values()))
    assert person.email not in kept
    assert STRANGER not in kept


def test_a_clock_that_was_set_back_makes_no_wait_longer(person: User) -> None:
    guess(person, 5)
    a_clock(at(18, 9))
    assert "wait 15 minutes" in guess(person, 1)[0]


class TestLaws(TestCase):
    """Whatever the order of guesses and pauses."""

    @settings(max_examples=40)
    @given(st.lists(st.integers(0, 1000), min_size=1, max_size=40))
    def test_within_any_hour_few_guesses_are_looked_at(self, pauses: list[int]) -> None:
        Wait.objects.all().delete()
        looked: list[datetime] = []
        for now in _moments(pauses):
            with suppress(throttle.MustWait):
                throttle.begin([throttle.Guess("law", 5)], at=now)
                looked.append(now)
        for start in looked:
            assert len([n for n in looked if start <= n < start + timedelta(minutes=30)]) <= 5 + 8


def _moments(pauses: list[int]) -> Iterator[datetime]:
    now = at(20)
    for pause in pauses:
        now += timedelta(seconds=pause)
        yield now
