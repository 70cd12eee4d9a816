"""SPDX 2.3 JSON: every package, its identifiers among the external references."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from wardround.core.estate import Inventory, read
from wardround.core.vocab import Install


def a_document(*packages: Any, **more: Any) -> Inventory:
    return read(orjson.dumps({"spdxVersion": "SPDX-2.3", "packages": list(packages), **more}), name="sbom.spdx.json")


def the(inventory: Inventory) -> Install:
    (install,) = inventory.installs
    return install


def a_reference(kind: str, locator: str) -> dict[str, str]:
    return {"referenceCategory": "SECURITY", "referenceType": kind, "referenceLocator": locator}


def test_a_package_is_an_install() -> None:
    inventory = a_document(
        {
            "SPDXID": "SPDXRef-1",
            "name": "openssl",
            "versionInfo": "3.0.11-1~deb12u2",
            "supplier": "Organization: Debian (security@debian.example)",
            "primaryPackagePurpose": "LIBRARY",
            "externalRefs": [
                a_reference("cpe22Type", "cpe:/a:openssl:openssl:3.0.11"),
                a_reference("cpe23Type", "cpe:2.3:a:openssl:openssl:3.0.11:*:*:*:*:*:*:*"),
                a_reference("purl", "pkg:deb/debian/openssl@3.0.11-1~deb12u2"),
            ],
        },
        creationInfo={"created": "2025-05-14T10:00:00Z"},
    )
    assert the(inventory) == Install(
        asset_id="SPDXRef-1",
        product="openssl",
        version="3.0.11-1~deb12u2",
        vendor="Debian",
        scheme="deb",
        purl="pkg:deb/debian/openssl@3.0.11-1~deb12u2",
        cpe="cpe:2.3:a:openssl:openssl:3.0.11:*:*:*:*:*:*:*",
        where="/packages/0",
        extra={"type": "LIBRARY"},
    )
    assert inventory.taken_at == datetime(2025, 5, 14, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("stated", "vendor"),
    [
        ({"supplier": "Organization: Example (UK) Ltd"}, "Example (UK) Ltd"),
        ({"supplier": "Organization: Example Care (UK)"}, "Example Care (UK)"),
        ({"supplier": "Organization: Example (a@b.example)"}, "Example"),
        ({"supplier": "Person: A. Nurse ()"}, "A. Nurse ()"),
        ({"supplier": "NOASSERTION", "originator": "Organization: Maker"}, "Maker"),
        ({"supplier": "Plain Name"}, "Plain Name"),
        ({"supplier": 5}, ""),
        ({}, ""),
    ],
)
def test_the_vendor_is_the_supplier_else_the_originator(stated: dict[str, Any], vendor: str) -> None:
    assert the(a_document({"name": "x", **stated})).vendor == vendor


@pytest.mark.parametrize("version", ["NOASSERTION", "NONE", "", None])
def test_no_assertion_is_an_unknown_version(version: str | None) -> None:
    assert the(a_document({"name": "x", "versionInfo": version})).version == ""


def test_what_is_no_cpe_name_is_noted_and_left_out() -> None:
    inventory = a_document({"name": "x", "externalRefs": [a_reference("cpe23Type", "openssl 3"), "text"]})
    assert the(inventory).cpe == ""
    assert "not a CPE name" in inventory.noted[0].what
    assert inventory.rejected[0].where == "/packages/0/externalRefs/1"


def test_without_an_id_the_package_url_is_the_id() -> None:
    package = {"name": "x", "versionInfo": "1", "externalRefs": [a_reference("purl", "pkg:npm/x@1")]}
    assert the(a_document(package)).asset_id == "pkg:npm/x@1"
    assert the(a_document({"name": "x", "versionInfo": "1"})).asset_id == "x@1"
