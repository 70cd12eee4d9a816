"""What only a letter's reader may know, encrypted while the letter waits: whoever reads the database opens no invitation."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from wardround.connectors.notify import NotSent


def seal(text: str) -> str:
    """Encrypt under a key of its own that comes from the installation's."""
    return _fernet().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed. Raises NotSent, for good, where it was sealed by another installation's key or altered."""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise NotSent("its link cannot be read: it was sealed with another key", retryable=False) from None


def _fernet() -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"wardround outbox").derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
