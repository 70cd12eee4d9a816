"""Any file is recognised by what is in it; what cannot be read is refused with the file's name, the place, and what to do."""

import gzip
import hashlib
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wardround.core.estate import Inventory, preview, read
from wardround.core.vocab import BadInput

TABLE = b"asset_id,product,version\nmdm-01,Endpoint Manager Mobile,12.4.0.1\n"


def refusal(data: bytes) -> str:
    with pytest.raises(BadInput) as caught:
        read(data, name="given.bin")
    assert caught.value.where.startswith("given.bin")
    assert caught.value.do
    return caught.value.what


@pytest.mark.parametrize(
    ("document", "format"),
    [
        ({"bomFormat": "CycloneDX", "specVersion": "1.4", "components": [{"name": "x"}]}, "cyclonedx-1.4"),
        ({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{"name": "x"}]}, "cyclonedx-1.5"),
        ({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"name": "x"}]}, "cyclonedx-1.6"),
        ({"spdxVersion": "SPDX-2.3", "packages": [{"name": "x"}]}, "spdx-2.3"),
    ],
)
def test_an_sbom_is_recognised_by_its_own_word(document: dict[str, object], format: str) -> None:
    assert read(orjson.dumps(document), name="inventory.csv").format == format


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf  \n ", "empty"),
        (b'{"bomFormat": "CycloneDX", "specVersion": "1.3"}', "this is CycloneDX 1.3; CycloneDX JSON 1.4, 1.5, 1.6 is read"),
        (b'{"bomFormat": "CycloneDX", "specVersion": "1.7"}', "this is CycloneDX 1.7"),
        (b'<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.5"/>', "this is CycloneDX 1.5 as XML"),
        (b'{"spdxVersion": "SPDX-2.2"}', "this is SPDX-2.2; SPDX-2.3 JSON is read"),
        (b"SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\n", "this is SPDX-2.3 as tag-value text"),
        (b'{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": []}', "this is SPDX 3"),
        (b"<html><body>Sign in</body></html>", "XML or HTML"),
        (b'{"hello": "world"}', "neither CycloneDX"),
        (b"[1, 2]", "neither CycloneDX"),
        (gzip.compress(TABLE), "compressed with gzip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel file"),
        (b"%PDF-1.7", "a PDF"),
        (b'{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [', "not valid JSON, or it is cut off"),
        (b'{"a":' * 100_000, "not valid JSON"),
        (b'{"bomFormat": "CycloneDX", "name": "\xff"}', "not valid JSON"),
    ],
)
def test_what_is_not_read_is_named(data: bytes, says: str) -> None:
    assert says in refusal(data)


def test_more_objects_than_an_sbom_has_are_refused_before_they_are_built() -> None:
    assert refusal(b'{"components": [' + b"{}," * 5_000_000 + b"{}]}") == "more than 5,000,000 objects and lists"


def test_broken_json_is_placed_by_line_and_column() -> None:
    with pytest.raises(BadInput, match=r"sbom\.json line 2 column \d+: "):
        read(b'{"bomFormat": "CycloneDX",\n "components": oops}', name="sbom.json")


def test_json_in_utf_16_is_read() -> None:
    document = '{"spdxVersion": "SPDX-2.3", "packages": [{"name": "Gerät"}]}'
    assert read(document.encode("utf-16"), name="x").installs[0].product == "Gerät"


def test_nothing_usable_is_an_error_that_names_the_first_reason() -> None:
    says = refusal(b"asset_id,product,version\n,Endpoint Manager Mobile,12.4\n")
    assert says == "nothing in it says what is installed; the first of 1: line 2 asset_id is empty"


def test_an_sbom_without_components_is_an_error_too() -> None:
    assert refusal(b'{"bomFormat": "CycloneDX", "specVersion": "1.5"}') == "nothing in it says what is installed"


def test_the_file_itself_is_identified_by_its_hash() -> None:
    assert read(TABLE, name="x").sha256 == hashlib.sha256(TABLE).hexdigest()


def test_a_document_from_the_future_is_not_believed() -> None:
    document = {"spdxVersion": "SPDX-2.3", "creationInfo": {"created": "2031-01-01T00:00:00Z"}, "packages": [{"name": "x"}]}
    inventory = read(orjson.dumps(document), name="x", at=datetime(2025, 5, 14, tzinfo=UTC))
    assert inventory.taken_at is None
    assert "in the future" in inventory.noted[0].what


def test_a_preview_reads_the_first_rows_and_does_not_complain() -> None:
    data = TABLE + b"".join(b"a%d,p,1\n" % n for n in range(100))
    assert [install.asset_id for install in preview(data, name="x", n=3).installs] == ["mdm-01", "a0", "a1"]
    assert preview(b"asset_id,product,version\n,,1\n", name="x").rejected[0].what == "asset_id is empty"


def test_the_columns_are_told_before_anything_is_mapped() -> None:
    assert preview(b"Device;Colour;Build\nx;y;1\n", name="x").columns == ("Device", "Colour", "Build")


def check_any(data: bytes) -> None:
    """The law of every reader: an inventory, or BadInput that names the file."""
    try:
        inventory = read(data, name="any.bin", at=datetime(2025, 5, 14, tzinfo=UTC))
    except BadInput as refused:
        where = refused.where
    else:
        assert isinstance(inventory, Inventory)
        assert all(install.asset_id and install.product for install in inventory.installs)
        return
    assert where.startswith("any.bin")


@settings(deadline=None)
@given(st.binary(max_size=300))
@example(b"\xff\xfe\x00")
@example(b"\xfe\xff\xd8\x00")
@example(b"\x00" * 50)
@example(b"asset_id,product,version\n\x00,p,1\na,\x00,1\na,p,\x00\n")
@example(b'asset_id,product,version\n"a,p,1\n')
@example(b"sep=")
@example(b"sep=,\n")
@example(b"PK\x03\x04")
@example(b"PK\x05\x06" + b"\0" * 18)
def test_any_bytes_are_an_inventory_or_bad_input(data: bytes) -> None:
    check_any(data)


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["utf-8", "utf-16", "utf-8-sig", "utf-16-le", "cp1252"]))
def test_any_bytes_below_a_header_are_rows_or_bad_input(data: bytes, encoding: str) -> None:
    check_any("asset_id,product,version,last_seen,purl,internet_facing\n".encode(encoding) + data)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "components", "purl", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)
ENTRY = st.dictionaries(
    st.sampled_from(
        ["name", "version", "versionInfo", "bom-ref", "SPDXID", "purl", "cpe", "supplier", "components", "externalRefs"]
    ),
    ANYTHING,
)


@settings(deadline=None)
@given(st.sampled_from(["1.4", "1.5", "1.6"]), ANYTHING | st.lists(ENTRY, max_size=4), ANYTHING, ANYTHING)
def test_any_cyclonedx_shape_is_an_inventory_or_bad_input(
    version: str, components: object, timestamp: object, subject: object
) -> None:
    metadata = {"timestamp": timestamp, "component": subject}
    check_any(orjson.dumps({"bomFormat": "CycloneDX", "specVersion": version, "components": components, "metadata": metadata}))


@settings(deadline=None)
@given(ANYTHING | st.lists(ENTRY, max_size=4), ANYTHING)
def test_any_spdx_shape_is_an_inventory_or_bad_input(packages: object, creation: object) -> None:
    check_any(orjson.dumps({"spdxVersion": "SPDX-2.3", "packages": packages, "creationInfo": creation}))


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_package_url_is_read_or_left_out(purl: str) -> None:
    document = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"name": "x", "purl": "pkg:" + purl}]}
    check_any(orjson.dumps(document))
