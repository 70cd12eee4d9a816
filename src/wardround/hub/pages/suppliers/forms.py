"""A supplier's answer, its own document, its reply; and what the centre addresses to one."""

from collections.abc import Sequence
from typing import Any

from django import forms

from wardround.core.vocab import BadInput
from wardround.hub.pages.alerts.forms import CHOOSE, Day, Words
from wardround.hub.pages.posting import Form

STATUSES = {
    "affected": "affected",
    "not_affected": "not affected",
    "fixed": "fixed",
    "investigating": "we are investigating",
}
MOST_BYTES = 20_000_000


def _long(label: str, help_text: str, *, required: bool = False) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(label=label, help_text=help_text, required=required, max_length=2000, widget=widget)


class AnswerForm(Form):
    """What holds of which versions of one product."""

    cve = forms.ChoiceField(label="Vulnerability", error_messages={"required": "Choose the vulnerability"})
    product = forms.ChoiceField(label="Product", error_messages={"required": "Choose the product"})
    versions = Words(
        label="Versions", required=False, help_text="One a line, or a range like vers:semver/>=2.0|<2.5. Nothing: every version"
    )
    status = forms.ChoiceField(
        label="What holds of them?",
        choices=list(STATUSES.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Say what holds of them"},
    )
    why = _long("Why", "Needed where they are not affected. Every customer in scope reads it")
    action = _long("What customers should do", "Where they are affected")
    fix_on = Day(label="A fix is due on", required=False, help_text="Where they are affected")

    def __init__(self, *args: Any, cves: Sequence[str], products: Sequence[Sequence[str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.products = {str(n): tuple(pair) for n, pair in enumerate(products)}
        self.fields["cve"].choices = [CHOOSE, *((cve, cve) for cve in cves)]  # type: ignore[attr-defined]
        named = [(key, " ".join(pair)) for key, pair in self.products.items()]
        self.fields["product"].choices = [CHOOSE, *named]  # type: ignore[attr-defined]


class UploadForm(Form):
    """The supplier's own document."""

    file = forms.FileField(
        label="Your document",
        help_text="CSAF 2.0, OpenVEX 0.2.0 or CycloneDX VEX, as JSON. It may speak of what was asked, and of nothing else",
        error_messages={"required": "Choose a file"},
    )

    def clean_file(self) -> Any:
        """Not larger than what such a document can be."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError("This file is too large to be such a document")
        return file


class ReplyForm(Form):
    """A word beside what somebody published."""

    text = _long("Your reply", "It stands beside what they say, with your organisation's name and today's date", required=True)


class AddressForm(Form):
    """To which supplier a bulletin goes, for which products."""

    supplier = forms.ChoiceField(label="Supplier", error_messages={"required": "Choose a supplier"})
    products = forms.CharField(
        label="Products",
        help_text="One a line, as vendor: product. They answer for these alone",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Name at least one product"},
        max_length=4000,
    )

    def __init__(self, *args: Any, suppliers: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["supplier"].choices = [CHOOSE, *suppliers]  # type: ignore[attr-defined]


def pairs(text: str) -> list[tuple[str, str]]:
    """Lines of `vendor: product`. Raises BadInput for one that is none."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        vendor, colon, product = line.partition(":")
        if not (colon and vendor.strip() and product.strip()):
            raise BadInput(f"{line[:60]!r} is no vendor: product", where="products", do="write like Example Systems: Gateway")
        found.append((vendor.strip(), product.strip()))
    return found
