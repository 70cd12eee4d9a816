"""Recovery: somebody who has lost everything is let begin anew by those who know them, never by what they say of themselves."""

from collections.abc import Callable
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.exceptions import ValidationError
from django.db import transaction

from wardround.core.vocab import BadInput
from wardround.hub.accounts.models import User
from wardround.hub.organisations.access import Act, held_by
from wardround.hub.organisations.models import Organisation
from wardround.hub.outbox.services import LINK, post
from wardround.hub.signin.models import Device
from wardround.hub.signin.notices import tell
from wardround.hub.signin.sessions import end_others


class _Links(PasswordResetTokenGenerator):
    """Good for a day and for one use: each holds the password as it was."""

    key_salt = "wardround.signin.recovery"


links = _Links()


@transaction.atomic
def reset(act: Act, *, person: User, organisation: Organisation, reason: str, link: Callable[[str, str], str]) -> None:
    """Take all factors and the password away, end all sessions, and mail a link by which the person begins anew.

    By a lead of the organisation, for one of its people; for whoever acts at the centre, by the centre alone, since the lead of a
    hospital must not become the centre by having a mailbox read. Raises PermissionDenied, or BadInput where it is oneself.
    """
    act.access.demand("people.manage", organisation)
    held = held_by(person, at=act.at)
    if organisation.pk not in {one.organisation_id for one in held} or not person.is_active:
        raise BadInput("does not belong to this organisation", where="person")
    if act.who == str(person):
        raise BadInput("Your own sign-in is reset by somebody else", do="change it on your account's page")
    if any(one.organisation.kind == "centre" for one in held):
        act.access.demand("organisation.manage")
    begin_anew(act, person=person, organisation=organisation, reason=reason, link=link)


@transaction.atomic
def begin_anew(act: Act, *, person: User, organisation: Organisation, reason: str, link: Callable[[str, str], str]) -> None:
    """The same, once it is clear that it may be done."""
    Authenticator.objects.filter(user=person).delete()
    Device.objects.filter(user=person).delete()
    person.set_unusable_password()
    person.save(update_fields=["password"])
    end_others(person)
    tell(
        person,
        "reset",
        act=act,
        more=f"By: {act.who.partition(' <')[0]}. A second letter holds the link by which you begin anew.",
        reason=reason,
    )
    words = f"choose a new password, and then a second factor, by this link within a day: {LINK}\nIt works once."
    post(
        act,
        organisation=organisation,
        to=person.email,
        subject="Wardround: begin anew",
        body=f"Dear {person.name},\n\n{words}\n",
        about=person.public_id,
        link=link(str(person.public_id), links.make_token(person)),
    )


def whose(public_id: UUID, token: str) -> User:
    """The person of a link. Raises BadInput for one that was forged or used, or has run out."""
    person = User.objects.filter(public_id=public_id, is_active=True).first()
    if person is None or not links.check_token(person, token):
        raise BadInput(
            "This link cannot be used: it was used already, or its time has run out", do="ask your security lead for a new one"
        )
    return person


@transaction.atomic
def take_up(public_id: UUID, token: str, *, password: str) -> User:
    """Choose the new password; the link is void then. Raises BadInput where link or password will not do."""
    person = User.objects.select_for_update().get(pk=whose(public_id, token).pk)
    whose(public_id, token)
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise BadInput(" ".join(error.messages), where="new password") from None
    person.set_password(password)
    person.save(update_fields=["password"])
    tell(person, "password_changed")
    return person
