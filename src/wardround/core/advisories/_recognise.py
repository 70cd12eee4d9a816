"""Which feed is this? By content; a file's name decides nothing."""

from collections.abc import Mapping
from typing import Any

MARKS: Mapping[str, tuple[tuple[bytes, ...], ...]] = {
    "cve": ((b'"cveMetadata"',), (b'"CVE_RECORD"',)),
    "kev": ((b'"cveID"',), (b'"catalogVersion"',)),
    "csaf": ((b'"csaf_version"',),),
    "openvex": ((b"openvex.dev/ns",),),
    "osv": ((b'"modified"', b'"ecosystem"'), (b'"modified"', b'"schema_version"'), (b'"modified"', b'"withdrawn"')),
    "cyclonedx-vex": ((b'"bomFormat"', b'"vulnerabilities"', b'"analysis"'),),
}
"""Of each feed, sets of marks: a document that carries all of one set is meant to be of that feed."""


def recognise(content: bytes | Mapping[str, Any]) -> str | None:
    """`cve`, `kev`, `epss`, `csaf`, `osv`, `openvex` or `cyclonedx-vex`, else None.

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
        return "csaf" if isinstance(head, Mapping) and "csaf_version" in head else _product_document(content, listed)
    if any(line.startswith(b"cve,epss") for line in content[:2_000].removeprefix(b"\xef\xbb\xbf").splitlines()[:3]):
        return "epss"
    return next((feed for feed, marks in MARKS.items() if any(all(m in content for m in every) for every in marks)), None)


def _product_document(content: Mapping[str, Any], listed: object) -> str | None:
    """An OpenVEX document, a CycloneDX one with an analysis (without one it is an SBOM, and states nothing), or an OSV record."""
    context = content.get("@context")
    if isinstance(context, str) and context.startswith("https://openvex.dev/ns"):
        return "openvex"
    if content.get("bomFormat") == "CycloneDX":
        vex = isinstance(listed, list) and any(isinstance(v, dict) and isinstance(v.get("analysis"), dict) for v in listed)
        return "cyclonedx-vex" if vex else None
    dated = isinstance(content.get("id"), str) and isinstance(content.get("modified"), str)
    return "osv" if dated and ("withdrawn" in content or _has_package(content.get("affected")) or _is_bare(content)) else None


def _has_package(affected: object) -> bool:
    return isinstance(affected, list) and any(isinstance(a, dict) and ("package" in a or "ranges" in a) for a in affected)


def _is_bare(content: Mapping[str, Any]) -> bool:
    """An OSV record without packages still says which format it is in."""
    return "schema_version" in content and ("aliases" in content or "upstream" in content or "affected" in content)
