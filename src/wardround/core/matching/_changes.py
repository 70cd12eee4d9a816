"""The `changes` of an entry where they take place, and what makes them say nothing (CVE Record Format 5.1, versions.md)."""

from collections.abc import Sequence
from functools import cmp_to_key
from itertools import pairwise

from wardround.core.matching._orders import Order, UnreadableError, shown
from wardround.core.vocab import Verdict

Step = tuple[str, Verdict]


def in_order(steps: Sequence[Step], order: Order) -> list[Step]:
    """Changes by where they take place; what is no version comes last, where its doubt stays."""

    def before(one: Step, other: Step) -> int:
        return _sign(one[0], other[0], order)

    places = [step for step in steps if _is_place(step[0], order)]
    try:
        ordered = sorted(places, key=cmp_to_key(before))
    except UnreadableError:
        return list(steps)
    return ordered + [step for step in steps if not _is_place(step[0], order)]


def disorder(steps: Sequence[Step], order: Order, *, start: str | None, status: Verdict) -> tuple[str, str | None] | None:
    """Why the changes of a range tell nothing from a place on, and that place (None: anywhere in the range). Nothing where they do.

    A list out of order usually gives the fixes of several branches: taken one after the other, the first would clear the others'
    versions. A change before the range's `start` would clear all of it. One past its end is never reached, and common.
    """
    places = [step for step in steps if _is_place(step[0], order)]
    try:
        if start:
            for at, then in places:
                if then is not status and _sign(at, start, order) < 0:
                    return f"The record's range starts at {shown(start)}, and states a change at {shown(at)}, before that.", None
        for (one, _), (other, _) in pairwise(places):
            if _sign(one, other, order) > 0:
                first = in_order(places, order)[0][0]
                return f"The record lists changes out of order: {shown(one)}, and after it {shown(other)}.", first
        for (one, said), (other, says) in pairwise(in_order(places, order)):
            if says is not said and _sign(one, other, order) == 0:
                return f"The record states two changes at {shown(other)}, which disagree.", other
    except UnreadableError:
        return None
    return None


def _sign(at: str, other: str, order: Order) -> int:
    """Where a change stands to another text: a coarse one (`1` beside `1.1`) at the lowest version that it may stand for."""
    return min(order.position(at, other))


def _is_place(at: str, order: Order) -> bool:
    try:
        order.position(at, at)
    except UnreadableError:
        return False
    return True
