"""Holding something back from removal."""

from collections.abc import Sequence
from typing import Any

from django import forms

from wardround.hub.pages.alerts.forms import Until
from wardround.hub.pages.posting import Form


class HoldForm(Form):
    """What, why, until when."""

    response = forms.ChoiceField(label="What is held back", required=False)
    reason = forms.CharField(
        label="Reason",
        help_text="For example: an inquiry, a claim, a request of the police, and who asked for it",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say what it is needed for"},
    )
    until = Until(label="Until", help_text="The last day. It can be lifted before")

    def __init__(self, *args: Any, responses: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["response"].choices = [("", "everything of this organisation"), *responses]  # type: ignore[attr-defined]
