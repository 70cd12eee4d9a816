"""The lead opens one response to the centre until a day, or closes it again."""

import uuid
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from wardround.hub.alerts.sharing import LONGEST, end_sharing, opened, share
from wardround.hub.pages.alerts.finding import response_of
from wardround.hub.pages.alerts.forms import Until
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.posting import Form, form_page


class ShareForm(Form):
    """For what, and until when."""

    reason = forms.CharField(
        label="What is the centre to look at, and why?",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say what it is to look at, and why"},
    )
    until = Until(label="Until", help_text=f"The last day, at most {LONGEST.days} days from now. It ends by itself then")


@require_http_methods(["GET", "POST"])
def shared(request: Asking, response: uuid.UUID) -> HttpResponse:
    """Open the case; or where it is open, close it."""
    found = response_of(request, response)
    opening = opened(request.act, response=found)
    page = reverse("response", args=[found.public_id])
    sent = request.POST if request.method == "POST" else None

    def do(fields: dict[str, Any]) -> None:
        if opening:
            end_sharing(request.act, response=found)
        else:
            share(request.act, response=found, **fields)

    lead = ["The centre sees the assets, words, hunts, detections and incidents of this response until then, and of nothing else."]
    if opening:
        lead = [
            f"It is open to the centre until {opening.until:%d %B %Y}, by {opening.shared_by.partition(' <')[0]}: {opening.reason}"
        ]
    return form_page(
        request,
        Form(sent) if opening else ShareForm(sent),
        do=do,
        then=page,
        said="The centre sees nothing of it any more." if opening else "The centre sees this case until that day.",
        template="site/form.html",
        context={
            "heading": "Close this case to the centre" if opening else "Open this case to the centre",
            "caption": f"{found.organisation.name} · {found.alert.reference}",
            "button": "Close it" if opening else "Open it to them",
            "lead": lead,
            "crumbs": [("Alerts", "/"), (found.alert.reference, page)],
        },
    )
