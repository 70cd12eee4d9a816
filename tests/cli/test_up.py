"""`wardround up`: what stops it before it serves. Serving itself is tested from the wheel."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from wardround.cli._serving import Kept


def up(home: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "wardround", "up", "--home", str(home), *map(str, arguments)]
    env = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO_", "WARDROUND_"))}
    return subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)


def test_a_taken_port_is_exit_2_with_advice_before_anything_is_loaded(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = up(tmp_path / "home", "--demo", "--port", port)
    assert done.returncode == 2
    assert f"port {port} is taken; choose another: --port 8001" in done.stderr
    assert not (tmp_path / "home").exists()


def test_without_an_administrator_and_without_a_terminal_it_says_how_to_name_one(tmp_path: Path) -> None:
    done = up(tmp_path / "home", "--port", 0)
    assert done.returncode == 2
    assert "this hub has no administrator yet" in done.stderr
    assert "wardround organisation centre" in done.stderr
    assert "--demo" in done.stderr
    assert done.stdout == ""


def test_the_home_of_a_new_hub_is_its_owners_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    up(home, "--port", 0)
    assert home.stat().st_mode & 0o077 == 0
    assert (home / "installation.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_port_that_is_none_is_wrong_usage(tmp_path: Path, port: str) -> None:
    done = up(tmp_path / "home", "--port", port)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_worker_that_ends_by_itself_is_started_again_and_stops_with_the_hub(capsys: pytest.CaptureFixture[str]) -> None:
    kept = Kept([sys.executable, "-c", "import time; time.sleep(60)"], look_every=0.05)
    first = kept.process
    first.kill()
    first.wait(10)
    for _ in range(200):
        if kept.process is not first:
            break
        time.sleep(0.05)
    assert kept.process.poll() is None
    kept.stop()
    assert kept.process.poll() is not None
    assert "started again" in capsys.readouterr().out
