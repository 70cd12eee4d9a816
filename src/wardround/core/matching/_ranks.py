"""Versions of one product in order, and where a bound cuts that order: by plain numbers, a package scheme, a reviewed order.

A set of versions is an integer with one bit for each. See `_ranked`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from wardround.core.matching._forms import LARGER_THAN_ANY, Form
from wardround.core.matching._numbers import Bound, Numbers
from wardround.core.matching._orders import Order, UnreadableError

_BEYOND = float("inf")
Cut = tuple[Any, bool]
"""Where a rank is cut: before a key, or (True) after it."""


class Rank:
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


def plain_key(numbers: Numbers | None) -> tuple[float, ...] | None:
    """Numbers without the zeros at their end, which change no comparison."""
    if numbers is None:
        return None
    end = len(numbers)
    while end and not numbers[end - 1]:
        end -= 1
    return numbers[:end]


def cuts_at(bound: Bound) -> list[Cut]:
    if bound.series:
        return [((*bound.numbers, _BEYOND), False)]
    key = plain_key(bound.numbers)
    return [(key, False), (key, True)]


def reads(order: Order, text: str) -> bool:
    return key_of_order(order, text) is not None


def key_of_order(order: Order, text: str) -> Any:
    try:
        return order.key(text)
    except UnreadableError:
        return None


def cuts_of_order(order: Order, text: str) -> list[Cut] | None:
    """Where a bound stands. What has no digit (`*`, `n/a`) is no place for any version alike."""
    if not any(map(str.isdigit, text)):
        return []
    key = None if text.endswith("*") else key_of_order(order, text)
    return None if key is None else [(key, False), (key, True)]


def key_of_form(form: Form, text: str) -> Any:
    """The place of a version that its product's first way to compare reads as one."""
    if not text or not form.reads(text):
        return None
    first = form.spans(text)[0]
    return first.low if first.exact and not text.endswith("*") else None


def cuts_of_form(form: Form, text: str) -> list[Cut] | None:
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
