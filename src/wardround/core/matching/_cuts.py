"""Where the answer of an entry can change, along the plain dotted versions of a product.

Between two cuts every plain version reads an entry alike, so that one of them can speak for all (`_bulk`). What an entry says
of versions with letters, of ones too coarse for a bound, and of texts that it names as they stand is not told by cuts.
"""

from dataclasses import dataclass

from wardround.core.matching._entries import MOST_CHANGES, Entry, is_other_token
from wardround.core.matching._numbers import Bound, bound_of

_LONGEST = 60


@dataclass(slots=True)
class Cuts:
    """The bounds of an entry, the texts that it names as they stand, and whether three parts make a version (`padded`)."""

    bounds: frozenset[Bound] = frozenset()
    texts: frozenset[str] = frozenset()
    padded: bool = False


_NOWHERE = Cuts()


def cuts_of(entry: Entry) -> Cuts | None:
    """The cuts of an entry; None where its answers hang on more than the place of a plain version. Kept with the entry."""
    if not entry.cut:
        entry.cuts, entry.cut = _cuts(entry), True
    found = entry.cuts
    return found if isinstance(found, Cuts) else None


def _cuts(entry: Entry) -> Cuts | None:
    order, span = entry.order, entry.span
    if entry.constant:
        return _NOWHERE
    ends = [text for text in ((span.start, span.end) if span else (entry.stated,)) if text]
    if order.name == "git":
        return Cuts(texts=frozenset(ends) | {at for at, _ in entry.steps})
    if not order.coarse and order.name != "semver":
        return None
    if span is None and bound_of(entry.stated) is None:
        return _beside_a_token(entry.stated) if order.coarse else None
    steps = [at for at, _ in entry.steps] if len(entry.changes or ()) <= MOST_CHANGES else []
    bounds = {text: bound_of(text) for text in (*ends, *steps)}
    if not order.coarse and any(bound is None and any(map(str.isdigit, text)) for text, bound in bounds.items()):
        return None
    kept = frozenset(bound for bound in bounds.values() if bound)
    return Cuts(kept, frozenset(ends), not order.coarse)


def _beside_a_token(stated: str) -> Cuts | None:
    """A single version with letters decides nothing for the versions that it begins with, and is another than all the rest."""
    if not is_other_token(stated):
        return _NOWHERE
    flat = stated.casefold().lstrip("v")
    if len(flat) > _LONGEST:
        return None
    begins = [flat[:end] for end in range(1, len(flat) + 1)]
    return Cuts(texts=frozenset(f"{v}{text}" for text in begins for v in ("", "v", "V")))
