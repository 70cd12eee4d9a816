"""Terms that others define: weaknesses, languages, package URLs, ids (CSAF 2.0, sections 6.1.11 to 6.1.15, 6.1.23 to 6.1.28)."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from packageurl import PackageURL

from wardround.core.csaf._model import Document, Found, objects, text

_TAG = re.compile(
    r"(?P<language>[a-z]{2,3})(?:-[a-z]{3}){0,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*"
    r"(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?|x(?:-[a-z0-9]{1,8})+|(?P<old>i-default|i-enochian|i-klingon)",
    re.ASCII | re.IGNORECASE,
)


def weaknesses(document: Document) -> Found:
    """6.1.11: a CWE has the name that the list gives it. An id that our table does not hold is not judged."""
    for pointer, vulnerability in document.vulnerabilities():
        listed = [(f"{pointer}/cwe", vulnerability["cwe"])] if isinstance(vulnerability.get("cwe"), Mapping) else []
        for below, cwe in (*listed, *objects(vulnerability, "cwes", pointer)):
            known = _table("cwe")["names"].get(text(cwe, "id"))
            if known and known != text(cwe, "name"):
                yield below, f"{text(cwe, 'id')} is called {known!r}"
            elif not known and text(cwe, "id") in _table("cwe")["no_weakness"]:
                yield below, f"{text(cwe, 'id')} is a category or view, not a weakness"


def languages(document: Document) -> Found:
    """6.1.12: languages are language tags of RFC 5646."""
    for key in ("lang", "source_lang"):
        stated = document.at("document").get(key)
        if isinstance(stated, str):
            found = _TAG.fullmatch(stated) if len(stated) < 100 else None
            language = (found["language"] or "").casefold() if found else ""
            if not found or (len(language) == 2 and language not in _table("languages")["two_letters"]):
                yield f"/document/{key}", f"{stated!r:.40} is no language"


def package_urls(document: Document) -> Found:
    """6.1.13: a package URL is one."""
    for pointer, name, _ in document.products():
        helper = name.get("product_identification_helper")
        if not isinstance(helper, Mapping):
            continue
        listed: list[tuple[str, Any]] = (
            [(f"{pointer}/product_identification_helper/purl", helper["purl"])] if "purl" in helper else []
        )
        many = helper.get("purls")
        listed += [
            (f"{pointer}/product_identification_helper/purls/{i}", one)
            for i, one in enumerate(many if isinstance(many, list) else ())
        ]
        for below, purl in listed:
            try:
                PackageURL.from_string(purl)
            except (ValueError, TypeError, AttributeError):
                yield below, f"{str(purl)[:80]!r} is no package URL"


def translations(document: Document) -> Found:
    """6.1.15: a translator says from which language."""
    publisher = document.at("document", "publisher")
    if text(publisher, "category") == "translator" and not document.at("document").get("source_lang"):
        yield "/document", "a translator does not say from which language (source_lang)"


def two_languages(document: Document) -> Found:
    """6.1.28: the language translated from is another."""
    head = document.at("document")
    if text(head, "lang") and text(head, "lang").casefold() == text(head, "source_lang").casefold():
        yield "/document/source_lang", "it is the language of the document itself"


def one_vulnerability(document: Document) -> Found:
    """6.1.23: a CVE has one vulnerability."""
    seen: set[str] = set()
    for pointer, vulnerability in document.vulnerabilities():
        if (cve := text(vulnerability, "cve")) and cve in seen:
            yield f"{pointer}/cve", f"{cve[:40]} stands twice"
        seen.add(cve)


def involvements(document: Document) -> Found:
    """6.1.24: a party says one thing at a time."""
    for pointer, vulnerability in document.vulnerabilities():
        seen: set[tuple[str, str]] = set()
        for below, one in objects(vulnerability, "involvements", pointer):
            given = (text(one, "party"), text(one, "date"))
            if given in seen:
                yield below, f"the {given[0][:30]} has two involvements at one time"
            seen.add(given)


def hashes(document: Document) -> Found:
    """6.1.25: a file has one hash of an algorithm.

    MD5 and SHA-1 are left to the optional tests 6.2.8 and 6.2.9, whose own documents repeat them and are called valid.
    """
    for pointer, name, _ in document.products():
        helper = name.get("product_identification_helper")
        if isinstance(helper, Mapping):
            for below, file in objects(helper, "hashes", f"{pointer}/product_identification_helper"):
                yield from _twice(file, below)


def _twice(file: Mapping[str, Any], pointer: str) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for below, one in objects(file, "file_hashes", pointer):
        if (algorithm := text(one, "algorithm")) in seen - {"md5", "sha1"}:
            yield f"{below}/algorithm", f"a second {algorithm[:30]} hash of the same file"
        seen.add(algorithm)


MAX_UUID, NIL_UUID = "ffffffff-ffff-ffff-ffff-ffffffffffff", "00000000-0000-0000-0000-000000000000"
RESERVED = {MAX_UUID: "Public", NIL_UUID: "No sharing allowed"}


def sharing(document: Document) -> Found:
    """6.1.38 to 6.1.41 of CSAF 2.1: the reserved sharing groups fit their names and the traffic light."""
    group = document.at("document", "distribution", "sharing_group")
    if not group:
        return
    label, name, given = text(document.at("document", "distribution", "tlp"), "label"), text(group, "name"), text(group, "id")
    draft = text(document.tracking, "status") == "draft"
    if given == MAX_UUID and label != "CLEAR":
        yield "/document/distribution/tlp/label", "what may be shared with everybody is TLP:CLEAR"
    if label == "CLEAR" and given != MAX_UUID and not (given == NIL_UUID and draft):
        yield "/document/distribution/sharing_group/id", "what is TLP:CLEAR is shared with everybody"
    if name in RESERVED.values() and RESERVED.get(given) != name:
        yield "/document/distribution/sharing_group/name", f"{name!r} is reserved for another id"
    if given in RESERVED and name != RESERVED[given]:
        yield "/document/distribution/sharing_group/name", f"this id belongs to {RESERVED[given]!r}"


@cache
def _table(name: str) -> dict[str, Any]:
    table: dict[str, Any] = json.loads(resources.files(__package__).joinpath(f"tables/{name}.json").read_text("utf-8"))
    return table
