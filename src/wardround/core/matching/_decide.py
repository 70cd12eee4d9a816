"""One distinct pair: a record against a product, version, scheme and platform (all that a verdict depends on: the Subject)."""

from collections.abc import Mapping

from wardround.core.advisories import Advisory, Container
from wardround.core.matching._model import Answer, Subject
from wardround.core.matching._objects import read_object
from wardround.core.matching._overrides import Overrides
from wardround.core.matching._platforms import Part, combine, platforms_of
from wardround.core.vocab import Verdict, name_key


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
        if not isinstance(affected, Mapping) or not names_it(affected, subject):
            continue
        at = f"{cve} {container.pointer}/{place}"
        answer = read_object(affected, at=at, subject=subject)
        if answer is None:
            skipped = skipped or at
        else:
            parts.append((platforms_of(affected), answer))
    if parts:
        return combine(parts, platform=subject.platform)
    if skipped:
        return Answer(
            Verdict.NOT_EVALUABLE,
            "The record speaks of git commits only: without the source's history nobody can place a version.",
            skipped,
        )
    return None


def names_it(affected: Mapping[str, object], subject: Subject) -> bool:
    """True when an object names the subject: vendor and product equal, case and spacing aside; no vendor: any."""
    product, vendor = affected.get("product"), affected.get("vendor")
    if not isinstance(product, str) or name_key(product) != subject.product:
        return False
    return not subject.vendors or (isinstance(vendor, str) and name_key(vendor) in subject.vendors)
