"""The CPE names in `cpeApplicability` (CVE Record Format 5.1): trees of configurations, each of nodes with matches."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wardround.core.names._keys import Name, name_of_cpe

_BELOW = ("nodes", "children")
_MOST_NODES = 200_000


def matches_of(applicability: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Every `cpeMatch` of the trees, in their order, however deep; a walk without recursion that always ends."""
    ahead: list[Any] = list(reversed(applicability))
    for _ in range(_MOST_NODES):
        if not ahead:
            return
        node = ahead.pop()
        if not isinstance(node, Mapping):
            continue
        matches = node.get("cpeMatch")
        yield from (match for match in matches if isinstance(match, Mapping)) if isinstance(matches, list | tuple) else ()
        for key in _BELOW:
            below = node.get(key)
            if isinstance(below, list | tuple):
                ahead.extend(reversed(below))


def names_of_applicability(applicability: Sequence[Mapping[str, Any]]) -> Iterator[Name]:
    """Vendor and product key of every product that the trees call vulnerable."""
    for match in matches_of(applicability):
        criteria = match.get("criteria")
        if isinstance(criteria, str) and match.get("vulnerable") is not False and (name := name_of_cpe(criteria)):
            yield name
