"""Importing inventories, and reading back what an organisation runs."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from wardround.core import estate
from wardround.core.alerts import response_policy
from wardround.core.vocab import BadInput, Install
from wardround.hub.audit.services import record
from wardround.hub.estate.models import Snapshot, Source
from wardround.hub.organisations.access import Access, Act
from wardround.hub.organisations.lookup import demand_in_reach
from wardround.hub.organisations.models import Organisation
from wardround.lake.files import FileStore
from wardround.lake.installs import InstallLake

CLOCK_SKEW = timedelta(hours=1)


class _WithinReach(InstallLake):
    """The rule that PostgreSQL holds rows to (decision 27) holds for files too, whichever database there is."""

    def _folder(self, org: str) -> Path:
        demand_in_reach(org)
        return super()._folder(org)


def lake() -> InstallLake:
    """The installation's table of installs."""
    return _WithinReach(settings.HOME.lake)


@dataclass(frozen=True)
class Imported:
    """What an import did. `new` is False when this very snapshot was there already."""

    snapshot: Snapshot
    new: bool


def import_inventory(
    act: Act,
    *,
    organisation: Organisation,
    data: bytes,
    filename: str,
    source: str,
    sees: Sequence[str] | None = None,
    taken_at: datetime | None = None,
    mapping: Mapping[str, Any] | None = None,
) -> Imported:
    """Read one file as a dated snapshot of one source. The file is kept by its hash, the installs go to the lake.

    `sees` declares the product classes that the source can see at all and is remembered for the source, as is `mapping`;
    `taken_at` says when the inventory was true (else what the file says of itself, else now).
    Raises BadInput when nothing in it is usable, a class is unknown, or it is dated in the future.
    """
    act.access.demand("estate.import", organisation)
    if unknown := [c for c in sees or () if c not in estate.PRODUCT_CLASSES]:
        raise BadInput(f"no product class {unknown[0]!r}", where=source, do="choose from " + ", ".join(estate.PRODUCT_CLASSES))
    known = Source.objects.within(act.access).filter(organisation=organisation, name=source).first()
    mapping = mapping or (known.mapping if known else None)
    inventory = estate.read(data, name=filename, mapping=mapping, at=act.at)
    taken = taken_at or inventory.taken_at or act.at
    if taken > act.at + CLOCK_SKEW:
        raise BadInput(f"dated {taken:%d %B %Y}, which is in the future", where=filename, do="check the date it was taken")

    FileStore(settings.HOME.files).put(data)
    with transaction.atomic():
        kept = _declared(organisation, source, sees=sees, mapping=mapping)
        same = Snapshot.unscoped.filter(source=kept, sha256=inventory.sha256, taken_at=taken).first()
        return (
            Imported(same, new=False) if same else Imported(_keep(act, kept, inventory, taken=taken, filename=filename), new=True)
        )


def _declared(organisation: Organisation, name: str, *, sees: Sequence[str] | None, mapping: Mapping[str, Any] | None) -> Source:
    """The source of that name, with what was declared of it now; what was not declared stays as it was."""
    kept, _ = Source.unscoped.get_or_create(organisation=organisation, name=name)
    if sees is not None:
        kept.sees = list(sees)
    if mapping is not None:
        kept.mapping = dict(mapping)
    kept.save()
    return kept


def _keep(act: Act, source: Source, inventory: estate.Inventory, *, taken: datetime, filename: str) -> Snapshot:
    """Write the installs to the lake, the snapshot and its entry in the record to the database."""
    organisation, public_id = source.organisation, uuid.uuid4()
    lake().write(organisation.code, snapshot=public_id, installs=inventory.installs, source=source.name, taken_at=taken)
    snapshot = Snapshot.unscoped.create(
        public_id=public_id,
        organisation=organisation,
        source=source,
        taken_at=taken,
        imported_at=act.at,
        imported_by=act.who,
        filename=filename[:300],
        sha256=inventory.sha256,
        format=inventory.format,
        sees=source.sees,
        assets=inventory.assets,
        installs=len(inventory.installs),
        rejected=[{"where": r.where, "what": r.what} for r in inventory.rejected],
        noted=[{"where": n.where, "what": n.what} for n in inventory.noted],
        shrunk_from=_shrunk_from(source, taken, inventory.installs),
    )
    document = {
        "source": source.name,
        "taken_at": taken.isoformat(),
        "sha256": inventory.sha256,
        "assets": inventory.assets,
        "installs": len(inventory.installs),
        "rejected": len(inventory.rejected),
        "shrunk_from": snapshot.shrunk_from,
    }
    record(act, organisation=organisation, what="snapshot imported", subject=public_id, document=document)
    return snapshot


def _shrunk_from(source: Source, taken: datetime, installs: Sequence[Install]) -> int | None:
    """The predecessor's number of assets, when under the policy's share of them is here again; new ones make up for nothing.

    The predecessor is the last snapshot that counts: the same shrunken inventory imported again confirms nothing.
    """
    counting = Snapshot.unscoped.filter(Q(shrunk_from=None) | Q(confirmed_at__isnull=False), source=source)
    before = counting.filter(taken_at__lt=taken).order_by("taken_at", "pk").last()
    if before is None:
        return None
    column = lake().scan(source.organisation.code, snapshots=[before.public_id], columns=["asset_id"])
    again = estate.compare(column["asset_id"].to_pylist(), [i.asset_id for i in installs]).seen
    return before.assets if len(again) < response_policy().shrink_share * before.assets else None


@transaction.atomic
def confirm_shrunk(act: Act, *, snapshot: Snapshot, reason: str) -> None:
    """A person says that the smaller snapshot is right. Raises BadInput when it is not smaller, or was confirmed already."""
    act.access.demand("estate.import", snapshot.organisation)
    snapshot = Snapshot.unscoped.select_for_update().get(pk=snapshot.pk)
    if snapshot.counts:
        what = f"was confirmed already by {snapshot.confirmed_by}" if snapshot.confirmed_at else "is not smaller than before"
        raise BadInput(what, where="snapshot", do="nothing is to be done")
    if not reason.strip():
        raise BadInput("say why it is smaller", where="reason", do="for example: two wards moved to the new site")
    snapshot.confirmed_by, snapshot.confirmed_at = act.who, act.at
    snapshot.save()
    document = {"reason": reason, "assets": snapshot.assets, "before": snapshot.shrunk_from}
    record(
        act, organisation=snapshot.organisation, what="smaller snapshot confirmed", subject=snapshot.public_id, document=document
    )


def snapshots(access: Access, organisation: Organisation, *, until: datetime) -> list[Snapshot]:
    """Every snapshot taken by then, oldest first."""
    rows = Snapshot.objects.within(access).filter(organisation=organisation, taken_at__lte=until)
    return list(rows.select_related("source").order_by("taken_at", "pk"))


def newest(rows: Sequence[Snapshot]) -> dict[str, Snapshot]:
    """The newest snapshot of each source, by the source's name."""
    return {row.source.name: row for row in rows}


def known_then(access: Access, organisation: Organisation, *, at: datetime) -> list[Snapshot]:
    """The newest snapshot of each source by which an answer was given at that time: what was imported later was in none.

    Before an organisation's first import no answer was given: there what had been taken by then is told.
    """
    rows = snapshots(access, organisation, until=at)
    came = [row for row in rows if row.imported_at <= at]
    return list(newest(came or rows).values())


def installs_of(snapshot: Snapshot) -> list[Install]:
    """The installs of one snapshot, from the lake."""
    return list(lake().read(snapshot.organisation.code, snapshots=[snapshot.public_id]))
