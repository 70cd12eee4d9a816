"""What the readers of lists give: one entry, or that it was passed over; what cannot be used is a `Rejected`."""

from typing import NamedTuple

from wardround.core.hunts.indicators._model import Atom

LONGEST_CONTEXT = 300


class Entry(NamedTuple):
    """An indicator as its list gives it. Several atoms must be found together. `doubt`: why the list itself warns of it."""

    atoms: tuple[Atom, ...]
    given: str
    where: str
    context: str = ""
    doubt: str = ""


class PassedOver(NamedTuple):
    """Something that its list does not give to be looked for (`to_ids` false, deleted, revoked)."""

    where: str
    why: str


def told(*parts: object) -> str:
    """Texts said of an indicator as one, without what is empty, not longer than it must be."""
    said = [part for part in parts if part not in (None, "", [], {})]
    if len(said) == 1 and isinstance(said[0], str) and len(said[0]) < LONGEST_CONTEXT and "\n" not in said[0]:
        return said[0].strip()
    texts = (" ".join(str(part).split()) for part in said)
    return "; ".join(text for text in texts if text)[:LONGEST_CONTEXT]
