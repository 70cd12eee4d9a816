"""Operating systems and processors, as CPE names and inventories write them."""

import re
from typing import Final

_IOS: Final = re.compile(r"ios(?:$| \d| and ipados$)", re.ASCII)

_SYSTEMS: Final = {
    "windows": "windows",
    "linux": "linux",
    "macos": "macos",
    "mac os": "macos",
    "iphone os": "iphone",
    "ipados": "iphone",
    "freebsd": "freebsd",
    "android": "android",
}
"""How names of operating systems begin, and which one they are. Two of them are never one; Android is a Linux."""

OWNERS: Final = {
    "windows": "microsoft",
    "linux": "linux",
    "macos": "apple",
    "iphone": "apple",
    "freebsd": "freebsd",
    "android": "google",
}
"""Whose system it is, as CPE names have it."""

_PROCESSORS: Final = {"x64": "x64-based systems", "x86": "32-bit systems", "arm64": "arm64-based systems"}


def system_of(text: str) -> str:
    """The operating system that a name key begins with; empty: none that is known. `ios xe` and `ios xr` are Cisco's."""
    if _IOS.match(text):
        return "iphone"
    return next((system for words, system in _SYSTEMS.items() if text.startswith(words)), "")


def system_names() -> frozenset[str]:
    """The words for an operating system as a whole, whatever its version."""
    return frozenset(_SYSTEMS)


def processor_of(target_hw: str) -> str:
    """The platform key of a CPE's `target_hw`; the text itself where it is no processor that is known."""
    return _PROCESSORS.get(target_hw.casefold(), target_hw.casefold())
