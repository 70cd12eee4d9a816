"""Reading a file of the Organisation Data Service: CSV without a header, 27 columns, the same for every kind."""

import csv
import io
import re
from dataclasses import dataclass
from datetime import date

from wardround.core.directory._names import plain_name
from wardround.core.vocab import BadInput, Rejected

COLUMNS = 27
CODE, NAME, HEALTH_GEOGRAPHY, OPENED, CLOSED, PARENT = 0, 1, 3, 10, 11, 14
LARGEST, MOST_ROWS = 64 * 1024 * 1024, 500_000
LONGEST_FIELD = 2_000
_CODE = re.compile(r"[A-Z0-9]{2,12}")
_SMALL = re.compile(r"(?<!^)\b(And|At|For|In|Of|On|The)\b")


@dataclass(frozen=True, slots=True)
class Listed:
    """One organisation as the directory lists it. `parent` is empty where no code stands there."""

    line: int
    code: str
    name: str
    parent: str
    opened_on: date | None
    closed_on: date | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds: each code once, and what was put aside."""

    listed: tuple[Listed, ...]
    rejected: tuple[Rejected, ...]


def read_directory(raw: bytes, *, where: str) -> Reading:
    """Read a file of the directory. Lines that cannot be used are put aside with their number; the others stand.

    The parent is column 15 (parent organisation) where it is filled, as for sites and practices, else column 4 (high level
    health geography), which names a trust's integrated care board. A code that stands on several lines is put aside with all of
    them where they differ: which one is right is not ours to choose. Source: the Organisation Data Service's file layouts.

    Raises BadInput where nothing of it can be used: another encoding, another kind of file, too large.
    """
    if len(raw) > LARGEST:
        raise BadInput(f"is larger than {LARGEST // 1024 // 1024} MiB", where=where, do="give one file of the directory at a time")
    text = _decoded(raw, where)
    listed: dict[str, list[Listed]] = {}
    rejected: list[Rejected] = []
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    read = 0
    while True:
        try:
            row = next(rows)
        except StopIteration:
            break
        except csv.Error as error:
            rejected.append(Rejected(f"line {rows.line_num}", f"is no CSV from here on: {error}"))
            break
        if not any(cell.strip() for cell in row):
            continue
        read += 1
        if read > MOST_ROWS:
            raise BadInput(f"has more than {MOST_ROWS} lines", where=where, do="give one file of the directory at a time")
        try:
            one = _listed(row, rows.line_num)
        except BadInput as problem:
            rejected.append(Rejected(f"line {rows.line_num}", f"{problem.where} {problem.what}".strip()))
        else:
            listed.setdefault(one.code, []).append(one)
    once, twice = _once(listed)
    found = Reading(tuple(once), (*rejected, *twice))
    if not found.listed:
        why = f"; {found.rejected[0].where} {found.rejected[0].what}" if found.rejected else ""
        raise BadInput(
            f"holds no organisation{why}", where=where, do=f"give a CSV file of the directory, {COLUMNS} columns, no header"
        )
    return found


def _decoded(raw: bytes, where: str) -> str:
    """The directory writes UTF-8, older files Windows' code page; UTF-16 and binary files are something else."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in raw[:4096]:
        raise BadInput("is no text in UTF-8", where=where, do="unpack it first, or save it as CSV in UTF-8")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError as error:
        raise BadInput(f"is no text in UTF-8 (byte {error.start})", where=where, do="save it as CSV in UTF-8") from None


def _listed(row: list[str], line: int) -> Listed:
    if len(row) != COLUMNS:
        raise BadInput(f"has {len(row)} columns instead of {COLUMNS}")
    if any(len(cell) > LONGEST_FIELD for cell in row):
        raise BadInput(f"has a cell of more than {LONGEST_FIELD} characters")
    code = row[CODE].strip().upper()
    if not _CODE.fullmatch(code):
        raise BadInput(f"{code[:20]!r} is no code: 2 to 12 letters or digits", where="the organisation code")
    parent = (row[PARENT].strip() or row[HEALTH_GEOGRAPHY].strip()).upper()
    if parent and not _CODE.fullmatch(parent):
        raise BadInput(f"{parent[:20]!r} is no code", where="the parent")
    return Listed(
        line=line,
        code=code,
        name=_spoken(plain_name(row[NAME], where="the name")),
        parent="" if parent == code else parent,
        opened_on=_day(row[OPENED], "the open date"),
        closed_on=_day(row[CLOSED], "the close date"),
    )


def _day(text: str, where: str) -> date | None:
    """A day as eight digits; None where nothing stands."""
    text = text.strip()
    if not text:
        return None
    try:
        if not re.fullmatch(r"[0-9]{8}", text):
            raise ValueError
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise BadInput(f"{text[:20]!r} is no day as YYYYMMDD", where=where) from None


def _spoken(name: str) -> str:
    """The directory shouts: a name all in capitals is written as people write it."""
    if name != name.upper():
        return name
    titled = re.sub(r"[^\W\d_]+('S\b)?", lambda m: m.group().capitalize(), name)
    titled = re.sub(r"\b(Nhs|Icb|Uk)\b", lambda m: m.group().upper(), titled)
    return _SMALL.sub(lambda m: m.group().lower(), titled)


def _once(listed: dict[str, list[Listed]]) -> tuple[list[Listed], list[Rejected]]:
    """Each code once; of a code that is listed differently several times none."""
    once, twice = [], []
    for code, found in listed.items():
        said = {(one.name, one.parent, one.opened_on, one.closed_on) for one in found}
        if len(said) == 1:
            once.append(found[0])
        else:
            lines = ", ".join(str(one.line) for one in found)
            twice += [Rejected(f"line {one.line}", f"lists {code} differently from another line (lines {lines})") for one in found]
    return once, twice
