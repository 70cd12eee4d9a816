"""Who answers for the people of an organisation."""

from datetime import datetime

from django.core.exceptions import PermissionDenied

from wardround.core.vocab import BadInput
from wardround.hub.organisations.access import Act
from wardround.hub.organisations.models import Membership, Organisation
from wardround.hub.organisations.roles import LEADING, ROLES, fits


def demand_people(act: Act, organisation: Organisation) -> None:
    """Raise PermissionDenied unless they lead the organisation."""
    act.access.demand("people.manage", organisation)


def leads_of(organisation: Organisation) -> list[Membership]:
    """The live memberships whose holders lead it. A lent role is none: somebody has to be there when it runs out."""
    found = Membership.objects.filter(organisation=organisation, role__in=LEADING, ended_at=None, user__is_active=True)
    return list(found.select_related("user").order_by("pk"))


def demand_another_lead(membership: Membership) -> None:
    """Raise BadInput where nobody would lead the organisation without this membership."""
    if membership.role in LEADING and not any(m.pk != membership.pk for m in leads_of(membership.organisation)):
        raise BadInput(
            "would leave the organisation without a lead", where=membership.user.email, do="give somebody else the role first"
        )


def may_ask_in(act: Act, organisation: Organisation, *, role: str) -> None:
    """Raise PermissionDenied unless they may give that role there: its lead; or the centre, for a first lead."""
    first = role in LEADING and not leads_of(organisation)
    if not (act.access.may("people.manage", organisation) or (first and act.access.may("organisation.manage"))):
        raise PermissionDenied(f"{act.who} may not invite to {organisation}")


def demand_role(organisation: Organisation, role: str, *, where: str) -> None:
    """Raise BadInput unless the role exists in that kind of organisation."""
    if role not in roles_of(organisation):
        raise BadInput(f"{role!r} is no role in {organisation}", where=where, do="use " + ", ".join(roles_of(organisation)))


def roles_of(organisation: Organisation) -> list[str]:
    """The roles that the table has for an organisation of that kind."""
    return [role for role in ROLES if fits(role, kind=organisation.kind)]


def demand_open(organisation: Organisation, *, at: datetime) -> None:
    """Raise BadInput where the organisation has closed."""
    if organisation.closed_on and organisation.closed_on <= at.date():
        raise BadInput(f"{organisation} closed on {organisation.closed_on}", where=organisation.code, do="choose its successor")


def lead_role() -> str:
    """The role of whoever leads an organisation that is no centre."""
    return next(role for role in Membership.Role.values if role in LEADING and role != Membership.Role.NATIONAL)
