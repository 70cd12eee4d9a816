"""An advisory: what to do first, who has it worst first, and what suppliers claim of it, beside our verdicts and dated."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from wardround.core.claims import read_document
from wardround.hub.organisations.models import Organisation
from wardround.lake.home import Home
from wardround.lake.statements import Statements, Writer

from ...core.claims.builders import CVE, a_branch, a_csaf
from ..builders import a_clock, a_person, a_record, a_server, a_snapshot, an_officer, an_organisation, at, records
from .demonstration import page

pytestmark = pytest.mark.django_db


def claimed(**status: list[str]) -> None:
    """A supplier's document on the Gateway, of 14 May 2025."""
    dates = {"initial_release_date": "2025-05-14T00:00:00Z", "current_release_date": "2025-05-14T00:00:00Z"}
    remedy: Any = [{"category": "vendor_fix", "details": "Install 2.1", "product_ids": ["1.5"]}]
    gateway = a_branch({"vendor": "Example Systems", "product_name": "Gateway", "product_version": "1.5"}, "1.5")
    document = a_csaf([gateway], status, tracking=dates, remediations=remedy)
    with Statements.open(settings.HOME.feeds, write=True) as store:
        writer = Writer(store, seen_at=at(15))
        with writer.transaction():
            writer.document(read_document(document, feed="csaf", where="x.json"), source="x.json")


@pytest.fixture
def trust(hub: Home, tmp_path: Path) -> Organisation:
    """A trust with one affected gateway and one of an unknown version, eight days after the record was published."""
    records(a_record(CVE, exploitation="active"), now=at(13, 17), folder=tmp_path / "feed")
    trust = an_organisation()
    rows = [a_server(f"gw-{n}", v, vendor="Example Systems", product="Gateway") for n, v in enumerate(("1.5", "", "2.0"))]
    a_snapshot(trust, rows, taken=at(14))
    a_clock(at(20))
    return trust


def shown(client: Client) -> str:
    return page(client, reverse("advisory", args=[CVE]))


def test_an_organisation_is_told_what_to_fix_and_what_could_not_be_decided(client: Client, trust: Organisation) -> None:
    client.force_login(a_person(trust))
    text = shown(client)
    assert "Fix 1 affected asset: fix within 3 days where reachable from a public network" in text
    assert "For 1 asset it could not be decided" in text


def test_the_centre_is_told_how_many_have_it_and_the_worst_stand_first(client: Client, trust: Organisation) -> None:
    other = an_organisation("ZZ9")
    a_snapshot(other, [a_server(f"x-{n}", "1.0", vendor="Example Systems", product="Gateway") for n in range(3)], taken=at(14))
    client.force_login(an_officer())
    text = shown(client)
    assert "4 assets are affected at 2 organisations; for 1 it could not be decided" in text
    assert text.index(f"({other.code})") < text.index(f"({trust.code})")


def test_a_supplier_s_claim_is_shown_dated_and_decides_nothing(client: Client, trust: Organisation) -> None:
    claimed(known_not_affected=["1.5"])
    client.force_login(a_person(trust))
    text = shown(client)
    assert "What suppliers say (1)" in text
    assert "Example Systems Gateway 1.5 They say not affected What they advise vendor fix: Install 2.1" in text
    assert "EX-30-1, Wed 14 May" in text
    assert "Fix 1 affected asset" in text


def test_a_claim_of_a_later_day_is_not_yet_known(client: Client, trust: Organisation) -> None:
    claimed(known_affected=["1.5"])
    a_clock(at(13, 18))
    client.force_login(an_officer())
    assert "No supplier's document that is here speaks of it" in shown(client).replace(CVE, "it")


def test_the_claims_stand_beside_the_steps_too(client: Client, trust: Organisation) -> None:
    claimed(under_investigation=["1.5"])
    client.force_login(a_person(trust))
    text = page(client, reverse("why", args=[CVE, trust.code]) + "?asset=gw-0")
    assert "What suppliers say (1)" in text
    assert "under investigation" in text


def updated(folder: Path) -> None:
    """The record again, as it was updated on 19 May."""
    record = a_record(CVE, exploitation="active")
    record["cveMetadata"]["dateUpdated"] = "2025-05-19T10:00:00Z"
    records(record, now=at(19, 17), folder=folder)


def test_the_steps_of_a_day_are_those_that_were_shown_then(client: Client, trust: Organisation, tmp_path: Path) -> None:
    updated(tmp_path / "later")
    client.force_login(a_person(trust))
    address = reverse("why", args=[CVE, trust.code]) + "?asset=gw-0"
    assert "updated 2025-05-13" in page(client, f"{address}&on=2025-05-15")
    assert "updated 2025-05-19" in page(client, address)


def test_before_the_first_sync_it_is_said_that_a_later_version_is_read(client: Client, hub: Home, tmp_path: Path) -> None:
    updated(tmp_path / "first")
    trust = an_organisation()
    a_snapshot(trust, [a_server("gw-0", "1.5", vendor="Example Systems", product="Gateway")], taken=at(14))
    a_clock(at(20))
    client.force_login(a_person(trust))
    address = reverse("why", args=[CVE, trust.code]) + "?asset=gw-0"
    assert "what is read here is its version of 19 May 2025" in page(client, f"{address}&on=2025-05-15")
    assert "what is read here" not in page(client, address)
