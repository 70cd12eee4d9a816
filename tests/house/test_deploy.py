"""What `deploy/` says runs, and gives the service nothing that it does not need."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from wardround.cli._serving import LEAVE

CONFINED = {
    "NoNewPrivileges": "yes",
    "DynamicUser": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateDevices": "yes",
    "CapabilityBoundingSet": "",
    "RestrictNamespaces": "yes",
    "UMask": "0077",
    "SystemCallErrorNumber": "EPERM",
}


@pytest.fixture
def unit(root: Path) -> dict[str, str]:
    lines = (root / "deploy" / "wardround.service").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


@pytest.fixture
def image(root: Path) -> list[tuple[str, str]]:
    text = (root / "deploy" / "Containerfile").read_text("utf-8").replace("\\\n", " ")
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in text.splitlines()) if word.isupper()]


def understood(arguments: list[str]) -> None:
    """The command knows these options: it stops at the home folder that cannot be made, and not before."""
    command = [sys.executable, "-m", "wardround", *arguments, "--port", "0", "--home", "/proc/none"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "/proc/none" in done.stderr, done.stderr


def test_the_unit_starts_a_command_that_there_is(unit: dict[str, str]) -> None:
    program, *arguments = shlex.split(unit["ExecStart"])
    assert Path(program).name == "wardround"
    understood(arguments)


def test_the_unit_confines_the_service(unit: dict[str, str]) -> None:
    assert {name: unit[name] for name in CONFINED} == CONFINED


def test_systemd_waits_longer_than_the_hub_needs_to_stop(unit: dict[str, str]) -> None:
    assert int(unit["TimeoutStopSec"]) > LEAVE
    assert unit["KillMode"] == "mixed"  # the hub tells its own processes


@pytest.mark.parametrize("look", [["verify"], ["security", "--offline=true", "--threshold=20"]], ids=lambda look: look[0])
def test_systemd_itself_finds_nothing_wrong(root: Path, look: list[str]) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:  # not everywhere; what it says of the unit does not depend on the machine
        return
    done = subprocess.run([analyze, *look, str(root / "deploy" / "wardround.service")], capture_output=True, text=True, timeout=60)
    said = [line for line in (done.stdout + done.stderr).splitlines() if "wardround.service:" in line]
    wrong = [line for line in said if "is not executable" not in line and "exposure level" not in line]
    assert wrong == []
    assert look == ["verify"] or done.returncode == 0


def test_the_image_runs_as_nobody_in_particular(image: list[tuple[str, str]]) -> None:
    assert [rest for word, rest in image if word == "USER"] == ["10001"]
    said = dict(image)
    assert orjson.loads(said["ENTRYPOINT"]) == ["/opt/wardround/bin/wardround"]
    understood(orjson.loads(said["CMD"]))


def test_the_image_takes_what_make_wheel_builds_and_the_lock_with_its_hashes(root: Path, image: list[tuple[str, str]]) -> None:
    copied = next(rest.split()[:-1] for word, rest in image if word == "COPY")
    assert copied == ["requirements.lock", "dist/wardround-*.whl"]
    assert (root / "requirements.lock").exists()
    assert "--outdir dist" in (root / "Makefile").read_text("utf-8")
    built = next(rest for word, rest in image if word == "RUN")
    assert "--require-hashes" in built
    assert not re.search(r"curl|wget|ADD http", str(image))
