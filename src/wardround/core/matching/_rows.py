"""The form in which a record's word on one product is kept: `[cve, flags, rule, keys, cells, texts, answers]`, as plain JSON.

`_compiled` makes rows, `_shelf` asks them as they were written: most of what a row holds is read only where it is asked for.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import orjson

from wardround.core.matching._decide import decide
from wardround.core.matching._model import Answer, Subject
from wardround.core.matching._objects import Shape, bare_object
from wardround.core.matching._overrides import Overrides
from wardround.core.matching._record import Record
from wardround.core.vocab import Verdict

Row = list[Any]
"""`rule` is the product, where it has a rule of its own. `keys` are the bounds in order, `cells` the
answers before, between and after them; `texts` the answers on single versions: those that the record names, those that stop
short of a bound, none, and under `HERE` all that no order can place. `answers` are listed once: verdict, reason, entry,
assumptions. -1 stands for an answer that only `decide` knows, and less than that for one of which the verdict is known, and
only `decide` knows the words (`verdict_at`). Where versions are told by their bearing, `keys` are the probes, and `cells` the
answers by bearing."""

REJECTED, DISPUTED, LONG, NARROWED, THREE, ANY, TREES, BEARINGS = 1, 2, 4, 8, 16, 32, 64, 128
"""Flags of a row: what the record is; nothing is worked out; objects are narrowed to platforms or variants; a version has at
most three numbers; texts that are no numbers get the answer of the only cell; products beside this one may count; versions
are told by their bearing (`_bearings`)."""

VERDICTS = (Verdict.NOT_AFFECTED, Verdict.UNKNOWN, Verdict.NOT_EVALUABLE, Verdict.AFFECTED)
HERE = "\ue000"
"""Stands for the version in a reason."""

TOKENS, UNORDERED = HERE * 2, HERE * 3
"""Among a row's texts: what is said of tokens that no order places; and that no order of the record reads more than numbers."""

END_OF_SERIES = 2**62
Written = tuple[bytes, bytes, bytes]
"""A row without texts and answers; its texts; its answers, line by line."""

ASK = -1
_ZERO = ord("0")
_NO_OVERRIDES = Overrides()


def written(row: Row) -> Written:
    """A row as it is kept. One that JSON cannot hold (half characters that a record has) is always asked of `decide`."""
    try:
        return orjson.dumps(row[:5]), orjson.dumps(row[5]), b"\n".join(map(orjson.dumps, row[6]))
    except TypeError:
        return orjson.dumps([row[0], row[1] & ~BEARINGS | LONG, [], [], [ASK]]), b"{}", b""


def as_kept(head: bytes, texts: bytes, answers: bytes) -> Row:
    """The row of what was written, its texts and answers not read yet."""
    row: Row = orjson.loads(head)
    row += (texts, answers)
    return row


def text_in(row: Row, text: str, sought: bytes) -> int | None:
    """The place of the answer on a text that stands for itself, of a row as it was kept; None where it does not.

    `sought` is the text as a key in JSON; empty where it may be written otherwise.
    """
    texts: bytes = row[5]
    if sought and sought not in texts:
        return None
    found: int | None = orjson.loads(texts).get(text)
    return found


def texts_of(row: Row) -> dict[str, int]:
    """The places of the answers on all texts that stand for themselves."""
    found: dict[str, int] = orjson.loads(row[5])
    return found


def answer_at(row: Row, place: int) -> Sequence[Any]:
    """One answer of a row as it was kept: verdict, reason, entry, assumptions."""
    lines = row[6]
    if type(lines) is bytes:
        lines = row[6] = lines.split(b"\n")
    line = lines[place]
    if type(line) is bytes:
        line = lines[place] = orjson.loads(line)
    found: Sequence[Any] = line
    return found


def verdict_at(row: Row, place: int) -> int | None:
    """The verdict at a place (its own place in `VERDICTS`), read without the words; None where only `decide` knows it."""
    if place < 0:
        return None if place == ASK else ASK - 1 - place
    lines = row[6]
    if type(lines) is bytes:
        lines = row[6] = lines.split(b"\n")
    line = lines[place]
    return line[1] - _ZERO if type(line) is bytes else line[0]


def sortable(numbers: Sequence[int]) -> str:
    """Numbers as a text: texts compare as the numbers do, one after another."""
    return "".join([f"{chr(48 + len(digits))}{digits}" for digits in map(str, numbers)])


class Answers:
    """The answers of one record on one product, each with a mark where the version stands, listed once."""

    def __init__(self, record: Record, subject: Subject, shapes: Sequence[Shape], *, beside: Sequence[object] = ()) -> None:
        self.record, self.subject, self.shapes, self._beside = record, subject, shapes, beside
        self.listed: list[list[Any]] = []
        self._known: dict[Answer, int] = {}

    def speaks(self, version: str) -> bool:
        """False where the record's own words have this text, so that a mark in its place could stand for them."""
        return version not in self._words

    def of(self, version: str) -> int:
        """The place of the answer that `decide` gives on a version; `ASK` where the mark could not stand for that alone."""
        answer = decide(self.record, replace(self.subject, version=version), overrides=_NO_OVERRIDES)
        if HERE in answer.reason or any(version in text for text in (answer.decided_by, *answer.assumed)):
            return ASK
        answer = replace(answer, reason=answer.reason.replace(version, HERE))
        if answer not in self._known:
            self._known[answer] = len(self.listed)
            self.listed.append([VERDICTS.index(answer.verdict), answer.reason, answer.decided_by, *answer.assumed])
        return self._known[answer]

    def verdict(self, version: str) -> int:
        """The verdict on one version, as a place that says nothing more."""
        answer = decide(self.record, replace(self.subject, version=version), overrides=_NO_OVERRIDES, read=bare_object)
        return ASK - 1 - VERDICTS.index(answer.verdict)

    @cached_property
    def _words(self) -> str:
        titles = [shape.form.title for shape in self.shapes if shape.form]
        return str([*(shape.affected for shape in self.shapes), *self._beside, *titles])
