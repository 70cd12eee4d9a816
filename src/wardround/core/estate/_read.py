"""Any inventory file, recognised by what is in it, never by its name."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from wardround.core.estate._gather import TWICE, Gathering
from wardround.core.estate._layout import MissingColumns
from wardround.core.estate._map import ColumnMapping, suggest
from wardround.core.estate._model import Inventory
from wardround.core.estate._read_csv import UTF8_BOM, read_csv
from wardround.core.estate._read_cyclonedx import read_cyclonedx
from wardround.core.estate._read_json import read_json, rows_in
from wardround.core.estate._read_nessus import read_nessus
from wardround.core.estate._read_nmap import read_nmap
from wardround.core.estate._read_osquery import is_log, is_rows, log_lines, read_osquery
from wardround.core.estate._read_spdx import read_spdx
from wardround.core.estate._read_xlsx import read_xlsx
from wardround.core.vocab import BadInput
from wardround.core.vocab._twice import twice

MOST_BYTES = 512_000_000
MOST_OBJECTS = 5_000_000
READ = "CycloneDX 1.4 to 1.6 JSON, SPDX 2.3 JSON, CSV, XLSX, JSON rows, .nessus, nmap XML and osquery JSON are read"
CONTAINERS = {
    b"\xd0\xcf\x11\xe0": ("an old Excel file (.xls) or a workbook with a password", "save it as .xlsx without a password"),
    b"\x1f\x8b": ("compressed with gzip", "unpack it first"),
    b"\x28\xb5\x2f\xfd": ("compressed with Zstandard", "unpack it first"),
    b"%PDF": ("a PDF", "ask for the table or SBOM behind it"),
}


def read(
    data: bytes,
    *,
    name: str,
    mapping: ColumnMapping | Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> Inventory:
    """Read an SBOM or an inventory table.

    `name` is only for messages. `mapping` says which column of a table is which (an SBOM needs none). With `at`, dates
    later than that are reported and left out. Raises BadInput naming the file and the place when the file cannot be
    read, or when nothing in it can be used; single bad rows end in `rejected`.
    """
    inventory = _read(data, into=Gathering(name, at=at), mapping=mapping)
    if not inventory.installs:
        why = [f"; the first of {len(inventory.rejected):,}: {first.where} {first.what}" for first in inventory.rejected[:1]]
        raise BadInput(
            "nothing in it says what is installed" + "".join(why),
            where=name,
            do="check that this is the right file",
        )
    return inventory


def preview(data: bytes, *, name: str, mapping: ColumnMapping | Mapping[str, Any] | None = None, n: int = 5) -> Inventory:
    """The same, of the first `n` installs only, and without complaint when none of them can be used.

    A table that is no known export is read by the mapping that its column names suggest: `mapping` of the answer is that
    proposal, for a person to look at, and where it lacks a needed column `installs` is empty. Raises BadInput as `read`
    does, and where a mapping that was given does not fit.
    """
    try:
        return _read(data, into=Gathering(name), mapping=mapping, most=n)
    except MissingColumns as error:
        if mapping:
            raise
        columns = error.columns
    proposed = suggest(columns)
    try:
        return _read(data, into=Gathering(name), mapping=proposed, most=n)
    except MissingColumns:
        return replace(Gathering(name).inventory(data, format="table"), columns=columns, mapping=proposed)


def _read(data: bytes, *, into: Gathering, mapping: ColumnMapping | Mapping[str, Any] | None, most: int | None = None) -> Inventory:
    columns = mapping if isinstance(mapping, ColumnMapping) else ColumnMapping.from_json(mapping) if mapping else None
    if len(data) > MOST_BYTES:
        raise BadInput(f"larger than {MOST_BYTES // 1_000_000} MB", where=into.name, do="split it")
    for magic, (what, do) in CONTAINERS.items():
        if data.startswith(magic):
            raise BadInput(f"this is {what}; {READ}", where=into.name, do=do)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return read_xlsx(data, mapping=columns, into=into, most=most)
    text = _unmarked(data, into.name)
    start = text[:4096].lstrip() or text.lstrip()[:4096]
    if not start:
        raise BadInput("the file is empty", where=into.name, do="export it again")
    if start[:1] in b"{[":
        return _read_json(text, data=data, mapping=columns, into=into, most=most)
    if start[:1] == b"<":
        return _read_xml(text, start, data=data, into=into, most=most)
    if tag := re.search(rb"^SPDXVersion:\s*(\S{1,20})", start, re.MULTILINE):
        raise BadInput(
            f"this is {tag[1].decode('ascii', 'replace')} as tag-value text; {READ}", where=into.name, do="export it as JSON"
        )
    return read_csv(data, mapping=columns, into=into, most=most)


def _unmarked(data: bytes, name: str) -> bytes:
    """Without its byte order mark; UTF-16 that looks like JSON or XML as UTF-8."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) and data[2:12].replace(b"\0", b"").lstrip()[:1] in (b"{", b"[", b"<"):
        try:
            return data.decode("utf-16").encode()
        except UnicodeError:
            raise BadInput("marked as UTF-16 and is not", where=name, do="export it as UTF-8") from None
    return data.removeprefix(UTF8_BOM)


def _read_json(text: bytes, *, data: bytes, mapping: ColumnMapping | None, into: Gathering, most: int | None) -> Inventory:
    if text.count(b"{") + text.count(b"[") > MOST_OBJECTS:  # each costs a hundred bytes of memory, and three to write
        raise BadInput(
            f"more than {MOST_OBJECTS:,} objects and lists", where=into.name, do="check that this is an SBOM, and split it"
        )
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        first = _first_line(text)
        if is_log(first):
            return read_osquery(log_lines(text, into=into), data=data, into=into, most=most)
        if isinstance(first, Mapping):
            return read_json(log_lines(text, into=into), data=data, mapping=mapping, into=into, most=most)
        raise BadInput(
            f"this is not valid JSON, or it is cut off: {error.msg}",
            where=f"{into.name} line {error.lineno} column {error.colno}",
            do="fetch or export it again",
        ) from None
    for pointer, line in twice(text, document):
        into.note(f"{pointer} (line {line})", TWICE)
    if isinstance(document, dict):
        if document.get("bomFormat") == "CycloneDX":
            return read_cyclonedx(document, data=data, into=into)
        if "spdxVersion" in document:
            return read_spdx(document, data=data, into=into)
        if "spdx.org/rdf/3" in str(document.get("@context"))[:200]:
            raise BadInput(f"this is SPDX 3; {READ}", where=f"{into.name} /@context", do="export it as SPDX 2.3 JSON")
    listed = document if isinstance(document, list) else [document]
    if any(is_log(one) or is_rows(one) for one in listed[:20]):
        entries = ((f"/{at}", one) for at, one in enumerate(listed))
        return read_osquery(entries, data=data, into=into, most=most)
    if rows := rows_in(document):
        return read_json(rows, data=data, mapping=mapping, into=into, most=most)
    raise BadInput(
        f"this JSON is neither CycloneDX (no bomFormat) nor SPDX (no spdxVersion), nor a list of rows; {READ}",
        where=into.name,
        do="export an SBOM",
    )


def _first_line(text: bytes) -> Any:
    try:
        return orjson.loads(text.lstrip().split(b"\n", 1)[0])
    except orjson.JSONDecodeError:
        return None


def _read_xml(text: bytes, start: bytes, *, data: bytes, into: Gathering, most: int | None) -> Inventory:
    """By the first element: a scan report that is read, or a refusal that names what it is."""
    root = re.search(rb"<([A-Za-z_][\w.:-]*)", start)
    if root and root[1] == b"NessusClientData_v2":
        return read_nessus(text, data=data, into=into, most=most)
    if root and root[1] == b"nmaprun":
        return read_nmap(text, data=data, into=into, most=most)
    raise _is_xml(start, into.name)


def _is_xml(start: bytes, name: str) -> BadInput:
    found = re.search(rb"cyclonedx\.org/schema/bom/(\d+\.\d+)", start)
    what = f"CycloneDX {found[1].decode()} as XML" if found else "XML or HTML"
    return BadInput(
        f"this is {what}; {READ}", where=name, do="export it as CycloneDX JSON" if found else "export it in one of these"
    )
