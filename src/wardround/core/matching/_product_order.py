"""A product's own reviewed order, in the place of what its records declare where that does not hold its versions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from wardround.core.matching._forms import Form, form_of, forms_of_vendor
from wardround.core.matching._orders import Order, Position, UnreadableError, is_plain, order_of, shown
from wardround.core.names import key_of
from wardround.core.vocab import Verdict


@dataclass(frozen=True, slots=True)
class ProductOrder(Order):
    """Compares as the product's form says. A text that is not written so is *unknown*, as with any order that nobody declared."""

    form: Form | None = None

    def key(self, text: str) -> tuple[int, ...]:
        """The lowest version that a text can stand for."""
        try:
            return self._form.spans(text)[0].low
        except ValueError:
            raise self._unread(text) from None

    def position(self, version: str, bound: str) -> Position:
        """Where `version` can stand relative to `bound`."""
        try:
            return self._form.position(version, bound)
        except ValueError:
            raise self._unread(version if self.reads(bound) else bound) from None

    def reads(self, *texts: str) -> bool:
        """True when all of these are versions as the product writes them."""
        return all(self._form.reads(text) for text in texts)

    @property
    def _form(self) -> Form:
        assert self.form is not None  # noqa: S101  (made by `order_by` only)
        return self.form

    def _unread(self, text: str) -> UnreadableError:
        return UnreadableError(f"{shown(text)} is not written as a version of {self._form.title}", Verdict.UNKNOWN)


def form_of_object(affected: Mapping[str, Any]) -> Form | None:
    """The form of the product that an `affected` object names, or that of its vendor which reads its versions; None for most."""
    vendor = key_of(affected.get("vendor"))
    if form := form_of((vendor,), key_of(affected.get("product")) or key_of(affected.get("packageName"))):
        return form
    if not (suited := forms_of_vendor(vendor)):
        return None
    bounds = set(_bounds(affected))
    return None if all(map(is_plain, bounds)) else next((f for f in suited if all(map(f.reads, bounds))), None)


def _bounds(affected: Mapping[str, Any]) -> Iterator[str]:
    """The texts of an object that should be versions."""
    listed = affected.get("versions")
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, Mapping):
            changes = entry.get("changes")
            at = [change.get("at") for change in changes if isinstance(change, Mapping)] if isinstance(changes, list) else []
            for text in (entry.get("version"), entry.get("lessThan"), entry.get("lessThanOrEqual"), *at):
                if isinstance(text, str) and (flat := text.strip()) not in ("", "*", "unspecified"):
                    yield flat


def product_order(form: Form | None, version_type: object) -> ProductOrder | None:
    """The product's order, unless the entry declares git or a package type, which say something else than the product's version."""
    if form is None:
        return None
    declared = order_of(version_type if isinstance(version_type, str) else "")
    return order_by(form) if declared.failing is Verdict.UNKNOWN or declared.name == "semver" else None


@cache
def order_by(form: Form) -> ProductOrder:
    """The order of a form."""
    return ProductOrder(form.name, lambda text: form.spans(text)[0].low, Verdict.UNKNOWN, form=form)
