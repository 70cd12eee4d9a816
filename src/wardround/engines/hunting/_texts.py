"""All wildcard texts of one field at once: which of them does a value pass?

The longest plain run of each text is looked for by Aho-Corasick, in as many values together as are given. Where it stands says
the rest, exactly; a text with more than one run, a `?` or its own case is then put to its own test.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate, chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from wardround.core.sigma._values import Text

BETWEEN = "\0"
"""Stands between values that are searched together. No run holds it, so that none reaches from one value into the next."""
LONG = 2_000
"""A longer value is searched alone: a short run may stand in it very often."""
SURROGATES = re.compile("[\ud800-\udfff]")
MOST_MEANT = 2_000
"""Of how many sets of runs that stand in a value it is remembered what they mean."""
Numbered = tuple[int, Text]
Ints = npt.NDArray[np.int64]


class Run:
    """The texts with one run: those it satisfies anywhere, only at the start, only at the end, and those that are to be asked."""

    __slots__ = ("anywhere", "asked", "ending", "starting")

    def __init__(self) -> None:
        self.anywhere: list[int] = []
        self.starting: list[int] = []
        self.ending: list[int] = []
        self.asked: list[Numbered] = []

    def sure(self, *, first: bool, last: bool) -> list[int]:
        """The texts that a value passes in which the run stands; `first`: at its start, `last`: at its end."""
        return self.anywhere + (self.starting if first else []) + (self.ending if last else [])


class Meant(NamedTuple):
    """What runs in their places mean for a value: the texts that it passes, and those that are to be asked."""

    sure: frozenset[int]
    asked: tuple[Numbered, ...]

    def true(self, value: str, lower: str) -> Iterable[int]:
        """The texts that it passes."""
        if not self.asked:
            return self.sure
        return self.sure.union(number for number, test in self.asked if test.passes(value if test.cased else lower))


class Texts:
    """Numbered wildcard texts. The same answers as each gives for itself."""

    def __init__(self, tests: Iterable[Numbered]) -> None:
        self._equal: dict[str, list[int]] = {}
        self._every: list[Numbered] = []
        runs: dict[str, Run] = {}
        for number, test in tests:
            pieces, run = test.pieces, longest_run(test)
            if not test.cased and pieces in (((),), ((run,),)):
                self._equal.setdefault(run, []).append(number)
            elif not run or BETWEEN in run or SURROGATES.search(run) or (test.cased and not run.isascii()):
                self._every.append((number, test))
            else:
                _put(runs.setdefault(run.lower() if test.cased else run, Run()), number, test, run)
        self._words, self._runs = list(runs), list(runs.values())
        self._anywhere = np.array([bool(run.anywhere or run.asked) for run in self._runs], np.bool_)
        self._starting = np.array([bool(run.starting) for run in self._runs], np.bool_)
        self._ending = np.array([bool(run.ending) for run in self._runs], np.bool_)
        self._meant: dict[bytes, Meant] = {}

    @cached_property
    def _automaton(self) -> Any:
        import ahocorasick_rs as aho

        return aho.AhoCorasick(self._words, store_patterns=False)

    def passing(self, value: str) -> set[int]:
        """The texts that the value passes."""
        return self.several([value]).get(0) or set()

    def several(self, values: Sequence[str]) -> dict[int, set[int]]:
        """By the place of a value among those given: the texts that it passes. Without those that pass none."""
        found: dict[int, set[int]] = {}
        lower = [value.lower() for value in values]
        for at, text in enumerate(lower):
            if text in self._equal:
                found.setdefault(at, set()).update(self._equal[text])
        if self._words:
            self._look(values, lower, found)
        for number, test in self._every:
            for at, text in enumerate(values if test.cased else lower):
                if test.passes(text):
                    found.setdefault(at, set()).add(number)
        return found

    def _look(self, values: Sequence[str], lower: Sequence[str], found: dict[int, set[int]]) -> None:
        places = [at for at, text in enumerate(lower) if len(text) <= LONG]
        for nth, codes in self._codes([lower[at] for at in places]):
            at = places[nth]
            if true := self._meaning(codes).true(values[at], lower[at]):
                found.setdefault(at, set()).update(true)
        if len(places) < len(lower):
            for at, text in enumerate(lower):
                if len(text) > LONG:
                    standing = sorted({number for number, _, _ in self._places(text)})
                    ends = [(text.startswith(self._words[number]), text.endswith(self._words[number])) for number in standing]
                    codes = np.array([4 * n + 2 * first + last for n, (first, last) in zip(standing, ends, strict=True)], np.int64)
                    if true := self._meaning(codes).true(values[at], text):
                        found.setdefault(at, set()).update(true)

    def _codes(self, texts: Sequence[str]) -> Iterator[tuple[int, Ints]]:
        """For each text in which runs stand that matter there: its place; which they are, with what matters of where they stand."""
        found = self._places(BETWEEN.join(texts))
        if not found:
            return
        number, start, end = np.fromiter(chain.from_iterable(found), np.int64, 3 * len(found)).reshape(-1, 3).T
        starts = np.fromiter(accumulate((len(text) + 1 for text in texts), initial=0), np.int64, len(texts) + 1)
        which = np.searchsorted(starts, start, side="right") - 1
        first = (start == starts[which]) & self._starting[number]
        last = (end == starts[which + 1] - 1) & self._ending[number]
        matters = self._anywhere[number] | first | last
        size = 4 * len(self._runs)
        both = np.unique((which * size + 4 * number + 2 * first + last)[matters])
        whose, codes = both // size, both % size
        ends = np.append(np.flatnonzero(np.diff(whose)) + 1, len(both)).tolist() if len(both) else []
        begin = 0
        for stop in ends:
            yield int(whose[begin]), codes[begin:stop]
            begin = stop

    def _meaning(self, codes: Ints) -> Meant:
        """What they mean together, worked out once: many values hold the same runs."""
        key = codes.tobytes()
        if (got := self._meant.get(key)) is None:
            each = [(self._runs[code >> 2], bool(code & 2), bool(code & 1)) for code in codes.tolist()]
            sure = frozenset(number for run, first, last in each for number in run.sure(first=first, last=last))
            asked = {number: test for run, _, _ in each for number, test in run.asked}
            if len(self._meant) >= MOST_MEANT:
                self._meant.clear()
            got = self._meant[key] = Meant(sure, tuple(asked.items()))
        return got

    def _places(self, text: str) -> Any:
        try:
            return self._automaton.find_matches_as_indexes(text, overlapping=True)
        except UnicodeEncodeError:  # half a pair, which no run holds
            return self._automaton.find_matches_as_indexes(SURROGATES.sub(BETWEEN, text), overlapping=True)


def longest_run(test: Text) -> str:
    """The longest run of plain characters that must stand in the text; empty for a test without one."""
    longest = ""
    for piece in test.pieces:
        for part in piece:
            if part and len(part) > len(longest):
                longest = part
    return longest


def _put(place: Run, number: int, test: Text, run: str) -> None:
    match test.pieces:
        case ((), (only,), ()) if only == run and not test.cased:
            place.anywhere.append(number)
        case ((only,), ()) if only == run and not test.cased:
            place.starting.append(number)
        case ((), (only,)) if only == run and not test.cased:
            place.ending.append(number)
        case _:
            place.asked.append((number, test))
