"""The queue of names: who is asked what, what an answer changes, and where it is written down."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from wardround.core.names import Aliases
from wardround.hub.advisories.matcher import Matcher
from wardround.hub.advisories.reading import aliases, overrides, statements
from wardround.hub.audit.models import Entry
from wardround.hub.organisations.access import system_access
from wardround.hub.organisations.models import Membership, Organisation
from wardround.lake.home import Home

from ..builders import a_clock, a_person, a_record, a_server, a_snapshot, an_officer, an_organisation, at, records
from .demonstration import page, words

pytestmark = pytest.mark.django_db

ANSWER = {
    "vendor": "Example Systems",
    "product": "Gateway Appliance",
    "to_vendor": "example systems",
    "to_product": "gateway",
    "same": "yes",
}


@pytest.fixture
def trust(hub: Home, tmp_path: Path) -> Organisation:
    """A trust with two devices that one record is about, under a name that the record does not use."""
    records(a_record("CVE-2030-0001", exploitation="active"), now=at(13, 17), folder=tmp_path / "feed")
    trust = an_organisation()
    rows = [a_server(f"gw-{n}", "1.0", vendor="Example Systems", product="Gateway Appliance") for n in range(2)]
    a_snapshot(trust, rows, taken=at(14))
    a_clock(at(20))
    return trust


def answered(client: Client, answer: dict[str, str]) -> str:
    """The words of the page that an answer leads to."""
    reply = client.post(reverse("names-decide"), answer, follow=True)
    assert reply.status_code == 200
    return words(reply.content.decode())


def kept() -> list[str]:
    return [alias.id for alias in Aliases.load(folder=settings.HOME.aliases).all if alias.product == ANSWER["product"]]


def entries(organisation: Organisation) -> list[str]:
    return [e.what for e in Entry.objects.within(system_access("test")).filter(organisation=organisation) if "name" in e.what]


def test_a_trust_is_asked_about_its_own_products(client: Client, trust: Organisation) -> None:
    client.force_login(a_person(trust))
    text = page(client, reverse("names"))
    assert "Gateway Appliance" in text
    assert "gateway by example systems (1 record)" in text
    assert "On 2 devices, version 1.0." in text
    client.force_login(a_person(an_organisation()))
    assert "Gateway Appliance" not in page(client, reverse("names"))


def test_the_centre_is_asked_about_all_in_numbers(client: Client, trust: Organisation) -> None:
    client.force_login(an_officer())
    text = page(client, reverse("names"))
    assert "Gateway Appliance" in text
    assert "gw-0" not in text


@pytest.mark.parametrize("national", [False, True])
def test_an_accepted_name_counts_and_stands_in_the_record(client: Client, trust: Organisation, national: bool) -> None:
    person = an_officer() if national else a_person(trust)
    client.force_login(person)
    said = answered(client, ANSWER)
    assert "Kept: Gateway Appliance is gateway by example systems. The alerts were held against it at once." in said
    assert "Nothing to decide" in said
    assert len(kept()) == 1
    acting = Organisation.objects.get(kind=Organisation.Kind.CENTRE) if national else trust
    assert entries(acting) == ["accepted a product's name"]
    with statements() as store:
        matcher = Matcher(store.advisories(["CVE-2030-0001"], at=at(20)), store=store, overrides=overrides(), aliases=aliases())
    from wardround.hub.estate.models import Snapshot
    from wardround.hub.estate.services import installs_of

    (snapshot,) = Snapshot.objects.within(system_access("test"))
    assert [f.verdict.value for f in matcher.findings(installs_of(snapshot))] == ["affected", "affected"]


def test_a_refused_name_is_not_offered_again(client: Client, trust: Organisation) -> None:
    client.force_login(a_person(trust))
    assert "Kept: Gateway Appliance is not" in answered(client, ANSWER | {"same": "no"})
    assert "gateway by example systems" not in page(client, reverse("names"))
    assert entries(trust) == ["refused a product's name"]


@pytest.fixture
def offered(trust: Organisation, tmp_path: Path) -> list[tuple[str, str]]:
    """Two names that the appliance could have."""
    made = [a_record(f"CVE-2030-000{n}", product=name) for n, name in enumerate(("Gateway", "Gateway Server"), 1)]
    records(*made, now=at(13, 18), folder=tmp_path / "two")
    return [("example systems", "gateway"), ("example systems", "gateway server")]


def none_of_these(client: Client) -> dict[str, str]:
    """The answer behind the button of the page."""
    ((_, _, mark),) = client.get(reverse("names")).context["questions"]
    return {"vendor": ANSWER["vendor"], "product": ANSWER["product"], "same": "none", "offered": mark}


def test_none_of_these_refuses_every_name_that_was_shown(
    client: Client, trust: Organisation, offered: list[tuple[str, str]]
) -> None:
    client.force_login(a_person(trust))
    assert "None of these" in page(client, reverse("names"))
    assert "Kept: Gateway Appliance is none of the names that were offered." in answered(client, none_of_these(client))
    (alias,) = (alias for alias in aliases().all if alias.product == ANSWER["product"])
    assert (alias.same, sorted(alias.to)) == (False, offered)
    assert "Nothing to decide" in page(client, reverse("names"))
    assert entries(trust) == ["refused a product's name"]


def test_none_of_these_is_said_of_nothing_that_came_later(
    client: Client, trust: Organisation, offered: list[tuple[str, str]], tmp_path: Path
) -> None:
    client.force_login(a_person(trust))
    answer = none_of_these(client)
    records(a_record("CVE-2030-0003", product="Gateway Appliances"), now=at(13, 19), folder=tmp_path / "three")
    assert "no longer asked" in answered(client, answer)
    assert kept() == []


def test_an_answer_that_was_sent_twice_is_kept_once(client: Client, trust: Organisation) -> None:
    client.force_login(a_person(trust))
    answered(client, ANSWER)
    assert "no longer asked" in answered(client, ANSWER)
    assert len(kept()) == 1
    assert entries(trust) == ["accepted a product's name"]


def test_without_an_inventory_the_page_says_to_bring_one(client: Client, trust: Organisation) -> None:
    client.force_login(a_person(an_organisation()))
    assert "No inventory is here yet" in page(client, reverse("names"))


@pytest.mark.parametrize("change", [{"to_product": "anything"}, {"product": "Another"}, {"vendor": "Another"}])
def test_only_what_the_queue_offers_can_be_answered(client: Client, trust: Organisation, change: dict[str, str]) -> None:
    client.force_login(a_person(trust))
    assert "no longer asked" in answered(client, ANSWER | change)
    assert kept() == []
    assert entries(trust) == []


@pytest.mark.parametrize("change", [{"same": "perhaps"}, {"product": ""}, {"to_product": "x" * 400}])
def test_an_incomplete_answer_changes_nothing(client: Client, trust: Organisation, change: dict[str, str]) -> None:
    client.force_login(a_person(trust))
    assert "incomplete" in answered(client, ANSWER | change)
    assert kept() == []


def test_another_organisation_cannot_answer_for_a_product_it_does_not_have(client: Client, trust: Organisation) -> None:
    client.force_login(a_person(an_organisation()))
    assert "no longer asked" in answered(client, ANSWER)
    assert kept() == []


def test_who_may_only_read_sees_no_buttons_and_changes_nothing(client: Client, trust: Organisation) -> None:
    client.force_login(a_person(trust, Membership.Role.READ_ONLY))
    text = page(client, reverse("names"))
    assert "Gateway Appliance" in text
    assert "Not the same" not in text
    assert client.post(reverse("names-decide"), ANSWER).status_code == 403
    assert kept() == []


def test_a_second_answer_that_disagrees_is_refused_and_said(client: Client, trust: Organisation) -> None:
    client.force_login(a_person(trust))
    answered(client, ANSWER)
    assert "no longer asked" in answered(client, ANSWER | {"same": "no"})
    assert len(kept()) == 1


def test_without_feeds_the_page_says_what_to_do(client: Client, hub: Home) -> None:
    a_clock(at(20))
    client.force_login(an_officer())
    assert "wardround feeds sync" in page(client, reverse("names"))
