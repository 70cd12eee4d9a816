"""A scenario: who takes part, what they run, what their logs hold, and how their people work. Read from data."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from wardround.core.vocab import BadInput
from wardround.core.vocab._times import parse_time

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class SourceSpec:
    """An inventory source: the product classes it sees, and the days on which it makes a snapshot."""

    name: str
    sees: tuple[str, ...]
    days: tuple[date, ...]


@dataclass(frozen=True)
class AssetSpec:
    """One asset of interest: its version from a day on, and the day from which no snapshot holds it any more."""

    id: str
    service: str
    exposed: str
    versions: Mapping[str, str]
    asset_class: str = "edge_appliance"
    gone_from: date | None = None

    def version_on(self, day: date) -> str | None:
        """The version that a snapshot of that day shows; None when it does not hold the asset."""
        if self.gone_from and day >= self.gone_from:
            return None
        return next((v for since, v in sorted(self.versions.items(), reverse=True) if since <= day.isoformat()), None)


@dataclass(frozen=True)
class Trace:
    """One request that somebody made who should not have."""

    at: datetime
    kind: str
    client: str


@dataclass(frozen=True)
class LogSpec:
    """The access log of one host: since when, when it is handed over, where it is silent, which traces it holds."""

    host: str
    since: datetime
    uploads: tuple[datetime, ...]
    gaps: tuple[tuple[datetime, datetime], ...] = ()
    traces: tuple[Trace, ...] = ()
    shape: str = "combined"


@dataclass(frozen=True)
class Asking:
    """A risk that the organisation asks its SIRO to accept."""

    asset: str
    since: date
    days: int
    reason: str


@dataclass(frozen=True)
class People:
    """How an organisation's people work. Nobody answers where `answers_from` is None."""

    answers_from: date | None = None
    attests: bool = False
    accepts_gaps_from: date | None = None
    asks_risk: Asking | None = None
    manufacturer: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class OrganisationSpec:
    """One organisation of a scenario."""

    code: str
    name: str
    mailbox: str
    people: People
    sources: tuple[SourceSpec, ...]
    assets: tuple[AssetSpec, ...] = ()
    logs: tuple[LogSpec, ...] = ()
    also_runs: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Scenario:
    """One incident as it is played. `feeds` is a folder of folders named by the moment at which they are published."""

    name: str
    title: str
    start: date
    end: date
    frozen: datetime
    seed: int
    centre: Mapping[str, str]
    alert: Mapping[str, str]
    filler: tuple[tuple[str, ...], ...]
    organisations: tuple[OrganisationSpec, ...]
    feeds: Path = field(repr=False)


def load(name: str) -> Scenario:
    """The bundled scenario of that name. Raises BadInput naming those there are."""
    folder = DATA / name
    known = sorted(p.parent.name for p in DATA.glob("*/scenario.toml"))
    if name not in known:
        raise BadInput(f"there is no scenario {name[:30]!r}", where="replay", do="use one of: " + ", ".join(known))
    read = tomllib.loads((folder / "scenario.toml").read_text("utf-8"))
    return Scenario(
        name=read["name"],
        title=read["title"],
        start=read["start"],
        end=read["end"],
        frozen=parse_time(read["frozen"]),
        seed=read["seed"],
        centre=read["centre"],
        alert=read["alert"],
        filler=tuple(map(tuple, read["filler"]["rows"])),
        organisations=tuple(_organisation(o) for o in read["organisation"]),
        feeds=folder / "feeds",
    )


def _organisation(read: Mapping[str, Any]) -> OrganisationSpec:
    people = dict(read["people"])
    if asks := people.pop("asks_risk", None):
        people["asks_risk"] = Asking(asks["asset"], asks["from"], asks["days"], asks["reason"])
    return OrganisationSpec(
        code=read["code"],
        name=read["name"],
        mailbox=read["mailbox"],
        people=People(**people),
        sources=tuple(SourceSpec(s["name"], tuple(s["sees"]), tuple(s["days"])) for s in read["sources"]),
        assets=tuple(
            AssetSpec(a["id"], a["service"], a["exposed"], a["versions"], a.get("class", "edge_appliance"), a.get("gone_from"))
            for a in read.get("asset", ())
        ),
        logs=tuple(_log(log) for log in read.get("log", ())),
        also_runs=tuple(map(tuple, read.get("also_runs", ()))),
    )


def _log(read: Mapping[str, Any]) -> LogSpec:
    return LogSpec(
        host=read["host"],
        since=parse_time(read["since"]),
        uploads=tuple(parse_time(u) for u in read["uploads"]),
        gaps=tuple((parse_time(a), parse_time(b)) for a, b in read.get("gaps", ())),
        traces=tuple(Trace(parse_time(t["at"]), t["kind"], t["from"]) for t in read.get("traces", ())),
        shape=read.get("shape", "combined"),
    )
