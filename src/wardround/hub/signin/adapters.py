"""What allauth asks of us: how its secrets are kept, what an authenticator app and a passkey are called, and who may come in.

Its protocols are used (WebAuthn, one-time codes, OpenID Connect), none of its pages: nobody signs up, and no address is changed.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from wardround.hub.signin.secrets import closed, opened

PRODUCT = "Wardround"


class Accounts(DefaultAccountAdapter):
    """No sign-up, no messages, no letters of allauth's own: ours are in `notices`."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        return None

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        return None


class Factors(DefaultMFAAdapter):
    """Secrets closed in the database; the name of the product instead of a site's."""

    def encrypt(self, text: str) -> str:
        return closed(text)

    def decrypt(self, encrypted_text: str) -> str:
        return opened(encrypted_text)

    def _get_site_name(self) -> str:
        return PRODUCT

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return str(user.get_username())

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        """The person, under the public id, which a passkey keeps; the row's number is nobody's business."""
        return {
            "id": user.public_id.bytes,  # type: ignore[attr-defined]
            "display_name": user.name,  # type: ignore[attr-defined]
            "name": str(user.get_username()),
        }


class Elsewhere(DefaultSocialAccountAdapter):
    """Whoever comes from a provider signs up no more than anybody else: `oidc` finds the person who was invited."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False
