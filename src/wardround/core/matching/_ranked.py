"""What one entry says of every version of a product at once: a few comparisons with its bounds, and not one for each version.

Versions are numbered, and a set of them is an integer with one bit for each. They are ranked once by each order that their
records use: plain numbers, a package scheme, a product's reviewed order (`_forms`). The bounds of an entry cut the rank into
cells; all that stand in one cell read the entry alike, so it is asked once for each. Whatever has no certain place (too coarse
for a bound, named by its very text, letters...) is asked about on its own. The words are `Entry.read`'s: nothing is decided here.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from wardround.core.matching._cuts import Cuts, cuts_of
from wardround.core.matching._entries import MOST_CHANGES, Entry, _clearly_other
from wardround.core.matching._forms import LARGER_THAN_ANY, Form
from wardround.core.matching._numbers import Bound, Numbers, Text
from wardround.core.matching._orders import Order, UnreadableError, is_commit
from wardround.core.matching._product_order import ProductOrder
from wardround.core.vocab import Verdict

_BEYOND = float("inf")
Cut = tuple[Any, bool]
"""Where a rank is cut: before a key, or (True) after it."""


class Said(NamedTuple):
    """A `Reading` as far as verdicts go."""

    statuses: frozenset[Verdict]
    outside: bool
    past: bool
    ends: bool
    doubt: Verdict
    bad: bool


class Versions:
    """Versions of one product, numbered in their order. `every` is all of them."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self.texts = tuple(texts)
        self.every = (1 << len(self.texts)) - 1
        self._by_text: dict[str, int] = defaultdict(int)
        self._by_numbers: dict[Numbers, int] = defaultdict(int)
        self._odd = 0
        for place, (text, numbers) in enumerate(self.texts):
            self._by_text[text] |= 1 << place
            if numbers is not None:
                self._by_numbers[numbers] |= 1 << place
            elif text:
                self._odd |= 1 << place
        self._ranks: dict[object, _Rank] = {}
        self._read: dict[Entry, list[tuple[Said, int]]] = {}

    def readings(self, entry: Entry) -> list[tuple[Said, int]]:
        """What an entry says of which of them: each version is in one of the sets."""
        if (found := self._read.get(entry)) is None:
            found = self._read[entry] = list(self._readings(entry).items())
        return found

    def _readings(self, entry: Entry) -> dict[Said, int]:
        found: dict[Said, int] = defaultdict(int)
        for members in self._alike(entry):
            reading = entry.read(self.texts[(members & -members).bit_length() - 1])
            decided = len(reading.statuses) + reading.outside == 1
            doubt = Verdict.UNKNOWN if decided else reading.doubt
            said = Said(
                reading.statuses, reading.outside, bool(reading.past), reading.ends, doubt, reading.status is Verdict.AFFECTED
            )
            found[said] |= members
        return found

    def _alike(self, entry: Entry) -> Iterator[int]:
        """Sets of versions that read the entry alike, together all of them."""
        if (cuts := cuts_of(entry)) is not None:
            yield from self._by_place(cuts, entry)
            return
        rank, named = self._rank_of(entry.order), _named(entry)
        ends = None if rank is None or named is None else rank.cuts(named)
        if rank is None or named is None or ends is None:
            yield from self._apart(self.every)
            return
        apart = self.called(named) | rank.left
        for cell in rank.cells(ends):
            if rest := cell & ~apart:
                yield rest
        yield from self._unread(rank.unread & ~self.called(named), {entry.stated} if entry.span is None else ())
        yield from self._apart(apart & ~(rank.unread & ~self.called(named)))

    def _by_place(self, cuts: Cuts, entry: Entry) -> Iterator[int]:
        """The same for an entry whose bounds are plain numbers."""
        rest = self.every
        for cell in self.cells(cuts):
            rest &= ~cell
            yield cell
        odd = rest & self._odd & ~self.called(cuts.texts) if entry.order.name != "git" else 0
        if cuts.orders:
            odd &= ~sum(one for one in self._apart(odd) if any(_reads(order, self._text(one)) for order in cuts.orders))
        yield from self._unread(odd, cuts.tokens)
        yield from self._apart(rest & ~odd)

    def _unread(self, members: int, tokens: Collection[str]) -> Iterator[int]:
        """Versions that the order of an entry cannot read are alike, unless one is surely another than a token that it lists."""
        if not tokens or not members:
            yield from (members,) if members else ()
            return
        alike: dict[frozenset[str], int] = defaultdict(int)
        for one in self._apart(members):
            text = self._text(one)
            alike[frozenset(token for token in tokens if _clearly_other(token, text))] |= one
        yield from alike.values()

    def _apart(self, members: int) -> Iterator[int]:
        """Each version of a set for itself, whoever writes it."""
        while members:
            one = self._by_text[self._text(members)] & members
            yield one
            members ^= one

    def _text(self, members: int) -> str:
        return self.texts[(members & -members).bit_length() - 1].text

    def cells(self, cuts: Cuts) -> Iterator[int]:
        """The plain versions that stand alike to these bounds. What is too coarse for one, or named by its text, is in none."""
        apart = self.called(cuts.texts)
        for numbers, _ in cuts.bounds:
            for parts in range(1, len(numbers)):
                apart |= self._by_numbers.get(numbers[:parts], 0)
        ends = [cut for bound in cuts.bounds for cut in _at(bound)]
        for rank in (self._short, self._long) if cuts.padded else (self._plain,):
            for cell in rank.cells(ends):
                if rest := cell & ~apart:
                    yield rest

    def called(self, texts: Iterable[str]) -> int:
        """Those that bear one of these very texts."""
        found = 0
        for text in texts:
            found |= self._by_text.get(text, 0)
        return found

    @cached_property
    def commits(self) -> int:
        """Those that can be git commits, or are not stated."""
        return sum(1 << place for place, (text, _) in enumerate(self.texts) if not text or is_commit(text))

    @property
    def _plain(self) -> "_Rank":
        return self._rank("plain", lambda text: _plain_key(text.numbers))

    @property
    def _short(self) -> "_Rank":
        return self._rank("short", lambda text: _plain_key(text.numbers) if len(text.numbers or ()) <= 3 else None)

    @property
    def _long(self) -> "_Rank":
        return self._rank("long", lambda text: _plain_key(text.numbers) if len(text.numbers or ()) > 3 else None)

    def _rank_of(self, order: Order) -> "_Rank | None":
        """The rank by an order in which every version that it reads has a place of its own; None where it is no such order."""
        if isinstance(order, ProductOrder) and (form := order.form):
            return self._rank(
                form,
                lambda text: _of_form(form, text.text),
                cuts=lambda text: _cuts_of_form(form, text),
                reads=lambda text: form.reads(text.text),
            )
        if order.coarse or order.with_release or order.name == "git":
            return None
        return self._rank(
            (order.name, order.read),
            lambda text: None if text.text.endswith("*") else _of_order(order, text.text),
            cuts=lambda text: _cuts_of_order(order, text),
            reads=lambda text: _reads(order, text.text),
        )

    def _rank(
        self,
        which: object,
        key: Callable[[Text], Any],
        *,
        cuts: Callable[[str], list[Cut] | None] = lambda text: None,
        reads: Callable[[Text], bool] = lambda text: True,
    ) -> "_Rank":
        if (rank := self._ranks.get(which)) is None:
            unread = sum(1 << place for place, text in enumerate(self.texts) if text.text and not reads(text))
            rank = self._ranks[which] = _Rank([key(text) for text in self.texts], cuts, unread)
        return rank


class _Rank:
    """Versions in order of their keys; `left` are those without one, and of these `unread` those that the order cannot read."""

    def __init__(self, keys: Sequence[Any], cuts: Callable[[str], list[Cut] | None], unread: int) -> None:
        ranked = sorted((key, place) for place, key in enumerate(keys) if key is not None)
        self.keys = [key for key, _ in ranked]
        self._upto = [0]
        for _, place in ranked:
            self._upto.append(self._upto[-1] | 1 << place)
        self.left, self.unread = ((1 << len(keys)) - 1) & ~self._upto[-1], unread
        self._cuts, self._known = cuts, dict[str, list[Cut] | None]()

    def cuts(self, texts: Iterable[str]) -> list[Cut] | None:
        """Where these bounds cut the order; None where one of them has no certain place in it."""
        found: list[Cut] = []
        for text in texts:
            if text not in self._known:
                self._known[text] = self._cuts(text)
            if (cuts := self._known[text]) is None:
                return None
            found += cuts
        return found

    def cells(self, cuts: Iterable[Cut]) -> Iterator[int]:
        """The versions between one cut and the next."""
        keys, upto = self.keys, self._upto
        start = 0
        for end in sorted({bisect_right(keys, key) if after else bisect_left(keys, key) for key, after in cuts} | {len(keys)}):
            if end > start:
                yield upto[end] & ~upto[start]
                start = end


def singly(members: int) -> Iterator[int]:
    """Each version of a set for itself."""
    while members:
        one = members & -members
        yield one
        members ^= one


def numbers_of(members: int) -> Iterator[int]:
    """The numbers of the versions of a set."""
    return (one.bit_length() - 1 for one in singly(members))


def _plain_key(numbers: Numbers | None) -> tuple[float, ...] | None:
    """Numbers without the zeros at their end, which change no comparison."""
    if numbers is None:
        return None
    end = len(numbers)
    while end and not numbers[end - 1]:
        end -= 1
    return numbers[:end]


def _at(bound: Bound) -> list[Cut]:
    if bound.series:
        return [((*bound.numbers, _BEYOND), False)]
    key = _plain_key(bound.numbers)
    return [(key, False), (key, True)]


def _named(entry: Entry) -> set[str] | None:
    """Every text of an entry that a version can be held against; None where there are too many."""
    if len(entry.changes or ()) > MOST_CHANGES:
        return None
    span = entry.span
    return {text for text in (entry.stated, *((span.start, span.end) if span else ()), *(at for at, _ in entry.steps)) if text}


def _reads(order: Order, text: str) -> bool:
    return _of_order(order, text) is not None


def _of_order(order: Order, text: str) -> Any:
    try:
        return order.key(text)
    except UnreadableError:
        return None


def _cuts_of_order(order: Order, text: str) -> list[Cut] | None:
    """Where a bound stands. What has no digit (`*`, `n/a`) is no place for any version alike."""
    if not any(map(str.isdigit, text)):
        return []
    key = None if text.endswith("*") else _of_order(order, text)
    return None if key is None else [(key, False), (key, True)]


def _of_form(form: Form, text: str) -> Any:
    """The place of a version that its product's first way to compare reads as one."""
    if not text or not form.reads(text):
        return None
    first = form.spans(text)[0]
    return first.low if first.exact and not text.endswith("*") else None


def _cuts_of_form(form: Form, text: str) -> list[Cut] | None:
    """Where such versions stand to a bound, if it is by the first way that they compare with it."""
    if not any(map(str.isdigit, text)):
        return []
    if not form.reads(text):
        return None
    first, *others = form.spans(text)
    if not first.exact and any(span.exact for span in others):
        return None
    if text.endswith("*"):
        return [((*first.prefix, *[LARGER_THAN_ANY] * (len(first.low) - first.written)), True)]
    return [(first.low, False), (first.low, True), *([] if first.exact else [(first.high, True)])]
