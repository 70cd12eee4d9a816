"""`wardround organisation`: who takes part."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ..core.directory.listing import a_file, a_line, trusts


def call(home: Path, *arguments: object, password: str = "four dull words here") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "wardround", "organisation", *map(str, arguments)]
    env = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    env |= {"WARDROUND_HOME": str(home), "WARDROUND_PASSWORD": password, "COLUMNS": "160"}
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("organisation") / "home"


@pytest.fixture(scope="module")
def started(home: Path) -> subprocess.CompletedProcess[str]:
    return call(home, "centre", "Example Centre", "duty@centre.example", "ann@centre.example", "--person", "Ann (fictitious)")


def test_a_short_password_sets_nothing_up(home: Path) -> None:
    done = call(home, "centre", "Example Centre", "duty@centre.example", "a@centre.example", "--person", "A", password="short")
    assert done.returncode == 2
    assert "password" in done.stderr


def test_the_centre_is_set_up_once(home: Path, started: subprocess.CompletedProcess[str]) -> None:
    assert started.returncode == 0, started.stderr
    assert "Next: wardround organisation add" in started.stderr
    again = call(home, "centre", "Second", "x@centre.example", "b@centre.example", "--person", "B")
    assert again.returncode == 2
    assert "has people already" in again.stderr


def test_organisations_and_people_are_added_and_listed(home: Path, started: object) -> None:
    assert call(home, "add", "EX61", "Example Trust", "cyber@ex61.example").returncode == 0
    done = call(home, "person", "EX61", "siro@ex61.example", "Sam (fictitious)", "--siro")
    assert done.returncode == 0, done.stderr
    listed = call(home, "list")
    assert all(word in listed.stdout for word in ("CENTRE", "EX61", "Example Trust"))


def test_a_file_of_the_directory_is_looked_at_and_brought_in(home: Path, started: object, tmp_path: Path) -> None:
    file = tmp_path / "made.csv"
    file.write_bytes(a_file(*trusts(250), a_line("ZT900", "=GONE"), a_line("ZT901", "CLOSED", closed="20200101")))
    tried = call(home, "import", file, "--dry", "--json")
    said = json.loads(tried.stdout)
    assert (len(said["added"]), said["closed_already"], len(said["aside"])) == (250, ["ZT901"], 1)
    assert "ZT000" not in call(home, "list").stdout
    done = call(home, "import", file)
    assert done.returncode == 0, done.stderr
    assert "250 added: ZT000, ZT001" in done.stdout
    assert "line 251: the name begins like a formula" in done.stderr
    assert "ZT249" in call(home, "list").stdout


def test_somebody_is_invited_by_letter_and_removed(home: Path, started: object) -> None:
    assert call(home, "add", "EX63", "Example Trust", "cyber@ex63.example").returncode == 0
    done = call(home, "invite", "EX63", "Lea@ex63.example", "--address", "https://hub.example")
    assert done.returncode == 0, done.stderr
    assert "lea@ex63.example" in done.stderr
    for address in ("not an address", "ftp://hub.example"):
        assert "--address" in call(home, "invite", "EX63", "lea@ex63.example", "--address", address).stderr
    assert call(home, "person", "EX63", "two@ex63.example", "Two (fictitious)", "--role", "read_only").returncode == 0
    assert call(home, "remove", "EX63", "two@ex63.example").returncode == 0
    assert "does not belong" in call(home, "remove", "EX63", "two@ex63.example").stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("import", __file__), "holds no organisation"),
        (("import", "no-such-file.csv"), "No such file"),
        (("add", "no code", "X", "x@x.example"), "code"),
        (("add", "EX62", "X", "no address"), "mailbox"),
        (("person", "NOPE", "a@a.example", "A"), "no organisation"),
        (("person", "CENTRE", "a@a.example", "A", "--role", "admin"), "no role"),
    ],
)
def test_what_cannot_be_used_is_exit_2_and_named(home: Path, started: object, arguments: tuple[str, ...], says: str) -> None:
    done = call(home, *arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_supplier_is_added_as_one_and_takes_a_suppliers_roles(home: Path, started: object) -> None:
    done = call(home, "add", "SUP61", "Example Supplier (fictitious)", "alerts@supplier.example", "--kind", "supplier")
    assert done.returncode == 0, done.stderr
    assert "Next: wardround organisation person SUP61" in done.stderr
    assert "(supplier)" in call(home, "list").stdout
    assert call(home, "person", "SUP61", "psirt@supplier.example", "Pat (fictitious)", "--role", "supplier").returncode == 0
    refused = call(home, "add", "SECOND", "A second centre", "x@centre.example", "--kind", "centre")
    assert refused.returncode == 2
    assert "--kind" in refused.stderr


def test_where_nobody_is_there_to_be_asked_for_the_password_it_is_said(home: Path, started: object) -> None:
    call(home, "add", "EX62", "Second Trust", "cyber@ex62.example")
    command = [sys.executable, "-m", "wardround", "organisation", "person", "EX62", "a@ex62.example", "A (fictitious)"]
    env = {k: v for k, v in os.environ.items() if k not in ("DJANGO_SETTINGS_MODULE", "WARDROUND_PASSWORD")}
    env |= {"WARDROUND_HOME": str(home), "COLUMNS": "160"}
    done = subprocess.run(
        command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, start_new_session=True
    )
    assert done.returncode == 2
    assert "WARDROUND_PASSWORD" in done.stderr
    assert "Ctrl-C" not in done.stderr
