"""What rows that were worked out before (`_rows`) tell of many subjects at once: only the verdicts, for whole estates (`_bulk`).

A product's versions are put in order once, for all of its rows. What no row tells is left to the record itself.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from wardround.core.matching._bearings import stands_nowhere
from wardround.core.matching._bulk import CODES, UNTOLD
from wardround.core.matching._entries import is_other_than, is_other_token
from wardround.core.matching._model import Subject
from wardround.core.matching._names import Naming
from wardround.core.matching._orders import KERNEL, is_commit, is_plain, order_of
from wardround.core.matching._overrides import Overrides
from wardround.core.matching._ranks import reads
from wardround.core.matching._rows import ANY, ASK, BEARINGS, HERE, REJECTED, TOKENS, UNORDERED, VERDICTS, Row, texts_of, verdict_at
from wardround.core.matching._shelf import Lacking, Names, Question, Shelf, names_asked, question, rows_by_names, without_the_record
from wardround.core.matching._windows import OR_LATER, VENDOR

assert CODES == VERDICTS  # noqa: S101  (a verdict's place is its code)
_READ_BY_ROWS = (order_of("semver"), order_of(KERNEL))
"""The orders that rows of plain numbers know beside those that nobody defined."""


class Told(NamedTuple):
    """Subjects of one product, and the records that name them."""

    subjects: Sequence[Subject]
    cves: Sequence[str]


class Foretold:
    """The rows of some products, each with its subjects, ready to be asked record by record."""

    def __init__(self, listed: Sequence[Told], *, naming: Naming, shelf: Shelf, overrides: Overrides) -> None:
        self._overrides, self._sides = overrides, [_Side(one.subjects) for one in listed]
        groups: dict[tuple[Names, bool], list[tuple[Subject, Sequence[str], list[object]]]] = defaultdict(list)
        self._of = [names_asked(one.subjects[0], naming) for one in listed]
        for which, one in zip(self._of, listed, strict=True):
            groups[which].append((one.subjects[0], one.cves, []))
        self._rows = rows_by_names(groups, naming, shelf, Lacking(defaultdict(dict), defaultdict(dict)))
        self._apart = [overrides.speaks_of(names) for names, _ in self._of]

    def codes(self, number: int, cve: str) -> bytearray | None:
        """A code for each subject of a product under a record, or `UNTOLD`; none at all of one that is rejected. None: no row."""
        names, several = which = self._of[number]
        if (row := self._rows[which].get(cve)) is None:
            return None
        if row[1] & REJECTED:
            return bytearray()
        side = self._sides[number]
        found = bytearray([UNTOLD]) * len(side.subjects) if several else side.told(row)
        first = side.subjects[0]
        if several or (self._apart[number] and self._overrides.of(cve, vendors=first.vendors, product=first.product, also=names)):
            for place, subject in enumerate(side.subjects):
                if answer := without_the_record(cve, row, subject, self._overrides):
                    found[place] = CODES.index(answer.verdict)
        return found


class _Side:
    """The subjects of one product, by what rows ask of them."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self.subjects = subjects
        parts: dict[tuple[int, str, bool], list[tuple[int, Question]]] = defaultdict(list)
        for place, subject in enumerate(subjects):
            if asked := question(subject):
                bare = not subject.platform or subject.vendors != (VENDOR,)
                parts[asked.bars, "".join(asked.rule), bare].append((place, asked))
        self._parts = [_Alike(part, bare=bare) for (_, _, bare), part in parts.items()]

    def told(self, row: Row) -> bytearray:
        """A code for each subject, or `UNTOLD`."""
        found = bytearray([UNTOLD]) * len(self.subjects)
        for part in self._parts:
            part.told(row, found)
        return found


class _Alike:
    """Those of them that the same rows may tell of: first the plain versions in their order, then all others.

    Not `bare` are products of Microsoft on a stated platform, which their rules may read: rows are made without one.
    """

    def __init__(self, asked: Sequence[tuple[int, Question]], *, bare: bool) -> None:
        self.bare = bare
        ordered = sorted(asked, key=lambda one: (one[1].key is None, one[1].key or ""))
        self.asked = [one for _, one in ordered]
        self.places = [place for place, _ in ordered]
        self.bars, self.rule = self.asked[0].bars, self.asked[0].rule
        self.keys = [one.key for one in self.asked if one.key is not None]
        self.odd = range(len(self.keys), len(self.asked))
        self.respelled = [(n, one.canonical) for n, one in enumerate(self.asked) if one.respelled]
        unplaced = [n for n in self.odd if _is_unplaced(self.asked[n].text)]
        self.tokens = [n for n in unplaced if is_other_token(self.asked[n].text)]
        self.unplaced = [n for n in unplaced if n not in self.tokens]
        self.readable = {n for n in unplaced if any(reads(order, self.asked[n].text) for order in _READ_BY_ROWS)}
        self.by_text: dict[str, list[int]] = defaultdict(list)
        for n, one in enumerate(self.asked):
            self.by_text[one.text].append(n)

    def told(self, row: Row, found: bytearray) -> None:
        """Put what a row tells of them in their places."""
        bearings = row[1] & BEARINGS
        if row[1] & self.bars or (row[2] != self.rule if bearings else self.rule):
            return
        texts = texts_of(row)
        at = self._by_bearing(row, texts) if bearings else self._by_cell(row, texts)
        for text in self.by_text.keys() & texts.keys() if self.bare or not bearings else ():
            for n in self.by_text[text]:
                at[n] = texts[text]
        codes = {place: UNTOLD if (code := verdict_at(row, place)) is None else code for place in {*at}}
        for place, answer in zip(self.places, at, strict=True):
            found[place] = codes[answer]

    def _by_cell(self, row: Row, texts: Mapping[str, int]) -> list[int]:
        """The place of the answer on each, by where it is among the bounds."""
        cells, keys, at = row[4], self.keys, list[int]()
        for bound, cell in zip(row[3], cells, strict=False):
            if (low := bisect_left(keys, bound, len(at))) > len(at):
                at += [cell] * (low - len(at))
            if low < len(keys) and keys[low] == bound:
                at += [ASK] * (bisect_right(keys, bound, low) - low)
        at += [cells[-1]] * (len(keys) - len(at))
        for n, canonical in self.respelled:
            if canonical in texts:
                at[n] = ASK
        at += [cells[0] if row[1] & ANY else ASK] * len(self.odd)
        if HERE in texts and not row[1] & ANY:
            unread = self.readable if UNORDERED not in texts else ()
            for n in self.unplaced:
                at[n] = texts[HERE] if n not in unread else ASK
            for n in self.tokens if TOKENS in texts else ():
                if n not in unread and is_other_than(texts, self.asked[n].text):
                    at[n] = texts[TOKENS]
        return at

    def _by_bearing(self, row: Row, texts: Mapping[str, int]) -> list[int]:
        probes, places = row[3], row[4]
        at = [ASK if one.text in texts else places.get(one.bearing.on(probes), ASK) for one in self.asked]
        if HERE in texts and self.bare:
            for n in self.unplaced:
                if at[n] == ASK and stands_nowhere(self.asked[n].text, probes):
                    at[n] = texts[HERE]
        return at


def _is_unplaced(text: str) -> bool:
    """True for what is stated, and no commit, no series, no lower bound and no build's number."""
    return not (not text or "*" in text or is_commit(text) or is_plain(text) or text.endswith(OR_LATER))
