"""Which assets of an organisation's sources are one device, and a person's word against that.

It is for showing and counting: findings, and what closes a response, go by each source's own asset ids.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from uuid import UUID

import orjson
import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from wardround.core.estate import link
from wardround.core.estate._identifiers import PREFIX
from wardround.core.estate._link import Linked
from wardround.core.vocab import BadInput, Install
from wardround.hub.audit.services import record
from wardround.hub.estate.models import Split
from wardround.hub.estate.services import lake, newest, snapshots
from wardround.hub.organisations.access import Access, Act
from wardround.hub.organisations.models import Organisation

Named = tuple[str, datetime, UUID]
Pairs = tuple[tuple[str, str], ...]


def devices(access: Access, organisation: Organisation, *, at: datetime) -> Linked:
    """The devices in the newest snapshot of each source, by what people had split then."""
    rows = newest(snapshots(access, organisation, until=at)).values()
    standing = tuple((s.first, s.second) for s in splits(access, organisation, at=at))
    return _linked(organisation.code, tuple((r.source.name, r.taken_at, r.public_id) for r in rows), standing)


@lru_cache(maxsize=16)
def _linked(code: str, rows: tuple[Named, ...], standing: Pairs) -> Linked:
    """Snapshots never change, so that the same ones always give the same."""
    return link([(source, taken, list(_identified(code, snapshot))) for source, taken, snapshot in rows], splits=standing)


def _identified(code: str, snapshot: UUID) -> Iterator[Install]:
    """Each asset once, and again for each install that carries identifiers."""
    table = lake().scan(code, snapshots=[snapshot], columns=["asset_id", "extra"])
    for asset in pc.unique(table["asset_id"]).to_pylist():
        yield Install(asset, "", "")
    carrying: pa.Table = table.filter(pc.match_substring(table["extra"], f'"{PREFIX}'))
    for row in carrying.to_pylist():
        yield Install(row["asset_id"], "", "", extra=MappingProxyType(orjson.loads(row["extra"])))


def splits(access: Access, organisation: Organisation, *, at: datetime) -> list[Split]:
    """Those that stood at that time."""
    rows = Split.objects.within(access).filter(organisation=organisation, split_at__lte=at)
    return [row for row in rows if row.undone_at is None or row.undone_at > at]


@transaction.atomic
def split(act: Act, *, organisation: Organisation, asset: str, reason: str) -> list[Split]:
    """Take one asset out of the device that it was joined in: it is none of the others, now or after later imports.

    Raises BadInput when it is joined with nothing, or without a reason.
    """
    act.access.demand("estate.import", organisation)
    if not reason.strip():
        raise BadInput("say why it is another device", where="reason", do="for example: its board was swapped in March")
    device = next((d for d in devices(act.access, organisation, at=act.at).devices if asset in d.assets), None)
    if device is None:
        raise BadInput(f"{asset[:80]} is joined with no other asset", where="asset", do="look at the devices again")
    made = [
        Split.unscoped.create(
            organisation=organisation, first=asset, second=other, reason=reason.strip(), split_by=act.who, split_at=act.at
        )
        for other in device.assets
        if other != asset
    ]
    document = {"asset": asset, "others": [row.second for row in made], "reason": reason.strip()}
    document |= {"joined_by": [join.reason for join in device.joins if asset in join.assets]}
    record(act, organisation=organisation, what="joined assets split", subject=made[0].public_id, document=document)
    return made


@transaction.atomic
def undo(act: Act, *, split: Split, reason: str = "") -> None:
    """Take back all that one act took apart: what identifies them counts again. Raises BadInput when it was undone already."""
    act.access.demand("estate.import", split.organisation)
    row = Split.unscoped.select_for_update().get(pk=split.pk)
    if row.undone_at:
        raise BadInput(f"was undone already by {row.undone_by}", where="split", do="nothing is to be done")
    same = Split.unscoped.filter(organisation=row.organisation, first=row.first, split_at=row.split_at, split_by=row.split_by)
    together = list(same.filter(undone_at=None).values_list("second", flat=True))
    same.filter(undone_at=None).update(undone_by=act.who, undone_at=act.at)
    document = {"first": row.first, "others": together, "reason": reason.strip()}
    record(act, organisation=row.organisation, what="split undone", subject=row.public_id, document=document)
