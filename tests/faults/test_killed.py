"""`kill -9` at the steps of issuing an alert, of answering one, and of the worker's round: nothing lost, nothing doubled."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

SCRIPT = Path(__file__).with_name("killed.py")
EVERY = os.environ.get("EVERY_FAULT", "0")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO_", "WARDROUND_"))}
    env |= {"WARDROUND_HOME": str(folder / "home")} | ({"WARDROUND_DATABASE": arguments[0]} if arguments else {})
    return subprocess.run([sys.executable, SCRIPT, folder, EVERY, *arguments], env=env, capture_output=True, text=True, timeout=900)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nothing_is_lost_doubled_or_half_done(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    arguments = []
    if kind == "postgresql":
        url = request.getfixturevalue("postgres_url")
        with psycopg.connect(url, autocommit=True) as db:
            db.execute("CREATE DATABASE killed")
        arguments = [url.replace("/postgres?", "/killed?")]
    done = run(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout[-3000:] + done.stderr[-3000:]
    assert done.stderr.count("killed at") == 3
