"""All string tests of one field in one pass: which of them does a value pass?

Text tests are answered by Hyperscan alone, exactly; regular expressions only asked of it first (it may say yes too often, never too
rarely) and then put to the reference test. What Hyperscan cannot take is put to the reference test always.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from functools import cache, cached_property
from importlib.metadata import version
from typing import Any, Protocol

import numpy as np

from wardround.core.sigma._values import Piece, Regex, Text
from wardround.core.vocab import WardroundError

# Where Hyperscan (PCRE's syntax) reads an expression otherwise than the reference does: it is not asked.
OTHERWISE = re.compile(r"\{,|(?<!\A)\(\?[a-zA-Z]+\)|\[\[|\\[uUNXRKQEGhHZ]|\(\?\(|\\[1-9]")
LINE_FEED, LAST_ASCII = 10, 127
PLAIN = re.compile(rb"[\t\n\r\x20-\x7e]*\Z")


class Store(Protocol):
    """Keeps compiled databases by the hash of what they are made of."""

    def get(self, key: str) -> tuple[bytes, list[int]] | None:
        """A database and the numbers in it; None when it is not there."""

    def keep(self, key: str, database: bytes, taken: list[int]) -> None:
        """Keep one."""


class Patterns:
    """String tests by number. `passing(value)` gives the numbers of those that the value passes, and of those to be put to it.

    A value is given as it is written; folding is done here.
    """

    def __init__(self, tests: Sequence[tuple[int, Text | Regex]], *, store: Store | None = None) -> None:
        folded: list[tuple[int, bytes, int]] = []
        cased: list[tuple[int, bytes, int]] = []
        self.regexes = {number: test for number, test in tests if isinstance(test, Regex)}
        texts = [(number, test) for number, test in tests if isinstance(test, Text)]
        self.empty = frozenset(number for number, test in texts if matches_empty(test))
        self.one_character = {number: test for number, test in texts if any(None in piece for piece in test.pieces)}
        for number, test in texts:
            (cased if test.cased else folded).append((number, expression(test.pieces), 0))
        cased += [(number, *asked) for number, test in self.regexes.items() if (asked := _asked(test))]
        self._folded, self._cased = _Database(folded, store=store), _Database(cased, store=store)
        self.always = frozenset(n for n in self.regexes if n not in self._cased.taken)
        self.untaken = {
            n: t for n, t in texts if n not in (self._cased if t.cased else self._folded).taken and not matches_empty(t)
        }

    def passing(self, value: str) -> tuple[set[int], set[int]]:
        """The text tests that the value passes; the regular expressions that it may pass, which are to be asked."""
        if not value:
            return set(self.empty), set(self.regexes)
        lower = value.lower()
        plain = value.isascii()
        data = lower.encode("utf-8", "surrogatepass")
        hits = self._folded.scan(data)
        if self._cased:
            data = value.encode("utf-8", "surrogatepass")
            hits |= self._cased.scan(data)
        for number, test in self.untaken.items():
            if test.passes(value if test.cased else lower):
                hits.add(number)
        if not plain:  # `?` is one character, and not one byte
            for number, test in self.one_character.items():
                (hits.add if test.passes(value if test.cased else lower) else hits.discard)(number)
        if not self.regexes:
            return hits, set()
        if not PLAIN.match(data):  # what is a letter, a digit or a space beyond ASCII, the two say differently
            return hits - self.regexes.keys(), set(self.regexes)
        asked = (hits & self.regexes.keys()) | self.always
        return hits - asked, asked


class Words:
    """Plain words, looked for in whole texts without regard to case. May find too many, never too few."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = list(words)
        self._wanted = [(n, _escaped(word.lower()), hs_caseless()) for n, word in enumerate(self._words)]

    @cached_property
    def _database(self) -> "_Database":
        return _Database(self._wanted)

    @cached_property
    def _every(self) -> "Scanner":
        return Scanner(self._wanted)

    def standing(self, text: bytes) -> list[str]:
        """The words that stand in a text, which is UTF-8."""
        if not text.isascii():  # as the reference folds: a sign beyond ASCII may become a plain letter
            text = text.decode("utf-8", "surrogatepass").lower().encode("utf-8", "surrogatepass")
        found = self._database.scan(text)
        return [self._words[number] for number in found] if found else []

    def lines(self, block: bytes) -> set[int]:
        """The lines of a block, by their place in it, in which a word may stand; with signs beyond ASCII in a line, any may."""
        ends = np.flatnonzero(np.frombuffer(block, np.uint8) == LINE_FEED)
        places = [end - 1 for _, end in self._every.hits(block)]
        if not block.isascii():
            places += np.flatnonzero(np.frombuffer(block, np.uint8) > LAST_ASCII).tolist()
        return set(np.searchsorted(ends, np.unique(places)).tolist()) if places else set()


class Scanner:
    """Numbered expressions, looked for in one long text, with the place where each ends. `taken`: those that could be compiled."""

    def __init__(self, wanted: Iterable[tuple[int, bytes, int]]) -> None:
        self._database = _Database(list(wanted), once=False)
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


def matches_empty(test: Text) -> bool:
    """Does the empty text pass?"""
    return all(not piece for piece in test.pieces)


def expression(pieces: Sequence[Piece]) -> bytes:
    """A wildcard text as an expression for Hyperscan."""
    inner = [b"".join(b"." if part is None else _escaped(part) for part in piece) for piece in pieces]
    start, end = b"\\A", b"\\z"
    while len(inner) > 1 and not inner[0]:
        inner, start = inner[1:], b""
    while len(inner) > 1 and not inner[-1]:
        inner, end = inner[:-1], b""
    return start + b".*".join(piece for piece in inner if piece or len(inner) == 1) + end


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
            where=f"hyperscan {version('hyperscan')}",
            do="install hyperscan 0.7.21",
        )


class _Database:
    """Numbered expressions in one Hyperscan database. `taken` are the numbers that it holds."""

    def __init__(self, wanted: list[tuple[int, bytes, int]], *, once: bool = True, store: Store | None = None) -> None:
        import hyperscan as hs

        _sound()
        always = hs.HS_FLAG_SINGLEMATCH if once else 0
        wanted = [(n, e, f | always | (0 if f else hs.HS_FLAG_DOTALL)) for n, e, f in wanted if e]
        key = hashlib.sha256(repr((version("hyperscan"), wanted)).encode()).hexdigest()
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
