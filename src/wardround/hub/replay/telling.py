"""A replay's steps in words: what became known, what was decided, what was done."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import orjson

from wardround.core.advisories import Advisory
from wardround.hub.advisories.reading import statements
from wardround.hub.audit.models import Entry

SILENT = {"organisation added", "membership set", "response opened", "alert drafted", "revision drafted"}


def news(folder: Path, *, at: datetime) -> Iterator[str]:
    """What a folder of the feeds made known, in a sentence each."""
    names = sorted(p.name for p in folder.iterdir())
    if "cve.jsonl" in names:
        cves = [orjson.loads(line)["cveMetadata"]["cveId"] for line in (folder / "cve.jsonl").read_bytes().splitlines()]
        with statements() as store:
            yield from (_published(a) for a in store.advisories(cves, at=at) if a.published.date() == at.date())
    if "kev.json" in names:
        read = orjson.loads((folder / "kev.json").read_bytes())
        new = [v["cveID"] for v in read["vulnerabilities"] if v["dateAdded"] == f"{at:%Y-%m-%d}"]
        if new:
            yield f"known to be exploited (KEV) since today: {', '.join(new)}"
    if "epss.csv" in names:
        rows = [line.split(",") for line in (folder / "epss.csv").read_text().splitlines()[2:]]
        yield "EPSS of the day: " + ", ".join(f"{cve} {score}" for cve, score, *_ in rows)


def _published(advisory: Advisory) -> str:
    said = {s.key: s.value for s in advisory.stated}
    parts = [f"CVSS {said['cvss']}"] if "cvss" in said else []
    if "ssvc.exploitation" in said:
        parts.append(
            f"SSVC: exploitation {said['ssvc.exploitation']}, automatable {said['ssvc.automatable']}, "
            f"impact {said['ssvc.technical_impact']}"
        )
    return f"{advisory.cve} published: {advisory.title} ({'; '.join(parts)})"


def said(entry: Entry) -> str:
    """One entry of the record in a sentence; empty for what a reader of the story does not need."""
    if entry.what in SILENT:
        return ""
    document, code = entry.document, entry.organisation.code
    change = (
        f" ({document['from']} -> {document['to']})" if document.get("from") != document.get("to") and document.get("to") else ""
    )
    body = document.get("body", {})
    detail = {
        "snapshot imported": lambda: f"{document['source']}, {document['assets']} assets",
        "log added": lambda: f"{document['host']}, {document['events']} events",
        "hunt ran": lambda: document["statement"],
        "revision issued": lambda: f"{entry.subject} revision {document['revision']}, {document['organisations']} organisations",
        "closed": lambda: str(body["closing"]).replace("_", " "),
        "reopened": lambda: "; ".join(body["because"]),
        "applicability confirmed": lambda: str(body["answer"]).replace("_", " "),
        "detection judged": lambda: "false alarm" if body["false_alarm"] else f"part of {body['incident']}",
        "incident opened": lambda: f"{entry.subject}: {document['reason']}",
    }.get(entry.what, lambda: str(body.get("asset", "")))()
    return f"{code}: {entry.what}" + (f": {detail}" if detail else "") + change
