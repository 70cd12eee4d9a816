"""Every rule given either ran or is named with the reason; a source that no rule searched covers nothing."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wardround.core.hunts import HuntResult, Source, Window, hunt, read_rules, statement

ANY = "sel:\n    c-uri|contains: evil\ncondition: sel"
STATUS = "sel:\n    sc-status: 404\ncondition: sel"


def windows_json(event_id: int, channel: str = "Security", **data: object) -> dict[str, object]:
    system = {
        "EventID": event_id,
        "Channel": channel,
        "Computer": "dc-01",
        "TimeCreated": {"#attributes": {"SystemTime": "2025-05-15T03:12:44Z"}},
    }
    return {"Event": {"System": system, "EventData": data}}


def reasons(result: HuntResult) -> dict[str, str]:
    return {miss.id: miss.why for miss in result.coverage.not_run}


def test_a_rule_for_another_kind_of_log_is_named(
    a_log: Callable[..., Source], a_rule: Callable[..., bytes], line: Callable[..., str]
) -> None:
    rules = read_rules([("a.yml", a_rule("sel:\n    Image: x\ncondition: sel", category="process_creation"))])
    result = hunt([a_log(line("/evil"))], rules=rules)
    assert "no log of its kind was given: it is for process_creation" in next(iter(reasons(result).values()))
    assert result.coverage.sources == ()
    assert [run.coverage.events for run in result.runs] == [1]


def test_a_rule_that_ran_here_and_could_not_there_ran_and_says_where_not(
    a_log: Callable[..., Source], a_rule: Callable[..., bytes], line: Callable[..., str], bare_line: Callable[..., str]
) -> None:
    rules = read_rules([("a.yml", a_rule(STATUS))])
    result = hunt([a_log(line("/x", status=404), name="a"), a_log(bare_line("/x"), name="b")], rules=rules)
    assert (result.coverage.rules_ran, result.coverage.not_run) == (1, ())
    assert [(run.coverage.source, [miss.why for miss in run.could_not]) for run in result.runs] == [
        ("a", []),
        ("b", ["needs sc-status, which 1 events (access log without status) do not have"]),
    ]
    assert [s.source for s in result.coverage.sources] == ["a"]


def test_a_line_of_the_poorer_shape_within_a_log_is_searched_and_said(
    a_log: Callable[..., Source], a_rule: Callable[..., bytes], line: Callable[..., str], bare_line: Callable[..., str]
) -> None:
    rules = read_rules([("a.yml", a_rule(STATUS)), ("b.yml", a_rule(ANY, id="bbbbbbbb-0000-4000-8000-000000000001"))])
    result = hunt([a_log(line("/x"), line("/y"), bare_line("/evil"))], rules=rules)
    (run,) = result.runs
    assert run.coverage.shape == "Apache combined access log (and 1 of access log without status)"
    assert [miss.id for miss in run.could_not] == ["aaaaaaaa-0000-4000-8000-000000000001"]
    assert [(d.rule[0], d.line) for d in result.detections] == [("b", 3)]


def test_a_field_that_no_event_carries_is_a_reason(search: Callable[..., HuntResult]) -> None:
    result = search("sel:\n    CommandLine|contains: x\n    Image: y\ncondition: sel", {"Image": "y"})
    assert reasons(result) == {
        "aaaaaaaa-0000-4000-8000-000000000001": "events.jsonl: needs CommandLine, which no event that it is for has here"
    }


@pytest.mark.parametrize(
    ("event", "ran"),
    [
        (windows_json(4697, ServiceFileName="x"), 1),
        (windows_json(4624, LogonType=3), 1),
        (windows_json(4697, ServiceName="x"), 0),
        (windows_json(7045, "System", ServiceFileName="x"), 0),
    ],
    ids=["there", "another event of the log", "without the field", "another log"],
)
def test_an_event_that_did_not_happen_is_no_blindness_but_one_without_the_field_is(
    a_log: Callable[..., Source], a_rule: Callable[..., bytes], event: object, ran: int
) -> None:
    rule = a_rule("sel:\n    EventID: 4697\n    ServiceFileName|contains: evil\ncondition: sel")
    rule = rule.replace(b"category: webserver", b"product: windows\n    service: security")
    result = hunt([a_log(json.dumps(event))], rules=read_rules([("a.yml", rule)]))
    assert result.coverage.rules_ran == ran


def test_a_rule_that_can_hold_without_the_field_runs(search: Callable[..., HuntResult]) -> None:
    result = search("sel:\n    Image: y\nfilter:\n    CommandLine: z\ncondition: sel and not filter", {"Image": "y"})
    assert (result.coverage.rules_ran, len(result.detections)) == (1, 1)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (windows_json(1, "Microsoft-Windows-Sysmon/Operational", Image="C:\\a.exe"), 1),
        (windows_json(4688, NewProcessName="C:\\a.exe"), 1),
        ({"Channel": "Security", "EventID": 4688, "NewProcessName": "C:\\a.exe"}, 1),
        (windows_json(11, "Microsoft-Windows-Sysmon/Operational", Image="C:\\a.exe"), 0),
        (windows_json(4624, Image="C:\\a.exe"), 0),
    ],
)
def test_process_creation_is_sysmon_1_or_security_4688(search: Callable[..., HuntResult], event: object, expected: int) -> None:
    result = search("sel:\n    Image|endswith: a.exe\ncondition: sel", event, category="process_creation")
    assert len(result.detections) == result.coverage.rules_ran == expected


def test_a_windows_event_names_its_host_and_time(search: Callable[..., HuntResult]) -> None:
    result = search("sel:\n    Image: a\ncondition: sel", windows_json(4688, NewProcessName="a"), category="process_creation")
    assert result.runs[0].coverage.host == "dc-01"
    assert result.detections[0].time == datetime(2025, 5, 15, 3, 12, 44, tzinfo=UTC)


def test_unnamed_event_data_are_all_searched(search: Callable[..., HuntResult]) -> None:
    event = windows_json(400, "Windows PowerShell", Data={"#text": ["Available", "HostApplication=evil.exe"]})
    assert search("sel:\n    Data|contains: EVIL\ncondition: sel", event, category="ps_classic_start").detections


def test_a_regular_expression_that_does_not_end_is_stopped_and_named(
    search: Callable[..., HuntResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wardround.core.sigma._values.REGEX_SECONDS", 0.05)
    result = search("sel:\n    a|re: '^(a|aa)+$'\ncondition: sel", {"a": "aaa"}, {"a": "a" * 60 + "b"}, {"a": "aa"})
    (why,) = reasons(result).values()
    assert "'^(a|aa)+$' took over 0.05 s on line 2; stopped there" in why
    assert [d.line for d in result.detections] == [1]


@settings(max_examples=30, deadline=None)
@given(
    kinds=st.lists(st.sampled_from(["good", "status", "windows", "broken", "correlation", "placeholder"]), max_size=8),
    lines=st.lists(st.sampled_from(["full", "bare", "json", "junk"]), max_size=6),
)
def test_given_is_ran_plus_not_run(kinds: list[str], lines: list[str]) -> None:
    import io

    body = "id: {i}\ntitle: t\nlogsource:\n    category: {c}\ndetection:\n    sel:\n        {t}\n    condition: sel\n"
    made = {
        "good": body.replace("{c}", "webserver").replace("{t}", "c-uri|contains: e"),
        "status": body.replace("{c}", "webserver").replace("{t}", "sc-status: 1"),
        "windows": body.replace("{c}", "process_creation").replace("{t}", "Image: e"),
        "broken": "id: {i}\n  title: [",
        "correlation": "id: {i}\ntitle: t\ncorrelation:\n    type: event_count\n",
        "placeholder": body.replace("{c}", "webserver").replace("{t}", "c-uri|expand: '%a%'"),
    }
    rules = read_rules((f"{i}.yml", made[kind].replace("{i}", f"rule-{i}").encode()) for i, kind in enumerate(kinds))
    text = {
        "full": '192.0.2.1 - - [15/May/2025:03:12:44 +0100] "GET /e HTTP/1.1" 200 1 "-" "-"',
        "bare": '192.0.2.1 - - [15/May/2025:03:12:44 +0100] "GET /e HTTP/1.1"',
        "json": json.dumps({"Image": "e"}),
        "junk": "junk",
    }
    result = hunt([Source("log", io.BytesIO("\n".join(text[name] for name in lines).encode()))], rules=rules)
    assert result.coverage.rules_given == len(kinds) == result.coverage.rules_ran + len(result.coverage.not_run)
    assert all(miss.why for miss in result.coverage.not_run)
    assert {d.rule for d in result.detections} <= {rule_id for run in result.runs for rule_id in run.ran}


def test_the_statement_counts_hours_rules_and_traces(
    a_log: Callable[..., Source], a_rule: Callable[..., bytes], line: Callable[..., str]
) -> None:
    rules = read_rules([("a.yml", a_rule(ANY)), ("b.yml", b"[")])
    lines = [line("/x", at=f"15/May/2025:{h:02d}:{m:02d}:00 +0000") for h in range(20) for m in (0, 30)]
    window = Window(start := datetime(2025, 5, 15, tzinfo=UTC), start + timedelta(hours=24))
    clear = hunt([a_log(*lines, host="mdm-01")], rules=rules)
    assert statement(clear, window=window, host="mdm-01") == (
        "Searched 19 of 24 hours of mdm-01 with 1 of 2 rules: no trace found in what was searched."
    )
    hit = hunt([a_log(*lines, line("/evil"), "junk", host="mdm-01")], rules=rules)
    assert "1 trace found, to be judged. Not seen: 1 line not understood." in statement(hit, window=window)


def test_the_statement_never_calls_anything_clean_when_nothing_was_searched(
    a_log: Callable[..., Source], a_rule: Callable[..., bytes]
) -> None:
    rules = read_rules([("a.yml", a_rule(ANY))])
    assert statement(hunt([a_log("junk")], rules=rules)) == "Nothing could be searched: no event could be read."
    json_only = hunt([a_log('{"a": 1}')], rules=rules)
    assert statement(json_only, host="mdm-01").startswith("Nothing could be searched of mdm-01")


def test_logs_from_the_suspect_host_are_marked(a_rule: Callable[..., bytes], line: Callable[..., str]) -> None:
    import io

    source = Source("a", io.BytesIO(line("/x").encode()), could_have_been_altered=True)
    result = hunt([source], rules=read_rules([("a.yml", a_rule(ANY))]))
    assert result.coverage.sources[0].could_have_been_altered
    assert statement(result).endswith("taken from the suspect host itself and could have been altered.")
