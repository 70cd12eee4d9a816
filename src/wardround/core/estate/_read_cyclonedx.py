"""CycloneDX JSON 1.4, 1.5 and 1.6 (https://cyclonedx.org/specification/overview/)."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from wardround.core.estate._gather import Gathering
from wardround.core.estate._model import Inventory
from wardround.core.estate._sbom import Identities, entries, texts, written_at
from wardround.core.vocab import BadInput

SUPPORTED = ("1.4", "1.5", "1.6")


def read_cyclonedx(document: Mapping[str, Any], *, data: bytes, into: Gathering) -> Inventory:
    """Every component, nested ones and the subject itself, in document order. Raises BadInput for another spec version."""
    version = document.get("specVersion")
    if version not in SUPPORTED:
        raise BadInput(
            f"this is CycloneDX {version}; CycloneDX JSON {', '.join(SUPPORTED)} is read",
            where=f"{into.name} /specVersion",
            do="export it again in one of these versions",
        )
    metadata = document.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    known = Identities(into)
    for where, path, component in _components(document, metadata, into):
        _add(where, path, component, into, known)
    taken_at = written_at(metadata.get("timestamp"), where="/metadata/timestamp", into=into)
    return into.inventory(data, format=f"cyclonedx-{version}", taken_at=taken_at)


def _components(
    document: Mapping[str, Any], metadata: Mapping[str, Any], into: Gathering
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(JSON pointer, names of the parents, component), depth first, without recursion: nesting is the sender's to choose."""
    subject = [("/metadata/component", "", metadata["component"])] if isinstance(metadata.get("component"), Mapping) else []
    top = [(where, "", c) for where, c in entries(document.get("components"), where="/components", into=into)]
    waiting = [*reversed(top), *subject]
    while waiting:
        where, parents, component = waiting.pop()
        yield where, parents, component
        if "components" in component:
            path = f"{parents}{component.get('name')}/"[-200:]
            inner = entries(component["components"], where=f"{where}/components", into=into)
            waiting.extend((w, path, c) for w, c in reversed(list(inner)))


def _add(where: str, parents: str, component: Mapping[str, Any], into: Gathering, known: "Identities") -> None:
    said = texts(component, {"product": "name", "version": "version", "purl": "purl", "cpe": "cpe"}, where=where, into=into)
    group = component.get("group")
    group = group.strip() if isinstance(group, str) else ""
    said["vendor"] = _vendor(component) or group
    label = "/".join(part for part in (group, said["product"]) if part)
    said["asset_id"] = known.of(
        component.get("bom-ref"), where=where, otherwise=said["purl"] or f"{parents}{label}@{said['version']}"
    )
    extra = {key: value for key in ("type", "group", "scope") if isinstance(value := component.get(key), str) and value}
    into.add(where, said, extra=MappingProxyType(extra))


def _vendor(component: Mapping[str, Any]) -> str:
    """Who supplies it, else who made it, else who published it."""
    for key in ("supplier", "manufacturer", "publisher"):
        value = component.get(key)
        name = value.get("name") if isinstance(value, Mapping) else value
        if isinstance(name, str) and name.strip():
            return name.strip()
    return ""
