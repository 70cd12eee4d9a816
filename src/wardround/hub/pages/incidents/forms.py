"""Closing an incident."""

from django import forms

from wardround.hub.pages.posting import Form


class CloseForm(Form):
    """On what evidence it is over."""

    evidence = forms.CharField(
        label="Evidence that it is over",
        help_text="For example: rebuilt on a fixed version, service accounts and tokens rotated, by whom and when",
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Say what shows that it is over"},
    )
