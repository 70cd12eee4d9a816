"""Reading an override from JSON, and refusing what is not one."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from wardround.core.matching._branches import Branches
from wardround.core.matching._entries import STATUSES
from wardround.core.matching._orders import is_plain
from wardround.core.matching._product_branches import ProductBranches
from wardround.core.matching._read_product_branches import read_product_branches
from wardround.core.vocab import BadInput, name_key
from wardround.core.vocab._cves import CVE

_Day = date
KINDS = ("branch-fixes", "product-branches", "statement")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{2,80}", re.ASCII)
_HELP = "see the bundled ones with `wardround override list --json`"


@dataclass(frozen=True)
class Override:
    """A vendor's fact on records that lack it: who wrote it down, from which source, stated when, and why it is needed.

    Of kind `branch-fixes` it has `branches`, of kind `product-branches` it has `product_branches`; of kind `statement` it has
    `statement`, an `affected` object as in the CVE Record Format. `date` is when the vendor stated it; `supersedes` names the
    overrides that it takes the place of; `also` are further names, vendor and product, under which records and inventories know it.
    `confirmed_by` are published texts (URLs) that it was held against on the day `confirmed_on`; `unconfirmed` says why there is
    none, and every *not affected* of it is then assumed.
    """

    id: str
    revision: int
    cves: tuple[str, ...]
    vendor: str
    product: str
    kind: str
    author: str
    source: str
    date: date
    reason: str
    supersedes: tuple[str, ...]
    where: str
    branches: Branches | None
    statement: Mapping[str, Any]
    product_branches: ProductBranches | None = None
    also: tuple[tuple[str, str], ...] = ()
    confirmed_by: tuple[str, ...] = ()
    confirmed_on: _Day | None = None
    unconfirmed: str = ""

    @property
    def names(self) -> tuple[tuple[str, str], ...]:
        """Vendor and product as name keys, its own first, then the further ones."""
        every = ((self.vendor, self.product), *self.also)
        return tuple(dict.fromkeys((name_key(vendor), name_key(product)) for vendor, product in every))


def read_overrides(raw: bytes, *, where: str) -> Iterator[Override]:
    """The overrides of one JSON document: one object, or a list of them. Raises BadInput with the place in it."""
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"not JSON: {error}", where=where, do=_HELP) from None
    many = isinstance(document, list)
    for place, one in enumerate(document if many else [document]):
        yield _read(one, where=where, pointer=f"/{place}" if many else "")


def _read(raw: Any, *, where: str, pointer: str) -> Override:
    def refuse(key: str, what: str) -> BadInput:
        return BadInput(what, where=f"{where} {pointer}/{key}", do=_HELP)

    if not isinstance(raw, dict):
        raise BadInput("an override is a JSON object", where=f"{where} {pointer}", do=_HELP)

    def text(key: str) -> str:
        value = raw.get(key)
        if not isinstance(value, str) or not value.strip():
            raise refuse(key, f"{key!r} must be a text that is not empty")
        return value.strip()

    def texts(key: str) -> tuple[str, ...]:
        value = raw.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise refuse(key, f"{key!r} must be a list of texts")
        return tuple(value)

    cves, revision = tuple(c.strip().upper() for c in texts("cves")), raw.get("revision", 1)
    if not cves or not all(CVE.fullmatch(c) for c in cves):
        raise refuse("cves", "'cves' must list at least one CVE id, and nothing else")
    if not _ID.fullmatch(text("id")):
        raise refuse("id", "'id' may hold small letters, digits and hyphens, 3 to 81 of them")
    if not isinstance(revision, int) or isinstance(revision, bool) or revision < 1:
        raise refuse("revision", "'revision' must be a whole number from 1")
    try:
        stated = date.fromisoformat(text("date"))
    except ValueError:
        raise refuse("date", "'date' must be the day on which the vendor stated it, like 2025-05-13") from None
    if (kind := text("kind")) not in KINDS:
        raise refuse("kind", f"'kind' must be one of {', '.join(KINDS)}")
    return Override(
        id=text("id"),
        revision=revision,
        cves=cves,
        vendor=text("vendor"),
        product=text("product"),
        kind=kind,
        author=text("author"),
        source=text("source"),
        date=stated,
        reason=text("reason"),
        supersedes=texts("supersedes"),
        where=where,
        branches=_branches(raw, refuse) if kind == "branch-fixes" else None,
        statement=_statement(raw, refuse) if kind == "statement" else {},
        product_branches=read_product_branches(raw, refuse) if kind == "product-branches" else None,
        also=_also(raw, refuse),
        **_confirmed(raw, refuse),
    )


def _confirmed(raw: Mapping[str, Any], refuse: Any) -> dict[str, Any]:
    """`{"confirmed": {"by": [URL...], "on": day}}`, or `{"unconfirmed": why}`, or neither; never both."""
    said, why = raw.get("confirmed"), raw.get("unconfirmed", "")
    if not isinstance(why, str) or (why and said is not None):
        raise refuse("unconfirmed", "'unconfirmed' must be a text, and stands instead of 'confirmed'")
    if said is None:
        return {"unconfirmed": why.strip()}
    by = said.get("by") if isinstance(said, dict) else None
    if not isinstance(by, list) or not by or not all(isinstance(one, str) and one.startswith("https://") for one in by):
        raise refuse("confirmed", "'confirmed' must have 'by', a list of https addresses, and the day 'on'")
    try:
        return {"confirmed_by": tuple(by), "confirmed_on": date.fromisoformat(said.get("on"))}
    except (TypeError, ValueError):
        raise refuse("confirmed", "'confirmed' must have 'on', the day on which it was checked, like 2025-05-13") from None


def _also(raw: Mapping[str, Any], refuse: Any) -> tuple[tuple[str, str], ...]:
    listed = raw.get("also", [])
    pairs = [pair for pair in listed if isinstance(pair, list) and len(pair) == 2] if isinstance(listed, list) else None
    if (
        pairs is None
        or len(pairs) < len(listed)
        or not all(isinstance(v, str) and isinstance(p, str) and p.strip() for v, p in pairs)
    ):
        raise refuse("also", "'also' must list further names as [vendor, product]; the vendor may be empty")
    return tuple((vendor, product) for vendor, product in pairs)


def _branches(raw: Mapping[str, Any], refuse: Any) -> Branches:
    parts = raw.get("version_parts"), raw.get("branch_parts")
    whole, branch = parts
    if not isinstance(whole, int) or not isinstance(branch, int) or not 1 <= branch <= whole <= 8:
        raise refuse(
            "branch_parts", "'branch_parts' and 'version_parts' must be numbers with 1 <= branch_parts <= version_parts <= 8"
        )
    listed = raw.get("fixed")
    if not isinstance(listed, list) or not listed or not all(isinstance(v, str) and is_plain(v) for v in listed):
        raise refuse("fixed", "'fixed' must list the first fixed version of each branch, as plain dotted numbers")
    fixed = tuple(sorted(tuple(int(p) for p in v.lstrip("vV").split(".")) for v in listed))
    if any(len(v) != whole for v in fixed):
        raise refuse("fixed", f"every version in 'fixed' must have {whole} parts")
    if len({v[:branch] for v in fixed}) < len(fixed):
        raise refuse("fixed", "two versions in 'fixed' are of the same branch")
    return Branches(fixed, branch, whole)


def _statement(raw: Mapping[str, Any], refuse: Any) -> Mapping[str, Any]:
    statement = raw.get("statement")
    if not isinstance(statement, dict) or not isinstance(statement.get("versions", []), list):
        raise refuse("statement", "'statement' must be an `affected` object of the CVE Record Format")
    stated = [
        statement.get("defaultStatus", "unknown"),
        *(v.get("status") for v in statement.get("versions", []) if isinstance(v, dict)),
    ]
    known = all(isinstance(status, str) and status in STATUSES for status in stated)
    if not known or len(stated) != 1 + len(statement.get("versions", [])):
        raise refuse("statement", f"every status must be one of {', '.join(STATUSES)}")
    return statement
