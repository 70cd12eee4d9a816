"""The tests that Sigma applies to one value (Sigma specification 2.1, appendix on modifiers).

Written to be read, not to be fast: a faster engine is held against this one. Text is compared without regard to case unless the
rule says `cased`; regular expressions regard case unless they say `i`.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any, ClassVar

from wardround.core.logs import as_time

REGEX_SECONDS = 1.0
ONE: None = None  # a `?` inside a piece: exactly one character

Piece = tuple[str | None, ...]


class ValueTest:
    """A question to one value. `holds_when_absent`: an event without the field passes too."""

    holds_when_absent: ClassVar[bool] = False

    def passes(self, value: Any) -> bool:
        """Does one value of a field pass?"""
        raise NotImplementedError


def _fits(piece: Piece, text: str, at: int) -> int:
    """Where the piece ends if it stands at `at`, else -1."""
    for part in piece:
        if part is None:
            if at >= len(text):
                return -1
            at += 1
        elif text.startswith(part, at):
            at += len(part)
        else:
            return -1
    return at


def _find(piece: Piece, text: str, start: int) -> int:
    """The end of the leftmost place at or after `start` where the piece stands, else -1."""
    if len(piece) == 1 and isinstance(piece[0], str):
        at = text.find(piece[0], start)
        return at + len(piece[0]) if at >= 0 else -1
    ahead, word = next(((at, part) for at, part in enumerate(piece) if part), (0, ""))
    if not word:
        return _fits(piece, text, start)
    at = text.find(word, start + ahead)
    while at >= 0:  # only where its first word stands can it stand
        if (end := _fits(piece, text, at - ahead)) >= 0:
            return end
        at = text.find(word, at + 1)
    return -1


def _length(piece: Piece) -> int:
    return sum(1 if part is None else len(part) for part in piece)


def wildcard_match(pieces: Sequence[Piece], text: str) -> bool:
    """Does the whole text match the pieces with `*` between them? The leftmost place for each piece is enough."""
    if len(pieces) == 1:
        return _fits(pieces[0], text, 0) == len(text)
    if len(pieces) == 3 and not pieces[0] and not pieces[2] and len(pieces[1]) == 1 and isinstance(pieces[1][0], str):
        return pieces[1][0] in text  # `*word*`, by far the commonest: only faster, not different
    at = _fits(pieces[0], text, 0)
    if at < 0:
        return False
    for piece in pieces[1:-1]:
        at = _find(piece, text, at)
        if at < 0:
            return False
    tail = len(text) - _length(pieces[-1])
    return tail >= at and _fits(pieces[-1], text, tail) == len(text)


@dataclass(frozen=True, slots=True)
class Text(ValueTest):
    """Text with wildcards: the pieces between the `*`. Not `cased`: pieces are lower case and so is the value that is given."""

    pieces: tuple[Piece, ...]
    cased: bool = False

    def passes(self, value: Any) -> bool:
        """The value is text already, in lower case unless the test is cased."""
        return wildcard_match(self.pieces, value)


@dataclass(frozen=True, slots=True)
class Number(ValueTest):
    """A number, compared with a number or with text that is one."""

    number: float
    sign: str = "="

    def passes(self, value: Any) -> bool:
        """Compare by `sign`: =, <, <=, >, >=."""
        got = as_number(value)
        if got is None:
            return False
        match self.sign:
            case "<":
                return got < self.number
            case "<=":
                return got <= self.number
            case ">":
                return got > self.number
            case ">=":
                return got >= self.number
        return got == self.number


def as_number(value: Any) -> float | None:
    """A value as a number: decimal, or hexadecimal as Windows writes it (`0x3e7`)."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return value
    text = value.strip()[:64]
    try:
        return int(text, 16) if text[:2].lower() == "0x" else int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Truth(ValueTest):
    """True or false, as a value or as the word."""

    truth: bool

    def passes(self, value: Any) -> bool:
        """Compare as words."""
        return str(value).strip().lower() == str(self.truth).lower()


@dataclass(frozen=True, slots=True)
class Null(ValueTest):
    """The field is absent, or its value is null."""

    holds_when_absent: ClassVar[bool] = True

    def passes(self, value: Any) -> bool:
        """Only null."""
        return value is None


@dataclass(frozen=True, slots=True)
class Exists(ValueTest):
    """The field is there, whatever its value; or is not."""

    wanted: bool
    holds_when_absent: ClassVar[bool] = True

    def passes(self, value: Any) -> bool:
        """A value is there."""
        return self.wanted


class SlowRegexError(Exception):
    """A regular expression did not come to an end in the time it has."""


@cache
def compiled_regex(pattern: str, flags: str) -> Any:
    """A regular expression ready to search with. Raises regex.error."""
    import regex

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an odd expression may warn when it is compiled
        return regex.compile(f"(?{flags}){pattern}" if flags else pattern)


@dataclass(frozen=True, slots=True)
class Regex(ValueTest):
    """A regular expression, found anywhere in the value."""

    pattern: str
    flags: str = ""

    @property
    def compiled(self) -> Any:
        """The expression ready to search with: compiled once, when it is first wanted."""
        return compiled_regex(self.pattern, self.flags)

    def passes(self, value: Any) -> bool:
        """Raises SlowRegexError after REGEX_SECONDS."""
        try:
            return self.compiled.search(value, timeout=REGEX_SECONDS) is not None
        except TimeoutError:
            raise SlowRegexError(f"{self.pattern[:60]!r} took over {REGEX_SECONDS:g} s") from None


@dataclass(frozen=True, slots=True)
class Cidr(ValueTest):
    """An address in a network. An IPv4 address written as IPv6 (`::ffff:192.0.2.1`) counts as IPv4."""

    network: IPv4Network | IPv6Network

    def passes(self, value: Any) -> bool:
        """Text that is no address does not pass."""
        try:
            address = ip_address(str(value).strip())
        except ValueError:
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped and self.network.version == 4:
            address = address.ipv4_mapped
        return address in self.network


@dataclass(frozen=True, slots=True)
class Reference(ValueTest):
    """The value equals another field's value, or starts with it, ends with it, contains it."""

    field: str
    starts: bool = False
    ends: bool = False

    def passes_with(self, value: str, other: str) -> bool:
        """Both in lower case."""
        if self.starts and self.ends:
            return other in value
        if self.starts:
            return value.startswith(other)
        return value.endswith(other) if self.ends else value == other


@dataclass(frozen=True, slots=True)
class TimePart(ValueTest):
    """A part of a time: minute, hour, day, week (ISO), month or year, in UTC."""

    part: str
    number: Number

    def passes(self, value: Any) -> bool:
        """The value is read as a time; what is no time does not pass."""
        time = value if isinstance(value, datetime) else as_time(value)
        if time is None:
            return False
        got = time.isocalendar().week if self.part == "week" else getattr(time, self.part)
        return self.number.passes(got)
