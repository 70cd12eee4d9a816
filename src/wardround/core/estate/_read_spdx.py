"""SPDX 2.3 JSON (https://spdx.github.io/spdx-spec/v2.3/)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from wardround.core.estate._gather import Gathering
from wardround.core.estate._model import Inventory
from wardround.core.estate._sbom import Identities, entries, texts, written_at
from wardround.core.vocab import BadInput

SUPPORTED = "SPDX-2.3"
NOT_SAID = {"NOASSERTION", "NONE"}
REFERENCES = {"purl": "purl", "cpe23Type": "cpe", "cpe22Type": "cpe"}
KINDS = ("Organization:", "Person:", "Tool:")


def read_spdx(document: Mapping[str, Any], *, data: bytes, into: Gathering) -> Inventory:
    """Every package. Raises BadInput for another spec version."""
    version = document.get("spdxVersion")
    if version != SUPPORTED:
        raise BadInput(
            f"this is {str(version)[:40]}; {SUPPORTED} JSON is read",
            where=f"{into.name} /spdxVersion",
            do="export it again as SPDX 2.3 JSON",
        )
    known = Identities(into)
    for where, package in entries(document.get("packages"), where="/packages", into=into):
        _add(where, package, into, known)
    creation = document.get("creationInfo")
    created = creation.get("created") if isinstance(creation, Mapping) else None
    taken_at = written_at(created, where="/creationInfo/created", into=into)
    return into.inventory(data, format="spdx-2.3", taken_at=taken_at)


def _add(where: str, package: Mapping[str, Any], into: Gathering, known: Identities) -> None:
    said = texts(package, {"product": "name", "version": "versionInfo"}, where=where, into=into)
    if said["version"] in NOT_SAID:
        said["version"] = ""
    said["vendor"] = _actor(package.get("supplier")) or _actor(package.get("originator"))
    said |= _references(package, where, into)
    said["asset_id"] = known.of(
        package.get("SPDXID"), where=where, otherwise=said.get("purl") or f"{said['product']}@{said['version']}"
    )
    purpose = package.get("primaryPackagePurpose")
    into.add(where, said, extra=MappingProxyType({"type": purpose} if isinstance(purpose, str) and purpose else {}))


def _actor(value: Any) -> str:
    """`Organization: Name (mail)` as the name; nothing for NOASSERTION (SPDX 2.3, 7.5)."""
    if not isinstance(value, str) or value.strip() in NOT_SAID:
        return ""
    name = value.strip()
    for kind in KINDS:
        if name.startswith(kind):
            name = name.removeprefix(kind).strip()
            return name[: name.rfind("(")].strip() if name.endswith(")") and "@" in name[name.rfind("(") :] else name
    return name


def _references(package: Mapping[str, Any], where: str, into: Gathering) -> dict[str, str]:
    """The first package URL and the first CPE name (2.3 before 2.2) among the external references (SPDX 2.3, annex F)."""
    found: dict[str, str] = {}
    for _, reference in entries(package.get("externalRefs"), where=f"{where}/externalRefs", into=into):
        kind, locator = reference.get("referenceType"), reference.get("referenceLocator")
        if isinstance(kind, str) and isinstance(locator, str):
            found.setdefault(kind, locator.strip())
    return {target: found[kind] for kind, target in reversed(REFERENCES.items()) if kind in found}
