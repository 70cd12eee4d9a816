"""The record that an answer was submitted to the national service, where this installation is not that service."""

import uuid

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from wardround.hub.alerts.submitting import submitted
from wardround.hub.pages.alerts.finding import newest, response_of
from wardround.hub.pages.alerts.forms import Moment, reason
from wardround.hub.pages.alerts.national import text_to_submit
from wardround.hub.pages.alerts.response import row_of
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.posting import Form, form_page


class SubmittedForm(Form):
    """When it was submitted, and by whom."""

    who = forms.CharField(label="Who submitted it", error_messages={"required": "Enter a name"})
    when = Moment(label="When", error_messages={"required": "Say when", "invalid": "Enter a real date and time"})
    note = reason("Reference or note", "For example the receipt that the national service gave", required=False)


@require_http_methods(["GET", "POST"])
def record_submission(request: Asking, response: uuid.UUID) -> HttpResponse:
    """Record when and by whom the answer was submitted to the national service."""
    found = response_of(request, response)
    text = text_to_submit(row_of(request, found), newest(found.alert))
    page = reverse("response", args=[found.public_id])
    return form_page(
        request,
        SubmittedForm(
            request.POST if request.method == "POST" else None, initial={"who": request.user.name, "when": request.act.at}
        ),
        do=lambda fields: submitted(request.act, response=found, text=text, **fields),
        then=page,
        said="It is recorded that this was submitted to the national service.",
        template="alerts/submitted.html",
        context={
            "heading": "Submitted to the national service",
            "caption": f"{found.organisation.name} · {found.alert.reference}",
            "button": "Record that it was submitted",
            "text": text,
            "crumbs": [("Alerts", "/"), (found.alert.reference, page)],
        },
    )
