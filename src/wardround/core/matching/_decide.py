"""One distinct pair: a record against a product, version, scheme and platform (all that a verdict depends on: the Subject)."""

from collections.abc import Mapping

from wardround.core.advisories import Advisory, Container
from wardround.core.matching._model import Answer, Subject
from wardround.core.matching._names import key_of, names_of
from wardround.core.matching._objects import read_object, schemes_of
from wardround.core.matching._orders import distributions
from wardround.core.matching._overrides import Overrides
from wardround.core.matching._platforms import Part, combine, platforms_of
from wardround.core.vocab import Verdict


def decide(advisory: Advisory, subject: Subject, *, overrides: Overrides) -> Answer:
    """The answer for one pair. An override comes first; then the containers, each only where those before gave no decision."""
    if advisory.state.casefold() == "rejected":
        reason = "This record was rejected by the body that issued it: it states nothing any more."
        return Answer(Verdict.UNKNOWN, reason, f"{advisory.cve} /cveMetadata/state")
    if len(subject.vendors) > 1:
        named = ", ".join(subject.vendors[:4])
        reason = f"Several vendors have a product of this name ({named}), and the inventory does not say whose it is."
        return Answer(Verdict.UNKNOWN, reason, f"{advisory.cve} /containers")
    if override := overrides.of(advisory.cve, vendors=subject.vendors, product=subject.product):
        return override.answer(subject)
    first: Answer | None = None
    for container in advisory.containers:
        answer = _of_container(container, advisory.cve, subject)
        if answer is not None and answer.decides:
            return answer
        first = first or answer
    return first or Answer(Verdict.UNKNOWN, "The record does not name this product.", f"{advisory.cve} /containers")


def _of_container(container: Container, cve: str, subject: Subject) -> Answer | None:
    """The answer of one container; None when it does not name the product."""
    parts: list[Part] = []
    skipped = ""
    for place, affected in enumerate(container.affected):
        if not isinstance(affected, Mapping) or not _names(affected, subject):
            continue
        at = f"{cve} {container.pointer}/{place}"
        answer = read_object(affected, at=at, subject=subject)
        if answer is None:
            skipped = skipped or at
        else:
            parts.append((platforms_of(affected) or _within(affected, subject), answer))
    if parts:
        return combine(parts, platform=subject.platform)
    if skipped:
        return Answer(
            Verdict.NOT_EVALUABLE,
            "The record speaks of git commits only: without the source's history nobody can place a version.",
            skipped,
        )
    return None


def _names(affected: Mapping[str, object], subject: Subject) -> bool:
    """True when an object names the subject's product, of its vendor where it states one."""
    return any(
        product == subject.product and (not subject.vendors or vendor in subject.vendors) for vendor, product in names_of(affected)
    )


def _within(affected: Mapping[str, object], subject: Subject) -> frozenset[str]:
    """A distribution's package is narrowed to the release that the object calls its product: `kernel` in Enterprise Linux 8."""
    product, package = key_of(affected.get("product")), key_of(affected.get("packageName"))
    return frozenset({product}) if package == subject.product != product and schemes_of(affected) & distributions() else frozenset()
