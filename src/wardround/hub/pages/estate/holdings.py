"""What an organisation's newest snapshots say it runs, counted without loading every install into memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow.compute as pc

from wardround.core.vocab import Install
from wardround.hub.estate.models import Snapshot
from wardround.hub.estate.services import lake, newest, snapshots
from wardround.hub.organisations.access import Access
from wardround.hub.organisations.models import Organisation
from wardround.lake.installs import INSTALL_NAMES, installs_of

COLUMNS = ("vendor", "product", "version", "asset_id", "hostname", "internet_facing", "service", "source")


@dataclass(frozen=True)
class Holding:
    """One product in one version: on how many assets, and how many of them face the internet."""

    vendor: str
    product: str
    version: str
    assets: int


def current(access: Access, organisation: Organisation, *, at: datetime) -> list[Snapshot]:
    """The newest snapshot of each source."""
    return list(newest(snapshots(access, organisation, until=at)).values())


def holdings(organisation: Organisation, rows: Sequence[Snapshot], *, like: str = "") -> list[Holding]:
    """Products by installs, the most common first; `like` keeps those whose vendor or product holds it."""
    if not rows:
        return []
    table = lake().scan(
        organisation.code, snapshots=[r.public_id for r in rows], columns=["vendor", "product", "version", "asset_id"]
    )
    if like:
        held = [pc.match_substring(table[name], like, ignore_case=True) for name in ("vendor", "product")]
        table = table.filter(pc.or_(*held))
    counted = table.group_by(["vendor", "product", "version"]).aggregate([("asset_id", "count_distinct")]).to_pylist()
    found = [Holding(r["vendor"], r["product"], r["version"], r["asset_id_count_distinct"]) for r in counted]
    return sorted(found, key=lambda h: (-h.assets, h.vendor.casefold(), h.product.casefold(), h.version))


def installs_with(
    organisation: Organisation, rows: Sequence[Snapshot], *, vendor: str, product: str, version: str
) -> list[Install]:
    """The installs of this very product and version, as their sources state them."""
    if not rows:
        return []
    table = lake().scan(organisation.code, snapshots=[r.public_id for r in rows], columns=INSTALL_NAMES)
    for name, value in (("vendor", vendor), ("product", product), ("version", version)):
        table = table.filter(pc.equal(table[name], value))
    return installs_of(table)


def assets_with(
    organisation: Organisation, rows: Sequence[Snapshot], *, vendor: str, product: str, version: str
) -> list[dict[str, object]]:
    """The assets that run this very product and version, each as a dictionary of `COLUMNS`."""
    if not rows:
        return []
    table = lake().scan(organisation.code, snapshots=[r.public_id for r in rows], columns=list(COLUMNS))
    asked = {"vendor": vendor, "product": product, "version": version}
    for name, value in asked.items():
        table = table.filter(pc.equal(table[name], value))
    return sorted(table.to_pylist(), key=lambda r: str(r["asset_id"]))
