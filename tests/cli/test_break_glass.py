"""`wardround break-glass`: sealed codes are printed once, listed without themselves, and voided by number."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest


def call(home: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    env |= {"WARDROUND_HOME": str(home), "WARDROUND_PASSWORD": "four dull words here", "COLUMNS": "160"}
    command = [sys.executable, "-m", "wardround", *map(str, arguments)]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub with a national centre."""
    home = tmp_path_factory.mktemp("glass") / "home"
    names = ("Example Centre", "duty@centre.example", "ann@centre.example", "--person", "Ann (fictitious)")
    done = call(home, "organisation", "centre", *names)
    assert done.returncode == 0, done.stderr
    return home


def test_codes_are_printed_once_listed_without_themselves_and_voided(home: Path) -> None:
    made = call(home, "break-glass", "make", "--codes", 2)
    codes = re.findall(r"^ +(\d+)  ((?:[A-Z2-7]{4}-){7}[A-Z2-7]{4})$", made.stdout, re.MULTILINE)
    assert [number for number, _ in codes] == ["1", "2"]
    assert call(home, "break-glass", "revoke", 1).returncode == 0
    listed = call(home, "break-glass", "list", "--json").stdout
    assert [row["state"] for row in json.loads(listed)["codes"]] == ["revoked", "sealed"]
    assert not [code for _, code in codes if code in listed]


def test_what_cannot_be_done_is_said(home: Path, tmp_path: Path) -> None:
    for arguments, words in [(("make", "--codes", 21), "make 1 to 20"), (("revoke", 99), "there is no code 99")]:
        done = call(home, "break-glass", *arguments)
        assert done.returncode == 2
        assert words in done.stderr
    done = call(tmp_path / "empty", "break-glass", "make")
    assert done.returncode == 2
    assert "no national centre" in done.stderr
