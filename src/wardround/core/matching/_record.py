"""One record, its `affected` objects filed by name and compiled once, so that many subjects can be held against it."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from wardround.core.advisories import Advisory, Container
from wardround.core.matching._conventions import by_convention, ends_without_start, may_apply, whole_ends
from wardround.core.matching._further import with_further
from wardround.core.matching._model import Subject
from wardround.core.matching._names import Name, key_of, names_of
from wardround.core.matching._objects import MOST_ENTRIES, Shape
from wardround.core.matching._orders import distributions
from wardround.core.matching._variants import Variants, systems_in, variants_of
from wardround.core.names._named import told_by

NOTHING: tuple[str, ...] = ()


class Placed(NamedTuple):
    """An object at its place in a container, and the platforms and variants that it is narrowed to (empty: all)."""

    place: int
    shape: Shape
    platforms: frozenset[str]
    variants: Variants


class Plan(NamedTuple):
    """The objects of one container that name a product. `unread` of them were too many to read."""

    objects: tuple[Placed, ...]
    unread: int


class Record:
    """One advisory, ready to be asked about many subjects."""

    def __init__(self, advisory: Advisory) -> None:
        self.advisory = advisory
        self._filed: dict[tuple[int, bool], dict[Name, list[int]]] = {}
        self._plans: dict[tuple[int, tuple[str, ...], str, tuple[Name, ...]], Plan] = {}
        self._shapes: dict[tuple[int, ...], list[tuple[int, Shape, Variants]]] = {}
        self.builds: dict[tuple[str, str], tuple[Shape, tuple[str, ...], str]] = {}
        """Objects read on one build of Windows: see `_windows_answer`."""
        self.said: dict[tuple[int, int], bytes] = {}
        """Objects as they are written, and as their description changes them: see `_statement`."""
        self.lines: dict[tuple[int, str], list[Any]] = {}
        """Objects by the line that they are on: see `_product_lines_answer`."""
        self.trees: dict[int, tuple[str, frozenset[Name]]] = {}
        """Why the trees of a container are not read, and what they name: see `_applicability`."""

    def plan(self, container: int, subject: Subject) -> Plan:
        """The objects of a container that name the subject: by vendor and product, else by package or CPE."""
        key = container, subject.vendors[:1], subject.product, subject.also
        if (plan := self._plans.get(key)) is None:
            places = self.places(container, subject)
            plan = self._plans[key] = _plan(self._shapes_at(container, places), places, subject)
        return plan

    def _shapes_at(self, container: int, places: list[int]) -> list[tuple[int, Shape, Variants]]:
        """The objects at these places, compiled once for all products that they are about."""
        if not places:
            return []
        key = (container, *places)
        if (shapes := self._shapes.get(key)) is None:
            shapes = self._shapes[key] = self._compile(self.advisory.containers[container], places)
        return shapes

    def _compile(self, container: Container, places: list[int]) -> list[tuple[int, Shape, Variants]]:
        """Each object with what is left of the entries that one container may hold."""
        left, shapes = MOST_ENTRIES, []
        stated = container.kind == "record" and may_apply([container.affected[p] for p in places])
        whole = {p: whole_ends(container.affected[p], description=self.advisory.description) for p in places} if stated else {}
        ends = ends_without_start([affected for affected, _ in whole.values()], container=container.name) if stated else ()
        for place in places:
            if left <= 0:
                break
            affected, assumed = container.affected[place], NOTHING
            if stated:
                affected, assumed = by_convention(whole[place][0], container=container.name, ends=ends)
                assumed = (*whole[place][1], *assumed)
            affected, further = self.further(container, affected)
            shape = Shape(affected, most=left, assumed=assumed, further=further)
            left -= max(1, len(shape.entries))
            shapes.append((place, shape, variants_of(affected)))
        return shapes

    def further(self, container: Container, affected: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
        """An object of a list that another body added, with what the record's own list calls affected past its ends."""
        if container.kind != "record" or container.name == "cna":
            return affected, ""
        own = [one for c in self.advisory.containers if c.name == "cna" for one in c.affected if isinstance(one, Mapping)]
        return with_further(affected, own=own, beside=container.affected) if own else (affected, "")

    def named(self, container: int, subjects: Sequence[Subject]) -> Sequence[Subject]:
        """Those of several subjects of one vendor that a container may name, found sooner than one by one."""
        if len(subjects) == 1:
            return subjects
        filed = self._filing(container, other=False), self._filing(container, other=True)
        return [subject for subject in subjects if any((subject.vendors[0], subject.product) in names for names in filed)]

    def places(self, container: int, subject: Subject) -> list[int]:
        """Where the objects of that plan stand, not read yet."""
        return self._places(container, subject, other=False) or self._places(container, subject, other=True)

    def _places(self, container: int, subject: Subject, *, other: bool) -> list[int]:
        filed = self._filing(container, other=other)
        if subject.vendors:
            places = filed.get((subject.vendors[0], subject.product), [])
            return (
                sorted({place for name in subject.also for place in filed.get(name, ())}.union(places)) if subject.also else places
            )
        return sorted({place for (_, product), places in filed.items() if product == subject.product for place in places})

    def _filing(self, container: int, *, other: bool) -> dict[Name, list[int]]:
        filed = self._filed.get((container, other))
        if filed is None:
            filed = self._filed[container, other] = _file(self.advisory, container, other=other)
        return filed


def _plan(shapes: list[tuple[int, Shape, Variants]], places: list[int], subject: Subject) -> Plan:
    """The objects as they speak of one product."""
    called = {name.replace("_", " ") for name in (subject.product, *(product for _, product in subject.also))}
    objects = []
    for place, shape, variants in shapes:
        platforms = shape.platforms or _within(shape, subject)
        if variants and not platforms and _name(shape.affected)[1].replace("_", " ") not in called:
            # Its CPE name leaves out what its own name says (`Edge for Android`): the system is no mere assumption then.
            platforms = systems_in(variants)
        objects.append(Placed(place, shape, platforms, variants))
    return Plan(tuple(objects), len(places) - len(objects))


def _file(advisory: Advisory, container: int, *, other: bool) -> dict[Name, list[int]]:
    """Places of the objects by vendor and product key; with `other`, by what their packages and CPEs are called."""
    filed: dict[Name, list[int]] = {}
    told = told_by(advisory.references) if other else {}
    for place, affected in enumerate(advisory.containers[container].affected):
        if not isinstance(affected, dict | Mapping):
            continue
        if other:
            for name in set(names_of(affected, told=told)):
                filed.setdefault(name, []).append(place)
        else:
            filed.setdefault(_name(affected), []).append(place)
    return _with_kin(filed) if len(filed) > 1 else filed


def _with_kin(filed: dict[Name, list[int]]) -> dict[Name, list[int]]:
    """One record's spellings of one vendor (`Eclipse Foundation`, `Eclipse Jetty`) are one, where the product is the same.

    Else the default of one spelling would clear what an object under another spelling calls affected (CVE-2024-9823).
    """
    vendors: dict[str, list[str]] = {}
    for vendor, product in filed:
        vendors.setdefault(product, []).append(vendor)
    if len(vendors) == len(filed):
        return filed
    merged = dict(filed)
    for product, spelled in vendors.items():
        for vendor in spelled if product and len(spelled) > 1 else ():
            kin = [filed[other, product] for other in spelled if _are_kin(vendor, other)]
            if len(kin) > 1:
                merged[vendor, product] = sorted({place for places in kin for place in places})
    return merged


def _are_kin(vendor: str, other: str) -> bool:
    """True for two spellings that begin with the same word of three letters or more."""
    first = vendor.partition(" ")[0].rstrip(".,")
    return vendor == other or (len(first) > 2 and first != "the" and first == other.partition(" ")[0].rstrip(".,"))


def _name(affected: Mapping[str, object]) -> Name:
    vendor, product = affected.get("vendor"), affected.get("product")
    return _keys(vendor, product) if isinstance(vendor, str) and isinstance(product, str) else (key_of(vendor), key_of(product))


@lru_cache(maxsize=65_536)
def _keys(vendor: str, product: str) -> Name:
    return key_of(vendor), key_of(product)


def _within(shape: Shape, subject: Subject) -> frozenset[str]:
    """A distribution's package is narrowed to the release that the object calls its product: `kernel` in Enterprise Linux 8."""
    package, product = key_of(shape.affected.get("packageName")), key_of(shape.affected.get("product"))
    return frozenset({product}) if package == subject.product != product and shape.types & distributions() else frozenset()
