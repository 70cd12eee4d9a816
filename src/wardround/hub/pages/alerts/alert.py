"""One alert: the bulletin, its revisions, and every organisation's state."""

import uuid
from collections.abc import Iterable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from wardround.core.alerts import State
from wardround.core.alerts._peers import Coarse
from wardround.hub.alerts.answering import acknowledge
from wardround.hub.alerts.facts import issued
from wardround.hub.alerts.models import Alert
from wardround.hub.alerts.peers import acknowledged_by_peers
from wardround.hub.pages.alerts.finding import alert_of, newest
from wardround.hub.pages.alerts.nextsteps import for_centre
from wardround.hub.pages.alerts.progress import SHOWN, Row, progress_of
from wardround.hub.pages.asking import Asking

PAGE = 100


def unread(request: Asking, rows: Iterable[Row]) -> list[Row]:
    """The rows for which the asker may acknowledge and nobody has."""
    waiting = (row for row in rows if row.standing.state is State.ISSUED)
    return [row for row in waiting if request.access.may("response.answer", row.response.organisation)]


@require_safe
def alert(request: Asking, alert: uuid.UUID) -> HttpResponse:
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
        "unread": unread(request, progress.rows) if progress else [],
        "peers": None if request.access.national else _peers(request, found),
        "show": show,
        "show_words": SHOWN[show][0],
        "listed": Paginator([(row, _missing(row)) for row in rows], PAGE).get_page(request.GET.get("page")),
        "query": f"show={show}&",
        "crumbs": [("Alerts", "/")],
    }
    return render(request, "alerts/alert.html", context)


@require_POST
def acknowledge_several(request: Asking, alert: uuid.UUID) -> HttpResponse:
    """One person acknowledges for all of their organisations, or for those they chose."""
    found = alert_of(request, alert)
    progress = progress_of(found, access=request.access, now=request.act.at)
    waiting = unread(request, progress.rows) if progress else []
    chosen = [row for row in waiting if str(row.response.public_id) in request.POST.getlist("response")]
    read = request.POST.get("revision", "")
    for row in chosen:
        acknowledge(
            request.act, response=row.response, revision=next((r.number for r in issued(found) if str(r.number) == read), None)
        )
    if chosen:
        messages.success(request, f"Acknowledged for {', '.join(row.response.organisation.name for row in chosen)}.")
    else:
        messages.warning(request, "Nothing was acknowledged: choose at least one organisation.")
    return redirect("alert", found.public_id)


def _peers(request: Asking, found: Alert) -> Coarse | None:
    return acknowledged_by_peers(found, at=request.act.at, seen=request.access.reads | request.access.agreed)


def _missing(row: Row) -> list[str]:
    """What keeps a response open, in words that name no asset."""
    return [] if row.closed else for_centre(row.standing.gate.open_because)
