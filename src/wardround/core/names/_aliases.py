"""The reviewed table of aliases: the bundled ones and an installation's own, none contradicting another."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, cached_property
from importlib import resources
from itertools import pairwise
from pathlib import Path

from wardround.core.names._alias import Alias, read_aliases
from wardround.core.names._keys import Name
from wardround.core.names._product import bare_vendor
from wardround.core.vocab import BadInput

_FARTHEST = 20


@dataclass(frozen=True)
class Aliases:
    """All aliases in force. `Aliases.load()` has the bundled ones; `folder` adds an installation's own.

    Raises BadInput for an alias that points to itself or in a circle, and naming both, for two that speak of the same
    product and disagree without one superseding the other.
    """

    all: tuple[Alias, ...] = ()
    _vendors: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        by_id: dict[str, Alias] = {}
        for alias in self.all:
            if other := by_id.get(alias.id):
                what = f"the id {alias.id!r} is used twice, the other time in {other.where}"
                raise BadInput(what, where=alias.where, do="rename one")
            by_id[alias.id] = alias
        for standing in _standing(self.all).values():
            _agree(standing)
        _refuse_circles([one for standing in _standing(self.all).values() for one in standing if one.same])

    @classmethod
    def load(cls, *, folder: Path | None = None) -> "Aliases":
        """The bundled aliases and those of a folder (`*.json`; a folder that does not exist has none)."""
        return _bundled().adding(_files(folder))

    def adding(self, documents: Iterable[tuple[str, bytes]]) -> "Aliases":
        """These and more, each document given as (where it is from, its bytes)."""
        more = tuple(a for where, raw in documents for a in read_aliases(raw, where=where))
        return Aliases((*self.all, *more)) if more else self

    def as_of(self, at: datetime | date) -> "Aliases":
        """Only those that counted by then."""
        day = at.date() if isinstance(at, datetime) else at
        if all(a.date <= day for a in self.all):
            return self
        return Aliases(tuple(a for a in self.all if a.date <= day))

    def of(self, vendor: str, product: str) -> tuple[tuple[Name, str], ...]:
        """What else the records call a product, given by its keys: each with the id of the alias that says so.

        An alias of this vendor's product goes before one that names no vendor, which only counts where the vendor that is
        stated, if any, is one that it points to. What an alias points to may be aliased itself; and the names that one
        alias points to are names of one product, whichever of them is asked for.
        """
        asked = self.vendor(vendor), product
        if asked not in self._from and ("", product) not in self._from and asked not in self._among:
            return ()
        found: dict[Name, str] = {}
        ahead: list[tuple[Name, str]] = [(asked, "")]
        while ahead and len(found) < _FARTHEST:
            name, through = ahead.pop(0)
            alias = self._from.get(name) or (None if through else self._of_any_vendor(asked))
            for other in (*((alias,) if alias else ()), *self._among.get(name, ())):
                for target in other.keys:
                    if target not in found and (not target[0] or self._keyed(target) != asked):
                        found[target] = through or other.id
                        ahead.append((self._keyed(target), through or other.id))
        return tuple(found.items())

    def _of_any_vendor(self, asked: Name) -> Alias | None:
        vendor, product = asked
        alias = self._from.get(("", product))
        return alias if alias and (not vendor or vendor in {self.vendor(whose) for whose, _ in alias.keys}) else None

    def vendor(self, key: str) -> str:
        """The one key that stands for all spellings of a vendor: legal form off, then by its alias."""
        known = self._vendors.get(key)
        if known is None:
            known = bare_vendor(key)
            for _ in range(_FARTHEST):
                alias = self._of_vendors.get(known)
                if alias is None:
                    break
                known = bare_vendor(alias.keys[0][0])
            self._vendors[key] = known
        return known

    def denied(self, vendor: str, product: str) -> frozenset[Name]:
        """What a person has said that a product is not: vendors as `vendor` gives them, with product keys."""
        denied = self._not.get((self.vendor(vendor), product), ())
        return frozenset(self._keyed(name) for alias in denied for name in alias.keys)

    def _keyed(self, name: Name) -> Name:
        return self.vendor(name[0]), name[1]

    @cached_property
    def _in_force(self) -> list[Alias]:
        return [one for standing in _standing(self.all).values() for one in standing]

    @cached_property
    def _of_vendors(self) -> dict[str, Alias]:
        return {bare_vendor(alias.key[0]): alias for alias in self._in_force if alias.same and not alias.product}

    @cached_property
    def _from(self) -> dict[Name, Alias]:
        return {self._keyed(alias.key): alias for alias in self._in_force if alias.same and alias.product}

    @cached_property
    def _among(self) -> dict[Name, list[Alias]]:
        index: dict[Name, list[Alias]] = defaultdict(list)
        for alias in self._in_force:
            if alias.same and alias.product and len(alias.to) > 1:
                for name in alias.keys:
                    index[self._keyed(name)].append(alias)
        return index

    @cached_property
    def _not(self) -> dict[Name, list[Alias]]:
        index: dict[Name, list[Alias]] = defaultdict(list)
        for alias in self._in_force:
            if not alias.same:
                index[self._keyed(alias.key)].append(alias)
        return index


def _agree(standing: Sequence[Alias]) -> None:
    """Two aliases of one name say the same, or one supersedes the other. What it is and what it is not exclude each other."""
    first = next((alias for alias in standing if alias.same), None)
    if first is None:
        return
    said = set(map(_filed, first.keys))
    for other in standing:
        also = set(map(_filed, other.keys))
        if said != also if other.same else said & also:
            one, two = sorted((first, other), key=standing.index)
            raise BadInput(
                f"aliases {one.id!r} ({one.where}) and {two.id!r} ({two.where}) disagree on what {one.product or one.vendor} is",
                where=two.where,
                do=f'let one supersede the other: "supersedes": ["{one.id}"]',
            )


def _refuse_circles(aliases: Sequence[Alias]) -> None:
    """No alias may lead back to what it speaks of.

    An alias that names no vendor may point to its own product's name of one vendor, and to what another one of the same
    group of names speaks of.
    """
    by_key = {_filed(alias.key): alias for alias in aliases}

    def following(alias: Alias) -> Iterator[Alias]:
        to = set(map(_filed, alias.keys))
        for vendor, product in to:
            if found := by_key.get((vendor, product)):
                if found is not alias or vendor or len(to) == 1:
                    yield found
            elif (found := by_key.get(("", product))) and set(map(_filed, found.keys)) != to:
                yield found

    done: set[str] = set()
    for start in aliases:
        path: dict[str, tuple[Alias, Iterator[Alias]]] = {} if start.id in done else {start.id: (start, following(start))}
        while path:
            step = next(path[next(reversed(path))][1], None)
            if step is None:
                done.add(path.popitem()[0])
            elif step.id in path:
                on = [alias for alias, _ in path.values()]
                ring = on[on.index(step) :]
                what = f"alias {ring[0].id!r} points to itself"
                if len(ring) > 1:
                    what = f"aliases {', '.join(f'{a.id!r} ({a.where})' for a in ring[:6])} point in a circle"
                raise BadInput(what, where=ring[-1].where, do="let it point to the name that records use")
            elif step.id not in done:
                path[step.id] = step, following(step)


def _standing(aliases: Iterable[Alias]) -> dict[Name, list[Alias]]:
    """For each name those aliases that no other one of the same name supersedes."""
    filed: dict[Name, list[Alias]] = defaultdict(list)
    for alias in aliases:
        filed[_filed(alias.key)].append(alias)
    gone = {key: {old for alias in same for old in alias.supersedes if old != alias.id} for key, same in filed.items()}
    return {key: [alias for alias in same if alias.id not in gone[key]] or same for key, same in filed.items()}


def _filed(name: Name) -> Name:
    return bare_vendor(name[0]), name[1]


@cache
def _bundled() -> Aliases:
    folder = resources.files(__package__).joinpath("tables/aliases")
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".json")), key=lambda f: f.name)
    aliases = Aliases().adding((f"bundled {f.name}", f.read_bytes()) for f in files)
    refuse_doubles(aliases.all)
    return aliases


def refuse_doubles(aliases: Iterable[Alias]) -> None:
    """One table says each thing once; only an installation's own may say again what the bundled ones came to say.

    Raises BadInput, naming both.
    """
    for standing in _standing(aliases).values():
        for one, two in pairwise(alias for alias in standing if alias.same):
            what = f"aliases {one.id!r} ({one.where}) and {two.id!r} ({two.where}) say the same of {one.product or one.vendor}"
            raise BadInput(what, where=two.where, do="keep one")


def _files(folder: Path | None) -> Iterator[tuple[str, bytes]]:
    return ((str(path), path.read_bytes()) for path in sorted(folder.glob("*.json"))) if folder and folder.is_dir() else iter(())
