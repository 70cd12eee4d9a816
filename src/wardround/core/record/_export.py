"""A record as a file: a header, the entries with their digests, the checkpoints; one canonical JSON document on each line."""

from collections.abc import Iterable, Iterator

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from wardround.core.record._chain import FORMAT, Entry
from wardround.core.record._checkpoint import Checkpoint, fingerprint, key_text
from wardround.core.vocab._canonical import canonical


def written(
    organisation: str,
    entries: Iterable[tuple[Entry, str]],
    checkpoints: Iterable[Checkpoint],
    *,
    keys: Iterable[Ed25519PublicKey],
) -> Iterator[bytes]:
    """The lines, each with its end. `entries` in order, with their digests; `keys` are those that signed."""
    public = {fingerprint(key): key_text(key) for key in keys}
    yield _line({"format": FORMAT, "organisation": organisation, "keys": public})
    for entry, digest in entries:
        yield _line({"entry": entry, "digest": digest})
    for checkpoint in checkpoints:
        yield _line({"checkpoint": checkpoint.said(), "signature": checkpoint.signature})


def _line(document: object) -> bytes:
    return canonical(document) + b"\n"
