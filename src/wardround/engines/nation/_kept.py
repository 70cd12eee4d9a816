"""The verdicts of the last whole match, kept with the index: what has not changed since is not asked again.

A verdict follows from the record as it stands, the subjects, the overrides on it, and the program. Each is part of what it
is kept under, so nothing old is ever taken for new. The file may be deleted at any time.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
import orjson

from wardround.core.matching import Overrides
from wardround.core.vocab import WardroundError
from wardround.engines.nation._arrays import read_arrays, write_arrays
from wardround.lake.program import program

FILE = "verdicts.index"

Kept = dict[str, tuple[str, bytes]]
"""For each CVE what it was decided from, and the codes of a universe's subjects: none of a rejected record."""


class Known:
    """What is known of each universe (by the digest of its subjects). `basis` says what each CVE's verdicts follow from."""

    def __init__(self, folder: Path | None = None, *, basis: Mapping[str, str]) -> None:
        self._folder, self._basis = folder, basis
        self._old: dict[str, Kept] = _read(folder) if folder else {}
        self._new: dict[str, Kept] = defaultdict(dict)
        self.asked = 0

    def row(self, universe: str, cve: str) -> bytes | None:
        """The codes of a universe's subjects under a CVE; None where they are not known."""
        found = self._old.get(universe, {}).get(cve)
        if found is None or found[0] != self._basis.get(cve):
            return None
        self._new[universe][cve] = found
        return found[1]

    def put(self, universe: str, cve: str, row: bytes) -> None:
        """Remember codes that were asked for."""
        self.asked += 1
        if cve in self._basis:
            self._new[universe][cve] = self._basis[cve], row

    def save(self) -> None:
        """Keep what was used, and nothing else. Where nothing can be written it is asked for again."""
        if self._folder and (self.asked or self._old.keys() != self._new.keys()):
            with suppress(OSError):
                _write(self._folder, self._new)


def basis(stated: Mapping[str, str], overrides: Overrides) -> dict[str, str]:
    """For each CVE what its verdicts follow from beside the subjects: its statements (`stated` digests), and overrides."""
    said: dict[str, list[str]] = defaultdict(list)
    for override in overrides.all:
        for cve in override.cves:
            said[cve].append(repr(override))
    return {cve: digest if cve not in said else digest_of([digest, *said[cve]]) for cve, digest in stated.items()}


def digest_of(texts: Iterable[str]) -> str:
    """A short digest of texts in their order."""
    told = hashlib.blake2b(digest_size=12)
    for text in texts:
        told.update(text.encode(errors="surrogatepass"))
        told.update(b"\0")
    return told.hexdigest()


def _read(folder: Path) -> dict[str, Kept]:
    try:
        meta, arrays = read_arrays(folder / FILE)
        if meta["program"] != program():
            return {}
        listed, codes = orjson.loads(arrays["listed"].tobytes()), arrays["codes"].tobytes()
    except (OSError, WardroundError, KeyError, orjson.JSONDecodeError):
        return {}
    return {
        universe: {cve: (stated, codes[start : start + size] if start >= 0 else b"") for cve, stated, start in rows}
        for universe, size, rows in listed
    }


def _write(folder: Path, known: Mapping[str, Kept]) -> None:
    codes, listed = bytearray(), []
    for universe, kept in known.items():
        places: dict[bytes, int] = {b"": -1}
        rows = []
        for cve, (stated, row) in kept.items():
            if row not in places:
                places[row] = len(codes)
                codes += row
            rows.append((cve, stated, places[row]))
        listed.append((universe, max(map(len, places)), rows))
    arrays = {"listed": np.frombuffer(orjson.dumps(listed), np.uint8), "codes": np.frombuffer(bytes(codes), np.uint8)}
    write_arrays(folder / FILE, arrays, meta={"program": program()})
