"""What was published about a CVE, who has it, and how urgent it is and was."""

import re

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from wardround.core import triage
from wardround.core.vocab import WardroundError
from wardround.hub.advisories.reading import statements
from wardround.hub.alerts.models import Alert, Response, Revision
from wardround.hub.pages.advisories import history
from wardround.hub.pages.advisories.whohas import holders
from wardround.hub.pages.asking import Asking

CVE = re.compile(r"CVE-\d{4}-\d{4,19}")
CRUMB = ("Advisories", "/advisories/")
MOST = 200


@require_safe
def advisories(request: Asking) -> HttpResponse:
    """Look a CVE up, or choose one that an alert names."""
    asked = request.GET.get("cve", "").strip().upper()[:40]
    if CVE.fullmatch(asked):
        return redirect("advisory", asked)
    found, problem = [], "This is no CVE number. Write it like CVE-2025-4427." if asked else ""
    try:
        with statements() as store:
            found = list(store.advisories(sorted(_alerted(request)), at=request.act.at))
    except WardroundError as refused:
        problem = str(refused)
    context = {"advisories": found, "asked": asked, "problem": problem, "crumbs": [("Alerts", "/")]}
    return render(request, "advisories/advisories.html", context)


def _alerted(request: Asking) -> set[str]:
    """The CVEs of the alerts that the asker sees."""
    reached = Response.objects.within(request.access).values_list("alert", flat=True)
    alerts = Alert.objects.all() if request.access.national else Alert.objects.filter(pk__in=reached)
    rows = Revision.objects.filter(alert__in=alerts, issued_at__isnull=False).values_list("cves", flat=True)
    return {cve for cves in rows for cve in cves}


@require_safe
def advisory(request: Asking, cve: str) -> HttpResponse:
    """One CVE as of now."""
    at = request.act.at
    try:
        with statements() as store:
            found = store.advisory(cve, at=at)
    except WardroundError:
        found = None
    if found is None:
        raise Http404
    days = history.decisions(found, at=at)
    who = holders(found, access=request.access, at=at)
    scored = history.scores(found)
    table = triage.policy(history.POLICY)
    context = {
        "advisory": found,
        "who": who,
        "inside": [(h.organisation, h.findings[:MOST], len(h.findings)) for h in who if h.findings],
        "days": days,
        "latest": days[-1] if days else None,
        "policy": table,
        "stated": [(history.NAMES.get(s.key, s.key), s) for s in reversed(found.stated) if s.key != "epss"],
        "scores": scored,
        "line": history.drawn(scored),
        "crumbs": [("Alerts", "/"), CRUMB],
    }
    return render(request, "advisories/advisory.html", context)
