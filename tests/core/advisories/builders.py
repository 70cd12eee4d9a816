"""Small builders: a record, a catalogue, a day of scores, a document. Everything in them is fictitious but the shapes."""

from datetime import UTC, datetime
from typing import Any

import orjson

WHERE = "x.json"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def ssvc(timestamp: str | None = "2030-05-13T00:00:00+00:00", **options: str) -> dict[str, Any]:
    words = {"exploitation": "Exploitation", "automatable": "Automatable", "technical_impact": "Technical Impact"}
    content: dict[str, Any] = {"options": [{words[k]: v} for k, v in options.items()]}
    return {"other": {"type": "ssvc", "content": content | ({"timestamp": timestamp} if timestamp else {})}}


def kev_stamp(added: str) -> dict[str, Any]:
    return {"other": {"type": "kev", "content": {"dateAdded": added}}}


def a_cve(
    cve: str = "CVE-2030-0001",
    *,
    published: str | None = "2030-05-13T15:45:00Z",
    updated: str = "2030-05-21T00:00:00Z",
    state: str = "PUBLISHED",
    metrics: list[Any] | None = None,
    adp: list[Any] | None = None,
    affected: Any = None,
    **meta: Any,
) -> dict[str, Any]:
    dates = {"datePublished": published, "dateUpdated": updated} | meta
    stamps = {"metrics": metrics or [], "providerMetadata": {"shortName": "CISA-ADP", "dateUpdated": updated}}
    entries = [{"vendor": "Example", "product": "Gateway"}] if affected is None else affected
    return {
        "dataType": "CVE_RECORD",
        "dataVersion": "5.1",
        "cveMetadata": {"cveId": cve, "state": state} | {k: v for k, v in dates.items() if v is not None},
        "containers": {
            "cna": {"affected": entries, "descriptions": [{"lang": "en", "value": "An example."}], "title": "Example"},
            "adp": [stamps, *(adp or [])],
        },
    }


def a_kev(*entries: tuple[str, str], released: str = "2030-05-19T17:00:00.1Z") -> dict[str, Any]:
    lines = [{"cveID": cve, "dateAdded": added, "dueDate": "2030-06-09", "product": "Gateway"} for cve, added in entries]
    return {"catalogVersion": "2030.05.19", "dateReleased": released, "vulnerabilities": lines}


def an_epss(day: str = "2030-05-14", **scores: float) -> bytes:
    rows = "".join(f"{cve.replace('_', '-')},{score},0.5\n" for cve, score in scores.items())
    return f"#model_version:v2030.01.01,score_date:{day}T12:00:00Z\ncve,epss,percentile\n{rows}".encode()


def a_csaf(tracking: str = "EX-30-1", *, version: str = "2.0", updated: str = "2030-05-14T00:00:00Z") -> dict[str, Any]:
    dates = {"initial_release_date": "2030-05-13T00:00:00Z", "current_release_date": updated}
    return {
        "document": {
            "csaf_version": version,
            "title": "Pump",
            "publisher": {"name": "Example", "namespace": "https://supplier.example"},
            "tracking": {"id": tracking, "version": "1", **dates},
        },
        "vulnerabilities": [{"cve": "CVE-2030-0001"}, {"cve": "CVE-2030-0001"}, {"title": "no id"}],
    }


def as_bytes(document: Any) -> bytes:
    return orjson.dumps(document)
