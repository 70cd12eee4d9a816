"""A set of indicators: what it holds, what was wrong with its lists, and which of them an event matches."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from wardround.core.hunts.indicators._entry import Entry
from wardround.core.hunts.indicators._model import Atom, Indicator, Match, Type
from wardround.core.hunts.indicators._networks import Networks
from wardround.core.hunts.indicators._normal import Url, host_of, url
from wardround.core.hunts.indicators._suspects import Suspects
from wardround.core.hunts.indicators._tables import table
from wardround.core.hunts.indicators._texts import Paths, addresses, hashes, names, urls
from wardround.core.logs import Event, Scalar
from wardround.core.vocab import Rejected

MOST_REMEMBERED = 50_000
LONGEST_REMEMBERED = 500
WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", re.ASCII)
FOUND_LENGTH = 300
HASH_TYPES = (Type.MD5, Type.SHA1, Type.SHA256)


class Hit(NamedTuple):
    """An atom in a value, and how the two were compared."""

    atom: Atom
    how: str


class IndicatorSet:
    """Indicators as they were read: `given`, of which `repeated` were there already, `passed_over` not meant to be looked for,
    `unread` not usable (named in `problems`, up to ten thousand), and `doubted` not looked for because a match would say nothing.
    """

    def __init__(
        self,
        indicators: Mapping[Atom, Entry],
        *,
        given: int = 0,
        repeated: int = 0,
        passed_over: int = 0,
        unread: int = 0,
        problems: tuple[Rejected, ...] = (),
        doubted: tuple[Indicator, ...] = (),
        sha256: str = "",
    ) -> None:
        self._entries, self.given, self.repeated = indicators, given or len(indicators), repeated
        self.passed_over, self.unread, self.problems, self.doubted, self.sha256 = passed_over, unread, problems, doubted, sha256
        self._patterns: dict[Atom, list[Atom]] = {}
        for atom, entry in indicators.items():
            if len(entry.atoms) > 1:
                for part in entry.atoms:
                    self._patterns.setdefault(part, []).append(atom)
        self._index()
        self._remembered: dict[str, tuple[Hit, ...]] = {}
        self._sought: dict[tuple[str, ...], frozenset[Type]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    @cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        """All of them, in the order of their lists."""
        return tuple(entry.told(atom) for atom, entry in self._entries.items())

    def _index(self) -> None:
        """What each kind of text is looked up in."""
        self._values: dict[Type, set[str]] = {type_: set() for type_ in Type}
        for type_, value in chain(self._entries, self._patterns):
            self._values[type_].add(value)
        self._values[Type.PATTERN].clear()  # which are looked for by their parts
        self._networks = Networks(self._values[Type.NETWORK])
        self._urls: dict[str, list[Atom]] = {}
        for value in self._values[Type.URL]:
            self._urls.setdefault(value.rpartition("://")[2] if "://" in value[:24] else value, []).append(Atom(Type.URL, value))
        self._hosts = set(map(host_of, self._urls))
        self._paths = Paths(iter(self._values[Type.PATH]))
        self._hashes = any(self._values[type_] for type_ in (*HASH_TYPES, Type.IMPHASH))

    @property
    def loaded(self) -> int:
        """How many are looked for."""
        return len(self._entries)

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many of each type are looked for."""
        return dict(sorted(Counter(str(atom.type) for atom in self._entries).items()))

    @cached_property
    def types(self) -> frozenset[Type]:
        """The types that are looked for, those inside patterns among them."""
        return frozenset(type_ for type_, values in self._values.items() if values)

    @cached_property
    def prefilter(self) -> Suspects:
        """Looks for traces of the indicators in bytes."""
        return Suspects(self._values)

    def suspects(self, text: bytes) -> bool:
        """Could an event made of this text (a line, or the JSON of a record) match? Never False when `matches` finds something."""
        return self.prefilter.suspects(text)

    def sought_in(self, fields: Iterable[str]) -> frozenset[Type]:
        """The types for which events with these fields have a place: only there were they looked for."""
        names = tuple(fields)
        got = self._sought.get(names)
        if got is None:
            if len(self._sought) >= MOST_REMEMBERED:
                self._sought.clear()
            got = self._sought[names] = frozenset().union(*map(_places, names)) & self.types
        return got

    def matches(self, event: Event) -> tuple[Match, ...]:
        """The indicators that an event matches, each once, with the first field that it stands in.

        A full URL matches only as a whole (FACTS 8): its host alone is also used by others.
        """
        found: dict[Atom, tuple[str, str, str]] = {}
        for field, values in event.fields.items():
            for value in values:
                if type(value) is str and value:
                    for atom, how in self._hits(value):
                        if atom not in found and _meant(atom, field):
                            found[atom] = (field, value, how)
        if self._urls and Type.URL in self.types:
            for atom, place in self._requested(event.fields):
                found.setdefault(atom, place)
        return tuple(self._told(found)) if found else ()

    def _told(self, found: Mapping[Atom, tuple[str, str, str]]) -> Iterator[Match]:
        patterns: dict[Atom, None] = {}
        for atom, (field, value, how) in found.items():
            if atom in self._entries:
                yield Match(self._entries[atom].told(atom), field, value[:FOUND_LENGTH], how)
            for pattern in self._patterns.get(atom, ()):
                patterns[pattern] = None
        for pattern in patterns:
            entry = self._entries[pattern]
            if all(part in found for part in entry.atoms):
                field = ", ".join(found[part][0] for part in entry.atoms)
                text = "; ".join(found[part][1] for part in entry.atoms)
                yield Match(entry.told(pattern), field, text[:FOUND_LENGTH], "all parts of the pattern in one event")

    def _hits(self, value: str) -> tuple[Hit, ...]:
        got = self._remembered.get(value)
        if got is None:
            got = tuple(self._over(value))
            if len(value) <= LONGEST_REMEMBERED:
                if len(self._remembered) >= MOST_REMEMBERED:
                    self._remembered.clear()
                self._remembered[value] = got
        return got

    def _over(self, text: str) -> Iterator[Hit]:
        """The atoms in one value."""
        if self._hashes:
            for type_, value, named in hashes(text):
                if value in self._values[type_]:
                    yield Hit(Atom(type_, value), "the whole hash, without regard to case")
                if not named and value in self._values[Type.IMPHASH]:
                    yield Hit(Atom(Type.IMPHASH, value), "the whole hash, without regard to case")
        if self._values[Type.IP] or self._networks:
            yield from self._addresses(text)
        if self._values[Type.DOMAIN]:
            yield from self._names(text)
        if self._urls:
            for read in urls(text):
                yield from self._same(read, "the whole URL, decoded")
        if self._paths:
            for value, whole in self._paths.find(text):
                yield Hit(Atom(Type.PATH, value), "the whole value" if whole else "a whole path or file name in the value")
        if text in self._values[Type.USER_AGENT] or " ".join(text.split()) in self._values[Type.USER_AGENT]:
            yield Hit(Atom(Type.USER_AGENT, " ".join(text.split())), "the whole user agent")

    def _addresses(self, text: str) -> Iterator[Hit]:
        for value in addresses(text):
            how = "the whole value" if value == text else "an address in the value"
            if value in self._values[Type.IP]:
                yield Hit(Atom(Type.IP, value), how)
            for network in self._networks.of(value):
                yield Hit(Atom(Type.NETWORK, network), f"{value} is in the network")

    def _names(self, text: str) -> Iterator[Hit]:
        domains = self._values[Type.DOMAIN]
        for name in names(text):
            below = name
            while below:
                if below in domains:
                    yield Hit(Atom(Type.DOMAIN, below), _how(text, name, below))
                below = below.partition(".")[2]

    def _same(self, read: Url, how: str) -> Iterator[Hit]:
        """URLs that are the same; where one of the two states no scheme, it is the same in either."""
        if read.host in self._hosts:
            for atom in self._urls.get(read.rest, ()):
                scheme = atom.value.partition("://")[0] if atom.value != read.rest else ""
                if not scheme or not read.scheme or scheme == read.scheme:
                    yield Hit(atom, how if read.scheme and scheme else f"{how}; no scheme was stated")

    def _requested(self, fields: Mapping[str, tuple[Scalar, ...]]) -> Iterator[tuple[Atom, tuple[str, str, str]]]:
        """A request whose host and target stand in two fields: together they are the whole URL."""
        parts = table("request")
        for host_field in parts["host"]:
            for host in fields.get(host_field, ()):
                if not isinstance(host, str) or len(host) > 300 or not (read := url(host)) or read.host not in self._hosts:
                    continue
                for target_field in parts["target"]:
                    for target in fields.get(target_field, ()):
                        if isinstance(target, str) and target.startswith("/") and (whole := url(host + target)):
                            for atom, how in self._same(whole, "the host and the target together"):
                                yield atom, (f"{host_field}, {target_field}", host + target, how)


def _how(text: str, name: str, domain: str) -> str:
    if name != domain:
        return f"{name[:253]} is below it"
    return "the name itself" if text.lower().rstrip(".") == name else "the name in the value"


_FIELDS: dict[str, frozenset[Type]] = {}


def _words(field: str) -> frozenset[str]:
    return frozenset(word.lower() for word in WORDS.findall(field)) | {re.sub(r"[^a-z0-9]", "", field.lower())}


def _places(field: str) -> frozenset[Type]:
    """The types that a field of this name is a place for."""
    got = _FIELDS.get(field)
    if got is None:
        words, sought = _words(field), table("sought")
        kinds = {name for name, known in sought.items() if not words.isdisjoint(known)}
        types = {type_ for type_ in Type if type_ in kinds}
        types |= set(HASH_TYPES) if "hash" in kinds else set()
        types |= {Type.NETWORK} if "ip" in kinds else set()
        types |= {Type.URL} if field in table("request")["host"] else set()
        got = frozenset(types)
        if len(_FIELDS) < MOST_REMEMBERED:
            _FIELDS[field] = got
    return got


def _meant(atom: Atom, field: str) -> bool:
    """Fields in which a text only looks like it: an address in a version, another hash, a user agent elsewhere."""
    if atom.type in (Type.IP, Type.NETWORK):
        return not field.lower().endswith("version")
    if atom.type is Type.USER_AGENT:
        return Type.USER_AGENT in _places(field)
    imphash = "imphash" in field.lower()
    if atom.type is Type.MD5:
        return not imphash
    if atom.type is Type.IMPHASH:
        return imphash or "hashes" in field.lower()
    return True
