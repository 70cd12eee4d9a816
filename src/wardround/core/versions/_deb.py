"""Versions of Debian packages."""

import re

from wardround.core.versions._model import Key

_UPSTREAM = re.compile(r"\d[0-9A-Za-z.+~:-]*", re.ASCII)
_REVISION = re.compile(r"[0-9A-Za-z.+~]+", re.ASCII)
_NUMBERS = re.compile(r"(\d+)", re.ASCII)

# `~` sorts before the end of a part, that before letters, and those before everything else.
_END = "\x02"
_ORDER = {ord("~"): "\x01"} | {ord(other): chr(0x100 + ord(other)) for other in "+-.:"}


def deb(text: str) -> Key:
    """`[epoch:]upstream[-revision]` (Debian Policy 5.6.12); a missing epoch and a missing revision are 0."""
    epoch, colon, rest = text.partition(":")
    if not colon:
        epoch, rest = "0", text
    upstream, hyphen, revision = rest.rpartition("-")
    if not hyphen:
        upstream, revision = rest, "0"
    if not (epoch.isascii() and epoch.isdigit() and _UPSTREAM.fullmatch(upstream) and _REVISION.fullmatch(revision)):
        raise ValueError
    return (int(epoch), _runs(upstream), _runs(revision))


def _runs(text: str) -> Key:
    """Runs of other characters and numbers by turns, each other run marked by its end; a missing number is 0."""
    key: list[int | str] = []
    for place, run in enumerate(_NUMBERS.split(text)):
        key.append(int(run) if place % 2 else run.translate(_ORDER) + _END)
    if key[-1] != _END or len(key) == 1:
        key += (0, _END)
    return tuple(key)
