"""What a fictitious nation can have installed: products with their versions, newest first, in pools."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from wardround.core.advisories import Advisory
from wardround.lake.statements import Statements

ODD = ("", "unknown", "see asset tag")
"""What inventories have where a version should be; the first part of a true version is the fourth."""

RECORDS = 12  # of one product are read for its versions
VERSIONS = 60  # of one product exist at most
_EVER = datetime(9999, 1, 1, tzinfo=UTC)
_PLAIN = re.compile(r"\d[0-9A-Za-z.+~_-]{0,39}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Product:
    """One product of a pool. `versions` are newest first; its odd ones (see `ODD`) come after them."""

    vendor: str
    name: str
    versions: tuple[str, ...]
    pool: str
    scheme: str = ""
    purl: str = ""
    platform: str = ""
    distribution: str = ""

    @property
    def all_versions(self) -> tuple[str, ...]:
        """Its versions, then the odd ones."""
        return (*self.versions, *ODD, re.split(r"[.\-:]", self.versions[0])[0] + ".x")


@cache
def table(name: str) -> dict[str, Any]:
    """One of our own tables."""
    loaded: dict[str, Any] = json.loads(resources.files(__package__).joinpath(f"tables/{name}.json").read_bytes())
    return loaded


def products(feeds: Path | None) -> list[Product]:
    """Every product of the nation, pool by pool, most common first: from the feeds in this folder, else from our own small list.

    The same list for the same feeds, whichever way they were synced. Raises BadInput where there are no feeds in the folder.
    """
    classes = table("classes")
    found = dict(_own())
    if feeds is not None:
        for pool, listed in _from_feeds(feeds).items():
            known = {(v.casefold(), p.casefold()) for v, p, _ in listed}
            mine = [one for one in found[pool] if (one[0].casefold(), one[1].casefold()) not in known]
            found[pool] = [*listed, *mine] if pool != "phone-manager" else found[pool]
    chosen: list[Product] = []
    for pool, settings in classes["pools"].items():
        named = _mixed(found[pool], _local(pool, settings["local"]))
        chosen += [Product(v, p, versions, pool, platform=settings["platform"]) for v, p, versions in named]
    for release, style in classes["distributions"].items():
        chosen += _packages(release, style)
    return chosen


Listed = list[tuple[str, str, tuple[str, ...]]]


def _own() -> Iterator[tuple[str, Listed]]:
    for pool, listed in table("software").items():
        if pool != "packages":
            yield pool, [(vendor, product, tuple(versions)) for vendor, product, versions in listed]


def _local(pool: str, count: int) -> Listed:
    """Software that no feed knows, which is most of what a hospital has."""
    return [
        (
            f"Fictitious {pool} maker {n % 37:02}",
            f"Fictitious {pool} product {n:04}",
            tuple(f"{9 - v}.{n % 7}.{v}" for v in range(7)),
        )
        for n in range(count)
    ]


def _mixed(one: Listed, other: Listed) -> Listed:
    """Both, one after the other as long as both last: neither is more common."""
    both = min(len(one), len(other))
    return [x for pair in zip(one, other, strict=False) for x in pair] + one[both:] + other[both:]


def _packages(release: str, style: Mapping[str, str]) -> Iterator[Product]:
    """The packages of one release of a distribution, each in the versions that its maintainers mended it to."""
    names = dict(table("software")["packages"]) | {f"fictitious-lib{n:03}": f"{n % 5}.{n % 11}.{n % 13}" for n in range(320)}
    for name, upstream in names.items():
        versions = tuple(f"{upstream}{style['release'].format(n=n)}" for n in range(8, 0, -1))
        yield Product("", name, versions, release, style["scheme"], style["purl"], "Linux", release)


def _from_feeds(folder: Path) -> dict[str, Listed]:
    """The products that most records name, by pool, in the spelling and with the versions of the records themselves."""
    classes = table("classes")
    rules = [(pool, re.compile(vendor or ".*"), re.compile(product or ".*")) for pool, vendor, product in classes["rules"]]
    found: dict[str, Listed] = {pool: [] for pool in classes["pools"]}
    query = """SELECT vendor, product, count(*) AS n FROM name WHERE vendor != ''
        GROUP BY vendor, product ORDER BY n DESC, vendor, product"""
    with Statements.open(folder) as statements:
        for vendor, product, _ in statements.db.execute(query).fetchall():
            pool = next(pool for pool, v, p in rules if v.fullmatch(vendor) and p.match(product))
            if pool is None or len(found[pool]) >= classes["at_most"].get(pool, 60) or "_" in product or "(" in product:
                continue
            cves = sorted(statements.naming(product)[vendor], reverse=True)
            if listed := _as_recorded(statements.advisories(cves[:RECORDS], at=_EVER), vendor, product):
                found[pool].append(listed)
            if all(len(found[p]) >= limit for p, limit in classes["at_most"].items()):
                break
    return found


def _as_recorded(records: Iterator[Advisory], vendor: str, product: str) -> tuple[str, str, tuple[str, ...]] | None:
    """Vendor, product and versions of one product in the records' own words; None where they give no version."""
    spelled: tuple[str, str] | None = None
    versions: set[str] = set()
    for record in records:
        for container in record.containers:
            for entry in container.affected:
                v, p = entry.get("vendor"), entry.get("product")
                if isinstance(v, str) and isinstance(p, str) and (_key(v), _key(p)) == (vendor, product):
                    spelled = spelled or (v.strip(), p.strip())
                    versions |= _bounds(entry.get("versions"))
    if spelled is None or not versions:
        return None
    return (*spelled, tuple(sorted(versions, key=_newest_first, reverse=True)[:VERSIONS]))


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()


def _bounds(entries: object) -> set[str]:
    """The versions that entries speak of, and for each end of a range one just below it."""
    found: set[str] = set()
    for entry in entries if isinstance(entries, Sequence) and not isinstance(entries, str) else ():
        if isinstance(entry, Mapping) and entry.get("versionType") != "git":
            texts = [entry.get(key) for key in ("version", "lessThan", "lessThanOrEqual")]
            plain = [t for t in texts if isinstance(t, str) and _PLAIN.fullmatch(t) and any(map(str.isdigit, t.strip("0.")))]
            found |= {*plain, *filter(None, (_below(t) for t in plain if t == entry.get("lessThan")))}
    return found


def _below(version: str) -> str:
    """A version a little lower: its last number less one."""
    head, number, tail = re.fullmatch(r"(.*?)(\d+)(\D*)", version).groups()  # type: ignore[union-attr]  # a plain one has a digit
    return f"{head}{int(number) - 1}{tail}" if 0 < int(number) < 10**9 else ""


def _newest_first(version: str) -> tuple[list[int], str]:
    return [int(n[:12]) for n in re.findall(r"\d+", version)], version
