"""The forms of signing in and of one's own account."""

from typing import Any

import orjson
from django import forms

from wardround.hub.pages.posting import Form

NEW = {"autocomplete": "new-password"}
CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "width": "10"}


def _password(label: str, attrs: dict[str, str], help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs=attrs),
        error_messages={"required": "Enter your password"},
    )


class SignInForm(Form):
    """E-mail address and password."""

    username = forms.CharField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        error_messages={"required": "Enter your e-mail address"},
    )
    password = _password("Password", {"autocomplete": "current-password"})


class CodeForm(Form):
    """The code of the second step."""

    code = forms.CharField(
        label="Code",
        help_text="The 6 digits that your authenticator app shows now, or one of your recovery codes",
        max_length=40,
        widget=forms.TextInput(attrs=CODE),
        error_messages={"required": "Enter the code"},
    )


class AppForm(Form):
    """That an authenticator app knows the secret."""

    code = forms.CharField(
        label="Code",
        help_text="The 6 digits that the app shows now",
        max_length=20,
        widget=forms.TextInput(attrs=CODE),
        error_messages={"required": "Enter the code that the app shows"},
    )


class AgainForm(Form):
    """Who one is, again: what this person has is asked for."""

    password = _password("Password", {"autocomplete": "current-password"})
    code = CodeForm.base_fields["code"]


class PasswordForm(Form):
    """Another password."""

    new_password = _password(
        "New password", NEW, "12 characters or more. A few words that do not belong together are easy to keep in mind."
    )


class PasskeyForm(Form):
    """What a browser answered, as JSON, and how its owner calls the passkey."""

    name = forms.CharField(
        label="A name for it", help_text="So that you know it again, such as: my phone", required=False, max_length=60
    )
    credential = forms.CharField(required=False, max_length=20_000, widget=forms.HiddenInput)

    def clean_credential(self) -> Any:
        """What the browser answered; nothing where it is no JSON."""
        try:
            return orjson.loads(self.cleaned_data["credential"])
        except orjson.JSONDecodeError:
            return None


class BreakGlassForm(Form):
    """A sealed code, and who uses it for what."""

    code = forms.CharField(
        label="Sealed code",
        help_text="As it is printed, with or without dashes",
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter the code"},
    )
    name = forms.CharField(label="Your full name", max_length=100, error_messages={"required": "Enter your name"})
    reason = forms.CharField(
        label="Why you cannot sign in otherwise, and what has to be done",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say why"},
    )


class ReviewForm(Form):
    """What the review found."""

    note = forms.CharField(
        label="What you found",
        help_text="For example: rung up by whom, what was done, whether that was right, what changes",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say what you found"},
    )


class ResetForm(Form):
    """Why a sign-in is reset."""

    reason = forms.CharField(
        label="Why, and how you made sure that it is them",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why"},
    )
