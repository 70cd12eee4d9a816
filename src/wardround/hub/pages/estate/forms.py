"""Bringing an inventory, and saying that a smaller one is right."""

from typing import Any

from django import forms

from wardround.core.estate import PRODUCT_CLASSES
from wardround.core.estate._identifiers import kinds, name_of
from wardround.core.estate._map import MANUFACTURER, REQUIRED, TARGETS
from wardround.core.estate._read import MOST_BYTES
from wardround.hub.pages.posting import Form
from wardround.hub.pages.times import LONDON

NAMES = {
    "asset_id": "Asset id",
    "product": "Product",
    "version": "Version",
    "vendor": "Vendor",
    "hostname": "Host name",
    "internet_facing": "Internet facing",
    "service": "Service it supports",
    "last_seen": "Last seen",
    "purl": "Package URL",
    "cpe": "CPE",
    "scheme": "Version scheme",
}


IDENTIFIES = {kind: name_of(kind).capitalize() if name_of(kind).islower() else name_of(kind) for kind in kinds()} | {
    MANUFACTURER: "Maker of the device"
}


class Several(forms.MultipleChoiceField):
    """Several of a list."""

    widget = forms.CheckboxSelectMultiple


class UploadForm(Form):
    """A file, its source, and what the source can see."""

    source = forms.CharField(
        max_length=100,
        help_text="Where the inventory comes from, the same name every time, for example: asset register. "
        "Empty: the name of the export, where it is recognised",
        required=False,
    )
    file = forms.FileField(
        label="Inventory file",
        help_text="An export (CSV, XLSX), a scan report (.nessus, nmap XML), osquery results or an SBOM (CycloneDX, SPDX JSON)",
        error_messages={"required": "Choose a file", "empty": "The file is empty"},
    )
    sees = Several(
        label="What can this source see at all?",
        help_text="Absence counts only for these. A source that cannot see medical devices says nothing about them",
        choices=[(key, f"{one.name}: {one.line}") for key, one in PRODUCT_CLASSES.items()],
        required=False,
    )
    taken = forms.DateTimeField(
        label="When it was true",
        required=False,
        help_text="London time. Empty: what the file says of itself, else now",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "width": "20"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
    )

    def clean_file(self) -> Any:
        """Whole inventories are read into memory."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(f"The file is larger than {MOST_BYTES // 1_000_000} MB: split it")
        return file

    def clean_taken(self) -> Any:
        """As an aware instant."""
        taken = self.cleaned_data["taken"]
        return taken.replace(tzinfo=LONDON) if taken else None


class MappingForm(Form):
    """Which column of a table says what."""

    def __init__(self, *args: Any, columns: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "no column"), *((c, c) for c in columns)]
        for target in TARGETS:
            needed = target in REQUIRED
            self.fields[target] = forms.ChoiceField(
                label=NAMES[target] + (" (needed)" if needed else ""),
                choices=choices,
                required=needed,
                error_messages={"required": f"{NAMES[target]}: choose the column that says it"},
            )

    def mapping(self) -> dict[str, Any]:
        """As it is saved with the source."""
        return {"columns": {target: column for target, column in self.cleaned_data.items() if column}}


class SmallerForm(Form):
    """A person says that the smaller snapshot is right."""

    reason = forms.CharField(
        label="Why it is smaller",
        help_text="For example: two wards moved to the new site",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say why it is smaller"},
    )


class SplitForm(Form):
    """A person takes an asset out of the device that it was joined in."""

    asset = forms.CharField(
        max_length=1000, widget=forms.HiddenInput, error_messages={"required": "Choose an asset on the devices page"}
    )
    reason = forms.CharField(
        label="Why it is another device",
        help_text="For example: its main board came from another computer",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say why it is another device"},
    )
