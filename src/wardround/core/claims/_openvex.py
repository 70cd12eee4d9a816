"""OpenVEX 0.2.0 documents: statements on products, identified by package URL, CPE or name."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from wardround.core.advisories._document import WHOLE, document_of, text, time_of, time_or_none
from wardround.core.claims._distributions import publisher_of
from wardround.core.claims._identifiers import name_of_cpe, package_of
from wardround.core.claims._model import AFFECTED, UNAFFECTED, UNKNOWN, Document, Product, Said, Word
from wardround.core.claims._nodes import joined, node, objects, texts
from wardround.core.claims._releases import on_release
from wardround.core.vocab import BadInput
from wardround.core.vocab._cves import CVE

STATUSES = {"affected": AFFECTED, "fixed": UNAFFECTED, "not_affected": UNAFFECTED, "under_investigation": UNKNOWN}


def read(raw: bytes | Mapping[str, Any], *, where: str, marks: str | None = None) -> Document:
    """One document. Of several statements on one product and vulnerability the newest counts.

    Raises BadInput for a document without id, date or statements.
    """
    document = document_of(raw, where=where)
    own = text(document, "@id").strip()
    stated = document.get("statements")
    if not own or not isinstance(stated, list):
        raise BadInput("the @id or the statements are missing", where=f"{where} /statements", do=WHOLE)
    published = time_of(document.get("timestamp"), where=f"{where} /timestamp")
    author = text(document, "author")
    by_subject: dict[str, dict[tuple[Any, ...], Said]] = {}
    pointers: dict[str, str] = {}
    dated = [(_date(s) or published, place, s) for place, s in objects(stated)]
    for at, place, statement in sorted(dated, key=lambda d: d[:2]):
        for subject in _subjects(statement):
            pointers.setdefault(subject, f"/statements/{place}")
            for said in _said(statement, place, at, publisher_of(author)):
                p = said.product
                by_subject.setdefault(subject, {})[p.vendor, p.name, p.versions, p.platforms, p.purl, p.cpes] = said
    words = tuple(Word(s, "", tuple(by_subject.get(s, {}).values()), pointers[s]) for s in pointers)
    updated = max([time_or_none(document.get("last_updated")) or published, *(at for at, _, _ in dated)])
    return Document("openvex", own, own, author, "", published, updated, words, marks=marks or "", document=document)


def _date(statement: Mapping[str, Any]) -> datetime | None:
    return time_or_none(statement.get("last_updated")) or time_or_none(statement.get("timestamp"))


def _subjects(statement: Mapping[str, Any]) -> list[str]:
    """The vulnerability: an object with name and aliases (0.2.0), or its name alone (before). CVE ids bind, else its first name."""
    stated = statement.get("vulnerability")
    named = [stated] if isinstance(stated, str) else []
    if isinstance(stated, Mapping):
        named = [text(stated, "name"), *texts(stated.get("aliases"))]
    named = list(dict.fromkeys(n.strip() for n in named if n.strip()))
    return [n for n in named if CVE.fullmatch(n)] or named[:1]


def _said(statement: Mapping[str, Any], place: int, at: datetime, own: str) -> Iterator[Said]:
    status = text(statement, "status")
    if status not in STATUSES:
        return
    why = joined(*(text(statement, key) for key in ("justification", "impact_statement", "status_notes")), by="; ")
    products = statement.get("products")
    for number, one in enumerate(products if isinstance(products, list) else ()):
        pointer = f"/statements/{place}/products/{number}"
        if product := _product(one, pointer):
            said = Said(product, status, STATUSES[status], "", why, text(statement, "action_statement"), pointer, at)
            yield on_release(said, own)


def _product(stated: Any, pointer: str) -> Product | None:
    """A product by its package URL, else its CPE, else by its id alone; older documents give the id as text."""
    stated = {"@id": stated} if isinstance(stated, str) else stated
    if not isinstance(stated, Mapping):
        return None
    helper = node(stated.get("identifiers"))
    own = text(stated, "@id").strip()
    purl = text(helper, "purl") or (own if own.startswith("pkg:") else "")
    cpe = text(helper, "cpe23") or text(helper, "cpe22") or (own if own.startswith("cpe:") else "")
    if package := package_of(purl):
        vendor, name, version, scheme = package.vendor, package.name, package.version, package.scheme
    else:
        vendor, name, version = name_of_cpe(cpe)
        name, scheme = name or own, ""
    if not name:
        return None
    entries = ({"version": version} | ({"versionType": scheme} if scheme else {}),) if version else ()
    called = package.name if package else ""
    return Product(vendor, name, version, entries, called, cpes=(cpe,) if cpe else (), purl=purl, pointer=pointer)
