"""The nouns of Sigma: what a rule asks to be run over, a rule made ready, a correlation of rules, a set of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wardround.core.sigma._conditions import Node
from wardround.core.sigma._grammar import Expression
from wardround.core.vocab._hunting import NotRun


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
    """A Sigma rule made ready to run. `phase` is exploit, after, scan or empty (every window); `fields` are all that it names.

    `reported` is False for a rule that only serves a correlation: its own hits are no detections.
    """

    id: str
    title: str
    level: str
    phase: str
    logsource: LogSource
    condition: Node
    fields: frozenset[str]
    file: str = ""
    description: str = ""
    line: int = 0
    name: str = ""
    reported: bool = True


@dataclass(frozen=True, slots=True)
class Measure:
    """What is asked of a group of events: bounds on a number, each with its sign (<, <=, >, >=, =, !=).

    `fields` are those whose values are counted or measured together; `percentile` is from 0 to 100.
    """

    bounds: tuple[tuple[str, float], ...]
    fields: tuple[str, ...] = ()
    percentile: int = 50


@dataclass(frozen=True, slots=True)
class Correlation:
    """Rules correlated in time (Sigma correlation rules specification 2.1), ready to run.

    `rules` are ids of rules or of other correlations. `fields` says for each of them what the fields of `group_by` and of the
    measure are called in its events: the first of the names that an event has counts.
    `present` is a condition over the rules themselves.
    """

    id: str
    title: str
    level: str
    phase: str
    type: str
    rules: tuple[str, ...]
    group_by: tuple[str, ...]
    seconds: int
    measure: Measure
    present: Expression | None = None
    fields: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    file: str = ""
    description: str = ""
    line: int = 0
    name: str = ""
    reported: bool = True


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules that can run, what cannot with the reason, and the SHA-256 of all that was read.

    `correlations` come after those that they refer to. `filters` counts the filters that are part of the rules now.
    """

    rules: tuple[Rule, ...]
    broken: tuple[NotRun, ...]
    sha256: str
    correlations: tuple[Correlation, ...] = ()
    filters: int = 0

    @property
    def given(self) -> int:
        """Every rule and correlation that was given, whether it can run or not."""
        return len(self.rules) + len(self.correlations) + len(self.broken)
