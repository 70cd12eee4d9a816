"""What the database holds of secrets is closed with a key made from the hub's own: a copy of the rows alone opens nothing."""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


@lru_cache(maxsize=4)
def _box(secret: str) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"wardround signin secrets").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(key))


def closed(text: str) -> str:
    """The text, closed."""
    return _box(settings.SECRET_KEY).encrypt(text.encode()).decode()


def opened(text: str) -> str:
    """The text that was closed. Empty where another key closed it, or somebody changed it."""
    try:
        return _box(settings.SECRET_KEY).decrypt(text.encode()).decode()
    except InvalidToken:
        return ""
