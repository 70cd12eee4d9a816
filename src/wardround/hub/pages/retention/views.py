"""What is kept how long, what goes next, and holding it back."""

import uuid
from collections import Counter

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from wardround.core.vocab import WardroundError
from wardround.hub.alerts.models import Response
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.posting import form_page
from wardround.hub.pages.retention.forms import HoldForm
from wardround.hub.pages.whose import organisation_of
from wardround.hub.retention.due import due
from wardround.hub.retention.models import Hold
from wardround.hub.retention.removing import hold, lift
from wardround.hub.retention.terms import terms


@require_http_methods(["GET", "POST"])
def retention(request: Asking, code: str) -> HttpResponse:
    """The rules, what they remove next, and the holds; a POST holds something back."""
    organisation = organisation_of(request, code)
    rows = Response.objects.within(request.access).filter(organisation=organisation).select_related("alert")
    names = {str(r.public_id): r.alert.reference for r in rows}
    holds = Hold.objects.within(request.access).filter(organisation=organisation)
    going = Counter(one.rule for one in due(organisation, at=request.act.at))
    return form_page(
        request,
        HoldForm(request.POST if request.method == "POST" else None, responses=list(names.items())),
        do=lambda fields: hold(
            request.act,
            organisation=organisation,
            response=uuid.UUID(fields["response"]) if fields["response"] else None,
            reason=fields["reason"],
            until=fields["until"],
        ),
        then=reverse("retention", args=[organisation.code]),
        said="It is held back from removal.",
        template="retention/retention.html",
        context={
            "organisation": organisation,
            "rules": [(term, going[term.key]) for term in terms()],
            "holds": [(one, names.get(str(one.response), "everything")) for one in holds.filter(Hold.live(request.act.at))],
            "may_write": request.access.may("evidence.hold", organisation),
            "crumbs": [("Alerts", "/"), ("Record", reverse("record", args=[organisation.code]))],
        },
    )


@require_POST
def lifted(request: Asking, code: str, held: uuid.UUID) -> HttpResponse:
    """End a hold."""
    organisation = organisation_of(request, code)
    found = get_object_or_404(Hold.objects.within(request.access), organisation=organisation, public_id=held)
    try:
        lift(request.act, held=found)
    except WardroundError:
        messages.info(request, "That hold had ended already.")
    else:
        messages.success(request, "The hold is lifted.")
    return redirect("retention", organisation.code)
