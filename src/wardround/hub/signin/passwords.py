"""Signing in with a password, and changing it. Whatever is wrong with address or password, the answer and its time are the same."""

import logging

from django.contrib.auth import authenticate, update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from wardround.core.vocab import BadInput
from wardround.hub import clock
from wardround.hub.accounts.models import User
from wardround.hub.signin import throttle
from wardround.hub.signin.browsers import known, source
from wardround.hub.signin.factors import take_code
from wardround.hub.signin.notices import tell
from wardround.hub.signin.sessions import end_others, noted, renewed

WRONG = BadInput("The e-mail address or the password is not right")
log = logging.getLogger("wardround.signin")


def by_password(request: HttpRequest, *, email: str, password: str) -> User:
    """The person with that address and password. Raises MustWait, or BadInput in the same words whatever was wrong."""
    email = email.strip().lower()
    counted = throttle.at_address(email, source=source(request), device=known(request, email))
    waits = throttle.begin(counted, at=clock.now())
    person = authenticate(request, username=email, password=password)
    if person is None:
        if waits:
            _slowed(email, "slowed")
        raise WRONG
    throttle.right(counted)
    return person  # type: ignore[return-value]


def by_code(request: HttpRequest, person: User, code: str) -> str:
    """Which factor the code of the second step was. Raises MustWait, or BadInput where it is none that counts.

    Whoever comes this far knows the password: wrong codes from browsers where the person never was count together.
    """
    device = known(request, person.email)
    counted = [throttle.Guess(f"device {device}" if device else f"second step {person.pk}", throttle.AT_AN_ADDRESS)]
    waits = throttle.begin(counted, at=clock.now())
    factor = take_code(person, code)
    if not factor:
        if waits:
            _slowed(person.email, "code_guessed")
        raise BadInput("is not right, or was used before", where="code", do="type the newest code of your app")
    throttle.right(counted)
    return factor


def again(request: HttpRequest, person: User, *, password: str | None, code: str | None) -> str:
    """Whether a signed-in person is who they are; the factor that the code was. None: this is not asked of them."""
    counted = [throttle.Guess(f"again {noted(request).get('id')}", throttle.AT_AN_ADDRESS)]
    throttle.begin(counted, at=clock.now())
    if password is not None and not person.check_password(password):
        raise BadInput("is not right", where="password")
    factor = take_code(person, code) if code is not None else ""
    if code is not None and not factor:
        raise BadInput("is not right, or was used before", where="code", do="type the newest code of your app")
    throttle.right(counted)
    return factor


def _slowed(email: str, event: str) -> None:
    """Have it recorded that a wait began, and the person told. The same work whether the address is somebody's or not."""
    from wardround.hub.signin.tasks import slowed

    log.warning("a wait begins: %s", event)
    slowed.enqueue(User.objects.filter(email=email).values_list("pk", flat=True).first() or 0, event)


@transaction.atomic
def change_password(request: HttpRequest, person: User, new: str) -> None:
    """Another password; the other sessions end. Raises BadInput where it is too weak."""
    try:
        validate_password(new, person)
    except ValidationError as error:
        raise BadInput(" ".join(error.messages), where="new password") from None
    person.set_password(new)
    person.save(update_fields=["password"])
    update_session_auth_hash(request, person)
    renewed(request)
    end_others(person, but=request)
    tell(person, "password_changed")
