"""A checkpoint: the digest that a record had reached at a time, signed with Ed25519 (RFC 8032)."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from wardround.core.vocab import BadInput
from wardround.core.vocab._canonical import canonical
from wardround.core.vocab._times import parse_time

FORMAT = "wardround checkpoint 1"
SIGNED = ("organisation", "sequence", "digest", "at", "key")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`sequence` entries of `organisation` led to `digest`: said at `at` with the key of that fingerprint. `signature`: base64."""

    organisation: str
    sequence: int
    digest: str
    at: datetime
    key: str
    signature: str = ""

    def said(self) -> dict[str, object]:
        """What is signed, and written into an export."""
        return {
            "format": FORMAT,
            "organisation": self.organisation,
            "sequence": self.sequence,
            "digest": self.digest,
            "at": self.at.astimezone(UTC).isoformat(),
            "key": self.key,
        }

    def is_signed_by(self, public: Ed25519PublicKey) -> bool:
        """Whether the signature is that key's, of exactly this."""
        try:
            public.verify(base64.b64decode(self.signature, validate=True), canonical(self.said()))
        except (InvalidSignature, binascii.Error):
            return False
        return True


def checkpoint_from(said: Any, signature: Any) -> Checkpoint | None:
    """The checkpoint that an export states; None where it is none, or says more than what is signed."""
    if not isinstance(said, Mapping) or said.keys() != {"format", *SIGNED} or not isinstance(signature, str):
        return None
    texts = [said[name] for name in ("organisation", "digest", "at", "key")]
    if not all(isinstance(text, str) for text in texts) or type(said["sequence"]) is not int:
        return None
    try:
        found = Checkpoint(said["organisation"], said["sequence"], said["digest"], parse_time(said["at"]), said["key"], signature)
    except BadInput:
        return None
    return found if found.said() == said else None


def sign(private: Ed25519PrivateKey, *, organisation: str, sequence: int, digest: str, at: datetime) -> Checkpoint:
    """The signed checkpoint."""
    bare = Checkpoint(organisation, sequence, digest, at, fingerprint(private.public_key()))
    signature = base64.b64encode(private.sign(canonical(bare.said()))).decode()
    return Checkpoint(bare.organisation, bare.sequence, bare.digest, bare.at, bare.key, signature)


def fingerprint(public: Ed25519PublicKey) -> str:
    """A key in short, to be compared by eye: 32 hexadecimal digits of its SHA-256."""
    return sha256(public.public_bytes_raw()).hexdigest()[:32]


def new_key() -> Ed25519PrivateKey:
    """A new signing key."""
    return Ed25519PrivateKey.generate()


def key_text(public: Ed25519PublicKey) -> str:
    """A public key as the text that people pass on: base64 of its 32 bytes."""
    return base64.b64encode(public.public_bytes_raw()).decode()


def read_key(text: str, *, where: str) -> Ed25519PublicKey:
    """The public key in such a text. Raises BadInput for anything else."""
    try:
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(text.strip(), validate=True))
    except (binascii.Error, ValueError):
        raise BadInput(
            "is no public key (base64 of 32 bytes)", where=where, do="ask the service for its key: wardround audit key"
        ) from None
