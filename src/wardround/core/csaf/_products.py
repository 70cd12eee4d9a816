"""Products: each reference defined, once, and none of two minds (CSAF 2.0, sections 6.1.1 to 6.1.6, 6.1.29, 6.1.31 to 6.1.33)."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from wardround.core.csaf._model import Document, Found, mapping, objects, text, texts

HOLDERS = ("remediations", "threats", "flags", "notes", "involvements", "ids", "metrics", "first_known_exploitation_dates")
STATUS_GROUPS = {
    "affected": ("first_affected", "known_affected", "last_affected"),
    "not affected": ("known_not_affected",),
    "fixed": ("first_fixed", "fixed"),
    "under investigation": ("under_investigation",),
    "unknown": ("unknown",),
}
JUSTIFICATIONS = frozenset(
    (
        "component_not_present",
        "inline_mitigations_already_exist",
        "vulnerable_code_cannot_be_controlled_by_adversary",
        "vulnerable_code_not_in_execute_path",
        "vulnerable_code_not_present",
    )
)
_RANGE = re.compile(r"[<>]|(?<![\w-])(?:after|all|before|earlier|later|prior|versions)(?![\w-])", re.ASCII | re.IGNORECASE)


def _references(document: Document) -> Iterator[tuple[str, str]]:
    tree = document.at("product_tree")
    for pointer, group in objects(tree, "product_groups", "/product_tree"):
        yield from texts(group, "product_ids", pointer)
    for pointer, relation in objects(tree, "relationships", "/product_tree"):
        for key in ("product_reference", "relates_to_product_reference"):
            if text(relation, key):
                yield f"{pointer}/{key}", text(relation, key)
    for pointer, path in objects(tree, "product_paths", "/product_tree"):
        if text(path, "beginning_product_reference"):
            yield f"{pointer}/beginning_product_reference", text(path, "beginning_product_reference")
        for below, step in objects(path, "subpaths", pointer):
            if text(step, "next_product_reference"):
                yield f"{below}/next_product_reference", text(step, "next_product_reference")
    yield from _in_notes(document, "product_ids")
    for pointer, vulnerability in document.vulnerabilities():
        status = mapping(vulnerability, "product_status")
        for key in status:
            yield from texts(status, key, f"{pointer}/product_status")
        for below, score in objects(vulnerability, "scores", pointer):
            yield from texts(score, "products", below)
        for below, metric in objects(vulnerability, "metrics", pointer):
            yield from texts(metric, "products", below)
        for holder in HOLDERS:
            for below, one in objects(vulnerability, holder, pointer):
                yield from texts(one, "product_ids", below)


def _in_notes(document: Document, key: str) -> Iterator[tuple[str, str]]:
    for pointer, note in objects(document.at("document"), "notes", "/document"):
        yield from texts(note, key, pointer)


def defined(document: Document) -> Found:
    """6.1.1: every product id that is used is defined."""
    known = {text(name, "product_id") for _, name, _ in document.products()}
    for pointer, used in _references(document):
        if used not in known:
            yield pointer, f"the product id {used!r} is used and defined nowhere"


def defined_once(document: Document) -> Found:
    """6.1.2: no product id is defined twice."""
    seen: set[str] = set()
    for pointer, name, _ in document.products():
        if (given := text(name, "product_id")) in seen:
            yield f"{pointer}/product_id", f"the product id {given!r} is defined twice"
        seen.add(given)


def defined_without_circle(document: Document) -> Found:
    """6.1.3: no product is defined by itself."""
    parts: dict[str, set[str]] = defaultdict(set)
    where: dict[str, str] = {}
    tree = document.at("product_tree")
    for pointer, relation in objects(tree, "relationships", "/product_tree"):
        name = relation.get("full_product_name")
        given = text(name, "product_id") if isinstance(name, Mapping) else ""
        parts[given] |= {text(relation, "product_reference"), text(relation, "relates_to_product_reference")}
        where.setdefault(given, f"{pointer}/full_product_name/product_id")
    for pointer, path in objects(tree, "product_paths", "/product_tree"):
        name = path.get("full_product_name")
        given = text(name, "product_id") if isinstance(name, Mapping) else ""
        parts[given].add(text(path, "beginning_product_reference"))
        parts[given] |= {text(step, "next_product_reference") for _, step in objects(path, "subpaths", pointer)}
        where.setdefault(given, f"{pointer}/full_product_name/product_id")
    for given, pointer in where.items():
        if _reaches(parts, given):
            yield pointer, f"the product {given!r} is defined by itself"


def _reaches(parts: Mapping[str, set[str]], start: str) -> bool:
    seen: set[str] = set()
    waiting = list(parts.get(start, ()))
    while waiting:
        one = waiting.pop()
        if one == start:
            return True
        if one not in seen:
            seen.add(one)
            waiting.extend(parts.get(one, ()))
    return False


def groups_defined(document: Document) -> Found:
    """6.1.4: every product group id that is used is defined."""
    known = set(document.groups())
    used = list(_in_notes(document, "group_ids"))
    for pointer, vulnerability in document.vulnerabilities():
        for holder in HOLDERS:
            for below, one in objects(vulnerability, holder, pointer):
                used.extend(texts(one, "group_ids", below))
    for pointer, given in used:
        if given not in known:
            yield pointer, f"the product group id {given!r} is used and defined nowhere"


def groups_defined_once(document: Document) -> Found:
    """6.1.5: no product group id is defined twice."""
    seen: set[str] = set()
    for pointer, group in objects(document.at("product_tree"), "product_groups", "/product_tree"):
        if (given := text(group, "group_id")) in seen:
            yield f"{pointer}/group_id", f"the product group id {given!r} is defined twice"
        seen.add(given)


def of_one_mind(document: Document) -> Found:
    """6.1.6: no product is in two contradicting groups of the status of one vulnerability."""
    for pointer, vulnerability in document.vulnerabilities():
        status = mapping(vulnerability, "product_status")
        said: dict[str, str] = {}
        for group, keys in STATUS_GROUPS.items():
            for key in keys:
                for below, product in texts(status, key, f"{pointer}/product_status"):
                    if said.setdefault(product, group) != group:
                        yield below, f"{product!r} is called {said[product]} and {group}"


def remedies_name_products(document: Document) -> Found:
    """6.1.29: a remediation names a product or a group."""
    yield from _without_product(document, "remediations")


def flags_name_products(document: Document) -> Found:
    """6.1.32: a flag names a product or a group."""
    yield from _without_product(document, "flags")


def _without_product(document: Document, holder: str) -> Found:
    for pointer, vulnerability in document.vulnerabilities():
        for below, one in objects(vulnerability, holder, pointer):
            if not one.get("product_ids") and not one.get("group_ids"):
                yield below, "it names no product and no group"


def versions_are_versions(document: Document) -> Found:
    """6.1.31: the name of a `product_version` is one version, no range."""
    for pointer, branch in document.branches():
        if text(branch, "category") == "product_version" and _RANGE.search(text(branch, "name")):
            yield f"{pointer}/name", f"{text(branch, 'name')!r:.80} is a range, and stands where one version should"


def one_justification(document: Document) -> Found:
    """6.1.33: at most one justification for each product of a vulnerability."""
    for pointer, vulnerability in document.vulnerabilities():
        given: Counter[str] = Counter()
        for below, flag in objects(vulnerability, "flags", pointer):
            if text(flag, "label") in JUSTIFICATIONS:
                given.update(named := document.named_by(flag))
                if twice := sorted(p for p in named if given[p] > 1):
                    yield below, f"{twice[0]!r} has more than one justification"


def branches_bounded(document: Document) -> Found:
    """6.1.34 of CSAF 2.1: no branch lies deeper than 30."""
    for pointer, _ in document.branches():
        if pointer.count("/branches/") > 30:
            yield pointer, "this branch lies deeper than 30"


def remedies_agree(document: Document) -> Found:
    """6.1.35 and 6.1.36 of CSAF 2.1: the remedies of a product contradict neither each other nor its status."""
    for pointer, vulnerability in document.vulnerabilities():
        said: dict[str, set[str]] = defaultdict(set)
        for _, one in objects(vulnerability, "remediations", pointer):
            for product in document.named_by(one):
                said[product].add(text(one, "category"))
        for product, categories in said.items():
            if any(one in categories and other in categories for one, other in CONTRADICTING_REMEDIES):
                yield f"{pointer}/remediations", f"the remedies of {product!r} contradict each other"


CONTRADICTING_REMEDIES = (
    ("none_available", "mitigation"),
    ("none_available", "workaround"),
    ("none_available", "vendor_fix"),
    ("none_available", "optional_patch"),
    ("none_available", "fix_planned"),
    ("no_fix_planned", "vendor_fix"),
    ("no_fix_planned", "fix_planned"),
    ("no_fix_planned", "optional_patch"),
    ("fix_planned", "vendor_fix"),
    ("fix_planned", "optional_patch"),
    ("vendor_fix", "optional_patch"),
)


def remedies_fit_status(document: Document) -> Found:
    """6.1.36 of CSAF 2.1: what is not affected or fixed needs no fix, and what is fixed has one."""
    against = {
        "not affected": {"vendor_fix", "mitigation", "workaround", "none_available", "no_fix_planned"},
        "affected": {"optional_patch"},
        "fixed": {"none_available", "fix_planned", "no_fix_planned", "mitigation", "workaround"},
    }
    for pointer, vulnerability in document.vulnerabilities():
        status = mapping(vulnerability, "product_status")
        for below, one in objects(vulnerability, "remediations", pointer):
            for product in sorted(document.named_by(one)):
                for group, categories in against.items():
                    named = {t for key in STATUS_GROUPS[group] for _, t in texts(status, key, "")}
                    if product in named and text(one, "category") in categories:
                        yield below, f"{product!r} is called {group}, and its remedy is {text(one, 'category')[:30]}"
