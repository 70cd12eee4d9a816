"""OpenID Connect, against a real provider on loopback: it finds an invited person, makes none, and is believed only so far."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from wardround.core.vocab import BadInput
from wardround.hub.accounts.models import User
from wardround.hub.settings import openid_connect

from .people import code_of, second_step, with_app
from .provider import CLIENT, SECRET, Provider, serving

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(person: User, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """A provider that vouches for the person, with two factors."""
    with serving(Provider()) as provider:
        provider.claims = {"email": person.email, "email_verified": True, "amr": ["pwd", "mfa"]}
        monkeypatch.setenv("WARDROUND_OIDC_ISSUER", provider.address)
        monkeypatch.setenv("WARDROUND_OIDC_CLIENT_ID", CLIENT)
        monkeypatch.setenv("WARDROUND_OIDC_CLIENT_SECRET", SECRET)
        monkeypatch.setenv("WARDROUND_OIDC_NAME", "Example identity")
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": openid_connect()}}
        yield provider


def at_the_provider(client: Client, then: str = "/") -> str:
    """Begin here, sign in there; the address to which the browser comes back."""
    begun = client.get("/sign-in/oidc/", {"next": then})
    assert begun.status_code == 302
    there = requests.get(begun["Location"], allow_redirects=False, timeout=5)
    back = urlsplit(there.headers["Location"])
    return f"{back.path}?{back.query}"


def words_after(client: Client, answer: Any) -> str:
    """What the sign-in page says to somebody who was refused."""
    assert answer["Location"] == "/sign-in/"
    text: str = client.get("/sign-in/").content.decode()
    assert client.get("/").status_code == 302
    return text


def test_the_sign_in_page_names_the_provider(client: Client, provider: Provider) -> None:
    assert "Sign in with Example identity" in client.get("/sign-in/").content.decode()


def test_without_settings_there_is_no_such_way_in(client: Client, person: User) -> None:
    assert client.get("/sign-in/oidc/").status_code == 404
    assert client.get("/sign-in/oidc/back/?code=a&state=b").status_code == 404


def test_an_invited_person_with_that_verified_address_comes_in(client: Client, provider: Provider) -> None:
    back = at_the_provider(client, then="/record/")
    assert client.get(back)["Location"] == "/record/"
    assert client.get("/").status_code == 200
    assert User.objects.count() == 1


def test_a_provider_that_says_nothing_of_factors_is_no_second_factor(client: Client, provider: Provider) -> None:
    del provider.claims["amr"]
    client.get(at_the_provider(client))
    assert client.get("/")["Location"].startswith("/account/set-up/")


def test_then_the_hubs_own_second_factor_is_asked_for(client: Client, provider: Provider, person: User) -> None:
    secret = with_app(person)
    provider.claims["amr"] = ["pwd"]
    assert client.get(at_the_provider(client))["Location"] == "/sign-in/second-step/"
    assert second_step(client, code_of(secret))["Location"] == "/"
    assert client.get("/").status_code == 200


def test_a_level_that_the_settings_name_counts(client: Client, provider: Provider, settings: Any) -> None:
    settings.OIDC_MULTI_FACTOR = {"AAL3_ANY"}
    provider.claims |= {"acr": "AAL3_ANY", "amr": []}
    client.get(at_the_provider(client))
    assert client.get("/").status_code == 200


NOBODYS = [
    ({"email": "stranger@coldbrook.example"}, "Nobody with your e-mail address was invited here"),
    ({"email_verified": False}, "has not verified your e-mail address"),
    ({"email_verified": None}, "has not verified your e-mail address"),
    ({"email": None}, "has not verified your e-mail address"),
    ({"email": ["a"]}, "has not verified your e-mail address"),
]


@pytest.mark.parametrize(("claims", "words"), NOBODYS)
def test_nobody_is_made_and_an_unverified_address_opens_nothing(
    claims: dict[str, Any], words: str, client: Client, provider: Provider
) -> None:
    provider.claims |= claims
    assert words in words_after(client, client.get(at_the_provider(client)))
    assert User.objects.count() == 1


def test_an_address_that_only_looks_alike_opens_nothing(client: Client, provider: Provider, person: User) -> None:
    """The Kelvin sign becomes a k in lower case."""
    person.email = "nick@coldbrook.example"
    person.save()
    provider.claims["email"] = "nic\u212a@coldbrook.example"
    assert "not verified" in words_after(client, client.get(at_the_provider(client)))


def test_a_closed_account_stays_closed(client: Client, provider: Provider, person: User) -> None:
    person.is_active = False
    person.save()
    assert "Nobody with your" in words_after(client, client.get(at_the_provider(client)))


FORGED = {
    "another key": {"key": rsa.generate_private_key(public_exponent=65537, key_size=2048)},
    "no signature": {"algorithm": "none"},
    "a shared secret": {"algorithm": "HS256", "key": SECRET.encode() * 2},
    "an unknown key": {"kid": "two"},
}


@pytest.mark.parametrize("lies", FORGED.values(), ids=list(FORGED))
def test_a_forged_token_is_refused(lies: dict[str, Any], client: Client, provider: Provider) -> None:
    provider.lies = lies
    assert "did not work" in words_after(client, client.get(at_the_provider(client)))
    assert len(provider.made) == 1


def test_the_providers_own_key_as_a_shared_secret_is_refused(client: Client, provider: Provider) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = provider.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    provider.lies = {"algorithm": "by hand", "key": public}
    assert "did not work" in words_after(client, client.get(at_the_provider(client)))
    assert len(provider.made) == 1


WRONG: list[dict[str, Any]] = [
    {"iss": "https://evil.example"},
    {"aud": "another hub"},
    {"aud": [CLIENT, "another"], "azp": "another"},
    {"exp": int(time.time()) - 3600},
    {"exp": "soon"},
    {"iat": int(time.time()) + 3600},
    {"nonce": "of another sign-in"},
    {"nonce": 7},
]


@pytest.mark.parametrize("claims", WRONG, ids=lambda claims: ",".join(claims))
def test_a_token_for_something_else_is_refused(claims: dict[str, Any], client: Client, provider: Provider) -> None:
    provider.claims |= claims
    assert "did not work" in words_after(client, client.get(at_the_provider(client)))
    assert len(provider.made) == 1


def test_a_clock_that_is_half_a_minute_off_is_forgiven(client: Client, provider: Provider) -> None:
    provider.claims |= {"iat": int(time.time()) + 30, "exp": int(time.time()) - 30}
    client.get(at_the_provider(client))
    assert client.get("/").status_code == 200


def test_a_return_counts_once_and_only_in_the_browser_that_began(client: Client, provider: Provider) -> None:
    back = at_the_provider(client)
    stolen = Client()
    assert "did not work" in words_after(stolen, stolen.get(back))
    assert client.get(back)["Location"] == "/"
    client.post("/sign-out/")
    assert "did not work" in words_after(client, client.get(back))


@pytest.mark.parametrize("asked", ["", "?error=access_denied", "?code=x", "?state=x", "?code=%00&state=%00"])
def test_a_return_that_nobody_began_leads_nowhere(asked: str, client: Client, provider: Provider) -> None:
    assert "did not work" in words_after(client, client.get(f"/sign-in/oidc/back/{asked}"))


def test_a_configuration_of_another_issuer_is_refused(client: Client, provider: Provider) -> None:
    provider.lies = {"issuer": "https://evil.example"}
    assert "did not work" in words_after(client, client.get(at_the_provider(client)))


def test_an_address_from_the_users_page_counts_if_it_is_the_same_user(client: Client, provider: Provider, person: User) -> None:
    provider.claims = {"amr": ["mfa"]}
    provider.userinfo = {"sub": "somebody else", "email": person.email, "email_verified": True}
    assert "did not work" in words_after(client, client.get(at_the_provider(client)))
    provider.userinfo["sub"] = "abc"
    client.get(at_the_provider(client))
    assert client.get("/").status_code == 200


def test_a_provider_that_cannot_be_reached_breaks_nothing(client: Client, provider: Provider, settings: Any) -> None:
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["server_url"] = "http://127.0.0.1:9"
    assert "did not work" in words_after(client, client.get("/sign-in/oidc/"))


def test_nobody_is_sent_on_to_another_site(client: Client, provider: Provider) -> None:
    assert client.get(at_the_provider(client, then="https://evil.example/"))["Location"] == "/"


BY_HALF = [
    ({"ISSUER": "https://id.example"}, "belong together"),
    ({"ISSUER": "http://id.example", "CLIENT_ID": "hub", "CLIENT_SECRET": SECRET}, "not reached by HTTPS"),
    ({"ISSUER": "https://id.example", "CLIENT_ID": "hub", "CLIENT_SECRET": "short"}, "shorter than 20"),
    ({"ISSUER": "https://id.example", "CLIENT_ID": "hub", "CLIENT_SECRET": "a" * 30}, "could be guessed"),
]


@pytest.mark.parametrize(("stated", "words"), BY_HALF)
def test_settings_that_are_weak_or_half_are_refused(stated: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in stated.items():
        monkeypatch.setenv(f"WARDROUND_OIDC_{name}", value)
    with pytest.raises(BadInput, match=words):
        openid_connect()
