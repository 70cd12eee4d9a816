"""Second factors: what somebody has set up, codes that count once, and passkeys."""

import hmac
import time
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.webauthn.internal import auth as webauthn
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from wardround.core.vocab import BadInput
from wardround.hub.accounts.models import User
from wardround.hub.signin.sessions import noted

PERIOD, SKEW = 30, 1
"""Seconds that a code of an authenticator app holds, and how many periods a phone's clock may be off either way (RFC 6238, 5.2)."""
PASSKEYS_AT_MOST = 10
Type = Authenticator.Type


@dataclass(frozen=True)
class Held:
    """What somebody has set up beside a password."""

    passkeys: tuple[Authenticator, ...]
    app: Authenticator | None
    codes: Authenticator | None

    @property
    def any(self) -> bool:
        """Whether there is a second factor at all. Recovery codes alone are none."""
        return bool(self.passkeys or self.app)

    @property
    def codes_left(self) -> int:
        """How many recovery codes were not used yet."""
        return len(self.codes.wrap().get_unused_codes()) if self.codes else 0


def held(person: User) -> Held:
    """What that person has set up."""
    rows = list(Authenticator.objects.filter(user=person).order_by("created_at", "pk"))
    one = {row.type: row for row in rows}
    return Held(tuple(row for row in rows if row.type == Type.WEBAUTHN), one.get(Type.TOTP), one.get(Type.RECOVERY_CODES))


def required() -> bool:
    """Whether everybody needs a second factor: in each installation but the demonstration."""
    return not settings.INSTALLATION.demo_at


def enough(request: HttpRequest) -> bool:
    """Whether this session has what it needs to see anything."""
    return not required() or bool(noted(request).get("factor"))


def counter_of(secret: str, code: str, *, now: float, after: int = -1) -> int | None:
    """The period whose code this is, if it is one of now (give or take SKEW) that is later than `after`."""
    current = int(now) // PERIOD
    typed = "".join(code.split())
    for counter in range(current - SKEW, current + SKEW + 1):
        if counter > after and hmac.compare_digest(format_hotp_value(hotp_value(secret, counter)).encode(), typed.encode()):
            return counter
    return None


@transaction.atomic
def take_code(person: User, code: str) -> str:
    """Which factor this code was: `app` or `recovery code`; empty where it is none. No code counts twice, in whichever process."""
    for row in Authenticator.objects.select_for_update().filter(user=person).exclude(type=Type.WEBAUTHN).order_by("-type"):
        wrapped = row.wrap()
        if isinstance(wrapped, RecoveryCodes):
            if wrapped.validate_code("".join(code.split()).replace("-", "")):
                return "recovery code"
        elif secret := _secret(row):
            counter = counter_of(secret, code, now=time.time(), after=int(row.data.get("last", -1)))
            if counter is not None:
                row.data["last"] = counter
                row.save(update_fields=["data"])
                row.record_usage()
                return "app"
    return ""


def _secret(row: Authenticator) -> str:
    from wardround.hub.signin.secrets import opened

    return opened(row.data["secret"])


@transaction.atomic
def add_app(person: User, *, secret: str, code: str) -> None:
    """Keep an authenticator app that has shown that it knows the secret. Raises BadInput where its code is not right.

    It takes the place of one from before, on a phone that is lost: as the only second factor that could not be removed first.
    """
    counter = counter_of(secret, code, now=time.time())
    if counter is None:
        raise BadInput("is not the one that the app shows now", where="code", do="look at the app again, and at the phone's clock")
    Authenticator.objects.filter(user=person, type=Type.TOTP).delete()
    row = TOTP.activate(person, secret).instance
    row.data["last"] = counter
    row.save(update_fields=["data"])


def make_codes(person: User) -> list[str]:
    """New recovery codes, which void those from before. They can be read here, and never again."""
    with transaction.atomic():
        Authenticator.objects.filter(user=person, type=Type.RECOVERY_CODES).delete()
        made = RecoveryCodes.activate(person)
        made.mark_as_viewed()
    return list(made.generate_codes())


def remove(person: User, row: Authenticator) -> None:
    """Take a factor away. Raises BadInput where it is the last one that somebody must have."""
    remaining = [one for one in (*held(person).passkeys, held(person).app) if one and one.pk != row.pk]
    if required() and not remaining:
        raise BadInput("This is your only second factor", do="set up another one first")
    row.delete()


def options_to_make(person: User) -> dict[str, Any]:
    """What a browser needs to make a passkey: one that finds its owner by itself and asks for finger, face or PIN."""
    if len(held(person).passkeys) >= PASSKEYS_AT_MOST:
        raise BadInput(f"There are {PASSKEYS_AT_MOST} passkeys already", do="remove one first")
    return dict(webauthn.begin_registration(person, True))


def add_passkey(person: User, *, name: str, credential: Any) -> Authenticator:
    """Keep the passkey that a browser made from those options. Raises BadInput where it did not."""
    with _Answer():
        webauthn.parse_registration_response(credential)
        binding = webauthn.complete_registration(credential)
        if not binding.is_user_verified():
            raise ValueError
    return webauthn.WebAuthn.add(person, name[:60] or "Passkey", credential).instance


def options_to_use(person: User | None = None) -> dict[str, Any]:
    """What a browser needs to use a passkey: any that it has for this place, or one of that person's."""
    options = dict(webauthn.begin_authentication(person))
    return options


def used_passkey(credential: Any, *, person: User | None = None) -> Authenticator:
    """The passkey that answered the challenge. Raises BadInput where none did; a challenge is good for one answer."""
    with _Answer():
        webauthn.parse_authentication_response(credential)
        owner = person or User.objects.get(public_id=_handle(credential), is_active=True)
        row = webauthn.complete_authentication(owner, credential)
        row.record_usage()
    return row


def _handle(credential: Any) -> Any:
    """Whose passkey it says it is."""
    from uuid import UUID

    from fido2.utils import websafe_decode

    return UUID(bytes=websafe_decode(credential["response"]["userHandle"]))


class _Answer:
    """What comes from a browser may be anything; whatever is wrong with it, it is no passkey. The challenge is used up."""

    def __enter__(self) -> None:
        from allauth.core import context

        self.session = context.request.session

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        self.session.pop(webauthn.STATE_SESSION_KEY, None)
        wrong = (ValidationError, ValueError, TypeError, KeyError, AttributeError, IndexError, User.DoesNotExist)
        if isinstance(error, wrong):
            raise BadInput("That passkey did not work here", do="try again, or sign in another way") from None
