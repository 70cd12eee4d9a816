"""Sets of versions as disjoint spans, and how they meet and join. A span is what lies between two versions."""

from dataclasses import dataclass, replace
from functools import cmp_to_key

from wardround.core.versions._model import Scheme


@dataclass(frozen=True, slots=True)
class Span:
    """Versions from `low` to `high`; None has no end on that side. `with_low` and `with_high` say whether the end belongs to it."""

    low: str | None = None
    high: str | None = None
    with_low: bool = False
    with_high: bool = False


EVERY = Span()


def exactly(version: str) -> Span:
    """One version."""
    return Span(version, version, True, True)


def all_but(version: str) -> list[Span]:
    """Every version except one."""
    return [Span(high=version), Span(low=version)]


def met(ones: list[Span], others: list[Span], *, scheme: Scheme) -> list[Span]:
    """What lies in both sets."""
    return [span for one in ones for other in others if (span := _both(one, other, scheme)) is not None]


def joined(spans: list[Span], *, scheme: Scheme) -> list[Span]:
    """The same versions as disjoint spans in order, each as long as it can be."""
    kept: list[Span] = []

    def earlier(one: Span, other: Span) -> int:
        return _by_low(one, other, scheme)

    for span in sorted(spans, key=cmp_to_key(earlier)):
        if kept and _touches(kept[-1], span, scheme):
            kept[-1] = _prolonged(kept[-1], span, scheme)
        else:
            kept.append(span)
    return kept


def _both(one: Span, other: Span, scheme: Scheme) -> Span | None:
    first, second = (one, other) if _by_low(one, other, scheme) <= 0 else (other, one)
    shorter = first if _by_high(first, second, scheme) <= 0 else second
    span = Span(second.low, shorter.high, second.with_low, shorter.with_high)
    if span.low is None or span.high is None:
        return span
    order = scheme.compare(span.low, other=span.high)
    return span if order < 0 or (order == 0 and span.with_low and span.with_high) else None


def _by_low(one: Span, other: Span, scheme: Scheme) -> int:
    if one.low is None or other.low is None:
        return (one.low is not None) - (other.low is not None)
    return scheme.compare(one.low, other=other.low) or other.with_low - one.with_low


def _by_high(one: Span, other: Span, scheme: Scheme) -> int:
    if one.high is None or other.high is None:
        return (one.high is None) - (other.high is None)
    return scheme.compare(one.high, other=other.high) or one.with_high - other.with_high


def _touches(before: Span, after: Span, scheme: Scheme) -> bool:
    """True when nothing lies between a span and one that does not begin before it."""
    if before.high is None or after.low is None:
        return True
    order = scheme.compare(after.low, other=before.high)
    return order < 0 or (order == 0 and (before.with_high or after.with_low))


def _prolonged(before: Span, after: Span, scheme: Scheme) -> Span:
    longer = before if _by_high(before, after, scheme) >= 0 else after
    return replace(before, high=longer.high, with_high=longer.with_high)
