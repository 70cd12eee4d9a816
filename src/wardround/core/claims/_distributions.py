"""Distributions and their releases, as OSV ecosystems, publishers and CPE names call them."""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

_RELEASE = re.compile(r"v?(\d[\w.]*)", re.ASCII)
_REDHAT_STREAM = re.compile(r"(enterprise_linux|rhel_[a-z0-9]+):(\d+(?:\.\d+)?)(?:::?[a-z]*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Release:
    """One release: whose, its package type, and its platform (`debian:11`); `extended` when it needs a further contract."""

    vendor: str
    scheme: str
    platform: str
    extended: bool = False


@cache
def release_of(ecosystem: str) -> Release | None:
    """The release that an OSV ecosystem names (`Debian:11`, `Ubuntu:Pro:18.04:LTS`, `Alpine:v3.19`); None: no distribution.

    Without a release (`Debian`) the platform is the vendor alone, which is the release of no install.
    """
    name, _, rest = ecosystem.partition(":")
    if name not in table()["ecosystems"]:
        return None
    vendor, scheme = table()["ecosystems"][name]
    if vendor == "redhat":
        return Release(vendor, scheme, redhat_platform(rest) or f"redhat:{rest}")
    parts = [part for part in rest.split(":") if part and part != "LTS"]
    extended = bool(parts) and parts[0] == "Pro"
    parts = parts[1:] if extended else parts
    number = _RELEASE.fullmatch(parts[0]) if len(parts) == 1 else None
    return Release(vendor, scheme, f"{vendor}:{number[1]}" if number else ":".join((vendor, *parts)).casefold(), extended)


def redhat_platform(stream: str) -> str:
    """`redhat:8` for `enterprise_linux:8::baseos`, `redhat:8.6` for `rhel_eus:8.6::appstream`; empty for any other product."""
    found = _REDHAT_STREAM.fullmatch(stream.strip(":").removesuffix("::"))
    return f"redhat:{found[2]}" if found else ""


def platform_of_cpe(cpe: str) -> str:
    """The release that a CPE name of Red Hat names; empty for any other CPE name."""
    bare = cpe.removeprefix("cpe:2.3:").removeprefix("cpe:/")
    kind, _, rest = bare.partition(":redhat:")
    if kind not in ("a", "o") or not rest:
        return ""
    return redhat_platform(re.sub(r"(?::\*)+$", "", rest))


def publisher_of(name: str) -> str:
    """The distribution that a publisher speaks for (`Red Hat Product Security`); empty: none."""
    key = " ".join(name.split()).casefold()
    return next((vendor for word, vendor in table()["publishers"].items() if re.match(rf"{word}\b", key)), "")


@cache
def table() -> dict[str, Any]:
    """The table `distributions.json`."""
    read: dict[str, Any] = json.loads(resources.files(__package__).joinpath("tables/distributions.json").read_text("utf-8"))
    return read
