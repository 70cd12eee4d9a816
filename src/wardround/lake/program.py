"""The state of the program, as far as verdicts follow from it: by what its files hold, not by when they were written.

What is kept for later (rows, verdicts, who asks for what) is kept under it, so that nothing older is ever taken for new.
"""

import hashlib
from functools import cache
from pathlib import Path

import wardround

ROOMS = ("advisories", "claims", "matching", "names", "versions", "vocab")
"""The rooms of `core` that a verdict follows from."""


@cache
def program() -> str:
    """A digest of the version and of every file of these rooms."""
    return digest_of(Path(wardround.__file__).with_name("core"))


def digest_of(core: Path) -> str:
    """The same of rooms that stand anywhere."""
    told = hashlib.blake2b(wardround.__version__.encode(), digest_size=12)
    for path in sorted(path for room in ROOMS for path in (core / room).rglob("*") if path.suffix in (".py", ".json")):
        raw = path.read_bytes()
        told.update(f"{path.relative_to(core)}\0{len(raw)}\0".encode() + raw)
    return told.hexdigest()
