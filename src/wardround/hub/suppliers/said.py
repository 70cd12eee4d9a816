"""What a supplier's own document answers, and what others have published about its products."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from wardround.core.advisories._recognise import recognise
from wardround.core.claims import Claim, Document, read_document
from wardround.core.claims._answered import ANSWER
from wardround.core.claims._model import AFFECTED, UNAFFECTED
from wardround.core.claims._ranges import EVERY, EXCLUDED
from wardround.core.names import key_of
from wardround.core.vocab import BadInput, WardroundError
from wardround.hub.advisories.reading import statements

KINDS = ("csaf", "openvex", "cyclonedx-vex")
FIXED = ("fixed", "first_fixed", "resolved", "resolved_with_pedigree")


@dataclass(frozen=True)
class Said:
    """One answer, from a form or a document."""

    cve: str
    vendor: str
    product: str
    versions: tuple[str, ...]
    status: str
    why: str = ""
    action: str = ""
    fix_on: date | None = None


@dataclass(frozen=True)
class Published:
    """What somebody published about a product of the supplier: who, what, and when."""

    cve: str
    who: str
    what: str
    at: datetime | None

    @property
    def key(self) -> str:
        """A hash by which a reply names it."""
        return hashlib.sha256(f"{self.cve}\0{self.who}\0{self.what}".encode()).hexdigest()


def answers_in(data: bytes, *, name: str, products: Sequence[Sequence[str]], cves: Sequence[str]) -> tuple[str, list[Said]]:
    """The kind of a document (CSAF, OpenVEX, CycloneDX VEX) and its answers, one for each status of each product.

    Raises BadInput for a document that is no such, is not valid, or speaks of anything that was not asked: none of it is taken.
    """
    kind = recognise(data)
    if kind not in KINDS:
        raise BadInput("is neither CSAF nor OpenVEX nor CycloneDX VEX", where="file", do="use the form instead")
    document = read_document(data, feed=kind, where=name)
    if document.marks:
        raise BadInput(document.marks, where="file", do="correct it, or use the form")
    found = list(_answers(document, products, cves))
    if not found:
        raise BadInput("states nothing on a product", where="file", do="use the form instead")
    return kind, found


def _answers(document: Document, products: Sequence[Sequence[str]], cves: Sequence[str]) -> Iterator[Said]:
    asked = {key_of(product): (vendor, product) for vendor, product in products}
    for word in document.words:
        if word.subject not in cves:
            raise BadInput(f"speaks of {word.subject[:40]}", where="file", do="leave out what the bulletin does not ask about")
        for said in word.said:
            if not said.effect:
                continue
            own = asked.get(key_of(said.product.name))
            if own is None or (said.product.vendor and key_of(said.product.vendor) != key_of(own[0])):
                name = f"{said.product.vendor} {said.product.name}".strip()[:80]
                raise BadInput(f"speaks of {name}, which was not asked of you", where="file", do="leave it out")
            if said.product.platforms or said.product.models:
                raise BadInput("narrows a product to platforms or models", where="file", do="say it in the form's own words")
            status = {AFFECTED: "affected", UNAFFECTED: "fixed" if said.status in FIXED else "not_affected"}
            versions = tuple(_version(entry) for entry in said.product.entries if dict(entry) != dict(EVERY))
            why = said.justification or (f"stated in {document.id}" if said.effect == UNAFFECTED else "")
            yield Said(word.subject, *own, versions, status.get(said.effect, "investigating"), why[:2000], said.action[:2000])


def _version(entry: Mapping[str, Any]) -> str:
    """An entry of a record's versions as a version, or as a vers range. Raises BadInput for one that neither can hold."""
    scheme, version = entry.get("versionType") or "generic", str(entry.get("version", ""))
    if EXCLUDED in entry or "changes" in entry or not version:
        raise BadInput("has a range that cannot be taken over whole", where="file", do="say it in the form")
    if "lessThan" in entry or "lessThanOrEqual" in entry:
        end = f"<{entry['lessThan']}" if "lessThan" in entry else f"<={entry['lessThanOrEqual']}"
        return f"vers:{scheme}/{end}" if version in ("0", "*") else f"vers:{scheme}/>={version}|{end}"
    return version


def published(cves: Sequence[str], products: Sequence[Sequence[str]], *, at: datetime, own: str) -> list[Published]:
    """What others have published about these products, newest first; `own` is the name under which the supplier answers.

    Raises WardroundError where nothing was synced.
    """
    keys = {key_of(product) for _, product in products}
    found = []
    with statements() as store:
        for cve in cves:
            advisory = store.advisory(cve, at=at)
            for container in advisory.containers if advisory else ():
                for one in container.affected:
                    if key_of(str(one.get("product") or one.get("packageName") or "")) in keys and not container.source.startswith(
                        own
                    ):
                        found.append(
                            Published(cve, container.source or f"the CVE record, {container.name}", _what(one), container.stated_at)
                        )
    return list(dict.fromkeys(found))


def claims_of_suppliers(cves: Sequence[str], *, at: datetime) -> list[Claim]:
    """What suppliers answered in this installation on these CVEs, newest first: their claims. Empty where nothing was synced."""
    try:
        with statements() as store:
            found = [claim for cve in cves for claim in store.claims(cve, at=at) if f", {ANSWER}" in claim.source]
    except WardroundError:
        return []
    return sorted(found, key=lambda claim: claim.stated_at, reverse=True)


def _what(one: Mapping[str, Any]) -> str:
    """An entry of `affected` in a line."""
    named = " ".join(str(one[key]) for key in ("vendor", "product") if one.get(key))
    ranges = []
    for entry in one.get("versions") or ():
        ends = [f" {sign} {entry[key]}" for key, sign in (("lessThan", "before"), ("lessThanOrEqual", "to")) if key in entry]
        ranges.append(f"{entry.get('version', '')}{''.join(ends[:1])}: {entry.get('status', '')}")
    otherwise = f"otherwise {one['defaultStatus']}" if one.get("defaultStatus") else ""
    return f"{named}: " + "; ".join([*ranges[:20], *([otherwise] if otherwise else [])])
