"""Hunts: Windows events with all public rules, access logs with web rules, memory, two processes, a peer. Printed, never asserted.

`EVENTS=1000000` for the full size (200,000 without it), `PEER` and `PLAIN` for how many of them the peer and the plain evaluator
are given; `EVERY=20` takes each twentieth rule only, for a trial; `JSON=FILE` keeps the figures. Each figure is that of a fresh
process, by getrusage; files lie in a temporary folder.
"""

import json
import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

EVENTS, SEED = int(os.environ.get("EVENTS", "200000")), 20250515
PEER, PLAIN = int(os.environ.get("PEER", EVENTS)), int(os.environ.get("PLAIN", min(EVENTS, 5_000)))
TIMES, EVERY = 5, int(os.environ.get("EVERY", "1"))
SHARED = Path(__file__).parents[3] / "shared" / "data"
ATTACKS, RULES = SHARED / "evtx" / "hayabusa-sample-evtx.tar.zst", SHARED / "sigma" / "rules.tar.zst"
ROWS: list[tuple[str, str, str]] = []
SHOWN = 12
WINDOWS_AIM, WEB_AIM, MEMORY_AIM = "80,000 warm, 40,000 cold", "400,000", "600 MB, flat"


def said(what: str, figure: str, aim: str = "") -> None:
    ROWS.append((what, figure, aim))
    print(f"hunt: {what}: {figure}{f' (aim: {aim})' if aim else ''}", flush=True)


def main() -> None:
    """All figures, in one table."""
    if not ATTACKS.exists() or not RULES.exists():
        print("hunt: ../shared/data/evtx or ../shared/data/sigma is not here, nothing measured")
        return
    calibration()
    used = ", ".join(f"{name} {version(name)}" for name in ("wardround", "hyperscan", "msgspec", "orjson", "numpy", "evtx"))
    said("machine", f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {used}, seed {SEED}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        child("unpack", RULES, folder / "rules")
        windows(folder)
        access(folder)
        peer(folder)
    calibration()
    if path := os.environ.get("JSON"):
        rows = [dict(zip(("what", "figure", "aim"), row, strict=True)) for row in ROWS]
        Path(path).write_text(json.dumps(rows, indent=1))


def calibration() -> None:
    """How long a fixed piece of work takes: twice the time beside it, twice the figures of all the rest."""
    began, total = time.process_time(), 0
    for number in range(5_000_000):
        total += number & 3
    said("calibration", f"{time.process_time() - began:.2f} CPU-s, load {os.getloadavg()[0]:.1f}")


def windows(folder: Path) -> None:
    """(a) and (c): recorded events over and over, and a day with some of them in it; five times as many for the memory."""
    files, home = folder / "files", folder / "home-repeated"
    child("linked", files, EVENTS)
    child("repeated", folder / "repeated", EVENTS)
    child("mixed", folder / "mixed", EVENTS)
    for name, what in (("repeated", "recorded Windows events, repeated"), ("mixed", "Windows events, a hospital's day")):
        cold = searched(folder / name, folder / "rules", home=folder / f"home-{name}")
        figures(f"{what}, cold", cold, WINDOWS_AIM)
        warm = searched(folder / name, folder / "rules", home=folder / f"home-{name}")
        figures(f"{what}, warm", warm, WINDOWS_AIM)
        said(f"{what}: share with a hit", f"{warm['hit'] / warm['events']:.1%}, {sum(warm['counts'].values()):,} hits")
        said(f"{what}: rules", ran(warm))
    figures("the recorded event files as they are (.evtx), warm", searched(files, folder / "rules", home=home), WINDOWS_AIM)
    for name, what in (("repeated", "recorded Windows events, repeated"), ("mixed", "Windows events, a hospital's day")):
        child(name, folder / f"more-{name}", EVENTS * TIMES)
        more = searched(folder / f"more-{name}", folder / "rules", home=folder / f"home-{name}")
        figures(f"{what}, {TIMES} times as many, warm", more, WINDOWS_AIM)
        two = searched(folder / f"more-{name}", folder / "rules", home=folder / f"home-{name}", workers=2)
        ratio, spent = more["wall"] / two["wall"], f"{two['search']:.2f} CPU-s against {more['search']:.2f}"
        said(f"{what}: two processes", f"{ratio:.2f} times as fast by the clock ({spent}), load {os.getloadavg()[0]:.1f}", "1.7")
    memory("Windows events", warm, more)


def access(folder: Path) -> None:
    """(b) and (c): ordinary requests with the web rules and the EPMM pack."""
    child("requests", folder / "requests", EVENTS)
    searched(folder / "requests", "web", home=folder / "home-mixed", archive=folder / "rules")
    warm = searched(folder / "requests", "web", home=folder / "home-mixed", archive=folder / "rules")
    figures("access log, warm", warm, WEB_AIM)
    said("access log: rules", f"{ran(warm)}; {sum(warm['counts'].values()):,} hits")
    child("requests", folder / "more-requests", EVENTS * TIMES)
    memory("access log", warm, searched(folder / "more-requests", "web", home=folder / "home-mixed", archive=folder / "rules"))


def peer(folder: Path) -> None:
    """(d): the same events, one SQL query a rule; and, on some, the plain evaluator."""
    said("Zircolite", no_zircolite(folder / "pip"))
    for name in ("repeated", "mixed"):
        some = folder / f"peer-{name}"
        child(name, some, PEER)
        ours = searched(some, folder / "rules", home=folder / "home-mixed")
        theirs = child("peer", some, folder / "rules")
        took = theirs["filling"] + theirs["asking"]
        rate, asked, mine = (f"{PEER / seconds:,.0f}" for seconds in (took, theirs["asking"], ours["search"]))
        said(
            f"one SQL query a rule ({name}, {PEER:,} events)",
            f"{rate} events a CPU-s, {asked} without filling the table, peak {theirs['peak']:,} MB; "
            f"ours on them, warm, {mine}, peak {ours['peak']:,} MB",
        )
        why = Counter(re.sub(":.*", "", reason) for reason in theirs["failed"].values())
        failed = ", ".join(f"{number} {reason}" for reason, number in why.items())
        alone = sum(ours["counts"].get(rule, 0) > 0 for rule in theirs["failed"])
        said(f"its rules ({name})", f"{len(theirs['counts']):,} ran, {len(theirs['failed'])} failed ({failed}), {alone} with hits")
        compared(f"its counts ({name})", ours, theirs["counts"])
    some = folder / "plain"
    child("mixed", some, PLAIN)
    ours, plain = searched(some, folder / "rules", home=folder / "home-mixed"), child("plain", some, folder / "rules")
    said(f"the plain evaluator ({PLAIN:,} events)", f"{PLAIN / plain['search']:,.0f} events a CPU-s")
    compared("its counts", ours, {rule: plain["counts"].get(rule, 0) for rule in {*ours["counts"], *plain["counts"]}})


def compared(what: str, ours: dict[str, Any], theirs: dict[str, int]) -> None:
    """Rule by rule, of the rules that both ran."""
    both = {rule: (ours["counts"].get(rule, 0), count) for rule, count in theirs.items() if rule not in ours["not_run"]}
    other = [f"{rule}: ours {mine}, theirs {count}" for rule, (mine, count) in sorted(both.items()) if mine != count]
    shown = "; ".join(other[:SHOWN]) + (f"; and {len(other) - SHOWN} more" if len(other) > SHOWN else "")
    hit = sum(any(pair) for pair in both.values())
    said(
        what,
        f"equal for {len(both) - len(other):,} of {len(both):,} rules, {hit} with hits" + (f", NOT for {shown}" if other else ""),
    )


def figures(what: str, got: dict[str, Any], aim: str) -> None:
    events, search = got["events"], got["search"]
    whole = f"{search:.2f} CPU-s, {got['ready']:.2f} CPU-s before it (imports, reading the rules)"
    said(what, f"{events / search:,.0f} events a CPU-s ({events:,} in {whole}), peak {got['peak']:,} MB", aim)


def ran(got: dict[str, Any]) -> str:
    why = ", ".join(f"{number:,} {reason}" for reason, number in sorted(got["why"].items()))
    return f"{got['ran']:,} of {got['given']:,} ran; not run: {why}"


def memory(what: str, less: dict[str, Any], more: dict[str, Any]) -> None:
    said(
        f"memory, {what}", f"peak {less['peak']:,} MB of {less['events']:,}, {more['peak']:,} MB of {more['events']:,}", MEMORY_AIM
    )


def no_zircolite(folder: Path) -> str:
    """Is the tool itself to be had? Said in the words of pip."""
    if EVERY > 1:
        return "not looked for in a trial; its published method below"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), "zircolite"]
    found = subprocess.run(command, capture_output=True, text=True)
    if not found.returncode:
        return "can be had here, and is not measured yet; its method below"
    errors = [line for line in found.stderr.splitlines() if line.startswith("ERROR")]
    return f"not to be had here ({errors[-1] if errors else 'pip does not run'}); its published method below"


def searched(logs: Path, rules: Path | str, *, home: Path, workers: int = 1, archive: Path | str = "") -> dict[str, Any]:
    return child("search", logs, rules, home, workers, archive)


def child(task: str, *given: Any) -> dict[str, Any]:
    """A task in a fresh process: what it prints."""
    command = [sys.executable, __file__, task, *map(str, given)]
    found = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(found.stdout or "{}"))


# What follows runs in the processes of its own.


def used() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def peak() -> int:
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) // 1024


def unpack(archive: str, folder: str) -> None:
    from hunt_events import members

    for number, (name, data) in enumerate(islice(members(Path(archive), ".yml"), 0, None, EVERY)):
        path = Path(folder) / f"{number:05}-{Path(name).name}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)


def linked(folder: str, count: str) -> None:
    """The archive of event files, as often as it takes for so many events."""
    from hunt_events import recorded

    Path(folder).mkdir()
    for number in range(max(1, int(count) // sum(1 for _ in recorded(ATTACKS)))):
        (Path(folder) / f"{number:05}.tar.zst").symlink_to(ATTACKS.resolve())


def make(task: str, folder: str, count: str) -> None:
    import hunt_events

    if task == "requests":
        lines = hunt_events.requests(int(count), seed=SEED)
    else:
        attacks = list(hunt_events.recorded(ATTACKS))
        given = islice(hunt_events.mixed(attacks, int(count), seed=SEED), int(count))
        lines = given if task == "mixed" else hunt_events.repeated(attacks, int(count))
    hunt_events.kept(lines, Path(folder))


def rule_set(rules: str, home: str, archive: str = "") -> Any:
    """All rules of a folder; `web`: those for web servers, and the EPMM pack."""
    from wardround.cli._rule_files import read_rule_files
    from wardround.core.hunts import load_pack
    from wardround.core.sigma import RuleSet
    from wardround.lake.home import Home

    if rules != "web":
        return read_rule_files(Path(rules), home=Home(Path(home)))
    public = read_rule_files(Path(archive), home=Home(Path(home))).rules
    web = [rule for rule in public if rule.logsource.category == "webserver"]
    return RuleSet((*web, *load_pack("epmm").rules.rules), (), "")


def search(logs: str, rules: str, home: str, workers: str, archive: str) -> dict[str, Any]:
    from wardround.engines.hunting import FolderStore, Job, run

    job = Job(tuple(sorted(Path(logs).iterdir())), rule_set(rules, home, archive), store=FolderStore(Path(home) / "compiled"))
    before, wall = used(), time.perf_counter()
    result = run(job, workers=int(workers), read=lambda size: None, stopped=lambda: False).result
    spent = {"ready": before, "search": used() - before, "wall": time.perf_counter() - wall, "peak": peak()}
    return told(result) | spent


def plainly(logs: str, rules: str) -> dict[str, Any]:
    from wardround.core.hunts import Source, hunt

    given, before = rule_set(rules, f"{rules}-home"), used()
    files = [path.open("rb") for path in sorted(Path(logs).iterdir())]
    return told(hunt([Source(file.name, file) for file in files], rules=given)) | {"search": used() - before}


def told(result: Any) -> dict[str, Any]:
    """What a hunt says, as numbers."""
    missed = result.coverage.not_run
    return {
        "events": result.events,
        "given": result.coverage.rules_given,
        "ran": result.coverage.rules_ran,
        "not_run": [miss.id for miss in missed],
        "why": Counter(miss.reason for miss in missed),
        "counts": Counter(found.rule for found in result.detections),
        "hit": len({(found.source, found.line, found.time, found.excerpt) for found in result.detections}),
    }


def queries(logs: str, rules: str) -> dict[str, Any]:
    from hunt_sql import searched as asked

    from wardround.core.hunts._plan import Plan
    from wardround.core.logs import Reading, Source

    plan = Plan(rule_set(rules, f"{rules}-home"))
    files = [path.open("rb") for path in sorted(Path(logs).iterdir())]
    return asked((event for file in files for event in Reading(Source(file.name, file))), plan)._asdict() | {"peak": peak()}


TASKS: dict[str, Callable[..., Any]] = {"unpack": unpack, "linked": linked, "search": search, "plain": plainly, "peer": queries}

if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    elif sys.argv[1] in TASKS:
        print(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:]) or {}))
    else:
        make(*sys.argv[1:])
