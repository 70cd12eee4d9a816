"""OpenIOC 1.0 and 1.1: items under AND and OR, compared by `is`."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from wardround.core.estate._xml import CutOff, Event, events
from wardround.core.hunts.indicators._entry import Entry, PassedOver, told
from wardround.core.hunts.indicators._model import Atom, Type
from wardround.core.hunts.indicators._normal import typed
from wardround.core.hunts.indicators._tables import table
from wardround.core.vocab import BadInput, Rejected

MOST_ALTERNATIVES = 10_000
WITHIN = frozenset({Type.MD5, Type.SHA1, Type.SHA256, Type.IP, Type.DOMAIN})

Alternatives = list[frozenset[Atom]]


@dataclass
class Node:
    """An item, or a group of them under one operator; `alternatives` is None where something in it is not read."""

    operator: str = "OR"
    parts: list[Alternatives | None] = field(default_factory=list)
    line: int = 0
    search: str = ""
    condition: str = ""
    negated: bool = False
    content: str = ""


def openioc_entries(name: str, data: bytes) -> Iterator[Entry | PassedOver | Rejected]:
    """The entries of a document. A group under AND of which one item is not read is not read; under OR the others go on."""
    reading = _Reading(name)
    try:
        for event in events(data, name=name):
            reading.take(event)
            yield from reading.taken()
    except CutOff as cut:
        yield from reading.taken()
        yield Rejected(f"{name}:{cut.line}", f"breaks off here: {cut.what}")
    if not reading.is_openioc:
        raise BadInput("XML, but not OpenIOC", where=name)


class _Reading:
    def __init__(self, name: str) -> None:
        self.name, self.is_openioc = name, False
        self._stack: list[Node] = []
        self._out: list[Entry | Rejected] = []
        self._about = ""

    def taken(self) -> list[Entry | Rejected]:
        out, self._out = self._out, []
        return out

    def take(self, event: Event) -> None:
        tag = event.tag.rpartition(":")[2].lower()
        if event.text is None:
            self._started(tag, event)
        else:
            self._ended(tag, event)

    def _started(self, tag: str, event: Event) -> None:
        attributes = {key.lower(): value for key, value in event.attributes.items()}
        if tag in ("ioc", "openioc"):
            self.is_openioc = True
        elif tag == "indicator":
            self._stack.append(Node(attributes.get("operator", "OR").upper(), line=event.line))
        elif tag == "indicatoritem":
            negated = attributes.get("negate", "false").lower() == "true"
            self._stack.append(Node(line=event.line, condition=attributes.get("condition", "is").lower(), negated=negated))
        elif tag == "context" and self._stack:
            self._stack[-1].search = attributes.get("search", "")

    def _ended(self, tag: str, event: Event) -> None:
        text = (event.text or "").strip()
        if tag in ("short_description", "description") and not self._stack:
            self._about = self._about or told(text)
        elif tag == "content" and self._stack:
            self._stack[-1].content = text
        elif tag == "indicatoritem" and self._stack:
            node = self._stack.pop()
            got = self._item(node)
            if self._stack:
                self._stack[-1].parts.append(got)
            else:
                self._give(got, node)
        elif tag == "indicator" and self._stack:
            node = self._stack.pop()
            got = self._joined(node)
            if all(above.operator == "OR" for above in self._stack):
                self._give(got, node)
            else:
                self._stack[-1].parts.append(got)

    def _problem(self, line: int, what: str) -> None:
        self._out.append(Rejected(f"{self.name}:{line}", what))

    def _item(self, node: Node) -> Alternatives | None:
        type_ = _type(node.search)
        if not type_:
            self._problem(node.line, f"{node.search[:80] or 'an item without a search term'} is not looked for")
        elif node.negated or node.condition not in ("is", "contains"):
            self._problem(node.line, f"the condition {'not ' if node.negated else ''}{node.condition[:40]!r} is not read")
        elif (atom := typed(type_, node.content)) is None:
            self._problem(node.line, f"{node.content[:80]!r} is no {type_}")
        elif node.condition == "contains" and atom.type not in WITHIN:
            self._problem(node.line, f"'contains' is not read for a {type_}: only the whole of it would be looked for")
        else:
            return [frozenset([atom])]
        return None

    def _joined(self, node: Node) -> Alternatives | None:
        if node.operator == "OR":
            return [atoms for part in node.parts if part is not None for atoms in part]
        out: Alternatives = [frozenset()]
        for part in node.parts:
            if part is None:
                self._problem(node.line, "something in this group under AND is not read, so the group is not looked for")
                return None
            if len(out) * len(part) > MOST_ALTERNATIVES:
                self._problem(node.line, f"a group of more than {MOST_ALTERNATIVES:,} alternatives")
                return None
            out = [left | right for left in out for right in part]
        return [atoms for atoms in out if atoms]

    def _give(self, alternatives: Alternatives | None, node: Node) -> None:
        for atoms in dict.fromkeys(alternatives or ()):
            given = " and ".join(sorted(atom.value for atom in atoms))
            self._out.append(Entry(tuple(sorted(atoms)), given[:500], f"{self.name}:{node.line}", self._about))


@cache
def _type(search: str) -> str:
    return str(table("openioc").get(search.lower(), ""))
