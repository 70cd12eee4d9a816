"""`wardround worker`, killed in the middle of a job: another takes it up and finishes it."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

JOB = """
import time
from pathlib import Path
from django_tasks import task

@task()
def nap(notes: str) -> None:
    path = Path(notes)
    with path.open("a") as file:
        file.write("begun\\n")
    if path.read_text().count("begun") == 1:
        time.sleep(600)
    with path.open("a") as file:
        file.write("done\\n")
"""
ENQUEUE = "from wardround.hub.boot import boot; from wardround.lake.home import Home; boot(Home.at(None)); "
ENQUEUE += "import sys, naps; naps.nap.enqueue(sys.argv[1])"


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_job_of_a_worker_that_was_killed_is_finished_by_the_next(tmp_path: Path) -> None:
    home, notes = tmp_path / "home", tmp_path / "notes"
    (tmp_path / "naps.py").write_text(JOB)
    env = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO_", "WARDROUND_"))}
    env |= {"WARDROUND_HOME": str(home), "PYTHONPATH": str(tmp_path)}
    assert subprocess.run([sys.executable, "-c", ENQUEUE, str(notes)], env=env, timeout=120).returncode == 0

    def database(statement: str) -> list[tuple[str]]:
        with closing(sqlite3.connect(home / "hub.sqlite3", timeout=20)) as db, db:
            return db.execute(statement).fetchall()

    worker = [sys.executable, "-m", "wardround", "worker"]
    first = subprocess.Popen(worker, env=env, stderr=subprocess.DEVNULL)
    until(notes.exists)
    first.send_signal(signal.SIGKILL)
    first.wait(20)
    assert database("SELECT status FROM django_tasks_database_dbtaskresult") == [("RUNNING",)]
    database("UPDATE workers_beat SET at = '2020-01-01 00:00:00'")  # as if half a minute had passed: what follows waits for nothing
    database("UPDATE django_tasks_database_dbtaskresult SET started_at = '2020-01-01 00:00:00'")
    second = subprocess.Popen(worker, env=env, stderr=subprocess.DEVNULL)
    try:
        until(lambda: database("SELECT status FROM django_tasks_database_dbtaskresult") == [("SUCCESSFUL",)])
    finally:
        second.terminate()
        assert second.wait(30) == 0
    assert notes.read_text().split() == ["begun", "begun", "done"]
