"""Opening one response to the national centre, until a date, by its organisation's lead."""

from datetime import datetime, timedelta

from django.db import transaction

from wardround.core.vocab import BadInput
from wardround.hub.alerts.models import Response
from wardround.hub.audit.services import record
from wardround.hub.organisations.access import Act
from wardround.hub.organisations.models import Sharing

LONGEST = timedelta(days=31)


@transaction.atomic
def share(act: Act, *, response: Response, reason: str, until: datetime) -> Sharing:
    """Open it. Raises BadInput without a reason, or for a time that is past or further than LONGEST away."""
    act.access.demand("case.share", response.organisation)
    if not reason.strip():
        raise BadInput("is empty", where="reason", do="say what the centre is to look at, and why")
    if not act.at < until <= act.at + LONGEST:
        what = "is past" if until <= act.at else f"is more than {LONGEST.days} days away"
        raise BadInput(what, where="until", do="choose another day")
    made = Sharing.unscoped.create(
        organisation=response.organisation,
        response=response.public_id,
        reason=reason.strip(),
        begun_at=act.at,
        until=until,
        shared_by=act.who,
    )
    document = {"alert": response.alert.reference, "reason": made.reason, "until": until.isoformat()}
    record(act, organisation=response.organisation, what="case opened to the centre", subject=response.public_id, document=document)
    return made


@transaction.atomic
def end_sharing(act: Act, *, response: Response) -> int:
    """Close it again, before its time; how many openings end."""
    act.access.demand("case.share", response.organisation)
    rows = Sharing.unscoped.filter(organisation=response.organisation, response=response.public_id, ended_at=None, until__gt=act.at)
    ended = rows.update(ended_at=act.at, ended_by=act.who)
    if ended:
        record(act, organisation=response.organisation, what="case closed to the centre", subject=response.public_id, document={})
    return ended


def open_cases(act: Act) -> list[Sharing]:
    """Every opening that holds at that time and is in reach, those that end first before others."""
    rows = Sharing.objects.within(act.access).filter(begun_at__lte=act.at, until__gt=act.at, ended_at=None)
    return list(rows.select_related("organisation").order_by("until", "pk"))


def opened(act: Act, *, response: Response) -> Sharing | None:
    """The opening that holds at that time, the one that lasts longest; None where there is none."""
    rows = Sharing.objects.within(act.access).filter(
        organisation=response.organisation, response=response.public_id, begun_at__lte=act.at, until__gt=act.at, ended_at=None
    )
    found: Sharing | None = rows.order_by("until").last()
    return found
