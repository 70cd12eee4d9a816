"""Which records name the pairs of a catalogue: asked of `core.matching` pair by pair, and remembered by product."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson

import wardround.core
from wardround.core.advisories import Advisory
from wardround.core.matching import Named, Subject, names
from wardround.core.matching._bulk import Ranked
from wardround.core.matching._match import subject_of
from wardround.core.names import Aliases
from wardround.core.vocab import Install, WardroundError
from wardround.engines.nation._arrays import read_arrays, write_arrays
from wardround.engines.nation._catalogue import Catalogue
from wardround.lake.statements import Statements

Ints = npt.NDArray[np.int64]
FILE = "asked.index"


@dataclass(frozen=True, slots=True)
class Block:
    """Pairs that the same records name: the distinct subjects that they are, and for each of `pairs` the place of its subject."""

    cves: tuple[str, ...]
    pairs: Ints
    subject: Ints
    ranked: Ranked


class Asking:
    """What one store says of names at a time."""

    def __init__(self, statements: Statements, *, at: datetime, aliases: Aliases) -> None:
        self._statements, self._at, self._aliases = statements, at, aliases
        self.naming: Callable[[str], Mapping[str, Sequence[str]]] = cache(statements.naming)
        self._kept: dict[tuple[str, ...], tuple[list[Advisory], Iterator[Advisory]]] = {}

    def named(self, install: Install) -> Named | None:
        """The records that name an install."""
        return names(install, naming=self.naming, records=self._records, aliases=self._aliases)

    def _records(self, cves: Sequence[str]) -> Iterator[Advisory]:
        """The records, read no further than somebody looks, and once."""
        key = tuple(cves)
        if key not in self._kept:
            self._kept[key] = ([], self._statements.advisories(key, at=self._at))
        kept, rest = self._kept[key]
        yield from kept
        for record in rest:
            kept.append(record)
            yield record


def blocks(pairs: Iterable[tuple[int, Install]], asking: Asking, *, only: str = "") -> list[Block]:
    """These pairs, each given with what it says of an install, by the records that name them (`only`: just this record)."""
    found: dict[tuple[object, ...], list[tuple[int, Subject]]] = {}
    for pair, install in pairs:
        named = asking.named(install)
        if named and (not only or only in named.cves):
            key = (named.vendors, named.product, named.also, named.cves)
            found.setdefault(key, []).append((pair, subject_of(install, named)))
    return [_block((only,) if only else key[-1], rows) for key, rows in found.items()]  # type: ignore[arg-type]


def _block(cves: tuple[str, ...], rows: list[tuple[int, Subject]]) -> Block:
    places: dict[Subject, int] = {}
    subject = np.array([places.setdefault(subject, len(places)) for _, subject in rows], np.int64)
    return Block(cves, np.array([pair for pair, _ in rows], np.int64), subject, Ranked(places))


def asked(catalogue: Catalogue, *, aliases: Aliases, folder: Path) -> Callable[[str], Ints]:
    """For a product's key the pairs that a record of this product can name.

    Kept in `folder` as long as catalogue, aliases and the rules of names are the same.
    """
    state = _state(catalogue, aliases)
    try:
        meta, arrays = read_arrays(folder / FILE)
        known = meta["state"] == state
    except (OSError, WardroundError, KeyError):
        known = False
    if not known:
        arrays = _ask(catalogue, aliases)
        try:
            write_arrays(folder / FILE, arrays, meta={"state": state})
        except OSError:
            pass  # what is not kept is worked out again
    words: dict[str, int] = {word: n for n, word in enumerate(orjson.loads(arrays["words"].tobytes()))}
    offsets, pairs = arrays["offsets"], arrays["pairs"]

    def of(product: str) -> Ints:
        n = words.get(product)
        return np.empty(0, np.int64) if n is None else pairs[offsets[n] : offsets[n + 1]]

    return of


def _ask(catalogue: Catalogue, aliases: Aliases) -> dict[str, npt.NDArray[np.generic]]:
    """Listen to which products each pair asks for while nothing is known of any."""
    heard: dict[str, list[int]] = {}
    for pair, install in enumerate(catalogue.installs()):
        products: list[str] = []

        def naming(product: str, listen: Callable[[str], None] = products.append) -> Mapping[str, Sequence[str]]:
            listen(product)
            return {}

        names(install, naming=naming, aliases=aliases)
        for product in set(products):
            heard.setdefault(product, []).append(pair)
    pairs = [np.array(listed, np.int64) for listed in heard.values()]
    return {
        "words": np.frombuffer(orjson.dumps(list(heard)), np.uint8),
        "offsets": np.cumsum([0, *map(len, pairs)]),
        "pairs": np.concatenate([np.empty(0, np.int64), *pairs]),
    }


def _state(catalogue: Catalogue, aliases: Aliases) -> str:
    """Changes with the catalogue, the aliases, and any file that the rules of names are made of."""
    root = Path(wardround.core.__file__).parent
    rules = [(str(p), s.st_size, s.st_mtime_ns) for p in sorted(root.rglob("*")) if p.suffix in (".py", ".json") and (s := p.stat())]
    return hashlib.sha256(repr((catalogue.token, len(catalogue), aliases, rules)).encode()).hexdigest()
