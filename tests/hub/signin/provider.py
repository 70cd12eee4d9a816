"""A small OpenID Connect provider on loopback: it looks at client, code and proof as a real one does, and lies when told to."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "hub", "Kf83-nnW2-qPz7-YdT4-bX91"


class Provider:
    """What it knows, and what it is told to say: `claims` go into the ID token, `lies` change how it is made."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.claims: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.lies: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.address = ""
        self.made: list[str] = []

    def configuration(self) -> dict[str, Any]:
        paths = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "jwks_uri": "keys",
            "userinfo_endpoint": "userinfo",
        }
        named = {name: f"{self.address}/{path}" for name, path in paths.items()}
        return {"issuer": self.lies.get("issuer", self.address)} | named

    def keys(self) -> dict[str, Any]:
        made = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [made | {"kid": "one", "alg": "RS256", "use": "sig"}]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Somebody has signed in here: where their browser goes with a code."""
        assert asked["client_id"] == CLIENT
        assert asked["redirect_uri"].endswith("/sign-in/oidc/back/")
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}"

    def token(self, sent: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """A code for a token: once, to the client, with the proof that it asked."""
        asked = self.codes.pop(sent.get("code", ""), None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if asked is None or sent.get("client_secret") != SECRET or asked["code_challenge"] != proof:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        said = {"iss": self.address, "aud": CLIENT, "sub": "abc", "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        said |= self.claims
        algorithm = self.lies.get("algorithm", "RS256")
        key = self.lies.get("key", self.key if algorithm != "none" else None)
        if algorithm == "by hand":
            made = by_hand(said, key)
        else:
            made = jwt.encode(said, key, algorithm=algorithm, headers={"kid": self.lies.get("kid", "one")})
        self.made.append(made)
        return 200, {"access_token": "opaque", "token_type": "Bearer", "id_token": made}


def by_hand(said: dict[str, Any], key: bytes) -> str:
    """A token signed with a public key as if it were a shared secret, which no library would make."""

    def part(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    body = ".".join(part(json.dumps(one).encode()) for one in ({"alg": "HS256", "kid": "one"}, said))
    return f"{body}.{part(hmac.digest(key, body.encode(), 'sha256'))}"


@contextmanager
def serving(provider: Provider) -> Iterator[Provider]:
    """The provider, answering."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def _say(self, status: int, what: Any) -> None:
            body = json.dumps(what).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize(asked))
                self.end_headers()
                return
            pages = {"/.well-known/openid-configuration": provider.configuration, "/keys": provider.keys}
            self._say(200, pages.get(parts.path, lambda: provider.userinfo)())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._say(*provider.token({name: values[0] for name, values in parse_qs(body).items()}))

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield provider
        server.shutdown()
