"""Vendor facts that a record lacks: reviewed, sourced, dated data, shown wherever it decided."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from importlib import resources
from pathlib import Path

from wardround.core.matching._branches import branch_answer
from wardround.core.matching._model import Answer, Subject
from wardround.core.matching._names import Naming
from wardround.core.matching._objects import read_object
from wardround.core.matching._product_branches import product_answer, unconfirmed
from wardround.core.matching._read_override import Override, read_overrides
from wardround.core.vocab import BadInput, Verdict

_Key = tuple[str, str, str]


@dataclass(frozen=True)
class Overrides:
    """All overrides of an installation, none contradicting another.

    `Overrides.load()` has the bundled ones; `folder` adds an installation's own. Raises BadInput naming the file and place
    of a malformed one, and both of two that speak of the same record and product without one superseding the other.
    """

    all: tuple[Override, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        by_id: dict[str, Override] = {}
        for override in self.all:
            if other := by_id.get(override.id):
                raise BadInput(
                    f"the id {override.id!r} is used twice, the other time in {other.where}", where=override.where, do="rename one"
                )
            by_id[override.id] = override
        for key, standing in _standing(self.all).items():
            if len(standing) > 1:
                one, other = standing[:2]
                both = f"{one.id!r} ({one.where}) and {other.id!r} ({other.where})"
                what = f"overrides {both} both decide {key[0]} for {other.product}"
                raise BadInput(what, where=other.where, do=f'let one supersede the other: "supersedes": ["{one.id}"]')

    @classmethod
    def load(cls, *, folder: Path | None = None) -> "Overrides":
        """The bundled overrides and those of a folder (`*.json`; a folder that does not exist has none)."""
        return cls().adding((f"bundled {f.name}", f.read_bytes()) for f in _bundled()).adding(_files(folder))

    def adding(self, documents: Iterable[tuple[str, bytes]]) -> "Overrides":
        """These and more, each document given as (where it is from, its bytes)."""
        return Overrides((*self.all, *(o for where, raw in documents for o in read_overrides(raw, where=where))))

    def as_of(self, at: datetime | date) -> "Overrides":
        """Only those that had been stated by then."""
        day = at.date() if isinstance(at, datetime) else at
        return Overrides(tuple(o for o in self.all if o.date <= day))

    def of(self, cve: str, *, vendors: Sequence[str], product: str, also: Sequence[tuple[str, str]] = ()) -> "Deciding | None":
        """The override that decides for this record and product, or None; `also` are further names of the product."""
        if cve.upper() not in self._decided:
            return None
        names = (*((vendor, product) for vendor in vendors), *also)
        found = next((o for name in names if (o := self._index.get((cve.upper(), *name)))), None)
        return Deciding(found) if found else None

    def speaks_of(self, names: Iterable[tuple[str, str]]) -> bool:
        """True where some override is of a product of one of these names (vendor and product key)."""
        return not self._spoken.isdisjoint(names)

    def naming(self, naming: Naming) -> Naming:
        """The records that `naming` finds for a product, and those that an override says are of this product too.

        A record may call its product something that no inventory does (`n/a`, or three products in one name).
        """
        added = self._names

        def both(product: str) -> Mapping[str, Sequence[str]]:
            stated, more = naming(product), added.get(product)
            if not more:
                return stated
            vendors = dict.fromkeys((*stated, *more))
            return {v: tuple(dict.fromkeys((*stated.get(v, ()), *more.get(v, ())))) for v in vendors}

        return both

    @cached_property
    def _names(self) -> dict[str, dict[str, list[str]]]:
        found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for override in self.all:
            for vendor, product in override.names:
                found[product][vendor] += override.cves
        return {product: dict(vendors) for product, vendors in found.items()}

    @cached_property
    def _decided(self) -> frozenset[str]:
        return frozenset(cve for cve, _, _ in self._index)

    @cached_property
    def _spoken(self) -> frozenset[tuple[str, str]]:
        return frozenset((vendor, product) for _, vendor, product in self._index)

    @cached_property
    def _index(self) -> dict[_Key, Override]:
        return {key: standing[0] for key, standing in _standing(self.all).items()}


@dataclass(frozen=True, slots=True)
class Deciding:
    """An override at work on one pair."""

    override: Override

    def answer(self, subject: Subject) -> Answer:
        """The override's answer, with its id, source and date."""
        answer = self._read(subject)
        assumed = answer.assumed
        if answer.verdict is Verdict.NOT_AFFECTED and self.override.unconfirmed:
            assumed = (*assumed, unconfirmed("this fact holds", self.override.unconfirmed))
        return Answer(answer.verdict, f"{answer.reason} {self._credit()}", answer.decided_by, assumed)

    def _read(self, subject: Subject) -> Answer:
        override, at = self.override, f"override {self.override.id}"
        if override.branches:
            verdict, reason = branch_answer(override.branches, version=subject.version)
            return Answer(verdict, reason, at)
        if override.product_branches:
            verdict, reason, assumed = product_answer(override.product_branches, version=subject.version)
            return Answer(verdict, reason, at, assumed)
        read = read_object(override.statement, at=at, subject=subject)
        return read or Answer(Verdict.NOT_EVALUABLE, "The override speaks of git commits only.", at)

    def _credit(self) -> str:
        return f"This is {self.override.vendor}'s own fact of {self.override.date.isoformat()}, which the record lacks."


def _standing(overrides: Sequence[Override]) -> dict[_Key, list[Override]]:
    """For each record and product those that no other one on the same record and product supersedes."""
    filed: dict[_Key, list[Override]] = defaultdict(list)
    for override in overrides:
        for cve in override.cves:
            for vendor, product in override.names:
                filed[cve, vendor, product].append(override)
    return {key: _left(same) for key, same in filed.items()}


def _left(same: Sequence[Override]) -> list[Override]:
    gone = {old for override in same for old in override.supersedes if old != override.id}
    return [override for override in same if override.id not in gone] or list(same)


def _bundled() -> Iterator["resources.abc.Traversable"]:
    folder = resources.files(__package__).joinpath("tables/overrides")
    return iter(sorted((f for f in folder.iterdir() if f.name.endswith(".json")), key=lambda f: f.name))


def _files(folder: Path | None) -> Iterator[tuple[str, bytes]]:
    return ((str(path), path.read_bytes()) for path in sorted(folder.glob("*.json"))) if folder and folder.is_dir() else iter(())
