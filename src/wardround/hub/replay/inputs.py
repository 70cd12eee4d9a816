"""A scenario's inventories and logs as files: written for export, read back for a replay on files of one's own.

`ESTATE/sources.json` says what each source sees; `ESTATE/CODE/2025-05-14_source.csv` is a snapshot of that day;
`LOGS/CODE/host_20250520T0930Z.log` is a log of that host, handed over at that moment (UTC).
"""

import csv
import io
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import orjson

from wardround.core.vocab import BadInput
from wardround.hub.replay.scenario import LogSpec, OrganisationSpec, Scenario, SourceSpec, Trace
from wardround.lake.files import written_whole

COLUMNS = ("asset_id", "vendor", "product", "version", "hostname", "asset_class", "internet_facing", "service", "last_seen")
SUMMER_TIME = timezone(timedelta(hours=1))
TAKEN = timedelta(hours=6)
HANDED_OVER = timedelta(minutes=3)
BENIGN = (
    ("GET", "/mifs/user/login.jsp", 200),
    ("POST", "/mifs/j_spring_security_check", 302),
    ("GET", "/mifs/rs/api/v2/ping", 200),
    ("GET", "/mifs/c/i/reg/reg.html", 200),
    ("POST", "/mifs/admin/rest/api/v2/devices/checkin", 200),
    ("GET", "/mifs/css/ui.login.css?12.4", 200),
    ("GET", "/mifs/rs/api/v2/featureusage?format=json&adminDeviceSpaceId=1", 401),
)
REQUESTS = {
    "probe": ("GET", "/mifs/rs/api/v2/featureusage?format=shadowserver", 400),
    "exploit": ("GET", "/mifs/rs/api/v2/featureusage?format=${''.getClass().forName('java.lang.Runtime')}", 400),
    "exploit_encoded": (
        "GET",
        "/mifs/rs/api/v2/featureusage_history?adminDeviceSpaceId=131&format=%2524%257B%2527%2527.getClass%2528%2529%257D",
        400,
    ),
    "web_shell": ("GET", "/mifs/403.jsp?k=aWQ=", 200),
    "dump": ("GET", "/mifs/css/mibasecss2.css", 200),
}


@dataclass(frozen=True)
class SnapshotFile:
    """An inventory on disk, the day it was taken and what its source sees."""

    organisation: str
    source: str
    taken_at: datetime
    sees: tuple[str, ...]
    path: Path


@dataclass(frozen=True)
class LogFile:
    """A log on disk, whose host it is, and when it is handed over."""

    organisation: str
    host: str
    handed_over: datetime
    path: Path


def write_estate(scenario: Scenario, *, folder: Path) -> None:
    """Every snapshot of the scenario as a CSV file."""
    folder.mkdir(parents=True, exist_ok=True)
    sees = {o.code: {s.name: s.sees for s in o.sources} for o in scenario.organisations}
    _write(folder / "sources.json", orjson.dumps(sees, option=orjson.OPT_INDENT_2))
    for organisation in scenario.organisations:
        home = folder / organisation.code
        home.mkdir(exist_ok=True)
        for source in organisation.sources:
            for day in source.days:
                _write(home / f"{day}_{source.name}.csv", _inventory(scenario, organisation, source, day).encode())


def _inventory(scenario: Scenario, organisation: OrganisationSpec, source: SourceSpec, day: date) -> str:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    prefix = organisation.code.lower()
    for n, (vendor, product, version, asset_class, exposed, service) in enumerate(scenario.filler + organisation.also_runs, 1):
        name = f"{prefix}-{asset_class[:3]}-{n:02d}"
        rows.writerow((name, vendor, product, version, f"{name}.example", asset_class, exposed, service, day))
    for asset in organisation.assets:
        shown = asset.version_on(day)
        if shown is not None:
            host = f"{asset.id}.{prefix}.example"
            runs = ("Ivanti", "Endpoint Manager Mobile", shown)
            rows.writerow((asset.id, *runs, host, asset.asset_class, asset.exposed, asset.service, day))
    return out.getvalue()


def write_logs(scenario: Scenario, *, folder: Path) -> None:
    """Every log of the scenario. The same bytes for the same scenario."""
    for organisation in scenario.organisations:
        for spec in organisation.logs:
            home = folder / organisation.code
            home.mkdir(parents=True, exist_ok=True)
            for until in spec.uploads:
                name = f"{spec.host}_{until:%Y%m%dT%H%MZ}.log"
                lines = _log_lines(spec, until, random.Random(f"{scenario.seed} {organisation.code} {spec.host}"))  # noqa: S311  # nosec B311
                _write(home / name, "".join(lines).encode())


def _write(path: Path, content: bytes) -> None:
    with written_whole(path.parent, name=lambda: path) as file:
        file.write(content)


def _log_lines(spec: LogSpec, until: datetime, chance: random.Random) -> Iterator[str]:
    """Requests 35 to 55 minutes apart, one just before the log is handed over, none in a gap; the traces at their own times."""
    times = [spec.since]
    while times[-1] < until:
        times.append(times[-1] + timedelta(seconds=chance.randrange(35 * 60, 55 * 60)))
    times[-1] = until - HANDED_OVER
    events: list[tuple[datetime, str]] = []
    for at in times:
        client = f"203.0.113.{chance.randrange(2, 250)}"
        method, path, status = chance.choices(BENIGN, weights=(30, 20, 30, 10, 40, 8, 1))[0]
        if not any(start <= at < end for start, end in spec.gaps):
            events.append((at, _line(spec.shape, client, at, method, path, status, chance.randrange(200, 9000))))
    for trace in spec.traces:
        if trace.at < until:
            events.append((trace.at, _trace(spec.shape, trace)))
    return (line for _, line in sorted(events))


def _trace(shape: str, trace: Trace) -> str:
    method, path, status = REQUESTS[trace.kind]
    return _line(shape, trace.client, trace.at, method, path, status, 512)


def _line(shape: str, client: str, at: datetime, method: str, path: str, status: int, size: int) -> str:
    local = at.astimezone(SUMMER_TIME)
    head = f'{client} - - [{local:%d/%b/%Y:%H:%M:%S %z}] "{method} {path} HTTP/1.1"'
    return head + ("\n" if shape == "epmm" else f' {status} {size} "-" "Mozilla/5.0"\n')


def read_estate(folder: Path) -> list[SnapshotFile]:
    """The snapshots in a folder, oldest first. Raises BadInput when there is none, or a name is not of the form above."""
    sees = _sources(folder / "sources.json")
    found = []
    for path in sorted(folder.glob("*/*.*")):
        match = re.fullmatch(r"(\d{4}-\d\d-\d\d)_(.+)\.\w+", path.name, re.ASCII)
        taken = _moment(match[1], "%Y-%m-%d") if match else None
        if not match or not taken:
            raise BadInput("is not named like 2025-05-14_source.csv", where=str(path), do="rename it")
        code, source = path.parent.name, match[2]
        found.append(SnapshotFile(code, source, taken + TAKEN, sees.get(code, {}).get(source, ()), path))
    if not found:
        raise BadInput("holds no snapshots", where=str(folder), do="start from wardround replay epmm --export DIR")
    return sorted(found, key=lambda s: (s.taken_at, s.organisation, s.source))


def _sources(path: Path) -> dict[str, dict[str, tuple[str, ...]]]:
    """What each source of each organisation sees; nothing where the file is missing."""
    do = "see wardround replay epmm --export DIR"
    try:
        said = orjson.loads(path.read_bytes()) if path.exists() else {}
    except orjson.JSONDecodeError as error:
        raise BadInput(f"is not JSON: {error}", where=str(path), do=do) from None
    if not isinstance(said, dict):
        raise BadInput("is not an object of organisations", where=str(path), do=do)
    for code, sources in said.items():
        if not isinstance(sources, dict):
            raise BadInput("is not an object of sources", where=f"{path} /{code}", do=do)
        for source, classes in sources.items():
            if not isinstance(classes, list) or not all(isinstance(name, str) for name in classes):
                raise BadInput("is not a list of product classes", where=f"{path} /{code}/{source}", do=do)
    return {code: {source: tuple(classes) for source, classes in sources.items()} for code, sources in said.items()}


def read_logs(folder: Path) -> list[LogFile]:
    """The logs in a folder (none is no error: then nothing can be hunted)."""
    if not folder.is_dir():
        raise BadInput("is no folder", where=str(folder), do="start from wardround replay epmm --export DIR")
    found = []
    for path in sorted(folder.glob("*/*.*")):
        match = re.fullmatch(r"(.+)_(\d{8}T\d{4})Z(?:\.\w+)+", path.name, re.ASCII)
        handed_over = _moment(match[2], "%Y%m%dT%H%M") if match else None
        if not match or not handed_over:
            raise BadInput("is not named like host_20250520T0930Z.log", where=str(path), do="rename it")
        found.append(LogFile(path.parent.name, match[1], handed_over, path))
    return sorted(found, key=lambda log: (log.handed_over, log.organisation, log.host))


def _moment(text: str, form: str) -> datetime | None:
    """The moment in a file's name, in UTC; None where the calendar has no such day or the clock no such minute."""
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None
