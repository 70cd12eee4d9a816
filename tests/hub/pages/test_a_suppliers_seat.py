"""The demonstration's supplier: what its people, the centre and a customer see, and that its word changes no verdict."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from wardround.core.vocab import WardroundError
from wardround.hub import clock
from wardround.hub.accounts.models import User
from wardround.hub.alerts.models import Assessment
from wardround.hub.alerts.tasks import reconsider
from wardround.hub.pages.suppliers import views
from wardround.hub.replay.supplier import PSIRT, a_supplier
from wardround.hub.suppliers.models import Addressed

from .demonstration import ROLES, Demonstration, page

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]


@pytest.fixture
def seat(demo: Demonstration) -> Client:
    """The supplier's person, signed in."""
    a_supplier(demo.alert, officer=User.objects.get(email=ROLES["national"]), password=make_password(None), at=clock.now())
    client = Client()
    client.force_login(User.objects.get(email=PSIRT))
    return client


def decided() -> dict[int, Any]:
    newest: dict[int, Any] = {}
    for one in Assessment.unscoped.order_by("pk"):
        newest[one.response_id] = (one.decision and one.decision["rank"], one.cases)
    return newest


def test_it_reads_its_bulletin_and_what_waits_and_no_customer(seat: Client, demo: Demonstration) -> None:
    board = page(seat, "/supplier/")
    assert "waits for your answer 2 of 4" in board
    bulletin = page(seat, f"/supplier/bulletins/{Addressed.unscoped.get().public_id}/")
    assert "Lanternworks Hosted Staff Phones" in bulletin
    assert "fixed" in bulletin
    assert [word for word in demo.inside() | {"Coldbrook", "Dunmore"} if word in board + bulletin] == []


def test_centre_and_customers_read_it_as_its_claim(seat: Client, as_: As, demo: Demonstration) -> None:
    assert "Hosted Staff Phones" in page(as_("national"), f"/alerts/{demo.alert.public_id}/suppliers/")
    assert "What the suppliers say: their claims" in page(as_("organisation"), f"/responses/{demo.response('EX03').public_id}/")


def test_its_word_changes_no_verdict(demo: Demonstration, request: pytest.FixtureRequest) -> None:
    before = decided()
    request.getfixturevalue("seat")
    reconsider(at=clock.now())
    assert decided() == before


def test_what_cannot_be_read_is_not_told_as_nothing(seat: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise WardroundError("cannot be read", where="feeds", do="run doctor")

    monkeypatch.setattr(views, "published", broken)
    text = page(seat, f"/supplier/bulletins/{Addressed.unscoped.get().public_id}/")
    assert "Not known: what was published cannot be read here" in text
    assert "Nothing that is here speaks of them" not in text


def test_what_it_was_asked_and_said_is_of_the_demonstrations_day(seat: Client, demo: Demonstration) -> None:
    found = Addressed.unscoped.get()
    assert {a.at.date() for a in found.answers.all()} == {found.at.date()} == {clock.now().date()}
    assert found.revision == demo.alert.revisions.latest("number")


def test_what_is_left_out_of_an_answer_is_asked_for_by_its_name(seat: Client) -> None:
    answer = seat.post(f"/supplier/bulletins/{Addressed.unscoped.get().public_id}/answer/", {"why": "because"})
    html = answer.content.decode()
    for said in ("Choose the vulnerability", "Choose the product", "Say what holds of them", "because"):
        assert said in html
