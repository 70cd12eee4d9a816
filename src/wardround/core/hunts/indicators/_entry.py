"""What the readers of lists give: one entry, or that it was passed over; what cannot be used is a `Rejected`."""

from typing import NamedTuple

from wardround.core.hunts.indicators._model import Atom, Indicator

LONGEST_CONTEXT = 300


class Entry(NamedTuple):
    """An indicator as its list gives it. Several atoms must be found together. `doubt`: why the list itself warns of it.

    `context` may be the parts of which it is made when somebody asks: of 200,000 indicators few are ever told of.
    """

    atoms: tuple[Atom, ...]
    given: str
    where: str
    context: str | tuple[object, ...] = ""
    doubt: str = ""

    def told(self, atom: Atom) -> Indicator:
        """The indicator, with all that is said of it. `atom` is what it is looked up by."""
        context = self.context if isinstance(self.context, str) else told(*self.context)
        parts = self.atoms if len(self.atoms) > 1 else ()
        return Indicator(atom.type, atom.value, self.given, self.where, context, self.doubt, parts)


class PassedOver(NamedTuple):
    """Something that its list does not give to be looked for (`to_ids` false, deleted, revoked)."""

    where: str
    why: str


def told(*parts: object) -> str:
    """Texts said of an indicator as one, without what is empty, not longer than it must be."""
    said = [part for part in parts if part not in (None, "", [], {})]
    if len(said) == 1 and isinstance(said[0], str) and len(said[0]) < LONGEST_CONTEXT and "\n" not in said[0]:
        return said[0].strip()
    texts = [part if type(part) is str and _single_spaced(part) else " ".join(str(part).split()) for part in said]
    return "; ".join([text for text in texts if text])[:LONGEST_CONTEXT]


def _single_spaced(text: str) -> bool:
    """Is there no white space in it but single spaces between words? The space is the only one that can be printed."""
    return text.isprintable() and "  " not in text and text[0] != " " != text[-1]
