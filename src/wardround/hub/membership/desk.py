"""In an installation of one organisation, whoever leads it works at its desk too: there alerts are brought in from elsewhere."""

from django.conf import settings

from wardround.hub.accounts.models import User
from wardround.hub.audit.services import record
from wardround.hub.installation import ONE
from wardround.hub.membership.leading import LEADING
from wardround.hub.organisations.access import Act
from wardround.hub.organisations.models import Membership, Organisation

DESK = "DESK"


def keep_desk(act: Act, user: User) -> None:
    """The desk's people are the organisation's leads: who leads it belongs to the desk, who no longer does leaves it.

    Does nothing in an installation of another kind.
    """
    if settings.INSTALLATION.kind != ONE:
        return
    desk = Organisation.objects.get(code=DESK)
    held = Membership.objects.filter(user=user, ended_at=None)
    leads = held.exclude(organisation=desk).filter(role__in=LEADING, organisation__kind=Organisation.Kind.TRUST).exists()
    there = held.filter(organisation=desk)
    document = {"person": user.email, "role": Membership.Role.NATIONAL, "because": "follows the organisation's lead"}
    if leads and not there.exists():
        Membership.objects.create(user=user, organisation=desk, role=Membership.Role.NATIONAL, begun_at=act.at)
        record(act, organisation=desk, what="membership set", subject=user.public_id, document=document)
    elif not leads and there.exists():
        there.update(ended_at=act.at, ended_by=act.who)
        record(act, organisation=desk, what="membership ended", subject=user.public_id, document=document)
