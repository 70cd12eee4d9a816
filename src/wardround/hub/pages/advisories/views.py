"""What was published about a CVE, who has it, and how urgent it is and was."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from wardround.core import triage
from wardround.core.vocab import WardroundError
from wardround.core.vocab._cves import CVE
from wardround.hub.advisories.reading import statements
from wardround.hub.alerts.models import Alert, Response, Revision
from wardround.hub.pages.advisories import history
from wardround.hub.pages.advisories.proposed import proposed
from wardround.hub.pages.advisories.whohas import holders, totals
from wardround.hub.pages.asking import Asking
from wardround.hub.suppliers.models import Reply

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


def _on(request: Asking, cve: str) -> list[tuple[str, str]]:
    """The alerts on a CVE that the asker sees, each with its page: for the centre the alert, else one's own response."""
    rows = Response.objects.within(request.access).filter(alert__withdrawn_at=None).select_related("alert", "organisation")
    issued = Revision.objects.filter(issued_at__isnull=False, alert__withdrawn_at=None)
    about = {alert for alert, cves in issued.values_list("alert", "cves") if cve in cves}
    if request.access.national:
        return [(a.reference, reverse("alert", args=[a.public_id])) for a in Alert.objects.filter(pk__in=about)]
    return [(r.alert.reference, reverse("response", args=[r.public_id])) for r in rows.filter(alert__in=about)]


@require_safe
def advisory(request: Asking, cve: str) -> HttpResponse:
    """One CVE as of now."""
    at = request.act.at
    try:
        with statements() as store:
            found, claims = store.advisory(cve, at=at), store.claims(cve, at=at)
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
        "sums": totals(who),
        "claims": claims,
        "replies": Reply.objects.filter(cve=found.cve).select_related("supplier"),
        "proposed": proposed(request.access, cve),
        "alerts": _on(request, cve),
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
