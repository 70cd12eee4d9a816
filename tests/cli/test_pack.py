"""`wardround pack test`, packs of one's own in `wardround hunt`, and `wardround hunt import`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from wardround.core.hunts import load_pack

Run = Callable[..., tuple[int, str, str]]
SHELL = "4bfdcdad-6a5e-5b4a-8893-8dcd457633e8"


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line: exit code, what it printed, and what it said beside that."""
    from wardround.cli import main

    def run(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(words)
        out = capsys.readouterr()
        return int(ended.value.code or 0), out.out, out.err

    return run


@pytest.fixture
def door(tmp_path: Path, root: Path) -> Path:
    """The pack of docs/how-to/write-a-hunt-pack.md, as the page writes it."""
    import re
    import subprocess

    page = (root / "docs" / "how-to" / "write-a-hunt-pack.md").read_text(encoding="utf-8")
    for block in re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        subprocess.run(["/bin/sh", "-ec", block], cwd=tmp_path, check=True)
    return tmp_path / "door"


def test_a_bundled_pack_is_tested_by_its_name(command: Run) -> None:
    code, out, _ = command("pack", "test", "moveit", "--json")
    document = json.loads(out)
    assert (code, document["passed"], document["problems"]) == (0, True, [])
    assert document["pack"]["sha256"] == load_pack("moveit").sha256
    assert {sample["log"]: sample["failures"] for sample in document["samples"]}["exploit.log"] == []


def test_the_pack_that_the_guide_writes_passes_and_runs(command: Run, door: Path) -> None:
    code, out, err = command("pack", "test", str(door))
    assert (code, out.splitlines()[-1]) == (0, "door 1.0.0: 2 samples, 0 failed; 1 rules.")
    assert f"--rules {door}" in err
    code, out, _ = command("hunt", str(door / "tests" / "tried.log"), "--rules", str(door), "--json")
    document = json.loads(out)
    assert (code, [hit["line"] for hit in document["detections"]]) == (0, [2])


def test_a_failure_is_named_with_its_line_and_the_exit_code_is_one(command: Run, door: Path) -> None:
    log = door / "tests" / "ordinary.log"
    log.write_text(log.read_text().replace("/index.jsp", "/backdoor.jsp"))
    code, out, _ = command("pack", "test", str(door))
    assert code == 1
    assert "FAILED  ordinary.log (1 events): Somebody reads the first page.\n        door hit line 1" in out


def test_a_folder_without_manifest_is_no_pack(command: Run, tmp_path: Path) -> None:
    code, _, err = command("pack", "test", str(tmp_path))
    assert (code, "there is no pack.toml in it" in err) == (2, True)
    code, _, err = command("pack", "test", "nothere")
    assert (code, "bundled packs: " in err) == (2, True)


def test_the_bundled_packs_are_listed(command: Run) -> None:
    code, out, _ = command("pack", "list", "--json")
    assert code == 0
    assert {pack["name"] for pack in json.loads(out)["packs"]} >= {"epmm", "citrix_session", "moveit", "connect_secure"}


def test_a_querys_result_is_imported_with_and_without_its_probe(command: Run, tmp_path: Path) -> None:
    result, probe = tmp_path / "hits.csv", tmp_path / "probe.csv"
    result.write_text(f"rule,time,source,host,excerpt\n{SHELL},2025-05-15T03:12:44Z,logs,mdm-01,GET /mifs/403.jsp?k=1\n")
    probe.write_text(
        "source,host,hour,events,first,last,has_c_uri,has_cs_uri_query,has_sc_status,log\n"
        "logs,mdm-01,2025-05-15T03:00:00Z,9,2025-05-15T03:00:00Z,2025-05-15T03:59:59Z,9,9,9,web\n"
    )
    words = ("hunt", "import", str(result), "--pack", "epmm", "--json", "--from", "2025-05-15T03:00Z", "--to", "2025-05-15T04:00Z")
    code, out, _ = command(*words)
    document = json.loads(out)
    assert (code, document["rules"]["ran"], len(document["detections"])) == (0, 0, 1)
    assert "What the query could see is not known" in document["coverage"]["statement"]
    code, out, _ = command(*words, "--probe", str(probe))
    document = json.loads(out)
    assert document["coverage"]["statement"].startswith("Searched 1 of 1 hours with 15 of 15 rules: 1 trace found")
    assert [(one["path"], one["host"], one["events"]) for one in document["coverage"]["sources"]] == [("logs", "mdm-01", 9)]
    code, out, _ = command(*words[:2], str(result), "--pack", "epmm")
    assert code == 0
    assert "A query run elsewhere found 1 trace, to be judged." in " ".join(out.split())


def test_a_log_called_import_can_still_be_hunted(command: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "import").write_text(
        '203.0.113.7 - - [15/May/2025:03:12:44 +0100] "GET /mifs/403.jsp?k=1 HTTP/1.1" 200 5 "-" "-"\n'
    )
    code, out, _ = command("hunt", "./import", "--rules", "epmm", "--json")
    assert (code, [hit["rule"] for hit in json.loads(out)["detections"]]) == (0, [SHELL])


def test_what_is_no_result_and_a_pack_without_queries_are_refused(command: Run, tmp_path: Path, door: Path) -> None:
    file = tmp_path / "hello.txt"
    file.write_text("hello\n")
    code, _, err = command("hunt", "import", str(file), "--pack", "epmm")
    assert (code, "neither CSV nor JSON" in err) == (2, True)
    code, _, err = command("hunt", "import", str(file), "--pack", str(door))
    assert (code, "the pack has no queries" in err) == (2, True)
    code, _, err = command("hunt", "import", str(tmp_path / "nothere"), "--pack", "epmm")
    assert (code, "No such file" in err) == (2, True)
