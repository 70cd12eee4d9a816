"""Does one entry of `versions` contain a version? Yes, no, or why nobody can tell (CVE Record Format 5.1, versions.md).

An entry is compiled once. Plain numbers against plain numbers are answered by `Entry.read` from readings made beforehand;
everything else (prose, letters, coarse versions, `changes`, broken ranges) takes the long way of `_reading`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any, cast

from wardround.core.matching import _prereleases
from wardround.core.matching._changes import disorder, in_order
from wardround.core.matching._forms import Form
from wardround.core.matching._numbers import Bound, Text, beside, bound_of
from wardround.core.matching._orders import (
    BELOW,
    EQUAL,
    Order,
    Position,
    UnreadableError,
    is_build,
    is_first,
    is_plain,
    order_of,
    shown,
)
from wardround.core.matching._product_order import ProductOrder, product_order
from wardround.core.matching._reading import Reading
from wardround.core.matching._spelling import AS_WRITTEN
from wardround.core.matching._text import Range, read
from wardround.core.vocab import Verdict

STATUSES = {"affected": Verdict.AFFECTED, "unaffected": Verdict.NOT_AFFECTED, "unknown": Verdict.UNKNOWN}
MOST_CHANGES = 1_000
"""Changes of one entry that are read. Beyond them the entry is *not evaluable*."""

_MOST_KNOWN = 100
"""Texts, and characters of a text, of which an entry remembers what it says: other records have the same entry."""

_NONE: frozenset[Verdict] = frozenset()
_EVERY = frozenset(STATUSES.values())
_ONE = {verdict: frozenset({verdict}) for verdict in Verdict}
_TOKEN = re.compile(r"[A-Za-z0-9][\w.+:()\\-]*", re.ASCII)
_WILD = re.compile(r"(?:^|[.\-_])[xX]+(?:$|[.\-_])|\d[xX]{2,}|\d-\d", re.ASCII)
_WORDS_IN = re.compile(r"[a-z]+", re.ASCII)
_NUMBERS_IN = re.compile(r"[0-9]+", re.ASCII)
SAID_AGAIN = (
    "The record says {0} from {1} on, and again from {2} on, as fixes of several branches are listed: {3} may be of the second."
)
_NOT_STATED = "The inventory states no version, and the record tells versions apart."


def entry_of(entry: Any, *, form: Form | None = None) -> "Entry":
    """One entry of `versions`, compiled. Never raises, whatever the entry holds. `form` is how the product writes versions."""
    if not isinstance(entry, Mapping):
        return _NO_OBJECT
    order = product_order(form, entry.get("versionType"))
    get = (form.joining(entry) if form and order else entry).get
    fields = (get("version"), get("lessThan"), get("lessThanOrEqual"), get("versionType"), get("status"), entry.get(AS_WRITTEN))
    changes = get("changes")
    for value in fields:
        if value is not None and type(value) is not str:
            fields = tuple(_written(value) for value in fields)  # type: ignore[assignment]
            break
    if not changes or not isinstance(changes, list):
        return _compiled(*fields, order=order)
    return Entry(*fields, changes, order=order)


def unread(count: int, read: int) -> "Entry":
    """What stands for the entries past a limit: any of them could contain the version."""
    why = f"The record lists {count:,} versions here, and only the first {read:,} are read: the others could decide."
    return Entry(None, None, None, None, None, fixed=Reading(_EVERY, True, why, doubt=Verdict.NOT_EVALUABLE))


class Entry:
    """One entry, its bounds read once. `status` is what it says of the versions that it contains."""

    def __init__(
        self,
        version: str | None,
        less_than: str | None,
        less_than_or_equal: str | None,
        version_type: str | None,
        status: str | None,
        text: str | None = None,
        changes: list[Any] | None = None,
        *,
        fixed: Reading | None = None,
        order: Order | None = None,
    ) -> None:
        self.stated, self.text = (version or "").strip(), (text or "").strip()
        self.order: Order = order or order_of(version_type or "")
        self._product = order is not None
        self.status = _status(status or "")
        end, self.changes, self._fixed = (less_than or "").strip(), changes, fixed
        with_end = not end
        end = end or (less_than_or_equal or "").strip()
        self.span = Range(self.stated, end, with_end=with_end) if end else read(self.stated)
        self.explicit = bool(end)
        self._known: dict[str, Reading] = {}
        self.cut, self.cuts = False, cast("object", None)  # filled by `_cuts`, once for all that read this entry
        self._silent = self.span is None and not any(c.isdigit() for c in self.stated)
        self._plain = not changes and fixed is None and not self._silent and self._numbers()

    def _numbers(self) -> bool:
        """The bounds as numbers. True where all of them are plain and in order: a plain version then takes the short way."""
        span, self._padded = self.span, not self.order.coarse
        self._low = self._high = None
        if self._padded and self.order.name != "semver":
            return False
        if span is None:
            self._low = bound_of(self.stated)
            return self._low is not None and not self._low.series and self._fits(self._low)
        if not _unbounded(span) and not self._fits(low := bound_of(span.start or "")):
            return False
        if self._ends and not self._fits(high := bound_of(span.end or "")):
            return False
        self._low, self._high = (None if _unbounded(span) else low), (high if self._ends else None)
        if self._low is None or self._high is None:
            return True
        ends = beside(self._low.numbers, self._high, padded=self._padded)
        return not self._low.series and (ends in (-1, None) or (ends == 0 and span.with_end))

    @property
    def constant(self) -> bool:
        """True where no version but the very text can change what is said."""
        return self._fixed is not None or self._silent

    def _fits(self, bound: Bound | None) -> bool:
        """Semantic versions have three parts; what one large number stands for is read the long way."""
        if bound is None or (self.order.coarse and is_build(bound.numbers)):
            return False
        return bound.series or not self._padded or len(bound.numbers) <= 3

    def read(self, version: Text) -> Reading:
        """What the entry says of a version (empty text: not stated)."""
        numbers = version.numbers
        if numbers is None or not self._plain or (self._padded and len(numbers) > 3):
            return self._fixed or self._long(version)
        span, low, high = self.span, self._low, self._high
        if span is None:
            if version.text == self.stated:
                return self._exact
            at = beside(numbers, low, padded=self._padded) if low else None
            if at is None:
                return self._too_coarse(version.text, self.stated)
            return self._inside if at == 0 else self._before if at < 0 else self._past
        above = beside(numbers, low, padded=self._padded) if low else 1
        below = beside(numbers, high, padded=self._padded) if high else -1
        if below is not None and (below > 0 or (below == 0 and not span.with_end)):
            return self._past
        if above is not None and (above < 0 or (above == 0 and span.past_start)):
            return self._before
        if above is None or below is None:
            return self._long(version)
        return self._inside

    def _long(self, version: Text) -> Reading:
        if self._silent and version.text != self.stated:
            return self._nameless
        if (known := self._known.get(version.text)) is None:
            known = self._reading(version.text)
            if len(self._known) < _MOST_KNOWN and len(version.text) < _MOST_KNOWN:
                self._known[version.text] = known
        return known

    @property
    def texts(self) -> frozenset[str]:
        """What a version may equal as it stands, whatever its order."""
        return frozenset((self.stated, self.text)) if self.text else frozenset((self.stated,))

    def _reading(self, version: str) -> Reading:
        """The rule in full. `read` gives the same for plain numbers, sooner."""
        if version and self.text == version:
            return replace(self._exact, says=f"lists {shown(version)} itself")
        if self.explicit and self.span:
            return self._with_changes(self._range(self.span, version), version)
        if version and self.stated == version:
            return self._exact
        return self._range(self.span, version) if self.span else self._single(version)

    # Readings that do not depend on the version: made when first asked for.

    @cached_property
    def _exact(self) -> Reading:
        return Reading(_ONE[self.status], False, f"lists {shown(self.stated)} itself", status=self.status)

    @cached_property
    def _nameless(self) -> Reading:
        what = (
            f"The record names no version here, only {shown(self.stated)}."
            if self.stated
            else "The record leaves the version empty."
        )
        return replace(_doubtful(self.status, what), status=self.status)

    @cached_property
    def _inside(self) -> Reading:
        if self.span is None:
            return Reading(_ONE[self.status], False, self._lists, assumed=_with(self.order), status=self.status)
        return Reading(_ONE[self.status], False, self.span, False, self._ends, assumed=self._assumed, status=self.status)

    @cached_property
    def _before(self) -> Reading:
        if self.span is None:
            return Reading(_NONE, True, self._lists, past=False, status=self.status)
        return Reading(_NONE, True, self.span, False, self._ends, assumed=self._assumed, status=self.status)

    @cached_property
    def _past(self) -> Reading:
        return replace(self._before, past=True)

    @property
    def _lists(self) -> str:
        return f"lists {shown(self.stated)}"

    @property
    def _ends(self) -> bool:
        return self.span is not None and self.span.end not in (None, "*")

    @cached_property
    def _assumed(self) -> tuple[str, ...]:
        """What a range assumes, whichever side of it a version is on."""
        span = self.span
        compared = _with(self.order) if span and (self._ends or not _unbounded(span)) else ()
        return _read_from(span) + compared if span else ()

    # The long way.

    def _single(self, version: str) -> Reading:
        """One version, not a range: equal or not. Texts that may stand for more than one version decide nothing."""
        stated, order = self.stated, self.order
        if self._silent:
            return self._nameless
        if not version:
            return _doubtful(self.status, _NOT_STATED)
        if stated.endswith("*"):
            return _doubtful(self.status, f"The record's {shown(stated)} is a series, listed where one version should stand.")
        if order.failing is Verdict.UNKNOWN and not order.reads(stated, version):
            if _clearly_other(stated, version):
                return Reading(_NONE, True, self._lists)
            why = f"The record's {shown(stated)} is not one plain version, so it does not tell whether {shown(version)} is meant."
            return _doubtful(self.status, why)
        try:
            position = order.position(version, stated)
        except UnreadableError as trouble:
            return _doubtful(self.status, _sentence(trouble.why), trouble.verdict)
        if position == EQUAL:
            return self._inside
        if 0 not in position:
            return self._past if position != BELOW else self._before
        return self._too_coarse(version, stated)

    def _too_coarse(self, version: str, bound: str) -> Reading:
        """The missing parts of the version could decide."""
        draws = "draws a line at" if self.span else "lists"
        why = f"{shown(version)} is too coarse: the record {draws} {shown(bound)}, and the missing parts could decide."
        assumed = _read_from(self.span) if self.span else ()
        return Reading(_ONE[self.status], True, why, ends=self._ends, assumed=assumed, status=self.status)

    def _range(self, span: Range, version: str) -> Reading:
        """A range: inside when at or after its start and before its end. Each side may be undecided on its own."""
        status, order, ends = self.status, self.order, self._ends
        if self._broken:
            return self._of_broken(span, version)
        unbounded = _unbounded(span)
        if not version and not (unbounded and not ends):
            return _doubtful(status, _NOT_STATED, ends=ends)
        after = True if unbounded else _side(version, span.start, order, wanted={1} if span.past_start else {0, 1})
        before = _side(version, span.end, order, wanted={-1, 0} if span.with_end else {-1}) if ends else True
        if before is False or after is False:
            return self._past if before is False else self._before
        if (before is True and after is True) or _is_an_end(span, version):
            return self._inside
        trouble = before if isinstance(before, UnreadableError) else after
        assert isinstance(trouble, UnreadableError)  # noqa: S101  (the four cases above leave no other)
        return Reading(
            _ONE[status], True, _sentence(trouble.why), ends=ends, doubt=trouble.verdict, assumed=_read_from(span), status=status
        )

    @cached_property
    def _broken(self) -> str:
        """Whether the ends of the range are `swapped`, or it is `empty` as it is written; else (or not to be told) nothing."""
        span, order = self.span, self.order
        if span is None or span.start is None or span.end in (None, "*") or is_first(span.start):
            return ""
        if span.start == span.end:
            up_to_here = self._product and self.explicit  # so these products mean it
            return "" if span.with_end and not up_to_here else "empty"
        early = order.coarse and _prereleases.beside(span.start, span.end or "")
        try:
            ends = early or order.position(span.start, span.end or "")
        except UnreadableError:
            return "swapped" if self._of_builds else ""
        return "swapped" if ends == {1} else "empty" if ends == EQUAL and not span.with_end else ""

    @property
    def _of_builds(self) -> bool:
        """True for a range that starts at a build or year and ends at a lower dotted version (`2021` to `9.57`)."""
        low, high = (bound_of(text or "") for text in (self.span.start, self.span.end)) if self.span else (None, None)
        return bool(self.order.coarse and low and high and is_build(low.numbers) and low.numbers > high.numbers)

    def _of_broken(self, span: Range, version: str) -> Reading:
        """Swapped ends are not evaluable. An empty range says something only of what is at or past its end."""
        start, end = shown(span.start or ""), shown(span.end or "")
        if self._broken == "swapped":
            why = f"The record's range has its ends swapped: it starts at {start} and ends at {end}."
            return _doubtful(self.status, why, Verdict.NOT_EVALUABLE, ends=True)
        if version and span.with_end and _side(version, span.start, self.order, wanted={0}) is True:
            return self._inside
        if version and _side(version, span.start, self.order, wanted={1} if span.with_end else {0, 1}) is True:
            return Reading(_NONE, True, span, True, True, assumed=_with(self.order), status=self.status)
        why = f"The record's range is empty as it is written: it starts at {start} and ends before it."
        return _doubtful(self.status, why, ends=True)

    def _with_changes(self, reading: Reading, version: str) -> Reading:
        """The status inside the range after its `changes`: the last one at or below the version counts."""
        if not reading.statuses or not self.changes or (self._broken and reading.outside):
            return reading
        if len(self.changes) > MOST_CHANGES:
            why = f"The record lists {len(self.changes):,} changes inside one range, more than the {MOST_CHANGES:,} that are read."
            return replace(reading, statuses=_EVERY, says=why, doubt=Verdict.NOT_EVALUABLE)
        order, statuses, what = self.order, set(reading.statuses), reading.what
        if version and self._disorder:
            why, place = self._disorder
            if place is None or _side(version, place, order, wanted={0, 1}) is not False:
                return replace(reading, statuses=_EVERY, says=why, doubt=Verdict.NOT_EVALUABLE)
        doubt, compared = reading.doubt, reading.assumed
        fixed: tuple[str, Verdict] | None = None
        for at, status in self.steps:
            stated = bool(version)
            reached = _side(version, at, order, wanted={0, 1}) if stated else UnreadableError(_NOT_STATED[:-1], Verdict.UNKNOWN)
            if reached is False and fixed and fixed[1] is status is not self.status and version != fixed[0]:
                statuses, doubt = {status, self.status}, Verdict.UNKNOWN
                what = SAID_AGAIN.format(_WORDS[status], shown(fixed[0]), shown(at), shown(version))
            fixed = (at, status) if reached is True else None
            if reached is True:
                statuses, what = {status}, what if reading.outside else f"{reading.what}, {_WORDS[status]} from {shown(at)} on"
                compared = compared if version == at else (*compared, *_with(order))
            elif reached is not False:
                what = what if status in statuses or reading.outside else _sentence(reached.why)
                statuses.add(status)
                doubt = reached.verdict
        if fixed and self._said_again and self._ends and fixed[1] is not self.status and version != fixed[0]:
            statuses, doubt = {fixed[1], self.status}, Verdict.UNKNOWN
            end = shown(self.span.end or "") if self.span else ""
            what = SAID_AGAIN.format(_WORDS[fixed[1]], shown(fixed[0]), end, shown(version))
        return replace(reading, statuses=frozenset(statuses), says=what, doubt=doubt, assumed=tuple(dict.fromkeys(compared)))

    @cached_property
    def steps(self) -> list[tuple[str, Verdict]]:
        """Changes by where they take place; what is no version comes last, where its doubt stays."""
        return in_order(self._stated_changes, self.order)

    @property
    def _said_again(self) -> bool:
        """True where one change says what the one before it said: fixes of several branches, of which the end is then one, too."""
        return any(one is other is not self.status for (_, one), (_, other) in pairwise(self.steps))

    @cached_property
    def _disorder(self) -> tuple[str, str | None] | None:
        start = self.span.start if self.span and not _unbounded(self.span) else None
        return disorder(self._stated_changes, self.order, start=start, status=self.status)

    @property
    def _stated_changes(self) -> list[tuple[str, Verdict]]:
        listed = [change for change in self.changes or () if isinstance(change, Mapping)]
        return [(_written(change.get("at")).strip(), _status(_written(change.get("status")))) for change in listed]


_compiled = lru_cache(maxsize=65_536)(Entry)
_WORDS = {Verdict.AFFECTED: "affected", Verdict.NOT_AFFECTED: "not affected", Verdict.UNKNOWN: "not known"}


def _status(stated: str) -> Verdict:
    return STATUSES.get(stated.strip().casefold(), Verdict.UNKNOWN)


def _written(value: object) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def _doubtful(status: Verdict, why: str, doubt: Verdict = Verdict.UNKNOWN, *, ends: bool = False) -> Reading:
    return Reading(_ONE[status], True, why, doubt=doubt, ends=ends, status=status)


def _unbounded(span: Range) -> bool:
    """True where a range has no lower bound: none, `*`, or `0`."""
    return span.start is None or span.start == "*" or is_first(span.start)


def _read_from(span: Range) -> tuple[str, ...]:
    """What reading the range itself assumes."""
    assumed: tuple[str, ...] = (f"The range is read from the text {shown(span.text)}.",) if span.text else ()
    if any(bound and _prereleases.of(bound) for bound in (span.start, span.end)):
        assumed = (*assumed, _prereleases.ASSUMED)
    return (*assumed, "The range starts at `*`, which is taken as: no lower bound.") if span.start == "*" else assumed


def _clearly_other(stated: str, version: str) -> bool:
    """True for two single tokens of which neither can be a way to write the other, or a pattern.

    `10.1(2)` and `10.1.2`, `Rev2.0` and `2.0` have the same numbers, and may be one version; `16.9.1a` and `16.9.1b` are not.
    """
    if not is_other_token(stated) or not is_other_token(version):
        return False
    one, other = (text.casefold().lstrip("v") for text in (stated, version))
    if one.startswith(other) or other.startswith(one):
        return False
    if numbers_in(one) != numbers_in(other):
        return True
    words = [_WORDS_IN.findall(text) for text in (one, other)]
    return words[0] != words[1] and len(words[0]) == len(words[1]) and all(len(word) == 1 for text in words for word in text)


def is_other_than(texts: Iterable[str], version: str) -> bool:
    """True where a text is none of these and, if it is a token, surely another one than each token among them."""
    if not is_other_token(version):
        return version not in texts
    return all(_clearly_other(text, version) or (text != version and not is_other_token(text)) for text in texts)


@lru_cache(maxsize=65_536)
def numbers_in(text: str) -> tuple[str, ...]:
    """Every number that stands in a text, each without the zeros before it, all without those at the end (0 is empty)."""
    found = [number.lstrip("0") for number in _NUMBERS_IN.findall(text)]
    while found and not found[-1]:
        found.pop()
    return tuple(found)


def is_other_token(text: str) -> bool:
    """True for a single token with a digit that is no pattern (`12.x`) and no span (`1-3`)."""
    return bool(_TOKEN.fullmatch(text)) and not _WILD.search(text) and any(map(str.isdigit, text))


def _is_an_end(span: Range, version: str) -> bool:
    """True for the very text that the range starts at or ends with: equality decides where the other end cannot be read."""
    ends = [span.start] * (not span.past_start) + [span.end] * span.with_end
    other = (span.end if version == span.start else span.start) or ""
    return version in ends and not (is_plain(version) and is_plain(other.removesuffix(".*")))


def _side(version: str, bound: str | None, order: Order, wanted: set[int]) -> bool | UnreadableError:
    """Is the version on the wanted side of a bound? True, False, or why that cannot be told."""
    if version == bound and not version.endswith("*"):
        return 0 in wanted
    if bound is None or not (any(c.isdigit() for c in bound) or (isinstance(order, ProductOrder) and order.reads(bound))):
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


def _with(order: Order) -> tuple[str, ...]:
    return (order.assumed,) if order.assumed else ()


def _sentence(text: str) -> str:
    return (f"The {text[4:]}" if text.startswith("the ") else text) + "."


_NO_OBJECT = Entry(
    None,
    None,
    None,
    None,
    None,
    fixed=_doubtful(Verdict.UNKNOWN, "An entry of the record is no object, and cannot be read.", Verdict.NOT_EVALUABLE),
)
