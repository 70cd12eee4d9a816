"""The whole nation and every advisory, or one advisory and every device: exact, from the index and a store of feeds."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np

from wardround.core.advisories import Advisory, product_names
from wardround.core.matching import Overrides
from wardround.core.matching._foretold import Foretold, Told
from wardround.core.names import Aliases
from wardround.core.vocab import BadInput
from wardround.engines.nation._arrays import Array
from wardround.engines.nation._count import Counted, count
from wardround.engines.nation._index import Index, Part
from wardround.engines.nation._judge import Bools, Judged, Universe, judge
from wardround.engines.nation._kept import Known, basis
from wardround.engines.nation._naming import Asking, Block, Ints, asked, blocks
from wardround.lake.shelf import shelf
from wardround.lake.statements import Statements

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Holding:
    """One organisation's devices under one advisory: affected; and not known to be, though not known not to be.

    A device with an affected install is affected, whatever else it has. `assets` gives the names.
    """

    part: Part
    affected: Array
    unknown: Array

    @property
    def code(self) -> str:
        """The organisation's code."""
        return self.part.code

    def assets(self) -> tuple[list[str], list[str]]:
        """The names of affected and of unknown devices, each in order."""
        return self.part.assets(self.affected), self.part.assets(self.unknown)


@dataclass(frozen=True, slots=True)
class One:
    """One advisory: how many distinct pairs it names, by verdict, and who has them."""

    pairs: int
    affected: int
    unknown: int
    holdings: list[Holding]


@dataclass(frozen=True)
class Picture:
    """The whole nation: counts for every advisory and organisation, and how many distinct pairs there were by verdict."""

    codes: list[str]
    judged: Judged
    counted: Counted

    def rows(self) -> Iterator[tuple[str, Ints, Ints]]:
        """For each advisory that names anything: its CVE id, and affected and unknown devices of each organisation in `codes`."""
        for universe, start in zip(self.judged.universes, self.counted.starts, strict=False):
            for cve, row in universe.cves.items():
                affected = self.counted.affected[start + row]
                yield cve, affected, self.counted.either[start + row] - affected

    def organisations(self) -> list[dict[str, object]]:
        """For each organisation: advisories that affect a device, devices that any affects (or leaves open), and both counted
        once for each advisory."""
        often = np.concatenate(
            [np.bincount(list(u.cves.values()), minlength=len(u.rows)) for u in self.judged.universes] or [np.empty(0, np.int64)]
        )
        often = often.astype(np.int64)
        counted = self.counted
        advisories = often @ (counted.affected > 0)
        findings, either = often @ counted.affected, often @ counted.either
        return [
            {
                "code": code,
                "advisories": int(advisories[n]),
                "affected_devices": int(counted.any_affected[n]),
                "unknown_devices": int(counted.any_either[n] - counted.any_affected[n]),
                "findings": {"affected": int(findings[n]), "unknown": int(either[n] - findings[n])},
            }
            for n, code in enumerate(self.codes)
        ]


@contextmanager
def seldom_collected() -> Iterator[None]:
    """What stands by now stays, and most of what is made goes by itself: looking for more, over and over, finds little."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(200_000, 10, 10)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


class Nation:
    """An index held against a store of feeds at a time. What arrived since is seen by making it again, which costs little."""

    def __init__(self, index: Index, statements: Statements, *, overrides: Overrides, aliases: Aliases, at: datetime) -> None:
        self.index, self.statements, self.overrides, self.aliases, self.at = index, statements, overrides, aliases, at
        self.asked = asked(index.catalogue, aliases=aliases, folder=index.folder)
        self._asks: tuple[tuple[int, int], Asking] | None = None

    def only(self, code: str) -> None:
        """Look at this organisation alone (empty: at all). Raises BadInput when there is none of this code, or WardroundError
        when its files cannot be read."""
        parts = [part for part in self.index.parts if not code or part.code == code]
        if not parts and code in self.index.problems:
            raise self.index.problems[code]
        if not parts:
            raise BadInput(f"no organisation {code[:40]!r} is in this estate", where="--org", do="give a code that it has")
        self.index.parts = parts
        self.index.problems = {of: why for of, why in self.index.problems.items() if not code or of == code}

    def picture(self, *, progress: Progress = lambda done, total, name: None) -> Picture:
        """Every advisory of the store against every device."""
        known = Known(self.index.folder, basis=basis(self.statements.digests(at=self.at), self.overrides))
        judged = self._judged(known, progress)
        known.save()
        return Picture([part.code for part in self.index.parts], judged, count(self.index, judged.universes))

    def _judged(self, known: Known, progress: Progress) -> Judged:
        listed = self._blocks()
        with seldom_collected(), self.foretold(listed) as foretold:
            return judge(listed, records=self._records, overrides=self.overrides, known=known, foretold=foretold, progress=progress)

    @contextmanager
    def foretold(self, listed: Sequence[Block]) -> Iterator[Foretold | None]:
        """What the last sync worked out of the records that name these; None where the store has no folder."""
        if self.statements.folder is None:
            yield None
            return
        told = [Told(block.subjects, block.cves) for block in listed]
        with shelf(self.statements.folder, self.statements, at=self.at) as kept:
            yield Foretold(told, naming=self._asking().naming, shelf=kept, overrides=self.overrides)

    def _blocks(self) -> list[Block]:
        """The blocks of all pairs that any record names."""
        asking = self._asking()
        listed = [pairs for product, pairs in self.asked.items() if asking.naming(product)]
        pairs = np.unique(np.concatenate(listed)).tolist() if listed else []
        return blocks(pairs, asking, install=dict(zip(pairs, self.index.catalogue.installs(pairs), strict=True)).__getitem__)

    def one(self, cve: str) -> One | None:
        """One advisory of the store against every device; None when the store does not have it."""
        advisory = self.statements.advisory(cve, at=self.at)
        return None if advisory is None else self.against(advisory)

    def against(self, advisory: Advisory) -> One:
        """The exact devices that an advisory of the store names. A rejected one states nothing."""
        judged = judge(self._named_by(advisory), records=lambda cves: [advisory], overrides=self.overrides)
        pairs, affected = np.empty(0, np.int64), np.empty(0, np.bool_)
        for universe in judged.universes:
            pairs, affected = _speaks_of(universe)
        holdings = [Holding(part, *part.split(pairs, affected)) for part in self.index.parts]
        return One(judged.pairs, judged.affected, judged.unknown, holdings)

    def _named_by(self, advisory: Advisory) -> list[Block]:
        """The blocks of pairs that this record names, as the whole store's names stand."""
        products = self.statements.products_of(advisory.cve) | {product for _, product in product_names(advisory)}
        products |= self._overridden.get(advisory.cve, set())
        listed = [self.asked[product] for product in products if product in self.asked]
        pairs = np.unique(np.concatenate(listed)).tolist() if listed else []
        return blocks(pairs, self._asking(), install=self.index.catalogue.install, only=advisory.cve)

    def _asking(self) -> Asking:
        """What is known of names, until anything is written to the store."""
        if self._asks is None or self._asks[0] != self.statements.changes():
            asking = Asking(self.statements, at=self.at, aliases=self.aliases, overrides=self.overrides)
            self._asks = self.statements.changes(), asking
        return self._asks[1]

    def _records(self, cves: Sequence[str]) -> Iterator[Advisory]:
        return self.statements.undated(cves, at=self.at)

    @cached_property
    def _overridden(self) -> dict[str, set[str]]:
        """The products that each CVE is about by an override's word."""
        found: dict[str, set[str]] = {}
        for override in self.overrides.all:
            for cve in override.cves:
                found.setdefault(cve, set()).update(product for _, product in override.names)
        return found


def _speaks_of(universe: Universe) -> tuple[Ints, Bools]:
    """The pairs of a universe's only row that are open or affected, the affected ones last, and for each whether it is that."""
    affected, either = universe.matrices()
    order = np.argsort(affected[0], kind="stable")
    order = order[either[0][order]]
    return universe.pairs[order], affected[0][order]
