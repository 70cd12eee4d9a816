"""What a check finds, and how a document is walked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that a mandatory test of the standard forbids: which test, where (JSON pointer), what."""

    test: str
    instance_path: str
    message: str


Found = Iterator[tuple[str, str]]
"""JSON pointer and message, as each test yields them."""


@dataclass(frozen=True)
class Document:
    """A CSAF document of either version, walked without trusting its shape: what is not of the expected type is not there."""

    content: Mapping[str, Any]

    @property
    def is_21(self) -> bool:
        """True for CSAF 2.1."""
        return self.at("document").get("csaf_version") == "2.1"

    def at(self, *keys: str) -> Mapping[str, Any]:
        """The object under these keys, or an empty one."""
        node: Any = self.content
        for key in keys:
            node = node.get(key) if isinstance(node, Mapping) else None
        return node if isinstance(node, Mapping) else {}

    @property
    def category(self) -> str:
        """The profile that the document claims."""
        return text(self.at("document"), "category")

    @property
    def tracking(self) -> Mapping[str, Any]:
        """Its id, version, status and history."""
        return self.at("document", "tracking")

    def vulnerabilities(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Each vulnerability with its pointer."""
        yield from objects(self.content, "vulnerabilities", "")

    def products(self) -> Iterator[tuple[str, Mapping[str, Any], str]]:
        """Every definition of a product: pointer of the full product name, the name itself, category of its branch (or empty)."""
        tree = self.at("product_tree")
        for pointer, name in objects(tree, "full_product_names", "/product_tree"):
            yield pointer, name, ""
        for pointer, branch in self.branches():
            if isinstance(branch.get("product"), Mapping):
                yield f"{pointer}/product", branch["product"], text(branch, "category")
        for pointer, relation in objects(tree, "relationships", "/product_tree"):
            if isinstance(relation.get("full_product_name"), Mapping):
                yield f"{pointer}/full_product_name", relation["full_product_name"], ""
        if self.is_21:
            for pointer, path in objects(tree, "product_paths", "/product_tree"):
                if isinstance(path.get("full_product_name"), Mapping):
                    yield f"{pointer}/full_product_name", path["full_product_name"], ""

    def branches(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Every branch of the product tree with its pointer, without recursion: a hostile tree may be deep."""
        waiting = list(objects(self.at("product_tree"), "branches", "/product_tree"))
        while waiting:
            pointer, branch = waiting.pop()
            yield pointer, branch
            waiting.extend(objects(branch, "branches", pointer))

    def groups(self) -> dict[str, set[str]]:
        """Product group id -> the product ids in it."""
        found: dict[str, set[str]] = {}
        for _, group in objects(self.at("product_tree"), "product_groups", "/product_tree"):
            found.setdefault(text(group, "group_id"), set()).update(t for _, t in texts(group, "product_ids", ""))
        return found

    def named_by(self, holder: Mapping[str, Any]) -> set[str]:
        """The product ids that a remediation, threat or flag speaks of, by itself and by its groups."""
        groups = self.groups()
        direct = {t for _, t in texts(holder, "product_ids", "")}
        return direct.union(*(groups.get(g, set()) for _, g in texts(holder, "group_ids", "")))


def objects(node: Mapping[str, Any], key: str, pointer: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each object of a list with its pointer."""
    listed = node.get(key)
    for i, one in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(one, Mapping):
            yield f"{pointer}/{key}/{i}", one


def texts(node: Mapping[str, Any], key: str, pointer: str) -> Iterator[tuple[str, str]]:
    """Each text of a list with its pointer."""
    listed = node.get(key)
    for i, one in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(one, str):
            yield f"{pointer}/{key}/{i}", one


def text(node: Mapping[str, Any], key: str) -> str:
    """The text under a key, or empty."""
    found = node.get(key)
    return found if isinstance(found, str) else ""


def mapping(node: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The object under a key, or an empty one."""
    found = node.get(key)
    return found if isinstance(found, Mapping) else {}
