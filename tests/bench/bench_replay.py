"""`wardround replay epmm`, the whole process, and the hunt of its logs for each event. Printed, never asserted."""

import io
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from wardround.core.hunts import Source, hunt, load_pack

RUNS = 3


def replayed(wardround: Path) -> None:
    """Play it, each time in a throw-away home."""
    for run in range(RUNS):
        start, before = time.perf_counter(), os.times()
        out = json.loads(subprocess.run([wardround, "replay", "epmm", "--json"], check=True, capture_output=True).stdout)
        took, after = time.perf_counter() - start, os.times()
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        print(
            f"replay: {len(out['organisations'])} organisations, {len(out['steps'])} steps: {took:.2f} s, {cpu:.2f} CPU-s "
            f"({'cold' if run == 0 else 'warm'}; aim: under 10 s)"
        )


def hunted(wardround: Path) -> None:
    """Search all of its logs with the EPMM pack, in this process, read from memory."""
    rules = load_pack("epmm").rules
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([wardround, "replay", "epmm", "--export", folder], check=True, capture_output=True)
        logs = {path.name: path.read_bytes() for path in sorted(Path(folder, "logs").glob("*/*"))}
    for run in range(RUNS):
        before = time.process_time()
        result = hunt([Source(name, io.BytesIO(data)) for name, data in logs.items()], rules=rules)
        cpu = time.process_time() - before
        print(
            f"hunt: {len(logs)} logs, {result.events:,} events, {len(rules.rules)} rules, {len(result.detections)} detections: "
            f"{cpu:.2f} CPU-s, {cpu / result.events * 1e6:.0f} microseconds an event ({'cold' if run == 0 else 'warm'})"
        )


def main() -> None:
    """Both."""
    wardround = Path(sys.executable).with_name("wardround")
    replayed(wardround)
    hunted(wardround)


if __name__ == "__main__":
    main()
