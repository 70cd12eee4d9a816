"""Guesses at names are made once while the feeds stay as they are: also for a hub that has just been started."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from wardround.core.names import Candidates
from wardround.hub.pages.names import guesses
from wardround.lake.home import Home

from ..builders import a_clock, a_person, a_record, a_server, a_snapshot, an_organisation, at, records

pytestmark = pytest.mark.django_db


@pytest.fixture
def asker(client: Client, hub: Home, tmp_path: Path) -> Client:
    """Somebody of a trust with a device that one record is about, under a name that the record does not use."""
    guesses._made.clear()
    records(a_record("CVE-2030-0001", exploitation="active"), now=at(13, 17), folder=tmp_path / "feed")
    trust = an_organisation()
    a_snapshot(trust, [a_server("gw-1", "1.0", vendor="Example Systems", product="Gateway Appliance")], taken=at(14))
    a_clock(at(20))
    client.force_login(a_person(trust))
    return client


def questions(client: Client) -> list[object]:
    return [question for question, _, _ in client.get(reverse("names")).context["questions"]]


def test_a_hub_that_was_started_again_guesses_nothing_again(asker: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = questions(asker)
    assert asked
    guesses._made.clear()

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the names of the records are filed again")

    monkeypatch.setattr(Candidates, "__init__", refuse)
    assert questions(asker) == asked


@pytest.mark.parametrize("kept", [b"", b"{", b"[]", b'{"state": "of other feeds", "guesses": []}', b'{"state": 4}'])
def test_a_file_that_cannot_be_read_or_is_of_other_feeds_is_made_again(asker: Client, kept: bytes) -> None:
    asked = questions(asker)
    (file := settings.HOME.counted / "guesses.json").write_bytes(kept)
    guesses._made.clear()
    assert questions(asker) == asked
    assert b'"guesses":[[' in file.read_bytes()


def test_a_guess_that_cannot_be_kept_true_is_not(asker: Client) -> None:
    """Of the right state, and broken inside."""
    asked = questions(asker)
    file = settings.HOME.counted / "guesses.json"
    file.write_bytes(file.read_bytes().replace(b'"guesses":[[', b'"guesses":[["too","few"],['))
    guesses._made.clear()
    assert questions(asker) == asked
