"""`wardround audit`: an exported record is checked by anybody, anywhere."""

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest


def call(home: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    env |= {"WARDROUND_HOME": str(home), "WARDROUND_PASSWORD": "four dull words here", "COLUMNS": "160"}
    command = [sys.executable, "-m", "wardround", *map(str, arguments)]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("audit") / "home"
    centre = (
        "organisation",
        "centre",
        "Example Centre",
        "duty@centre.example",
        "ann@centre.example",
        "--person",
        "Ann (fictitious)",
    )
    assert call(made, *centre).returncode == 0
    assert call(made, "organisation", "add", "EX71", "Example Trust", "cyber@ex71.example").returncode == 0
    return made


@pytest.fixture(scope="module")
def exported(home: Path) -> Path:
    out = home.parent / "out" / "record.jsonl"
    done = call(home, "audit", "export", "--out", out)
    assert done.returncode == 0, done.stderr
    assert f"Next: wardround audit verify {out}" in done.stderr
    return out


def test_what_was_exported_is_intact_with_the_key_that_the_service_shows(home: Path, exported: Path, tmp_path: Path) -> None:
    key = call(home, "audit", "key").stdout.strip()
    done = call(tmp_path / "elsewhere", "audit", "verify", exported, "--key", key, "--json")
    assert done.returncode == 0, done.stderr
    said = orjson.loads(done.stdout)
    assert (said["intact"], said["key_given"]) == (True, True)
    assert [record["organisation"] for record in said["records"]] == ["CENTRE", "EX71"]
    assert not (tmp_path / "elsewhere").exists()  # no hub is needed, and none is made


def test_without_a_key_it_is_said_whose_word_it_is(home: Path, exported: Path) -> None:
    done = call(home, "audit", "verify", exported)
    assert done.returncode == 0
    assert "EX71: 1 entries as they were recorded" in done.stdout.replace("1 entry", "1 entries")
    assert "by the file's own word" in done.stderr


def test_a_changed_entry_is_named_and_the_exit_is_1(home: Path, exported: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.jsonl"
    changed.write_bytes(exported.read_bytes().replace(b"Example Trust", b"Example Crust"))
    done = call(home, "audit", "verify", changed)
    assert done.returncode == 1
    assert "EX71: entry 1 is not what the chain holds" in done.stdout


def test_an_earlier_export_finds_a_record_that_is_left_out(home: Path, exported: Path, tmp_path: Path) -> None:
    part = tmp_path / "part.jsonl"
    part.write_text(call(home, "audit", "export", "--org", "centre").stdout)
    assert call(home, "audit", "verify", part).returncode == 0
    done = call(home, "audit", "verify", part, "--known", exported)
    assert done.returncode == 1
    assert "holds no record of EX71" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("export", "--org", "NOPE"), "no organisation"),
        (("export", "--json"), "add --out FILE"),
        (("verify", "no-such-file"), "cannot be read"),
        (("verify", __file__), "is no exported record"),
        (("verify", "{exported}", "--key", "short"), "no public key"),
    ],
)
def test_what_cannot_be_used_is_exit_2_and_named(home: Path, exported: Path, arguments: tuple[str, ...], says: str) -> None:
    done = call(home, "audit", *(one.format(exported=exported) for one in arguments))
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
