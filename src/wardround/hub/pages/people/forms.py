"""The forms of an organisation's people, contacts and posts."""

from collections.abc import Sequence
from typing import Any

from django import forms

from wardround.hub.accounts.models import User
from wardround.hub.organisations.models import Membership
from wardround.hub.pages.alerts.forms import Until, choice
from wardround.hub.pages.posting import Form

LABELS = dict(Membership.Role.choices)
BESIDE = "Only for a lead or a responder"


def _first_capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _address(label: str = "E-mail address", hint: str = "") -> forms.CharField:
    widget = forms.EmailInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, help_text=hint, widget=widget, error_messages={"required": f"Enter an {label.lower()}"})


def _name(hint: str = "") -> forms.CharField:
    return forms.CharField(label="Name", help_text=hint, error_messages={"required": "Enter a name"})


class RoleForm(Form):
    """A role, and the duties held with it."""

    siro = forms.BooleanField(label="They are also the SIRO and may accept risks", help_text=BESIDE, required=False)
    clinical_safety_officer = forms.BooleanField(
        label="They are also the clinical safety officer and may sign clinical decisions", help_text=BESIDE, required=False
    )

    def __init__(self, *args: Any, roles: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = choice("Role", [(one, _first_capital(LABELS[one])) for one in roles], radios=True)
        self.fields = {"role": role} | self.fields


class InviteForm(RoleForm):
    """Who is asked in, and as what."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {"email": _address(hint="The invitation goes there, works once, and for 72 hours")} | self.fields


class DelegateForm(Form):
    """Who stands in, as what, until when."""

    until = Until(label="Until", help_text="The last day, at most three months away. It ends then by itself")

    def __init__(self, *args: Any, roles: Sequence[str], people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        who = choice("Who stands in", [(str(one.public_id), str(one)) for one in people])
        self.fields = {
            "to": who,
            "role": choice("As", [(one, _first_capital(LABELS[one])) for one in roles], radios=True),
        } | self.fields


class AcceptForm(Form):
    """A name and a password, of somebody who is new."""

    name = forms.CharField(
        label="Your name",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Enter your name"},
    )
    password = forms.CharField(
        label="A password",
        help_text="12 characters or more, for example four words",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Choose a password"},
    )
    again = forms.CharField(
        label="The same password again",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Type the password again"},
    )

    def clean(self) -> dict[str, Any]:
        """Both passwords are the same."""
        fields = super().clean() or {}
        if "password" in fields and "again" in fields and fields["password"] != fields["again"]:
            self.add_error("again", "The two passwords differ")
        return fields


class ContactForm(Form):
    """An address that alerts go to as well."""

    name = _name("A person or a desk, for example: night duty desk")
    email = _address(hint="It gets one letter with a link. No alert goes there before somebody has opened it")


class NamedForm(Form):
    """Who holds a post."""

    name = _name()
    email = _address()


class MailboxForm(Form):
    """The address that alerts always go to."""

    mailbox = _address("Mailbox for alerts", "Alerts always go there. Better a shared mailbox than a person's own")


class AgreementForm(Form):
    """Until when the parent may look."""

    until = Until(label="Until", help_text="The last day, at most a year away. You can end it before")
