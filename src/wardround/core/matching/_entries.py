"""Does one entry of `versions` contain a version? Yes, no, or why nobody can tell (CVE Record Format 5.1, versions.md)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cmp_to_key
from typing import Any

from wardround.core.matching._orders import BELOW, EQUAL, Order, Position, UnreadableError, is_first, is_plain, order_of, shown
from wardround.core.matching._text import Range, read
from wardround.core.vocab import Verdict

STATUSES = {"affected": Verdict.AFFECTED, "unaffected": Verdict.NOT_AFFECTED, "unknown": Verdict.UNKNOWN}
_TOKEN = re.compile(r"[A-Za-z0-9][\w.+:()\\-]*", re.ASCII)
_WILD = re.compile(r"(?:^|[.\-_])[xX]+(?:$|[.\-_])|\d[xX]{2,}|\d-\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one entry, of status `status`, says of one version.

    `statuses` are those that are possible if it is inside, empty when it is outside; `outside` says that outside is possible.
    `past` is True at or past the end of what the entry covers, None when that cannot be told; `ends` when it is a range
    with an end. `what` describes the entry when it is decided, else says why it is not, and `doubt` is what that makes of it.
    """

    statuses: frozenset[Verdict]
    outside: bool
    what: str
    past: bool | None = None
    ends: bool = False
    doubt: Verdict = Verdict.UNKNOWN
    assumed: tuple[str, ...] = ()
    status: Verdict | None = None

    @property
    def decided(self) -> bool:
        """True when it is certain: outside, or inside with one status."""
        return len(self.statuses) + self.outside == 1


def read_entry(entry: Any, *, version: str) -> Reading:
    """What one entry of `versions` says of `version` (empty text: not stated). Never raises, whatever the entry holds."""
    if not isinstance(entry, Mapping):
        return _doubtful(Verdict.UNKNOWN, "An entry of the record is no object, and cannot be read.", Verdict.NOT_EVALUABLE)
    status = _status(entry)
    return replace(_read(entry, version, status), status=status)


def _read(entry: Mapping[str, Any], version: str, status: Verdict) -> Reading:
    stated, order = _text(entry, "version").strip(), order_of(_text(entry, "versionType"))
    end, with_end = _text(entry, "lessThan").strip(), False
    if not end:
        end, with_end = _text(entry, "lessThanOrEqual").strip(), True
    if end:
        return _with_changes(_range(Range(stated, end, with_end=with_end), version, status, order), entry, version, order)
    if version and stated == version:
        return Reading(frozenset({status}), False, f"lists {shown(version)} itself")
    if span := read(stated):
        return _range(span, version, status, order)
    return _single(stated, version, status, order)


def _status(stated: Mapping[str, Any]) -> Verdict:
    return STATUSES.get(_text(stated, "status").strip().casefold(), Verdict.UNKNOWN)


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def _doubtful(status: Verdict, why: str, doubt: Verdict = Verdict.UNKNOWN, *, ends: bool = False) -> Reading:
    return Reading(frozenset({status}), True, why, doubt=doubt, ends=ends)


def _single(stated: str, version: str, status: Verdict, order: Order) -> Reading:
    """One version, not a range: equal or not. Texts that may stand for more than one version decide nothing."""
    if not any(c.isdigit() for c in stated):
        return _doubtful(
            status, f"The record names no version here, only {shown(stated)}." if stated else "The record leaves the version empty."
        )
    if not version:
        return _doubtful(status, "The inventory states no version, and the record tells versions apart.")
    if order.failing is Verdict.UNKNOWN and not (is_plain(stated) and is_plain(version)):
        if _clearly_other(stated, version):
            return Reading(frozenset(), True, f"lists {shown(stated)}")
        return _doubtful(
            status, f"The record's {shown(stated)} is not one plain version, so it does not tell whether {shown(version)} is meant."
        )
    try:
        position = order.position(version, stated)
    except UnreadableError as trouble:
        return _doubtful(status, f"{_sentence(trouble.why)}", trouble.verdict)
    if position == EQUAL:
        return Reading(frozenset({status}), False, f"lists {shown(stated)}", assumed=_with(order))
    if 0 not in position:
        return Reading(frozenset(), True, f"lists {shown(stated)}", past=position != BELOW)
    return _doubtful(
        status, f"{shown(version)} is too coarse: the record lists {shown(stated)}, and the missing parts could decide."
    )


def _clearly_other(stated: str, version: str) -> bool:
    """True for two single tokens of which neither can be a way to write the other, or a pattern."""
    one, other = (text.casefold().lstrip("v") for text in (stated, version))
    tokens = all(_TOKEN.fullmatch(text) and not _WILD.search(text) and any(map(str.isdigit, text)) for text in (stated, version))
    return tokens and not one.startswith(other) and not other.startswith(one)


def _range(span: Range, version: str, status: Verdict, order: Order) -> Reading:
    """A range: inside when at or after its start and before its end. Each side may be undecided on its own."""
    ends = span.end not in (None, "*")
    assumed: tuple[str, ...] = (f"The range is read from the text {shown(span.text)}.",) if span.text else ()
    if broken := _broken(span, version, order):
        return replace(broken, statuses=frozenset({status}) if broken.statuses else broken.statuses, ends=ends)
    unbounded_start = span.start is None or span.start == "*" or is_first(span.start)
    if span.start == "*":
        assumed += ("The range starts at `*`, which is taken as: no lower bound.",)
    if not version and not (unbounded_start and not ends):
        return _doubtful(status, "The inventory states no version, and the record tells versions apart.", ends=ends)
    after = _side(version, span.start, order, wanted={1} if span.past_start else {0, 1}) if not unbounded_start else True
    before = _side(version, span.end, order, wanted={-1, 0} if span.with_end else {-1}) if ends else True
    compared = _with(order) if ends or not unbounded_start else ()
    if before is False or after is False:
        return Reading(frozenset(), True, _described(span), before is False, ends, assumed=assumed + compared)
    if (before is True and after is True) or _is_an_end(span, version):
        return Reading(frozenset({status}), False, _described(span), False, ends, assumed=assumed + compared)
    trouble = before if isinstance(before, UnreadableError) else after
    assert isinstance(trouble, UnreadableError)  # noqa: S101  (the four cases above leave no other)
    return replace(_doubtful(status, _sentence(trouble.why), trouble.verdict, ends=ends), assumed=assumed)


def _is_an_end(span: Range, version: str) -> bool:
    """True for the very text that the range starts at or ends with: equality decides where the other end cannot be read."""
    ends = [span.start] * (not span.past_start) + [span.end] * span.with_end
    other = (span.end if version == span.start else span.start) or ""
    return version in ends and not (is_plain(version) and is_plain(other.removesuffix(".*")))


def _broken(span: Range, version: str, order: Order) -> Reading | None:
    """A range whose ends are swapped, or equal with the end left out: None when it is in order or cannot be compared."""
    if span.start is None or span.end in (None, "*") or is_first(span.start):
        return None
    try:
        ends = EQUAL if span.start == span.end else order.position(span.start, span.end or "")
        if ends == {1}:
            why = f"The record's range has its ends swapped: it starts at {shown(span.start)} and ends at {shown(span.end or '')}."
            return _doubtful(Verdict.UNKNOWN, why, Verdict.NOT_EVALUABLE)
        if ends != EQUAL or span.with_end:
            return None
        if version == span.start or (version and order.position(version, span.start) <= {0, 1}):
            return Reading(frozenset(), True, _described(span), True, assumed=_with(order))
    except UnreadableError:
        if span.start != span.end:
            return None
    return _doubtful(
        Verdict.UNKNOWN, f"The record's range is empty as it is written: it starts at {shown(span.start)} and ends before it."
    )


def _side(version: str, bound: str | None, order: Order, wanted: set[int]) -> bool | UnreadableError:
    """Is the version on the wanted side of a bound? True, False, or why that cannot be told."""
    if version == bound:
        return 0 in wanted
    if bound is None or not any(c.isdigit() for c in bound):
        where = "starts" if 1 in wanted else "ends"
        return UnreadableError(f"the record does not say where the range {where}, only {shown(bound or '')}", Verdict.UNKNOWN)
    try:
        position: Position = order.position(version, bound)
    except UnreadableError as trouble:
        return trouble
    if position <= wanted:
        return True
    if not position & wanted:
        return False
    return UnreadableError(
        f"{shown(version)} is too coarse: the record draws a line at {shown(bound)}, and the missing parts could decide",
        Verdict.UNKNOWN,
    )


def _with_changes(reading: Reading, entry: Mapping[str, Any], version: str, order: Order) -> Reading:
    """The status inside the range after its `changes`: the last one at or below the version counts."""
    changes = entry.get("changes")
    if not reading.statuses or not isinstance(changes, list):
        return reading
    steps = [(_text(c, "at").strip(), _status(c)) for c in changes if isinstance(c, Mapping)]
    statuses, what, doubt, compared = set(reading.statuses), reading.what, reading.doubt, reading.assumed
    for at, status in _in_order(steps, order):
        reached = (
            _side(version, at, order, wanted={0, 1}) if version else UnreadableError("the version is not known", Verdict.UNKNOWN)
        )
        if reached is True:
            statuses, what = {status}, what if reading.outside else f"{reading.what}, {_WORDS[status]} from {shown(at)} on"
            compared = compared if version == at else (*compared, *_with(order))
        elif reached is not False:
            what = what if status in statuses or reading.outside else _sentence(reached.why)
            statuses.add(status)
            doubt = reached.verdict
    return replace(reading, statuses=frozenset(statuses), what=what, doubt=doubt, assumed=tuple(dict.fromkeys(compared)))


_WORDS = {Verdict.AFFECTED: "affected", Verdict.NOT_AFFECTED: "not affected", Verdict.UNKNOWN: "not known"}


def _in_order(steps: list[tuple[str, Verdict]], order: Order) -> list[tuple[str, Verdict]]:
    """Changes by where they take place, as the schema asks of readers; what is no version comes last, where its doubt stays."""

    def before(one: tuple[str, Verdict], other: tuple[str, Verdict]) -> int:
        return min(order.position(one[0], other[0]))

    places, unreadable = [], []
    for step in steps:
        try:
            order.position(step[0], step[0])
            places.append(step)
        except UnreadableError:
            unreadable.append(step)
    try:
        return sorted(places, key=cmp_to_key(before)) + unreadable
    except UnreadableError:
        return steps


def _with(order: Order) -> tuple[str, ...]:
    return (order.assumed,) if order.assumed else ()


def _sentence(text: str) -> str:
    return (f"The {text[4:]}" if text.startswith("the ") else text) + "."


def _described(span: Range) -> str:
    """`covers versions from 9.0 up to but not including 9.2.10`."""
    unbounded = span.start is None or span.start == "*" or is_first(span.start)
    start = "" if unbounded else f" {'after' if span.past_start else 'from'} {shown(span.start or '')}"
    if span.end is None or span.end == "*":
        return "covers every version" if unbounded else f"covers versions{start} on"
    if span.end.endswith(".*"):
        return f"covers versions{start} to the end of series {shown(span.end[:-2])}"
    return f"covers versions{start} up to {'and including' if span.with_end else 'but not including'} {shown(span.end)}"
