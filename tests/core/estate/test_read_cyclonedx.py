"""CycloneDX JSON: every component, whoever nests it; its own id where it has one."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from wardround.core.estate import Inventory, read
from wardround.core.vocab import Install


def a_bom(*components: Any, version: str = "1.5", **more: Any) -> Inventory:
    document = {"bomFormat": "CycloneDX", "specVersion": version, "components": list(components), **more}
    return read(orjson.dumps(document), name="sbom.json")


def the(inventory: Inventory) -> Install:
    (install,) = inventory.installs
    return install


def test_a_component_is_an_install() -> None:
    install = the(
        a_bom(
            {
                "bom-ref": "c1",
                "type": "library",
                "group": "org.example",
                "name": "parser",
                "version": "2.1",
                "purl": "pkg:maven/org.example/parser@2.1",
                "cpe": "cpe:2.3:a:example:parser:2.1:*:*:*:*:*:*:*",
            }
        )
    )
    assert install == Install(
        asset_id="c1",
        product="parser",
        version="2.1",
        vendor="org.example",
        scheme="maven",
        purl="pkg:maven/org.example/parser@2.1",
        cpe="cpe:2.3:a:example:parser:2.1:*:*:*:*:*:*:*",
        where="/components/0",
        extra={"type": "library", "group": "org.example"},
    )


@pytest.mark.parametrize(
    ("stated", "vendor"),
    [
        ({"supplier": {"name": "S"}, "manufacturer": {"name": "M"}, "publisher": "P", "group": "g"}, "S"),
        ({"manufacturer": {"name": "M"}, "publisher": "P", "group": "g"}, "M"),
        ({"supplier": {"name": " "}, "publisher": "P", "group": "g"}, "P"),
        ({"group": "g"}, "g"),
        ({}, ""),
    ],
)
def test_the_vendor_is_the_supplier_else_the_maker_else_the_publisher_else_the_group(stated: dict[str, Any], vendor: str) -> None:
    assert the(a_bom({"name": "x", **stated})).vendor == vendor


def test_nested_components_and_the_subject_are_read_in_document_order() -> None:
    inner = {"bom-ref": "b", "name": "inner", "components": [{"bom-ref": "c", "name": "innermost"}]}
    inventory = a_bom(
        {"bom-ref": "a", "name": "outer", "components": [inner]},
        {"bom-ref": "d", "name": "next"},
        metadata={"component": {"bom-ref": "s", "name": "subject"}},
    )
    assert [(i.asset_id, i.where) for i in inventory.installs] == [
        ("s", "/metadata/component"),
        ("a", "/components/0"),
        ("b", "/components/0/components/0"),
        ("c", "/components/0/components/0/components/0"),
        ("d", "/components/1"),
    ]


def test_the_document_says_when_it_was_taken() -> None:
    inventory = a_bom({"name": "x"}, metadata={"timestamp": "2025-05-14T11:00:00+01:00"})
    assert inventory.taken_at == datetime(2025, 5, 14, 10, tzinfo=UTC)


@pytest.mark.parametrize("timestamp", ["yesterday", 5, "0001-01-01T00:00:00+14:00"])
def test_an_unreadable_time_is_noted_and_not_known(timestamp: Any) -> None:
    inventory = a_bom({"name": "x"}, metadata={"timestamp": timestamp})
    assert inventory.taken_at is None
    assert inventory.noted[0].where == "/metadata/timestamp"


def test_without_a_reference_the_id_follows_what_it_is_and_not_where_it_stands() -> None:
    parser, other = {"name": "parser", "version": "2", "group": "org.example"}, {"name": "other", "version": "1"}
    ids = {i.product: i.asset_id for i in a_bom(parser, other).installs}
    assert ids == {i.product: i.asset_id for i in a_bom(other, parser).installs}
    assert ids["parser"] == "org.example/parser@2"


def test_a_duplicated_reference_is_noted_and_both_are_kept() -> None:
    inventory = a_bom({"bom-ref": "r", "name": "one", "version": "1"}, {"bom-ref": "r", "name": "two", "version": "1"})
    assert [i.product for i in inventory.installs] == ["one", "two"]
    assert [(n.where, n.what) for n in inventory.noted] == [("/components/1", "the id 'r' is also that of /components/0")]


def test_a_malformed_package_url_is_noted_and_the_component_stays() -> None:
    inventory = a_bom({"name": "x", "version": "1", "purl": "pkg:nothing"})
    assert (the(inventory).purl, the(inventory).version) == ("", "1")
    assert "left out" in inventory.noted[0].what


def test_a_version_that_only_the_package_url_states_is_taken() -> None:
    assert the(a_bom({"name": "x", "purl": "pkg:npm/x@1.10"})).version == "1.10"


def test_a_version_written_as_a_number_is_unknown_since_it_may_have_lost_a_nought() -> None:
    inventory = a_bom({"name": "x", "version": 1.10})
    assert the(inventory).version == ""
    assert inventory.noted[0].where == "/components/0/version"


@pytest.mark.parametrize(
    ("purl", "scheme"),
    [
        ("pkg:npm/x@1", "npm"),
        ("pkg:pypi/x@1", "pypi"),
        ("pkg:maven/g/x@1", "maven"),
        ("pkg:deb/debian/x@1", "deb"),
        ("pkg:rpm/fedora/x@1", "rpm"),
        ("pkg:golang/example.org/x@v1.2.3", "semver"),
        ("pkg:generic/x@1", ""),
    ],
)
def test_the_scheme_comes_from_the_package_url(purl: str, scheme: str) -> None:
    assert the(a_bom({"name": "x", "version": "1", "purl": purl})).scheme == scheme


def test_the_good_beside_the_bad_is_read_and_the_bad_is_placed() -> None:
    inventory = a_bom("text", {"version": "1"}, {"name": "a\0b"}, {"name": "good", "components": 7})
    assert [i.product for i in inventory.installs] == ["good"]
    assert [(r.where, r.what) for r in inventory.rejected] == [
        ("/components/0", "is not an object"),
        ("/components/1", "product is empty"),
        ("/components/2", "product holds a NUL character"),
        ("/components/3/components", "is not a list"),
    ]


def test_a_version_of_ten_thousand_characters_is_kept_and_noted() -> None:
    inventory = a_bom({"name": "x", "version": "9" * 10_000})
    assert len(the(inventory).version) == 10_000
    assert inventory.noted[0].what == "version has 10,000 characters"


def test_deep_nesting_does_not_recurse() -> None:
    component: dict[str, Any] = {"name": "leaf"}
    for level in range(120):
        component = {"name": f"level {level}", "components": [component]}
    assert len(a_bom(component).installs) == 121
