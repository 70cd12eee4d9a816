"""CVE records, format 5.x (the CVE Program's record schema), with the stamps of CISA's own container."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from wardround.core.advisories._document import WHOLE, child, cve_id, document_of, objects, text, time_of, time_or_none
from wardround.core.advisories._model import Container, CveRecord, Stated
from wardround.core.vocab import BadInput

SSVC = {
    "Exploitation": ("ssvc.exploitation", {"none": "none", "poc": "poc", "public poc": "poc", "active": "active"}),
    "Automatable": ("ssvc.automatable", {"no": "no", "yes": "yes"}),
    "Technical Impact": ("ssvc.technical_impact", {"partial": "partial", "total": "total"}),
}


def read_cve(raw: bytes | Mapping[str, Any], *, where: str) -> CveRecord:
    """One CVE 5.x record, PUBLISHED or REJECTED.

    `published` is `datePublished`; 496 published records of the shared set have none: there it is the earliest date on
    which a container of the record is known to have existed. For a REJECTED one without it, the date of rejection.
    Raises BadInput with the JSON pointer for what makes a record unusable: its id, state, dates or containers.
    """
    document = document_of(raw, where=where)
    meta = child(document, "/cveMetadata", where=where)
    cve = cve_id(meta.get("cveId"), where=f"{where} /cveMetadata/cveId")
    if not text(document, "dataVersion").startswith("5."):
        raise BadInput(
            f"record format {document.get('dataVersion')!r} is not read", where=f"{where} /dataVersion", do="get it in format 5.x"
        )
    state = text(meta, "state")
    if state not in ("PUBLISHED", "REJECTED"):
        raise BadInput(f"state {state[:40]!r} is neither PUBLISHED nor REJECTED", where=f"{where} /cveMetadata/state", do=WHOLE)
    child(document, "/containers/cna", where=where)
    for pointer, container in _containers(document, where=where):
        for i, entry in enumerate(objects(container, "affected", where=f"{where} {pointer}/affected")):
            objects(entry, "versions", where=f"{where} {pointer}/affected/{i}/versions")
    updated, published, rejected = _dates(document, meta, state, where=where)
    stamps = tuple(stated for _, c in _containers(document, where=where) for stated in _stamps(c, otherwise=updated))
    return CveRecord(
        cve=cve, state=state, published=published, updated=updated, rejected=rejected, stated=stamps, document=document
    )


def _containers(document: Mapping[str, Any], *, where: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every container with its JSON pointer: the numbering authority's, then the others' in their order."""
    containers = document["containers"]
    yield "/containers/cna", containers["cna"]
    for i, adp in enumerate(objects(containers, "adp", where=f"{where} /containers/adp")):
        yield f"/containers/adp/{i}", adp


def _dates(
    document: Mapping[str, Any], meta: Mapping[str, Any], state: str, *, where: str
) -> tuple[datetime, datetime, datetime | None]:
    """When a record was updated, published and (if it was) rejected."""
    stated = {
        k: time_of(meta[k], where=f"{where} /cveMetadata/{k}")
        for k in ("datePublished", "dateUpdated", "dateRejected")
        if k in meta
    }
    providers = [c.get("providerMetadata") for _, c in _containers(document, where=where)]
    seen = [t for p in providers if isinstance(p, dict) and (t := time_or_none(p.get("dateUpdated")))]
    known = [*stated.values(), *seen]
    if not known:
        raise BadInput("no date says when this was stated", where=f"{where} /cveMetadata", do=WHOLE)
    updated = stated.get("dateUpdated") or max(known)
    rejected = stated.get("dateRejected", updated) if state == "REJECTED" else None
    return updated, stated.get("datePublished") or rejected or min(known), rejected


def _stamps(container: Mapping[str, Any], *, otherwise: datetime) -> Iterator[Stated]:
    """The dated facts of one container: SSVC by its own timestamp, KEV by `dateAdded`.

    A stamp without a readable date counts from the container's own, or the record's, update. A value outside the
    vocabulary states nothing.
    """
    provider = container.get("providerMetadata")
    provider = provider if isinstance(provider, dict) else {}
    name = text(provider, "shortName") or "record"
    metrics = container.get("metrics")
    for metric in metrics if isinstance(metrics, list) else ():
        other = metric.get("other") if isinstance(metric, dict) else None
        content = other.get("content") if isinstance(other, dict) else None
        if not isinstance(other, dict) or not isinstance(content, dict):
            continue
        if other.get("type") == "kev":
            at = time_or_none(content.get("dateAdded")) or time_or_none(provider.get("dateUpdated")) or otherwise
            yield Stated("kev", "yes", f"KEV, as stamped on the record by {name}", at)
        elif other.get("type") == "ssvc":
            at = time_or_none(content.get("timestamp")) or time_or_none(provider.get("dateUpdated")) or otherwise
            options = content.get("options")
            for option in options if isinstance(options, list) else ():
                for point, value in option.items() if isinstance(option, dict) else ():
                    key, words = SSVC.get(point, ("", {}))
                    if isinstance(value, str) and (word := words.get(value.casefold())):
                        yield Stated(key, word, f"SSVC by {name}", at)


def affected_containers(document: Mapping[str, Any]) -> tuple[Container, ...]:
    """The numbering authority's container, then each other one that names products; the objects as published."""
    found = []
    for pointer, container in _containers(document, where=""):
        trees = container.get("cpeApplicability")
        trees = [t for t in trees if isinstance(t, dict)] if isinstance(trees, list) else []
        if pointer == "/containers/cna" or "affected" in container or trees:
            provider = container.get("providerMetadata")
            name = (
                "cna"
                if pointer == "/containers/cna"
                else text(provider if isinstance(provider, dict) else {}, "shortName") or "adp"
            )
            found.append(Container(name, f"{pointer}/affected", container.get("affected", []), applicability=trees))
    return tuple(found)


def cvss_scores(record: CveRecord) -> Iterator[Stated]:
    """Base scores, dated by publication: the numbering authority's after the others', each from old to new CVSS version."""
    for pointer, container in reversed(list(_containers(record.document, where=""))):
        name = "the numbering authority" if pointer == "/containers/cna" else "an authorised publisher"
        metrics = container.get("metrics")
        for version in ("cvssV2_0", "cvssV3_0", "cvssV3_1", "cvssV4_0"):
            for metric in metrics if isinstance(metrics, list) else ():
                scored = metric.get(version) if isinstance(metric, dict) else None
                score = scored.get("baseScore") if isinstance(scored, dict) else None
                if isinstance(score, int | float) and not isinstance(score, bool) and 0 <= score <= 10:
                    yield Stated("cvss", f"{score:.1f}", f"CVSS {version[5:].replace('_', '.')} by {name}", record.published)
