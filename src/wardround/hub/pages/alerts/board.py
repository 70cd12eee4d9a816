"""The first page: for the centre how every alert stands, for an organisation what it has to do."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from wardround.hub.alerts.models import Alert, Response, Revision
from wardround.hub.alerts.sharing import open_cases
from wardround.hub.estate.models import Source
from wardround.hub.installation import ONE
from wardround.hub.membership.naming import missing
from wardround.hub.organisations.models import Organisation
from wardround.hub.outbox.models import Message
from wardround.hub.outbox.services import undelivered_since
from wardround.hub.pages.alerts.counted import recent, tallies
from wardround.hub.pages.alerts.nextsteps import Step, steps
from wardround.hub.pages.alerts.progress import Progress, Row, overall, progress_of_all
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.whose import own_organisations

LATE = timedelta(minutes=10)


@require_safe
def board(request: Asking) -> HttpResponse:
    """By role: the board of all, or an organisation's own alerts first. Where there is one organisation, its own come first."""
    if request.access.may("supplier.read") and not request.access.may("alert.read"):
        return redirect("supplier-board")
    first = settings.INSTALLATION.kind == ONE and "all" not in request.GET
    return own(request) if not request.access.national or first or "own" in request.GET else national(request)


def national(request: Asking) -> HttpResponse:
    """Alerts, progress across organisations, overdue first."""
    alerts = recent()
    found = tallies(alerts, access=request.access, now=request.act.at)
    drafts = [a for a in alerts if all(r.issued_at is None for r in a.revisions.all())]
    live = sorted((p for p in found if not p.alert.withdrawn_at), key=lambda p: (-p.counts["overdue"], -p.counts["open"]))
    context = {
        "live": live,
        "counted_at": min((p.figures.at for p in found), default=request.act.at),
        "withdrawn": [p for p in found if p.alert.withdrawn_at],
        "drafts": [(a, a.revisions.all()[0]) for a in drafts],
        "overall": overall(live),
        "revised": [(p.alert, revision) for p in live for revision in p.needs_centre],
        "opened": open_cases(request.act),
        "also_own": any(o.kind != o.Kind.CENTRE for o in own_organisations(request)),
        "failed": Message.objects.within(request.access).filter(failed_at__isnull=False).count(),
        "late": Message.objects.within(request.access).filter(undelivered_since(request.act.at - LATE)).count(),
        "trusts": Organisation.objects.filter(kind=Organisation.Kind.TRUST, closed_on=None).count(),
    }
    return render(request, "alerts/national_board.html", context)


@dataclass(frozen=True)
class Item:
    """One of one's own responses, with the first thing to do."""

    revision: Revision
    row: Row
    steps: list[Step]
    may_write: bool


def own(request: Asking) -> HttpResponse:
    """The responses of the asker's organisations: overdue first, closed last."""
    responses = Response.objects.within(request.access).filter(organisation__in=request.access.reads)
    alerts = Alert.objects.filter(pk__in=responses.values("alert")).prefetch_related("revisions")
    found = progress_of_all(alerts, responses=responses.select_related("organisation", "alert"), now=request.act.at)
    rows = [(p, row) for p in found for row in p.rows]
    every = sorted((_item(request, p, row) for p, row in rows), key=lambda item: item.row.order)
    mine = [o for o in own_organisations(request) if o.kind != o.Kind.CENTRE]
    chosen = next((o for o in mine if o.code == request.GET.get("of")), None)
    items = [i for i in every if chosen is None or i.row.response.organisation_id == chosen.pk]
    waiting = Counter(i.row.response.organisation_id for i in every if not i.row.closed)
    context = {
        "chosen": chosen,
        "switch": [(o, waiting[o.pk]) for o in mine] if len(mine) > 1 else [],
        "unnamed": [o for o in mine if request.access.may("people.manage", o) and missing(o)],
        "todo": [i for i in items if not i.row.closed],
        "closed": [i for i in items if i.row.closed],
        "overdue": sum(bool(i.row.overdue) for i in items),
        "several": len(mine) > 1 and chosen is None,
        "has_estate": Source.objects.within(request.access).exists(),
        "may_write": request.access.may("estate.import"),
        "brings": request.access.may("alert.draft"),
    }
    return render(request, "alerts/own_board.html", context)


def _item(request: Asking, progress: Progress, row: Row) -> Item:
    following = row.standing.next
    return Item(
        progress.revision,
        row,
        steps(following, row.response)[:1] if following else [],
        request.access.may("response.answer", row.response.organisation),
    )
