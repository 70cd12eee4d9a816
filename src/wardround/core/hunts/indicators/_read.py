"""Reading lists of indicators: what a file is, by its content, and one account of all of them."""

import gc
import hashlib
from collections.abc import Iterable, Iterator

import orjson

from wardround.core.hunts.indicators._csv import csv_entries
from wardround.core.hunts.indicators._entry import Entry, PassedOver
from wardround.core.hunts.indicators._general import doubt
from wardround.core.hunts.indicators._misp import is_misp, misp_entries
from wardround.core.hunts.indicators._model import Atom, Type
from wardround.core.hunts.indicators._openioc import openioc_entries
from wardround.core.hunts.indicators._set import IndicatorSet
from wardround.core.hunts.indicators._stix import is_stix, stix_entries
from wardround.core.vocab import BadInput, Rejected

LARGEST = 1 << 28
MOST_NAMED = 10_000
MOST = 5_000_000


def read_indicators(files: Iterable[tuple[str, bytes]], *, general: bool = False) -> IndicatorSet:
    """The indicators of some files, each a name and its content: tables, plain lists, STIX 2.1, MISP JSON, OpenIOC.

    Nothing is raised for what a file contains: what cannot be read is named in `problems` with its place, and the rest goes on.
    `general`: also look for values that mean nothing by themselves (a private address, the hash of the empty file).
    """
    reading = _Reading(general)
    collecting = gc.isenabled()
    gc.disable()  # all that is made here stays: looking for garbage meanwhile takes a third of the time
    try:
        for name, data in files:
            reading.file(name, data)
        return reading.close()
    finally:
        if collecting:
            gc.enable()


class _Reading:
    def __init__(self, general: bool) -> None:
        self.general = general
        self.given = self.passed_over = self.repeated = self.unread = 0
        self.problems: list[Rejected] = []
        self.indicators: dict[Atom, Entry] = {}
        self.doubted: dict[Atom, Entry] = {}
        self.digest = hashlib.sha256()

    def file(self, name: str, data: bytes) -> None:
        self.digest.update(f"{len(data)}:".encode() + data)
        try:
            if len(data) > LARGEST:
                raise BadInput(f"larger than {LARGEST >> 20} MB", where=name)
            for entry in entries(name, data):
                self.given += 1
                self.take(entry)
        except BadInput as error:
            self.given += 1
            self.problem(Rejected(error.where or name, error.what))

    def problem(self, problem: Rejected) -> None:
        self.unread += 1
        if len(self.problems) < MOST_NAMED:
            self.problems.append(problem)

    def take(self, entry: Entry | PassedOver | Rejected) -> None:
        if type(entry) is not Entry:
            if isinstance(entry, Rejected):
                self.problem(entry)
            else:
                self.passed_over += 1
            return
        if len(self.indicators) >= MOST:
            raise BadInput(f"more than {MOST:,} indicators: not read from here on", where=entry.where)
        atom, parts = entry.atoms[0], entry.atoms if len(entry.atoms) > 1 else ()
        why = entry.doubt
        if parts:
            atom = Atom(Type.PATTERN, " and ".join(f"{part.type}:{part.value}" for part in parts))
            doubts = [doubt(part) for part in parts]  # a pattern is in doubt only when all of it is
            why = why or (doubts[0] if all(doubts) else "")
        elif not why:
            why = doubt(atom)
        into = self.doubted if why and not self.general else self.indicators
        if atom in into:
            self.repeated += 1
            return
        into[atom] = entry._replace(doubt=why) if why is not entry.doubt else entry

    def close(self) -> IndicatorSet:
        return IndicatorSet(
            self.indicators,
            given=self.given,
            repeated=self.repeated,
            passed_over=self.passed_over,
            unread=self.unread,
            problems=tuple(self.problems),
            doubted=tuple(entry.told(atom) for atom, entry in self.doubted.items()),
            sha256=self.digest.hexdigest(),
        )


def entries(name: str, data: bytes) -> Iterator[Entry | PassedOver | Rejected]:
    """What one file holds, by what it is."""
    start = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", "replace").encode()
        start = data[:4096].lstrip()
    if start[:1] in (b"{", b"[") and start[:3] not in (b"[.]",):
        yield from _json(name, data)
    elif start[:1] == b"<":
        yield from openioc_entries(name, data)
    else:
        yield from csv_entries(name, data)


def _json(name: str, data: bytes) -> Iterator[Entry | PassedOver | Rejected]:
    try:
        document = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise BadInput(f"not JSON: {error.msg}", where=f"{name}:{error.lineno}") from None
    if is_stix(document):
        yield from stix_entries(name, document)
    elif is_misp(document):
        yield from misp_entries(name, document)
    elif isinstance(document, list) and all(isinstance(item, str) for item in document):
        yield from csv_entries(name, "\n".join(item.replace("\n", " ") for item in document).encode())
    else:
        raise BadInput("JSON, but neither a STIX bundle nor a MISP event", where=name)
