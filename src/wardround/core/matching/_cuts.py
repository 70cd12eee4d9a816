"""Where the answer of an entry can change, along the plain dotted versions of a product.

Between two cuts every plain version reads an entry alike, so that one of them can speak for all (`_bulk`). Versions that are
too coarse for a bound, and texts that an entry names as they stand, stand apart.
"""

from dataclasses import dataclass

from wardround.core.matching import _prereleases
from wardround.core.matching._entries import MOST_CHANGES, Entry, is_other_token, numbers_in
from wardround.core.matching._numbers import Bound, bound_of
from wardround.core.matching._orders import Order, is_build

_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Cuts:
    """The bounds of an entry, the texts that it names as they stand, and whether three parts make a version (`padded`).

    Versions that are no plain numbers all read alike here, unless one is among `texts`, an order of `orders` can read it, or
    it can be told from one of `tokens`.
    """

    bounds: frozenset[Bound] = frozenset()
    texts: frozenset[str] = frozenset()
    padded: bool = False
    orders: frozenset[Order] = frozenset()
    tokens: frozenset[str] = frozenset()


def cuts_of(entry: Entry) -> Cuts | None:
    """The cuts of an entry; None where its answers hang on more than the place of a plain version. Kept with the entry."""
    if not entry.cut:
        entry.cuts, entry.cut = _cuts(entry), True
    found = entry.cuts
    return found if isinstance(found, Cuts) else None


def _cuts(entry: Entry) -> Cuts | None:
    order, span, stated = entry.order, entry.span, entry.texts
    if entry.constant:
        return Cuts(texts=stated)
    ends = [text for text in ((span.start, span.end) if span else (entry.stated,)) if text]
    steps = [at for at, _ in entry.steps] if len(entry.changes or ()) <= MOST_CHANGES else []
    texts = stated.union(ends, steps)
    if order.name == "git":
        return Cuts(texts=texts)
    if not order.coarse and order.name != "semver":
        return None
    if span is None and bound_of(entry.stated) is None:
        return _beside_a_token(entry.stated) if order.coarse else None
    bounds = {text: bound_of(text) or (_of_its_release(text) if order.coarse else None) for text in (*ends, *steps)}
    if not order.coarse and any(bound is None and any(map(str.isdigit, text)) for text, bound in bounds.items()):
        return None
    kept = frozenset(bound for bound in bounds.values() if bound)
    if order.coarse and any(is_build(bound.numbers) for bound in kept):
        return None
    orders = frozenset() if order.coarse else frozenset({order})
    return Cuts(kept, texts, not order.coarse, orders, stated if span is None and order.coarse else frozenset())


def _of_its_release(text: str) -> Bound | None:
    """Plain versions stand beside `2.0.0-rc.1` as they do beside the release that it came before, but for that one itself."""
    early = _prereleases.of(text)
    return Bound(early[0], False) if early else None


def _beside_a_token(stated: str) -> Cuts | None:
    """A single version with letters decides nothing for the versions that it begins with, and is another than all the rest."""
    if not is_other_token(stated):
        return Cuts(texts=frozenset({stated}))
    flat = stated.casefold().lstrip("v")
    if len(flat) > _LONGEST:
        return None
    begins = [flat[:end] for end in range(1, len(flat) + 1)]
    texts = frozenset(f"{v}{text}" for text in begins for v in ("", "v", "V"))
    # A plain version of the same numbers may be another way to write it.
    same = tuple(int(number or 0) for number in numbers_in(flat))
    return Cuts(frozenset({Bound(same or (0,), False)}), texts | {stated}, tokens=frozenset({stated}))
