"""OpenIOC 1.0 and 1.1: items under AND and OR, compared by `is`."""

from collections.abc import Iterator
from functools import lru_cache

from wardround.core.estate._xml import CutOff, walked
from wardround.core.hunts.indicators._entry import Entry, PassedOver, told
from wardround.core.hunts.indicators._model import Atom, Type
from wardround.core.hunts.indicators._normal import typed
from wardround.core.hunts.indicators._tables import table
from wardround.core.vocab import BadInput, Rejected

MOST_ALTERNATIVES = 10_000
WITHIN = frozenset({Type.MD5, Type.SHA1, Type.SHA256, Type.IP, Type.DOMAIN})

Alternatives = list[frozenset[Atom]]


class Node:
    """An item, or a group of them under one operator; a part is None where something in it is not read."""

    __slots__ = ("condition", "content", "line", "negated", "operator", "parts", "search")

    def __init__(self, operator: str, line: int, condition: str = "", negated: bool = False) -> None:
        self.operator, self.line, self.condition, self.negated = operator, line, condition, negated
        self.search = self.content = ""
        self.parts: list[Alternatives | None] = []


def openioc_entries(name: str, data: bytes) -> Iterator[Entry | PassedOver | Rejected]:
    """The entries of a document. A group under AND of which one item is not read is not read; under OR the others go on."""
    reading = _Reading(name)
    try:
        for _ in walked(data, name=name, started=reading.started, ended=reading.ended):
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

    def started(self, name: str, attributes: dict[str, str], line: int) -> None:
        """An element begins."""
        tag = _local(name)
        if tag == "content":
            return
        if tag == "context":
            if self._stack:
                self._stack[-1].search = _stated(attributes, "search", "")
        elif tag == "indicatoritem":
            negated = _stated(attributes, "negate", "false").lower() == "true"
            self._stack.append(Node("OR", line, _stated(attributes, "condition", "is").lower(), negated))
        elif tag == "indicator":
            self._stack.append(Node(_stated(attributes, "operator", "OR").upper(), line))
        elif tag in ("ioc", "openioc"):
            self.is_openioc = True

    def ended(self, name: str, text: str, _line: int) -> None:
        """An element ends, with the text in it."""
        tag, stack = _local(name), self._stack
        if tag == "content":
            if stack:
                stack[-1].content = text.strip()
        elif tag == "indicatoritem" and stack:
            node = stack.pop()
            got = self._item(node)
            if stack:
                stack[-1].parts.append(got)
            else:
                self._give(got, node)
        elif tag == "indicator" and stack:
            node = stack.pop()
            got = self._joined(node)
            if all(above.operator == "OR" for above in stack):
                self._give(got, node)
            else:
                stack[-1].parts.append(got)
        elif tag in ("short_description", "description") and not stack:
            self._about = self._about or told(text.strip())

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
        where = f"{self.name}:{node.line}"
        for atoms in dict.fromkeys(alternatives or ()):
            given = " and ".join(sorted(atom.value for atom in atoms))
            self._out.append(Entry(tuple(sorted(atoms)) if len(atoms) > 1 else tuple(atoms), given[:500], where, self._about))


def _stated(attributes: dict[str, str], name: str, otherwise: str) -> str:
    """An attribute, however its name is written."""
    if name in attributes:
        return attributes[name]
    return next((value for key, value in attributes.items() if key.lower() == name), otherwise)


@lru_cache(maxsize=4096)
def _local(tag: str) -> str:
    """A tag in small letters, without its namespace."""
    return tag.rpartition(":")[2].lower()


@lru_cache(maxsize=4096)
def _type(search: str) -> str:
    return str(table("openioc").get(search.lower(), ""))
