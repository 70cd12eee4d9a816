"""A first look at bytes: which lines or records could hold an indicator at all. It may say yes in vain, but never no in vain."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Set
from functools import cached_property
from itertools import chain
from typing import Any
from urllib.parse import unquote_to_bytes

from wardround.core.hunts.indicators._model import Type
from wardround.core.hunts.indicators._networks import Networks
from wardround.core.hunts.indicators._normal import host_of
from wardround.core.hunts.indicators._texts import addresses

# Ways of writing an ordinary sign that are undone only when the event is made: JSON's and the logs' own escapes, XML's entities,
# hexadecimal values of the audit log, and texts that are lists of numbers in the systemd journal.
WRITTEN_OTHERWISE = re.compile(rb"\\u00[2-7]|\\x[0-9A-Fa-f]{2}|&#|[mM][sS][gG]=audit\(|__REALTIME_TIMESTAMP")
DOUBTFUL = (b"%", b"\\", b"&#", b"=audit(", b"__REALTIME_TIMESTAMP")
ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
NOT_ASCII = re.compile(rb"[\x80-\xff]|\\u|%[89A-Fa-f][0-9A-Fa-f]")
FOUR = re.compile(rb"\.\d{1,3}\.\d{1,3}\.\d{1,3}")
BEFORE = re.compile(rb"[0-9a-f:.]*\Z")
BEHIND = re.compile(rb"[0-9a-f:.]*")
LONGEST_ADDRESS = 64
MOST_REMEMBERED = 100_000
SIX = re.compile(rb":[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}:")
RUN = re.compile(r"[a-z0-9_.-]+")
HASHES = (Type.MD5, Type.SHA1, Type.SHA256, Type.IMPHASH)
HEX = bytes(ord("a") if sign in b"0123456789abcdefABCDEF" else ord(".") for sign in range(256))
SHORTEST_HASH = b"a" * 32


class Suspects:
    """What to look for in bytes, by type."""

    def __init__(self, values: Mapping[Type, Set[str]]) -> None:
        words = set(anchors(values))
        self._all = "" in words
        self._words = [word.encode() for word in sorted(words)] if not self._all else []
        self._hashes = frozenset(value.encode() for type_ in HASHES for value in values.get(type_, ()))
        self._networks = Networks(values.get(Type.NETWORK, ()))
        self._addresses = set(values.get(Type.IP, ())) | {
            host[1:-1] for host in map(_host, values.get(Type.URL, ())) if host[:1] == "["
        }
        self._asked: dict[bytes, bool] = {}
        self._foreign = any("xn--" in value for type_ in (Type.DOMAIN, Type.URL) for value in values.get(type_, ()))

    def suspects(self, text: bytes) -> bool:
        """Could this text hold one of them?"""
        return self._all or WRITTEN_OTHERWISE.search(text) is not None or any(map(self._in_form, _forms(text)))

    def _in_form(self, text: bytes) -> bool:
        if self._foreign and NOT_ASCII.search(text):
            return True
        return next(self._places(text.lower()), None) is not None

    def lines(self, block: bytes) -> list[int]:
        """The lines of a block that could hold one of them, by their place in it from 0, in order. Lines end with a line feed."""
        ends = list(_places_of(block, b"\n"))
        if not block.endswith(b"\n") and block:
            ends.append(len(block))
        if self._all:
            return list(range(len(ends)))
        out = {bisect_left(ends, at) for at in self._places(block.lower())}
        unsure = {bisect_left(ends, at) for sign in DOUBTFUL for at in _places_of(block, sign)}
        if self._foreign:
            unsure |= {bisect_left(ends, found.start()) for found in NOT_ASCII.finditer(block)}
        for line in unsure - out:
            start = ends[line - 1] + 1 if line else 0
            if self.suspects(block[start : ends[line]]):
                out.add(line)
        return sorted(out)

    @cached_property
    def _automaton(self) -> Any:
        import ahocorasick_rs as aho

        return aho.BytesAhoCorasick(self._words, implementation=aho.Implementation.ContiguousNFA)

    def _places(self, lower: bytes) -> Iterator[int]:
        """Where in a text something begins that could be one of them."""
        if self._words:
            for _, start, _ in self._automaton.find_matches_as_indexes(lower):
                yield start
        if self._hashes:
            yield from self._hashes_in(lower)
        if self._addresses or self._networks:
            for at in chain(_places_of(lower, b"::"), (found.start() for found in SIX.finditer(lower))):
                before, behind = (
                    BEFORE.search(lower[max(at - LONGEST_ADDRESS, 0) : at]),
                    BEHIND.match(lower[at : at + LONGEST_ADDRESS]),
                )
                if before and behind and self._holds(before[0] + behind[0]):
                    yield at
        if self._networks:
            for found in FOUR.finditer(lower):
                at = found.start()
                if self._holds(lower[max(at - 3, 0) : found.end()]):
                    yield at

    def _holds(self, text: bytes) -> bool:
        """Is an address in this short text one of them, or in one of the networks?"""
        got = self._asked.get(text)
        if got is None:
            found = addresses(text.decode("latin-1"))
            got = any(value in self._addresses or any(self._networks.of(value)) for value in found)
            if len(self._asked) >= MOST_REMEMBERED:
                self._asked.clear()
            self._asked[text] = got
        return got

    def _hashes_in(self, lower: bytes) -> Iterator[int]:
        """A hash stands between signs that are no letters or digits, so it is a whole run of hexadecimal digits."""
        runs, end = lower.translate(HEX), 0
        while (start := runs.find(SHORTEST_HASH, end)) >= 0:
            end = runs.find(b".", start)
            end = len(runs) if end < 0 else end
            if lower[start:end] in self._hashes:
                yield start


def _places_of(text: bytes, sign: bytes) -> Iterator[int]:
    at = text.find(sign)
    while at >= 0:
        yield at
        at = text.find(sign, at + 1)


def anchors(values: Mapping[Type, Set[str]]) -> Iterator[str]:
    """A word for each value that stands in every text in which the value is found; empty where there is none."""
    for type_, these in values.items():
        if type_ is Type.DOMAIN:
            yield from these
        elif type_ is Type.IP:
            yield from (value for value in these if ":" not in value)
        elif type_ is Type.URL:
            yield from (host for host in map(_host, these) if not host.startswith("["))
        elif type_ in (Type.PATH, Type.USER_AGENT):
            yield from map(_longest, these)


def _host(value: str) -> str:
    return host_of(value.rpartition("://")[2] if "://" in value[:24] else value)


def _longest(value: str) -> str:
    """The longest piece that no log writes otherwise: without separators, spaces and quotes."""
    lower = "".join(sign.lower() if sign.isascii() else " " for sign in value)
    return max(RUN.findall(lower), key=len, default="")


def _forms(text: bytes) -> Iterable[bytes]:
    """The text, with its backslashes taken out, and each with percent-encoding undone once and twice."""
    for form in (text, ESCAPE.sub(rb"\1", text)) if b"\\" in text else (text,):
        yield form
        for _ in range(2):
            if b"%" not in form:
                break
            form = unquote_to_bytes(form)
            yield form
