"""What could be seen of one host: a gap, a skipped rule, a line that could not be read each shrink the claim."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.hunts import Source, hunt, load_pack, read_rules, windows
from wardround.core.hunts._hosts import HostCoverage, host_coverage, lacking
from wardround.core.hunts._imported import imported
from wardround.core.hunts._rows import read_rows
from wardround.core.hunts._statement import host_statement, statement
from wardround.core.vocab import BadInput

EXPLOITED = datetime(2025, 5, 10, tzinfo=UTC)
START, FIXED, NOW = datetime(2025, 5, 8, tzinfo=UTC), datetime(2025, 5, 12, tzinfo=UTC), datetime(2025, 5, 14, tzinfo=UTC)
HOUR = timedelta(hours=1)
RULE = """
title: Rule {id}
id: {id}
logsource: {{category: {category}}}
detection: {{{detection}}}
level: high
wardround: {{phase: {phase}}}
"""


def rule(
    id: str, phase: str, *, category: str = "webserver", detection: str = "s: {c-uri|contains: evil}, condition: s"
) -> tuple[str, bytes]:
    return f"{id}.yml", RULE.format(id=id, phase=phase, category=category, detection=detection).encode()


SEEING = rule("exploit-1", "exploit")
STATUS = rule("exploit-2", "exploit", detection="s: {sc-status: 404}, condition: s")
PROCESS = rule("after-1", "after", category="process_creation", detection="s: {Image: x}, condition: s")
AFTER = rule("after-2", "after")


def lines(since: datetime, until: datetime, *, status: bool = True) -> list[str]:
    out, at = [], since
    while at <= until:
        out.append(f'203.0.113.7 - - [{at:%d/%b/%Y:%H:%M:%S} +0000] "GET /x HTTP/1.1"' + (' 200 1 "-" "x"' if status else ""))
        at += HOUR / 2
    return out


def a_source(text: list[str], *, host: str = "mdm-01", name: str = "access.log", altered: bool = False) -> Source:
    return Source(name, io.BytesIO("\n".join(text).encode()), host=host, could_have_been_altered=altered)


def seen(*sources: Source, rules: list[tuple[str, bytes]], fixed: datetime | None = FIXED) -> HostCoverage:
    read = read_rules(rules)
    span = windows(EXPLOITED, fixed_at=fixed, at=NOW, margin_days=2)
    return host_coverage(hunt(sources, rules=read), host="mdm-01", windows=span, rules=read)


def test_all_of_it() -> None:
    got = seen(a_source(lines(START, NOW)), rules=[SEEING, AFTER])
    assert (got.until_fix[:2], got.whole[:2]) == ((96, 96), (144, 144))
    assert all(one.whole for one in got.rules)
    assert (
        " ".join(host_statement(got, found=0))
        == "Searched 144 of 144 hours of mdm-01 with 2 of 2 rules: no trace found in what was searched."
    )
    assert lacking(got, read_rules([SEEING, AFTER])) == ()


def test_hours_after_the_fix_are_no_hours_before_it() -> None:
    got = seen(a_source(lines(FIXED, NOW)), rules=[SEEING, AFTER])
    assert (got.until_fix[:2], got.whole[:2]) == ((0, 96), (48, 144))
    said = " ".join(host_statement(got, found=0))
    assert "Before the fix, when it could be entered: 0 of 96 hours. Not searched: 96 hours without logs" in said


def test_a_log_that_no_rule_could_search_covers_no_hour() -> None:
    """Process rules saw nothing in an access log."""
    got = seen(a_source(lines(START, NOW)), rules=[PROCESS])
    assert (got.until_fix.hours, got.whole.hours) == (0, 0)


def test_hours_count_for_a_phase_only_where_a_rule_of_the_phase_ran() -> None:
    """A rule for what comes after ran on the process log; that shows no exploit."""
    event = '{{"Image": "y", "EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational", "UtcTime": "{:%Y-%m-%d %H:%M:%S}"}}'
    process = [event.format(START + n * HOUR) for n in range(145)]
    got = seen(a_source(process), rules=[SEEING, PROCESS])
    assert got.whole.hours == 144
    assert got.until_fix.hours == 0


def test_a_rule_that_no_log_of_this_host_is_for_is_named_though_it_ran_on_another_host() -> None:
    other = a_source(['{"Image": "y", "EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational"}'], host="pc-07", name="b")
    got = seen(a_source(lines(START, NOW)), other, rules=[SEEING, PROCESS])
    assert {one.id: one.why for one in got.rules} == {
        "exploit-1": "",
        "after-1": "there is no log of this host that it is for: process_creation",
    }
    assert "with 1 of 2 rules" in " ".join(host_statement(got, found=0))


def test_a_rule_that_could_look_at_a_part_of_the_hours_says_at_how_many() -> None:
    with_status, without = a_source(lines(START, FIXED)), a_source(lines(FIXED, NOW, status=False), name="bare.log")
    got = seen(with_status, without, rules=[SEEING, STATUS, AFTER], fixed=None)
    sights = {one.id: one for one in got.rules}
    assert {name: (one.hours, one.whole) for name, one in sights.items()} == {
        "exploit-1": (144, True),
        "exploit-2": (96, False),
        "after-2": (144, True),
    }
    assert "it could look at 96 of the 144 hours that have logs: needs sc-status" in sights["exploit-2"].why
    (what,) = lacking(got, read_rules([SEEING, STATUS, AFTER]))
    assert (what.what, what.rules) == ("A log of mdm-01 for webserver that holds sc-status", ("exploit-2",))


def test_what_could_not_be_read_is_counted_and_asked_for() -> None:
    got = seen(a_source([*lines(START, NOW), "no line of a log"], altered=True), rules=[SEEING])
    said = " ".join(host_statement(got, found=2, scans=1))
    assert ": 2 traces found (1 of them as a scanner's probe leaves it), to be judged. Not searched: 1 of 290 lines" in said
    assert said.endswith("Logs came from mdm-01 itself: whoever got in could have altered them.")
    assert [one.what.split(" ")[0:2] for one in lacking(got, read_rules([SEEING]))] == [["A", "copy"], ["A", "copy"]]


def test_the_hours_that_are_missing_are_named_the_longest_first() -> None:
    day = timedelta(days=1)
    text = [*lines(START, START + day), *lines(START + day + 5 * HOUR, START + 2 * day), *lines(START + 4 * day, NOW)]
    got = seen(a_source(text), rules=[SEEING])
    assert [one.hours for one in lacking(got, read_rules([SEEING]))] == [48, 5]
    assert lacking(got, read_rules([SEEING]))[0].what == "Logs of mdm-01 from 10 May 2025 00:00 to 12 May 2025 00:00 UTC"


def test_a_broken_rule_is_one_that_could_not_look() -> None:
    got = seen(
        a_source(lines(START, NOW)), rules=[SEEING, rule("exploit-9", "exploit", detection="s: {c-uri: x}, condition: nobody")]
    )
    assert [one.hours for one in got.rules] == [96, 0]
    assert "with 1 of 2 rules" in " ".join(host_statement(got, found=0))


def test_times_that_state_no_zone_are_said_and_asked_for() -> None:
    text = [f'{{"time": "2025-05-10 {hour:02d}:00:00", "c-uri": "/x"}}' for hour in range(24)]
    got = seen(a_source(text), rules=[SEEING])
    assert host_statement(got, found=0)[-1] == "The times of 1 log state no zone and were read as UTC."
    asked = [one.what for one in lacking(got, read_rules([SEEING]))]
    assert "The zone of the times of access.log: they state none, and were read as UTC" in asked


def test_a_log_without_times_covers_no_hour() -> None:
    got = seen(a_source(['{"c-uri": "/x", "cs-method": "GET", "sc-status": 200}']), rules=[SEEING])
    assert got.whole.hours == got.until_fix.hours == 0


@given(st.lists(st.integers(0, 143), max_size=40, unique=True), st.integers(0, 143))
def test_taking_an_hour_away_never_shows_more(hours: list[int], taken: int) -> None:
    def of(numbers: list[int]) -> HostCoverage:
        text = [line for n in sorted(numbers) for line in lines(START + n * HOUR, START + (n + 1) * HOUR)]
        return seen(a_source(text or ["nothing"]), rules=[SEEING, AFTER])

    more, less = of(hours), of([n for n in hours if n != taken])
    assert less.whole.hours <= more.whole.hours
    assert less.until_fix.hours <= more.until_fix.hours
    assert all(a.hours <= b.hours for a, b in zip(less.rules, more.rules, strict=True))


def test_of_the_epmm_pack_every_rule_is_accounted_for() -> None:
    rules = load_pack("epmm").rules
    got = host_coverage(
        hunt([a_source(lines(START, NOW, status=False))], rules=rules),
        host="mdm-01",
        windows=windows(EXPLOITED, fixed_at=FIXED, at=NOW, margin_days=2),
        rules=rules,
    )
    assert len(got.rules) == sum(one.reported for one in (*rules.rules, *rules.correlations)) + len(rules.broken)
    assert all(one.why for one in got.rules if not one.hours)


def test_a_query_result_whose_coverage_is_not_known_never_counts_as_searched() -> None:
    """The times of its hits are no hours that anybody searched."""
    pack = load_pack("epmm")
    hit = pack.reported[0].id
    rows = read_rows(
        "result.csv", f"rule,time,source\n{hit},2025-05-09T03:00:00Z,proxy\n{hit},2025-05-13T03:00:00Z,proxy\n".encode()
    )
    result = imported(rows, pack=pack)
    assert len(result.detections) == 2
    span = windows(EXPLOITED, fixed_at=FIXED, at=NOW, margin_days=2)
    for host in ("mdm-01", ""):
        got = host_coverage(result, host=host, windows=span, rules=pack.rules)
        assert (got.whole.hours, got.until_fix.hours, got.sighted) == (0, 0, ())


TOGETHER = """
title: Asked for, then run
id: {id}
wardround: {{phase: exploit}}
correlation:
    type: {type}
    rules: [exploit-1, after-1]
    group-by: [{by}]
    timespan: 1h
"""


def together(id: str = "both-1", *, type: str = "temporal", by: str = "host") -> tuple[str, bytes]:
    return f"{id}.yml", TOGETHER.format(id=id, type=type, by=by).encode()


def test_a_rule_that_only_serves_a_correlation_which_could_not_run_searches_no_hour() -> None:
    """There is no log of processes: the web log alone shows nothing of the two together."""
    rules = [SEEING, PROCESS, together()]
    got = seen(a_source(lines(START, NOW)), rules=rules)
    assert (got.until_fix.hours, got.whole.hours) == (0, 0)
    assert [(one.id, one.hours, one.whole) for one in got.rules] == [("both-1", 0, False)]
    result = hunt([a_source(lines(START, NOW))], rules=read_rules(rules))
    assert result.coverage.sources == ()
    assert statement(result).startswith("Nothing could be searched")


def test_a_correlation_that_lacks_its_field_looked_at_no_hour_and_says_why() -> None:
    text = [line.replace("GET /x", "GET /evil") for line in lines(START, NOW)]
    own = TOGETHER.format(id="both-1", type="temporal", by="nosuch").replace("[exploit-1, after-1]", "[exploit-1, after-2]")
    got = seen(a_source(text), rules=[SEEING, AFTER, ("both-1.yml", own.encode())])
    sight = next(one for one in got.rules if one.id == "both-1")
    assert (sight.hours, sight.whole) == (0, False)
    assert "nosuch" in sight.why


def test_the_hours_of_a_query_that_is_not_named_do_not_count() -> None:
    """Citrix's pack has one query for the appliance and one for the web log: without saying which was run, neither was."""
    pack = load_pack("citrix_session")
    rows = read_rows("rows.csv", b"rule,source,time,line\n")
    probe = read_rows("probe.csv", b"source,host,log,hour,events\nweb,gate,web,2025-05-10T00:00:00Z,7\n")
    with pytest.raises(BadInput, match="not said which"):
        imported(rows, pack=pack, probe=probe)
