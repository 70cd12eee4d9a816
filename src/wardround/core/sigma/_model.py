"""The nouns of Sigma: what a rule asks to be run over, a rule made ready, a set of them."""

from dataclasses import dataclass

from wardround.core.sigma._conditions import Node
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
