"""Guesses for a person: the likeliest first, never what was refused, and never a crash."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.names import Aliases, Candidates

NAMES = [
    ("ivanti", "endpoint manager mobile"),
    ("ivanti", "endpoint_manager_mobile"),
    ("ivanti", "endpoint manager"),
    ("baxter", "sigma spectrum"),
    ("philips", "intellivue mx40 patient worn monitor"),
    ("cisco", "cisco ios xe software"),
    ("pkg:npm", "spectrum"),
    ("", "hospital management system"),
    *((f"vendor {n}", f"thing {n}") for n in range(200)),
]


def guesses(vendor: str, product: str, aliases: Aliases | None = None) -> list[tuple[str, str]]:
    return [(one.vendor, one.product) for one in Candidates(NAMES, aliases=aliases).of(vendor, product)]


@pytest.mark.parametrize(
    ("vendor", "product", "first"),
    [
        ("Ivanti", "EndPoint Manager Mobile Core 12.4.0.1", ("ivanti", "endpoint manager mobile")),
        ("Baxter", "Sigma Spectrum Pump", ("baxter", "sigma spectrum")),
        ("", "Cisco IOS-XE Software", ("cisco", "cisco ios xe software")),
        ("Philips", "IntelliVue MX40", ("philips", "intellivue mx40 patient worn monitor")),
    ],
)
def test_the_likeliest_product_comes_first(vendor: str, product: str, first: tuple[str, str]) -> None:
    assert guesses(vendor, product)[0] == first


def test_two_spellings_are_one_guess_and_a_package_is_none() -> None:
    assert guesses("Ivanti", "Endpoint Manager Mobile").count(("ivanti", "endpoint manager mobile")) == 1
    assert ("ivanti", "endpoint_manager_mobile") not in guesses("Ivanti", "Endpoint Manager Mobile")
    assert ("pkg:npm", "spectrum") not in guesses("", "spectrum")


def test_what_resembles_nothing_has_no_guess() -> None:
    assert guesses("Acme", "Quux") == guesses("", "") == guesses("", "日本語") == []


def test_a_common_word_alone_is_no_likeness() -> None:
    assert guesses("", "thing 7000") == []


def test_what_a_person_refused_is_not_offered_again() -> None:
    alias = {
        "id": "no",
        "from": {"vendor": "Baxter", "product": "Sigma Spectrum Pump"},
        "not": {"vendor": "Baxter", "product": "Sigma Spectrum"},
    }
    said = alias | {"author": "A. Person (fictitious)", "date": "2030-01-01", "source": "label", "reason": "another pump"}
    refused = Aliases().adding([("no.json", json.dumps(said).encode())])
    assert ("baxter", "sigma spectrum") not in guesses("Baxter", "Sigma Spectrum Pump", refused)


def test_a_former_name_in_an_alias_leads_to_the_records_name() -> None:
    alias = {"id": "yes", "from": {"product": "MobileIron Core"}, "to": {"vendor": "Ivanti", "product": "Endpoint Manager Mobile"}}
    said = alias | {"author": "A. Person (fictitious)", "date": "2030-01-01", "source": "label", "reason": "renamed"}
    table = Aliases().adding([("yes.json", json.dumps(said).encode())])
    assert guesses("MobileIron", "MobileIron Core Server", table)[0] == ("ivanti", "endpoint manager mobile")


@given(st.text(max_size=300), st.text(max_size=300))
def test_whatever_is_asked_the_likeness_is_a_share(vendor: str, product: str) -> None:
    found = Candidates(NAMES).of(vendor, product)
    assert all(0 <= one.likeness <= 1 for one in found)
    assert [one.likeness for one in found] == sorted((one.likeness for one in found), reverse=True)


def an_alias(name: str, *, to: str) -> tuple[str, bytes]:
    said = {"id": name, "from": {"product": f"{name} thing"}, "to": [{"vendor": "Acme", "product": to}]}
    more = {"author": "A. Person (fictitious)", "date": "2030-01-01", "source": "label", "reason": "the same"}
    return f"{name}.json", json.dumps(said | more).encode()


def test_a_name_of_an_alias_is_offered_where_records_have_it_and_nowhere_else() -> None:
    """An answer that no record has decides nothing, and asks a person whether a server is an office suite."""
    aliases = Aliases().adding([an_alias("zebra", to="Quagga"), an_alias("okapi", to="Sigma Spectrum")])
    assert guesses("", "zebra thing pro", aliases) == []
    assert ("acme", "sigma spectrum") in guesses("", "okapi thing pro", aliases)


def test_a_name_counts_through_a_further_alias() -> None:
    further = {
        "id": "further",
        "from": {"vendor": "Acme", "product": "Quagga"},
        "to": [{"vendor": "Baxter", "product": "Sigma Spectrum"}],
    }
    more = {"author": "A. Person (fictitious)", "date": "2030-01-01", "source": "label", "reason": "the same"}
    aliases = Aliases().adding([an_alias("zebra", to="Quagga"), ("further.json", json.dumps(further | more).encode())])
    assert ("acme", "quagga") in guesses("", "zebra thing pro", aliases)
