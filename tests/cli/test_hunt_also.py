"""`wardround hunt` with indicators, YARA rules and a timeline."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wardround.cli import main

Run = Callable[..., tuple[int, str, str]]
LINE = '{client} - - [15/May/2025:03:{minute:02}:44 +0100] "GET {path} HTTP/1.1" 200 12 "{referrer}" "curl/8"\n'


def a_line(path: str, *, client: str = "203.0.113.7", minute: int = 12, referrer: str = "-") -> str:
    return LINE.format(path=path, client=client, minute=minute, referrer=referrer)


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path) -> Run:
    """Runs the command: exit code, standard output, standard error."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["hunt", *map(str, arguments), "--rules", "epmm", "--home", str(tmp_path / "home")])
        out, err = capsysbinary.readouterr()
        return int(ended.value.code or 0), out.decode(), err.decode()

    return run


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "access.log"
    lines = [a_line("/a", client="203.0.113.9", minute=1), a_line("/b", minute=5), a_line("/mifs/403.jsp?k=aWQ=")]
    path.write_text("".join([*lines, a_line("/c", client="203.0.113.8", referrer="https://storage.example/exams/1.pdf")]))
    return path


def listed(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "list.txt"
    path.write_text("\n".join(lines))
    return path


def indicators(out: str) -> Any:
    return json.loads(out)["indicators"]


def test_matches_stand_with_what_they_rest_on(run: Run, log: Path, tmp_path: Path) -> None:
    code, out, _ = run(log, "--ioc", listed(tmp_path, "203.0.113[.]9", "10.0.0.1", "nonsense here"), "--json")
    got = indicators(out)
    assert (code, got["given"], got["loaded"], got["types"], got["matched"]) == (0, 3, 1, {"ip": 1}, 1)
    (match,) = got["matches"]
    assert (match["rule"], match["source"], match["line"], match["field"]) == ("indicator:ip:203.0.113.9", str(log), 1, "c-ip")
    assert got["problems"][0]["line"] == 3
    assert [one["why"] for one in got["not_looked_for"]] == ["a private or reserved address"]
    assert any(d["rule"] == "indicator:ip:203.0.113.9" for d in json.loads(out)["detections"])


def test_a_full_url_does_not_match_by_its_host(run: Run, log: Path, tmp_path: Path) -> None:
    host, exams = "https://storage.example/payload.sh", "https://storage.example/exams/1.pdf"
    assert indicators(run(log, "--ioc", listed(tmp_path, host), "--json")[1])["matches"] == []
    assert [m["line"] for m in indicators(run(log, "--ioc", listed(tmp_path, exams), "--json")[1])["matches"]] == [4]


def test_what_could_not_be_looked_for_is_said_by_source(run: Run, log: Path, tmp_path: Path) -> None:
    (searched,) = indicators(run(log, "--ioc", listed(tmp_path, "203.0.113.9", "ab" * 32), "--json")[1])["searched"]
    assert (searched["types"], searched["not_possible"]) == (["ip"], ["sha256"])


def test_a_trace_that_only_an_indicator_finds_is_in_the_sentence(run: Run, tmp_path: Path) -> None:
    log = tmp_path / "b.log"
    log.write_text(a_line("/quiet", client="203.0.113.9"))
    code, out, _ = run(log, "--ioc", listed(tmp_path, "203.0.113.9"))
    assert (code, "1 trace found, to be judged" in " ".join(out.split())) == (0, True)


def test_a_list_without_one_indicator_is_wrong_usage(run: Run, log: Path, tmp_path: Path) -> None:
    code, _, err = run(log, "--ioc", listed(tmp_path, "nonsense here"))
    assert (code, "no indicator in it can be looked for" in err) == (2, True)


def test_the_timeline_holds_detections_and_context_in_order(run: Run, log: Path, tmp_path: Path) -> None:
    path = tmp_path / "timeline.csv"
    code, _, _ = run(log, "--ioc", listed(tmp_path, "203.0.113.8"), "--timeline", path)
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    assert code == 0
    assert [(row["kind"], row["line"]) for row in rows] == [("context", "2"), ("detection", "3"), ("indicator", "4")]
    assert rows[0]["why"] == "same client: 203.0.113.7"


@pytest.mark.parametrize("name", ["t.json", "t.jsonl"])
def test_the_timeline_is_written_in_the_form_of_its_ending(run: Run, log: Path, tmp_path: Path, name: str) -> None:
    run(log, "--timeline", tmp_path / name)
    text = (tmp_path / name).read_text()
    rows = json.loads(text)["entries"] if name == "t.json" else [json.loads(line) for line in text.splitlines()]
    assert [row["kind"] for row in rows] == ["context", "detection"]


def test_another_ending_is_refused_before_anything_is_read(run: Run, log: Path, tmp_path: Path) -> None:
    code, _, err = run(log, "--timeline", tmp_path / "t.xlsx")
    assert (code, ".jsonl" in err) == (2, True)
    assert not (tmp_path / "t.xlsx").exists()


def test_yara_scans_the_files_and_what_is_packed_in_them(run: Run, log: Path, tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    folder.mkdir()
    with zipfile.ZipFile(folder / "war.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/a.jsp", "eval(x)")
    rules = tmp_path / "r.yar"
    rules.write_text('rule shell { strings: $a = "eval(" condition: $a }\nrule bad { condition: nope }\n')
    code, out, _ = run(folder, "--yara", rules, "--json")
    got = json.loads(out)
    assert (code, got["yara"]["loaded"], [p["line"] for p in got["yara"]["problems"]]) == (0, 1, [2])
    (match,) = got["yara"]["matches"]
    assert (match["file"], match["offsets"][0]["offset"]) == (f"{folder / 'war.zip'}!x/a.jsp", 0)
    assert got["detections"][0]["rule"] == "yara:r.yar:shell"


def test_a_timeline_that_could_not_be_written_costs_no_result(run: Run, log: Path, tmp_path: Path) -> None:
    """What can be known before the search is said before it; what cannot, is said with the result."""
    code, out, err = run(log, "--timeline", tmp_path / "no folder" / "t.csv")
    assert (code, out, "there is no such folder" in err) == (2, "", True)
    assert not (tmp_path / "no folder").exists()
    (tmp_path / "t.csv").mkdir()
    code, out, _ = run(log, "--timeline", tmp_path / "t.csv", "--json")
    got = json.loads(out)
    assert (code, len(got["detections"])) == (0, 1)
    assert "the timeline could not be written" in got["rules"]["notes"][-1]
