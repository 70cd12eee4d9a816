"""A policy, and the decision that it gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from wardround.core.vocab import BadInput, WardroundError

Combination = tuple[int, ...]


class PolicyError(WardroundError):
    """A policy that must not decide anything: incomplete, out of order, or not a policy. Says which row or point."""


@dataclass(frozen=True, slots=True)
class Value:
    """One answer to a decision point. `also` are other words that people write for it."""

    key: str
    name: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """One question of a policy. `values` go from mildest to worst; everywhere else a value is its place in them.

    `statements` maps what sources state (`ssvc.automatable` -> yes) to a value: these are the inputs that are *news*.
    `exposure` maps *yes* and *no* to the values that remain possible. `derived_from` is the table that gives this point.
    A point that is `never_unknown` has its mildest value until something is stated.
    """

    key: str
    name: str
    question: str
    values: tuple[Value, ...]
    statements: Mapping[str, Mapping[str, int]]
    exposure: Mapping[str, Combination]
    never_unknown: bool = False
    derived_from: "Policy | None" = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One decision that a policy can give. `days` are calendar days; None sets no date. `note` is said whenever it is given."""

    key: str
    name: str
    days: int | None = None
    forensic_triage: bool = False
    note: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Policy:
    """A decision table: complete, monotone, versioned. `outcomes` go from mildest to strictest, `rows` answers all combinations."""

    name: str
    version: str
    title: str
    source: str
    checked_on: date
    points: tuple[Point, ...] = field(repr=False)
    outcomes: tuple[Outcome, ...] = field(repr=False)
    rows: Mapping[Combination, int] = field(repr=False)

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    def ask(self, combination: Combination) -> Outcome:
        """The outcome of one combination, given as the place of each point's value, mildest 0."""
        return self.outcomes[self.rows[combination]]

    def rank(self, outcome: str) -> int:
        """How strict an outcome is: 0 is the mildest. Upper or lower case. Raises BadInput naming the outcomes there are."""
        for place, known in enumerate(self.outcomes):
            if known.key.casefold() == outcome.strip().casefold():
                return place
        allowed = ", ".join(o.key for o in self.outcomes)
        raise BadInput(f"{outcome[:40]!r} is no decision of {self.name}", do=f"use one of {allowed} (mildest first)")


@dataclass(frozen=True, slots=True)
class Input:
    """What one decision point was taken as, on whose word and since when.

    `value` is the value's key, or `unknown` where no answer would change anything. `name` and `means` are the same for people.
    """

    key: str
    value: str
    source: str
    date: date | None
    assumed: bool
    name: str = ""
    means: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The worst of what is possible (`decision`), the mildest (`best`), by when, on which inputs, and what would change it.

    `due` is the last day, inclusive (UTC); None where the outcome sets no date. `rank` sorts: 0 is the policy's mildest.
    Where `assumed` is not empty, the decision or its date rests on something nobody stated: it is not counted as overdue.
    """

    decision: str
    name: str
    best: str
    due: date | None
    policy: str
    inputs: tuple[Input, ...]
    reasons: tuple[str, ...]
    would_change: tuple[str, ...]
    forensic_triage: bool
    rank: int

    @property
    def assumed(self) -> tuple[str, ...]:
        """Every assumption the decision rests on, each a sentence; empty when it rests on known inputs."""
        return tuple(f"{i.name} ({i.key}): {i.means} is assumed" for i in self.inputs if i.assumed)
