"""What two snapshots of one source say about each other."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """Asset ids of two snapshots of one source. `not_seen` are missing from the newer one: *not seen*, never gone."""

    seen: frozenset[str]
    not_seen: frozenset[str]
    first_seen: frozenset[str]


def compare(previous: Iterable[str], new: Iterable[str]) -> Change:
    """Which assets of the previous snapshot the new one sees again, which it does not, and which are seen for the first time."""
    before, after = frozenset(previous), frozenset(new)
    return Change(seen=before & after, not_seen=before - after, first_seen=after - before)
