"""The forms of drafts and of what people say on a response."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from wardround.core.alerts import MARKINGS, SEVERITIES
from wardround.core.estate import PRODUCT_CLASSES
from wardround.core.hunts._packs import bundled
from wardround.core.triage import POLICIES, policy
from wardround.hub.alerts.models import SCOPE_ALL, Revision
from wardround.hub.pages.posting import Form
from wardround.hub.pages.times import LONDON, end_of_local_day
from wardround.hub.pages.wording import ANSWERS

Choices = Sequence[tuple[str, str]]
MOST_BYTES = 8_000_000_000
CHOOSE = ("", "Choose one")


def _day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date", "width": "10"}, format="%Y-%m-%d")


class Words(forms.CharField):
    """Several words or codes, on lines or between commas, as a list without repetition."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, (list, tuple)) else value

    def clean(self, value: Any) -> list[str]:
        text = super().clean(value)
        return list(dict.fromkeys(part.strip() for part in re.split(r"[,;\n]", text) if part.strip()))


class Seen(forms.CharField):
    """What the page showed to whoever presses its button. A form that is shown again says what is there by then."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def bound_data(self, data: Any, initial: Any) -> Any:
        return initial


class Day(forms.DateField):
    """A day."""

    missing = "Enter a date"

    def __init__(self, **kwargs: Any) -> None:
        said = {"invalid": "Enter a real date", "required": self.missing}
        super().__init__(widget=_day_input(), error_messages=said, **kwargs)


class Until(Day):
    """The last day on which something holds: its end in London, as a UTC instant."""

    missing = "Enter the last day"

    def clean(self, value: Any) -> datetime | None:  # type: ignore[override]
        day = super().clean(value)
        return end_of_local_day(day) if day else None


class Moment(forms.DateTimeField):
    """A day and a time of day in London."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local", "width": "20"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], **kwargs)

    def to_python(self, value: Any) -> datetime | None:
        with timezone.override(LONDON):
            return super().to_python(value)


def reason(label: str = "Reason", hint: str = "", *, required: bool = True) -> forms.CharField:
    """A field for a sentence or two."""
    message = {"required": f"{label}: say it in a sentence"}
    return forms.CharField(
        label=label, help_text=hint, required=required, widget=forms.Textarea(attrs={"rows": 4}), error_messages=message
    )


def choice(label: str, choices: Choices, hint: str = "", *, radios: bool = False) -> forms.ChoiceField:
    """One of a list."""
    widget = forms.RadioSelect if radios else forms.Select
    shown = list(choices) if radios or len(choices) == 1 else [CHOOSE, *choices]
    return forms.ChoiceField(
        label=label,
        choices=shown,
        help_text=hint,
        widget=widget,
        error_messages={"required": f"Choose one: {label[0].lower()}{label[1:]}"},
    )


class DraftForm(Form):
    """Everything that a revision of a bulletin says."""

    title = forms.CharField(max_length=200, help_text="What it is, in one line", error_messages={"required": "Write a title"})
    severity = forms.ChoiceField(choices=[(s, s) for s in SEVERITIES])
    marking = forms.ChoiceField(
        label="Marking (TLP 2.0)",
        choices=[(m.label, f"{m.label}: {m.readers}") for m in MARKINGS],
        widget=forms.RadioSelect,
    )
    summary = reason("Summary", "What is known, since when, and why it matters now")
    actions = reason("What to do", "One step a line: patch, guidance, action, or to be aware of")
    cves = Words(label="CVE numbers", help_text="One a line", error_messages={"required": "Name at least one CVE"})
    product_class = forms.ChoiceField(
        choices=[(key, one.name) for key, one in PRODUCT_CLASSES.items()],
        help_text="Absence counts only where a source can see this class",
    )
    policy = forms.ChoiceField(label="Decide by policy", choices=[(name, policy(name).title) for name in POLICIES])
    pack = forms.ChoiceField(label="Hunt pack", required=False, choices=[("", "none"), *((name, name) for name in bundled())])
    exploited_since = Day(
        label="First known exploitation", required=False, help_text="When the feeds do not say it, or it was earlier"
    )
    scope = Words(label="Goes to", help_text=f"{SCOPE_ALL}, or organisation codes", error_messages={"required": "Say who gets it"})
    material = forms.BooleanField(
        label="This change asks everybody to acknowledge again",
        required=False,
    )
    change = reason("What changed", "Everybody reads this", required=False)
    seen = Seen()

    def __init__(self, *args: Any, first: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if first:
            del self.fields["material"], self.fields["change"]

    @staticmethod
    def initial_of(revision: Revision) -> dict[str, Any]:
        """What the form starts from."""
        kept = {name: getattr(revision, name) for name in DraftForm.base_fields if name != "seen"}
        return kept | {"seen": revision.written_at.isoformat()}


class WithdrawForm(Form):
    """Why an alert is withdrawn."""

    reason = reason("Why it is withdrawn", "Everybody who got the alert reads this")


class NoFields(Form):
    """A button that needs no words."""


class AcknowledgeForm(Form):
    """The revision that was read: what is issued meanwhile is not acknowledged unread."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)


class CoverageForm(Form):
    """The hunt whose coverage was read."""

    hunt = Seen()


class CloseForm(Form):
    """The kind of closing that was read."""

    closing = Seen()


class ConfirmForm(Form):
    """Does it apply? To differ from the proposal takes a reason."""

    answer = choice("Does this alert apply to you?", list(ANSWERS.items()), radios=True)
    reason = reason(hint="Needed where you differ from what the inventory proposes", required=False)


class NoteForm(Form):
    """A note that may stay empty."""

    note = reason("Note", "For example the change number and who does it", required=False)


class UpdateForm(Form):
    """An update for the centre."""

    text = reason("Update", "How far it is, what is next, what stands in the way")
    next_update = Moment(label="Next update", required=False, help_text="Leave it empty for the usual three days")


class AttestForm(Form):
    """A named person says that the organisation does not run it."""

    statement = reason("Statement", "What was checked, where, and how")
    until = Until(label="Holds until", help_text="After this day it no longer counts")


class _OfAsset(Form):
    """A form about one of the response's assets."""

    asset = choice("Asset", ())

    def __init__(self, *args: Any, assets: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["asset"].choices = list(assets) if len(assets) == 1 else [CHOOSE, *assets]  # type: ignore[attr-defined]


class DisposeForm(_OfAsset):
    """The asset is gone for good."""

    reason = reason("What became of it", "For example: switched off and sent for destruction, certificate 4711")


class IsolationForm(_OfAsset):
    """A check from outside showed that the asset cannot be reached."""

    how = reason("How it was checked", "From where it was tried, and what answered")
    until = Until(label="Holds until")


class AskRiskForm(_OfAsset):
    """Ask the SIRO to accept the risk."""

    reason = reason("Why it cannot be fixed", "What holds meanwhile")


class AcceptRiskForm(Form):
    """The SIRO accepts a risk that somebody else asked for."""

    risk = choice("Risk to accept", ())
    until = Until(label="Accepted until", help_text="At most 90 days")

    def __init__(self, *args: Any, asked: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["risk"].choices = list(asked) if len(asked) == 1 else [CHOOSE, *asked]  # type: ignore[attr-defined]


class ClinicalForm(_OfAsset):
    """The manufacturer's approval of an action on a clinical asset."""

    action = choice("Action", [("patch", "patch"), ("reboot", "reboot"), ("isolation", "isolation")], radios=True)
    approval = choice("Manufacturer's approval", [("given", "given"), ("refused", "refused"), ("awaited", "awaited")], radios=True)
    controls = reason("Interim controls", "Needed while the approval is awaited or refused", required=False)
    review_on = Day(label="Review on", required=False, help_text="Needed while the approval is awaited or refused")


class AssumptionForm(Form):
    """A person confirms what a *not affected* assumes."""

    assumption = choice("Assumption", (), radios=True)

    def __init__(self, *args: Any, keys: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assumption"].choices = list(keys)  # type: ignore[attr-defined]


class LogForm(_OfAsset):
    """Logs of one asset."""

    file = forms.FileField(
        label="Log file",
        help_text="An access log, a Windows event file or JSON lines; packed is fine",
        error_messages={"required": "Choose a log file", "empty": "The file is empty"},
    )
    from_host = choice(
        "Where was it taken?",
        [("no", "From a log server or forwarder"), ("yes", "From the host itself: an intruder could have altered it")],
        radios=True,
    )

    def clean_file(self) -> Any:
        """A log is read piece by piece; the limit keeps one upload from filling the disk."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(f"The file is larger than {MOST_BYTES // 1_000_000} MB: split it")
        return file


class IncidentForm(Form):
    """An incident is opened."""

    title = forms.CharField(max_length=300, error_messages={"required": "Give it a title"})
    reason = reason("What was seen")


class JudgeForm(Form):
    """One detection: a false alarm with a reason, or part of an incident."""

    judgement = choice("This detection is", (), radios=True)
    reason = reason("Reason", "Needed for a false alarm, and for a new incident", required=False)

    def __init__(self, *args: Any, incidents: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(ref, f"part of incident {ref}: {title}") for ref, title in incidents]
        self.fields["judgement"].choices = [  # type: ignore[attr-defined]
            ("false_alarm", "a false alarm"),
            *known,
            ("new", "real: open a new incident"),
        ]
