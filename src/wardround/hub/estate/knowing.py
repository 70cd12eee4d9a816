"""What can be said of an organisation's estate: decided, not decided, named by nobody."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from uuid import UUID

import orjson
from django.conf import settings

from wardround.core.estate._coverage import Coverage
from wardround.core.vocab import Install, WardroundError
from wardround.hub.estate.deciding import Distinct, known
from wardround.hub.estate.services import lake, newest, snapshots
from wardround.hub.organisations.access import Access
from wardround.hub.organisations.models import Organisation
from wardround.lake.knowledge import knowledge

AT_ONCE = 500
STATED = ["product", "version", "vendor", "scheme", "purl", "cpe", "extra"]


def known_of(access: Access, organisation: Organisation, *, at: datetime) -> Coverage:
    """Coverage of the newest snapshot of each source, counted as each states it. Raises BadInput where no feed was synced."""
    rows = list(newest(snapshots(access, organisation, until=at)).values())
    sees = tuple(sorted({key for row in rows for key in row.sees}))
    return _known(organisation.code, tuple(sorted(row.public_id for row in rows)), sees, _At(at.date(), at), _feeds())


def known_at_once(access: Access, organisation: Organisation, *, at: datetime) -> Coverage | None:
    """The same where the estate is small enough to be counted while somebody waits; else None, and where no feed was synced."""
    rows = newest(snapshots(access, organisation, until=at)).values()
    if sum(row.installs for row in rows) > AT_ONCE:
        return None
    try:
        return known_of(access, organisation, at=at)
    except WardroundError:
        return None


@dataclass(frozen=True)
class _At:
    """A moment; those of one day are equal, since whatever changes within it changes a file of the feeds."""

    day: date
    exact: datetime = field(compare=False)


@lru_cache(maxsize=16)
def _known(code: str, rows: tuple[UUID, ...], sees: tuple[str, ...], at: _At, _feeds: tuple[int, ...]) -> Coverage:
    """Counted once a day for the same snapshots and the same feeds."""
    with knowledge(settings.HOME, at=at.exact) as by:
        return known(distinct_of(code, rows), sees=sees, by=by)


def distinct_of(code: str, rows: Sequence[UUID]) -> Distinct:
    """The distinct statements of these snapshots: grouped as columns, so that installs are never made one by one."""
    distinct = Distinct()
    table = lake().scan(code, snapshots=rows, columns=[*STATED, "asset_id"])
    for row in table.group_by(STATED).aggregate([("asset_id", "count_distinct")]).to_pylist():
        count = row.pop("asset_id_count_distinct")
        extra = MappingProxyType(orjson.loads(row.pop("extra") or "{}"))
        distinct.add(Install(asset_id="", extra=extra, **row), count)
    return distinct


def _feeds() -> tuple[int, ...]:
    """When anything that decides last changed on disk."""
    home = settings.HOME
    folders = (home.feeds, home.overrides, home.aliases)
    files: list[Path] = [file for folder in folders if folder.is_dir() for file in sorted(folder.iterdir())]
    return tuple(file.stat().st_mtime_ns for file in files if not file.name.endswith("-shm"))
