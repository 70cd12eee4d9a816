"""What a hunt saw, and through which hours it could see."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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
class KindCoverage:
    """The lines of one kind in a source that has several, or of one of its hosts: from when to when, and their silences."""

    kind: str
    host: str
    first: datetime | None
    last: datetime | None
    gaps: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceCoverage:
    """What one source let us see. `gaps` are silences of more than an hour between two of its events.

    `zone` says how its times were taken to UTC, `skew` the seconds by which its clock was ahead (taken off already), `notes` what a
    reader must know beside that: a year that was inferred, times out of order, an encoding that was guessed. `kinds`: where the
    source has several kinds of lines, or those of several hosts, the hours of each: one may stop while the others go on.
    """

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
    zone: str = ""
    skew: float = 0.0
    notes: tuple[str, ...] = ()
    kinds: tuple[KindCoverage, ...] = ()


class Reason(StrEnum):
    """Why a rule did not run: one of these, always."""

    NO_LOG_SOURCE = "no_log_source"  # no log that it is for was given
    FIELD_ABSENT = "field_absent"  # such logs were given, and have not what it looks at
    UNSUPPORTED = "unsupported"  # it asks for something that is not run here
    BROKEN = "broken"  # it is no rule that anybody could run
    STOPPED = "stopped"  # it ran, and was not let to its end


@dataclass(frozen=True, slots=True)
class NotRun:
    """A rule that did not run, and why: a sentence, one of the fixed reasons, the fields it wanted, and its place in its file."""

    id: str
    why: str
    reason: Reason = Reason.BROKEN
    fields: tuple[str, ...] = ()
    file: str = ""
    line: int = 0

    @property
    def what(self) -> str:
        """The sentence without the place that it may begin with."""
        return self.why.removeprefix(f"{self.file}:{self.line}: ")


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
