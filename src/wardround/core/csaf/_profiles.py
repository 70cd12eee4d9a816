"""What a document that claims a profile must hold (CSAF 2.0, sections 6.1.26 and 6.1.27)."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wardround.core.csaf._model import Document, Found, mapping, objects, text, texts

INFORMATIONAL, INCIDENT = "csaf_informational_advisory", "csaf_security_incident_response"
ADVISORY, VEX, BASE = "csaf_security_advisory", "csaf_vex", "csaf_base"
DEPRECATED, WITHDRAWN, SUPERSEDED = "csaf_deprecated_security_advisory", "csaf_withdrawn", "csaf_superseded"
PROFILES_20 = (BASE, INCIDENT, INFORMATIONAL, ADVISORY, VEX)
PROFILES_21 = (*PROFILES_20, DEPRECATED, WITHDRAWN, SUPERSEDED)
WITH_PRODUCTS = (ADVISORY, VEX, DEPRECATED)
Holders = Callable[[Mapping[str, Any]], Sequence[Mapping[str, Any]]]
VEX_STATUS = ("fixed", "known_affected", "known_not_affected", "under_investigation")


def prohibited_category(document: Document) -> Found:
    """6.1.26: a category that is no profile does not look like one."""
    category = document.category
    profiles = PROFILES_21 if document.is_21 else PROFILES_20
    if category in profiles:
        return
    reserved = {_plain(name) for name in profiles} | {_plain(name.removeprefix("csaf_")) for name in profiles if name != BASE}
    if _plain(category) in reserved or category.casefold().startswith("csaf_"):
        yield "/document/category", f"{category!r:.60} looks like a profile of the standard, and is none"


def _plain(category: str) -> str:
    return re.sub(r"[\W_]+", "", category).casefold()


def informed(document: Document) -> Found:
    """6.1.27.1: an incident response or informational advisory has a note that tells something."""
    if document.category in (INFORMATIONAL, INCIDENT):
        kinds = {text(note, "category") for _, note in objects(document.at("document"), "notes", "/document")}
        if not kinds & {"description", "details", "general", "summary"}:
            yield "/document/notes", "there is no note that describes, details or summarises"


def referred(document: Document) -> Found:
    """6.1.27.2: an incident response or informational advisory refers to something outside."""
    if document.category in (INFORMATIONAL, INCIDENT):
        listed = objects(document.at("document"), "references", "/document")
        if not any(text(one, "category") in ("", "external") for _, one in listed):
            yield "/document/references", "there is no external reference"


def without_vulnerabilities(document: Document) -> Found:
    """6.1.27.3: an informational advisory has no vulnerabilities; nor has what was withdrawn or superseded (CSAF 2.1)."""
    if document.category in (INFORMATIONAL, WITHDRAWN, SUPERSEDED) and "vulnerabilities" in document.content:
        yield "/vulnerabilities", "a document of this category has no vulnerabilities"


def with_product_tree(document: Document) -> Found:
    """6.1.27.4: a security advisory or VEX has a product tree."""
    if document.category in WITH_PRODUCTS and not document.at("product_tree"):
        yield "/product_tree", "the product tree is missing"


def with_notes(document: Document) -> Found:
    """6.1.27.5: each vulnerability of a security advisory or VEX has notes."""
    if document.category in WITH_PRODUCTS:
        for pointer, vulnerability in document.vulnerabilities():
            if not vulnerability.get("notes"):
                yield f"{pointer}/notes", "the notes are missing"


def with_status(document: Document) -> Found:
    """6.1.27.6: each vulnerability of a security advisory has a product status."""
    if document.category in (ADVISORY, DEPRECATED):
        for pointer, vulnerability in document.vulnerabilities():
            if not vulnerability.get("product_status"):
                yield f"{pointer}/product_status", "the product status is missing"


def with_vex_status(document: Document) -> Found:
    """6.1.27.7: each vulnerability of a VEX has one of the four VEX states."""
    if document.category == VEX:
        for pointer, vulnerability in document.vulnerabilities():
            status = mapping(vulnerability, "product_status")
            if not any(status.get(key) for key in VEX_STATUS):
                yield f"{pointer}/product_status", "none of the four VEX states is given"


def with_id(document: Document) -> Found:
    """6.1.27.8: each vulnerability of a VEX has an id; in CSAF 2.1 an id may be given for some products only."""
    if document.category != VEX:
        return
    for pointer, vulnerability in document.vulnerabilities():
        ids = [one for _, one in objects(vulnerability, "ids", pointer)]
        if vulnerability.get("cve") or any(not one.get("product_ids") and not one.get("group_ids") for one in ids):
            continue
        if not ids:
            yield pointer, "it has neither a CVE nor another id"
            continue
        covered = set().union(*(document.named_by(one) for one in ids))
        status = mapping(vulnerability, "product_status")
        for key in status:
            for below, product in texts(status, key, f"{pointer}/product_status"):
                if product not in covered:
                    yield below, f"no id is given for {product!r}"


def with_impact(document: Document) -> Found:
    """6.1.27.9: whatever a VEX calls not affected has an impact statement: a flag or a threat of category impact."""
    yield from _each_explained(document, "known_not_affected", lambda v: [
        *(one for _, one in objects(v, "flags", "")),
        *(one for _, one in objects(v, "threats", "") if text(one, "category") == "impact"),
    ], "it is called not affected without an impact statement")  # fmt: skip


def with_action(document: Document) -> Found:
    """6.1.27.10: whatever a VEX calls affected has a remediation."""
    yield from _each_explained(
        document, "known_affected", lambda v: [one for _, one in objects(v, "remediations", "")], "no action is stated for it"
    )


def _each_explained(document: Document, status: str, holders: Holders, what: str) -> Found:
    if document.category != VEX:
        return
    for pointer, vulnerability in document.vulnerabilities():
        stated = mapping(vulnerability, "product_status")
        explained = set().union(*(document.named_by(one) for one in holders(vulnerability)))
        for below, product in texts(stated, status, f"{pointer}/product_status"):
            if product not in explained:
                yield below, f"{product!r}: {what}"


def with_vulnerabilities(document: Document) -> Found:
    """6.1.27.11: a security advisory or VEX has vulnerabilities."""
    if document.category in WITH_PRODUCTS and not document.content.get("vulnerabilities"):
        yield "/vulnerabilities", "there are no vulnerabilities"
