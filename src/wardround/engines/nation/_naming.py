"""Which records name the pairs of a catalogue: asked of `core.matching` pair by pair, and remembered by product."""

import hashlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson

from wardround.core.advisories import Advisory
from wardround.core.matching import Named, Overrides, Subject, names
from wardround.core.matching._bulk import Ranked
from wardround.core.matching._match import subject_of
from wardround.core.matching._names import named_alike
from wardround.core.names import Aliases
from wardround.core.vocab import Install, WardroundError
from wardround.engines.nation._arrays import read_arrays, write_arrays
from wardround.engines.nation._catalogue import Catalogue
from wardround.engines.nation._kept import digest_of
from wardround.lake.program import program
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
        self._named: dict[int, tuple[Named, Subject] | None] = {}
        self._alike: dict[Hashable, Named | None] = {}
        self._kept: dict[tuple[str, ...], tuple[list[Advisory], Iterator[Advisory]]] = {}

    def named(self, pair: int, install: Callable[[int], Install]) -> tuple[Named, Subject] | None:
        """The records that name a pair's install, and what it then is to them; asked once."""
        if pair not in self._named:
            if (key := named_alike(stated := install(pair))) not in self._alike:
                self._alike[key] = names(stated, naming=self.naming, records=self._records, aliases=self._aliases)
            found = self._alike[key]
            self._named[pair] = (found, subject_of(stated, found)) if found else None
        return self._named[pair]

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


def blocks(pairs: Iterable[int], asking: Asking, *, install: Callable[[int], Install], only: str = "") -> list[Block]:
    """These pairs by the records that name them (`only`: just this record). `install` says what a pair is of an install."""
    found: dict[tuple[object, ...], list[tuple[int, Subject]]] = {}
    theirs: dict[int, list[tuple[int, Subject]] | None] = {}
    for pair in pairs:
        if not (both := asking.named(pair, install)):
            continue
        named, subject = both
        if id(named) not in theirs:  # what names several is one object, and stays
            cves = (only,) if only else named.cves
            key = (named.vendors, named.product, named.also, cves)
            theirs[id(named)] = found.setdefault(key, []) if not only or only in named.cves else None
        if (rows := theirs[id(named)]) is not None:
            rows.append((pair, subject))
    return [_block(key[-1], rows) for key, rows in found.items()]  # type: ignore[arg-type]


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
    asks: dict[Hashable, list[int]] = {}

    def naming(key: str) -> Mapping[str, Sequence[str]]:
        heard.add(key)
        return {}

    for pair, install in enumerate(catalogue.installs(range(known, len(catalogue))), known):
        if (alike := named_alike(install)) not in asks:
            names(install, naming=naming, aliases=aliases)
            asks[alike] = [numbers.setdefault(key, len(numbers)) for key in sorted(heard)]
            heard.clear()
        product += asks[alike]
        pairs += [pair] * len(asks[alike])
    return list(numbers), np.array(pairs, np.int64), np.array(product, np.int64)


def _state(catalogue: Catalogue, aliases: Aliases) -> str:
    """Changes with the catalogue, the aliases, and the program: its rules of names and the tables that they read."""
    return hashlib.sha256(repr((catalogue.token, aliases.all, program())).encode(errors="surrogatepass")).hexdigest()
