"""A backup holds an installation whole; a restore, into either database, answers every page as before; damage is refused."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from pathlib import Path

import orjson
import psycopg
import pytest
import zstandard

DEMONSTRATION = "from wardround.hub.boot import boot; from wardround.lake.home import Home; boot(Home.at(None)); "
DEMONSTRATION += "from wardround.hub.replay.demonstration import load; load(Home.at(None)); "
DEMONSTRATION += "from wardround.hub.alerts.tasks import reconsider_all; reconsider_all.enqueue()"  # a job that waits is kept too
PAGES = """
import re, sys
from wardround.hub.boot import boot
from wardround.lake.home import Home
boot(Home.at(None))
import orjson
from django.conf import settings
from django.test import Client
from wardround.connectors.clock import FakeClock
from wardround.hub import clock
from wardround.hub.accounts.models import User
clock.use(FakeClock(settings.INSTALLATION.demo_at))
settings.ALLOWED_HOSTS = ["testserver"]
found = {}
for email in ("duty.officer@centre.example", "security@coldbrook.example"):
    client = Client()
    client.force_login(User.objects.get(email=email))
    waiting = ["/", "/alerts/candidates/", "/estate/", "/names/", "/record/", "/record/EX03/export/"]
    seen = set(waiting)
    while waiting:
        address = waiting.pop()
        answer = client.get(address)
        if answer.streaming:
            text = b"".join(answer.streaming_content).decode()
        else:
            text = re.sub(r'csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())
        found[f"{email} {address}"] = f"{answer.status_code} {answer.headers.get('Location', '')} {text}"
        links = re.findall(r'href="(/[^"#?]*)"', text) if "text/html" in answer.headers["Content-Type"] else []
        for link in links:
            if link not in seen and not link.startswith(("/static/", "/sign-out")) and len(seen) < 120:
                seen.add(link)
                waiting.append(link)
sys.stdout.buffer.write(orjson.dumps(found))
"""


def run(home: Path, *arguments: object, database: str = "") -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO_", "WARDROUND_"))}
    env |= {"WARDROUND_HOME": str(home)} | ({"WARDROUND_DATABASE": database} if database else {})
    return subprocess.run([sys.executable, *map(str, arguments)], env=env, capture_output=True, text=True, timeout=300)


NEW_EACH_TIME = "/account/app/"
"""A page that makes a new secret whenever it is opened."""


def call(home: Path, *arguments: object, database: str = "") -> subprocess.CompletedProcess[str]:
    return run(home, "-m", "wardround", *arguments, database=database)


def pages(home: Path, *, database: str = "") -> dict[str, str]:
    done = run(home, "-c", PAGES, database=database)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, str] = orjson.loads(done.stdout)
    return {address: page for address, page in found.items() if not address.endswith(NEW_EACH_TIME)}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("backup") / "home"
    made.mkdir(mode=0o700)
    assert run(made, "-c", DEMONSTRATION).returncode == 0
    return made


@pytest.fixture(scope="module")
def file(home: Path) -> Path:
    made = home.parent / "one.backup"
    done = call(home, "backup", made)
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture(scope="module")
def before(home: Path, file: Path) -> dict[str, str]:
    found = pages(home)
    assert sum(page.startswith("200 ") for page in found.values()) > 60
    return found


@pytest.fixture
def a_database(postgres_url: str, request: pytest.FixtureRequest) -> str:
    name = "b" + re.sub(r"\W", "", request.node.name)[-40:].lower()
    with psycopg.connect(postgres_url, autocommit=True) as db:
        db.execute(f'CREATE DATABASE "{name}"')
    return postgres_url.replace("/postgres?", f"/{name}?")


def test_every_page_is_as_before(file: Path, before: dict[str, str], tmp_path: Path) -> None:
    assert call(tmp_path / "back", "restore", file).returncode == 0
    assert pages(tmp_path / "back") == before
    assert call(tmp_path / "back", "doctor", "--deep").returncode == 0


def test_every_page_is_as_before_in_postgresql_and_back_again(
    file: Path, before: dict[str, str], tmp_path: Path, a_database: str
) -> None:
    there, again = tmp_path / "there", tmp_path / "again"
    assert call(there, "restore", file, "--database", a_database).returncode == 0
    assert not (there / "hub.sqlite3").exists()
    assert pages(there, database=a_database) == before
    assert call(there, "backup", tmp_path / "second", database=a_database).returncode == 0
    assert call(again, "restore", tmp_path / "second").returncode == 0
    assert pages(again) == before


def test_a_restored_hub_goes_on_where_it_stopped(file: Path, tmp_path: Path, a_database: str) -> None:
    """New rows get new numbers: what counts them is set to what was restored."""
    assert call(tmp_path / "back", "restore", file, "--database", a_database).returncode == 0
    added = call(tmp_path / "back", "organisation", "add", "EX99", "New Trust", "cyber@ex99.example", database=a_database)
    assert added.returncode == 0, added.stderr


def test_moving_to_postgresql_loses_nothing_and_leaves_no_way_back_by_accident(
    file: Path, before: dict[str, str], tmp_path: Path, a_database: str
) -> None:
    home = tmp_path / "home"
    assert call(home, "restore", file).returncode == 0
    done = call(home, "move", a_database, "--json")
    assert done.returncode == 0, done.stderr
    assert orjson.loads(done.stdout)["tables"]["audit.Entry"] > 100
    assert pages(home, database=a_database) == before
    forgotten = call(home, "organisation", "list")
    assert (forgotten.returncode, "state their address: WARDROUND_DATABASE" in forgotten.stderr) == (2, True)
    assert call(home, "move", a_database, database=a_database).returncode == 2


def test_a_hub_that_runs_is_not_moved(file: Path, tmp_path: Path, a_database: str) -> None:
    home = tmp_path / "home"
    assert call(home, "restore", file).returncode == 0
    with closing(sqlite3.connect(home / "hub.sqlite3")) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("SELECT count(*) FROM audit_entry").fetchone()
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM audit_entry").fetchone()
        done = call(home, "move", a_database)
    assert (done.returncode, "is open in another process" in done.stderr) == (2, True)
    assert call(home, "organisation", "list").returncode == 0


def test_what_is_not_empty_is_left_alone(home: Path, file: Path, tmp_path: Path, a_database: str) -> None:
    assert "is there already" in call(home, "backup", file).stderr
    assert "is not empty" in call(home, "restore", file).stderr
    assert call(tmp_path / "one", "restore", file, "--database", a_database).returncode == 0
    done = call(tmp_path / "two", "restore", file, "--database", a_database)
    assert (done.returncode, "holds tables already" in done.stderr) == (2, True)
    assert not (tmp_path / "two").exists()


def test_no_installation_gives_no_backup_and_makes_none(tmp_path: Path) -> None:
    for command in (("backup", tmp_path / "file"), ("doctor",)):
        done = call(tmp_path / "nothing", *command)
        assert (done.returncode, "no installation is here" in done.stderr) == (2, True)
    assert not (tmp_path / "nothing").exists()


def repacked(file: Path, change: Callable[[tarfile.TarInfo, bytes], bytes | None]) -> bytes:
    """The backup with members changed, as somebody without care for its manifest would."""
    plain = BytesIO(zstandard.ZstdDecompressor().stream_reader(file.read_bytes()).read())
    out = BytesIO()
    with tarfile.open(fileobj=plain) as tar, tarfile.open(fileobj=out, mode="w") as new:
        for info in tar:
            data = change(info, tar.extractfile(info).read())  # type: ignore[union-attr]
            if data is not None:
                info.size = len(data)
                new.addfile(info, BytesIO(data))
    return zstandard.ZstdCompressor().compress(out.getvalue())


def flipped(data: bytes) -> bytes:
    return data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :]


def renamed(name: str) -> Callable[[tarfile.TarInfo, bytes], bytes]:
    def change(info: tarfile.TarInfo, data: bytes) -> bytes:
        info.name = name if info.name == "home/installation.json" else info.name
        return data

    return change


DAMAGE: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "cut off": (lambda file: file.read_bytes()[:-2000], "cut off"),
    "cut off early": (lambda file: file.read_bytes()[:100], "cut off"),
    "a flipped bit": (lambda file: flipped(file.read_bytes()), "altered"),
    "empty": (lambda file: b"", "is no backup"),
    "no backup": (lambda file: b"PK\3\4 something else", "is no backup"),
    "a changed row": (
        lambda file: repacked(file, lambda info, data: data.replace(b"Coldbrook", b"Goldbrook") if "audit" in info.name else data),
        "was altered",
    ),
    "a missing file": (
        lambda file: repacked(file, lambda info, data: None if info.name.endswith("Entry.jsonl") else data),
        "is missing",
    ),
    "no manifest": (
        lambda file: repacked(file, lambda info, data: None if info.name == "manifest.json" else data),
        "without its manifest",
    ),
    "a path outside": (lambda file: repacked(file, renamed("../../outside")), "outside its folder"),
    "an absolute path": (lambda file: repacked(file, renamed("/tmp/outside")), "outside its folder"),
    "a newer version": (
        lambda file: repacked(
            file, lambda info, data: data.replace(b'"0002_chain"', b'"0099_later"') if info.name == "manifest.json" else data
        ),
        "newer version (audit.0099_later)",
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_backup_is_refused_and_nothing_is_left_behind(damage: str, file: Path, tmp_path: Path) -> None:
    make, says = DAMAGE[damage]
    bad = tmp_path / "bad"
    bad.write_bytes(make(file))
    done = call(tmp_path / "back", "restore", bad)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr[-1500:]
    assert says in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["bad"]


def test_the_doctor_names_what_is_wrong_and_what_to_do(file: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert call(home, "restore", file).returncode == 0
    with closing(sqlite3.connect(home / "hub.sqlite3")) as db, db:
        ((log,),) = db.execute("SELECT sha256 FROM hunts_logbatch LIMIT 1").fetchall()
        ((snapshot,),) = db.execute("SELECT sha256 FROM estate_snapshot LIMIT 1").fetchall()
        db.execute("UPDATE audit_entry SET who = 'somebody else' WHERE sequence = 2")
    (home / "files" / log[:2] / log).unlink()
    kept = home / "files" / snapshot[:2] / snapshot
    kept.chmod(0o600)
    kept.write_bytes(b"something else")
    home.chmod(0o755)
    (home / "record-signing-key.pem").write_text("no key")
    done = call(home, "doctor", "--deep", "--json")
    assert done.returncode == 1
    wrong = {look["what"]: " ".join(look["wrong"]) for look in orjson.loads(done.stdout)["looks"] if look["wrong"]}
    assert sorted(wrong) == ["home folder", "kept files", "record", "signing key"]
    assert f"{log} is missing" in wrong["kept files"]
    assert snapshot in wrong["kept files"]


def test_the_doctor_stops_at_a_database_of_a_newer_version(file: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert call(home, "restore", file).returncode == 0
    with closing(sqlite3.connect(home / "hub.sqlite3")) as db, db:
        db.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('audit', '0099_later', '2030-01-01')")
    done = call(home, "doctor")
    assert done.returncode == 2
    assert "is of a newer version (audit.0099_later); install that version" in done.stderr


def test_what_is_made_again_is_not_kept(home: Path, file: Path) -> None:
    (home / "cache").mkdir(exist_ok=True)
    (home / "cache" / "something").write_bytes(b"x")
    second = file.with_name("two.backup")
    assert call(home, "backup", second).returncode == 0
    with tarfile.open(fileobj=BytesIO(zstandard.ZstdDecompressor().stream_reader(second.read_bytes()).read())) as tar:
        names = tar.getnames()
    assert [name for name in names if "cache" in name or "hub.sqlite3" in name] == []
    assert "home/feeds/statements.sqlite3" in names
    assert names[-1] == "manifest.json"
    shutil.rmtree(home / "cache")
    second.unlink()
