"""Many files, in several processes, stopped and gone on with: always the result of one hunt through all of them."""

import io
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wardround.core.hunts import HuntResult, Source, _gathered, hunt, load_pack, read_rules
from wardround.core.hunts.indicators import read_indicators
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


def sources(files: tuple[Path, ...]) -> list[Source]:
    def source(path: Path) -> Source:
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return Source(str(path), io.BytesIO(path.read_bytes()), host="mdm-01", written=written)

    return [source(path) for path in files]


def plain(files: tuple[Path, ...]) -> HuntResult:
    return hunt(sources(files), rules=load_pack("epmm").rules)


@pytest.mark.parametrize("workers", [1, 2, 9])
def test_it_is_the_same_in_any_number_of_processes(logs: tuple[Path, ...], workers: int) -> None:
    outcome = run(a_job(logs), workers=workers, read=nothing, stopped=NEVER)
    assert outcome.result == plain(logs)
    assert outcome.left == ()


ACROSS = b"""
title: Login pages
id: base
logsource: {category: webserver}
detection: {s: {cs-uri-stem|contains: login}, condition: s}
---
title: Called from three hosts, and again
id: many
correlation: {type: value_count, rules: [base], group-by: [cs-method], timespan: 1d, condition: {field: c-ip, gte: 3}}
---
title: A burst
id: burst
correlation: {type: event_count, rules: [base], group-by: [c-ip], timespan: 2h, condition: {gte: 3}}
"""


@pytest.mark.parametrize("workers", [1, 2, 9])
@pytest.mark.parametrize("with_list", [False, True])
def test_correlations_and_indicators_look_across_what_several_processes_read(
    logs: tuple[Path, ...], workers: int, with_list: bool
) -> None:
    rules = read_rules([("across.yml", ACROSS)])
    listed = read_indicators([("list.txt", b"203.0.113.1\n203.0.113.4\n198.51.100.9\n")]) if with_list else None
    job = Job(logs, rules, host="mdm-01", indicators=listed)
    outcome = run(job, workers=workers, read=nothing, stopped=NEVER)
    assert outcome.result == hunt(sources(logs), rules=rules, indicators=listed)
    assert {found.rule for found in outcome.result.detections} >= {"many", "burst"}
    assert (outcome.left, outcome.whole) == ((), {})


@pytest.mark.parametrize("most", [4, 5, 20, 24, 25])
def test_more_hits_than_are_correlated_are_so_in_parts_as_well(
    logs: tuple[Path, ...], most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_gathered, "MOST_HITS", most)
    rules = read_rules([("across.yml", ACROSS)])
    outcome = run(Job(logs, rules, host="mdm-01"), workers=1, read=nothing, stopped=NEVER)
    assert outcome.result == hunt(sources(logs), rules=rules)
    assert ("burst" in {miss.id for miss in outcome.result.coverage.not_run}) == (most < 15)


def test_what_is_no_file_is_read_by_the_process_that_was_given_it(logs: tuple[Path, ...]) -> None:
    """Standard input belongs to one process: another one finds it closed."""
    readers: dict[str, int] = {}

    def opened(path: Path) -> tuple[str, io.BytesIO, datetime | None]:
        if path == Path("-"):
            readers["-"] = os.getpid()
            return "standard input", io.BytesIO(logs[1].read_bytes()), None
        return str(path), io.BytesIO(path.read_bytes()), None

    outcome = run(replace(a_job((logs[0], Path("-"), *logs[2:])), opened=opened), workers=2, read=nothing, stopped=NEVER)
    assert readers == {"-": os.getpid()}
    assert "standard input" in {found.source for found in outcome.result.detections}
    assert outcome.result.events == plain(logs).events


def test_stopped_across_logs_it_names_the_files_that_are_left(logs: tuple[Path, ...]) -> None:
    job = Job(logs, read_rules([("across.yml", ACROSS)]), host="mdm-01")
    outcome = run(job, workers=1, read=nothing, stopped=after(5))
    assert outcome.left
    assert outcome.left == logs[-len(outcome.left) :]
    assert outcome.whole == {}


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
