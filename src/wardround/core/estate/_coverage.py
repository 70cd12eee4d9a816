"""What an estate cannot answer: the share of installs that no record decides, what nobody sees, and what would help most.

What is said of an install comes from outside (`Decided`): this room knows no records. It is asked once for each distinct
product and version, never once for each install.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wardround.core.estate._classes import PRODUCT_CLASSES
from wardround.core.vocab import name_key


@dataclass(frozen=True, slots=True)
class Decided:
    """What is known of one distinct product and version that `installs` installs state.

    `named` is how many records name it (0: nobody names it). Of these, `affected`, `not_affected`, `unknown` and
    `not_evaluable` verdicts were given; `assumed` are the assumptions that the decided ones rest on, and `ambiguous`
    is True where several vendors have a product of this name and the inventory does not say whose it is. `distribution`
    is whose package it is (`debian:11`, or as much of that as is known): only the distribution's own word decides on it.
    """

    vendor: str
    product: str
    version: str
    installs: int
    affected: int = 0
    not_affected: int = 0
    unknown: int = 0
    not_evaluable: int = 0
    ambiguous: bool = False
    assumed: tuple[str, ...] = ()
    distribution: str = ""

    @property
    def named(self) -> int:
        """How many records name it."""
        return self.affected + self.not_affected + self.unknown + self.not_evaluable

    @property
    def decided(self) -> bool:
        """True where every record that names it gives *affected* or *not affected*."""
        return self.named > 0 and not self.unknown and not self.not_evaluable

    @property
    def share(self) -> float:
        """The share of the records that name it which decide; 0 where nobody names it."""
        return (self.affected + self.not_affected) / self.named if self.named else 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, and how many installs it is about: an alias, a feed, a vendor, a version, a fact on the records.

    `kind` is `alias`, `feed`, `vendor`, `version` or `fact`. `gain` is what it would add, in whole installs: one that is
    half decided counts half. `candidates` are names in the records that may be the same product, for a person to confirm.
    """

    kind: str
    vendor: str
    product: str
    installs: int
    gain: float
    do: str
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """What can be said of an estate, counted in installs; `verdicts` and `assumptions` count pairs of install and record.

    `decided` installs are decided by every record that names them, `partly` by some, `undecided` by none; `unnamed` ones
    are named by no record, which proves nothing.
    """

    installs: int
    decided: int
    partly: int
    undecided: int
    unnamed: int
    verdicts: dict[str, int]
    assumptions: dict[str, int]
    unseen: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def share(self) -> float:
        """The share of installs that every record on them decides; 0 for an empty estate."""
        return self.decided / self.installs if self.installs else 0.0

    @property
    def share_of_pairs(self) -> float:
        """The share of pairs of install and record that are decided; 0 where there are none."""
        pairs = sum(self.verdicts.values())
        return (self.verdicts["affected"] + self.verdicts["not_affected"]) / pairs if pairs else 0.0


def coverage(found: Iterable[Decided], *, sees: Iterable[str] = (), most: int = 20) -> Coverage:
    """Count what was decided and rank what would decide most of the rest. `sees` are the product classes that sources declare.

    >>> told = coverage([Decided("Ivanti", "EPMM", "12.4", 3, unknown=2), Decided("", "Ward Clock", "1", 5)], sees=["server"])
    >>> told.share, [(step.kind, step.product, step.installs) for step in told.steps]
    (0.0, [('alias', 'Ward Clock', 5), ('fact', 'EPMM', 3)])
    """
    rows = list(found)
    verdicts: Counter[str] = Counter()
    assumptions: Counter[str] = Counter()
    for row in rows:
        for verdict in ("affected", "not_affected", "unknown", "not_evaluable"):
            verdicts[verdict] += getattr(row, verdict) * row.installs
        for assumed in row.assumed:
            assumptions[assumed] += row.installs
    seen = set(sees)
    total, decided = sum(r.installs for r in rows), sum(r.installs for r in rows if r.decided)
    unnamed = sum(r.installs for r in rows if not r.named)
    return Coverage(
        installs=total,
        decided=decided,
        partly=(partly := sum(r.installs for r in rows if r.share and not r.decided)),
        undecided=total - decided - partly - unnamed,
        unnamed=unnamed,
        verdicts=dict(verdicts),
        assumptions=dict(assumptions.most_common()),
        unseen=tuple(one.id for one in PRODUCT_CLASSES.values() if one.id not in seen),
        steps=tuple(_steps(rows)[:most]),
    )


def _steps(rows: Sequence[Decided]) -> list[Step]:
    """One for each product and reason, the one that would add most first. Versions of one product are one step."""
    counted: Counter[tuple[str, str, str]] = Counter()
    gained: dict[tuple[str, str, str], float] = defaultdict(float)
    written: dict[tuple[str, str, str], tuple[str, str]] = {}
    for row in rows:
        if not row.decided and row.installs:
            kind = _kind(row)
            vendor, product = ("", row.distribution) if kind == "feed" else (row.vendor, row.product)
            key = (kind, name_key(vendor), name_key(product))
            counted[key] += row.installs
            gained[key] += row.installs * (1 - row.share)
            written.setdefault(key, (vendor, product))
    ranked = sorted(counted, key=lambda key: (-gained[key], -counted[key], key))
    return [Step(key[0], *written[key], counted[key], round(gained[key], 3), _DO[key[0]]) for key in ranked]


def _kind(row: Decided) -> str:
    if row.distribution:
        return "feed"
    if not row.named:
        return "alias"
    if row.ambiguous:
        return "vendor"
    return "fact" if row.version.strip() else "version"


_DO = {
    "alias": "No record names it so. Say which product of the records it is (an alias), or that it is none of theirs.",
    "feed": "Packages of a distribution: only its own statements decide on them. Sync its feed, and import its release with them.",
    "vendor": "Several vendors have a product of this name: import an inventory that states the vendor.",
    "version": "It is known without a version: import an inventory that states the version, with all its parts.",
    "fact": "Some records do not decide for this version: a version with all its parts, or a vendor's fact (an override), would.",
}
