"""Inviting an address to a role, and accepting: once, in time, by the one who was asked."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from wardround.core.directory import plain_address, plain_name
from wardround.core.vocab import BadInput
from wardround.hub.accounts.joining import choose_password
from wardround.hub.accounts.models import User
from wardround.hub.audit.services import record
from wardround.hub.membership.desk import keep_desk
from wardround.hub.membership.leading import demand_open, demand_people, demand_role, may_ask_in
from wardround.hub.membership.tokens import digest_of, new_token
from wardround.hub.organisations.access import Act, access_of, nobody, system_access
from wardround.hub.organisations.models import Invitation, Membership, Organisation
from wardround.hub.outbox.services import LINK, post
from wardround.hub.reach import reaching

HOLDS = timedelta(hours=72)
OPEN_AT_ONCE = 200
INVITATION = "invitation"
USELESS = "This invitation cannot be used"

log = logging.getLogger(__name__)


@transaction.atomic
@reaching(system_access("inviting"))
def invite(
    act: Act,
    *,
    organisation: Organisation,
    email: str,
    role: str,
    link: Callable[[str], str],
    siro: bool = False,
    clinical_safety_officer: bool = False,
) -> Invitation:
    """Offer a role to an address; the letter carries `link(token)`. An open invitation of the same address is replaced.

    What it answers does not depend on whether the address has an account. Raises BadInput where the address is none, the role does
    not exist there, or its holder belongs to the organisation already, which its lead can see anyway.
    """
    may_ask_in(act, organisation, role=role)
    demand_open(organisation, at=act.at)
    demand_role(organisation, role, where="role")
    address = plain_address(email, where="email")
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    if _members(organisation, address).exists():
        raise BadInput("belongs to the organisation already", where="email", do="change their role instead")
    if act.who.endswith(f"<{address}>"):  # a role that was lent, or the centre's word for a first lead, ends; a membership stays
        raise BadInput("is your own", where="email", do="ask the lead to invite you")
    waiting = open_invitations(organisation, at=act.at)
    for before in waiting.filter(email=address):
        _revoke(act, before, because="replaced")
    if waiting.count() >= OPEN_AT_ONCE:
        raise BadInput(f"cannot be invited: {OPEN_AT_ONCE} invitations are open", where="email", do="revoke some, or wait")
    token = new_token(INVITATION)
    made = Invitation.unscoped.create(
        organisation=organisation,
        email=address,
        role=role,
        siro=siro,
        clinical_safety_officer=clinical_safety_officer,
        digest=token.digest,
        invited_at=act.at,
        invited_by=act.who,
        expires_at=act.at + HOLDS,
    )
    post(
        act,
        organisation=organisation,
        to=address,
        subject=f"Invitation to {organisation.name}",
        body=_letter(made),
        about=made.public_id,
        link=link(token.text),
    )
    record(act, organisation=organisation, what="invited", subject=made.public_id, document=_document(made))
    return made


def open_invitations(organisation: Organisation, *, at: datetime) -> QuerySet[Invitation]:
    """Those that can still be accepted."""
    return Invitation.unscoped.filter(organisation=organisation, accepted_at=None, revoked_at=None, expires_at__gt=at)


@transaction.atomic
@reaching(system_access("an invitation"))
def revoke(act: Act, *, invitation: Invitation) -> None:
    """Take an invitation back. Raises BadInput where it was used."""
    demand_people(act, invitation.organisation)
    invitation = Invitation.unscoped.select_for_update().get(pk=invitation.pk)
    if invitation.accepted_at:
        raise BadInput("was accepted already", where="invitation", do="end the membership instead")
    if invitation.revoked_at is None:
        _revoke(act, invitation, because="revoked")


def _revoke(act: Act, invitation: Invitation, *, because: str) -> None:
    invitation.revoked_at, invitation.revoked_by = act.at, act.who
    invitation.save()
    document = {"invited": invitation.email, "because": because}
    record(act, organisation=invitation.organisation, what="invitation revoked", subject=invitation.public_id, document=document)


def revoke_all_of(act: Act, user: User, organisation: Organisation) -> None:
    """Take back what somebody invited whose own membership ends; of somebody of the centre first leads elsewhere, too."""
    mine = Invitation.unscoped.filter(invited_by=str(user), accepted_at=None, revoked_at=None, expires_at__gt=act.at)
    if organisation.kind == Organisation.Kind.CENTRE:
        mine = mine.exclude(organisation__in=Membership.objects.filter(user=user, ended_at=None).values("organisation"))
    else:
        mine = mine.filter(organisation=organisation)
    for made in mine.select_related("organisation"):
        _revoke(act, made, because="who invited has left")


@reaching(system_access("an invitation"))
def offered(token: str, *, at: datetime) -> Invitation:
    """What a token offers. Raises BadInput for one that was forged, used, revoked, or has run out."""
    found = _found(token)
    problem = _useless(found, at=at)
    if found is None or problem:
        raise BadInput(problem)
    return found


def _found(token: str) -> Invitation | None:
    digest = digest_of(token, purpose=INVITATION)
    if digest is None:
        log.warning("an invitation's token was forged, or made by another installation")
        return None
    return Invitation.unscoped.select_related("organisation").filter(digest=digest).first()


def _useless(invitation: Invitation | None, *, at: datetime) -> str:
    """Why an invitation cannot be accepted, in words for who holds its token; empty where it can."""
    if invitation is None:
        return USELESS
    if invitation.accepted_at:
        return f"{USELESS}: it was accepted already"
    if invitation.revoked_at:
        return f"{USELESS}: it was taken back"
    if invitation.expires_at <= at or (invitation.organisation.closed_on and invitation.organisation.closed_on <= at.date()):
        return f"{USELESS}: its time has run out"
    return ""


@reaching(system_access("an invitation"))
def accept(token: str, *, at: datetime, user: User | None = None, name: str = "", password: str = "") -> User:
    """Take up an invitation: as the person who is signed in, or as a new one with a name and a password.

    Raises BadInput where it cannot be used, or is for another address, which is recorded; and for a name or a password that will
    not do, after which it can still be used.
    """
    with transaction.atomic():
        found = _found(token)
        invitation = found and Invitation.unscoped.select_for_update().select_related("organisation").get(pk=found.pk)
        problem = _useless(invitation, at=at)
        if invitation and not problem:
            problem = _not_theirs(invitation, user)
        if invitation and problem:
            who = Act(access_of(user, at=at), at) if user else Act(nobody("somebody who is not signed in"), at)
            document = {"why": problem}
            record(
                who,
                organisation=invitation.organisation,
                what="invitation refused",
                subject=invitation.public_id,
                document=document,
            )
        if invitation and not problem:
            joined = _joined(invitation, user or _new_person(invitation, name=name, at=at), at=at)
            if user is None:
                choose_password(joined, password)
            return joined
    raise BadInput(problem)


def _not_theirs(invitation: Invitation, user: User | None) -> str:
    if user is None:
        taken = User.objects.filter(email=invitation.email).exists()
        return f"{USELESS} before its holder has signed in" if taken else ""
    if user.email != invitation.email or not user.is_active:
        return f"{USELESS} by you: it is for another address"
    return f"{USELESS}: you belong to the organisation already" if _members(invitation.organisation, user.email).exists() else ""


def _new_person(invitation: Invitation, *, name: str, at: datetime) -> User:
    return User.objects.create_user(invitation.email, name=plain_name(name, where="name"), created_at=at)


def _joined(invitation: Invitation, user: User, *, at: datetime) -> User:
    invitation.accepted_at, invitation.accepted_by = at, user
    invitation.save()
    Membership.objects.create(
        user=user,
        organisation=invitation.organisation,
        role=invitation.role,
        siro=invitation.siro,
        clinical_safety_officer=invitation.clinical_safety_officer,
        begun_at=at,
    )
    act = Act(access_of(user, at=at), at)
    record(
        act,
        organisation=invitation.organisation,
        what="invitation accepted",
        subject=invitation.public_id,
        document=_document(invitation) | {"invited_by": invitation.invited_by},
    )
    keep_desk(act, user)
    return user


def _members(organisation: Organisation, email: str) -> QuerySet[Membership]:
    return Membership.objects.filter(organisation=organisation, user__email=email, ended_at=None)


def _document(invitation: Invitation) -> dict[str, object]:
    return {
        "invited": invitation.email,
        "role": invitation.role,
        "siro": invitation.siro,
        "clinical_safety_officer": invitation.clinical_safety_officer,
        "until": invitation.expires_at.isoformat(),
    }


def _letter(invitation: Invitation) -> str:
    return "\n".join(
        [
            f"You are invited to {invitation.organisation.name} in Wardround, as {invitation.get_role_display()}.",
            *([] if invitation.invited_by.startswith("system:") else [f"By: {invitation.invited_by}"]),
            "",
            f"Accept it within 72 hours: {LINK}",
            "",
            "The link works once. If you did not expect this, do nothing: then nothing happens.",
        ]
    )
