"""A column mapping is proposed from the header, previewed, saved as plain JSON, and followed to the letter."""

import json

import pytest

from wardround.core.estate import ColumnMapping, preview, read
from wardround.core.estate._map import suggest
from wardround.core.vocab import BadInput

EXPORT = b"Device,Software,Build,Zone\nlap-1,Reader,9.1,DMZ\nlap-2,Reader,9.2,Ward\n"
MAPPED = {
    "columns": {"asset_id": "Device", "product": "Software", "version": "Build", "internet_facing": "Zone"},
    "constants": {"service": "Outpatients"},
    "values": {"internet_facing": {"DMZ": "yes", "Ward": "no"}},
}


def test_any_table_is_read_through_a_mapping() -> None:
    first, second = read(EXPORT, name="x", mapping=MAPPED).installs
    assert (first.asset_id, first.product, first.version, first.service) == ("lap-1", "Reader", "9.1", "Outpatients")
    assert (first.internet_facing, second.internet_facing) == (True, False)
    assert first.extra == {}


def test_what_is_not_mapped_is_kept_beside() -> None:
    mapping = ColumnMapping(columns={"asset_id": "device", "product": "SOFTWARE", "version": " build "})
    assert read(EXPORT, name="x", mapping=mapping).installs[0].extra == {"Zone": "DMZ"}


def test_a_column_of_the_right_name_needs_no_mapping() -> None:
    data = b"Device,product,version\nd,p,1\n"
    assert read(data, name="x", mapping={"columns": {"asset_id": "Device"}}).installs[0].product == "p"


def test_a_mapped_column_wins_over_one_of_the_right_name() -> None:
    data = b"asset_id,product,version,Build\nd,p,marketing,9.1\n"
    install = read(data, name="x", mapping={"columns": {"version": "Build"}}).installs[0]
    assert install.version == "9.1"
    assert install.extra == {"version": "marketing"}


def test_a_constant_stands_in_for_a_column() -> None:
    data = b"asset_id,version\nd,12.4\n"
    assert read(data, name="x", mapping={"constants": {"product": "EPMM"}}).installs[0].product == "EPMM"


def test_a_mapped_column_that_is_not_there_is_named() -> None:
    with pytest.raises(
        BadInput, match="no column for version \\(mapped to 'Release'\\); the columns are: Device, Software, Build, Zone"
    ):
        read(EXPORT, name="x", mapping={"columns": MAPPED["columns"] | {"version": "Release"}})


def test_a_word_that_the_mapping_does_not_know_is_reported() -> None:
    inventory = read(EXPORT, name="x", mapping=MAPPED | {"values": {"internet_facing": {"DMZ": "yes"}}})
    assert inventory.installs[1].internet_facing is None
    assert "'Ward' is neither yes, no nor unknown" in inventory.noted[0].what


def test_a_mapping_survives_being_saved() -> None:
    mapping = ColumnMapping.from_json(MAPPED)
    assert ColumnMapping.from_json(json.loads(json.dumps(mapping.as_json()))) == mapping


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ([], "mapping: a column mapping is an object"),
        ({"colums": {}}, "mapping: there is no part 'colums'"),
        ({"columns": {"asset": "x"}}, "mapping /columns: there is no target 'asset'"),
        ({"columns": {"asset_id": 5}}, "mapping /columns/asset_id: 5 does not fit here"),
        ({"constants": []}, "mapping /constants: is not an object"),
        ({"values": {"internet_facing": "yes"}}, "mapping /values/internet_facing: 'yes' does not fit here"),
        ({"values": {"internet_facing": {"DMZ": True}}}, "mapping /values/internet_facing: each value is replaced by a text"),
    ],
)
def test_a_wrong_mapping_is_refused_with_the_part_that_is_wrong(document: object, says: str) -> None:
    with pytest.raises(BadInput) as caught:
        ColumnMapping.from_json(document)
    assert str(caught.value).startswith(says)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (
            ["DeviceId", "DeviceName", "OSPlatform", "SoftwareVendor", "SoftwareName", "SoftwareVersion"],
            {
                "asset_id": "DeviceId",
                "hostname": "DeviceName",
                "vendor": "SoftwareVendor",
                "product": "SoftwareName",
                "version": "SoftwareVersion",
            },
        ),
        (
            ["Computer Name", "Display Name", "Display Version", "Publisher"],
            {
                "asset_id": "Computer Name",
                "hostname": "Computer Name",
                "product": "Display Name",
                "version": "Display Version",
                "vendor": "Publisher",
            },
        ),
        (["Asset_ID", "PRODUCT", "version"], {"asset_id": "Asset_ID", "product": "PRODUCT", "version": "version"}),
        (["colour", "weight"], {}),
    ],
)
def test_a_proposal_follows_the_names_that_exports_use(columns: list[str], expected: dict[str, str]) -> None:
    assert suggest(columns).columns == expected


def test_from_an_unknown_export_to_installs_without_a_keyboard() -> None:
    read_so = preview(b"Installed software, ward 7\n\n" + EXPORT, name="x", n=1)
    assert [install.version for install in read_so.installs] == ["9.1"]
    assert read_so.mapping is not None
    assert read_so.mapping.columns["product"] == "Software"


def test_a_proposal_that_lacks_a_column_reads_nothing_and_shows_the_columns() -> None:
    nothing = preview(b"Device,Colour\nd,blue\n", name="x")
    assert (list(nothing.installs), nothing.columns) == ([], ("Device", "Colour"))
    assert nothing.mapping is not None
    assert dict(nothing.mapping.columns) == {"asset_id": "Device"}


def test_a_given_mapping_that_does_not_fit_is_said_and_not_replaced() -> None:
    with pytest.raises(BadInput, match="mapped to 'Nope'"):
        preview(EXPORT, name="x", mapping={"columns": {"asset_id": "Nope"}})
