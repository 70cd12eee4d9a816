"""What a document says, in the form that CVE records give to `affected`; and the same as claims to be shown."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from wardround.core.advisories import Container
from wardround.core.claims._model import AFFECTED, UNAFFECTED, UNKNOWN, Claim, Document, Product, Said
from wardround.core.claims._nodes import joined
from wardround.core.claims._ranges import EVERY, EXCLUDED

_HEAVIEST = (AFFECTED, UNKNOWN, UNAFFECTED)
Entry = tuple[Mapping[str, Any], Said]


def containers(document: Document, subject: str, *, stated_at: datetime | None = None) -> tuple[Container, ...]:
    """What the document says of one vulnerability: a distribution's word on its packages, and a supplier's on the rest.

    `stated_at` is when this version of it counts from (its own date, if not given). Of a marked document every status is `unknown`:
    it never decides alone.
    """
    return tuple(
        Container(
            document.id,
            f"{document.id} {word.pointer}",
            _objects([said for said in word.said if said.effect and said.product.distribution is own], document.marks),
            kind="distribution" if own else "supplier",
            source=_credit(document),
            stated_at=stated_at or document.updated,
            marks=document.marks,
        )
        for word in document.words_on(subject)
        for own in (True, False)
        if any(said.effect and said.product.distribution is own for said in word.said)
    )


def claims(document: Document, subject: str = "", *, stated_at: datetime | None = None) -> tuple[Claim, ...]:
    """Every status that the document gives to a product, of one vulnerability or of all, in the document's order."""
    return tuple(
        Claim(
            word.subject,
            said.product.vendor,
            said.product.name,
            said.product.versions,
            said.status,
            said.justification,
            said.action,
            _credit(document),
            said.stated_at or stated_at or document.updated,
            said.pointer,
            document.marks,
        )
        for word in (document.words_on(subject) if subject else document.words)
        for said in word.said
    )


def _credit(document: Document) -> str:
    """Who says it, and in which document."""
    return joined(document.publisher, document.id, by=", ")


def _objects(listed: Sequence[Said], marks: str) -> list[Mapping[str, Any]]:
    """One object for each product, platform and default, with the entries of every statement on it."""
    grouped: dict[tuple[Any, ...], list[Said]] = defaultdict(list)
    for said in listed:
        p = said.product
        cpes = p.cpes if not p.distribution else ()
        key = (p.vendor, p.name, p.package, p.platforms, cpes, _bare(p.purl), said.otherwise, _stream(p))
        grouped[key].append(said)
    return [_object(said[0].product, said, marks) for said in grouped.values()]


def _stream(product: Product) -> str:
    """Whose versions compare: commits with commits; of packages of a module (`.module`) those with the same first number."""
    if any(entry.get("versionType") == "git" for entry in product.entries):
        return "git"
    modular = product.distribution and ".module" in product.versions
    return product.versions.rpartition(":")[2].partition(".")[0] if modular else ""


def _object(product: Product, listed: Sequence[Said], marks: str) -> dict[str, Any]:
    otherwise = UNKNOWN if marks else listed[0].otherwise
    named = {
        "vendor": product.vendor,
        "product": product.name,
        "packageName": product.package,
        "packageURL": _bare(product.purl),
        "cpes": list(product.cpes),
        "platforms": list(product.platforms),
        "defaultStatus": otherwise,
    }
    affected: dict[str, Any] = {key: value for key, value in named.items() if value or key in ("vendor", "product")}
    affected["versions"] = [_entry(entry, status, pointer) for entry, status, pointer in _ordered(listed, marks)]
    return affected


def _entry(entry: Mapping[str, Any], status: str, pointer: str) -> dict[str, Any]:
    return {k: v for k, v in entry.items() if k != EXCLUDED} | {"status": status, "pointer": pointer}


def _ordered(listed: Sequence[Said], marks: str) -> Iterator[tuple[Mapping[str, Any], str, str]]:
    """Exact versions first, what covers everything last, so that the narrower word decides; the heavier first among equals.

    The same entry with two statuses contradicts itself (CSAF 2.0, section 6.1.6), and is unknown.
    """
    statuses: dict[tuple[tuple[str, Any], ...], dict[str, str]] = defaultdict(dict)
    for said in listed:
        for entry in said.product.entries or (EVERY,):
            effect = UNKNOWN if marks or entry.get(EXCLUDED) else said.effect
            statuses[tuple(sorted(entry.items()))].setdefault(effect, said.pointer)
    rows = [(dict(key), *_one(found)) for key, found in statuses.items()]
    return iter(sorted(rows, key=lambda row: (_width(row[0]), _HEAVIEST.index(row[1]))))


def _one(found: Mapping[str, str]) -> tuple[str, str]:
    return next(iter(found.items())) if len(found) == 1 else (UNKNOWN, next(iter(found.values())))


def _width(entry: Mapping[str, Any]) -> int:
    if {k: entry.get(k) for k in EVERY} == EVERY:
        return 2
    return int("lessThan" in entry or "lessThanOrEqual" in entry or entry["version"][:1] in "<>")


def _bare(purl: str) -> str:
    """A package URL without version, qualifiers and subpath."""
    head = purl.split("?")[0].split("#")[0]
    at = head.rfind("@")
    return head[:at] if at > head.rfind("/") else head


def subjects(document: Document) -> tuple[str, ...]:
    """The vulnerabilities that the document speaks of: CVE ids, or the document's own where it has none."""
    return tuple(dict.fromkeys(word.subject for word in document.words))
