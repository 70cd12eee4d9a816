"""The product tree of a CSAF document (2.0, section 3.2.2; of 2.1 also `product_paths`): which product an id stands for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wardround.core.advisories._document import text
from wardround.core.claims._distributions import platform_of_cpe
from wardround.core.claims._identifiers import Package, name_of_cpe, package_of
from wardround.core.claims._model import Product
from wardround.core.claims._nodes import joined, node, objects, texts
from wardround.core.claims._ranges import EVERY, entries, numbered_models, of_model, series_named

_DEEPEST = 40  # levels of branches, and products that stand on products: a document that goes deeper is not followed
_MOST_SAME = 20  # products that one id stands for: more than one is a fault already (CSAF 2.0, 6.1.2), and they multiply
_NARROWING = ("architecture", "platform", "language", "specification", "host_name")
_IN_VERSION = ("service_pack", "patch_level")
_CONTAINS = ("default_component_of",)


@dataclass(frozen=True, slots=True)
class Tree:
    """Products by id; `parts` are those that contain another one (which is then affected with it); `groups` are those of an id."""

    products: Mapping[str, tuple[Product, ...]]
    parts: Mapping[str, tuple[Product, ...]]
    groups: Mapping[str, Sequence[str]]


def read_tree(document: Mapping[str, Any], *, publisher: str) -> Tree:
    """The tree of a document; `publisher` names the vendor where the tree does not and the publisher is one.

    What cannot be read is passed over: the ids of it then stand for nothing.
    """
    tree = node(document.get("product_tree"))
    found: dict[str, list[Product]] = {}
    cpes: dict[str, str] = {}
    for stated, path, pointer in _stated(tree):
        if (product_id := text(stated, "product_id")) and len(listed := found.setdefault(product_id, [])) < _MOST_SAME:
            listed.append(_product(stated, path, pointer, publisher))
            cpes.setdefault(product_id, _cpe(stated))
    products = {key: tuple(listed) for key, listed in found.items()}
    parts: dict[str, tuple[Product, ...]] = {}
    for link in _links(tree):
        if link.id and link.id not in products and link.component in products:
            narrowed = tuple(_narrowed(p, link, products, cpes) for p in products[link.component])
            products[link.id] = narrowed
            cpes[link.id] = cpes.get(link.bases[0], "")
            if link.category in _CONTAINS and len(link.bases) == 1 and not any(p.distribution for p in narrowed):
                parts[link.id] = products.get(link.bases[0], ())
    return Tree(products, parts, _groups(tree))


@dataclass(frozen=True, slots=True)
class _Link:
    """One product on, with or in another."""

    id: str
    name: str
    category: str
    component: str
    bases: tuple[str, ...]


def _stated(tree: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], tuple[tuple[str, str], ...], str]]:
    """Every full product name, with the branches above it as (category, name)."""
    for place, one in objects(tree.get("full_product_names")):
        yield one, (), f"/product_tree/full_product_names/{place}"
    waiting: list[tuple[Mapping[str, Any], tuple[tuple[str, str], ...], str]] = [(tree, (), "/product_tree")]
    while waiting:
        above, path, pointer = waiting.pop()
        for place, branch in objects(above.get("branches")):
            below, at = (*path, (text(branch, "category"), text(branch, "name"))), f"{pointer}/branches/{place}"
            if isinstance(product := branch.get("product"), Mapping):
                yield product, below, f"{at}/product"
            if len(below) < _DEEPEST:
                waiting.append((branch, below, at))


def _product(stated: Mapping[str, Any], path: Sequence[tuple[str, str]], pointer: str, publisher: str) -> Product:
    """The product of a full name: by its branches, else by its CPE or package URL, else by its name alone."""
    named = dict(path)
    cpe, package = _cpe(stated), package_of(_purl(stated))
    version, is_range = named.get("product_version", ""), False
    if "product_version_range" in named:
        version, is_range = named["product_version_range"], True
    version = joined(version, *(named.get(key, "") for key in _IN_VERSION))
    vendor = named.get("vendor", "") or (package.vendor if package else "") or name_of_cpe(cpe)[0] or publisher
    name = named.get("product_name") or named.get("legacy") or named.get("product_family") or ""
    if package and (package.distribution or not (name or version)):
        name, version, is_range = package.name, package.version, False
    elif not name:
        name = name_of_cpe(cpe)[1] or text(stated, "name")
        version = ("" if version == name else version) or name_of_cpe(cpe)[2]
    name, version = series_named(name.strip(), version)
    plain, model = of_model(version)
    if numbered_models(name, version):
        plain, model = "*", version
    return Product(
        vendor.strip(),
        name.strip(),
        version,
        _typed(entries(plain, is_range=is_range) if version else (), package),
        package=package.name if package else "",
        platforms=_one_platform(named[key] for key in _NARROWING if named.get(key)),
        cpes=(cpe,) if cpe else (),
        purl=_purl(stated),
        by_architecture=bool(named.get("architecture")),
        models=(model,) if model else tuple(texts(_helper(stated).get("model_numbers"))),
        pointer=pointer,
    )


def _one_platform(narrowing: Iterable[str]) -> tuple[str, ...]:
    """All of them together as one platform: a list of platforms would mean any of them."""
    listed = tuple(dict.fromkeys(narrowing))
    return (" on ".join(listed),) if listed else ()


def _typed(found: tuple[Mapping[str, Any], ...], package: Package | None) -> tuple[Mapping[str, Any], ...]:
    """Entries with the version order of the package's type, where they state none."""
    if package is None or not package.scheme:
        return found
    typed = ({**entry, "versionType": package.scheme} for entry in found)
    return tuple(entry if "versionType" in entry or entry == EVERY else more for entry, more in zip(found, typed, strict=True))


def _narrowed(product: Product, link: _Link, products: Mapping[str, tuple[Product, ...]], cpes: Mapping[str, str]) -> Product:
    """The component on its base: on a release of a distribution it is that one's package; any other base is its platform."""
    if platform := platform_of_cpe(cpes.get(link.bases[0], "")):
        package = package_of(product.purl)
        name = package.name if package else product.name
        return replace(product, vendor="redhat", name=name, package=name, platforms=(platform,), distribution=True)
    bases = [products.get(base, ()) for base in link.bases]
    shown = (joined(base[0].name, base[0].versions) if base else link.name for base in bases)
    return replace(product, platforms=_one_platform((*product.platforms, *shown)))


def _links(tree: Mapping[str, Any]) -> Iterator[_Link]:
    """Relationships (and 2.1's paths), each after those that it stands on; those that stand on themselves are left out."""
    stated = []
    for _, one in objects(tree.get("relationships")):
        step = {"category": one.get("category"), "next_product_reference": one.get("relates_to_product_reference")}
        stated.append(_link(one, "product_reference", [step]))
    for _, one in objects(tree.get("product_paths")):
        stated.append(_link(one, "beginning_product_reference", [step for _, step in objects(one.get("subpaths"))]))
    waiting = {link.id: link for link in stated if link.bases}
    for _ in range(_DEEPEST):
        ready = [link for link in waiting.values() if not {link.component, *link.bases} & waiting.keys()]
        yield from ready
        for link in ready:
            del waiting[link.id]
        if not ready:
            return


def _link(stated: Mapping[str, Any], component: str, steps: Sequence[Mapping[str, Any]]) -> _Link:
    name = node(stated.get("full_product_name"))
    bases = tuple(text(step, "next_product_reference") for step in steps)
    category = text(steps[0], "category") if steps else ""
    return _Link(text(name, "product_id"), text(name, "name"), category, text(stated, component), bases)


def _groups(tree: Mapping[str, Any]) -> dict[str, list[str]]:
    """The groups that each product belongs to."""
    found: dict[str, list[str]] = {}
    for _, group in objects(tree.get("product_groups")):
        if group_id := text(group, "group_id"):
            for product_id in texts(group.get("product_ids")):
                found.setdefault(product_id, []).append(group_id)
    return found


def _helper(stated: Mapping[str, Any]) -> Mapping[str, Any]:
    return node(stated.get("product_identification_helper"))


def _cpe(stated: Mapping[str, Any]) -> str:
    return text(_helper(stated), "cpe")


def _purl(stated: Mapping[str, Any]) -> str:
    """The package URL: `purl` in 2.0, the first of `purls` in 2.1."""
    helper = _helper(stated)
    return text(helper, "purl") or next(iter(texts(helper.get("purls"))), "")
