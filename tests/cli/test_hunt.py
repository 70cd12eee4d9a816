"""`wardround hunt`, as people and programs call it."""

import gzip
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wardround.cli import main
from wardround.engines.hunting import _run

Run = Callable[..., tuple[int, str, str]]
SHELL = '203.0.113.7 - - [15/May/2025:03:12:44 +0100] "GET /mifs/403.jsp?k=aWQ= HTTP/1.1" 200 12 "-" "curl/8"\n'
LOGIN = '203.0.113.7:51234 - - [15/May/2025:03:12:44 +0100] "GET /mifs/user/login.jsp HTTP/1.1"\n'
RULE = "title: Any login\nlogsource: {category: webserver}\ndetection:\n    sel: {c-uri|contains: login}\n    condition: sel\n"


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path) -> Run:
    """Runs the command: exit code, standard output, standard error."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["hunt", *map(str, arguments), "--home", str(tmp_path / "home")])
        out, err = capsysbinary.readouterr()
        return int(ended.value.code or 0), out.decode(), err.decode()

    return run


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """A folder with a log that holds a trace, one of the other shape packed, and a file that is no log."""
    folder = tmp_path / "logs"
    (folder / "old").mkdir(parents=True)
    (folder / "access.log").write_text(LOGIN.replace('"\n', '" 200 5 "-" "-"\n') + SHELL)
    (folder / "old" / "access.log.1.gz").write_bytes(gzip.compress(LOGIN.encode()))
    (folder / "notes.txt").write_text("call the supplier back\n")
    return folder


def document(out: str) -> Any:
    return json.loads(out)


def test_the_document_has_what_was_promised(run: Run, logs: Path) -> None:
    code, out, _ = run(logs, "--rules", "epmm", "--json")
    got = document(out)
    assert code == 0
    assert got["events"] == 3
    assert got["rules"]["given"] == got["rules"]["ran"] + len(got["rules"]["not_run"]) == 15
    assert [(d["source"], d["line"], d["time"]) for d in got["detections"]] == [
        (str(logs / "access.log"), 2, "2025-05-15T02:12:44Z")
    ]
    assert len(got["detections"][0]["rule"]) == 36


def test_coverage_says_each_source(run: Run, logs: Path) -> None:
    coverage = document(run(logs, "--rules", "epmm", "--json", "--host", "mdm-01", "--from-host")[1])["coverage"]
    by_name = {Path(s["path"]).name: s for s in coverage["sources"]}
    assert by_name["access.log"]["type"] == "Apache combined access log"
    assert by_name["access.log"]["host"] == "mdm-01"
    assert by_name["access.log"]["could_have_been_altered"] is True
    assert (by_name["access.log.1.gz"]["type"], by_name["access.log.1.gz"]["events"]) == ("access log without status", 1)
    assert len(by_name["access.log.1.gz"]["could_not"]) == 2
    assert [Path(r["path"]).name for r in coverage["rejected"]] == ["notes.txt"]
    assert coverage["statement"].startswith("Searched 2 logs of mdm-01 from 15 May 2025 02:12 to")


def test_a_window_is_counted_in_hours(run: Run, logs: Path) -> None:
    out = run(logs, "--rules", "epmm", "--json", "--from", "2025-05-15T02:00Z", "--to", "2025-05-16T02:00:00Z")[1]
    assert document(out)["coverage"]["statement"].startswith("Searched 0 of 24 hours with 15 of 15 rules: 1 trace found")


def test_a_folder_of_rules_with_a_broken_one(run: Run, logs: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    (rules / "deep").mkdir(parents=True)
    (rules / "deep" / "login.yml").write_text(RULE)
    (rules / "torn.yml").write_text("title: [")
    (rules / "README.md").write_text("not a rule")
    got = document(run(logs, "--rules", rules, "--json")[1])
    assert (got["rules"]["given"], got["rules"]["ran"]) == (2, 1)
    assert got["rules"]["not_run"][0]["id"] == "torn"
    assert {(d["rule"], Path(d["source"]).name) for d in got["detections"]} == {
        ("login", "access.log"),
        ("login", "access.log.1.gz"),
    }


def test_one_rule_file(run: Run, logs: Path, tmp_path: Path) -> None:
    (tmp_path / "login.yml").write_text(RULE)
    assert document(run(logs / "access.log", "--rules", tmp_path / "login.yml", "--json")[1])["detections"][0]["rule"] == "login"


def test_a_file_named_twice_is_read_once(run: Run, logs: Path) -> None:
    assert document(run(logs, logs / "access.log", "--rules", "epmm", "--json")[1])["events"] == 3


def test_for_people_the_sentence_comes_first_and_the_next_step_last(run: Run, logs: Path) -> None:
    code, out, err = run(logs, "--rules", "epmm")
    lines = out.strip().splitlines()
    assert code == 0
    assert lines[0].startswith("Searched 2 logs")
    assert "Next: judge each detection" in " ".join(lines[-2:])
    assert "notes.txt: no event in it that can be read" in err
    assert "\x1b" not in out


def test_without_a_detection_the_next_step_is_the_coverage(run: Run, logs: Path) -> None:
    code, out, _ = run(logs / "old", "--rules", "epmm")
    assert code == 0
    assert "no trace found in what was searched" in " ".join(out.split())
    assert "Next: find the logs that are missing" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nowhere.log", "--rules", "epmm"), "nowhere.log: there is no such file or folder"),
        (("LOGS/notes.txt", "--rules", "epmm"), "no event could be read"),
        (("LOGS", "--rules", "nosuchpack"), "there is no pack called 'nosuchpack'; bundled packs: citrix_session"),
        (("LOGS", "--rules", "LOGS"), "no rule in it can be run"),
        (("LOGS", "--rules", "epmm", "--from", "2025-05-15"), "give both --from and --to"),
        (("LOGS", "--rules", "epmm", "--from", "2025-05-15", "--to", "2025-05-14"), "ends before it starts"),
        (("LOGS", "--rules", "epmm", "--from", "then", "--to", "2025-05-14"), "--from: 'then' is not a date"),
        (("LOGS",), "--rules"),
        ((), "LOG"),
    ],
)
def test_what_cannot_be_done_ends_with_2_and_says_why(run: Run, logs: Path, arguments: tuple[str, ...], says: str) -> None:
    code, out, err = run(*(a.replace("LOGS", str(logs)) for a in arguments), "--json")
    assert (code, out) == (2, "")
    assert says in " ".join(err.split())


def test_what_to_do_next_follows_from_what_was_not_seen(run: Run, tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    log.write_text(
        "".join(
            LOGIN.replace("03:12:44", f"{3 + half // 2:02d}:{half % 2 * 30:02d}:00").replace('"\n', '" 200 5 "-" "-"\n')
            for half in range(5)
        )
    )
    inside = ("--from", "2025-05-15T02:00Z", "--to", "2025-05-15T04:00Z")
    assert "Next: have a person accept this coverage" in run(log, "--rules", "epmm", *inside)[1]
    beyond = ("--from", "2025-05-14", "--to", "2025-05-15T04:00Z")
    assert "Next: find the logs that are missing" in run(log, "--rules", "epmm", *beyond)[1]


def test_what_is_left_out_of_a_folder_is_said(run: Run, logs: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "access.log").write_text(SHELL)
    os.mkfifo(logs / "pipe")
    (logs / "rotated").symlink_to(elsewhere)
    (logs / "current.log").symlink_to(elsewhere / "gone.log")
    (logs / "linked.log").symlink_to(elsewhere / "access.log")
    code, out, _ = run(logs, "--rules", "epmm", "--json")
    coverage = document(out)["coverage"]
    assert {Path(r["path"]).name: r["why"] for r in coverage["rejected"]} == {
        "rotated": "a link to a folder: not followed; give the folder itself",
        "current.log": "a link that leads nowhere",
        "pipe": "neither a file nor a folder: not read",
        "notes.txt": "no event in it that can be read (1 lines not understood)",
    }
    assert (code, "linked.log" in {Path(s["path"]).name for s in coverage["sources"]}) == (0, True)
    assert "4 files not read, or not to the end" in coverage["statement"]


def test_a_folder_that_cannot_be_opened_is_said(run: Run, logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scandir = os.scandir

    def refusing(path: Any) -> Any:
        if Path(path).name == "old":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    coverage = document(run(logs, "--rules", "epmm", "--json")[1])["coverage"]
    assert {"path": str(logs / "old"), "why": "a folder that cannot be opened: Permission denied"} in coverage["rejected"]


def test_a_log_that_may_not_be_read_is_counted_and_the_others_are_searched(
    run: Run, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked, opened = logs / "locked.log", Path.open

    def refusing(path: Path, *args: Any, **more: Any) -> Any:
        if path == locked:
            raise PermissionError(13, "Permission denied")
        return opened(path, *args, **more)

    locked.write_text(SHELL)
    monkeypatch.setattr(Path, "open", refusing)
    monkeypatch.setattr(os, "access", lambda path, mode, **more: os.fspath(path) != str(locked))
    code, out, _ = run(locked, logs / "access.log", "--rules", "epmm", "--json")
    found = json.loads(out)
    assert (code, found["events"]) == (0, 2)
    assert found["coverage"]["rejected"] == [{"path": str(locked), "why": "Permission denied"}]


def test_a_scanners_probe_is_told_as_a_scan_and_is_no_detection(run: Run, tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    head = '203.0.113.7 - - [15/May/2025:03:12:44 +0100] "GET /mifs/rs/api/v2/featureusage?format='
    log.write_text(f'{head}shadowserver HTTP/1.1" 400 12 "-" "-"\n{head}${{x.getClass()}} HTTP/1.1" 400 12 "-" "-"\n')
    told = json.loads(run(log, "--rules", "epmm", "--json")[1])
    assert [d["line"] for d in told["scans"]] == [1]
    assert {d["line"] for d in told["detections"]} == {2}


SYSLOG = "Dec 30 03:12:44 web1 sshd[12]: Failed password for root from 203.0.113.5 port 4711 ssh2\n"
ANY_SSH = "title: Any\nlogsource: {product: linux, service: sshd}\ndetection: {words: ['Failed password'], condition: words}\n"


@pytest.fixture
def ssh_log(tmp_path: Path) -> Path:
    """A log without years and zones, last written on the second of January, and a rule for it."""
    log = tmp_path / "auth.log"
    log.write_text(SYSLOG)
    os.utime(log, (1_735_776_000, 1_735_776_000))
    (tmp_path / "rule.yml").write_text(ANY_SSH)
    return log


@pytest.mark.parametrize(
    ("options", "time"),
    [
        ([], "2024-12-30T03:12:44Z"),
        (["--zone", "Europe/Paris"], "2024-12-30T02:12:44Z"),
        (["--zone", "+02:00", "--skew", "60"], "2024-12-30T01:11:44Z"),
        (["--skew", "-60"], "2024-12-30T03:13:44Z"),
    ],
)
def test_zone_and_skew_are_heeded_and_said(run: Run, ssh_log: Path, options: list[str], time: str) -> None:
    code, out, _ = run(ssh_log, "--rules", ssh_log.with_name("rule.yml"), "--json", *options)
    got = document(out)
    source = got["coverage"]["sources"][0]
    assert (code, [d["time"] for d in got["detections"]], source["from"]) == (0, [time], time)
    assert source["zone"].startswith("not stated, read as")
    assert "not after 2025-01-02" in source["notes"][0]


@pytest.mark.parametrize("options", [["--zone", "Nowhere/At_All"], ["--skew", "nan"], ["--skew", "1e300"]])
def test_a_zone_or_skew_that_cannot_be_is_wrong_usage(run: Run, ssh_log: Path, options: list[str]) -> None:
    assert run(ssh_log, "--rules", "epmm", *options)[0] == 2


def test_standard_input_is_a_log(run: Run, ssh_log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ssh_log.open("rb") as opened:
        monkeypatch.setattr("sys.stdin", opened)
        code, out, _ = run("-", "--rules", ssh_log.with_name("rule.yml"), "--json")
    got = document(out)
    assert (code, got["coverage"]["sources"][0]["path"], len(got["detections"])) == (0, "standard input", 1)
    assert got["detections"][0]["time"]


def test_a_rule_that_did_not_run_says_which_reason_and_where(run: Run, logs: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "runs.yml").write_text(RULE)
    (rules / "expand.yml").write_text(RULE.replace("contains: login", "contains|expand: '%names%'"))
    (rules / "process.yml").write_text(RULE.replace("webserver", "process_creation"))
    (rules / "method.yml").write_text(RULE.replace("c-uri|contains", "no-such-field"))
    (rules / "bad.yml").write_text("title: [")
    missed = {m["id"]: m for m in document(run(logs, "--rules", rules, "--json")[1])["rules"]["not_run"]}
    assert {name: m["reason"] for name, m in missed.items()} == {
        "bad": "broken",
        "expand": "unsupported",
        "method": "field_absent",
        "process": "no_log_source",
    }
    assert missed["method"]["fields"] == ["no-such-field"]
    assert (missed["expand"]["file"], missed["expand"]["line"]) == (str(rules / "expand.yml"), 4)
    (tmp_path / "values.yml").write_text("names: [login]\n")
    got = document(run(logs, "--rules", rules, "--json", "--values", tmp_path / "values.yml")[1])
    assert "expand" not in {m["id"] for m in got["rules"]["not_run"]}
    assert "expand" in {d["rule"] for d in got["detections"]}


def test_stopped_by_hand_it_says_what_was_not_searched_and_goes_on(run: Run, logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C after the first read of a file: as the terminal sends it, by a signal."""
    whole = document(run(logs, "--rules", "epmm", "--json")[1])
    read = _run._Watched.readinto

    def pressed(self: _run._Watched, into: bytearray) -> int:
        os.kill(os.getpid(), signal.SIGINT)
        return read(self, into)

    with monkeypatch.context() as patch:
        patch.setattr(_run._Watched, "readinto", pressed)
        _, out, err = run(logs, "--rules", "epmm", "--json", "--workers", "1")
    stopped = document(out)
    assert "The hunt was stopped by hand" in stopped["coverage"]["statement"]
    assert "--resume" in err
    assert stopped["events"] < whole["events"]
    gone_on = document(run(logs, "--rules", "epmm", "--json", "--resume")[1])
    assert (gone_on["events"], gone_on["detections"]) == (whole["events"], whole["detections"])
