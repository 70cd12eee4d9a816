"""Break-glass: sealed codes that let somebody in once as the national duty officer, for a few hours, for everybody to see.

A code has 160 random bits and is printed once; its SHA-256 is kept. Whoever uses one gives a name and a reason, and gets an account
of their own that ends with the time: the record tells what they did from what everybody else did.
"""

import base64
import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Max, QuerySet
from django.http import HttpRequest

from wardround.core.directory import plain_name
from wardround.core.vocab import BadInput
from wardround.hub import clock
from wardround.hub.accounts.models import User
from wardround.hub.audit.services import record
from wardround.hub.organisations.access import Act, access_of, system_access
from wardround.hub.organisations.models import Membership, Organisation
from wardround.hub.signin import throttle
from wardround.hub.signin.browsers import family, source
from wardround.hub.signin.models import EmergencyCode
from wardround.hub.signin.notices import NOWHERE, letter
from wardround.hub.signin.sessions import Entering, end_others, enter

LASTS = timedelta(hours=4)
CODES_AT_ONCE = 20
WRONG = BadInput("is none that works here", where="code", do="type it as it is printed; each works once")


def the_centre() -> Organisation:
    """The national centre. Raises BadInput in a hub that has none."""
    found = Organisation.objects.filter(kind=Organisation.Kind.CENTRE, closed_on=None).first()
    if found is None:
        raise BadInput("this hub has no national centre", do="set one up: wardround organisation centre")
    return found


@transaction.atomic
def make(act: Act, *, number: int) -> list[tuple[int, str]]:
    """New codes with their numbers. They can be read here, and never again."""
    if not 1 <= number <= CODES_AT_ONCE:
        raise BadInput(f"{number} codes at once are too few or too many", where="--codes", do=f"make 1 to {CODES_AT_ONCE}")
    centre = the_centre()
    Organisation.objects.select_for_update().get(pk=centre.pk)
    last = EmergencyCode.objects.aggregate(Max("number"))["number__max"] or 0
    made = [(last + 1 + n, base64.b32encode(secrets.token_bytes(20)).decode()) for n in range(number)]
    for count, code in made:
        EmergencyCode.objects.create(number=count, digest=_digest(code), made_at=act.at)
    document = {"numbers": [count for count, _ in made]}
    record(act, organisation=centre, what="break-glass codes made", subject="break-glass", document=document)
    return [(count, "-".join(code[n : n + 4] for n in range(0, len(code), 4))) for count, code in made]


@transaction.atomic
def revoke(act: Act, *, number: int) -> None:
    """Void a code that was not used. Raises BadInput where there is none."""
    row = EmergencyCode.objects.select_for_update().filter(number=number, used_at=None, revoked_at=None).first()
    if row is None:
        raise BadInput(f"there is no code {number} that could still be used", do="wardround break-glass list")
    row.revoked_at = act.at
    row.save()
    document = {"numbers": [number]}
    record(act, organisation=the_centre(), what="break-glass code revoked", subject=row.public_id, document=document)


def use(request: HttpRequest, *, code: str, name: str, reason: str) -> EmergencyCode:
    """Let somebody in by a code. Raises BadInput for one that was used, revoked or never made, MustWait after some of those.

    A code that works never waits: nobody guesses 160 bits, and whoever shares a network with the officer must not shut the way in.
    """
    row = _take(code, name=plain_name(name, where="name"), reason=reason, browser=family(request))
    if row is None:
        guess = throttle.Guess(f"break-glass {source(request)}", throttle.AT_AN_ADDRESS)
        if throttle.begin([guess], at=clock.now()):
            act, document = Act(system_access("break-glass"), clock.now()), {"browser": family(request)}
            record(act, organisation=the_centre(), what="break-glass guessed", subject="break-glass", document=document)
        raise WRONG
    assert row.user is not None  # noqa: S101
    enter(request, row.user, Entering("break-glass", "break-glass", row.until))
    return row


@transaction.atomic
def _take(code: str, *, name: str, reason: str, browser: str) -> EmergencyCode | None:
    digest = _digest("".join(code.upper().split()).replace("-", ""))
    row = EmergencyCode.objects.select_for_update().filter(digest=digest, used_at=None, revoked_at=None).first()
    if row is None:
        return None
    now, centre = clock.now(), the_centre()
    row.used_at, row.until, row.name, row.reason = now, now + LASTS, name, reason
    row.user = User.objects.create_user(
        f"break-glass-{row.number}@centre{NOWHERE}", name=f"{name} (break-glass {row.number})"[:200], created_at=now
    )
    Membership.objects.create(user=row.user, organisation=centre, role=Membership.Role.DUTY_OFFICER, begun_at=now)
    row.save()
    act = Act(access_of(row.user, at=now), now)
    document = {"number": row.number, "name": name, "reason": reason, "until": row.until.isoformat(), "browser": browser}
    record(act, organisation=centre, what="break-glass used", subject=row.public_id, document=document)
    _alarm(row, centre)
    return row


def _alarm(row: EmergencyCode, centre: Organisation) -> None:
    """Tell the centre's mailbox and everybody who acts there."""
    assert row.used_at is not None  # noqa: S101
    assert row.until is not None  # noqa: S101
    leads = Membership.objects.filter(organisation=centre, role=Membership.Role.NATIONAL, ended_at=None, user__is_active=True)
    to = [centre.mailbox, *leads.exclude(user=row.user).values_list("user__email", flat=True)]
    lines = [
        f"Break-glass code {row.number} was used on {row.used_at:%d %B %Y at %H:%M} UTC.",
        f"By: {row.name}",
        f"Reason: {row.reason}",
        f"They act as the duty officer until {row.until:%H:%M} UTC. Every page of the centre shows it.",
        "If you do not know of this, end it now: Break-glass, in the menu of the hub. Somebody has to review it afterwards.",
    ]
    for address in dict.fromkeys(address for address in to if address):
        letter(centre, to=address, subject=f"Break-glass code {row.number} was used", lines=lines, at=row.used_at)


@transaction.atomic
def end(act: Act, *, row: EmergencyCode) -> None:
    """End the use of a code before its time."""
    act.access.demand("glass.review")
    over(act, row=row)


def over(act: Act, *, row: EmergencyCode) -> None:
    """The account of a use is closed, and all that it held."""
    row = EmergencyCode.objects.select_for_update().get(pk=row.pk)
    if row.ended_at or row.user is None:
        return
    row.ended_at = act.at
    row.save()
    end_others(row.user)
    User.objects.filter(pk=row.user.pk).update(is_active=False)
    Membership.objects.filter(user=row.user, ended_at=None).update(ended_at=act.at, ended_by=act.who)
    record(act, organisation=the_centre(), what="break-glass ended", subject=row.public_id, document={"number": row.number})


@transaction.atomic
def review(act: Act, *, row: EmergencyCode, note: str) -> None:
    """Say that what was done was looked at. Not by whoever did it, who may have a second code: by nobody who came in by one.

    The use ends with it, if it has not yet.
    """
    act.access.demand("glass.review")
    uses = EmergencyCode.objects.exclude(user=None).select_related("user")
    if act.who in {str(use.user) for use in uses}:
        raise BadInput("What you do by a break-glass code is reviewed by somebody else", do="ask another person of the centre")
    over(act, row=row)
    row = EmergencyCode.objects.select_for_update().get(pk=row.pk)
    if row.reviewed_at:
        raise BadInput("It was reviewed already", do=f"by {row.reviewed_by}")
    row.reviewed_at, row.reviewed_by, row.review = act.at, act.who, note
    row.save()
    document = {"number": row.number, "note": note}
    record(act, organisation=the_centre(), what="break-glass reviewed", subject=row.public_id, document=document)


def to_review() -> QuerySet[EmergencyCode]:
    """Uses that nobody has reviewed yet."""
    return EmergencyCode.objects.exclude(used_at=None).filter(reviewed_at=None)


def run_out() -> int:
    """End the uses whose time is over; returns how many."""
    act = Act(system_access("break-glass"), clock.now())
    rows = list(to_review().filter(ended_at=None, until__lte=act.at))
    for row in rows:
        with transaction.atomic():
            over(act, row=row)
    return len(rows)


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
