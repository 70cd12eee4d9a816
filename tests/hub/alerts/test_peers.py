"""How far the others are: the same organisations every day, one number a day."""

import pytest
from django.test import Client

from wardround.connectors.clock import FakeClock
from wardround.core.alerts._peers import Coarse
from wardround.hub import clock
from wardround.hub.alerts import answering
from wardround.hub.alerts.drafting import amend, draft_alert, issue
from wardround.hub.alerts.models import Alert, Response
from wardround.hub.alerts.peers import acknowledged_by_peers
from wardround.hub.organisations.models import Agreement, Organisation
from wardround.lake.home import Home

from ..builders import PUBLISHED, a_person, an_officer, an_organisation, at, bulletin, by, feeds_with, system

pytestmark = pytest.mark.django_db


@pytest.fixture
def alert(hub: Home) -> Alert:
    """Issued on the 14th to twelve organisations."""
    feeds_with(PUBLISHED, now=at(13, 16))
    codes = [an_organisation().code for _ in range(12)]
    revision = draft_alert(by(an_officer(), at(14)), fields=bulletin(scope=codes))
    issue(by(an_officer(), at(14)), revision=revision)
    return revision.alert


def acknowledge(alert: Alert, number: int, *, day: int, skip: int = 0) -> None:
    for response in Response.unscoped.filter(alert=alert).order_by("pk")[skip : skip + number]:
        answering.acknowledge(system(at(day)), response=response)


def test_a_number_is_told_in_fives_as_of_last_midnight(alert: Alert) -> None:
    acknowledge(alert, 7, day=15)
    assert acknowledged_by_peers(alert, at=at(15, 23)) == Coarse(10, 0)
    assert acknowledged_by_peers(alert, at=at(16)) == Coarse(10, 5)


def test_on_the_first_day_nothing_is_told(alert: Alert) -> None:
    assert acknowledged_by_peers(alert, at=at(14, 20)) is None


def test_one_more_acknowledgement_is_not_seen(alert: Alert) -> None:
    acknowledge(alert, 6, day=15)
    before = acknowledged_by_peers(alert, at=at(16))
    acknowledge(alert, 1, day=16, skip=6)
    assert acknowledged_by_peers(alert, at=at(17)) == before


def test_whoever_is_added_later_changes_no_number(alert: Alert) -> None:
    """Two sets of organisations that differ by one would tell that one's answer."""
    acknowledge(alert, 4, day=15)
    before = acknowledged_by_peers(alert, at=at(16))
    added = an_organisation()
    officer = an_officer()
    scope = [*alert.revisions.all()[0].scope, added.code]
    issue(by(officer, at(16)), revision=amend(by(officer, at(16)), alert=alert, fields={"scope": scope, "material": False}))
    answering.acknowledge(system(at(16)), response=Response.unscoped.get(organisation=added))
    assert acknowledged_by_peers(alert, at=at(18)) == before


def test_among_few_nothing_is_told(hub: Home) -> None:
    feeds_with(PUBLISHED, now=at(13, 16))
    codes = [an_organisation().code for _ in range(9)]
    revision = draft_alert(by(an_officer(), at(14)), fields=bulletin(scope=codes))
    issue(by(an_officer(), at(14)), revision=revision)
    assert acknowledged_by_peers(revision.alert, at=at(16)) is None


def test_whoever_sees_several_is_told_of_the_rest_alone(alert: Alert) -> None:
    """Four that they know of have acknowledged and *fewer than five* have: of all the others none has."""
    acknowledge(alert, 4, day=15)
    known = list(Response.unscoped.filter(alert=alert).order_by("pk").values_list("organisation", flat=True))
    assert acknowledged_by_peers(alert, at=at(16), seen=known[:1]) == acknowledged_by_peers(alert, at=at(16)) == Coarse(10, 0)
    assert acknowledged_by_peers(alert, at=at(16), seen=known[:4]) is None
    acknowledge(alert, 2, day=15, skip=4)
    assert acknowledged_by_peers(alert, at=at(16), seen=known[:2]) == Coarse(10, 0)
    assert acknowledged_by_peers(alert, at=at(16)) == Coarse(10, 5)


def test_a_parents_page_tells_of_no_child_by_the_others(alert: Alert) -> None:
    clock.use(FakeClock(at(16)))
    parent = an_organisation("ABOVE", kind="icb")
    children = list(Organisation.objects.filter(kind="trust")[:4])
    client = Client()
    client.force_login(a_person(parent, "read_only"))
    with_all = b"had acknowledged by last midnight"
    for child in children:
        Organisation.objects.filter(pk=child.pk).update(parent=parent)
        Agreement.unscoped.create(organisation=child, parent=parent, agreed_at=at(14), agreed_by="its lead", until=at(30))
    page = client.get(f"/alerts/{alert.public_id}/")
    assert page.status_code == 200
    assert with_all not in page.content
    own = Client()
    own.force_login(a_person(children[0], "read_only"))
    assert with_all in own.get(f"/alerts/{alert.public_id}/").content
