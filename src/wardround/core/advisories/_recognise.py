"""Which feed is this? By content; a file's name decides nothing."""

from collections.abc import Mapping
from typing import Any

MARKS = {
    "cve": (b'"cveMetadata"', b'"CVE_RECORD"'),
    "kev": (b'"cveID"', b'"catalogVersion"'),
    "csaf": (b'"csaf_version"',),
}


def recognise(content: bytes | Mapping[str, Any]) -> str | None:
    """`cve`, `kev`, `epss` or `csaf`, else None.

    A parsed object is judged by its keys. Bytes are judged by marks, so that also a broken record is known for what it was
    meant to be.
    """
    if isinstance(content, Mapping):
        if "cveMetadata" in content or content.get("dataType") == "CVE_RECORD":
            return "cve"
        listed = content.get("vulnerabilities")
        if isinstance(listed, list) and (
            "catalogVersion" in content or any(isinstance(e, dict) and "cveID" in e for e in listed[:9])
        ):
            return "kev"
        head = content.get("document")
        return "csaf" if isinstance(head, Mapping) and "csaf_version" in head else None
    if any(line.startswith(b"cve,epss") for line in content[:2_000].removeprefix(b"\xef\xbb\xbf").splitlines()[:3]):
        return "epss"
    return next((feed for feed, marks in MARKS.items() if any(mark in content for mark in marks)), None)
