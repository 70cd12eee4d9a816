"""All string tests of one field: which of them does a value pass?

Text tests are answered exactly. Regular expressions are only asked of Hyperscan first (it may say yes too often, never too rarely)
and then put to the reference test; what it cannot take is put to the reference test always.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from importlib.metadata import version
from typing import Any, Protocol

import numpy as np

from wardround.core.sigma._values import Piece, Regex, Text
from wardround.core.vocab import WardroundError
from wardround.engines.hunting._texts import Texts

# Where Hyperscan (PCRE's syntax) reads an expression otherwise than the reference does: it is not asked.
OTHERWISE = re.compile(r"\{,|(?<!\A)\(\?[a-zA-Z]+\)|\[\[|\\[uUNXRKQEGhHZ]|\(\?\(|\\[1-9]")
LINE_FEED = 10
HIDING = rb"[^\\](\\\\)*\\u|\xc4\xb0|\xe2\x84\xaa"
"""In JSON a word may be hidden by an escape, and by the two signs beyond ASCII that become plain letters in lower case."""
PLAIN = re.compile(rb"[\t\n\r\x20-\x7e]*\Z")


class Store(Protocol):
    """Keeps compiled databases by the hash of what they are made of."""

    def get(self, key: str) -> tuple[bytes, list[int]] | None:
        """A database and the numbers in it; None when it is not there."""

    def keep(self, key: str, database: bytes, taken: list[int]) -> None:
        """Keep one."""


class Patterns:
    """String tests by number: which text tests does a value pass, and which regular expressions are to be put to it?

    A value is given as it is written; folding is done here.
    """

    def __init__(self, tests: Sequence[tuple[int, Text | Regex]], *, store: Store | None = None) -> None:
        self._texts = Texts((number, test) for number, test in tests if isinstance(test, Text))
        self.regexes = {number: test for number, test in tests if isinstance(test, Regex)}
        wanted = [(number, *asked) for number, test in self.regexes.items() if (asked := _asked(test))]
        self._database = _Database(wanted, store=store)
        self._always = frozenset(n for n in self.regexes if n not in self._database.taken)

    def passing(self, value: str) -> tuple[set[int], set[int]]:
        """The text tests that the value passes; the regular expressions that it may pass, which are to be asked."""
        return self._texts.passing(value), self._to_ask(value)

    def several(self, values: Sequence[str]) -> Iterator[tuple[int, set[int], set[int]]]:
        """As `passing`, with the place of a value among those given; without those for which there is nothing."""
        held = self._texts.several(values)
        asked = {at: some for at, value in enumerate(values) if (some := self._to_ask(value))} if self.regexes else {}
        for at in held.keys() | asked.keys():
            yield at, held.get(at, set()), asked.get(at, set())

    def _to_ask(self, value: str) -> set[int]:
        if not self.regexes:
            return set()
        data = value.encode("utf-8", "surrogatepass")
        if not PLAIN.match(data) or not data:  # what is a letter, a digit or a space beyond ASCII, the two say differently
            return set(self.regexes)
        return self._database.scan(data).union(self._always)


class Words:
    """Plain words, looked for in whole texts without regard to case. May find too many, never too few."""

    def __init__(self, words: Iterable[str], *, store: Store | None = None) -> None:
        self._store = store
        self.all = frozenset(words)
        self._words = sorted(self.all)
        self._wanted = [(n, _escaped(word.lower()), hs_caseless()) for n, word in enumerate(self._words)]

    @cached_property
    def _database(self) -> "_Database":
        return _Database(self._wanted, store=self._store)

    @cached_property
    def _every(self) -> "Scanner":
        return Scanner([*self._wanted, (len(self._words), HIDING, 0)], store=self._store)

    def standing(self, text: bytes) -> list[str]:
        """The words that stand in a text, which is UTF-8."""
        if not text.isascii():  # as the reference folds: a sign beyond ASCII may become a plain letter
            text = text.decode("utf-8", "surrogatepass").lower().encode("utf-8", "surrogatepass")
        found = self._database.scan(text)
        return [self._words[number] for number in found] if found else []

    def by_line(self, block: bytes) -> Mapping[int, Collection[str]]:
        """The words that stand in each line of a block of JSON, by its place in it; all, where one could stand hidden."""
        hits = self._every.hits(block)
        if not hits:
            return {}
        ends = np.flatnonzero(np.frombuffer(block, np.uint8) == LINE_FEED)
        found: dict[int, set[str] | frozenset[str]] = {}
        for line, (number, _) in zip(np.searchsorted(ends, [end - 1 for _, end in hits]).tolist(), hits, strict=True):
            if number == len(self._words):
                found[line] = self.all
            elif isinstance(words := found.setdefault(line, set()), set):
                words.add(self._words[number])
        return found


class Scanner:
    """Numbered expressions, looked for in one long text, with the place where each ends. `taken`: those that could be compiled."""

    def __init__(self, wanted: Iterable[tuple[int, bytes, int]], *, store: Store | None = None) -> None:
        self._database = _Database(list(wanted), once=False, store=store)
        self.taken = self._database.taken

    def hits(self, data: bytes) -> list[tuple[int, int]]:
        """Number and end of each place found."""
        return self._database.places(data)


def unanchored(pieces: Sequence[Piece]) -> bytes:
    """A wildcard text as an expression that is found wherever the text stands as a part of something."""
    inner = [b"".join(b"." if part is None else _escaped(part) for part in piece) for piece in pieces]
    return b".*".join(piece for piece in inner if piece)


def hs_caseless() -> int:
    """Hyperscan's flag for *without regard to case*."""
    import hyperscan as hs

    return int(hs.HS_FLAG_CASELESS)


WRITTEN = [bytes([c]) if c < 128 and chr(c).isalnum() else b"\\x%02x" % c for c in range(256)]


def _escaped(text: str) -> bytes:
    return b"".join([WRITTEN[c] for c in text.encode("utf-8", "surrogatepass")])


def _asked(test: Regex) -> tuple[bytes, int] | None:
    import hyperscan as hs

    if OTHERWISE.search(test.pattern.replace("\\\\", "..")) or not test.pattern.isascii() or set(test.flags) - set("ims"):
        return None
    flags = hs.HS_FLAG_PREFILTER | hs.HS_FLAG_ALLOWEMPTY
    for letter, flag in (("i", hs.HS_FLAG_CASELESS), ("m", hs.HS_FLAG_MULTILINE), ("s", hs.HS_FLAG_DOTALL)):
        flags |= flag if letter in test.flags else 0
    return test.pattern.encode(), flags


# Endings and a value of which the first is one: Vectorscan 5.4.12 finds none of them there (5.4.11 does).
ENDINGS = (b"ba\\z", b"a5\\z", b"\\.-\\z", b"--5\\.\\z", b"b1\\z")
ENDING = b"bbb55b.11.b.abbba"


@cache
def _sound() -> None:
    """Raises WardroundError when the library that is installed is one that overlooks what it should find."""
    import hyperscan as hs

    database = hs.Database(mode=hs.HS_MODE_BLOCK)
    flags = [hs.HS_FLAG_SINGLEMATCH | hs.HS_FLAG_DOTALL] * len(ENDINGS)
    database.compile(expressions=list(ENDINGS), ids=list(range(len(ENDINGS))), elements=len(ENDINGS), flags=flags)
    found: set[int] = set()
    database.scan(ENDING, match_event_handler=_collect, context=found, scratch=hs.Scratch(database))
    if found != {0}:
        raise WardroundError(
            "it overlooks texts at the end of a value: a hunt with it could call an entered system clean",
            where=f"hyperscan {_version()}",
            do="install hyperscan 0.7.21",
        )


@cache
def _version() -> str:
    return version("hyperscan")


class _Database:
    """Numbered expressions in one Hyperscan database. `taken` are the numbers that it holds."""

    def __init__(self, wanted: list[tuple[int, bytes, int]], *, once: bool = True, store: Store | None = None) -> None:
        import hyperscan as hs

        _sound()
        always = hs.HS_FLAG_SINGLEMATCH if once else 0
        wanted = [(n, e, f | always | (0 if f else hs.HS_FLAG_DOTALL)) for n, e, f in wanted if e]
        key = hashlib.sha256(repr((_version(), wanted)).encode()).hexdigest()
        self._database, self.taken = self._kept(store, key) or self._compiled(wanted)
        if self._database is not None:
            self._scratch = hs.Scratch(self._database)
            if store:
                store.keep(key, hs.dumpb(self._database), sorted(self.taken))

    @staticmethod
    def _kept(store: Store | None, key: str) -> tuple[Any, frozenset[int]] | None:
        import hyperscan as hs

        if store is None or (kept := store.get(key)) is None:
            return None
        try:
            database = hs.loadb(kept[0], hs.HS_MODE_BLOCK)
            database.scan(b"", match_event_handler=_collect, context=set(), scratch=hs.Scratch(database))
        except hs.error:  # another machine's, or damaged: made again
            return None
        return database, frozenset(kept[1])

    @staticmethod
    def _compiled(wanted: list[tuple[int, bytes, int]]) -> tuple[Any, frozenset[int]]:
        import hyperscan as hs

        for good in (wanted, None):
            good = [one for one in wanted if _compiles(one)] if good is None else good
            if not good:
                break
            database = hs.Database(mode=hs.HS_MODE_BLOCK)
            numbers, expressions, flags = zip(*good, strict=True)
            try:
                database.compile(expressions=list(expressions), ids=list(numbers), elements=len(good), flags=list(flags))
            except hs.error:
                continue
            return database, frozenset(numbers)
        return None, frozenset()

    def __bool__(self) -> bool:
        return self._database is not None

    def scan(self, data: bytes) -> set[int]:
        """The numbers of the expressions that are found in the data."""
        found: set[int] = set()
        if self._database is not None:
            self._database.scan(data, match_event_handler=_collect, context=found, scratch=self._scratch)
        return found

    def places(self, data: bytes) -> list[tuple[int, int]]:
        """Number and end of each place where an expression is found."""
        found: list[tuple[int, int]] = []
        if self._database is not None:
            self._database.scan(data, match_event_handler=_place, context=found, scratch=self._scratch)
        return found


def _place(number: int, start: int, end: int, flags: int, found: Any) -> None:
    found.append((number, end))


def _collect(number: int, start: int, end: int, flags: int, found: Any) -> None:
    found.add(number)


def _compiles(one: tuple[int, bytes, int]) -> bool:
    import hyperscan as hs

    try:
        hs.Database(mode=hs.HS_MODE_BLOCK).compile(expressions=[one[1]], ids=[one[0]], elements=1, flags=[one[2]])
    except hs.error:
        return False
    return True
