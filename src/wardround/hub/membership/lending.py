"""Delegation: a lead's role held by another person until a date."""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction

from wardround.core.vocab import BadInput
from wardround.hub.accounts.models import User
from wardround.hub.audit.services import record
from wardround.hub.membership.leading import demand_people, roles_of
from wardround.hub.organisations.access import Act, system_access
from wardround.hub.organisations.models import Delegation, Membership, Organisation
from wardround.hub.organisations.roles import LEADING, granted
from wardround.hub.reach import reaching

LONGEST = timedelta(days=92)
"""A quarter: whoever stands in for longer is given a role of their own."""


@transaction.atomic
@reaching(system_access("delegations"))
def delegate(act: Act, *, by: User, organisation: Organisation, to: User, role: str, until: datetime) -> Delegation:
    """Lend a role until a time: by a lead's own membership, never by one that was lent. Duties (SIRO, safety) are not lent.

    Raises BadInput where the time is past or further than LONGEST away, or the other is nobody whom the lead can see.
    """
    own = Membership.objects.filter(user=by, organisation=organisation, role__in=LEADING, ended_at=None)
    if str(by) != act.who or (membership := own.select_for_update().first()) is None:
        raise PermissionDenied(f"{act.who} has no role of their own at {organisation} to lend")
    if role not in lendable(organisation):
        raise BadInput(f"{role!r} cannot be lent", where="role", do="use " + ", ".join(lendable(organisation)))
    if not act.at < until <= act.at + LONGEST:
        raise BadInput(
            "is past" if until <= act.at else f"is more than {LONGEST.days} days away", where="until", do="choose another day"
        )
    if to not in may_stand_in(by, organisation):
        raise BadInput("is nobody of your organisations", where="to", do="invite them first, in whatever role")
    made = Delegation.unscoped.create(
        organisation=organisation, membership=membership, to=to, role=role, begun_at=act.at, until=until
    )
    document = {"to": to.email, "role": role, "until": until.isoformat()}
    record(act, organisation=organisation, what="role delegated", subject=made.public_id, document=document)
    return made


def lendable(organisation: Organisation) -> list[str]:
    """The roles that a lead can lend: none that permits what the lead's own does not, so no signing duty."""
    kind = organisation.kind
    own = frozenset[str]().union(*(granted([role], kind=kind) for role in LEADING))
    return [role for role in roles_of(organisation) if granted([role], kind=kind) <= own]


def may_stand_in(by: User, organisation: Organisation) -> list[User]:
    """Whom a lead can lend a role to: people of the organisations that they themselves belong to."""
    theirs = Membership.objects.filter(user=by, ended_at=None).values("organisation")
    found = User.objects.filter(memberships__organisation__in=theirs, memberships__ended_at=None, is_active=True)
    return list(found.exclude(pk=by.pk).distinct().order_by("name", "pk"))


@transaction.atomic
@reaching(system_access("delegations"))
def end_delegation(act: Act, *, delegation: Delegation) -> None:
    """Take a lent role back before its time: a lead does, or who holds it gives it back."""
    delegation = Delegation.unscoped.select_for_update().select_related("to", "organisation").get(pk=delegation.pk)
    if str(delegation.to) != act.who:
        demand_people(act, delegation.organisation)
    if delegation.ended_at is None and delegation.until > act.at:
        take_back(act, delegation)


def take_back(act: Act, delegation: Delegation) -> None:
    """End a delegation, for whatever reason; the record says by whom."""
    delegation.ended_at, delegation.ended_by = act.at, act.who
    delegation.save()
    document = {"to": delegation.to.email, "role": delegation.role, "until": delegation.until.isoformat()}
    record(act, organisation=delegation.organisation, what="delegation ended", subject=delegation.public_id, document=document)
