"""Where the answer of an object can change whose product has an order of its own (`_forms`), along plain dotted versions.

Only where that order reads both the version and every bound as the numbers that they are, with zeros for what is not written:
it is then the order of plain numbers. Which line a version is on counts too (`_nearer`), so each line of a bound is cut out.
"""

from functools import lru_cache

from wardround.core.matching._entries import MOST_CHANGES
from wardround.core.matching._forms import Form, form_named
from wardround.core.matching._numbers import Bound, Numbers, bound_of
from wardround.core.matching._objects import Shape
from wardround.core.matching._product_order import ProductOrder


def form_bounds(shape: Shape) -> set[Bound] | None:
    """The bounds of an object's entries, and of the lines that they are on; None where one is no plain version of its order."""
    found: set[Bound] = set()
    if (form := shape.form) is None:
        return found
    for entry in shape.entries:
        span, of_form = entry.span, isinstance(entry.order, ProductOrder)
        if len(entry.changes or ()) > MOST_CHANGES:
            return None
        if entry.constant and (span is None or span.end in (None, "*")):
            continue
        texts = [span.start, span.end] if span else [entry.stated]
        for text in [*texts, *(at for at, _ in entry.steps)]:
            if not text or (text == "*" and span) or not (of_form or form.reads(text)):
                continue
            bound = bound_of(text)
            if bound is None or not _is_plain(form, text.removesuffix(".*"), bound.numbers):
                return None
            found.add(bound)
            found |= {Bound(bound.numbers[:n], series) for n in range(1, len(bound.numbers) + 1) for series in (False, True)}
    return found


@lru_cache(maxsize=65_536)
def is_plain(form: str, text: str) -> bool:
    """True for a version of two or three numbers, that of its line among them, which a form takes for just these."""
    bound, own = bound_of(text), form_named(form)
    if bound is None or bound.series or not max(2, own.branch) <= len(bound.numbers) <= 3:
        return False
    return ".".join(map(str, bound.numbers)) == text and _is_plain(own, text, bound.numbers)


def _is_plain(form: Form, text: str, numbers: Numbers) -> bool:
    """True where a text stands for one version by every way to compare: its numbers, and zeros after them."""
    if text == "0":
        return True
    if not form.reads(text):
        return False
    zeros = ((*numbers, *[0] * (len(span.low) - len(numbers))) for span in form.spans(text))
    return all(span.low == low == span.high and span.prefix == numbers for span, low in zip(form.spans(text), zeros, strict=True))
