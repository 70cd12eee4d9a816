"""CSAF 2.0 and 2.1: what a document says of each vulnerability (2.0, section 3.2.3)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from wardround.core.advisories import read_csaf
from wardround.core.advisories._document import text, time_or_none
from wardround.core.claims._distributions import publisher_of
from wardround.core.claims._marks import marks_of
from wardround.core.claims._model import AFFECTED, UNAFFECTED, UNKNOWN, Document, Product, Said, Word
from wardround.core.claims._nodes import joined, node, objects, texts
from wardround.core.claims._products import Tree, read_tree
from wardround.core.claims._ranges import EVERY, model_named, models_in, numbered_models
from wardround.core.vocab._cves import CVE

STATUSES = {
    "known_affected": AFFECTED,
    "first_affected": AFFECTED,
    "last_affected": AFFECTED,
    "fixed": UNAFFECTED,
    "first_fixed": UNAFFECTED,
    "known_not_affected": UNAFFECTED,
    "under_investigation": UNKNOWN,
    "unknown": UNKNOWN,
    "recommended": "",
}
_REMEDIES = ("vendor_fix", "optional_patch", "fix_planned", "mitigation", "workaround", "no_fix_planned", "none_available")
_FEW = 3  # models that narrow a statement, as a reason names them
_MOST = 30  # remarks on one product that are shown


def read(raw: bytes | Mapping[str, Any], *, where: str, marks: str | None = None) -> Document:
    """One document. Raises BadInput, with the JSON pointer, where its head cannot be read."""
    head = read_csaf(raw, where=where)
    document = head.document
    publisher = document["document"]["publisher"]
    vendor = head.publisher if text(publisher, "category") == "vendor" else ""
    tree = read_tree(document, publisher=vendor)
    own = publisher_of(head.publisher)
    words = (_word(v, place, head.tracking_id, tree, own) for place, v in objects(document.get("vulnerabilities")))
    return Document(
        "csaf",
        head.subject,
        head.tracking_id,
        head.publisher,
        head.title,
        head.published,
        head.updated,
        tuple(words),
        marks=marks_of(document) if marks is None else marks,
        document=document,
    )


def _word(stated: Mapping[str, Any], place: int, tracking_id: str, tree: Tree, own: str) -> Word:
    cve = text(stated, "cve").strip().upper()
    ids = [text(one, "text").strip() for _, one in objects(stated.get("ids"))]
    subject = cve if CVE.fullmatch(cve) else next((i[:200] for i in ids if i), f"{tracking_id}#{place + 1}")
    at = f"/vulnerabilities/{place}"
    notes = {text(n, "category"): text(n, "text") for _, n in reversed(list(objects(stated.get("notes"))))}
    return Word(
        subject,
        text(stated, "title"),
        tuple(_said(stated, at, tree, own)),
        f"{at}/product_status",
        description=notes.get("summary") or notes.get("description") or "",
        cvss=_cvss(stated),
        references=tuple(url for _, r in objects(stated.get("references")) if (url := text(r, "url"))),
    )


def _said(stated: Mapping[str, Any], at: str, tree: Tree, own: str) -> Iterator[Said]:
    why, actions = _justifications(stated, tree), _actions(stated, tree)
    for status, listed in node(stated.get("product_status")).items():
        for place, product_id in enumerate(texts(listed) if status in STATUSES else ()):
            found = tree.products.get(product_id, ())
            effect = STATUSES[status] if len(found) < 2 else STATUSES[status] and UNKNOWN
            parts = tree.parts.get(product_id, ()) if found and effect == AFFECTED else ()
            models = [replace(p, name=m, entries=(EVERY,)) for p in found for m in _models(p)] if effect == AFFECTED else ()
            for product in (*found, *parts, *models):
                pointer = f"{at}/product_status/{status}/{place}"
                justification, action = why.of(product_id, "; "), actions.of(product_id, "\n")
                said = Said(product, status, effect, "", justification, action, pointer, why.dates.get(product_id))
                yield _of_distribution(said) if product.distribution and own == product.vendor else _plain(said)


def _models(product: Product) -> tuple[str, ...]:
    """Names of devices that stand where a version should."""
    name, number = product.name, product.versions
    return (*models_in(number), *(numbered_models(name, number) or model_named(name, number)))


def _plain(said: Said) -> Said:
    """The word of anybody but the distribution on its own package.

    *Not affected* for one architecture, or for some models, is no word on the others: a document need not list all of them.
    """
    product = replace(said.product, distribution=False)
    if said.effect != AFFECTED and product.models:
        listed = ", ".join(product.models[:_FEW])
        product = replace(product, platforms=(" on ".join((*product.platforms, f"model {listed} only")),))
    elif said.effect != AFFECTED and product.by_architecture:
        product = replace(product, platforms=tuple(f"{platform} only" for platform in product.platforms))
    return replace(said, product=product)


def _of_distribution(said: Said) -> Said:
    """A distribution's package: what is below the fixed version of its release is affected, what is above is not."""
    product = said.product
    if said.status not in ("fixed", "first_fixed") or not product.entries:
        entries = product.entries or (EVERY,)
        return replace(said, product=replace(product, entries=tuple({"versionType": "rpm", **entry} for entry in entries)))
    below = {"version": "0", "lessThan": product.versions, "versionType": "rpm"}
    return replace(said, product=replace(product, entries=(below,)), effect=AFFECTED, otherwise=UNAFFECTED)


class _Told:
    """What is told of products, by product, by group, or of all; filed once, so that a document of many of each stays quick."""

    def __init__(self, tree: Tree) -> None:
        self._filed: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
        self._groups = tree.groups
        self.dates: dict[str, datetime] = {}

    def file(self, stated: Mapping[str, Any], told: str, *, rank: int = 0) -> None:
        """One flag, threat or remediation: of what it names, or where it names nothing, of all (3.2.3.12, 3.2.3.14)."""
        keys = [(kind, i) for kind in ("product_ids", "group_ids") for i in texts(stated.get(kind))]
        for key in keys or [("", "")]:
            self._filed[key].append((rank, told))
        if at := time_or_none(stated.get("date")):
            self.dates |= {i: at for kind, i in keys if kind == "product_ids"}

    def of(self, product_id: str, between: str) -> str:
        """What is told of one product, once each, in order of rank."""
        groups = [("group_ids", group) for group in self._groups.get(product_id, [])[:_MOST]]
        keys = [("product_ids", product_id), *groups, ("", "")]
        found = sorted((t for key in keys for t in self._filed.get(key, [])[:_MOST]), key=lambda t: t[0])
        return between.join(dict.fromkeys(told for _, told in found if told))


def _justifications(stated: Mapping[str, Any], tree: Tree) -> _Told:
    """Why products are as they are: flags first, then impact statements."""
    found = _Told(tree)
    for _, flag in objects(stated.get("flags")):
        found.file(flag, text(flag, "label"))
    for _, threat in objects(stated.get("threats")):
        if text(threat, "category") == "impact":
            found.file(threat, text(threat, "details"), rank=1)
    return found


def _actions(stated: Mapping[str, Any], tree: Tree) -> _Told:
    """What to do about products: their remediations, a fix before what only helps."""
    found = _Told(tree)
    for _, remedy in objects(stated.get("remediations")):
        category = text(remedy, "category")
        rank = _REMEDIES.index(category) if category in _REMEDIES else len(_REMEDIES)
        told = joined(text(remedy, "details"), text(remedy, "url"))
        dated = f", {day:%Y-%m-%d}" if (day := time_or_none(remedy.get("date"))) else ""
        found.file(remedy, f"{category.replace('_', ' ')}{dated}: {told}", rank=rank)
    return found


def _cvss(stated: Mapping[str, Any]) -> str:
    """The highest base score, of the newest CVSS version that has one; empty: none."""
    scores = [s for _, s in objects(stated.get("scores"))]
    scores += [c for _, m in objects(stated.get("metrics")) if isinstance(c := m.get("content"), Mapping)]
    for version in ("cvss_v4", "cvss_v3", "cvss_v2"):
        parts = (s[version].get("baseScore") for s in scores if isinstance(s.get(version), Mapping))
        stands = [b for b in parts if isinstance(b, int | float) and not isinstance(b, bool) and 0 <= b <= 10]
        if stands:
            return f"{max(stands):.1f}"
    return ""
