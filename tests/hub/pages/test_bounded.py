"""A page asks the database as often for many organisations and alerts as for few."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from wardround.connectors.clock import FakeClock
from wardround.hub import clock
from wardround.hub.accounts.models import User
from wardround.hub.organisations.models import Organisation
from wardround.lake.home import Home

from ..builders import a_person, acknowledged, an_alert, an_officer, an_organisation, at, feeds_with, response_of

MOST = 60


@pytest.fixture
def people(hub: Home) -> tuple[User, User, Organisation]:
    feeds_with("2025-05-13T1600", now=at(14))
    mine = an_organisation()
    clock.use(FakeClock(at(16)))
    return an_officer(), a_person(mine), mine


def asked(person: User, pages: list[str]) -> dict[str, int]:
    client = Client()
    client.force_login(person)
    found = {}
    for page in pages:
        assert client.get(page).status_code == 200, page
        with CaptureQueriesContext(connection) as queries:
            client.get(page)
        found[page] = len(queries)
    return found


def test_more_organisations_cost_no_more_queries(people: tuple[User, User, Organisation]) -> None:
    officer, person, mine = people
    an_organisation()
    alert = an_alert(at(14), pack="")
    response = response_of(mine, alert)
    central = ["/", f"/alerts/{alert.public_id}/", "/outbox/", f"/responses/{response.public_id}/", "/record/CENTRE/"]
    own = ["/", f"/responses/{response.public_id}/", f"/record/{mine.code}/", f"/estate/{mine.code}/"]
    few = asked(officer, central), asked(person, own)
    for _ in range(6):
        an_alert(at(14), pack="", scope=[an_organisation().code])
    wide = f"/alerts/{an_alert(at(14), pack='').public_id}/"
    many = asked(officer, central[1:]), asked(person, own)
    assert asked(officer, [wide])[wide] == few[0][central[1]]  # eight organisations, and two
    assert {page: few[0][page] for page in central[1:]} == many[0]
    assert few[1] == many[1]
    assert max(few[0].values()) <= MOST
    assert max(few[1].values()) <= MOST


def test_more_alerts_cost_ones_own_board_no_more_queries(people: tuple[User, User, Organisation]) -> None:
    _, person, mine = people
    response = response_of(mine, an_alert(at(14), pack=""))
    acknowledged(person, response, at(15))
    pages = ["/", f"/responses/{response.public_id}/"]
    few = asked(person, pages)
    for _ in range(4):
        an_alert(at(14), pack="")
    assert asked(person, pages) == few


def test_the_national_board_that_was_counted_asks_as_often_for_many_alerts(people: tuple[User, User, Organisation]) -> None:
    from wardround.hub.pages.alerts.counted import count

    officer, _, _ = people
    an_alert(at(14), pack="")
    count(at=at(16))
    few = asked(officer, ["/"])
    for _ in range(4):
        an_alert(at(14), pack="")
        an_organisation()
    count(at=at(16))
    assert asked(officer, ["/"]) == few
