"""One alert: the bulletin, its revisions, and every organisation's state."""

import uuid

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wardround.hub.alerts.facts import issued
from wardround.hub.alerts.nextsteps import for_centre
from wardround.hub.alerts.progress import SHOWN, progress_of
from wardround.hub.alerts.views.finding import alert_of, newest

PAGE = 100


@require_safe
def alert(request: HttpRequest, alert: uuid.UUID) -> HttpResponse:
    """The bulletin in force, its history, and the organisations within access: overdue first."""
    found = alert_of(request, alert)
    revision = newest(found)
    progress = progress_of(found, access=request.access, now=request.act.at)
    show = request.GET.get("show", "all")
    show = show if show in SHOWN else "all"
    rows = progress.shown(show) if progress else []
    context = {
        "alert": found,
        "revision": revision,
        "p": progress,
        "revisions": list(reversed(issued(found))),
        "drafts": [r for r in found.revisions.all() if r.issued_at is None] if request.access.national else [],
        "show": show,
        "show_words": SHOWN[show][0],
        "listed": Paginator([(row, _missing(row)) for row in rows], PAGE).get_page(request.GET.get("page")),
        "query": f"show={show}&",
        "crumbs": [("Alerts", "/")],
    }
    return render(request, "alerts/alert.html", context)


def _missing(row: object) -> list[str]:
    """What keeps a response open, in words that name no asset."""
    return [] if row.closed else for_centre(row.standing.gate.open_because)  # type: ignore[attr-defined]
