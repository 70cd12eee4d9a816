"""People who sign in, with a password and what they set up beside it."""

import base64
import json
import secrets
import time
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from django.contrib.auth.hashers import make_password
from django.test import Client
from fido2 import cbor
from fido2.cose import ES256

from wardround.hub.accounts.models import User
from wardround.hub.signin import factors

PASSWORD = "four dull words here"


def with_password(person: User) -> User:
    """The same person, with PASSWORD."""
    person.password = make_password(PASSWORD)
    person.save()
    return person


def code_of(secret: str, *, periods: int = 0) -> str:
    """What an authenticator app shows now, or some periods later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + periods))


def with_app(person: User) -> str:
    """Give the person an authenticator app, set up a period ago; its secret."""
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    factors.add_app(person, secret=secret, code=code_of(secret, periods=-1))
    return secret


def first_step(client: Client, person: User, password: str = PASSWORD, **more: Any) -> Any:
    """The sign-in page, filled in and sent."""
    return client.post("/sign-in/", {"username": person.email, "password": password}, **more)


def second_step(client: Client, code: str) -> Any:
    """The page of the second step, filled in and sent."""
    return client.post("/sign-in/second-step/", {"code": code})


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def hashed(data: bytes) -> bytes:
    digest = Hash(SHA256())
    digest.update(data)
    return digest.finalize()


class Key:
    """A passkey in software, for one place, that has asked for a finger unless said otherwise."""

    def __init__(self, place: str = "testserver") -> None:
        self.place, self.id, self.handle = place, secrets.token_bytes(16), b""
        self.private = ec.generate_private_key(ec.SECP256R1())

    def _client_data(self, kind: str, options: dict[str, Any], origin: str = "") -> bytes:
        said = {"type": kind, "challenge": options["publicKey"]["challenge"], "origin": origin or f"https://{self.place}"}
        return json.dumps(said).encode()

    def made(self, options: dict[str, Any], *, verified: bool = True, **client: Any) -> dict[str, Any]:
        """What a browser answers when it makes this passkey."""
        self.handle = base64.urlsafe_b64decode(options["publicKey"]["user"]["id"] + "==")
        public = cbor.encode(dict(ES256.from_cryptography_key(self.private.public_key())))
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        data = hashed(self.place.encode()) + bytes([0x41 | (4 if verified else 0)]) + bytes(4) + attested
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        parts = {
            "clientDataJSON": text(self._client_data("webauthn.create", options, **client)),
            "attestationObject": text(attestation),
        }
        return self._answer(parts) | {"clientExtensionResults": {"credProps": {"rk": True}}}

    def used(self, options: dict[str, Any], *, verified: bool = True, **client: Any) -> dict[str, Any]:
        """What a browser answers when it uses this passkey."""
        data = hashed(self.place.encode()) + bytes([1 | (4 if verified else 0)]) + (1).to_bytes(4, "big")
        said = self._client_data("webauthn.get", options, **client)
        signature = self.private.sign(data + hashed(said), ec.ECDSA(SHA256()))
        parts = {"authenticatorData": data, "clientDataJSON": said, "signature": signature, "userHandle": self.handle}
        return self._answer({name: text(part) for name, part in parts.items()})

    def _answer(self, parts: dict[str, str]) -> dict[str, Any]:
        named = {"id": text(self.id), "rawId": text(self.id), "type": "public-key"}
        return named | {"response": parts, "clientExtensionResults": {}}


def sign_in_by(client: Client, key: Key, **how: Any) -> Any:
    """The sign-in page's passkey button, pressed."""
    options = client.post("/sign-in/passkey/options/", secure=True).json()
    return client.post("/sign-in/passkey/", {"credential": json.dumps(key.used(options, **how))}, secure=True)
