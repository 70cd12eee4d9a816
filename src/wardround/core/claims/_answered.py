"""A supplier's answers as the CSAF document that they would have published (profile VEX: CSAF 2.0, section 4.5)."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from wardround.core.versions import Vers
from wardround.core.vocab import BadInput

STATUSES = {
    "affected": "known_affected",
    "not_affected": "known_not_affected",
    "fixed": "fixed",
    "investigating": "under_investigation",
}
CLEARING = ("not_affected", "fixed")
EVERY = "vers:all/*"
_SINGLE = re.compile(r"(?!.*(?:\A|\.)[xX*]+(?:\.|\Z))[vV]?([\w.+:~-]+?)(?:\.0+)*", re.ASCII)
ANSWER = "WR-ANSWER-"
"""How the id of such a document begins."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Of which versions of the product what holds, since when. No `versions`: every one. `fix_on`: when a fix is due."""

    versions: tuple[str, ...]
    status: str
    at: datetime
    why: str = ""
    action: str = ""
    fix_on: date | None = None


def standing(answers: Sequence[Answered]) -> tuple[Answered, ...]:
    """What holds of these answers (oldest first): a later one takes the place of earlier ones for the versions that it names.

    One on every version takes the place of all before it. What was cleared is so no longer once a range that may hold it is said
    not to be. Raises BadInput for a status that is none.
    """
    held: list[Answered] = []
    for one in answers:
        if one.status not in STATUSES:
            raise BadInput(f"{one.status!r} is no answer", where="status", do="use " + ", ".join(STATUSES))
        rest = [(b, tuple(v for v in b.versions if v not in one.versions and not _gives_way(v, b, one))) for b in held]
        held = [
            Answered(left, before.status, before.at, before.why, before.action, before.fix_on)
            for before, left in rest
            if one.versions and (left or not before.versions)
        ]
        held.append(one)
    return tuple(held)


def _gives_way(version: str, before: Answered, later: Answered) -> bool:
    """Was a version cleared on an earlier day, and does a later answer on a range, or on it as others write it, say otherwise?"""
    if before.status not in CLEARING or later.status in CLEARING or later.at <= before.at:
        return False
    return any(_may_hold(text, version) for text in later.versions)


def _may_hold(text: str, version: str) -> bool:
    single, other = _SINGLE.fullmatch(version.strip()), _SINGLE.fullmatch(text.strip())
    if single is None:
        return other is None
    if other is not None:
        return single[1] == other[1]
    try:
        return Vers.read(text).contains(single[1])
    except BadInput:
        return True


def answer_document(
    answers: Sequence[Answered], *, cve: str, vendor: str, product: str, supplier: str, namespace: str
) -> Mapping[str, Any]:
    """A valid CSAF 2.0 document of all that a supplier answered on one product and CVE, oldest answer first.

    Its tracking id is that of supplier, product and CVE: a document of more answers is a new version of the same one.
    """
    held = standing(answers)
    mark = hashlib.sha256("\0".join((namespace, vendor, product, cve)).encode()).hexdigest()[:12]
    branches: list[Mapping[str, Any]] = []
    statuses: dict[str, list[str]] = {}
    notes: list[Mapping[str, Any]] = []
    remedies: list[Mapping[str, Any]] = []
    for number, one in enumerate(held, 1):
        ids = [f"P{number}-{place}" for place, _ in enumerate(one.versions or (EVERY,), 1)]
        for own, version in zip(ids, one.versions or (EVERY,), strict=True):
            kind = "product_version_range" if version.startswith("vers:") else "product_version"
            named = {"product_id": own, "name": f"{vendor} {product} {'' if version == EVERY else version}".strip()}
            branches.append({"category": kind, "name": version, "product": named})
        statuses.setdefault(STATUSES[one.status], []).extend(ids)
        if one.why:
            notes.append({"category": "impact", "details": one.why, "product_ids": ids})
        if one.status == "affected":
            remedies.append(_remedy(one, ids))
    history = [{"number": str(n), "date": one.at.isoformat(), "summary": "Answered."} for n, one in enumerate(answers, 1)]
    vulnerability: dict[str, Any] = {
        "cve": cve,
        "notes": [{"category": "description", "text": f"{supplier}'s answer to an alert on {cve}."}],
        "product_status": statuses,
    }
    vulnerability |= {"threats": notes} if notes else {}
    vulnerability |= {"remediations": remedies} if remedies else {}
    return {
        "document": {
            "category": "csaf_vex",
            "csaf_version": "2.0",
            "title": f"{supplier} on {cve} in {product}",
            "publisher": {"category": "vendor", "name": supplier, "namespace": namespace},
            "tracking": {
                "id": f"{ANSWER}{mark}",
                "initial_release_date": answers[0].at.isoformat(),
                "current_release_date": answers[-1].at.isoformat(),
                "revision_history": history,
                "status": "final",
                "version": str(len(answers)),
            },
        },
        "product_tree": {
            "branches": [
                {
                    "category": "vendor",
                    "name": vendor,
                    "branches": [{"category": "product_name", "name": product, "branches": branches}],
                }
            ]
        },
        "vulnerabilities": [vulnerability],
    }


def _remedy(one: Answered, ids: Sequence[str]) -> dict[str, Any]:
    """What to do about an *affected*: the profile asks for a remediation."""
    due = f" A fix is due on {one.fix_on}." if one.fix_on else ""
    said = (one.action + due).strip()
    kind = "mitigation" if one.action else "none_available"
    return {"category": kind, "details": said or "No fix is stated yet.", "product_ids": list(ids)}
