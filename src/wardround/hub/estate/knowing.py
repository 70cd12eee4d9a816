"""What can be said of an organisation's estate: decided, not decided, named by nobody; counted, and kept for its pages."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from uuid import UUID

import orjson
from django.conf import settings

from wardround import __version__
from wardround.core.estate import Decided
from wardround.core.estate._coverage import Coverage, Step
from wardround.core.vocab import Install
from wardround.core.vocab._times import parse_time
from wardround.hub.estate.deciding import Distinct, decided, told_of
from wardround.hub.estate.models import Snapshot
from wardround.hub.estate.services import lake, newest, snapshots
from wardround.hub.organisations.access import Access, system_access
from wardround.hub.organisations.models import Organisation
from wardround.lake.knowledge import knowledge
from wardround.lake.statements import Statements

MOST_AFFECTED = 200
STATED = ["product", "version", "vendor", "scheme", "purl", "cpe", "extra"]


@dataclass(frozen=True)
class Affected:
    """One product in one version that records call affected: on how many installs, by how many records."""

    vendor: str
    product: str
    version: str
    installs: int
    records: int


@dataclass(frozen=True)
class Known:
    """What was counted at a time: coverage, the affected products on most installs, and how many there are."""

    told: Coverage
    affected: tuple[Affected, ...]
    affected_count: int
    at: datetime


def known_of(access: Access, organisation: Organisation, *, at: datetime) -> Coverage:
    """Coverage of the newest snapshot of each source, counted as each states it. Raises BadInput where no feed was synced."""
    return counted(access, organisation, at=at).told


def count(organisation: Organisation, *, at: datetime) -> None:
    """Count an estate and keep what came out, wholly or not at all: the worker's part of `standing`."""
    access = system_access("counting an estate")
    state = state_of(newest(snapshots(access, organisation, until=at)).values(), at)
    document = {"state": state, "known": counted(access, organisation, at=at)}
    _file(organisation).parent.mkdir(parents=True, exist_ok=True)
    draft = _file(organisation).with_suffix(".new")
    draft.write_bytes(orjson.dumps(document))
    draft.replace(_file(organisation))


def counted(access: Access, organisation: Organisation, *, at: datetime) -> Known:
    """What can be said of the newest snapshot of each source that the asker sees. Raises BadInput where no feed was synced."""
    rows = list(newest(snapshots(access, organisation, until=at)).values())
    sees = tuple(sorted({key for row in rows for key in row.sees}))
    ids = tuple(sorted(row.public_id for row in rows))
    return _known(organisation.code, ids, sees, _At(at.date(), at), state_of(rows, at))


def _file(organisation: Organisation) -> Path:
    return settings.HOME.counted / f"{organisation.code}.json"


def kept(organisation: Organisation) -> tuple[str, Known | None]:
    """The state for which the newest count was made, and the count; nothing where none can be read."""
    try:
        read = orjson.loads(_file(organisation).read_bytes())
        known, told = read["known"], read["known"]["told"]
        steps = tuple(Step(**step | {"candidates": tuple(step["candidates"])}) for step in told["steps"])
        coverage = Coverage(**told | {"steps": steps, "unseen": tuple(told["unseen"])})
        affected = tuple(Affected(**one) for one in known["affected"])
        return read["state"], Known(coverage, affected, known["affected_count"], parse_time(known["at"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return "", None


@dataclass(frozen=True)
class _At:
    """A moment; those of one day are equal, since whatever changes within it changes a file of the feeds."""

    day: date
    exact: datetime = field(compare=False)


@lru_cache(maxsize=16)
def _known(code: str, rows: tuple[UUID, ...], sees: tuple[str, ...], at: _At, _state: str) -> Known:
    """Counted once a day for the same snapshots and the same feeds."""
    with knowledge(settings.HOME, at=at.exact) as by:
        found = decided(distinct_of(code, rows), by=by)
        told = told_of(found, sees=sees, by=by)
    shown = _affected(found)
    return Known(told, tuple(shown[:MOST_AFFECTED]), len(shown), at.exact)


def _affected(found: Iterable[Decided]) -> list[Affected]:
    """Each product and version once, those on most installs first; `records` of the statement that most call affected."""
    of: dict[tuple[str, str, str], Affected] = {}
    for one in found:
        if one.affected:
            key = one.vendor, one.product, one.version
            before = of.get(key, Affected(*key, 0, 0))
            of[key] = Affected(*key, before.installs + one.installs, max(before.records, one.affected))
    return sorted(of.values(), key=lambda one: (-one.installs, -one.records, one.product, one.version))


def distinct_of(code: str, rows: Sequence[UUID]) -> Distinct:
    """The distinct statements of these snapshots: grouped as columns, so that installs are never made one by one."""
    distinct = Distinct()
    table = lake().scan(code, snapshots=rows, columns=[*STATED, "asset_id"])
    for row in table.group_by(STATED).aggregate([("asset_id", "count_distinct")]).to_pylist():
        count = row.pop("asset_id_count_distinct")
        extra = MappingProxyType(orjson.loads(row.pop("extra") or "{}"))
        distinct.add(Install(asset_id="", extra=extra, **row), count)
    return distinct


def state_of(rows: Iterable[Snapshot], at: datetime) -> str:
    """What a count rests on: the snapshots, the last sync, decisions of people, and the day. Raises BadInput without feeds."""
    home = settings.HOME
    with Statements.open(home.feeds) as store:
        ages = [(feed, age.stated_at, age.synced_at) for feed, age in store.ages().items()]
    folders = (folder for folder in (home.overrides, home.aliases) if folder.is_dir())
    files = [(file.name, file.stat().st_mtime_ns) for folder in folders for file in sorted(folder.glob("*.json"))]
    held = sorted((str(row.public_id), sorted(row.sees), row.counts) for row in rows)
    return hashlib.sha256(orjson.dumps([ages, files, held, at.date(), __version__])).hexdigest()
