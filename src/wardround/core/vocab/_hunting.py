"""What a hunt saw, and through which hours it could see."""

from dataclasses import dataclass
from datetime import datetime

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Detection:
    """One rule on one event of one source. `line` counts from 1 (a Windows event's record number); `time` is UTC or None."""

    rule: str
    source: str
    line: int
    time: datetime | None
    title: str = ""
    level: str = ""
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class SourceCoverage:
    """What one source let us see. `gaps` are silences of more than an hour between two of its events."""

    source: str
    shape: str
    events: int
    unparsed: int
    first: datetime | None
    last: datetime | None
    gaps: tuple[Span, ...] = ()
    sha256: str = ""
    host: str = ""
    could_have_been_altered: bool = False
    unparsed_examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotRun:
    """A rule that did not run, and why."""

    id: str
    why: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a hunt could see: sources, the rules that ran, the rules that could not and why."""

    sources: tuple[SourceCoverage, ...]
    rules_given: int
    rules_ran: int
    not_run: tuple[NotRun, ...] = ()

    @property
    def events(self) -> int:
        """Events read, all sources together."""
        return sum(s.events for s in self.sources)
