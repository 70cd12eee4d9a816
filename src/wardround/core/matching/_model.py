"""What a decision is made of."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from wardround.core.names._variant import Variant
from wardround.core.vocab import Verdict


def in_one(vendor: str, product: str) -> str:
    """Vendor and product in one text, the vendor once where the product bears its name (`Ivanti` and `Ivanti EPMM`)."""
    return product if f"{product} ".casefold().startswith(f"{vendor} ".casefold()) else f"{vendor} {product}".strip()


@dataclass(frozen=True, slots=True)
class Named:
    """Which records name an install. `vendor` and `product` are name keys as the records have them.

    `vendors` holds more than one key when the install states no vendor and several have a product of this name: the
    records of all of them are then in `cves`, and none of them can decide. `also` are further names (vendor and product
    key) under which records speak of the same install. `ways` says of each name how it was found: as the inventory
    states it, by a CPE, a package URL or an alias.
    """

    product: str
    vendors: tuple[str, ...]
    cves: tuple[str, ...]
    also: tuple[tuple[str, str], ...] = ()
    ways: tuple[tuple[tuple[str, str], str], ...] = field(default=(), compare=False)

    @property
    def via(self) -> str:
        """How the install was named, for a person to read: each name once, by the surest way to it."""
        said: dict[str, str] = {}
        for (vendor, product), how in self.ways:
            said.setdefault(in_one(vendor or "a vendor that is not stated", product), how)
        return "; ".join(f"{name}: {how}" for name, how in said.items())

    @property
    def ambiguous(self) -> bool:
        """True when several vendors have a product of this name and the install does not say which."""
        return len(self.vendors) > 1


@dataclass(frozen=True, slots=True)
class Subject:
    """What a verdict depends on, of an install: two installs with equal subjects get equal answers.

    `distribution` is the release whose package it is (`debian:11`, `ubuntu:22.04`, `redhat:8`, `alpine:3.19`), where known.
    `also` are further names of it (vendor and product key), in the order in which they count. `variant` is what its CPE
    name states beside them (edition, target software...).
    """

    vendors: tuple[str, ...]
    product: str
    version: str
    scheme: str = ""
    platform: str = ""
    distribution: str = ""
    also: tuple[tuple[str, str], ...] = ()
    variant: Variant = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict with its sentence, the entry that decided, and what it assumes.

    `elsewhere` says of one that does not decide: on a platform that this install may be on, it is *affected*.
    """

    verdict: Verdict
    reason: str
    decided_by: str
    assumed: tuple[str, ...] = ()
    elsewhere: bool = field(default=False, compare=False)

    @property
    def decides(self) -> bool:
        """True for *affected* and *not affected*."""
        return self.verdict in (Verdict.AFFECTED, Verdict.NOT_AFFECTED)


WEIGHT = {Verdict.AFFECTED: 3, Verdict.NOT_EVALUABLE: 2, Verdict.UNKNOWN: 1, Verdict.NOT_AFFECTED: 0}


def heaviest(answers: Sequence[Answer]) -> Answer:
    """The answer that wins among several `affected` objects (FACTS 9).

    *Affected* needs one of them, so the one that assumes least speaks; *not affected* rests on all of them, so it assumes
    what any of them assumes.
    """
    top = max(WEIGHT[answer.verdict] for answer in answers)
    first, *others = (answer for answer in answers if WEIGHT[answer.verdict] == top)
    if first.verdict is Verdict.AFFECTED:
        return min((first, *others), key=lambda answer: len(answer.assumed))
    if first.verdict is Verdict.NOT_AFFECTED:
        return replace(first, assumed=tuple(dict.fromkeys(a for answer in (first, *others) for a in answer.assumed)))
    return first
