"""CycloneDX VEX (1.4 to 1.6): `vulnerabilities` with an analysis, on components of the same document or of another by BOM-Link."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from wardround.core.advisories._document import WHOLE, document_of, text, time_of, time_or_none
from wardround.core.claims._identifiers import name_of_cpe, package_of
from wardround.core.claims._model import AFFECTED, UNAFFECTED, UNKNOWN, Document, Product, Said, Word
from wardround.core.claims._nodes import joined, node, objects, texts
from wardround.core.claims._ranges import EVERY, entries
from wardround.core.vocab import BadInput
from wardround.core.vocab._cves import CVE

STATES = {
    "resolved": UNAFFECTED,
    "resolved_with_pedigree": UNAFFECTED,
    "exploitable": AFFECTED,
    "in_triage": UNKNOWN,
    "false_positive": UNAFFECTED,
    "not_affected": UNAFFECTED,
}
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class _Held:
    """The product that the document describes, and every component by its bom-ref."""

    main: Mapping[str, Any]
    components: Mapping[str, Mapping[str, Any]]

    def component(self, ref: str) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        """What a reference means, and in which product: a component here, a package URL by itself, or either in another document.

        A BOM-Link (`urn:cdx:serial/version#bom-ref`) speaks of the product of that document, which is not here.
        """
        other, _, inside = ref.partition("#") if ref.startswith("urn:cdx:") else ("", "", "")
        for target in (ref, unquote(inside)):
            found = self.components.get(target) if target else None
            if found is self.main and found:
                return found, ()
            if found:
                return found, (_called(self.main) or "another product",)
            if package := package_of(target):
                return {"name": package.name, "version": package.version, "purl": target}, (other,) if other else ()
        return {}, ()

    def inside(self, component: Mapping[str, Any]) -> tuple[str, ...]:
        """The product in which a package by itself is meant: that a product is safe with it says nothing of it elsewhere."""
        own = component is self.main or text(component, "purl") == text(self.main, "purl")
        return () if own or not self.main else (_called(self.main) or "another product",)


def read(raw: bytes | Mapping[str, Any], *, where: str, marks: str | None = None) -> Document:
    """One document. A vulnerability without an analysis states nothing of a product, and is passed over.

    Raises BadInput for a document without any date, or without a serial number and component to know it by.
    """
    document = document_of(raw, where=where)
    metadata = node(document.get("metadata"))
    main = node(metadata.get("component"))
    stated = [(place, v) for place, v in objects(document.get("vulnerabilities")) if _state(v)]
    dates = [at for _, v in stated for at in _dates(v)]
    at = (
        time_of(metadata.get("timestamp"), where=f"{where} /metadata/timestamp")
        if metadata.get("timestamp") or not dates
        else max(dates)
    )
    own = text(document, "serialNumber").strip() or _called(main)
    if not own:
        raise BadInput(
            "neither a serial number nor a component says which document this is", where=f"{where} /serialNumber", do=WHOLE
        )
    held = _Held(main, dict(_components(document, main)))
    words = tuple(word for place, v in stated for word in _words(v, place, held))
    publisher = next((n for key in ("supplier", "manufacturer", "manufacture") if (n := _name(metadata.get(key)))), "") or _name(
        main.get("supplier")
    )
    title = _called(main)
    return Document(
        "cyclonedx-vex",
        own,
        own,
        publisher,
        title,
        min([at, *dates]),
        max([at, *dates]),
        words,
        marks=marks or "",
        document=document,
    )


def _words(stated: Mapping[str, Any], place: int, held: _Held) -> Iterator[Word]:
    """The word on each CVE that it is called by, else on its own id."""
    ids = [text(stated, "id").strip(), *(text(r, "id").strip() for _, r in objects(stated.get("references")))]
    named = [i for i in dict.fromkeys(ids) if CVE.fullmatch(i)] or [i for i in ids if i][:1]
    said = tuple(_said(stated, place, held))
    for subject in named:
        yield Word(subject, "", said, f"/vulnerabilities/{place}/affects", description=text(stated, "description"))


def _said(stated: Mapping[str, Any], place: int, held: _Held) -> Iterator[Said]:
    """A part is spoken of as it stands in the product that the document describes; if it is exploitable, so is the product."""
    state, why, action = _state(stated), _why(stated), _action(stated)
    at = time_or_none(stated["analysis"].get("lastUpdated")) or time_or_none(stated.get("updated"))
    for number, one in objects(stated.get("affects")):
        pointer = f"/vulnerabilities/{place}/affects/{number}"
        component, within = held.component(text(one, "ref"))
        versions = [v for _, v in objects(one.get("versions"))] or [{"version": text(component, "version")}]
        for version in versions if component else ():
            effect = _effect(version, STATES[state])
            if product := _product(component, version, pointer):
                inside = within or (() if effect == AFFECTED else held.inside(component))
                yield Said(replace(product, platforms=inside), state, effect, "", why, action, pointer, at)
            if within and effect == AFFECTED and (whole := _product(held.main, {"version": text(held.main, "version")}, pointer)):
                yield Said(whole, state, effect, "", why, action, pointer, at)


def _why(stated: Mapping[str, Any]) -> str:
    analysis = stated["analysis"]
    return joined(text(analysis, "justification"), text(analysis, "detail"), by="; ")


def _action(stated: Mapping[str, Any]) -> str:
    answers = ", ".join(answer.replace("_", " ") for answer in texts(stated["analysis"].get("response")))
    return joined(answers, text(stated, "recommendation"), text(stated, "workaround"), by="; ")


def _effect(version: Mapping[str, Any], of_state: str) -> str:
    """A version's own status (`affected` where it states none beside a list of versions) cannot say more than the analysis does."""
    own = text(version, "status")
    if own in (UNAFFECTED, UNKNOWN) and of_state == AFFECTED:
        return own
    return UNKNOWN if own == UNKNOWN else UNAFFECTED if own == UNAFFECTED and of_state == UNAFFECTED else of_state


def _product(component: Mapping[str, Any], version: Mapping[str, Any], pointer: str) -> Product | None:
    purl, cpe, name = text(component, "purl"), text(component, "cpe"), text(component, "name").strip()
    package = package_of(purl)
    vendor = (
        _name(component.get("supplier")) or text(component, "group") or (package.vendor if package else "") or name_of_cpe(cpe)[0]
    )
    if not name:
        return None
    stated = text(version, "range") or text(version, "version")
    found = entries(stated, is_range="range" in version) if stated else ()
    typed = {"versionType": package.scheme} if package and package.scheme else {}
    found = tuple(e if e == EVERY else {**typed, **e} for e in found)
    return Product(
        vendor, name, stated, found, package.name if package else "", cpes=(cpe,) if cpe else (), purl=purl, pointer=pointer
    )


def _components(document: Mapping[str, Any], main: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every component by its bom-ref; the one that the document describes as well."""
    waiting: list[tuple[Mapping[str, Any], int]] = [(main, 0), (document, 0)]
    while waiting:
        node, depth = waiting.pop()
        if ref := text(node, "bom-ref"):
            yield ref, node
        if depth < _DEEPEST:
            waiting += [(c, depth + 1) for key in ("components", "services") for _, c in objects(node.get(key))]


def _state(stated: Mapping[str, Any]) -> str:
    """The state of its analysis; empty: there is none that is known."""
    analysis = stated.get("analysis")
    state = text(analysis, "state") if isinstance(analysis, Mapping) else ""
    return state if state in STATES else ""


def _dates(stated: Mapping[str, Any]) -> list[datetime]:
    analysis = node(stated.get("analysis"))
    values = stated.get("published"), stated.get("updated"), analysis.get("firstIssued"), analysis.get("lastUpdated")
    return [at for value in values if (at := time_or_none(value))]


def _called(component: Mapping[str, Any]) -> str:
    return joined(text(component, "name"), text(component, "version"))


def _name(stated: Any) -> str:
    return text(stated, "name") if isinstance(stated, Mapping) else ""
