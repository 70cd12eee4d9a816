"""At the national centre: candidates, drafts, preview, issue, amend, withdraw."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from wardround.core.vocab import WardroundError
from wardround.hub.advisories.reading import statements
from wardround.hub.alerts import drafting
from wardround.hub.alerts.candidates import candidates as proposed
from wardround.hub.alerts.facts import issued
from wardround.hub.alerts.models import SCOPE_ALL, Alert, Revision, in_scope
from wardround.hub.alerts.tasks import reconsider_all
from wardround.hub.pages.alerts.finding import alert_of, draft_of
from wardround.hub.pages.alerts.forms import DraftForm, WithdrawForm
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.posting import UNPROCESSABLE, form_page
from wardround.hub.pages.wording import counted

BOARD = ("Alerts", "/")
BLANK = {
    "severity": "High",
    "marking": "TLP:AMBER+STRICT",
    "policy": "bod-26-04",
    "scope": SCOPE_ALL,
    "product_class": "edge_appliance",
}
DAYS = (1, 7, 30)


@require_safe
def candidates(request: Asking) -> HttpResponse:
    """What was published or restated lately, who has it, and how urgent it is."""
    days = next((d for d in DAYS if str(d) == request.GET.get("days")), 1)
    found, problem = [], ""
    try:
        found = proposed(request.act, days=days)
    except WardroundError as refused:
        problem = str(refused)
    context = {"candidates": found, "problem": problem, "days": days, "choices": DAYS, "crumbs": [BOARD]}
    return render(request, "alerts/candidates.html", context)


@require_http_methods(["GET", "POST"])
def new(request: Asking) -> HttpResponse:
    """A first draft, started from a candidate where one is named."""
    form = DraftForm(request.POST or None, first=True, initial=BLANK | _started_from(request))
    made: list[Revision] = []
    return form_page(
        request,
        form,
        do=lambda fields: made.append(drafting.draft_alert(request.act, fields=fields)),
        then=lambda: preview_of(made[0]),
        said="The draft is kept. Nobody has been told anything yet.",
        template="site/form.html",
        context={"heading": "New alert", "button": "Keep the draft and preview it", "crumbs": [BOARD]},
    )


def _started_from(request: Asking) -> dict[str, Any]:
    cve = request.GET.get("cve", "")
    try:
        with statements() as store:
            advisory = store.advisory(cve, at=request.act.at)
    except WardroundError:
        return {}
    if advisory is None:
        return {}
    return {"cves": [cve], "title": advisory.title[:200], "summary": advisory.description}


def preview_of(revision: Revision) -> str:
    """Where a draft is read as it will be sent."""
    return reverse("draft-preview", args=[revision.alert.public_id, revision.number])


@require_http_methods(["GET", "POST"])
def edit(request: Asking, alert: uuid.UUID, number: int) -> HttpResponse:
    """Change a draft."""
    revision = draft_of(request, alert, number)
    form = DraftForm(request.POST or None, first=revision.number == 1, initial=DraftForm.initial_of(revision))
    return form_page(
        request,
        form,
        do=lambda fields: drafting.edit(request.act, revision=revision, fields=fields),
        then=preview_of(revision),
        said="The draft is kept.",
        template="site/form.html",
        context={
            "heading": f"Edit revision {revision.number}",
            "caption": revision.alert.reference,
            "button": "Keep the draft and preview it",
            "crumbs": [BOARD, _alert(revision.alert)],
        },
    )


def _alert(alert: Alert) -> tuple[str, str]:
    return alert.reference, reverse("alert", args=[alert.public_id])


@require_http_methods(["GET", "POST"])
def preview(request: Asking, alert: uuid.UUID, number: int) -> HttpResponse:
    """Who gets it and what they read; a POST issues it."""
    revision = draft_of(request, alert, number)
    if revision.issued_at and request.method == "GET":
        return redirect("alert", revision.alert.public_id)
    problem, status = "", 200
    if request.method == "POST":
        try:
            address = request.build_absolute_uri("/").rstrip("/")
            reached = drafting.issue(request.act, revision=revision, address=address, seen=request.POST.get("seen", ""))
        except WardroundError as refused:
            problem, status = str(refused), UNPROCESSABLE
        else:
            reconsider_all.enqueue()
            said = f"Revision {revision.number} is issued to {counted(len(reached), 'organisation')}. Messages are on their way."
            messages.success(request, said)
            return redirect("alert", revision.alert.public_id)
    organisations = list(in_scope(revision))
    addresses, untold = drafting.addresses(revision)
    context = {
        "revision": revision,
        "alert": revision.alert,
        "organisations": organisations,
        "addresses": addresses,
        "untold": untold,
        "seen": revision.written_at.isoformat(),
        "text": drafting.bulletin_text(revision, link="(each organisation's own link)"),
        "before": issued(revision.alert),
        "problem": problem,
        "crumbs": [BOARD, _alert(revision.alert)],
    }
    return render(request, "alerts/preview.html", context, status=status)


@require_http_methods(["GET", "POST"])
def amend(request: Asking, alert: uuid.UUID) -> HttpResponse:
    """A new draft that starts from the revision in force."""
    found = alert_of(request, alert)
    last = found.revisions.order_by("number").last()
    if last is None:
        raise Http404
    form = DraftForm(request.POST or None, initial=DraftForm.initial_of(last) | {"material": True, "change": ""})
    made: list[Revision] = []
    return form_page(
        request,
        form,
        do=lambda fields: made.append(drafting.amend(request.act, alert=found, fields=fields)),
        then=lambda: preview_of(made[0]),
        said="The new revision is kept as a draft. Nobody has been told anything yet.",
        template="site/form.html",
        context={
            "heading": f"Amend: write revision {last.number + 1}",
            "caption": found.reference,
            "button": "Keep the draft and preview it",
            "crumbs": [BOARD, _alert(found)],
        },
    )


@require_http_methods(["GET", "POST"])
def withdraw(request: Asking, alert: uuid.UUID) -> HttpResponse:
    """Withdraw an alert; everybody it reached is told why."""
    found = alert_of(request, alert)
    return form_page(
        request,
        WithdrawForm(request.POST or None),
        do=lambda fields: drafting.withdraw(request.act, alert=found, reason=fields["reason"]),
        then=reverse("alert", args=[found.public_id]),
        said=f"{found.reference} is withdrawn, and everybody it reached is told.",
        template="site/form.html",
        context={
            "heading": "Withdraw this alert",
            "caption": found.reference,
            "button": "Withdraw and tell everybody",
            "grave": True,
            "lead": ["Every organisation that got it is told, with your reason. Its history stays."],
            "crumbs": [BOARD, _alert(found)],
        },
    )
