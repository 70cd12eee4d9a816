"""Which records name the pairs of a catalogue: asked of `core.matching` pair by pair, and remembered by product."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson

import wardround.core
from wardround.core.advisories import Advisory
from wardround.core.matching import Named, Overrides, Subject, names
from wardround.core.matching._bulk import Ranked
from wardround.core.matching._match import subject_of
from wardround.core.names import Aliases
from wardround.core.vocab import Install, WardroundError
from wardround.engines.nation._arrays import read_arrays, write_arrays
from wardround.engines.nation._catalogue import Catalogue
from wardround.engines.nation._kept import digest_of
from wardround.lake.statements import Statements

Ints = npt.NDArray[np.int64]
FILE = "asked.index"


@dataclass(frozen=True)
class Block:
    """Pairs that the same records name: the distinct subjects that they are, and for each of `pairs` the place of its subject."""

    cves: tuple[str, ...]
    pairs: Ints
    subject: Ints
    subjects: tuple[Subject, ...]

    @cached_property
    def ranked(self) -> Ranked:
        """The subjects, made ready for many records."""
        return Ranked(self.subjects)

    @cached_property
    def digest(self) -> str:
        """Of the subjects, in their order."""
        return digest_of(map(repr, self.subjects))


class Asking:
    """What one store, and overrides beside it, say of names at a time."""

    def __init__(self, statements: Statements, *, at: datetime, aliases: Aliases, overrides: Overrides) -> None:
        self._statements, self._at, self._aliases = statements, at, aliases
        self.naming: Callable[[str], Mapping[str, Sequence[str]]] = cache(overrides.naming(statements.naming))
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
    return Block(cves, np.array([pair for pair, _ in rows], np.int64), subject, tuple(places))


def asked(catalogue: Catalogue, *, aliases: Aliases, folder: Path) -> dict[str, Ints]:
    """For each product's key the pairs that a record of this product can name.

    Kept in `folder`, and only extended, as long as aliases and the rules of names are the same.
    """
    state = _state(catalogue, aliases)
    try:
        meta, arrays = read_arrays(folder / FILE)
        known = meta["known"] if meta["state"] == state and meta["known"] <= len(catalogue) else 0
    except (OSError, WardroundError, KeyError):
        known = 0
    words: list[str] = orjson.loads(arrays["words"].tobytes()) if known else []
    pairs, product = (arrays["pairs"], arrays["product"]) if known else (np.empty(0, np.int64), np.empty(0, np.int64))
    if known < len(catalogue):
        words, new_pairs, new_product = _ask(catalogue, known, words, aliases)
        pairs, product = np.append(pairs, new_pairs), np.append(product, new_product)
        raw = np.frombuffer(orjson.dumps(words), np.uint8)
        with suppress(OSError):  # where nothing can be written it is worked out again
            write_arrays(
                folder / FILE, {"words": raw, "pairs": pairs, "product": product}, meta={"state": state, "known": len(catalogue)}
            )
    order = np.argsort(product, kind="stable")
    bounds = np.searchsorted(product[order], np.arange(len(words) + 1)).tolist()
    pairs = pairs[order]
    return {word: pairs[start:end] for word, start, end in zip(words, bounds, bounds[1:], strict=False)}


def _ask(catalogue: Catalogue, known: int, words: list[str], aliases: Aliases) -> tuple[list[str], Ints, Ints]:
    """Listen to which products each pair from `known` on asks for, while nothing is known of any."""
    numbers = {word: n for n, word in enumerate(words)}
    pairs: list[int] = []
    product: list[int] = []
    heard: set[str] = set()

    def naming(key: str) -> Mapping[str, Sequence[str]]:
        heard.add(key)
        return {}

    for pair in range(known, len(catalogue)):
        names(catalogue.install(pair), naming=naming, aliases=aliases)
        for key in sorted(heard):
            pairs.append(pair)
            product.append(numbers.setdefault(key, len(numbers)))
        heard.clear()
    return list(numbers), np.array(pairs, np.int64), np.array(product, np.int64)


def _state(catalogue: Catalogue, aliases: Aliases) -> str:
    """Changes with the catalogue, the aliases, and any file that the rules of names are made of."""
    root = Path(wardround.core.__file__).parent
    rules = [
        (str(p), s.st_size, s.st_mtime_ns) for p in sorted(root.rglob("*")) if p.suffix in (".py", ".json") and (s := p.stat())
    ]
    return hashlib.sha256(repr((catalogue.token, aliases.all, rules)).encode()).hexdigest()
