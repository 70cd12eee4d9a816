"""The nouns of a hunt: sources, events, rules, and what came of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, NamedTuple

from wardround.core.hunts._conditions import Node
from wardround.core.vocab import Coverage, Detection, Rejected
from wardround.core.vocab._hunting import NotRun, SourceCoverage, Span

Scalar = str | int | float | bool | None


class Kind(NamedTuple):
    """What an event is, as far as its log tells: the ground on which a rule's log source is compared.

    `shape` is what a person is told. `fields` are the fields that such an event can have at all; None means that any field
    may appear (Windows events, JSON), so that only what was seen can tell.
    """

    shape: str
    family: str
    channel: str = ""
    event_id: int = 0
    fields: frozenset[str] | None = None


class Event:
    """One event: `line` counts from 1 (a Windows event's record number), `time` is UTC or None, `text` is what keywords search.

    A field has several values where the log has several, or where one value was decoded: a test holds if any value passes it.
    """

    __slots__ = ("_folded", "excerpt", "fields", "host", "kind", "line", "text", "time")

    def __init__(
        self,
        line: int,
        *,
        time: datetime | None,
        kind: Kind,
        fields: Mapping[str, tuple[Scalar, ...]],
        text: str,
        excerpt: str = "",
        host: str = "",
    ) -> None:
        self.line, self.time, self.kind, self.fields, self.text = line, time, kind, fields, text
        self.excerpt, self.host = excerpt or text, host
        self._folded: dict[str, tuple[str, ...]] = {}

    def folded(self, name: str) -> tuple[str, ...]:
        """The values of a field as lower-case text; null gives nothing."""
        got = self._folded.get(name)
        if got is None:
            got = self._folded[name] = tuple(written(v).lower() for v in self.fields.get(name, ()) if v is not None)
        return got

    def folded_text(self) -> str:
        """All text of the event in lower case."""
        got = self._folded.get("\0")
        if got is None:
            got = self._folded["\0"] = (self.text.lower(),)
        return got[0]


def written(value: Scalar) -> str:
    """A value as the rules write it: `true` and `false` in lower case, numbers plain."""
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True, slots=True)
class Source:
    """A log as it came: a name to show, a stream of bytes (packed or plain), and the host it speaks of where that is known."""

    name: str
    stream: BinaryIO
    host: str = ""
    could_have_been_altered: bool = False


@dataclass(frozen=True, slots=True)
class LogSource:
    """What a rule asks to be run over; empty text means *any*."""

    product: str = ""
    category: str = ""
    service: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.product, self.category, self.service) if part)


@dataclass(frozen=True, slots=True)
class Rule:
    """A Sigma rule made ready to run. `phase` is exploit, after, scan or empty (every window); `fields` are all that it names."""

    id: str
    title: str
    level: str
    phase: str
    logsource: LogSource
    condition: Node
    fields: frozenset[str]
    file: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules that can run, rules that cannot with the reason, and the SHA-256 of all that was read."""

    rules: tuple[Rule, ...]
    broken: tuple[NotRun, ...]
    sha256: str

    @property
    def given(self) -> int:
        """Every rule that was given, whether it can run or not."""
        return len(self.rules) + len(self.broken)


@dataclass(frozen=True, slots=True)
class Pack:
    """A hunt made ready for one product: rules, what logs they need, what they cannot see, what a hit means, what to do next."""

    name: str
    version: str
    title: str
    needs: tuple[str, ...]
    blind: tuple[str, ...]
    hit_means: Mapping[str, str]
    next_steps: tuple[str, ...]
    margin_days: int
    rules: RuleSet

    @property
    def sha256(self) -> str:
        """The hash of everything in the pack: kept with a hunt's record."""
        return self.rules.sha256


@dataclass(frozen=True, slots=True)
class SourceRun:
    """One source: what it let us see, the rules that ran on it, those that could not (on all or a part), events without a time."""

    coverage: SourceCoverage
    ran: tuple[str, ...]
    could_not: tuple[NotRun, ...]
    not_placed: int


@dataclass(frozen=True, slots=True)
class HuntResult:
    """What a hunt saw and found.

    `coverage` holds only the sources that at least one rule searched; `runs` holds every source that was read; `rejected` what
    could not be read at all, or not to its end.
    """

    events: int
    coverage: Coverage
    detections: tuple[Detection, ...]
    runs: tuple[SourceRun, ...]
    rejected: tuple[Rejected, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """From when until when something is searched. Both ends are aware; an empty window has equal ends."""

    start: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Windows:
    """The two windows of a hunt: traces of the exploit, and traces of what comes after one."""

    exploit: Window
    after: Window


class SearchedHours(NamedTuple):
    """`hours` of `of` could be searched; `unseen` are the spans that could not."""

    hours: int
    of: int
    unseen: tuple[Span, ...]
