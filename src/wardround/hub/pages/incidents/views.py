"""An incident, minimal: what it is, and closing it on evidence."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from wardround.hub.alerts.models import Response
from wardround.hub.incidents.models import Incident
from wardround.hub.incidents.services import close_incident
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.incidents.forms import CloseForm
from wardround.hub.pages.posting import form_page


@require_http_methods(["GET", "POST"])
def incident(request: Asking, incident: uuid.UUID) -> HttpResponse:
    """One incident; a POST closes it."""
    found: Incident = get_object_or_404(Incident.objects.within(request.access).select_related("organisation"), public_id=incident)
    request.access.demand(request.asks, found.organisation)
    response = Response.objects.within(request.access).filter(public_id=found.response).select_related("alert").first()
    way = [("Alerts", "/")]
    if response:
        way.append((response.alert.reference, reverse("response", args=[response.public_id])))
    return form_page(
        request,
        CloseForm(request.POST if request.method == "POST" else None),
        do=lambda fields: close_incident(request.act, incident=found, evidence=fields["evidence"]),
        then=reverse("incident", args=[found.public_id]),
        said=f"{found.reference} is closed.",
        template="incidents/incident.html",
        context={"incident": found, "may_write": request.access.may("incident.manage", found.organisation), "crumbs": way},
    )
