"""One distinct pair: a record against a product, version, scheme and platform (all that a verdict depends on: the Subject)."""

from collections.abc import Mapping

from wardround.core.advisories import Advisory, Container
from wardround.core.matching._model import Answer, Subject
from wardround.core.matching._names import Name, key_of, names_of
from wardround.core.matching._objects import read_object, schemes_of
from wardround.core.matching._orders import distributions
from wardround.core.matching._overrides import Overrides
from wardround.core.matching._platforms import Part, combine, platforms_of
from wardround.core.vocab import Verdict


class Record:
    """One record, its `affected` objects filed by name once, so that many subjects can be held against it."""

    def __init__(self, advisory: Advisory) -> None:
        self.advisory = advisory
        self._filed: dict[tuple[int, bool], dict[Name, list[int]]] = {}

    def objects(self, container: int, subject: Subject) -> list[int]:
        """The places of the objects of a container that name the subject: by vendor and product, else by package or CPE."""
        return self._places(container, subject, other=False) or self._places(container, subject, other=True)

    def _places(self, container: int, subject: Subject, *, other: bool) -> list[int]:
        filed = self._filed.get((container, other))
        if filed is None:
            filed = self._filed[container, other] = _file(self.advisory.containers[container], other=other)
        if subject.vendors:
            return filed.get((subject.vendors[0], subject.product), [])
        return sorted({place for (_, product), places in filed.items() if product == subject.product for place in places})


def decide(advisory: Advisory | Record, subject: Subject, *, overrides: Overrides) -> Answer:
    """The answer for one pair. An override comes first; then the containers, each only where those before gave no decision."""
    record = advisory if isinstance(advisory, Record) else Record(advisory)
    advisory = record.advisory
    if advisory.state.casefold() == "rejected":
        reason = "This record was rejected by the body that issued it: it states nothing any more."
        return Answer(Verdict.UNKNOWN, reason, f"{advisory.cve} /cveMetadata/state")
    if len(subject.vendors) > 1:
        listed = ", ".join(vendor or "one that is not stated" for vendor in subject.vendors[:4])
        reason = f"Several vendors have a product of this name ({listed}), and the inventory does not say whose it is."
        return Answer(Verdict.UNKNOWN, reason, f"{advisory.cve} /containers")
    if override := overrides.of(advisory.cve, vendors=subject.vendors, product=subject.product):
        return override.answer(subject)
    first: Answer | None = None
    for place in range(len(advisory.containers)):
        answer = _of_container(record, place, subject)
        if answer is not None and answer.decides:
            return answer
        first = first or answer
    return first or Answer(Verdict.UNKNOWN, "The record does not name this product.", f"{advisory.cve} /containers")


def _of_container(record: Record, container: int, subject: Subject) -> Answer | None:
    """The answer of one container; None when it does not name the product."""
    listed, places = record.advisory.containers[container], record.objects(container, subject)
    parts: list[Part] = []
    for place in places:
        affected = listed.affected[place]
        answer = read_object(affected, at=f"{record.advisory.cve} {listed.pointer}/{place}", subject=subject)
        if answer is not None:
            parts.append((platforms_of(affected) or _within(affected, subject), answer))
    if parts:
        return combine(parts, platform=subject.platform)
    if places:
        why = "The record speaks of git commits only: without the source's history nobody can place a version among them."
        return Answer(Verdict.NOT_EVALUABLE, why, f"{record.advisory.cve} {listed.pointer}/{places[0]}")
    return None


def _file(container: Container, *, other: bool) -> dict[Name, list[int]]:
    """Places of the objects by vendor and product key; with `other`, by what their packages and CPEs are called."""
    filed: dict[Name, list[int]] = {}
    for place, affected in enumerate(container.affected):
        if not isinstance(affected, dict | Mapping):
            continue
        if other:
            for name in set(names_of(affected)):
                filed.setdefault(name, []).append(place)
        else:
            filed.setdefault((key_of(affected.get("vendor")), key_of(affected.get("product"))), []).append(place)
    return filed


def _within(affected: Mapping[str, object], subject: Subject) -> frozenset[str]:
    """A distribution's package is narrowed to the release that the object calls its product: `kernel` in Enterprise Linux 8."""
    product, package = key_of(affected.get("product")), key_of(affected.get("packageName"))
    return frozenset({product}) if package == subject.product != product and schemes_of(affected) & distributions() else frozenset()
