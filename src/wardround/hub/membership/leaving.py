"""Ending a membership, and changing a role. A membership is never deleted: it ends, with a date."""

from django.db import transaction

from wardround.core.vocab import BadInput
from wardround.hub.accounts.models import User
from wardround.hub.audit.services import record
from wardround.hub.membership.desk import keep_desk
from wardround.hub.membership.inviting import revoke_all_of
from wardround.hub.membership.leading import demand_another_lead, demand_people, demand_role
from wardround.hub.membership.lending import take_back
from wardround.hub.organisations.access import Act, system_access
from wardround.hub.organisations.models import Delegation, Membership, Organisation
from wardround.hub.organisations.roles import LEADING
from wardround.hub.reach import reaching


@transaction.atomic
@reaching(system_access("memberships"))
def leave(act: Act, *, user: User, organisation: Organisation) -> None:
    """End one's own membership. Raises BadInput where nobody would lead the organisation, or there is no membership."""
    membership = _live(user, organisation)
    demand_another_lead(membership)
    _end(act, membership, what="left")


@transaction.atomic
@reaching(system_access("memberships"))
def remove(act: Act, *, user: User, organisation: Organisation) -> None:
    """End somebody's membership: the organisation's lead does; the centre may take away a lead, even the last one of another's."""
    membership = _live(user, organisation)
    if act.access.may("people.manage", organisation) or not (act.access.may("organisation.manage") and membership.role in LEADING):
        demand_people(act, organisation)
        demand_another_lead(membership)
    _end(act, membership, what="membership ended")


@transaction.atomic
@reaching(system_access("memberships"))
def change_role(
    act: Act, *, user: User, organisation: Organisation, role: str, siro: bool = False, clinical_safety_officer: bool = False
) -> Membership:
    """Give a member another role: the old membership ends, a new one begins. What they lent and invited with the old one ends."""
    demand_people(act, organisation)
    demand_role(organisation, role, where="role")
    before = _live(user, organisation)
    if act.who == str(user) and before.role not in LEADING:
        raise BadInput("Nobody gives themselves a role that a lent one lets them give", do="ask the lead")
    duties = {"siro": siro, "clinical_safety_officer": clinical_safety_officer}
    if before.role == role and (before.siro, before.clinical_safety_officer) == (siro, clinical_safety_officer):
        return before
    if role not in LEADING:
        demand_another_lead(before)
    _end(act, before, what="role changed", document={"to": role, **duties})
    after = Membership.objects.create(user=user, organisation=organisation, role=role, begun_at=act.at, **duties)
    keep_desk(act, user)
    return after


def _live(user: User, organisation: Organisation) -> Membership:
    """Their live membership, with the organisation locked, so that two leads cannot both be the one that stays."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    found = Membership.objects.filter(user=user, organisation=organisation, ended_at=None)
    if (one := found.select_related("user", "organisation").first()) is None:
        raise BadInput("does not belong to the organisation", where=user.email, do="look at its page again")
    return one


def _end(act: Act, membership: Membership, *, what: str, document: dict[str, object] | None = None) -> None:
    user, organisation = membership.user, membership.organisation
    Membership.objects.filter(pk=membership.pk).update(ended_at=act.at, ended_by=act.who)
    lent = Delegation.unscoped.filter(organisation=organisation, ended_at=None)
    for delegation in lent.filter(membership=membership) | (lent.filter(to=user) if what != "role changed" else lent.none()):
        take_back(act, delegation)
    if what != "role changed" and not Membership.objects.filter(user=user, ended_at=None).exists():
        elsewhere = Act(system_access("who stood in belongs nowhere any more"), act.at)  # who ended it is nobody's business there
        for delegation in Delegation.unscoped.filter(to=user, ended_at=None, until__gt=act.at).select_related("to", "organisation"):
            take_back(elsewhere, delegation)
    revoke_all_of(act, user, organisation)
    said = {"person": user.email, "role": membership.role} | (document or {})
    record(act, organisation=organisation, what=what, subject=user.public_id, document=said)
    keep_desk(act, user)
