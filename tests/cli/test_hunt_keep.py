"""A hunt without a hub is kept whole, goes on with what is new, and can be checked later."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from wardround.cli import main
from wardround.cli._kept_logs import Logs, Read
from wardround.core.hunts._packs import bundled_folder
from wardround.core.vocab import BadInput
from wardround.lake.files import FileStore
from wardround.lake.hunts import KeptHunts, NamedRuns, files_of_pack

LINE = '203.0.113.7 - - [15/May/2025:03:12:44 +0100] "GET {} HTTP/1.1" 200 12 "-" "curl/8"\n'
SHELL = "/mifs/403.jsp?k=aWQ="


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WARDROUND_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def a_log(folder: Path, name: str, *targets: str) -> str:
    path = folder / name
    path.write_text("".join(LINE.format(target) for target in targets), "utf-8")
    return str(path)


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, dict[str, Any]]:
    with pytest.raises(SystemExit) as ended:
        main([*argv, "--json"])
    out = capsys.readouterr().out
    code = ended.value.code
    assert isinstance(code, int)
    return code, json.loads(out) if out else {}


@pytest.mark.usefixtures("home")
class TestKeeping:
    def test_only_the_new_log_is_searched(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        first = run(capsys, "hunt", "keep", "mdm", a_log(tmp_path, "a.log", "/x"), "--host", "mdm-01")[1]
        second = run(capsys, "hunt", "keep", "mdm", a_log(tmp_path, "b.log", SHELL), "--host", "mdm-01")[1]
        again = run(capsys, "hunt", "keep", "mdm")[1]
        assert [(one["searched"], one["logs"]) for one in (first, second, again)] == [(1, 1), (1, 2), (0, 2)]
        assert second["result"] == again["result"]
        assert len(again["result"]["detections"]) == 1
        assert "1 trace found" in again["statement"]

    def test_verified_as_long_as_nothing_changes(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        log = a_log(tmp_path, "a.log", "/x", SHELL)
        run(capsys, "hunt", "keep", "mdm", log)
        assert run(capsys, "hunt", "verify", "mdm") == (0, run(capsys, "hunt", "verify", "mdm")[1])
        Path(log).write_text(LINE.format("/x"), "utf-8")
        code, said = run(capsys, "hunt", "verify", "mdm")
        assert (code, said["same"]) == (1, False)
        assert "has changed since it was searched" in said["differences"][0]

    def test_a_log_that_has_gone_and_comes_back_elsewhere(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        log = Path(a_log(tmp_path, "a.log", "/x"))
        run(capsys, "hunt", "keep", "mdm", str(log))
        (tmp_path / "moved").mkdir()
        moved = log.rename(tmp_path / "moved" / "a.log")
        assert run(capsys, "hunt", "verify", "mdm")[0] == 1
        assert run(capsys, "hunt", "keep", "mdm", str(moved))[1]["searched"] == 0
        assert run(capsys, "hunt", "verify", "mdm")[0] == 0

    def test_a_record_that_was_changed_is_found(self, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        sha256 = run(capsys, "hunt", "keep", "mdm", a_log(tmp_path, "a.log", "/x"))[1]["run"]
        path = home / "files" / sha256[:2] / sha256
        path.write_bytes(path.read_bytes().replace(b"no trace", b"no trade"))
        code, said = run(capsys, "hunt", "verify", "mdm")
        assert code == 1
        assert "has been changed" in said["differences"][0]

    def test_a_statement_that_its_own_result_does_not_bear_is_found(
        self, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        sha256 = run(capsys, "hunt", "keep", "mdm", a_log(tmp_path, "a.log", SHELL))[1]["run"]
        kept = KeptHunts(FileStore(home / "files"))
        document = kept.read(sha256)
        forged = kept.keep(document | {"statement": document["statement"].replace("1 trace found", "no trace found")})
        NamedRuns(home / "hunts").add("mdm", forged)
        code, said = run(capsys, "hunt", "verify", "mdm")
        assert code == 1
        assert "1 trace found" in said["differences"][0]

    def test_a_rule_that_was_changed_is_found(self, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        sha256 = run(capsys, "hunt", "keep", "mdm", a_log(tmp_path, "a.log", SHELL))[1]["run"]
        document = KeptHunts(FileStore(home / "files")).read(sha256)
        rule = document["rules"]["files"]["rules/web_shell_403.yml"]
        path = home / "files" / rule[:2] / rule
        path.write_bytes(path.read_bytes().replace(b"403.jsp", b"404.jsp"))
        code, said = run(capsys, "hunt", "verify", "mdm")
        assert code == 1
        assert "has been changed" in said["differences"][0]

    def test_a_kept_search_that_was_changed_is_not_believed(
        self, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        sha256 = run(capsys, "hunt", "keep", "mdm", a_log(tmp_path, "a.log", SHELL))[1]["run"]
        (log,) = KeptHunts(FileStore(home / "files")).read(sha256)["logs"]
        path = home / "files" / log["search"][:2] / log["search"]
        path.write_bytes(path.read_bytes().replace(b"web shell", b"web smell"))
        again = run(capsys, "hunt", "keep", "mdm")[1]
        assert (again["searched"], len(again["result"]["detections"])) == (1, 1)

    def test_a_pack_of_ones_own_with_indicators(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        pack = tmp_path / "own"
        for place, data in files_of_pack(bundled_folder("epmm")).items():
            (pack / place).parent.mkdir(parents=True, exist_ok=True)
            (pack / place).write_bytes(data)
        (pack / "indicators").mkdir()
        (pack / "indicators" / "list.txt").write_text("/mifs/odd.jsp\n", "utf-8")
        log = a_log(tmp_path, "a.log", "/mifs/odd.jsp")
        first = run(capsys, "hunt", "keep", "mdm", log, "--rules", str(pack))[1]
        assert [d["rule"] for d in first["result"]["detections"]] == ["indicator:path:/mifs/odd.jsp"]
        assert "and 1 indicator" in first["statement"]
        assert run(capsys, "hunt", "verify", "mdm")[0] == 0
        (pack / "indicators" / "list.txt").write_text("/mifs/other.jsp\n", "utf-8")
        second = run(capsys, "hunt", "keep", "mdm")[1]
        assert (second["searched"], second["result"]["detections"]) == (1, [])
        assert run(capsys, "hunt", "verify", "mdm", "--run", first["run"])[0] == 0

    def test_the_next_run_may_be_started_in_another_folder(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rule = files_of_pack(bundled_folder("epmm"))["rules/web_shell_403.yml"]
        (tmp_path / "own").mkdir()
        (tmp_path / "own" / "shell.yml").write_bytes(rule)
        monkeypatch.chdir(tmp_path)
        run(capsys, "hunt", "keep", "mdm", a_log(tmp_path, "a.log", SHELL), "--rules", "own")
        monkeypatch.chdir("/")
        assert len(run(capsys, "hunt", "keep", "mdm")[1]["result"]["detections"]) == 1
        assert run(capsys, "hunt", "verify", "mdm")[0] == 0

    def test_what_could_not_be_taken_stays_with_the_claim(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        a_log(tmp_path, "a.log", "/x")
        (tmp_path / "b.log").symlink_to(tmp_path / "gone.log")
        for argv in (("hunt", "keep", "mdm", str(tmp_path)), ("hunt", "keep", "mdm")):
            kept = run(capsys, *argv)[1]
            assert [what["where"] for what in kept["result"]["rejected"]] == [str(tmp_path / "b.log")]
            assert "1 file not read" in kept["statement"]
        assert run(capsys, "hunt", "verify", "mdm")[0] == 0

    def test_what_could_not_be_taken_is_tried_again(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Else a log that was left out once would never be searched, whatever it holds."""
        a_log(tmp_path, "a.log", "/x")
        (tmp_path / "b.log").symlink_to(tmp_path.parent / f"{tmp_path.name}-later.log")
        (tmp_path / "c").symlink_to(tmp_path.parent)
        run(capsys, "hunt", "keep", "mdm", str(tmp_path), "--host", "mdm-01")
        a_log(tmp_path.parent, f"{tmp_path.name}-later.log", SHELL)
        kept = run(capsys, "hunt", "keep", "mdm")[1]
        assert ([what["where"] for what in kept["result"]["rejected"]], kept["logs"]) == ([str(tmp_path / "c")], 2)
        assert "1 trace found" in kept["statement"]
        assert {one["coverage"]["host"] for one in kept["result"]["runs"]} == {"mdm-01"}
        assert run(capsys, "hunt", "verify", "mdm")[0] == 0

    def test_every_log_is_hashed_once_in_a_run(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hashed: list[str] = []
        real = hashlib.file_digest

        def counted(file: Any, how: str) -> Any:
            hashed.extend([Path(file.name).name] if file.name.endswith(".log") else [])
            return real(file, how)

        monkeypatch.setattr("wardround.cli._kept_logs.hashlib.file_digest", counted)
        run(capsys, "hunt", "keep", "mdm", a_log(tmp_path, "a.log", "/x"))
        assert hashed == ["a.log"]
        run(capsys, "hunt", "keep", "mdm", a_log(tmp_path, "b.log", "/x"), "--rules", "moveit")
        assert sorted(hashed) == ["a.log", "a.log", "b.log"]

    def test_a_log_that_is_written_to_while_it_is_searched_is_no_evidence(self, tmp_path: Path) -> None:
        log = Path(a_log(tmp_path, "a.log", "/x"))
        logs = Logs()
        logs.take([log], Read())
        with log.open("a") as file:
            file.write(LINE.format(SHELL))
        with pytest.raises(BadInput, match="was written to while it was searched"):
            logs.source(next(iter(logs.by_key.values())))

    def test_zone_skew_and_window_are_those_of_the_hunt(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        log = tmp_path / "messages"
        log.write_text("2025-05-15T03:12:44 web sshd[1]: x\n2025-05-15T04:12:44 web sshd[1]: x\n", "utf-8")
        options = ["--zone", "Europe/London", "--skew", "44", "--from", "2025-05-15T02:00Z", "--to", "2025-05-15T04:00Z"]
        rule = tmp_path / "rule.yml"
        rule.write_text("title: a\nlogsource: {product: linux}\ndetection: {sel: {program: never}, condition: sel}\n", "utf-8")
        kept = run(capsys, "hunt", "keep", "mdm", str(log), *options, "--rules", str(rule))[1]
        (source,) = kept["result"]["runs"]
        assert source["coverage"]["first"].startswith("2025-05-15T02:12:00")
        assert kept["statement"].startswith("Searched 2 of 2 hours with 1 of 1 rules")
        again = run(capsys, "hunt", "keep", "mdm")[1]
        assert (again["searched"], again["statement"]) == (0, kept["statement"])
        assert run(capsys, "hunt", "verify", "mdm")[0] == 0

    def test_times_without_a_year_have_that_of_the_file(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        log = tmp_path / "messages"
        log.write_text("May 15 03:12:44 web sshd[1]: x\n", "utf-8")
        os.utime(log, (1747440000, 1747440000))
        kept = run(capsys, "hunt", "keep", "mdm", str(log), "--rules", "connect_secure")[1]
        assert kept["result"]["runs"][0]["coverage"]["first"].startswith("2025-05-15")
        os.utime(log, (1847440000, 1847440000))
        assert run(capsys, "hunt", "verify", "mdm")[0] == 0

    def test_indicators_are_kept_and_looked_for_in_every_log(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        lists = tmp_path / "list.txt"
        lists.write_text("203.0.113.7\n", "utf-8")
        kept = run(capsys, "hunt", "keep", "mdm", a_log(tmp_path, "a.log", "/x"), "--ioc", str(lists))[1]
        assert [d["rule"] for d in kept["result"]["detections"]] == ["indicator:ip:203.0.113.7"]
        lists.unlink()
        again = run(capsys, "hunt", "keep", "mdm", a_log(tmp_path, "b.log", "/y"))[1]
        assert len(again["result"]["detections"]) == 2
        assert run(capsys, "hunt", "verify", "mdm")[0] == 0

    def test_what_cannot_be_read_again_cannot_be_kept(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        os.mkfifo(tmp_path / "pipe")
        assert run(capsys, "hunt", "keep", "mdm", str(tmp_path / "pipe"))[0] == 2
        assert run(capsys, "hunt", "keep", "mdm", "-")[0] == 2

    @pytest.mark.parametrize(
        "argv",
        [("hunt", "verify", "none"), ("hunt", "keep", "none"), ("hunt", "keep", "../x"), ("hunt", "keep", "x", "no.log")],
    )
    def test_wrong_usage_is_said(self, argv: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
        assert run(capsys, *argv)[0] == 2

    def test_people_read_the_sentence_and_what_to_do(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        for argv in (["hunt", "keep", "mdm", a_log(tmp_path, "a.log", "/x")], ["hunt", "verify", "mdm"]):
            with pytest.raises(SystemExit):
                main(argv)
        out = capsys.readouterr().out
        assert "no trace found in what was searched" in out
        assert "Logs, rules and result are what they were." in out
