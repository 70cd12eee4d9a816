"""A versioning scheme: what is a version under it, and which of two is the lower."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from wardround.core.vocab import BadInput

LONGEST = 255
"""Characters of a version that are read. Anything longer is no version: nobody publishes one, and attackers do."""

Key = tuple[Any, ...]
"""Sorts as the scheme orders its versions. Equal keys are one version, written in two ways. Hashable."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """One versioning scheme. `source` names the document that defines its order.

    `read` gives the key of a version or raises ValueError. `optional_release` is true where a version that leaves out its
    package release is compared without it (rpm, alpm): `compare` does so, keys put such a version before all its releases.
    """

    name: str
    read: Callable[[str], Key]
    source: str
    optional_release: bool = False

    def key(self, text: str) -> Key:
        """The key of a version, cached. Raises BadInput for a text that is no version of this scheme."""
        if len(text) <= LONGEST:
            try:
                return _read(self.read, text)
            except ValueError:
                pass
        raise BadInput(f"{shown(text)} is no version of the scheme `{self.name}`", do=f"see {self.source}")

    def compare(self, one: str, *, other: str) -> int:
        """-1, 0 or 1: `one` is below, equal to or above `other`. Raises BadInput when either is no version."""
        if self.optional_release and ("-" in one) != ("-" in other):
            one, other = one.rpartition("-")[0] or one, other.rpartition("-")[0] or other
        low, high = self.key(one), self.key(other)
        return (low > high) - (low < high)


def shown(text: str) -> str:
    """A text as a message may quote it: short and on one line."""
    flat = " ".join(text[:200].split())
    cut = flat if len(flat) <= 60 else flat[:57] + "..."
    return cut if re.fullmatch(r"[!-~]+", cut) else f"“{cut}”"


@lru_cache(maxsize=65_536)
def _read(read: Callable[[str], Key], text: str) -> Key:
    return read(text)
