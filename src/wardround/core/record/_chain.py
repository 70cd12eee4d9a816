"""The chain: each digest is made of the one before it and of the entry, as canonical JSON."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from wardround.core.vocab._canonical import canonical

FORMAT = "wardround record 1"
Entry = Mapping[str, Any]


def beginning(organisation: str) -> str:
    """What the first entry of an organisation is chained to. Another organisation's entries never fit behind it."""
    return sha256(f"{FORMAT}\n{organisation}".encode()).hexdigest()


def chained(previous: str, entry: Entry | str) -> str:
    """The digest (64 hexadecimal digits) of an entry behind `previous`. A text is an entry that is canonical JSON already."""
    said = entry.encode() if isinstance(entry, str) else canonical(entry)
    return sha256(bytes.fromhex(previous) + said).hexdigest()
