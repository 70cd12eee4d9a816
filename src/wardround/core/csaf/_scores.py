"""Scores: one of a version for each product, well formed, computed rightly (CSAF 2.0, sections 6.1.7 to 6.1.10)."""

from collections.abc import Iterator, Mapping
from typing import Any

from wardround.core.csaf._cvss import read_vector, scores, severity
from wardround.core.csaf._model import Document, Found, objects, text, texts

KEYS = {"cvss_v2": ("2.0",), "cvss_v3": ("3.0", "3.1"), "cvss_v4": ("4.0",)}
WORDS2 = {
    "accessVector": ("AV", {"NETWORK": "N", "ADJACENT_NETWORK": "A", "LOCAL": "L"}),
    "accessComplexity": ("AC", {"HIGH": "H", "MEDIUM": "M", "LOW": "L"}),
    "authentication": ("Au", {"MULTIPLE": "M", "SINGLE": "S", "NONE": "N"}),
    **{f"{name}Impact": (m, {"NONE": "N", "PARTIAL": "P", "COMPLETE": "C"})
       for name, m in (("confidentiality", "C"), ("integrity", "I"), ("availability", "A"))},
    "exploitability": ("E", {"UNPROVEN": "U", "PROOF_OF_CONCEPT": "POC", "FUNCTIONAL": "F", "HIGH": "H", "NOT_DEFINED": "ND"}),
    "remediationLevel": (
        "RL", {"OFFICIAL_FIX": "OF", "TEMPORARY_FIX": "TF", "WORKAROUND": "W", "UNAVAILABLE": "U", "NOT_DEFINED": "ND"}),
    "reportConfidence": ("RC", {"UNCONFIRMED": "UC", "UNCORROBORATED": "UR", "CONFIRMED": "C", "NOT_DEFINED": "ND"}),
}  # fmt: skip
_LEVELS3 = {"NONE": "N", "LOW": "L", "HIGH": "H", "NOT_DEFINED": "X"}
WORDS3 = {
    "attackVector": ("AV", {"NETWORK": "N", "ADJACENT_NETWORK": "A", "LOCAL": "L", "PHYSICAL": "P"}),
    "attackComplexity": ("AC", {"HIGH": "H", "LOW": "L"}),
    "privilegesRequired": ("PR", _LEVELS3),
    "userInteraction": ("UI", {"NONE": "N", "REQUIRED": "R"}),
    "scope": ("S", {"UNCHANGED": "U", "CHANGED": "C"}),
    "confidentialityImpact": ("C", _LEVELS3),
    "integrityImpact": ("I", _LEVELS3),
    "availabilityImpact": ("A", _LEVELS3),
    "exploitCodeMaturity": (
        "E", {"UNPROVEN": "U", "PROOF_OF_CONCEPT": "P", "FUNCTIONAL": "F", "HIGH": "H", "NOT_DEFINED": "X"}),
    "remediationLevel": (
        "RL", {"OFFICIAL_FIX": "O", "TEMPORARY_FIX": "T", "WORKAROUND": "W", "UNAVAILABLE": "U", "NOT_DEFINED": "X"}),
    "reportConfidence": ("RC", {"UNKNOWN": "U", "REASONABLE": "R", "CONFIRMED": "C", "NOT_DEFINED": "X"}),
}  # fmt: skip


def _scored(document: Document) -> Iterator[tuple[str, str, Mapping[str, Any], list[str], str]]:
    """Pointer, key (`cvss_v3`), the score, its products, and who scored, of every score of every vulnerability."""
    for pointer, vulnerability in document.vulnerabilities():
        for below, one in objects(vulnerability, "scores", pointer):
            yield from _of(one, below, one, pointer)
        for below, metric in objects(vulnerability, "metrics", pointer):
            content = metric.get("content")
            if isinstance(content, Mapping):
                yield from _of(content, f"{below}/content", metric, f"{pointer} {text(metric, 'source')}")


def _of(
    holder: Mapping[str, Any], pointer: str, named: Mapping[str, Any], who: str
) -> Iterator[tuple[str, str, Mapping[str, Any], list[str], str]]:
    for key in KEYS:
        if isinstance(holder.get(key), Mapping):
            yield f"{pointer}/{key}", key, holder[key], [p for _, p in texts(named, "products", "")], who


def one_score(document: Document) -> Found:
    """6.1.7: a product has at most one score of a version in a vulnerability (CSAF 2.1: from one source)."""
    seen: set[tuple[str, str, str]] = set()
    for pointer, _, score, products, who in _scored(document):
        for product in products:
            given = (who, product, text(score, "version"))
            if given in seen:
                yield pointer, f"{product!r} has a second score of version {given[2]}"
            seen.add(given)


def well_formed(document: Document) -> Found:
    """6.1.8: a score has what the CVSS schema of its version requires."""
    for pointer, key, score, _, _ in _scored(document):
        version = text(score, "version")
        needed = ["baseScore"] + (["baseSeverity"] if key != "cvss_v2" else [])
        if version not in KEYS[key]:
            yield f"{pointer}/version", f"the version {version!r} is none of {', '.join(KEYS[key])}"
        elif key != "cvss_v4" and read_vector(text(score, "vectorString"), version=version) is None:
            yield f"{pointer}/vectorString", f"{text(score, 'vectorString')!r:.100} is no CVSS {version} vector"
        for missing in needed:
            if missing not in score:
                yield pointer, f"{missing} is missing"


def computed(document: Document) -> Found:
    """6.1.9: scores and severities are what the vector gives."""
    for pointer, key, score, _, _ in _scored(document):
        found = scores(text(score, "vectorString"), version=text(score, "version")) if text(score, "version") in KEYS[key] else None
        if found is None or key == "cvss_v4":
            continue
        for part, is_so in (("base", found.base), ("temporal", found.temporal), ("environmental", found.environmental)):
            stated, rating = score.get(f"{part}Score"), score.get(f"{part}Severity")
            if isinstance(stated, int | float) and abs(stated - is_so) > 0.001:
                yield f"{pointer}/{part}Score", f"the vector gives {is_so}, not {stated}"
            if isinstance(rating, str) and key == "cvss_v3" and rating != severity(is_so):
                yield f"{pointer}/{part}Severity", f"the vector gives {severity(is_so)}, not {rating[:20]}"


def consistent(document: Document) -> Found:
    """6.1.10: the properties beside a vector say what the vector says."""
    for pointer, key, score, _, _ in _scored(document):
        if key == "cvss_v4" or text(score, "version") not in KEYS[key]:
            continue
        vector = read_vector(text(score, "vectorString"), version=text(score, "version")) or {}
        for name, (metric, words) in (WORDS2 if key == "cvss_v2" else WORDS3).items():
            stated, undefined = score.get(name), "ND" if key == "cvss_v2" else "X"
            if vector and isinstance(stated, str) and words.get(stated) != vector.get(metric, undefined):
                yield f"{pointer}/{name}", f"{stated[:30]!r} is not what the vector says"
