"""Small builders of documents. Everything in them is fictitious but the shapes."""

from collections.abc import Mapping, Sequence
from typing import Any

from wardround.core.advisories import Advisory
from wardround.core.claims import Document, containers, read_document, subjects, with_documents
from wardround.core.matching import Answer, Overrides, decide
from wardround.core.matching._model import Subject

WHERE = "x.json"
CVE = "CVE-2030-0001"
DATES = {"initial_release_date": "2030-05-13T00:00:00Z", "current_release_date": "2030-05-14T00:00:00Z"}


def a_product(product_id: str, name: str = "", **helper: Any) -> dict[str, Any]:
    identified = {"product_identification_helper": helper} if helper else {}
    return {"product_id": product_id, "name": name or product_id} | identified


def a_branch(path: Mapping[str, str], product_id: str, **helper: Any) -> dict[str, Any]:
    """Nested branches, one for each (category, name) of the path, with a product at the end."""
    *above, (category, name) = path.items()
    branch: dict[str, Any] = {"category": category, "name": name, "product": a_product(product_id, **helper)}
    for category, name in reversed(above):
        branch = {"category": category, "name": name, "branches": [branch]}
    return branch


def gateways(*versions: str, category: str = "product_version") -> list[dict[str, Any]]:
    """Branches of the fictitious Gateway; the version is its product id."""
    return [a_branch({"vendor": "Example", "product_name": "Gateway", category: v}, v) for v in versions]


def a_csaf(
    branches: Sequence[Any] = (),
    status: Mapping[str, Any] | None = None,
    *,
    tree: Mapping[str, Any] | None = None,
    publisher: Mapping[str, str] | None = None,
    version: str = "2.0",
    tracking: Mapping[str, Any] | None = None,
    **vulnerability: Any,
) -> dict[str, Any]:
    speaks = {"name": "Example", "namespace": "https://supplier.example", "category": "vendor"} | dict(publisher or {})
    stated = {"cve": CVE, "product_status": status or {}} | vulnerability
    return {
        "document": {
            "csaf_version": version,
            "title": "Example Gateway",
            "publisher": speaks,
            "tracking": {"id": "EX-30-1", "version": "1"} | DATES | dict(tracking or {}),
        },
        "product_tree": {"branches": list(branches)} | dict(tree or {}),
        "vulnerabilities": [{key: value for key, value in stated.items() if value is not None}],
    }


def an_osv(*affected: Mapping[str, Any], own: str = "DSA-1-1", **more: Any) -> dict[str, Any]:
    return {
        "id": own,
        "schema_version": "1.6.0",
        "published": "2030-05-13T00:00:00Z",
        "modified": "2030-05-14T00:00:00Z",
        "upstream": [CVE],
        "affected": list(affected),
    } | more


def a_package(
    ecosystem: str, *events: Mapping[str, str], name: str = "openssl", kind: str = "ECOSYSTEM", **more: Any
) -> dict[str, Any]:
    return {"package": {"ecosystem": ecosystem, "name": name}, "ranges": [{"type": kind, "events": list(events)}]} | more


def read(raw: Any, feed: str = "csaf", **more: Any) -> Document:
    return read_document(raw, feed=feed, where=WHERE, **({"marks": ""} | more))


def objects(raw: Any, feed: str = "csaf", cve: str = CVE) -> list[Mapping[str, Any]]:
    """Every `affected` object that a document makes, without the pointers."""
    found = [a for c in containers(read(raw, feed), cve) for a in c.affected]
    return [dict(a) | {"versions": [{k: v for k, v in e.items() if k != "pointer"} for e in a["versions"]]} for a in found]


def entries(raw: Any, feed: str = "csaf") -> list[Mapping[str, Any]]:
    """The entries of the one object that a document makes."""
    [affected] = objects(raw, feed)
    return list(affected["versions"])


def advisory(*documents: Document, cve: str = CVE, record: Advisory | None = None) -> Advisory:
    made = with_documents(record, [(d, d.updated) for d in documents], subject=cve)
    assert made is not None
    return made


def says(raw: Any, version: str, *, feed: str = "csaf", **subject: Any) -> Answer:
    """What an advisory of one document alone says of a version of the fictitious Gateway, or of another subject."""
    document = read(raw, feed)
    of = {"vendors": ("example",), "product": "gateway"} | subject
    return decide(advisory(document, cve=subjects(document)[0]), Subject(version=version, **of), overrides=Overrides())
