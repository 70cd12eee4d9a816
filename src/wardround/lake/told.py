"""What people say is wrong with a verdict: a proposed vendor fact or name, each in a file of its own. It decides nothing."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from wardround.core.matching import Overrides
from wardround.core.names import Aliases, key_of
from wardround.core.vocab._canonical import canonical
from wardround.core.vocab._times import parse_time
from wardround.lake.files import written_whole

RIGHT = {"affected": "affected", "not_affected": "unaffected", "another_name": ""}
"""What it should be, and the status that a drafted fact gives to the version; a name is no fact."""

OVERRIDE = "override "


@dataclass(frozen=True)
class Told:
    """Somebody's word on one product's version and one record: what was answered, what is right, and on what that rests.

    It names no asset. `facts` are the overrides on this record that stood then: a later one settles it.
    """

    cve: str
    vendor: str
    product: str
    version: str
    verdict: str
    decided_by: str
    right: str
    says: str
    source: str
    organisation: str
    author: str
    at: datetime
    facts: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The same for the same words."""
        return f"told-{self.cve.casefold()}-{hashlib.sha256(canonical(self.document())).hexdigest()[:12]}"

    def document(self) -> dict[str, Any]:
        """As its file holds it."""
        return asdict(self) | {"at": self.at.isoformat(), "facts": list(self.facts)}

    def draft(self) -> dict[str, Any] | None:
        """An override for a person to check and complete: author, date and the other versions are left open. None for a name."""
        if not (status := RIGHT[self.right]):
            return None
        versions = [{"version": self.version, "status": status, "versionType": "custom"}] if self.version else []
        return {
            "id": self.id,
            "revision": 1,
            "cves": [self.cve],
            "vendor": self.vendor,
            "product": self.product,
            "kind": "statement",
            "statement": {"defaultStatus": "unknown", "versions": versions},
            "author": "",
            "source": self.source,
            "date": "",
            "reason": f"{' '.join(self.says.split())} (Told by {self.author}, {self.at:%d %B %Y}.) State the other versions too.",
            "supersedes": [self.decided_by.removeprefix(OVERRIDE)] if self.decided_by.startswith(OVERRIDE) else [],
        }


def tell(folder: Path, told: Told) -> None:
    """Keep one, whole; the same one twice is one."""
    with written_whole(folder, name=lambda: folder / f"{told.id}.json") as file:
        file.write(orjson.dumps(told.document(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def standing(folder: Path, *, overrides: Overrides, aliases: Aliases, cve: str = "") -> list[Told]:
    """Those that nobody has settled yet, newest first; of one record where it is given. What cannot be read is left out."""
    files = sorted(folder.glob(f"told-{re.sub(r'[^a-z0-9-]', '', cve.casefold())}*.json")) if folder.is_dir() else []
    found = [one for one in map(_read, files) if one and (not cve or one.cve == cve)]
    return sorted((one for one in found if not _settled(one, overrides.all, aliases)), key=lambda one: one.at, reverse=True)


def _settled(one: Told, facts: Iterable[Any], aliases: Aliases) -> bool:
    """True where a fact on this record and product came after it, or a decision on the product's name."""
    product = key_of(one.product)
    if one.right == "another_name":
        return any(alias.key[1] == product and alias.date >= one.at.date() for alias in aliases.all)
    return any(one.cve in fact.cves and fact.id not in one.facts and product in {p for _, p in fact.names} for fact in facts)


def _read(path: Path) -> Told | None:
    try:
        read = orjson.loads(path.read_bytes())
        told = Told(**read | {"at": parse_time(read["at"]), "facts": tuple(read["facts"])})
    except (ValueError, TypeError, KeyError):
        return None
    return told if told.right in RIGHT else None
