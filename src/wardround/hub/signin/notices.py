"""What a person is told of their own sign-in, and what is recorded of it in the organisations that they are of."""

from typing import Any, NamedTuple

from django.db import transaction

from wardround.hub.accounts.models import User
from wardround.hub.audit.services import record
from wardround.hub.organisations.access import Act, access_of, access_to, held_by, system_access
from wardround.hub.outbox.models import Message
from wardround.hub.reach import reaching

NOWHERE = ".invalid"
"""Where no mail goes (RFC 2606): addresses of people for one emergency."""


class Notice(NamedTuple):
    """What is recorded, and how the letter begins."""

    what: str
    letter: str


NOTICES = {
    "new_device": Notice(
        "sign-in from a new browser", "Somebody signed in to your account from a browser that was not used before"
    ),
    "passkey_added": Notice("passkey added", "A passkey was added to your account"),
    "passkey_removed": Notice("passkey removed", "A passkey was removed from your account"),
    "app_added": Notice("authenticator app added", "An authenticator app was added to your account"),
    "app_removed": Notice("authenticator app removed", "The authenticator app was removed from your account"),
    "codes_made": Notice("recovery codes made", "New recovery codes were made for your account; those from before are void"),
    "code_used": Notice("recovery code used", "A recovery code was used to sign in to your account"),
    "password_changed": Notice("password changed", "The password of your account was changed"),
    "sessions_ended": Notice("sessions ended", "All other sessions of your account were ended"),
    "slowed": Notice(
        "sign-in slowed down", "There were several wrong attempts to sign in to your account, and whoever makes them waits"
    ),
    "code_guessed": Notice(
        "second step slowed down", "Somebody who knows the password of your account typed wrong codes at the second step"
    ),
    "reset": Notice("sign-in reset", "The sign-in of your account was reset, and all your sessions were ended"),
}
ASK = "If this was you, do nothing. If it was not, change your password, end your other sessions, and tell your security lead."


def subject_of(event: str) -> str:
    """What the letter about it is called."""
    return f"Wardround: {NOTICES[event].what}"


@transaction.atomic
def tell(person: User, event: str, *, act: Act | None = None, more: str = "", **document: Any) -> None:
    """Record it in every organisation that the person is of, and write to them."""
    from wardround.hub import clock

    at = act.at if act else clock.now()
    notice = NOTICES[event]
    with reaching(system_access("who is to be told")):
        organisations = [held.organisation for held in held_by(person, at=at)]
    for organisation in {o.pk: o for o in organisations}.values():
        by = act or Act(access_of(person, at=at), at)
        record(by, organisation=organisation, what=notice.what, subject=person.public_id, document=document)
    if organisations and not person.email.endswith(NOWHERE):
        lines = [f"Dear {person.name},", f"{notice.letter}, on {at:%d %B %Y at %H:%M} UTC.", *([more] if more else [ASK])]
        letter(organisations[0], to=person.email, subject=subject_of(event), lines=lines, at=at)


def letter(organisation: Any, *, to: str, subject: str, lines: list[str], at: Any, about: str = "") -> Message:
    """Queue a letter to one address, in the caller's transaction."""
    with reaching(access_to("a letter about signing in", [organisation.pk])):
        made: Message = Message.unscoped.create(
            organisation=organisation,
            to=to,
            subject=subject[:300],
            body="\n\n".join(lines) + "\n",
            about=about or "sign-in",
            created_at=at,
            next_attempt_at=at,
        )
    return made
