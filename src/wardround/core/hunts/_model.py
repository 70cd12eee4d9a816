"""The nouns of a hunt: packs, what one source let us see, and what came of it all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from wardround.core.hunts.indicators import IndicatorSet, Match, Type
from wardround.core.sigma import Rule, RuleSet
from wardround.core.sigma._model import Correlation
from wardround.core.vocab import Coverage, Detection, Rejected
from wardround.core.vocab._hunting import NotRun, SourceCoverage, Span


@dataclass(frozen=True, slots=True)
class Pack:
    """A hunt made ready for one product: rules, what logs they need, what they cannot see, what a hit means, what to do next.

    `indicators` are its lists as they were read (name, bytes); `queries` the same hunt in other places' languages, by file name.
    """

    name: str
    version: str
    title: str
    needs: tuple[str, ...]
    blind: tuple[str, ...]
    hit_means: Mapping[str, str]
    next_steps: tuple[str, ...]
    margin_days: int
    rules: RuleSet
    indicators: tuple[tuple[str, bytes], ...] = ()
    queries: Mapping[str, str] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """The hash of everything in the pack that decides a hunt: kept with a hunt's record."""
        return self.rules.sha256

    @property
    def reported(self) -> tuple[Rule | Correlation, ...]:
        """The rules and correlations whose hits are detections."""
        every: list[Rule | Correlation] = [*self.rules.rules, *self.rules.correlations]
        return tuple(rule for rule in every if rule.reported)


@dataclass(frozen=True, slots=True)
class SourceRun:
    """One source: what it let us see, the rules that ran on it, those that could not (on all or a part), events without a time.

    `fields` are those that the rules name and that its events had, or could have had. `partly`: for rules that ran and were not for
    every kind of line in it (`coverage.kinds`), the kinds that they were for.
    """

    coverage: SourceCoverage
    ran: tuple[str, ...]
    could_not: tuple[NotRun, ...]
    not_placed: int
    fields: tuple[str, ...] = ()
    partly: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Found(NamedTuple):
    """An indicator in an event: the detection, and what the match rests on."""

    detection: Detection
    match: Match


@dataclass(frozen=True, slots=True)
class IndicatorFindings:
    """Which indicators were looked for, and in a hunt that read them what their matches rest on.

    `sought`: by source the types for which its events have a place. `known`: what an earlier hunt found and kept.
    """

    looked_for: IndicatorSet
    found: tuple[Found, ...] = ()
    sought: Mapping[str, frozenset[Type]] = field(default_factory=dict)
    known: tuple[Detection, ...] = ()

    @property
    def given(self) -> int:
        """How many entries the lists have."""
        return self.looked_for.given

    @property
    def loaded(self) -> int:
        """How many indicators were looked for."""
        return self.looked_for.loaded

    @property
    def matched(self) -> tuple[Detection, ...]:
        """The detections; their rules are called `indicator:<type>:<value>`."""
        return (*self.known, *(one.detection for one in self.found))

    def not_sought(self, source: str) -> tuple[Type, ...]:
        """The types that could not be looked for in a source: nothing in its events is a place for them."""
        missing = self.looked_for.types - {Type.PATTERN} - self.sought.get(source, frozenset())
        return tuple(sorted(missing))


@dataclass(frozen=True, slots=True)
class HuntResult:
    """What a hunt saw and found. What indicators matched stands among the detections too.

    `coverage` holds only the sources that at least one rule searched; `runs` holds every source that was read; `rejected` what
    could not be read at all, or not to its end. `notes` say what correlations had to leave out.
    """

    events: int
    coverage: Coverage
    detections: tuple[Detection, ...]
    runs: tuple[SourceRun, ...]
    rejected: tuple[Rejected, ...] = ()
    notes: tuple[str, ...] = ()
    indicators: IndicatorFindings | None = None


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
