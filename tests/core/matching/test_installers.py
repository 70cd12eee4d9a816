"""Versions that installers write in a form of their own are held against records as the releases that they are."""

import json
import re
from collections.abc import Callable
from importlib import resources
from typing import Any

import pytest

import wardround.core.matching
from wardround.core.advisories import Advisory, Container
from wardround.core.matching import Overrides, match_all
from wardround.core.matching._installers import as_released
from wardround.core.names import Aliases
from wardround.core.vocab import Install


# The salt-winrepo-ng package python3_x86.sls lists 3.5.2150 as Python 3.5.2 and 3.4.3150 as Python 3.4.3.
@pytest.mark.parametrize(
    ("product", "version", "released"),
    [
        ("Python 3.11.4 (64-bit)", "3.11.4150.0", "3.11.4"),
        ("Python 3.5.2", "3.5.2150", "3.5.2"),
        ("Python 3.12.0 (64-bit)", "3.12.150.0", "3.12.0"),
        ("Python", "3.11.4", "3.11.4"),
        ("Python", "3.11.15", "3.11.15"),
        ("Zoom(64bit)", "5.15.18551", "5.15"),
        ("Zoom Workplace (64-bit)", "6.0.11.39959", "6.0.11.39959"),
        ("stdlib", "go1.21.7", "1.21.7"),  # as syft writes Go's standard library
        ("Go Programming Language amd64 go1.22.0", "go1.22", "1.22"),
        ("stdlib", "go1.22rc1", "go1.22rc1"),
        ("Gateway", "3.11.4150.0", "3.11.4150.0"),
        ("Python", "9" * 100, "9" * 100),
    ],
)
def test_an_installers_number_is_read_as_the_release(product: str, version: str, released: str) -> None:
    assert as_released(product, version) == released


@pytest.mark.parametrize(
    ("scheme", "version", "released"),
    [
        ("maven", "4.1.94.Final", "4.1.94"),
        ("maven", "2.1.3.RELEASE", "2.1.3"),
        ("maven", "4.1.94.Final-redhat-1", "4.1.94.Final-redhat-1"),
        ("maven", "5.0.0-M1", "5.0.0-M1"),
        ("npm", "4.1.94.Final", "4.1.94.Final"),
    ],
)
def test_a_word_that_says_nothing_to_its_scheme_is_passed_over(scheme: str, version: str, released: str) -> None:
    assert as_released("netty-handler", version, scheme=scheme) == released


@pytest.mark.parametrize(("version", "verdict"), [("3.11.4150.0", "affected"), ("3.11.5150.0", "not_affected")])
def test_a_python_below_the_fix_is_never_past_it(a_record: Callable[..., Advisory], version: str, verdict: str) -> None:
    entry = {"version": "3.11.0", "lessThan": "3.11.5", "versionType": "python", "status": "affected"}
    record = a_record(
        [{"vendor": "Python Software Foundation", "product": "CPython", "defaultStatus": "unaffected", "versions": [entry]}]
    )
    install = Install("pc-01", "Python 3.11.4 (64-bit)", version, vendor="Python Software Foundation")
    (finding,) = match_all([record], installs=[install], overrides=Overrides(), aliases=Aliases.load())
    assert finding.verdict == verdict


def test_every_rule_says_why_and_from_where() -> None:
    table: dict[str, Any] = json.loads(
        resources.files(wardround.core.matching).joinpath("tables/installers.json").read_text("utf-8")
    )
    for rule in table["rules"]:
        assert re.compile(rule["pattern"])
        assert rule["source"].startswith("https://")
        assert rule["reason"]
        assert all(product == product.casefold() for product in rule.get("products", ()))
        assert rule.get("products") or rule.get("schemes")


def test_an_object_for_one_system_starts_where_it_says(a_record: Callable[..., Advisory]) -> None:
    """Ranges from 0 on different systems are not series of one another."""
    affected = [
        {"vendor": "Example", "product": "Viewer", "defaultStatus": "unaffected", "platforms": [system],
         "versions": [{"version": "0", "lessThan": end, "versionType": "semver", "status": "affected"}]}
        for system, end in (("Windows", "2.0.0"), ("macOS", "4.0.0"))
    ]  # fmt: skip
    assert isinstance(a_record(affected).containers[0], Container)
    for version, system, verdict in (
        ("1.0.0", "macOS 14", "affected"),
        ("3.0.0", "macOS 14", "affected"),
        ("3.0.0", "Microsoft Windows 11 Enterprise", "not_affected"),
    ):
        install = Install("pc-01", "Viewer", version, vendor="Example", extra={"os": system})
        (finding,) = match_all([a_record(affected)], installs=[install], overrides=Overrides())
        assert finding.verdict == verdict, (version, system)
