"""What an organisation is told of the others: how many have acknowledged, too coarse to single one out."""

from collections.abc import Collection
from datetime import UTC, datetime, time

from wardround.core.alerts._peers import Coarse, coarse
from wardround.hub.alerts.models import Alert, Response, Word
from wardround.hub.organisations.access import system_access
from wardround.hub.reach import reaching


def acknowledged_by_peers(alert: Alert, *, at: datetime, seen: Collection[int] = ()) -> Coarse | None:
    """Of the organisations that the first revision reached, how many had acknowledged by last midnight (UTC); None where few.

    Always the same organisations, whoever was added later, and one number a day: no two numbers differ by one organisation.
    Whoever sees answers of several (`seen`, by primary key: a parent, a person of more than one) is told of the rest alone: what
    they know, taken from a number over all, would leave too few.
    """
    midnight = datetime.combine(at.astimezone(UTC).date(), time(), UTC)
    with reaching(system_access("counting peers")):
        rows = Response.unscoped.filter(alert=alert, opened_at__lt=midnight).order_by("opened_at")
        first = rows.first()
        if first is None:
            return None
        asked = rows.filter(opened_at=first.opened_at).exclude(organisation__in=seen if len(seen) > 1 else ())
        said = Word.unscoped.filter(response__in=asked, kind="acknowledgement", at__lt=midnight)
        return coarse(said.values("response").distinct().order_by().count(), asked=asked.count())
