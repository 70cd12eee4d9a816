"""At the centre: organisations from a file of the public directory, looked at first, then brought in."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from wardround.core.directory import read_directory
from wardround.core.vocab import WardroundError
from wardround.hub.membership.directory import KINDS, Changes, bring_directory
from wardround.hub.pages.alerts.forms import choice
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.posting import UNPROCESSABLE, Form, refuse

LARGEST = 64 * 1024 * 1024
WORDS = {
    "trust": "Trusts",
    "icb": "Integrated care boards",
    "supplier": "Suppliers",
    "other": "Regions or groups",
}
SHOWN = 10


class DirectoryForm(Form):
    """The file, what is in it, and whether to look only."""

    file = forms.FileField(
        label="The file",
        help_text="CSV as the Organisation Data Service publishes it: 27 columns, no header. Care boards first, then trusts",
        error_messages={"required": "Choose a file", "empty": "The file is empty"},
    )
    kind = choice("What is in it", [(kind, WORDS[kind]) for kind in KINDS], radios=True)
    do = choice("Then", [("look", "Show what would change, and change nothing"), ("bring", "Bring it in")], radios=True)

    def clean_file(self) -> Any:
        """Not larger than any such file is."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(f"The file is larger than {LARGEST // 1024 // 1024} MiB")
        return file


@require_http_methods(["GET", "POST"])
def directory(request: Asking) -> HttpResponse:
    """Upload a file of the directory; the same page says what it changes, or changed."""
    posted = request.method == "POST"
    form = DirectoryForm(request.POST if posted else None, request.FILES or None, initial={"do": "look"})
    found: Changes | None = None
    if posted and form.is_valid():
        fields = form.cleaned_data
        try:
            reading = read_directory(fields["file"].read(), where="file")
            found = bring_directory(request.act, reading, kind=fields["kind"], dry=fields["do"] == "look")
        except WardroundError as refused:
            refuse(form, refused)
    context = {
        "form": form,
        "changes": _said(found) if found else [],
        "found": found,
        "dry": found is not None and form.cleaned_data["do"] == "look",
        "aside": found.aside[:SHOWN] if found else [],
        "crumbs": [("Alerts", "/"), ("Organisations", reverse("organisations"))],
    }
    return render(request, "people/directory.html", context, status=UNPROCESSABLE if posted and found is None else 200)


def _said(found: Changes) -> list[tuple[str, int, list[str]]]:
    rows = [
        ("Added", found.added),
        ("Renamed", found.renamed),
        ("Marked as closed", found.closed),
        ("Open again", found.open_again),
        ("Below another parent", found.moved),
        ("Closed already, not added", found.closed_already),
        ("Parent not here, left as it was", found.parent_unknown),
    ]
    return [(words, len(codes), codes[:SHOWN]) for words, codes in rows]
