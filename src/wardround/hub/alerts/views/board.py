"""The first page: for the centre how every alert stands, for an organisation what it has to do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wardround.hub.alerts.models import Alert, Response
from wardround.hub.alerts.nextsteps import steps
from wardround.hub.alerts.progress import overall, progress_of
from wardround.hub.estate.models import Source
from wardround.hub.organisations.models import Organisation

RECENT = 50


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """By role: the national board, or an organisation's own alerts first."""
    return national(request) if request.access.national else own(request)


def national(request: HttpRequest) -> HttpResponse:
    """Alerts, progress across organisations, overdue first."""
    alerts = list(Alert.objects.prefetch_related("revisions")[:RECENT])
    found = [p for a in alerts if (p := progress_of(a, access=request.access, now=request.act.at))]
    drafts = [a for a in alerts if all(r.issued_at is None for r in a.revisions.all())]
    live = sorted((p for p in found if not p.alert.withdrawn_at), key=lambda p: (-p.counts["overdue"], -p.counts["open"]))
    context = {
        "live": live,
        "withdrawn": [p for p in found if p.alert.withdrawn_at],
        "drafts": [(a, a.revisions.all()[0]) for a in drafts],
        "overall": overall(live),
        "revised": [(p.alert, revision) for p in live for revision in p.needs_centre],
        "trusts": Organisation.objects.filter(kind=Organisation.Kind.TRUST).count(),
    }
    return render(request, "alerts/national_board.html", context)


def own(request: HttpRequest) -> HttpResponse:
    """The responses of the asker's organisations: overdue first, closed last."""
    reached = Response.objects.within(request.access).values_list("alert", flat=True)
    alerts = Alert.objects.filter(pk__in=reached).prefetch_related("revisions")
    rows = [(p.revision, row) for a in alerts if (p := progress_of(a, access=request.access, now=request.act.at)) for row in p.rows]
    rows.sort(key=lambda pair: pair[1].order)
    shown = [
        {"revision": revision, "row": row, "steps": steps(row.standing.next, row.response)[:1] if row.standing.next else [],
         "may_write": request.access.may_write(row.response.organisation)}
        for revision, row in rows
    ]
    context = {
        "todo": [s for s in shown if not s["row"].closed],
        "closed": [s for s in shown if s["row"].closed],
        "overdue": sum(bool(s["row"].overdue) for s in shown),
        "several": len(request.access.reads) > 1,
        "has_estate": Source.objects.within(request.access).exists(),
        "may_write": bool(request.access.writes),
    }
    return render(request, "alerts/own_board.html", context)


