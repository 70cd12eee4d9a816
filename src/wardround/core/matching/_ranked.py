"""What one entry says of every version of a product at once: a few comparisons with its bounds, and not one for each version.

Versions are numbered, and a set of them is an integer with one bit for each. They are ranked once by each order that their
records use: plain numbers, a package scheme, a product's reviewed order (`_forms`). The bounds of an entry cut the rank into
cells; all that stand in one cell read the entry alike, so it is asked once for each. Whatever has no certain place (too coarse
for a bound, named by its very text, letters...) is asked about on its own. The words are `Entry.read`'s: nothing is decided here.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from wardround.core.matching._cuts import Cuts, cuts_of
from wardround.core.matching._entries import MOST_CHANGES, Entry, _clearly_other, is_other_token, numbers_in
from wardround.core.matching._forms import Form
from wardround.core.matching._numbers import Numbers, Text
from wardround.core.matching._orders import Order, is_commit, is_plain
from wardround.core.matching._product_order import ProductOrder
from wardround.core.matching._ranks import (
    Cut,
    Rank,
    cuts_at,
    cuts_of_form,
    cuts_of_order,
    key_of_form,
    key_of_order,
    plain_key,
    reads,
)
from wardround.core.matching._weighing import Said, said_of
from wardround.core.vocab import Verdict


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
            elif text and not is_plain(text):
                self._odd |= 1 << place
        self._ranks: dict[object, Rank] = {}
        self._read: dict[Entry, list[tuple[Said, int]]] = {}

    def readings(self, entry: Entry) -> list[tuple[Said, int]]:
        """What an entry says of which of them: each version is in one of the sets."""
        if (found := self._read.get(entry)) is None:
            found = self._read[entry] = list(self._readings(entry).items())
        return found

    def _readings(self, entry: Entry) -> dict[Said, int]:
        found: dict[Said, int] = {}
        for members in self._alike(entry):
            said = said_of(entry.read(self.texts[(members & -members).bit_length() - 1]))
            found[said] = found.get(said, 0) | members
        return found

    def _alike(self, entry: Entry) -> Iterator[int]:
        """Sets of versions that read the entry alike, together all of them."""
        if (cuts := cuts_of(entry)) is not None:
            yield from self._by_place(cuts, entry)
            return
        if entry.span is None and entry.order.failing is Verdict.UNKNOWN and not entry.order.reads(entry.stated):
            apart = self.called({"", entry.stated})
            yield from self._unread(self.every & ~apart, {entry.stated})
            yield from self._apart(apart)
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
        others = rank.left & ~self.called(named)
        yield from self._unread(rank.unread & others, [entry.stated] if entry.span is None else ())
        if isinstance(entry.order, ProductOrder) and (form := entry.order.form):
            coarse = others & ~rank.unread & ~self.called([""])
            yield from self._coarse(coarse, form, ends, named)
            others = rank.unread & others | coarse
        else:
            others &= rank.unread
        yield from self._apart(apart & ~others)

    def _by_place(self, cuts: Cuts, entry: Entry) -> Iterator[int]:
        """The same for an entry whose bounds are plain numbers."""
        rest = self.every
        for cell in self.cells(cuts):
            rest &= ~cell
            yield cell
        odd = rest & self._odd & ~self.called(cuts.texts) if entry.order.name != "git" else 0
        if cuts.orders:
            odd &= ~sum(one for one in self._apart(odd) if any(reads(order, self._text(one)) for order in cuts.orders))
        yield from self._unread(odd, cuts.tokens)
        yield from self._apart(rest & ~odd)

    def _unread(self, members: int, tokens: Iterable[str]) -> Iterator[int]:
        """Versions that cannot be held against an entry are alike, but for those that are surely another than its token."""
        parts = [members]
        for token in tokens:
            others = self._other_than(token)
            parts = [part & side for part in parts for side in (others, ~others)]
        yield from filter(None, parts)

    def _other_than(self, token: str) -> int:
        """Those that are surely another version than a token: the short way of `_clearly_other` for many."""
        if not is_other_token(token):
            return 0
        found, flat = 0, token.casefold().lstrip("v")
        numbers = numbers_in(flat)
        for one, text, other, others in self._tokens:
            if not (flat.startswith(other) or other.startswith(flat)) and (numbers != others or _clearly_other(token, text)):
                found |= one
        return found

    @cached_property
    def _tokens(self) -> list[tuple[int, str, str, tuple[str, ...]]]:
        """Those that are a single token: who writes it, as it is written, in small letters, the numbers in it."""
        flat = {text: text.casefold().lstrip("v") for text in self._by_text if is_other_token(text)}
        return [(self._by_text[text], text, other, numbers_in(other)) for text, other in flat.items()]

    def _coarse(self, members: int, form: Form, ends: Sequence[Cut], named: Iterable[str]) -> Iterator[int]:
        """Versions that stand for several of a product with an order of its own: alike where both their ends are."""
        if not members:
            return
        cuts = sorted(set(ends))
        bounds = {form.spans(text) for text in named if any(map(str.isdigit, text))}
        alike: dict[object, int] = defaultdict(int)
        for one in self._apart(members):
            spans = form.spans(text := self._text(one))
            ends_of = spans[0].low, spans[0].high
            single = len(spans) > 1 or text.endswith("*") or spans in bounds
            alike[one if single else tuple([key < at or (key == at and not after) for at in ends_of for key, after in cuts])] |= one
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
        ends = [cut for bound in cuts.bounds for cut in cuts_at(bound)]
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
    def _plain(self) -> Rank:
        return self._rank("plain", lambda text: plain_key(text.numbers))

    @property
    def _short(self) -> Rank:
        return self._rank("short", lambda text: plain_key(text.numbers) if len(text.numbers or ()) <= 3 else None)

    @property
    def _long(self) -> Rank:
        return self._rank("long", lambda text: plain_key(text.numbers) if len(text.numbers or ()) > 3 else None)

    def _rank_of(self, order: Order) -> Rank | None:
        """The rank by an order in which every version that it reads has a place of its own; None where it is no such order."""
        if isinstance(order, ProductOrder) and (form := order.form):
            return self._rank(
                form,
                lambda text: key_of_form(form, text.text),
                cuts=lambda text: cuts_of_form(form, text),
                readable=lambda text: form.reads(text.text),
            )
        if order.coarse or order.with_release or order.name == "git":
            return None
        return self._rank(
            (order.name, order.read),
            lambda text: None if text.text.endswith("*") else key_of_order(order, text.text),
            cuts=lambda text: cuts_of_order(order, text),
            readable=lambda text: reads(order, text.text),
        )

    def _rank(
        self,
        which: object,
        key: Callable[[Text], Any],
        *,
        cuts: Callable[[str], list[Cut] | None] = lambda text: None,
        readable: Callable[[Text], bool] = lambda text: True,
    ) -> Rank:
        if (rank := self._ranks.get(which)) is None:
            unread = sum(1 << place for place, text in enumerate(self.texts) if text.text and not readable(text))
            rank = self._ranks[which] = Rank([key(text) for text in self.texts], cuts, unread)
        return rank


def singly(members: int) -> Iterator[int]:
    """Each version of a set for itself."""
    while members:
        one = members & -members
        yield one
        members ^= one


def numbers_of(members: int) -> Iterator[int]:
    """The numbers of the versions of a set."""
    return (one.bit_length() - 1 for one in singly(members))


def _named(entry: Entry) -> set[str] | None:
    """Every text of an entry that a version can be held against; None where there are too many."""
    if len(entry.changes or ()) > MOST_CHANGES:
        return None
    span = entry.span
    return {text for text in (*entry.texts, *((span.start, span.end) if span else ()), *(at for at, _ in entry.steps)) if text}
