"""An alert that somebody else has issued, brought in from its document: read, looked through by a person, kept as a draft."""

import hashlib
from typing import Any

from django import forms
from django.core import signing
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from wardround.core.notices import Notice, read_notice
from wardround.core.vocab import BadInput, WardroundError
from wardround.hub.alerts import drafting
from wardround.hub.alerts.models import Revision
from wardround.hub.audit.services import record
from wardround.hub.organisations.access import Act
from wardround.hub.pages.alerts.drafts import BLANK, BOARD, preview_of
from wardround.hub.pages.alerts.forms import DraftForm
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.posting import UNPROCESSABLE, Form, form_page, refuse

SALT = "wardround.alerts.bring"
HOLDS_SECONDS = 24 * 3600
LARGEST = 20_000_000
LEAD = [
    "A CSAF document, or the national service's public bulletin as JSON. Nothing is sent before you have read and issued the draft."
]


class BringForm(Form):
    """The document."""

    file = forms.FileField(
        label="The document",
        help_text="CSAF 2.0 or 2.1, or a bulletin as JSON",
        error_messages={"required": "Choose a file", "empty": "The file is empty"},
    )

    def clean_file(self) -> Any:
        """Not larger than any such document is."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(f"The file is larger than {LARGEST // 1_000_000} MB: give one document")
        return file


class BroughtForm(DraftForm):
    """The draft, with a signed note of what it was read from."""

    brought = forms.CharField(widget=forms.HiddenInput, max_length=2000)


@require_http_methods(["GET", "POST"])
def bring(request: Asking) -> HttpResponse:
    """Upload the document; then the draft that was read from it, to be looked through and kept."""
    if request.method == "POST" and "brought" in request.POST:
        return _second(request)
    form, status = BringForm(request.POST if request.method == "POST" else None, request.FILES or None), 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            upload = form.cleaned_data["file"]
            raw = upload.read()
            try:
                notice = read_notice(raw, where="the document")
            except WardroundError as refused:
                refuse(form, refused)
            else:
                note = {"reference": notice.reference, "kind": notice.source, "sha256": hashlib.sha256(raw).hexdigest()}
                initial = BLANK | _said(notice) | {"brought": signing.dumps(note, salt=SALT)}
                return render(request, "site/form.html", {"form": BroughtForm(first=True, initial=initial)} | _around())
    context = {"form": form, "heading": "Bring an alert in", "button": "Read it", "lead": LEAD, "crumbs": [BOARD]}
    return render(request, "site/form.html", context, status=status)


def _said(notice: Notice) -> dict[str, Any]:
    said = {
        "title": notice.title,
        "summary": notice.summary,
        "actions": notice.actions,
        "severity": notice.severity,
        "marking": notice.marking,
        "cves": list(notice.cves),
    }
    return {name: value for name, value in said.items() if value}


def _around() -> dict[str, Any]:
    lead = ["Read from the document. Look through it: what it did not say is filled in as usual, and nothing has been sent."]
    return {"heading": "New alert from a document", "button": "Keep the draft and preview it", "lead": lead, "crumbs": [BOARD]}


def _second(request: Asking) -> HttpResponse:
    made: list[Revision] = []
    return form_page(
        request,
        BroughtForm(request.POST, first=True),
        do=lambda fields: made.append(_kept(request.act, fields)),
        then=lambda: preview_of(made[0]),
        said="The draft is kept. Nobody has been told anything yet.",
        template="site/form.html",
        context=_around(),
    )


@transaction.atomic
def _kept(act: Act, fields: dict[str, Any]) -> Revision:
    try:
        note = signing.loads(fields["brought"], salt=SALT, max_age=HOLDS_SECONDS)
    except signing.BadSignature:
        raise BadInput("the document was read too long ago, or elsewhere", do="bring it in again") from None
    revision = drafting.draft_alert(act, fields=fields)
    record(act, organisation=drafting.centre(), what="alert brought in", subject=revision.alert.reference, document=note)
    return revision
