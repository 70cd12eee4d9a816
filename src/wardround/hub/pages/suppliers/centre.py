"""At the national centre: to which suppliers an alert was addressed, and what they answered."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from wardround.hub.alerts.facts import issued
from wardround.hub.organisations.models import Organisation
from wardround.hub.pages.alerts.finding import alert_of, newest
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.posting import form_page
from wardround.hub.pages.suppliers.forms import AddressForm, pairs
from wardround.hub.suppliers.models import Addressed, Answer
from wardround.hub.suppliers.services import address


@require_http_methods(["GET", "POST"])
def addressed(request: Asking, alert: uuid.UUID) -> HttpResponse:
    """Who was asked what, what they answered; who may issue addresses the revision in force to another."""
    found = alert_of(request, alert)
    revision = newest(found)
    suppliers = list(Organisation.objects.filter(kind=Organisation.Kind.SUPPLIER, closed_on=None))
    form = AddressForm(
        request.POST if request.method == "POST" else None,
        suppliers=[(o.code, o.name) for o in suppliers],
    )

    def do(fields: dict[str, Any]) -> None:
        supplier = next(o for o in suppliers if o.code == fields["supplier"])
        link = request.build_absolute_uri("/").rstrip("/")
        address(request.act, revision=revision, supplier=supplier, products=pairs(fields["products"]), link=link)

    rows = Addressed.objects.within(request.access).filter(revision__alert=found).select_related("organisation", "revision")
    answers = Answer.objects.within(request.access).filter(addressed__in=rows).select_related("organisation")
    return form_page(
        request,
        form,
        do=do,
        then=reverse("alert-suppliers", args=[found.public_id]),
        said="The bulletin is addressed to them, and a message is on its way.",
        template="suppliers/centre.html",
        context={
            "alert": found,
            "revision": revision,
            "rows": rows,
            "answers": answers.order_by("-at", "-pk"),
            "may_address": request.access.may("alert.issue") and bool(issued(found)) and not found.withdrawn_at and bool(suppliers),
            "suppliers": suppliers,
            "crumbs": [("Alerts", "/"), (found.reference, reverse("alert", args=[found.public_id]))],
        },
    )
