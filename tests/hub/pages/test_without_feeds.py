"""A hub whose feeds are gone: pages still say what they know, and what people bring is kept."""

from collections.abc import Callable, Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from wardround.hub.alerts.models import Word
from wardround.hub.hunts.models import LogBatch
from wardround.lake.home import Home

from ..builders import a_log, at
from .demonstration import Demonstration, page, words

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]


@pytest.fixture(autouse=True)
def gone(demo: Demonstration, module_hub: Home) -> Iterator[None]:
    aside = module_hub.feeds.rename(module_hub.feeds.with_name("aside"))
    yield
    aside.rename(module_hub.feeds)


@pytest.mark.parametrize("code", ["EX03", "EX04", "EX06"])
def test_a_response_still_says_what_to_do(code: str, demo: Demonstration, as_: As) -> None:
    assert "Do this next" in page(as_(demo.person(code)), reverse("response", args=[demo.response(code).public_id]))


def test_an_answer_that_needs_the_feeds_is_refused_with_the_reason(demo: Demonstration, as_: As) -> None:
    before = Word.unscoped.count()
    address = reverse("response-confirm", args=[demo.response("EX06").public_id])
    answer = as_(demo.person("EX06")).post(address, {"answer": "applies"})
    assert answer.status_code == 422
    assert "feeds sync" in words(answer.content.decode())
    assert Word.unscoped.count() == before


def test_a_log_is_kept_and_the_page_says_that_it_was_not_looked_at_yet(demo: Demonstration, as_: As) -> None:
    client, before = as_(demo.person("EX03")), LogBatch.unscoped.count()
    upload = SimpleUploadedFile("access.log", a_log(at(14), at(15)))
    address = reverse("response-logs", args=[demo.response("EX03").public_id])
    answer = client.post(address, {"asset": "mdm-core", "from_host": "no", "file": upload})
    assert answer.status_code == 302
    assert LogBatch.unscoped.count() == before + 1
    assert "It is kept, but could not be held against the alerts yet" in words(client.get(answer["Location"]).content.decode())
