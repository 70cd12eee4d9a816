"""Tokens of mailed links: signed, so that a forged one is told without asking, and kept as a hash, so that nobody reads one."""

import hashlib
import secrets
from dataclasses import dataclass

from django.core.signing import BadSignature, Signer


@dataclass(frozen=True)
class Token:
    """`text` goes into the letter and nowhere else; `digest` is kept."""

    text: str
    digest: str


def new_token(purpose: str) -> Token:
    """A token of 256 random bits, good for one purpose."""
    text = _signer(purpose).sign(secrets.token_urlsafe(32))
    return Token(text, _hashed(text))


def digest_of(text: str, *, purpose: str) -> str | None:
    """The digest of a token that this installation made for the purpose; None for any other text."""
    try:
        _signer(purpose).unsign(text)
    except BadSignature:
        return None
    return _hashed(text)


def _signer(purpose: str) -> Signer:
    return Signer(salt=f"wardround.membership.{purpose}")


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
