"""All wildcard texts of one field at once: which of them does a value pass?

The longest plain run of each text is looked for by Aho-Corasick, in as many values together as are given. Where it stands says
the rest, exactly; a text with more than one run, a `?` or its own case is then put to its own test.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any

from wardround.core.sigma._values import Text

BETWEEN = "\0"
"""Stands between values that are searched together. No run holds it, so that none reaches from one value into the next."""
LONG = 2_000
"""A longer value is searched alone: a short run may stand in it very often."""
SURROGATES = re.compile("[\ud800-\udfff]")
Numbered = tuple[int, Text]


class Run:
    """The texts with one run: those it satisfies anywhere, only at the start, only at the end, and those that are to be asked."""

    __slots__ = ("anywhere", "asked", "ending", "starting")

    def __init__(self) -> None:
        self.anywhere: list[int] = []
        self.starting: list[int] = []
        self.ending: list[int] = []
        self.asked: list[Numbered] = []

    def true(self, value: str, lower: str, *, first: bool, last: bool) -> list[int]:
        """The texts that a value passes in which the run stands; `first`: at its start, `last`: at its end."""
        true = self.anywhere
        if first and self.starting:
            true = true + self.starting
        if last and self.ending:
            true = true + self.ending
        if self.asked:
            true = true + [number for number, test in self.asked if test.passes(value if test.cased else lower)]
        return true


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
        starts = [0, *accumulate(len(lower[at]) + 1 for at in places)]
        runs = self._runs
        for number, start, end in self._places(BETWEEN.join([lower[at] for at in places])):
            run, which = runs[number], bisect_right(starts, start) - 1
            first, last = start == starts[which], end == starts[which + 1] - 1
            if run.anywhere or run.asked or (first and run.starting) or (last and run.ending):
                at = places[which]
                if true := run.true(values[at], lower[at], first=first, last=last):
                    found.setdefault(at, set()).update(true)
        if len(places) < len(lower):
            for at, text in enumerate(lower):
                if len(text) > LONG:
                    standing = sorted({number for number, _, _ in self._places(text)})
                    for run, word in [(runs[number], self._words[number]) for number in standing]:
                        if true := run.true(values[at], text, first=text.startswith(word), last=text.endswith(word)):
                            found.setdefault(at, set()).update(true)

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
