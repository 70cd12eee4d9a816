"""The wheel alone is enough: installed in an empty environment, started from an empty folder, stopped and started again."""

import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

STYLE_SHEET = re.compile(r'<link[^>]+href="([^"]+\.css[^"]*)"')


@pytest.fixture(scope="session")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our wheel, built from this checkout as `make wheel` builds it."""
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", out], cwd=root, check=True, capture_output=True
    )
    return next(out.glob("*.whl"))


@pytest.fixture(scope="session")
def installed(root: Path, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an empty environment with the wheel in it; the dependencies are those that `make setup` checked and kept."""
    place = tmp_path_factory.mktemp("empty") / "venv"
    venv.create(place, with_pip=False, symlinks=True)
    locked = place / "constraints.txt"
    locked.write_text("\n".join(re.findall(r"^[^\s#]+==[^\\\n]+", (root / "requirements.lock").read_text("utf-8"), re.MULTILINE)))
    pip = [sys.executable, "-m", "pip", "--python", place / "bin" / "python", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, "--no-index", "--find-links", root / ".venv" / "wheels", "--constraint", locked, wheel], check=True)
    return place / "bin"


@contextmanager
def started(installed: Path, room: Path, *, give_up: float) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """`wardround up --demo` in an empty folder, with nothing of this checkout in its environment; yields its address."""
    (room / "empty").mkdir(exist_ok=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {"PATH": f"{installed}:/usr/bin:/bin", "HOME": str(room / "empty"), "LANG": "C.UTF-8"}
    command = [installed / "wardround", "up", "--demo", "--home", room / "home", "--port", str(port)]
    with (room / "said.txt").open("wb") as said:
        hub = subprocess.Popen(command, cwd=room / "empty", env=environment, stdout=said, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(hub, address, said=room / "said.txt", give_up=give_up)
        yield hub, address
    finally:
        if hub.poll() is None:
            hub.kill()
        hub.wait()


def wait_for(hub: subprocess.Popen[bytes], address: str, *, said: Path, give_up: float) -> None:
    """Until the hub has printed its address. Fails, with all it printed, when it ends or says nothing in time."""
    until = time.monotonic() + give_up
    while address not in said.read_text("utf-8"):
        if hub.poll() is not None or time.monotonic() > until:
            pytest.fail(f"no address (ended: {hub.poll()}); it said: {said.read_text('utf-8')[-3000:]}")
        time.sleep(0.05)


def get(url: str, *, give_up: float = 20) -> str:
    """A page as text; waits while nothing listens yet."""
    until = time.monotonic() + give_up
    while True:
        try:
            return urllib.request.urlopen(url, timeout=10).read().decode()
        except urllib.error.HTTPError:
            raise
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def test_the_wheel_holds_what_the_hub_shows(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "wardround/hub/static_built/manifest.json" in names
    assert "wardround/hub/static_built/nhsuk-frontend/nhsuk-frontend.min.css" in names
    assert [name for name in names if "axe" in name or "node_modules" in name or name.startswith("tests/")] == []


def test_every_data_file_of_the_source_is_in_the_wheel(root: Path, wheel: Path) -> None:
    """Templates, policies, rules, tables: whatever git tracks under src."""
    listed = subprocess.run(["git", "ls-files", "src"], cwd=root, check=True, capture_output=True, text=True).stdout.split()
    kept = {Path(name).relative_to("src").as_posix() for name in listed if (root / name).is_file()}
    assert sorted(kept - set(zipfile.ZipFile(wheel).namelist())) == []


def test_it_starts_serves_stops_and_starts_again(installed: Path, tmp_path: Path) -> None:
    took = []
    for _ in range(2):
        begun = time.monotonic()
        with started(installed, tmp_path, give_up=120) as (hub, address):
            page = get(f"{address}/sign-in/")
            took.append(time.monotonic() - begun)
            sheets = STYLE_SHEET.findall(page)
            assert sheets
            assert [sheet for sheet in sheets if sheet.startswith(("http", "//"))] == []
            assert all("{" in get(f"{address}{sheet}") for sheet in sheets)
            hub.send_signal(signal.SIGINT)
            assert hub.wait(15) == 0, (tmp_path / "said.txt").read_text("utf-8")[-3000:]
    print(f"first start {took[0]:.1f} s, second start {took[1]:.1f} s")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["empty", "home", "said.txt"]
    assert list((tmp_path / "empty").iterdir()) == [], "it wrote outside its home"
