"""STIX 2.1: patterns of indicators, as far as they compare with `=` and `IN`, joined by AND and OR within one observation."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from wardround.core.hunts.indicators._entry import Entry, PassedOver
from wardround.core.hunts.indicators._model import Atom
from wardround.core.hunts.indicators._normal import typed
from wardround.core.hunts.indicators._tables import table
from wardround.core.vocab import BadInput, Rejected

LONGEST_PATTERN = 1_000_000
MOST_ALTERNATIVES = 10_000
DEEPEST = 50
TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^'\\]|\\.)*')|(?P<path>[A-Za-z0-9-]+:(?:[A-Za-z0-9_.*-]|'(?:[^'\\]|\\.)*'|\"[^\"]*\"|\[(?:\*|\d+)\])+)"
    r"|(?P<word>[A-Za-z]+)|(?P<sign>!=|<=|>=|<>|[=<>\[\](),]|[^\s\w'\"\\]|-?\d[\d.]*))",
    re.DOTALL,
)
OTHER_COMPARISONS = frozenset({"LIKE", "MATCHES", "!=", "<>", "<", ">", "<=", ">=", "ISSUPERSET"})
UNREAD = frozenset({"NOT", "LIKE", "MATCHES", "ISSUPERSET", "FOLLOWEDBY", "WITHIN", "REPEATS", "START", "EXISTS"})

Alternatives = list[frozenset[Atom]]


def is_stix(document: Any) -> bool:
    """A bundle, a TAXII envelope, or one object."""
    if not isinstance(document, dict):
        return False
    kind = document.get("type")
    return kind in ("bundle", "indicator") or isinstance(document.get("objects"), list)


def stix_entries(name: str, document: Mapping[str, Any]) -> Iterator[Entry | PassedOver | Rejected]:
    """The entries of all indicators in it. Other objects (reports, sightings) are no indicators and are not counted."""
    alone = document.get("type") == "indicator"
    for number, item in enumerate([document] if alone else document.get("objects") or []):
        if not isinstance(item, dict) or item.get("type") != "indicator":
            continue
        where = f"{name}#" if alone else f"{name}#/objects/{number}"
        pattern = item.get("pattern")
        stated = item.get("pattern_type", "stix")
        if item.get("revoked") is True:
            yield PassedOver(where, "revoked")
        elif stated != "stix":
            yield Rejected(where, f"a pattern of the type {str(stated)[:40]!r} is not read")
        elif not isinstance(pattern, str):
            yield Rejected(where, "an indicator without a pattern")
        else:
            context = (item.get("name"), item.get("description"), item.get("id"))
            if (plain := _plain(pattern)) and (atom := _read(*plain)):
                yield Entry((atom,), pattern[:500], where, context)
            else:
                yield from _entries(pattern, where, context)


def _entries(pattern: str, where: str, context: tuple[object, ...]) -> Iterator[Entry | Rejected]:
    try:
        if plain := _plain(pattern):
            yield Entry((_atom(*plain),), pattern[:500], where, context)
            return
        reading = Pattern(pattern)
        alternatives = reading.read()
    except BadInput as error:
        yield Rejected(f"{where}/pattern", error.what)
        return
    if reading.unread:
        more = f" (and {len(reading.unread) - 1} more)" if len(reading.unread) > 1 else ""
        yield Rejected(f"{where}/pattern", reading.unread[0] + more)
    for atoms in dict.fromkeys(alternatives):
        yield Entry(tuple(sorted(atoms)), pattern[:500], where, context)


def _plain(pattern: str) -> tuple[str, str] | None:
    """Path and value of a pattern that compares once, which is the commonest form by far; None for all others."""
    path, equals, value = pattern[1:-2].partition(" = '")
    path = path.strip()
    if pattern[:1] != "[" or pattern[-2:] != "']" or not equals or "'" in value or "\\" in value or " " in path:
        return None
    return path, value


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL) if "\\" in text else text


@cache
def _type(path: str) -> str:
    return str(table("stix").get(path.replace("'", "").replace('"', "").lower(), ""))


def _read(path: str, value: str) -> Atom | None:
    type_ = _type(path)
    return typed(type_, value) if type_ else None


def _atom(path: str, value: str) -> Atom:
    type_ = _type(path)
    if not type_:
        raise BadInput(f"{path[:80]} is not looked for")
    atom = typed(type_, value)
    if atom is None:
        raise BadInput(f"{value[:80]!r} is no {type_}")
    return atom


class Pattern:
    """A pattern as alternatives, each of them atoms that must be found in one event.

    A comparison that is not read takes its alternative with it and stands in `unread`; others of an OR go on. Raises
    BadInput for a pattern that joins events in time, or is none.
    """

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST_PATTERN:
            raise BadInput(f"a pattern of more than {LONGEST_PATTERN:,} characters")
        self._tokens: list[tuple[str, str, int]] = []
        at = 0
        text = text.rstrip()
        while at < len(text):
            found = TOKEN.match(text, at)
            if not found or found.lastgroup is None:
                raise BadInput(f"not a pattern from character {at + 1} on")
            self._tokens.append((found.lastgroup, found[found.lastgroup], found.start(found.lastgroup) + 1))
            at = found.end()
        self._at = 0
        self.unread: list[str] = []

    def read(self) -> Alternatives:
        """All of it. Observations may be joined by OR: what joins two events in time is not read."""
        out = self._observation(0)
        while self._word() == "OR":
            self._at += 1
            out = self._bounded(out + self._observation(0))
        if self._at < len(self._tokens):
            raise self._unread()
        return out

    def _observation(self, depth: int) -> Alternatives:
        opening = self._next()
        if opening == "(" and depth < DEEPEST:
            out = self._observation(depth + 1)
            while self._word() == "OR":
                self._at += 1
                out = self._bounded(out + self._observation(depth + 1))
            self._expect(")")
            return out
        if opening != "[":
            self._at -= 1
            raise self._unread()
        out = self._any(0)
        self._expect("]")
        return out

    def _any(self, depth: int) -> Alternatives:
        out = self._all(depth)
        while self._word() == "OR":
            self._at += 1
            out = self._bounded(out + self._all(depth))
        return out

    def _all(self, depth: int) -> Alternatives:
        out = self._one(depth)
        while self._word() == "AND":
            self._at += 1
            right = self._one(depth)
            if len(out) * len(right) > MOST_ALTERNATIVES:
                raise BadInput(f"a pattern of more than {MOST_ALTERNATIVES:,} alternatives")
            out = [left | other for left in out for other in right]
        return out

    def _one(self, depth: int) -> Alternatives:
        kind, written, _ = self._token()
        if (kind, written) == ("sign", "("):
            if depth >= DEEPEST:
                raise BadInput(f"nested deeper than {DEEPEST}")
            self._at += 1
            out = self._any(depth + 1)
            self._expect(")")
            return out
        if kind != "path":
            raise self._unread()
        self._at += 1
        sign = self._next().upper()
        if sign in ("=", "ISSUBSET"):
            return self._compared(written)
        if sign != "IN":
            self._at -= 1
            if sign not in OTHER_COMPARISONS:
                raise self._unread()
            self.unread.append(self._unread().what)
            self._at += 2
            return []
        self._expect("(")
        out = self._compared(written)
        while self._token()[1] == ",":
            self._at += 1
            out += self._compared(written)
        self._expect(")")
        return self._bounded(out)

    def _compared(self, path: str) -> Alternatives:
        value = self._string()
        try:
            return [frozenset([_atom(path, value)])]
        except BadInput as error:
            self.unread.append(error.what)
            return []

    def _bounded(self, alternatives: Alternatives) -> Alternatives:
        if len(alternatives) > MOST_ALTERNATIVES:
            raise BadInput(f"a pattern of more than {MOST_ALTERNATIVES:,} alternatives")
        return alternatives

    def _token(self) -> tuple[str, str, int]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", "", 0)

    def _word(self) -> str:
        kind, token, _ = self._token()
        return token.upper() if kind == "word" else ""

    def _next(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1][1] if self._at <= len(self._tokens) else ""

    def _string(self) -> str:
        kind, token, _ = self._token()
        if kind != "string":
            raise self._unread()
        self._at += 1
        return _unescaped(token[1:-1])

    def _expect(self, sign: str) -> None:
        if self._token()[1] != sign or self._token()[0] != "sign":
            raise self._unread()
        self._at += 1

    def _unread(self) -> BadInput:
        _, token, at = self._token()
        if not token:
            return BadInput("a pattern that breaks off")
        if token.upper() in UNREAD or token.upper() == "AND":
            return BadInput(f"{token.upper()} (character {at}) is not read: only =, IN, AND and OR within one observation are")
        return BadInput(f"{token[:40]!r} (character {at}) is not read: only =, IN, AND and OR within one observation are")
