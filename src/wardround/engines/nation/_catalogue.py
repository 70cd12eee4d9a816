"""Every distinct install of a nation, numbered: all that a verdict can depend on, once, whoever has it."""

import secrets
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from wardround.core.vocab import Install, WardroundError, name_key
from wardround.engines.nation._arrays import read_arrays, write_arrays

FIELDS = ("vendor", "product", "version", "scheme", "purl", "cpe", "extra", "platform", "distribution")
"""What is interned of an install; the last two are columns of an estate that has them, and go where `extra` is read."""

FILE = "pairs.index"
Ints = npt.NDArray[np.int64]


class Catalogue:
    """The numbers of distinct installs ("pairs": a product and a version, and what else matters). Numbers are never given twice.

    `token` names this catalogue; a part that was made with another one is of no use.
    """

    def __init__(self, token: str = "") -> None:
        self.token = token or secrets.token_hex(8)
        self.words: dict[str, dict[str, int]] = {field: {} for field in FIELDS}
        self.ids: dict[bytes, int] = {}
        self._rows = bytearray()
        self._groups: Ints = np.empty(0, np.int64)
        self._names: dict[str, int] = {}
        self._by_word: list[int] = []
        self._lists: dict[str, list[str]] = {}

    def __len__(self) -> int:
        return len(self.ids)

    def intern(self, columns: Mapping[str, tuple[Ints, Sequence[str]]]) -> Ints:
        """The numbers of these distinct rows, given for each field as codes and what the codes stand for; new ones are added."""
        count = len(next(iter(columns.values()))[0])
        rows = np.empty((count, len(FIELDS)), np.int32)
        for place, field in enumerate(FIELDS):
            codes, values = columns.get(field, (np.zeros(count, np.int64), [""]))
            words = self.words[field]
            national = np.array([words.setdefault(value, len(words)) for value in values], np.int32)
            rows[:, place] = national[codes]
        ids = self.ids
        raw: list[bytes] = rows.view(f"V{rows.shape[1] * 4}").ravel().tolist()
        found = np.array([ids.setdefault(row, len(ids)) for row in raw], np.int64)
        self._added(raw, found)
        return found

    def _added(self, raw: list[bytes], found: Ints) -> None:
        """Extend what is kept as arrays by the rows that were new."""
        known, place = len(self._groups), FIELDS.index("product")
        new = np.unique(found[found >= known], return_index=True)[1]
        added = [raw[n] for n in np.flatnonzero(found >= known)[new].tolist()]
        self._rows += b"".join(added)
        for word in islice(self.words["product"], len(self._by_word), None):
            self._by_word.append(self._names.setdefault(name_key(word), len(self._names)))
        products = np.frombuffer(b"".join(added), np.int32).reshape(-1, len(FIELDS))[:, place]
        self._groups = np.append(self._groups, np.array(self._by_word, np.int64)[products]) if added else self._groups

    def save(self, folder: Path) -> None:
        """Keep it. It only ever grows, so parts made before stay right."""
        words = [list(self.words[field]) for field in FIELDS]
        raw = np.frombuffer(orjson.dumps(words), np.uint8)
        rows = np.frombuffer(bytes(self._rows), np.int32)
        write_arrays(folder / FILE, {"rows": rows, "words": raw}, meta={"token": self.token, "fields": FIELDS})

    @classmethod
    def load(cls, folder: Path) -> "Catalogue":
        """The catalogue of a folder; a new one where none is, or where it cannot be read."""
        try:
            meta, arrays = read_arrays(folder / FILE)
            if tuple(meta["fields"]) != FIELDS:
                return cls()
            kept = cls(meta["token"])
            words = orjson.loads(arrays["words"].tobytes())
        except (FileNotFoundError, WardroundError, orjson.JSONDecodeError, KeyError):
            return cls()
        kept.words = {field: {word: n for n, word in enumerate(listed)} for field, listed in zip(FIELDS, words, strict=True)}
        raw = arrays["rows"].reshape(-1, len(FIELDS)).view(f"V{4 * len(FIELDS)}").ravel().tolist()
        kept.ids = {row: n for n, row in enumerate(raw)}
        kept._added(raw, np.arange(len(raw)))
        return kept

    def rows(self) -> Ints:
        """For each pair the code of each of `FIELDS`."""
        return np.frombuffer(bytes(self._rows), np.int32).reshape(-1, len(FIELDS)).astype(np.int64)

    def installs(self, pairs: Sequence[int]) -> list[Install]:
        """What each of these pairs says of an install, on no device."""
        codes = self.rows()[np.asarray(pairs, np.int64)] if len(pairs) else self.rows()[:0]
        listed = [list(self.words[field]) for field in FIELDS]
        columns = [[words[code] for code in mine.tolist()] for words, mine in zip(listed, codes.T, strict=True)]
        return [_install(**dict(zip(FIELDS, said, strict=True))) for said in zip(*columns, strict=True)]

    def install(self, pair: int) -> Install:
        """What one pair says of an install."""
        if len(self._lists) != len(FIELDS) or any(len(self._lists[f]) != len(self.words[f]) for f in FIELDS):
            self._lists = {field: list(self.words[field]) for field in FIELDS}
        at = pair * 4 * len(FIELDS)
        codes = np.frombuffer(bytes(self._rows[at : at + 4 * len(FIELDS)]), np.int32).tolist()
        return _install(**{field: self._lists[field][code] for field, code in zip(FIELDS, codes, strict=True)})

    def groups(self) -> Ints:
        """For each pair the number of its product's name: pairs of one number are versions of one product (or of namesakes)."""
        return self._groups


def _install(
    *, vendor: str, product: str, version: str, scheme: str, purl: str, cpe: str, extra: str, platform: str, distribution: str
) -> Install:
    more: dict[str, Any] = orjson.loads(extra) if extra else {}
    if platform:
        more["platform"] = platform
    if distribution:
        more["distribution"] = distribution
    return Install("", product, version, vendor, scheme=scheme, purl=purl, cpe=cpe, extra=more)
