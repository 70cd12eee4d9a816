"""The benchmark of hunts prints its table, and the ways that it holds beside each other find the same."""

import json
import os
import subprocess
import sys
from pathlib import Path


def test_the_table_is_printed_and_the_counts_are_equal(shared: Path, root: Path, tmp_path: Path) -> None:
    asked = {"EVENTS": "2000", "PLAIN": "500", "EVERY": "40", "JSON": str(tmp_path / "figures.json")}
    script = root / "tests" / "bench" / "bench_hunt.py"
    found = subprocess.run([sys.executable, script], env={**os.environ, **asked}, capture_output=True, text=True)
    assert (found.returncode, found.stderr) == (0, "")
    rows = {row["what"]: row["figure"] for row in json.loads((tmp_path / "figures.json").read_bytes())}
    assert all(f"hunt: {what}: {figure}" in found.stdout for what, figure in rows.items())
    for what in ("repeated, cold", "repeated, warm"):
        assert "(2,000 in " in rows[f"recorded Windows events, {what}"]
    counts = [figure for what, figure in rows.items() if what.startswith("its counts")]
    assert len(counts) == 3
    assert all(figure.startswith("equal for ") and "NOT" not in figure for figure in counts)
