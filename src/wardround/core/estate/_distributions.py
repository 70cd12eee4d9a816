"""Which distribution a host runs, by what its operating system calls itself, and the package URL of one of its packages."""

import json
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple
from urllib.parse import quote


class Distribution(NamedTuple):
    """A release of a distribution: `debian`, `11`, `deb`. Empty texts where it is not known."""

    name: str = ""
    release: str = ""
    scheme: str = ""

    def __str__(self) -> str:
        """`debian:11`."""
        return f"{self.name}:{self.release}" if self.name else ""


@cache
def _patterns() -> Sequence[tuple[re.Pattern[str], str, str]]:
    table = json.loads(files(__package__).joinpath("tables/distributions.json").read_text("utf-8"))
    return [(re.compile(pattern, re.ASCII | re.IGNORECASE), name, scheme) for pattern, name, scheme in table["names"]]


@lru_cache(4096)
def distribution(text: str) -> Distribution:
    """The distribution that an operating system's name states.

    >>> str(distribution("Linux Kernel 4.18.0 on Red Hat Enterprise Linux release 8.9 (Ootpa)"))
    'redhat:8'
    """
    for pattern, name, scheme in _patterns():
        if found := pattern.search(text[:500]):
            return Distribution(name, found[1], scheme)
    return Distribution()


def package_url(of: Distribution, *, scheme: str, name: str, version: str) -> str:
    """The package URL of a distribution's package; empty where the distribution is not known."""
    if not of.name or of.scheme != scheme:
        return ""
    at = f"@{quote(version, safe='.+-~:')}" if version else ""
    return f"pkg:{scheme}/{of.name}/{quote(name, safe='.+-~')}{at}?distro={of.name}-{of.release}"
