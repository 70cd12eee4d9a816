"""Which kind of document this is, and reading it."""

from collections.abc import Callable, Mapping
from typing import Any

from wardround.core.claims import _csaf, _cyclonedx, _openvex, _osv
from wardround.core.claims._model import Document

READ: Mapping[str, Callable[..., Document]] = {
    "csaf": _csaf.read,
    "osv": _osv.read,
    "openvex": _openvex.read,
    "cyclonedx-vex": _cyclonedx.read,
}
FEEDS = tuple(READ)
"""The feeds that are documents on products, as `recognise` names them."""


def read_document(raw: bytes | Mapping[str, Any], *, feed: str, where: str, marks: str | None = None) -> Document:
    """One document of a feed (see `FEEDS`). `marks` says why it is not valid though it can be read: it then never decides.

    Without `marks` they are found here (for CSAF, by the mandatory tests of the standard); empty ones are taken at their word.

    Raises BadInput, with the JSON pointer, for what makes it unusable: no id, no date, another version of its format.
    """
    return READ[feed](raw, where=where, marks=marks)
