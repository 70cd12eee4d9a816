"""Many files, in several processes, stopped and gone on with: always the result of one hunt through all of them."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wardround.core.hunts import HuntResult, Source, hunt, load_pack
from wardround.engines.hunting import FolderStore, Job, _run, forget, keep, kept, key_of, run

LINE = '203.0.113.{n} - - [15/May/2025:{h:02}:12:44 +0100] "GET /mifs/{target} HTTP/1.1" 200 5 "-" "Mozilla/5.0"\n'
NEVER = bool


def nothing(_: int) -> None:
    """Nobody looks on."""


@pytest.fixture
def logs(tmp_path: Path) -> tuple[Path, ...]:
    """Six logs, two with a trace, one that is none."""
    out = []
    for n in range(6):
        target = "403.jsp?k=aWQ=" if n % 3 == 1 else "login.jsp"
        path = tmp_path / f"access-{n}.log"
        path.write_text("".join(LINE.format(n=n, h=h, target=target) for h in range(5)))
        out.append(path)
    (tmp_path / "access-5.log").write_bytes(b"\x00\x01\x02 nothing")
    return tuple(out)


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_run, "MOST_FILES", 1)


def a_job(files: tuple[Path, ...]) -> Job:
    return Job(files, load_pack("epmm").rules, host="mdm-01")


def plain(files: tuple[Path, ...]) -> HuntResult:
    def source(path: Path) -> Source:
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return Source(str(path), io.BytesIO(path.read_bytes()), host="mdm-01", written=written)

    return hunt([source(path) for path in files], rules=load_pack("epmm").rules)


@pytest.mark.parametrize("workers", [1, 2, 9])
def test_it_is_the_same_in_any_number_of_processes(logs: tuple[Path, ...], workers: int) -> None:
    outcome = run(a_job(logs), workers=workers, read=nothing, stopped=NEVER)
    assert outcome.result == plain(logs)
    assert outcome.left == ()


def test_the_bytes_read_are_told_from_every_process(logs: tuple[Path, ...]) -> None:
    told: list[int] = []
    run(a_job(logs), workers=2, read=told.append, stopped=NEVER)
    assert sum(told) == sum(path.stat().st_size for path in logs)


def after(calls: int) -> Callable[[], bool]:
    """Says stop from this many questions on."""
    asked = iter(range(10**9))
    return lambda: next(asked) >= calls


@pytest.mark.parametrize("calls", [0, 1, 5, 12, 20])
def test_stopped_and_gone_on_with_it_is_the_whole_hunt(logs: tuple[Path, ...], tmp_path: Path, calls: int) -> None:
    job, folder = a_job(logs), tmp_path / "kept"
    first = run(job, workers=1, read=nothing, stopped=after(calls))
    assert first.left
    assert first.result.events < plain(logs).events
    keep(folder, first.whole)
    assert kept(folder) == first.whole
    second = run(job, workers=1, read=nothing, stopped=NEVER, known=kept(folder))
    assert second.result == plain(logs)
    forget(folder)
    assert kept(folder) == {}


def test_what_was_kept_damaged_is_searched_again(logs: tuple[Path, ...], tmp_path: Path) -> None:
    job, folder = a_job(logs), tmp_path / "kept"
    keep(folder, run(job, workers=1, read=nothing, stopped=NEVER).whole)
    (folder / "1.json.zst").write_bytes(b"damaged")
    assert sorted(kept(folder)) == [0, 2, 3, 4, 5]
    assert run(job, workers=1, read=nothing, stopped=NEVER, known=kept(folder)).result == plain(logs)


def test_other_rules_files_or_clocks_are_another_hunt(logs: tuple[Path, ...]) -> None:
    job = a_job(logs)
    keys = {key_of(job), key_of(replace(job, skew=5)), key_of(replace(job, files=logs[:2])), key_of(replace(job, host="x"))}
    logs[0].write_text("changed")
    assert len(keys | {key_of(job)}) == 5


def test_a_file_that_cannot_be_opened_is_named_and_the_rest_is_searched(logs: tuple[Path, ...], tmp_path: Path) -> None:
    outcome = run(a_job((tmp_path / "gone.log", *logs)), workers=1, read=nothing, stopped=NEVER)
    assert [what.where for what in outcome.result.rejected if "gone" in what.where] == [str(tmp_path / "gone.log")]
    assert outcome.result.events == plain(logs).events


def test_compiled_databases_are_kept_and_a_damaged_one_is_made_again(logs: tuple[Path, ...], tmp_path: Path) -> None:
    job = replace(a_job(logs), store=FolderStore(tmp_path / "store"))
    first = run(job, workers=1, read=nothing, stopped=NEVER).result
    files = sorted((tmp_path / "store").iterdir())
    assert files
    for path in files:
        path.write_bytes(path.read_bytes()[:-20])
    assert run(job, workers=1, read=nothing, stopped=NEVER).result == first
    assert run(job, workers=1, read=nothing, stopped=NEVER).result == first
