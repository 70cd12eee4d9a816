"""The one sentence: it never makes what was searched larger than it was."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from wardround.core.hunts import HuntResult, Window, statement
from wardround.core.hunts._model import IndicatorFindings, SourceRun
from wardround.core.hunts.indicators import Type, read_indicators
from wardround.core.logs._seen import Seen, ends, gaps
from wardround.core.vocab import Coverage
from wardround.core.vocab._hunting import SourceCoverage

START = datetime(2025, 5, 15, tzinfo=UTC)
DAY = Window(START, START + timedelta(hours=24))
ALL = ("a", "b")


def a_run(name: str, *hours: tuple[int, int], host: str = "", ran: tuple[str, ...] = ALL, zone: str = "stated") -> SourceRun:
    """A log with an event every half hour of these spans."""
    seen = Seen()
    for first, last in hours:
        for half in range(2 * first, 2 * last + 1):
            seen.add(START + timedelta(minutes=30 * half))
    return SourceRun(SourceCoverage(name, "test", 9, 0, *ends(seen.spans()), gaps(seen.spans()), host=host, zone=zone), ran, (), 0)


def a_result(*runs: SourceRun) -> HuntResult:
    return HuntResult(9, Coverage(tuple(run.coverage for run in runs), 2, 2), (), runs)


def said(*runs: SourceRun, window: Window | None = DAY) -> str:
    return statement(a_result(*runs), window=window)


def test_the_hours_of_one_host_are_not_seen_in_the_logs_of_another() -> None:
    told = said(a_run("a", (0, 12), host="mdm-01"), a_run("b", (12, 24), host="mdm-02"))
    assert told.startswith("Searched 12 of 24 hours of each of 2 hosts with 2 of 2 rules")
    assert said(a_run("a", (0, 24), host="mdm-01"), a_run("b", (12, 18))).startswith(
        "Searched 6 to 24 of 24 hours of 2 hosts (logs that name none are counted as one) with"
    )


@pytest.mark.parametrize(
    ("spans", "gaps"),
    [
        ([[(0, 12)], [(18, 24)]], 1),  # a file between them is missing
        ([[(0, 12)], [(12, 24)]], 0),
        ([[(0, 6), (12, 24)]], 1),
        ([[(0, 6), (12, 24)], [(6, 12)]], 1),  # one log is silent while the other is not
        ([[(0, 6), (12, 24)], [(0, 6), (12, 24)]], 2),
        ([[(0, 4), (10, 12)], [(16, 24)]], 2),
    ],
)
@pytest.mark.parametrize("window", [DAY, None])
def test_a_rotated_file_that_is_missing_is_a_gap(spans: list[list[tuple[int, int]]], gaps: int, window: Window | None) -> None:
    told = said(*(a_run(str(number), *hours) for number, hours in enumerate(spans)), window=window)
    assert told.endswith("searched.") if not gaps else f"Not seen: {gaps} gap{'s' * (gaps > 1)} of more than an hour." in told


def test_a_gap_of_one_host_is_not_filled_by_another() -> None:
    told = said(a_run("1", (0, 6), host="a"), a_run("2", (12, 24), host="a"), a_run("3", (0, 24), host="b"))
    assert "1 gap of more than an hour" in told


@pytest.mark.parametrize("window", [DAY, None])
def test_rules_that_could_look_at_a_part_of_the_hours_are_counted(window: Window | None) -> None:
    whole, short = a_run("web", (0, 24), ran=("a",)), a_run("auth", (0, 1), ran=("b",))
    assert "1 rule could look at a part of these hours only" in said(whole, short, window=window)
    assert "part of these hours" not in said(whole, a_run("auth", (0, 24), ran=("b",)), window=window)
    assert "part of these hours" not in said(whole, short, a_run("auth.1", (1, 24), ran=("b",)), window=window)


def test_a_rule_that_looked_at_one_host_looked_at_no_hour_of_another() -> None:
    """Both have all their hours searched, the second by the rule for its own log alone."""
    both = [a_run("auth", (0, 24), host=host, ran=("b",)) for host in ("mdm-01", "mdm-02")]
    told = said(a_run("web", (0, 24), host="mdm-01", ran=("a",)), *both)
    assert "1 rule could look at a part of these hours only" in told
    assert "part of these hours" not in said(*(a_run("web", (0, 24), host=host) for host in ("mdm-01", "mdm-02")))


def test_times_that_were_read_as_utc_are_said() -> None:
    told = said(a_run("a", (0, 24), zone="not stated, read as UTC"), a_run("b", (0, 24)))
    assert told.endswith("The times of 1 log state no zone and were read as UTC.")


@pytest.mark.parametrize(
    ("sought", "says"),
    [
        ({Type.IP}, "and 2 indicators (no log has a place for md5): "),
        ({Type.IP, Type.MD5}, "and 2 indicators: "),
        (set(), "and 2 indicators (no log has a place for ip, md5): "),
    ],
)
def test_indicators_that_no_log_has_a_place_for_were_not_looked_for(sought: set[Type], says: str) -> None:
    lists = read_indicators([("list.txt", b"203.0.113.7\nd41d8cd98f00b204e9800998ecf8427f\n")], general=True)
    found = IndicatorFindings(lists, (), {"log": frozenset(sought)})
    assert says in statement(replace(a_result(a_run("log", (0, 24))), indicators=found), window=DAY)
