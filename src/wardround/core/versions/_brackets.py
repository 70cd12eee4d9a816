"""Intervals between brackets, as Maven and NuGet write them."""

import re

from wardround.core.versions._comparators import no_range
from wardround.core.versions._model import Scheme
from wardround.core.versions._spans import Span, exactly

_INTERVAL = re.compile(r"\s*,?\s*([\[(])([^\[\](),]*)(?:(,)([^\[\](),]*))?([\])])\s*", re.ASCII)


def brackets(text: str, scheme: Scheme) -> list[Span]:
    """`[1.0,2.0)`, `(,1.0],[1.2,)`, `[1.0]`. A bare version is that version for Maven, and that one or a later for NuGet.

    Maven enforcer rules, "Version ranges" (where a bare version only recommends); NuGet, "Version ranges".
    """
    if not any(bracket in text for bracket in "[]()"):
        scheme.key(text)
        return [Span(text, with_low=True)] if scheme.name == "nuget" else [exactly(text)]
    spans, place = [], 0
    while place < len(text):
        found = _INTERVAL.match(text, place)
        if found is None:
            raise no_range(text, scheme)
        spans.append(_interval(found, text, scheme))
        place = found.end()
    return spans


def _interval(found: re.Match[str], text: str, scheme: Scheme) -> Span:
    opening, low, comma, high, closing = (part or "" for part in found.groups())
    low, high = low.strip(), high.strip()
    for version in filter(None, (low, high)):
        scheme.key(version)
    if not comma:
        if not low or (opening, closing) != ("[", "]"):
            raise no_range(text, scheme)
        return exactly(low)
    if low and high and scheme.compare(low, other=high) >= 0 and not (low == high and opening + closing == "[]"):
        raise no_range(text, scheme)
    return Span(low or None, high or None, bool(low) and opening == "[", bool(high) and closing == "]")
