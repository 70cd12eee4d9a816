"""Several processes on one PostgreSQL: they start at once, serve one port, stop gently, and do each job once. Real processes."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

BOOT = "from wardround.hub.boot import boot; from wardround.lake.home import Home; boot(Home.at(None)); "
PEOPLE = BOOT + (
    "from wardround.hub.accounts.joining import first_administrator as f; "
    "f(centre='Example Centre', mailbox='duty@centre.example', name='A', email='a@centre.example', password='four dull words here')"
)
JOBS = """
import os, time
from django_tasks import task

@task()
def note(path: str) -> None:
    time.sleep(0.05)
    with open(path, "a") as file:
        file.write(f"{os.getpid()}\\n")
"""


def environment(home: Path, database: str, **more: str) -> dict[str, str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO_", "WARDROUND_"))}
    return env | {"WARDROUND_HOME": str(home), "WARDROUND_DATABASE": database} | more


@pytest.fixture
def database(postgres_url: str, tmp_path: Path) -> str:
    name = f"s{abs(hash(tmp_path)):x}"[:20]
    with psycopg.connect(postgres_url, autocommit=True) as db:
        db.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
    return postgres_url.replace("/postgres?", f"/{name}?")


@pytest.fixture
def hub(database: str, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A hub of two web processes and two workers, and its port."""
    env = environment(tmp_path / "home", database, PYTHONPATH=str(tmp_path))
    (tmp_path / "notes_jobs.py").write_text(JOBS)
    assert subprocess.run([sys.executable, "-c", PEOPLE], env=env, timeout=120).returncode == 0
    command = [sys.executable, "-m", "wardround", "up", "--port", "0", "--web", "2", "--workers", "2"]
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    line = next(line for line in process.stdout if "runs at" in line)
    port = int(re.search(r":(\d+)", line.split("http://")[1])[1])  # type: ignore[index]
    try:
        until(lambda: get(port, "/ready/") == 200)
        yield process, port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        process.stdout.close()


def get(port: int, path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def until(true: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.2)


def children(pid: int, word: str) -> list[int]:
    done = subprocess.run(["ps", "--ppid", str(pid), "-o", "pid=,args="], capture_output=True, text=True)
    return [int(line.split()[0]) for line in done.stdout.splitlines() if f"wardround {word}" in line]


def test_three_that_start_at_once_make_the_tables_once(database: str, tmp_path: Path) -> None:
    starts = [
        subprocess.Popen([sys.executable, "-c", BOOT], env=environment(tmp_path / f"home{n}", database), stderr=subprocess.PIPE)
        for n in range(3)
    ]
    said = [process.communicate(timeout=180)[1] for process in starts]
    assert [process.returncode for process in starts] == [0, 0, 0], said
    with psycopg.connect(database) as db:
        assert (
            db.execute("SELECT count(*), count(DISTINCT (app, name)) FROM django_migrations").fetchone()
            == (db.execute("SELECT count(*) FROM django_migrations").fetchone() or (0,)) * 2
        )


def test_a_hub_of_several_processes(hub: tuple[subprocess.Popen[str], int], database: str, tmp_path: Path) -> None:
    """One hub for all of it: a process that is killed comes back, jobs are done once, what was begun is answered at the stop."""
    process, port = hub
    first = children(process.pid, "web")
    assert len(first) == 2
    assert len(children(process.pid, "worker")) == 2
    os.kill(first[0], signal.SIGKILL)
    assert get(port, "/health/") == 200
    until(lambda: len(children(process.pid, "web")) == 2 and first[0] not in children(process.pid, "web"))

    notes = tmp_path / "notes"
    enqueue = BOOT + f"import notes_jobs; [notes_jobs.note.enqueue({str(notes)!r}) for _ in range(60)]"
    env = environment(tmp_path / "home", database, PYTHONPATH=str(tmp_path))
    assert subprocess.run([sys.executable, "-c", enqueue], env=env, timeout=120).returncode == 0
    until(lambda: notes.exists() and len(notes.read_text().splitlines()) >= 60)
    time.sleep(2)
    done = notes.read_text().split()
    assert len(done) == 60
    assert len(set(done)) == 2  # both workers took their part

    answers: list[int] = []
    with psycopg.connect(database) as db:
        db.execute("LOCK TABLE workers_beat IN ACCESS EXCLUSIVE MODE")
        asker = threading.Thread(target=lambda: answers.append(get(port, "/ready/")))
        asker.start()
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        time.sleep(1)
    asker.join(30)
    assert answers == [200]
    assert process.wait(60) == 0
    with socket.socket() as gone:
        assert gone.connect_ex(("127.0.0.1", port)) != 0


def test_an_owner_who_may_make_no_role_is_told_what_to_ask_for(database: str, tmp_path: Path) -> None:
    name = re.search(r"/(s\w+)\?", database)[1]  # type: ignore[index]
    with psycopg.connect(database, autocommit=True) as db:
        db.execute(f'CREATE ROLE "plain_{name}" LOGIN')  # type: ignore[arg-type]
        db.execute(f'GRANT CREATE, USAGE ON SCHEMA public TO "plain_{name}"')  # type: ignore[arg-type]
    url = database.replace("postgres@", f"plain_{name}@")
    command = [sys.executable, "-m", "wardround", "audit", "export", "--org", "X"]
    done = subprocess.run(command, env=environment(tmp_path / "home", url), capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    todo = f'CREATE ROLE "{name}_app" NOLOGIN; GRANT "{name}_app" TO plain_{name};'
    assert todo in done.stderr
    with psycopg.connect(database, autocommit=True) as db:
        for statement in todo.split(";")[:2]:
            db.execute(statement)  # type: ignore[arg-type]
    again = subprocess.run(command, env=environment(tmp_path / "home", url), capture_output=True, text=True, timeout=120)
    assert "known codes" in again.stderr


def test_a_user_who_serves_and_owns_nothing_is_let_in_by_the_owner(database: str, tmp_path: Path) -> None:
    name = re.search(r"/(s\w+)\?", database)[1]  # type: ignore[index]
    with psycopg.connect(database, autocommit=True) as db:
        db.execute(f'CREATE ROLE "serves_{name}" LOGIN')  # type: ignore[arg-type]
    served = database.replace("postgres@", f"serves_{name}@")
    both = environment(tmp_path / "home", served, WARDROUND_DATABASE_OWNER=database)
    alone = environment(tmp_path / "home", served, WARDROUND_DATABASE_OWNER="elsewhere")
    command = [sys.executable, "-m", "wardround", "audit", "export", "--org", "X"]

    def said(env: dict[str, str]) -> str:
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120).stderr

    assert "has not this version's tables" in said(alone)
    assert "known codes" in said(both)
    assert "known codes" in said(alone)
    with psycopg.connect(database, autocommit=True) as db:
        db.execute("ALTER TABLE estate_source NO FORCE ROW LEVEL SECURITY")
    assert "separates no organisations in estate_source" in said(alone)
    with psycopg.connect(database, autocommit=True) as db:
        db.execute(f'ALTER ROLE "serves_{name}" BYPASSRLS')  # type: ignore[arg-type]
    assert "bypasses row-level security" in said(both)
