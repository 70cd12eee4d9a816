"""Guesses at names are made once while the feeds stay as they are: also for a hub that has just been started."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from wardround.core.names import Candidates
from wardround.hub.pages.names import guesses

from .demonstration import Demonstration

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def none_kept(demo: Demonstration) -> None:
    guesses._made.clear()
    (settings.HOME.counted / "guesses.json").unlink(missing_ok=True)


def questions(client: Client) -> list[object]:
    return [question for question, _, _ in client.get(reverse("names")).context["questions"]]


def test_a_hub_that_was_started_again_guesses_nothing_again(as_: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch) -> None:
    asked = questions(as_("organisation"))
    assert asked
    guesses._made.clear()

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the names of the records are filed again")

    monkeypatch.setattr(Candidates, "__init__", refuse)
    assert questions(as_("organisation")) == asked


@pytest.mark.parametrize("kept", [b"", b"{", b"[]", b'{"state": "of other feeds", "guesses": []}', b'{"state": 4}'])
def test_a_file_that_cannot_be_read_or_is_of_other_feeds_is_made_again(as_: Callable[[str], Client], kept: bytes) -> None:
    asked = questions(as_("organisation"))
    (file := settings.HOME.counted / "guesses.json").write_bytes(kept)
    guesses._made.clear()
    assert questions(as_("organisation")) == asked
    assert b'"guesses":[[' in file.read_bytes()


def test_a_guess_that_cannot_be_kept_true_is_not(as_: Callable[[str], Client]) -> None:
    """Of the right state, and broken inside."""
    asked = questions(as_("organisation"))
    file = settings.HOME.counted / "guesses.json"
    file.write_bytes(file.read_bytes().replace(b'"guesses":[[', b'"guesses":[["too","few"],['))
    guesses._made.clear()
    assert questions(as_("organisation")) == asked
