"""`wardround feeds`: one document with --json, a table for people, and exit 2 when nothing was usable."""

import json
import subprocess
import sys
from datetime import timedelta

import pytest

from wardround.cli import main
from wardround.cli.feeds import _progress
from wardround.hub.installation import Installation
from wardround.lake.home import Home
from wardround.lake.statements import Statements

from ..core.advisories.builders import a_cve, a_kev, as_bytes, at


@pytest.fixture
def run(capsysbinary, tmp_path):
    """Run a command in a home of its own: exit code, standard output, standard error."""

    def call(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(["feeds", *map(str, arguments), "--home", str(tmp_path / "home")])
        out, err = capsysbinary.readouterr()
        return ended.value.code, out.decode(), err.decode()

    return call


@pytest.fixture
def mirror(tmp_path):
    folder = tmp_path / "mirror"
    folder.mkdir()
    past = {"published": "2025-05-13T15:45:00Z", "updated": "2025-05-21T00:00:00Z"}  # this command has the machine's own clock
    (folder / "a.jsonl").write_bytes(as_bytes(a_cve("CVE-2025-0001", **past)) + b'\n{"cveMetadata": [red]broken\n')
    (folder / "k.json").write_bytes(as_bytes(a_kev(("CVE-2025-0001", "2025-05-19"), released="2025-05-19T17:00:00Z")))
    (folder / "README.md").write_bytes(b"hello")
    return folder


def test_sync_prints_one_document(run, mirror):
    code, out, err = run("sync", "--mirror", mirror, "--json")
    feeds = {f["name"]: (f["records"], f["rejected"], f["new"], f["changed"]) for f in json.loads(out)["feeds"]}
    assert (code, err) == (0, "")
    assert feeds == {"cve": (1, 1, 1, 0), "kev": (1, 0, 1, 0), "epss": (0, 0, 0, 0), "csaf": (0, 0, 0, 0)}
    assert json.loads(out)["rejected"][0]["place"] == "a.jsonl:2"
    assert json.loads(out)["left"][0]["names"] == ["README.md"]


def test_sync_tells_a_person_what_came_what_was_left_and_what_next(run, mirror):
    code, out, _ = run("sync", "--mirror", mirror)
    assert code == 0
    assert all(word in out for word in ("CVE", "EPSS", "README.md", "a.jsonl:2", "none of the feeds"))
    assert out.splitlines()[-1].startswith("Next: ")


def test_the_report_is_out_before_anything_is_worked_out_in_advance(run, mirror, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("wardround.lake.filling.fill", interrupt)
    code, out, _ = run("sync", "--mirror", mirror, "--json")
    assert code != 0
    assert json.loads(out)["feeds"][0]["new"] == 1


def test_status_says_how_old_each_feed_is(run, mirror):
    run("sync", "--mirror", mirror, "--json")
    code, out, err = run("status")
    assert (code, err) == (0, "nothing from EPSS, CSAF yet\n")
    assert "2025-05-21" in out
    assert "1 set aside" in out
    document = json.loads(run("status", "--json")[1])
    assert [(f["name"], f["records"]) for f in document["feeds"]] == [("cve", 1), ("kev", 1), ("epss", 0), ("csaf", 0)]
    assert document["rejected"][0]["bytes"] == len(b'{"cveMetadata": [red]broken')


def test_nothing_usable_is_exit_2(run, tmp_path):
    (tmp_path / "empty").mkdir()
    code, out, err = run("sync", "--mirror", tmp_path / "empty", "--json")
    assert (code, [f["records"] for f in json.loads(out)["feeds"]]) == (2, [0, 0, 0, 0])
    assert "nothing in it is a CVE record" in err


@pytest.mark.parametrize("arguments", [["sync", "--mirror", "/nowhere/at/all"], ["sync", "--unknown"], ["status"], ["nonsense"]])
def test_wrong_usage_is_exit_2_and_says_what(run, arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err


def test_there_is_no_progress_bar_without_a_terminal(capsys):
    with _progress() as progress:
        progress(1, 2, "x")
    assert capsys.readouterr().err == ""


def test_on_a_terminal_the_bar_goes_to_standard_error(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    with _progress() as progress:
        progress(1, 2, "some-file")
    out, err = capsys.readouterr()
    assert (out, bool(err)) == ("", True)


def test_help_imports_neither_http_nor_the_store():
    code = """
import sys
from wardround.cli import main
try:
    main(["feeds", "--help"])
except SystemExit:
    print([name for name in ("httpx", "sqlite3", "rich.table", "zstandard") if name in sys.modules])
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "[]"


def test_in_a_demonstration_what_is_synced_is_seen_by_its_own_clock(run, mirror, tmp_path):
    """The machine's clock is years ahead of it: what was first seen then would be unknown to the hub's pages."""
    home, frozen = Home(tmp_path / "home"), at("2025-05-20")
    Installation("secret", frozen).write(home)
    assert run("sync", "--mirror", mirror)[0] == 0
    with Statements.open(home.feeds) as store:
        assert store.advisory("CVE-2025-0001", at=frozen, seen_by=frozen + timedelta(hours=1)) is not None
