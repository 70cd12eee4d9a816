"""Tables (`type,value,context`) and plain lists, one value a line."""

import csv
import re
from collections.abc import Iterator, Sequence

from wardround.core.hunts.indicators._entry import Entry, PassedOver, told
from wardround.core.hunts.indicators._normal import guessed, known, typed
from wardround.core.hunts.indicators._tables import table
from wardround.core.vocab import Rejected

DELIMITERS = ",;\t|"
COMMENT = ("#", "//", ";")
REMARK = re.compile(r"(?<!\s)\s++(?:#|//)\s.*\Z")
LONGEST_LINE = 65_536
NOT_FOR_DETECTION = frozenset({"0", "false", "no"})

Read = Iterator[Entry | PassedOver | Rejected]


def csv_entries(name: str, data: bytes) -> Read:
    """The entries of a table or a list."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    text = text.replace("\x00", "\ufffd")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((line for line in lines if line.strip() and not line.startswith(COMMENT)), "")
    delimiter = next((d for d in DELIMITERS if d in first), "")
    header = _header(first, delimiter)
    if header is not None:
        yield from _table(name, lines, delimiter, header)
    elif delimiter and _typed_row(_cells(first, delimiter)):
        yield from _table(name, ["", *lines], delimiter, ["type", "value"], from_line=0)
    else:
        yield from _list(name, lines)


def _cells(line: str, delimiter: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter or ","), [])]


def _header(line: str, delimiter: str) -> list[str] | None:
    """The names of the columns when the first line gives them; a plain list may have a title (`indicator`) too."""
    if len(line) > LONGEST_LINE:
        return None
    names = [cell.lower() for cell in _cells(line, delimiter)]
    columns = table("columns")
    return names if any(name in columns["value"] for name in names) else None


def _typed_row(cells: Sequence[str]) -> bool:
    """No header, but each row says its type first."""
    return len(cells) > 1 and bool(known(cells[0])) and typed(known(cells[0]), cells[1]) is not None


def _table(name: str, lines: Sequence[str], delimiter: str, names: list[str], from_line: int = 1) -> Read:
    columns = table("columns")
    value_at = next(at for at, column in enumerate(names) if column in columns["value"])
    type_at = next((at for at, column in enumerate(names) if column in columns["type"] and at != value_at), None)
    ids_at = names.index("to_ids") if "to_ids" in names else None
    seen_header = from_line == 0
    for number, line in enumerate(lines, start=from_line):
        if not line.strip() or line.startswith(COMMENT):
            continue
        if not seen_header:
            seen_header = True
            continue
        where = f"{name}:{number}"
        try:
            cells = line.split(delimiter) if delimiter and '"' not in line else _cells(line, delimiter)
        except csv.Error as error:
            yield Rejected(where, f"not a row of a table: {error}")
            continue
        value = cells[value_at].strip() if value_at < len(cells) else ""
        stated = cells[type_at].strip() if type_at is not None and type_at < len(cells) else ""
        if not value:
            yield Rejected(where, "no value in this row")
        elif ids_at is not None and ids_at < len(cells) and cells[ids_at].strip().lower() in NOT_FOR_DETECTION:
            yield PassedOver(where, "not for detection")
        else:
            context = told(*(cell for at, cell in enumerate(cells) if at not in (value_at, type_at, ids_at)))
            type_ = known(stated)
            atom = typed(type_, value) if type_ and "|" not in value else None
            if atom:
                yield Entry((atom,), value, where, context)
            else:
                yield from stated_entries(stated, value, where, context)


def stated_entries(stated: str, value: str, where: str, context: str | tuple[object, ...], doubt: str = "") -> Read:
    """The entries of a value of a stated type: of a composite one for each part that is looked for."""
    composite = table("composite").get(stated.lower()) if "|" in value else None
    if composite:
        parts = value.split("|")
        for type_, part in zip(composite, parts, strict=False):
            if type_:
                atom = typed(type_, part)
                yield Entry((atom,), value, where, context, doubt) if atom else _no(stated, part, where)
        return
    type_ = known(stated)
    if stated and not type_:
        yield Rejected(where, f"the type {stated[:40]!r} is not looked for")
        return
    atom = typed(type_, value) if type_ else guessed(value)
    yield Entry((atom,), value, where, context, doubt) if atom else _no(stated, value, where)


def _no(stated: str, value: str, where: str) -> Rejected:
    what = f"is no {stated[:40]}" if stated else "is no hash, address, network, domain, URL, path or user agent"
    return Rejected(where, f"{value[:80]!r} {what}")


def _list(name: str, lines: Sequence[str]) -> Read:
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith(COMMENT):
            continue
        where = f"{name}:{number}"
        context = ""
        if (" " in text or "\t" in text) and (found := REMARK.search(text[:LONGEST_LINE])):
            text, context = text[: found.start()], told(found[0].strip(" #/"))
        value = text.strip("\"'")
        atom = guessed(value)
        yield Entry((atom,), value, where, context) if atom else _no("", value, where)
