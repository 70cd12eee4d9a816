"""What an organisation is told of the others: how many have acknowledged, too coarse to single one out."""

from datetime import UTC, datetime, time

from wardround.core.alerts._peers import Coarse, coarse
from wardround.hub.alerts.models import Alert, Response, Word
from wardround.hub.organisations.access import system_access
from wardround.hub.reach import reaching


def acknowledged_by_peers(alert: Alert, *, at: datetime) -> Coarse | None:
    """Of the organisations that the first revision reached, how many had acknowledged by last midnight (UTC); None where few.

    Always the same organisations, whoever was added later, and one number a day: no two numbers differ by one organisation.
    """
    midnight = datetime.combine(at.astimezone(UTC).date(), time(), UTC)
    with reaching(system_access("counting peers")):
        rows = Response.unscoped.filter(alert=alert, opened_at__lt=midnight).order_by("opened_at")
        first = rows.first()
        if first is None:
            return None
        asked = rows.filter(opened_at=first.opened_at)
        said = Word.unscoped.filter(response__in=asked, kind="acknowledgement", at__lt=midnight)
        return coarse(said.values("response").distinct().order_by().count(), asked=asked.count())
