"""Signing in through an organisation's own OpenID Connect provider, such as NHS identity.

allauth finds the provider, keeps state and PKCE, and fetches the token. Whom the token lets in is decided here: somebody who was
invited and has the address that the provider has verified. It makes no person, and is a second factor only where it says so.
"""

import secrets
from dataclasses import dataclass
from typing import Any

import jwt
import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from wardround.core.vocab import BadInput
from wardround.hub.accounts.models import User

PROVIDER = "oidc"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures with a public key alone: none by a shared secret, and never none."""
SKEW = 60
FAILED = (OAuth2Error, requests.RequestException, jwt.PyJWTError, PermissionDenied, KeyError, TypeError, ValueError, AttributeError)


class Refused(BadInput):
    """This sign-in leads nowhere; the words are for the one who tried."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the provider vouches for, whether by more than one factor, and where they wanted to go."""

    person: User
    factor: str
    then: str


class _Provider(OpenIDConnectOAuth2Adapter):
    """The provider of the settings, whose answers come back to our own page."""

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return request.build_absolute_uri(reverse("oidc-back"))


def name() -> str:
    """What the provider is called on the sign-in page; empty where none is set."""
    apps: Any = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    return str(apps[0]["name"]) if apps else ""


def start(request: HttpRequest, *, then: str) -> HttpResponse:
    """Send the browser to the provider. Raises Refused where it cannot be reached."""
    nonce = secrets.token_urlsafe(24)
    try:
        provider = get_adapter(request).get_provider(request, provider=PROVIDER)
        provider.oauth2_adapter_class = _Provider
        answer = provider.redirect(request, process="login", next_url=then, data=nonce, auth_params={"nonce": nonce})
    except FAILED as error:
        raise _unreachable(error) from None
    if answer.status_code != 302:
        raise _unreachable(ValueError())
    return answer  # type: ignore[no-any-return]


def finish(request: HttpRequest) -> Vouched:
    """Who has come back from the provider. Raises Refused for what was forged, replayed, or is about nobody here."""
    try:
        provider = _Provider(request, PROVIDER)
        state = statekit.unstash_state(request, provider_id=PROVIDER, state_id=request.GET.get("state", ""))
        if state is None or "code" not in request.GET:
            raise ValueError("no such sign-in was begun")
        app = provider.get_provider().app
        client = provider.get_client(request, app)
        got = client.get_access_token(request.GET["code"], pkce_code_verifier=state.get("pkce_code_verifier"))
        claims = _claims(provider, app, got, nonce=state["data"])
    except FAILED as error:
        raise _unreachable(error) from None
    return Vouched(_person(claims), "oidc" if _multi_factor(claims) else "", str(state.get("next") or "/"))


def _claims(provider: _Provider, app: Any, got: dict[str, Any], *, nonce: str) -> dict[str, Any]:
    """What the ID token says, once its signature and everything about it is right; the address from elsewhere if not in it."""
    config = provider.openid_config
    if config["issuer"].rstrip("/") != app.settings["issuer"].rstrip("/"):
        raise ValueError("another issuer")
    with get_adapter().get_requests_session() as session:
        answer = session.get(config["jwks_uri"])
        answer.raise_for_status()
        keys = jwt.PyJWKSet.from_dict(answer.json()).keys
    header = jwt.get_unverified_header(got["id_token"])
    key = next(key for key in (*keys, None) if key is None or key.key_id == header.get("kid"))
    if key is None:
        raise ValueError("signed with a key that the provider does not publish")
    said: dict[str, Any] = jwt.decode(
        got["id_token"],
        key=key,
        algorithms=ALGORITHMS,
        audience=app.client_id,
        issuer=config["issuer"],
        leeway=SKEW,
        options={"require": ["iss", "sub", "aud", "exp", "iat", "nonce"]},
    )
    if not secrets.compare_digest(str(said["nonce"]).encode(), nonce.encode()) or said.get("azp", app.client_id) != app.client_id:
        raise ValueError("of another sign-in")
    if "email" not in said:
        more = provider._fetch_user_info(got["access_token"])
        if more.get("sub") != said["sub"]:
            raise ValueError("about somebody else")
        said |= {claim: more[claim] for claim in ("email", "email_verified") if claim in more}
    return said


def _person(claims: dict[str, Any]) -> User:
    """The invited person with the verified address. Letters beyond ASCII are refused: lower case makes some of them into others."""
    email, verified = claims.get("email"), claims.get("email_verified")
    if not isinstance(email, str) or not email.isascii() or verified not in (True, "true"):
        raise Refused("Your organisation has not verified your e-mail address", do="ask those who run its sign-in")
    person = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if person is None:
        raise Refused("Nobody with your e-mail address was invited here", do="ask the security lead of your organisation")
    return person


def _multi_factor(claims: dict[str, Any]) -> bool:
    """Whether the provider says that it asked for more than one factor, in the words that the settings name."""
    methods = claims.get("amr")
    said = {claims.get("acr")} | set(methods if isinstance(methods, list) else [])
    return bool(said & settings.OIDC_MULTI_FACTOR)


def _unreachable(error: Exception) -> Refused:
    """One answer for whatever went wrong; which, stands in the log, without what anybody sent."""
    import logging

    logging.getLogger("wardround.signin").warning("a sign-in through OpenID Connect failed: %s", type(error).__name__)
    return Refused("Signing in through your organisation did not work", do="try again, or sign in another way")
