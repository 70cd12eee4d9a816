"""A nation: synth, index, match, one advisory, one snapshot, `check`, and peers on the same data. Printed, never asserted.

`DEVICES=2000000` for the full size; `JSON=FILE` keeps the figures. Everything is made in a temporary folder. `PEERS=DIR` keeps
the environment that scanners of SBOMs are put into (never the project's own); a calibration says how busy the machine is.
"""

import os
import platform
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from wardround.core.matching import Overrides
from wardround.core.names import Aliases
from wardround.engines.nation import Index, Nation, index
from wardround.engines.nation._count import count
from wardround.engines.nation._judge import Judged, judge
from wardround.engines.nation._kept import Known, basis
from wardround.engines.nation._match import seldom_collected
from wardround.engines.synth import synth
from wardround.lake.statements import Statements

DEVICES, TRUSTS, SEED = int(os.environ.get("DEVICES", "200000")), 215, 7
CVES = Path(__file__).parents[3] / "shared" / "data" / "cve"
WARDROUND = Path(sys.executable).with_name("wardround")
ROWS: list[tuple[str, str, str]] = []
OPEN = 400


@contextmanager
def measured(what: str, aim: str = "") -> Iterator[None]:
    """CPU seconds of this process, and the highest memory so far."""
    began, wall = time.process_time(), time.perf_counter()
    yield
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    took, waited = time.process_time() - began, time.perf_counter() - wall
    said(what, f"{took:.2f} CPU-s ({waited:.2f} s), peak of the process so far {peak:,.0f} MB", aim)


def said(what: str, figure: str, aim: str = "") -> None:
    ROWS.append((what, figure, aim))
    print(f"match: {what}: {figure}{f' (aim: {aim})' if aim else ''}", flush=True)


def main() -> None:
    """All figures, in one table."""
    if not CVES.is_dir():
        print("match: ../shared/data/cve is not here, nothing measured")
        return
    calibration()
    said("machine", f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {_versions()}")
    with tempfile.TemporaryDirectory() as folder:
        home, estate = Path(folder) / "home", Path(folder) / "nation"
        subprocess.run([WARDROUND, "feeds", "sync", "--mirror", CVES, "--home", home, "--json"], check=True, capture_output=True)
        with measured("synth"):
            made = synth(estate, trusts=TRUSTS, devices=DEVICES, seed=SEED, feeds=home / "feeds")
        size = sum(path.stat().st_size for path in estate.iterdir()) / 1e6
        said("estate", f"{made['devices']:,} devices, {made['installs']:,} installs, seed {SEED}, {size:,.0f} MB")
        with measured("index", "30 CPU-s at full size"):
            made_index = index(estate)
        with Statements.open(home / "feeds") as statements:
            nation = _nation(made_index, statements)
            judged, findings = whole(nation, "nothing known")
            whole(nation, "again")
            one_advisory(nation, statements)
        one_snapshot(estate)
        cold(estate, home)
        duckdb_join(estate, made_index, judged, findings)
        check()
        peers(Path(os.environ.get("PEERS") or Path(folder) / "peers"), home)
    calibration()
    if path := os.environ.get("JSON"):
        Path(path).write_bytes(orjson.dumps([dict(zip(("what", "figure", "aim"), row, strict=True)) for row in ROWS]))


def _versions() -> str:
    def of(name: str) -> str:
        try:
            return version(name)
        except PackageNotFoundError:
            return "not installed"

    return ", ".join(f"{name} {of(name)}" for name in ("wardround", "numpy", "pyarrow", "duckdb"))


def _nation(made: Index, statements: Statements) -> Nation:
    with measured("which products each pair can be asked for (kept with the index)"):
        return Nation(made, statements, overrides=Overrides.load(), aliases=Aliases.load(), at=datetime.now(UTC))


def calibration() -> None:
    """How long a fixed piece of work takes: twice the time beside it, twice the figures of all the rest."""
    began, total = time.process_time(), 0
    for number in range(5_000_000):
        total += number & 3
    said("calibration", f"{time.process_time() - began:.2f} CPU-s, load {os.getloadavg()[0]:.1f}")


def whole(nation: Nation, how: str) -> tuple[Judged, int]:
    """Every advisory, in its parts: the first time, and again when the verdicts of the time before are kept."""
    began, folder = time.process_time(), nation.index.folder
    nation._asks = None
    with measured(f"match ({how}): names"):
        listed = nation._blocks()
    with measured(f"match ({how}): verdicts, reading the records included"):
        known = Known(folder, basis=basis(nation.statements.digests(at=nation.at), nation.overrides))
        with seldom_collected(), nation.foretold(listed) as foretold:
            judged = judge(listed, records=nation._records, overrides=nation.overrides, known=known, foretold=foretold)
        known.save()
    del foretold, listed
    with measured(f"match ({how}): expansion to devices"):
        counted = count(nation.index, judged.universes)
    took = time.process_time() - began
    said(f"match ({how}) in all", f"{took:.2f} CPU-s, {judged.read:,} records read", "12 CPU-s, 1 GB at full size")
    said("pairs", f"{judged.pairs:,} of record and subject, {judged.affected:,} affected, {judged.unknown:,} unknown")
    findings = sum(
        int(counted.affected[start + row].sum())
        for start, u in zip(counted.starts, judged.universes, strict=False)
        for row in u.cves.values()
    )
    said("devices", f"{counted.any_affected.sum():,} affected by something, {findings:,} affected findings")
    return judged, findings


def one_advisory(nation: Nation, statements: Statements) -> None:
    """Records that name something here, drawn by chance, one by one with all their devices."""
    cves = statements.published(after=datetime(2020, 1, 1, tzinfo=UTC), until=nation.at)
    random.Random(SEED).shuffle(cves)
    nation.one(cves[0])
    took = []
    for cve in cves:
        began = time.perf_counter()
        found = nation.one(cve)
        if found and found.pairs:
            took.append((time.perf_counter() - began) * 1000)
        if len(took) == OPEN:
            break
    took.sort()
    p50, p95 = statistics.median(took), took[int(len(took) * 0.95)]
    said(
        "one advisory, warm",
        f"p50 {p50:.1f} ms, p95 {p95:.1f} ms, most {took[-1]:.0f} ms",
        "p95 20 ms",
    )


def one_snapshot(estate: Path) -> None:
    """One organisation's file is replaced: only its part is made again."""
    path = sorted(estate.glob("*.arrow"))[0]
    shutil.copyfile(path, estate / "new")
    (estate / "new").replace(path)
    with measured("one organisation's snapshot"):
        index(estate)


def cold(estate: Path, home: Path) -> None:
    """A new process that opens everything, with the files out of the system's memory where it lets us."""
    for path in [*estate.rglob("*"), *home.rglob("*")]:
        if path.is_file():
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    command = [sys.executable, "-c", _COLD, str(estate), str(home), repr(time.time())]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    said("one advisory, from cold files, in its parts", found.stdout.strip(), "1 s")
    began = time.perf_counter()
    command = [WARDROUND, "match", "--estate", estate, "--feeds", home, "--cve", "CVE-2025-4427", "--json"]
    subprocess.run(command, check=True, capture_output=True)
    said("one advisory, the whole command, files warm", f"{time.perf_counter() - began:.2f} s", "1 s")


_COLD = """
import sys, time
from pathlib import Path
from datetime import UTC, datetime
marks = [("start", float(sys.argv[3]))]
def mark(what): marks.append((what, time.time()))
from wardround.core.matching import Overrides
from wardround.core.names import Aliases
from wardround.engines.nation import Nation, index
from wardround.lake.statements import Statements
mark("process and imports")
made = index(Path(sys.argv[1])); store = Statements.open(Path(sys.argv[2]) / "feeds")
nation = Nation(made, store, overrides=Overrides.load(), aliases=Aliases.load(), at=datetime.now(UTC))
mark("opening")
advisory = store.advisory("CVE-2025-4427", at=nation.at)
mark("reading the record")
found = nation.against(advisory)
mark("verdicts and posting lists")
named = [holding.assets() for holding in found.holdings]
mark("names of devices")
parts = [f"{what} {after - before:.2f} s" for (_, before), (what, after) in zip(marks, marks[1:])]
print(f"{marks[-1][1] - marks[0][1]:.2f} s ({', '.join(parts)})")
"""


def duckdb_join(estate: Path, made: Index, judged: Judged, findings: int) -> None:
    """The peer: the same verdicts joined with the same installs in DuckDB, distinct devices counted."""
    command = [sys.executable, "-c", _JOIN, str(estate)]
    verdicts = estate.parent / "verdicts.npz"
    rows = [_affected(universe) for universe in judged.universes]
    np.savez(verdicts, cve=np.concatenate([r[0] for r in rows]), pair=np.concatenate([r[1] for r in rows]))
    parts = estate.parent / "rows"
    parts.mkdir()
    for number, part in enumerate(made.parts):
        p = part.postings
        np.savez(parts / f"{number}.npz", pair=np.repeat(part.listed, np.diff(p.offsets)).astype(np.uint32), device=p.devices)
    found = subprocess.run([*command, str(verdicts), str(parts)], capture_output=True, text=True)
    what = "DuckDB join of the same verdicts and installs"
    if found.returncode:
        said(what, f"did not run: {found.stderr.strip()[-200:]}")
        return
    figure, number = found.stdout.split("\n")[-3:-1]  # a progress bar may stand before them
    said(what, figure)
    total = int(number)
    same = "equal to ours" if total == findings else f"NOT equal: ours are {findings:,}"
    said("DuckDB's affected findings", f"{total:,}, {same}", "equal")


def _affected(universe: Any) -> tuple[Any, Any]:
    hit, _ = universe.matrices()
    numbers = np.array([int(cve[4:8]) * 10**8 + int(cve[9:]) for cve in universe.cves], np.int64)
    cve, pair = np.nonzero(hit[list(universe.cves.values())])
    return numbers[cve], universe.pairs[pair]


_JOIN = """
import resource, sys, time, glob
try:
    import duckdb
except ImportError:
    raise SystemExit("duckdb is not installed here")
import numpy as np, pyarrow as pa
v = np.load(sys.argv[2]); verdicts = pa.table({"cve": v["cve"], "pair": v["pair"]})
db = duckdb.connect(); db.execute("SET enable_progress_bar = false")
db.execute("CREATE TABLE verdicts AS SELECT * FROM verdicts"); total = 0
began = time.process_time()
db.execute("CREATE TABLE installs (org INTEGER, pair INTEGER, device INTEGER)")
for n, path in enumerate(sorted(glob.glob(sys.argv[3] + "/*.npz"))):
    r = np.load(path); part = pa.table({"org": np.full(len(r["pair"]), n, np.int32), "pair": r["pair"], "device": r["device"]})
    db.execute("INSERT INTO installs SELECT * FROM part")
loaded = time.process_time(); orgs = n + 1
# one organisation at a time where it is asked for all at once: the same answer, and it stays in memory
for n in range(orgs):
    counts = "SELECT cve, count(DISTINCT device) AS d FROM installs JOIN verdicts USING (pair)"
    total += db.execute(f"SELECT coalesce(sum(d), 0) FROM ({counts} WHERE org = {n} GROUP BY cve)").fetchone()[0]
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
took = f"{time.process_time() - loaded:.2f} CPU-s after {loaded - began:.2f} CPU-s of loading"
print(f"{took}, {peak:,.0f} MB")
print(total)
"""


def check() -> None:
    """The figures of `check` over SBOMs, as `bench_check.py` prints them."""
    found = subprocess.run([sys.executable, Path(__file__).with_name("bench_check.py")], capture_output=True, text=True)
    for line in found.stdout.splitlines() or [f"check: did not run: {found.stderr.strip()[-200:]}"]:
        what, _, figure = line.partition(": ")
        said(what, figure)


def peers(venv: Path, home: Path) -> None:
    """Scanners of SBOMs in an environment of their own, on a SBOM of `bench_check.py`, without any network."""
    python, names = venv / "bin" / "python", ("cve-bin-tool", "appthreat-vulnerability-db")
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True, capture_output=True)
        found = subprocess.run([python, "-m", "pip", "install", "-q", *names], capture_output=True, text=True)
        if found.returncode:
            said("peers on the SBOMs of check", f"not measured: pip cannot install them: {found.stderr.strip()[-200:]}")
            return
    sys.path.insert(0, str(Path(__file__).parent))
    from bench_check import a_sbom

    sbom, out = home / "peers.json", home / "found.json"
    sbom.write_bytes(orjson.dumps(a_sbom(home, components=500)))
    scan = ["cve-bin-tool", "--offline", "--sbom", "cyclonedx", "--sbom-file", sbom, "--format", "json", "--output-file", out]
    _peer(venv, home, names[0], scan, needs="Database does not exist")
    _peer(venv, home, names[1], ["vdb", "--quiet", "--bom", sbom], needs="CVE-", wanted=True)


def _peer(venv: Path, home: Path, name: str, command: list[Any], *, needs: str, wanted: bool = False) -> None:
    """One scanner. It has nothing to compare with where it says (or, `wanted`, does not say) `needs`."""
    ask = f"import importlib.metadata as m; print(m.version({name!r}))"
    which = subprocess.run([venv / "bin" / "python", "-c", ask], capture_output=True, text=True).stdout.strip()
    before, environment = os.times(), {**os.environ, "HOME": str(home), "XDG_DATA_HOME": str(home), "XDG_CACHE_HOME": str(home)}
    found = subprocess.run([venv / "bin" / command[0], *command[1:]], capture_output=True, text=True, env=environment)
    took, told = os.times().children_user - before.children_user, f"{found.stdout}\n{found.stderr}"
    if (needs in told) is wanted:
        said(f"{name} {which} on a SBOM of check", f"{took:.2f} CPU-s, exit code {found.returncode}")
        return
    last = "it says: Database does not exist" if not wanted else "its database is empty, and it finds nothing"
    why = f"not measured: installed and started, and {last}; the database is made from the internet, which is not at hand here"
    said(f"{name} {which} on a SBOM of check", why)


if __name__ == "__main__":
    main()
