"""Rows as JSON: what an interface answers is read like the table that the same tool exports."""

import json

import pytest

from wardround.core.estate import preview, read
from wardround.core.vocab import BadInput

DEFENDER = {"deviceId": "0a1b", "deviceName": "lap-1", "osPlatform": "Windows10", "softwareVendor": "google",
            "softwareName": "chrome", "softwareVersion": "121.0.6167.85", "diskPaths": ["C:/Program Files/Chrome"]}  # fmt: skip
OWN = {"asset_id": "mdm-01", "product": "EPMM", "version": "12.4.0.1", "vendor": "Ivanti", "internet_facing": True}


def _read(document, **how):
    return read(document if isinstance(document, bytes) else json.dumps(document).encode(), name="rows.json", **how)


@pytest.mark.parametrize(
    "written",
    [
        json.dumps([DEFENDER, DEFENDER | {"deviceId": "0a1c"}]).encode(),
        json.dumps({"@odata.context": "x", "value": [DEFENDER, DEFENDER | {"deviceId": "0a1c"}]}).encode(),
        b"\n".join(json.dumps(row).encode() for row in (DEFENDER, DEFENDER | {"deviceId": "0a1c"})) + b"\n",
    ],
    ids=["a list", "a list in an object", "one on each line"],
)
def test_an_interfaces_answer_is_known_as_the_export_of_the_same_tool(written):
    inventory = _read(written)
    assert (inventory.format, inventory.mapping.source) == ("json", "defender")
    assert [(i.asset_id, i.vendor, i.product, i.version) for i in inventory.installs] == [
        ("0a1b", "google", "chrome", "121.0.6167.85"),
        ("0a1c", "google", "chrome", "121.0.6167.85"),
    ]


def test_yes_and_no_are_read_where_json_has_true_and_false():
    assert [i.internet_facing for i in _read([OWN, OWN | {"asset_id": "b", "internet_facing": False}]).installs] == [True, False]


def test_a_row_may_lack_what_another_has():
    inventory = _read([{"asset_id": "a", "product": "p"}, OWN])
    assert [(i.product, i.version) for i in inventory.installs] == [("p", ""), ("EPMM", "12.4.0.1")]


def test_what_is_no_row_is_set_aside_by_its_pointer_and_the_others_stay():
    inventory = _read({"value": [OWN] * 20 + ["torn", {"product": "no asset"}]})
    assert [one.where for one in inventory.rejected] == ["/value/20", "/value/21"]
    assert len(inventory.installs) == 1


def test_a_broken_line_is_set_aside_by_its_number():
    inventory = _read(json.dumps(OWN).encode() + b'\n{"asset_id": "b", "prod\n' + json.dumps(OWN | {"asset_id": "c"}).encode())
    assert [i.asset_id for i in inventory.installs] == ["mdm-01", "c"]
    assert [one.where for one in inventory.rejected] == ["line 2"]


def test_a_version_stored_as_a_number_is_told():
    noted = _read([OWN | {"version": 12.1}]).noted
    assert any("12.10 is 12.1" in one.what for one in noted)


def test_other_names_are_asked_for_and_can_be_mapped():
    rows = json.dumps([{"Device": "lap-1", "Software": "Reader", "Build": "9.1"}]).encode()
    with pytest.raises(BadInput, match="no column for asset_id"):
        read(rows, name="rows.json")
    assert preview(rows, name="rows.json").columns == ("Device", "Software", "Build")
    mapping = {"columns": {"asset_id": "Device", "product": "Software", "version": "Build"}}
    assert [i.version for i in _read(rows, mapping=mapping).installs] == ["9.1"]


@pytest.mark.parametrize("document", [{"a": [OWN], "b": [OWN]}, {"value": []}, {"value": ["x"]}, [1, 2], {"hello": "world"}])
def test_what_is_not_one_list_of_rows_is_refused(document):
    with pytest.raises(BadInput, match="nor a list of rows"):
        _read(document)


def test_too_many_columns_are_no_list_of_products():
    with pytest.raises(BadInput, match="more than 2,000 columns"):
        _read([{f"c{n}": 1 for n in range(2_001)}])


def test_a_key_that_stands_twice_is_said_with_its_place() -> None:
    """Which of them counts, JSON leaves open (RFC 8259, section 4): the last was read, and whoever imports it is told."""
    sbom = b'{"bomFormat": "CycloneDX", "specVersion": "1.5", "metadata": {"component": {"name": "a", "type": "device"}},\n'
    sbom += b'"components": [{"type": "library", "name": "openssl", "version": "3.0.1",\n "version": "3.0.13"}]}'
    inventory = read(sbom, name="s.json")
    assert [install.version for install in inventory.installs if install.product == "openssl"] == ["3.0.13"]
    assert [(one.where, "twice" in one.what) for one in inventory.noted if "twice" in one.what] == [
        ("/components/0/version (line 3)", True)
    ]


def test_of_rows_on_lines_of_their_own_too() -> None:
    rows = b'{"asset_id": "a1", "product": "OpenSSL", "version": "3.0.1"}\n'
    rows += b'{"asset_id": "a2", "product": "X", "product": "Y", "version": "1"}\n'
    assert [one.where for one in read(rows, name="r.json").noted if "twice" in one.what] == ["line 2 /product"]
