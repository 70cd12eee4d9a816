"""Pages of a hub in which little has happened yet: what is empty says what to do."""

import pytest
from django.test import Client
from django.urls import reverse

from wardround.hub.alerts.drafting import withdraw
from wardround.lake.home import Home

from ..builders import PUBLISHED, a_clock, a_draft, a_person, an_alert, an_officer, an_organisation, at, by, feeds_with
from .demonstration import page

pytestmark = pytest.mark.django_db


def test_an_empty_hub_says_what_to_do(client: Client, hub: Home) -> None:
    a_clock(at(20))
    client.force_login(an_officer())
    text = page(client, "/")
    assert "No alert is in force" in text
    assert "wardround organisation add" in text
    assert "feeds never fetched" in text


def test_an_organisation_without_an_inventory_is_asked_for_one(client: Client, hub: Home) -> None:
    a_clock(at(20))
    client.force_login(a_person(an_organisation()))
    text = page(client, "/")
    assert "Nothing waits for you" in text
    assert "bring an inventory" in text
    assert "inventory none imported" in text


def test_a_draft_and_a_withdrawn_alert_have_their_places(client: Client, hub: Home) -> None:
    feeds_with(PUBLISHED, now=at(13, 17))
    trust = an_organisation()
    withdrawn = an_alert(at(14))
    withdraw(by(an_officer(), at(14, 10)), alert=withdrawn, reason="It was a drill.")
    a_draft(at(14, 11), title="Another flaw")
    a_clock(at(14, 12))
    client.force_login(an_officer())
    text = page(client, "/")
    assert "“Another flaw” is a draft" in text
    assert "Withdrawn" in text
    client.force_login(a_person(trust))
    assert "withdrawn" in page(client, "/")
    assert "It was a drill." in page(client, reverse("alert", args=[withdrawn.public_id]))
