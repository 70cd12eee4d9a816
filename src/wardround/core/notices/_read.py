"""Telling which kind of notice a document is, and reading it."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from wardround.core.advisories import read_csaf
from wardround.core.advisories._document import document_of, objects
from wardround.core.notices._model import Notice
from wardround.core.notices._text import on_one_line, plain
from wardround.core.vocab import BadInput
from wardround.core.vocab._cves import CVE

LARGEST = 20_000_000
SEVERITIES = {
    "high": "High",
    "medium": "Medium",
    "low": "Low",
    "information": "Information",
    "information only": "Information",
    "critical": "High",
    "important": "High",
    "moderate": "Medium",
}
"""Words for how grave it is -> those of the bulletin's schema, which knows nothing above High."""
STEPS = {"patch": "Patch", "guidance": "Guidance", "action": "Action", "aware": "Aware"}
REMEDIATIONS = {
    "vendor_fix": "Patch",
    "mitigation": "Action",
    "workaround": "Action",
    "none_available": "Aware",
    "no_fix_planned": "Aware",
}
MARKED = {
    "WHITE": "TLP:CLEAR",
    "CLEAR": "TLP:CLEAR",
    "GREEN": "TLP:GREEN",
    "AMBER": "TLP:AMBER",
    "AMBER+STRICT": "TLP:AMBER+STRICT",
    "RED": "TLP:RED",
}
SUMMING_UP = ("summary", "description", "general", "details")


def read_notice(raw: bytes, *, where: str) -> Notice:
    """Read a CSAF 2.0 or 2.1 document, or a bulletin as the national service publishes it.

    Raises BadInput where it is neither, cannot be read, is larger than LARGEST bytes, or has no title.
    """
    if len(raw) > LARGEST:
        raise BadInput(f"is larger than {LARGEST // 1_000_000} MB", where=where, do="give one document")
    document = document_of(raw, where=where)
    if "threatId" in document:
        notice = _bulletin(document, where)
    elif isinstance(document.get("document"), Mapping):
        notice = _csaf(document, where)
    else:
        raise BadInput("is neither CSAF nor a bulletin", where=where, do="give a CSAF document or the bulletin as JSON")
    if not notice.title:
        raise BadInput("has no title", where=where, do="get the file again from its publisher")
    return notice


def _bulletin(document: Mapping[str, Any], where: str) -> Notice:
    """The public bulletin (NHS England's published schema for cyber alerts). It is public: marked CLEAR."""
    affected = []
    for n, one in enumerate(objects(document, "threatAffects", where=f"{where} /threatAffects")):
        versions = one.get("versionsAffected", [])
        if not isinstance(versions, list):
            raise BadInput("is not a list", where=f"{where} /threatAffects/{n}/versionsAffected", do="get the file again")
        said = ", ".join(on_one_line(version) for version in versions)
        affected.append(" ".join(part for part in (on_one_line(one.get("platformText")), said) if part))
    steps = []
    for one in objects(document, "remediationSteps", where=f"{where} /remediationSteps"):
        kind = STEPS.get(on_one_line(one.get("type")).casefold(), "Action")
        link = on_one_line(one.get("link"), most=500)
        steps.append(f"{kind}: {on_one_line(one.get('step'), most=2000)}" + (f" ({link})" if link else ""))
    updates = [on_one_line(one.get("content") or one.get("text"), most=2000) for one in _each(document.get("threatUpdates"))]
    links = [on_one_line(one, most=500) for one in (document.get("ncscLink"), document.get("basePath"))]
    reference = on_one_line(document.get("threatId"), most=40)
    return Notice(
        reference=reference,
        title=on_one_line(document.get("title")),
        summary=_joined(
            plain(document.get("summary")) or plain(document.get("shortsummary")),
            "Affected: " + "; ".join(affected) if any(affected) else "",
            *updates,
            "Source: " + ", ".join([reference, *filter(None, links)]),
        ),
        actions="\n".join(steps) or plain(document.get("remediationIntro")),
        severity=SEVERITIES.get(on_one_line(document.get("severity")).casefold(), ""),
        marking="TLP:CLEAR",
        cves=_cves(one.get("cveIdentifier") for one in objects(document, "cveIdentifiers", where=f"{where} /cveIdentifiers")),
        issued=_instant(document.get("publishedDate")),
        source="bulletin",
    )


def _csaf(document: Mapping[str, Any], where: str) -> Notice:
    read = read_csaf(document, where=where)
    head = document["document"]
    notes = objects(head, "notes", where=f"{where} /document/notes")
    said = [plain(n.get("text")) for wanted in SUMMING_UP for n in notes if n.get("category") == wanted]
    flaws = objects(document, "vulnerabilities", where=f"{where} /vulnerabilities")
    steps: dict[str, None] = {}
    for flaw in flaws:
        for one in objects(flaw, "remediations", where=f"{where} /vulnerabilities"):
            url = on_one_line(one.get("url"), most=500)
            text = on_one_line(one.get("details"), most=2000)
            steps[f"{REMEDIATIONS.get(str(one.get('category')), 'Action')}: {text}" + (f" ({url})" if url else "")] = None
    grave = head.get("aggregate_severity")
    distribution = head.get("distribution")
    tlp = distribution.get("tlp") if isinstance(distribution, Mapping) else None
    label = tlp.get("label") if isinstance(tlp, Mapping) else None
    return Notice(
        reference=on_one_line(read.tracking_id, most=80),
        title=on_one_line(read.title),
        summary=_joined(
            *said[:2], f"Source: {on_one_line(read.publisher)}, {on_one_line(read.tracking_id)}, version {read.version}"
        ),
        actions="\n".join(steps),
        severity=SEVERITIES.get(on_one_line(grave.get("text") if isinstance(grave, Mapping) else "").casefold(), ""),
        marking=MARKED.get(str(label).upper().removeprefix("TLP:"), "") if label else "",
        cves=read.cves,
        issued=read.updated,
        source="csaf",
    )


def _each(found: object) -> list[Mapping[str, Any]]:
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _cves(stated: Iterable[object]) -> tuple[str, ...]:
    """The CVE numbers among them, written as they are everywhere, each once."""
    found = (re.sub(r"\s+", "", one).upper() for one in stated if isinstance(one, str))
    return tuple(dict.fromkeys(one for one in found if CVE.fullmatch(one)))


def _instant(stated: object) -> datetime | None:
    """Seconds or milliseconds since 1970; None for anything else."""
    if isinstance(stated, bool) or not isinstance(stated, (int, float)) or not 0 < stated < 1e14:
        return None
    return datetime.fromtimestamp(stated / 1000 if stated > 1e11 else stated, UTC)


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
