"""`wardround rules check`, as people and programs call it."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from wardround.cli import main

Run = Callable[..., tuple[int, str, str]]
RULE = """title: Rule {n}
id: rule-{n}
logsource: {{category: webserver}}
detection:
    sel:
        c-uri|contains: '{n}'
    condition: sel
"""


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path) -> Run:
    """Runs the command: exit code, standard output, standard error."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["rules", "check", *map(str, arguments), "--home", str(tmp_path / "home")])
        out, err = capsysbinary.readouterr()
        return int(ended.value.code or 0), out.decode(), err.decode()

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    where = tmp_path / "rules"
    where.mkdir()
    for n in range(60):
        (where / f"r{n}.yml").write_text(RULE.format(n=n))
    return where


def test_every_rule_loads(run: Run, folder: Path) -> None:
    code, out, _ = run(folder, "--json")
    assert (code, json.loads(out)) == (0, {"given": 60, "loads": 60, "problems": [], "not_run": []})
    assert run(folder)[1] == "60 of 60 load.\n"


def test_problems_are_named_with_file_and_line(run: Run, folder: Path) -> None:
    (folder / "bad.yml").write_text(RULE.format(n="bad").replace("contains", "nosuch"))
    (folder / "worse.yaml").write_text("title: [")
    code, out, _ = run(folder, "--json")
    got = json.loads(out)
    assert (code, got["given"], got["loads"]) == (1, 62, 60)
    assert [(p["file"], p["line"]) for p in got["problems"]] == [(str(folder / "bad.yml"), 6), (str(folder / "worse.yaml"), 2)]
    assert "Unknown modifier" in got["problems"][0]["what"]
    code, out, err = run(folder)
    assert f"{folder / 'bad.yml'}:6: " in out
    assert "60 of 62 load." in out
    assert "Next: correct" in err


def test_what_waits_for_values_loads_and_is_run_with_them(run: Run, folder: Path, tmp_path: Path) -> None:
    (folder / "expand.yml").write_text(RULE.format(n="%names%").replace("contains", "contains|expand"))
    got = json.loads(run(folder, "--json")[1])
    assert (got["given"], got["loads"], got["problems"]) == (61, 61, [])
    assert [(miss["line"], "%names%" in miss["what"]) for miss in got["not_run"]] == [(6, True)]
    (tmp_path / "values.yml").write_text("names: [a, b]\n")
    assert json.loads(run(folder, "--json", "--values", tmp_path / "values.yml")[1])["not_run"] == []


def test_rules_made_ready_are_kept_and_read_again_only_when_a_file_changed(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(folder)
    (kept,) = (tmp_path / "home" / "cache").glob("rules-*.bin")
    with monkeypatch.context() as patched:
        patched.setattr("wardround.core.sigma.read_rules", lambda *_, **__: pytest.fail("read again"))
        assert run(folder)[0] == 0
    kept.write_bytes(b"damaged")
    assert run(folder)[1] == "60 of 60 load.\n"
    (folder / "r0.yml").write_text("title: [")
    assert run(folder)[0] == 1
    assert len(list((tmp_path / "home" / "cache").glob("rules-*.bin"))) == 2


@pytest.mark.skipif(os.name == "nt", reason="links")
def test_a_file_that_cannot_be_read_is_a_problem_of_that_file(run: Run, folder: Path) -> None:
    (folder / "loop.yml").symlink_to(folder / "loop.yml")
    code, out, _ = run(folder, "--json")
    assert code in (0, 1)
    assert json.loads(out)["loads"] == 60


def test_wrong_usage(run: Run, tmp_path: Path) -> None:
    assert run(tmp_path / "nowhere")[0] == 2
    (tmp_path / "empty").mkdir()
    code, _, err = run(tmp_path / "empty")
    assert (code, "no rule file" in err) == (2, True)
    (tmp_path / "one.yml").write_text(RULE.format(n=1))
    (tmp_path / "pipe.yml").write_text("odd: 1")
    code, _, err = run(tmp_path / "one.yml", "--pipeline", tmp_path / "pipe.yml")
    assert (code, "pipe.yml" in err) == (2, True)
