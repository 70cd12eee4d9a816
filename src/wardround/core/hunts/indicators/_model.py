"""The nouns: an indicator, what it was found in, and what a match rests on."""

from enum import StrEnum
from typing import NamedTuple

INDICATOR = "indicator:"
"""How the name of a detection begins that an indicator made."""


class Type(StrEnum):
    """What an indicator is. `PATTERN`: several that must be found in one event together."""

    MD5 = "md5"
    SHA1 = "sha1"
    SHA256 = "sha256"
    IMPHASH = "imphash"
    IP = "ip"
    NETWORK = "network"
    DOMAIN = "domain"
    URL = "url"
    PATH = "path"
    USER_AGENT = "user-agent"
    PATTERN = "pattern"


class Atom(NamedTuple):
    """A type and a value in its normal form: the same thing is always written the same way."""

    type: Type
    value: str


class Indicator(NamedTuple):
    """One indicator of a list: `value` in its normal form, `given` as it was written, `where` its place, `context` what is said.

    `doubt` says why a match would mean nothing by itself: such an indicator is looked for only when that is asked. `parts`: what a
    pattern asks for together.
    """

    type: Type
    value: str
    given: str
    where: str
    context: str = ""
    doubt: str = ""
    parts: tuple[Atom, ...] = ()

    @property
    def rule(self) -> str:
        """How a detection names it."""
        return f"{INDICATOR}{self.type}:{self.value}"


class Match(NamedTuple):
    """An indicator in an event: in which field, what stood there, and how the two were compared."""

    indicator: Indicator
    field: str
    found: str
    how: str
