"""Correlations (Sigma correlation rules specification 2.1): each type, and what is said of those that cannot run."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wardround.core.hunts import HuntResult, Source, hunt, read_rules
from wardround.core.hunts._windows import Entry, found, merged
from wardround.core.sigma._model import Correlation, Measure
from wardround.core.vocab._hunting import Reason

START = datetime(2025, 5, 15, 3, 0, tzinfo=UTC)
BASE = """
title: {name}
name: {name}
logsource: {{category: application}}
detection:
    sel: {{kind: {name}}}
    condition: sel
"""
Correlate = Callable[..., HuntResult]


def correlated(correlation: str, *events: tuple[float | None, str, dict[str, Any]], about: str = "", more: str = "") -> HuntResult:
    """Events are minutes, the kind of event (each kind has its rule: a, b, c), and fields; the result of one correlation."""
    rules = "---".join(BASE.format(name=name) for name in "abc") + more
    rules += f"---\ntitle: Together\nid: together\nlevel: high\n{about}\ncorrelation:\n{correlation}"
    return hunt([log(*events)], rules=read_rules([("rules.yml", rules.encode())]))


def log(*events: tuple[float | None, str, dict[str, Any]], name: str = "events.jsonl") -> Source:
    lines = []
    for minutes, kind, fields in events:
        time = {} if minutes is None else {"timestamp": (START + timedelta(minutes=minutes)).isoformat()}
        lines.append(json.dumps({**time, "kind": kind, **fields}))
    return Source(name, io.BytesIO("\n".join(lines).encode()))


def lines(result: HuntResult) -> list[int]:
    assert {d.rule for d in result.detections} <= {"together"}
    return [d.line for d in result.detections]


COUNT = """
    type: event_count
    rules: [a]
    group-by: [user]
    timespan: 10m
    condition: {gte: 3}
"""


def failures(*minutes: float, user: str = "kim") -> list[tuple[float | None, str, dict[str, Any]]]:
    return [(m, "a", {"user": user}) for m in minutes]


class TestEventCount:
    def test_so_many_events_in_the_timespan(self) -> None:
        result = correlated(COUNT, *failures(0, 5, 10))
        assert [(d.rule, d.source, d.line, d.time, d.level) for d in result.detections] == [
            ("together", "events.jsonl", 3, START + timedelta(minutes=10), "high")
        ]
        assert result.detections[0].excerpt == (
            "3 events of user=kim, 2025-05-15T03:00:00Z to 2025-05-15T03:10:00Z: events.jsonl:1, events.jsonl:2, events.jsonl:3"
        )

    def test_a_window_has_no_fixed_bounds_and_ends_with_its_timespan(self) -> None:
        assert lines(correlated(COUNT, *failures(8, 12, 17.9))) == [3]
        assert lines(correlated(COUNT, *failures(0, 5, 10.1))) == []

    def test_each_group_is_counted_for_itself(self) -> None:
        assert lines(correlated(COUNT, *failures(0, 1), *failures(2, 3, user="lee"))) == []
        assert lines(correlated(COUNT, *failures(0, 1), *failures(2, user="KIM"))) == [3]

    def test_a_burst_is_told_once_with_its_last_event_and_another_burst_again(self) -> None:
        result = correlated(COUNT, *failures(0, 1, 2, 3, 4, 5, 6, 7, 100, 101, 102))
        assert lines(result) == [8, 11]
        assert "8 events" in result.detections[0].excerpt
        assert "events.jsonl:3, ..., events.jsonl:6" in result.detections[0].excerpt

    def test_logs_of_several_sources_out_of_order(self) -> None:
        rules = read_rules([("r.yml", (BASE.format(name="a") + "---\ntitle: T\nid: together\ncorrelation:" + COUNT).encode())])
        result = hunt([log(*failures(9), name="late"), log(*failures(4, 0), name="early")], rules=rules)
        assert [(d.source, d.line) for d in result.detections] == [("late", 1)]
        assert "early:2, early:1, late:1" in result.detections[0].excerpt

    @pytest.mark.parametrize(
        ("condition", "expected"),
        [
            ("{gt: 3}", [4]),
            ("{gte: 4}", [4]),
            ("{gte: 5}", []),
            ("{eq: 4}", [4]),
            ("{eq: 3}", []),
            ("{lt: 4}", []),
            ("{lte: 4}", [4]),
            ("{gt: 1, lte: 4}", [4]),
            ("{gt: 1, lt: 4}", []),
            ("{neq: 3}", [4]),
            ("{neq: 4}", []),
        ],
    )
    def test_conditions_and_ranges(self, condition: str, expected: list[int]) -> None:
        assert lines(correlated(COUNT.replace("{gte: 3}", condition), *failures(0, 1, 2, 3))) == expected

    def test_several_rules_count_together(self) -> None:
        assert lines(correlated(COUNT.replace("[a]", "[a, b]"), *failures(0, 1), (2, "b", {"user": "kim"}))) == [3]

    def test_without_a_group_all_events_are_one(self) -> None:
        assert lines(correlated(COUNT.replace("group-by: [user]", ""), *failures(0, 1), *failures(2, user="lee"))) == [3]

    def test_several_fields_group_together(self) -> None:
        events = [(n, "a", {"user": "kim", "host": host}) for n, host in enumerate("xxyx")]
        assert lines(correlated(COUNT.replace("[user]", "[user, host]"), *events)) == [4]


VALUES = """
    type: value_count
    rules: [a]
    group-by: [source]
    timespan: 1h
    condition: {field: user, gte: 3}
"""


class TestValues:
    def test_different_values_count_once_each(self) -> None:
        events = [(n, "a", {"source": "x", "user": user}) for n, user in enumerate(["u1", "u2", "U1", "u2", "u3"])]
        assert lines(correlated(VALUES, *events[:4])) == []
        assert lines(correlated(VALUES, *events)) == [5]

    def test_several_fields_are_one_value(self) -> None:
        events = [(n, "a", {"source": "x", "user": "u", "host": host}) for n, host in enumerate("pqr")]
        assert lines(correlated(VALUES.replace("field: user", "field: [user, host]"), *events)) == [3]

    @pytest.mark.parametrize(
        ("kind", "condition", "expected"),
        [
            ("value_sum", "{field: size, gte: 60}", [3]),
            ("value_sum", "{field: size, gt: 60}", []),
            ("value_avg", "{field: size, eq: 20}", [3]),
            ("value_median", "{field: size, eq: 20}", [3]),
            ("value_percentile", "{field: size, percentile: 75, eq: 25}", [3]),
            ("value_percentile", "{field: size, percentile: 100, gte: 30}", [3]),
            ("value_min", "{field: size, eq: 10}", [3]),
            ("value_max", "{field: size, gt: 29}", [3]),
            ("value_max", "{field: size, gt: 30}", []),
        ],
    )
    def test_numbers_are_measured(self, kind: str, condition: str, expected: list[int]) -> None:
        events = [(n, "a", {"source": "x", "size": size}) for n, size in enumerate([10, "30", 20])]
        rule = VALUES.replace("value_count", kind).replace("{field: user, gte: 3}", condition)
        assert lines(correlated(rule, *events)) == expected

    def test_what_is_no_number_is_left_out_and_said(self) -> None:
        rule = VALUES.replace("value_count", "value_sum").replace("{field: user, gte: 3}", "{field: size, gte: 1}")
        result = correlated(rule, (0, "a", {"source": "x", "size": 5}), (1, "a", {"source": "x", "size": "many"}))
        assert lines(result) == [1]
        assert result.notes == ("together: 1 hits without a usable value of source, size are not correlated",)


NEAR = """
    type: temporal
    rules: [a, b, c]
    group-by: [host]
    timespan: 5m
"""


def at_host(*events: tuple[float, str]) -> list[tuple[float | None, str, dict[str, Any]]]:
    return [(minutes, kind, {"host": "h"}) for minutes, kind in events]


class TestTemporal:
    def test_all_rules_in_any_order(self) -> None:
        assert lines(correlated(NEAR, *at_host((0, "c"), (2, "a"), (5, "b")))) == [3]
        assert lines(correlated(NEAR, *at_host((0, "c"), (2, "a"), (5.1, "b")))) == []
        assert lines(correlated(NEAR, *at_host((0, "a"), (1, "a"), (2, "b")))) == []

    def test_only_with_one_value_of_the_group(self) -> None:
        assert lines(correlated(NEAR, *at_host((0, "a"), (1, "b")), (2, "c", {"host": "other"}))) == []

    def test_a_count_of_different_rules(self) -> None:
        assert lines(correlated(NEAR + "    condition: {gte: 2}\n", *at_host((0, "a"), (1, "b")))) == [2]

    @pytest.mark.parametrize(
        ("condition", "expected"),
        [("a and b and c", []), ("a AND b OR c", [2]), ("a and (b or c)", [2]), ("a and not c", [1]), ("b and not a or c", [])],
    )
    def test_a_condition_over_rules(self, condition: str, expected: list[int]) -> None:
        rule = NEAR.replace("    rules: [a, b, c]\n", "") + f"    condition: {condition}\n"
        result = correlated(rule, *at_host((0, "a"), (1, "b")))
        assert [d.line for d in result.detections if d.rule == "together"] == expected

    def test_aliases_give_one_name_to_different_fields(self) -> None:
        rule = """
    type: temporal
    rules: [a, b]
    group-by: [internal, remote]
    timespan: 10s
    aliases:
        internal: {a: destination.ip, b: source.ip}
        remote: {a: source.ip, b: destination.ip}
"""
        one = (0.0, "a", {"destination": {"ip": "192.0.2.1"}, "source": {"ip": "203.0.113.9"}})
        other = (0.1, "b", {"source": {"ip": "192.0.2.1"}, "destination": {"ip": "203.0.113.9"}})
        assert lines(correlated(rule, one, other)) == [2]
        assert lines(correlated(rule, one, (0.1, "b", one[2]))) == []


ORDERED = NEAR.replace("temporal", "temporal_ordered")


class TestOrdered:
    def test_only_in_the_order_of_the_rules(self) -> None:
        assert lines(correlated(ORDERED, *at_host((0, "a"), (1, "b"), (2, "c")))) == [3]
        assert lines(correlated(ORDERED, *at_host((0, "b"), (1, "a"), (2, "c")))) == []
        assert lines(correlated(ORDERED, *at_host((0, "c"), (1, "b"), (2, "a")))) == []

    def test_what_comes_between_does_not_matter_and_the_latest_beginning_counts(self) -> None:
        result = correlated(ORDERED, *at_host((0, "a"), (3, "a"), (4, "c"), (5, "b"), (8, "c")))
        assert lines(result) == [5]
        assert "events.jsonl:2, events.jsonl:4, events.jsonl:5" in result.detections[0].excerpt

    def test_the_timespan_holds_from_the_first_to_the_last(self) -> None:
        assert lines(correlated(ORDERED, *at_host((0, "a"), (3, "b"), (5.1, "c")))) == []

    def test_within_one_second_of_one_source_its_lines_tell_the_order(self) -> None:
        two = ORDERED.replace("[a, b, c]", "[a, b]")
        assert lines(correlated(two, *at_host((0, "a"), (0, "b")))) == [2]
        assert lines(correlated(two, *at_host((0, "b"), (0, "a")))) == []

    def test_one_event_is_not_two(self) -> None:
        again = "---\ntitle: d\nname: d\nlogsource: {category: application}\ndetection: {sel: {kind: a}, condition: sel}\n"
        two = ORDERED.replace("[a, b, c]", "[a, d]")
        assert lines(correlated(two, *at_host((0, "a")), more=again)) == []
        assert lines(correlated(two, *at_host((0, "a"), (1, "a")), more=again)) == [2]


CHAIN = """---
title: Many failures
name: many
correlation:
    type: event_count
    rules: [a]
    group-by: [{inner}]
    timespan: 10m
    condition: {{gte: 3}}
"""
THEN = """
    type: temporal_ordered
    rules: [many, b]
    group-by: [user]
    timespan: 10m
"""


class TestChained:
    def test_many_failures_and_then_a_success(self) -> None:
        """The example of the specification, with three failures instead of ten."""
        success = [(4.0, "b", {"user": "kim"})]
        result = correlated(THEN, *failures(0, 1, 2), *success, more=CHAIN.format(inner="user"))
        assert [(d.rule, d.line) for d in result.detections] == [("together", 4)]
        assert "events.jsonl:3, events.jsonl:4" in result.detections[0].excerpt
        assert lines(correlated(THEN, *failures(0, 1), *success, more=CHAIN.format(inner="user"))) == []
        assert lines(correlated(THEN, *failures(5, 6, 7), *success, more=CHAIN.format(inner="user"))) == []

    def test_a_long_burst_counts_to_its_end(self) -> None:
        result = correlated(THEN, *failures(*range(30)), (35, "b", {"user": "kim"}), more=CHAIN.format(inner="user"))
        assert lines(result) == [31]

    def test_the_outer_group_counts_even_if_the_inner_one_is_another(self) -> None:
        events = [(n, "a", {"user": "kim", "host": "h"}) for n in range(3)]
        chain = CHAIN.format(inner="host")
        assert lines(correlated(THEN, *events, (5, "b", {"user": "kim", "host": "x"}), more=chain)) == [4]
        assert lines(correlated(THEN, *events, (5, "b", {"user": "lee", "host": "h"}), more=chain)) == []

    def test_it_does_not_matter_which_stands_first(self) -> None:
        documents = [f"title: Together\nid: together\ncorrelation:{THEN}", CHAIN.format(inner="user").removeprefix("---\n")]
        documents += [BASE.format(name=name) for name in "ab"]
        rules = read_rules([("r.yml", "---\n".join(documents).encode())])
        assert [one.id for one in rules.correlations] == ["r", "together"]
        result = hunt([log(*failures(0, 1, 2), (3, "b", {"user": "kim"}))], rules=rules)
        assert lines(result) == [4]


def test_rules_that_serve_a_correlation_are_not_reported_unless_it_says_generate() -> None:
    events = failures(0, 1, 2)
    assert [d.rule for d in correlated(COUNT, *events).detections] == ["together"]
    generated = correlated(COUNT + "    generate: true\n", *events)
    assert sorted({d.rule for d in generated.detections}) == ["rules", "together"]


def test_hits_without_time_or_group_are_counted_and_said() -> None:
    result = correlated(COUNT, *failures(0, 1, 2), (None, "a", {"user": "kim"}), (3, "a", {}))
    assert lines(result) == [3]
    assert result.notes == (
        "together: 1 hits without a time are not correlated",
        "together: 1 hits without a usable value of user are not correlated",
    )


def test_a_field_that_no_hit_has_is_named_and_not_taken_for_silence() -> None:
    (missing,) = correlated(COUNT.replace("user", "account"), *failures(0, 1, 2)).coverage.not_run
    assert (missing.id, missing.reason, missing.fields) == ("together", Reason.FIELD_ABSENT, ("account",))
    assert "needs account" in missing.why


def test_a_correlation_runs_only_if_all_its_rules_ran() -> None:
    other = BASE.format(name="d").replace("category: application", "product: windows")
    rules = read_rules([("r.yml", f"{BASE.format(name='a')}---{other}---\ntitle: T\nid: t\ncorrelation:{NEAR}".encode())])
    assert "'b', which is none of the rules given" in rules.broken[0].why
    near = NEAR.replace("[a, b, c]", "[a, d]")
    access = Source("access.log", io.BytesIO(b'192.0.2.1 - - [15/May/2025:03:12:44 +0100] "GET / HTTP/1.1" 200 5 "-" "-"'))
    rules = read_rules([("r.yml", f"{BASE.format(name='a')}---{other}---\ntitle: T\nid: t\ncorrelation:{near}".encode())])
    result = hunt([access], rules=rules)
    not_run = {miss.id: miss for miss in result.coverage.not_run}
    assert not_run["t"].reason is Reason.NO_LOG_SOURCE
    assert not_run["t"].why == "it needs r, r#2, which did not run"
    assert result.coverage.rules_given == result.coverage.rules_ran + len(result.coverage.not_run) == 3


def broken(text: str) -> tuple[int, str]:
    rules = read_rules([("r.yml", (BASE.format(name="a") + "---\n" + text).encode())])
    (problem,) = rules.broken
    assert problem.why.startswith(f"r.yml:{problem.line}: ")
    return problem.line, problem.what


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("correlation: 5", 9, "a mapping"),
        ("correlation:\n  type: count", 10, "'count' is not known"),
        ("correlation:\n  type: event_count\n  timespan: 5m\n  condition: {gte: 1}", 9, "refers to no rule"),
        (
            "correlation:\n  type: event_count\n  rules:\n    - a\n    - z\n  timespan: 5m\n  condition: {gte: 1}",
            13,
            "'z', which is none",
        ),
        ("correlation:\n  type: event_count\n  rules: a\n  timespan: 5 min\n  condition: {gte: 1}", 12, "timespan '5 min'"),
        ("correlation:\n  type: event_count\n  rules: a\n  timespan: 0m\n  condition: {gte: 1}", 12, "timespan '0m'"),
        ("correlation:\n  type: event_count\n  rules: a\n  timespan: 5m", 9, "condition is a mapping"),
        ("correlation:\n  type: event_count\n  rules: a\n  timespan: 5m\n  condition: {gte: many}", 13, "'many' is not a number"),
        (
            "correlation:\n  type: event_count\n  rules: a\n  timespan: 5m\n  condition: {about: 3}",
            13,
            "'about', which is not known",
        ),
        ("correlation:\n  type: value_count\n  rules: a\n  timespan: 5m\n  condition: {gte: 3}", 13, "names no field"),
        ("correlation:\n  type: event_count\n  rules: a\n  timespan: 5m\n  condition: a", 13, "is a mapping"),
        ("correlation:\n  type: temporal\n  rules: a\n  timespan: 5m\n  condition: a and z", 13, "'z', which is not defined"),
        ("correlation:\n  type: temporal\n  rules: a\n  timespan: 5m\n  group-by: {a: b}", 13, "a text or a list"),
        (
            "correlation:\n  type: temporal\n  rules: a\n  timespan: 5m\n  aliases: {u: {z: x}}",
            13,
            "'z', which it does not refer to",
        ),
        ("correlation:\n  type: temporal\n  rules: a\n  timespan: 5m\n  generate: maybe", 13, "neither true nor false"),
        ("name: me\ncorrelation:\n  type: temporal\n  rules: [a, me]\n  timespan: 5m", 12, "refers to itself"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, line: int, what: str) -> None:
    got = broken(text)
    assert got[0] == line
    assert what in got[1]


def test_correlations_that_go_round_in_a_circle_are_named_each() -> None:
    circle = "".join(
        f"---\ntitle: {one}\nname: {one}\ncorrelation:\n  type: temporal\n  rules: [{other}]\n  timespan: 5m\n"
        for one, other in ("xy", "yz", "zx")
    )
    rules = read_rules([("r.yml", circle.removeprefix("---\n").encode())])
    assert [b.line for b in rules.broken] == [5, 12, 19]
    assert {b.what for b in rules.broken} == {"the rules that it refers to lead back to itself"}


def test_a_long_chain_is_put_in_order_at_once() -> None:
    chain = [f"title: t\nname: n{n}\ncorrelation: {{type: temporal, rules: [n{n + 1}], timespan: 5m}}\n" for n in range(1500)]
    rules = read_rules([("r.yml", "---\n".join([*chain, BASE.format(name="n1500")]).encode())])
    assert (len(rules.correlations), rules.broken) == (1500, ())
    assert rules.correlations[0].name == "n1499"


ENTRIES = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 2)), max_size=12)


def made(kind: str, measure: Measure, seconds: int) -> Correlation:
    return Correlation("c", "", "", "", kind, ("a", "b", "c"), (), seconds, measure)


def in_order(events: list[tuple[int, int]]) -> list[Entry]:
    return sorted(Entry(time * 1_000_000, rule, (time * 1_000_000, 0, n), n, "") for n, (time, rule) in enumerate(events))


@settings(max_examples=200)
@given(ENTRIES, st.integers(1, 6), st.integers(1, 4))
def test_counting_agrees_with_trying_every_window(events: list[tuple[int, int]], seconds: int, least: int) -> None:
    """It holds at an event when the events of the timespan up to it are enough."""
    entries = in_order(events)
    got = {w.last for w in found(made("event_count", Measure(((">=", least),)), seconds), entries)}
    assert got == {
        last
        for last, entry in enumerate(entries)
        if sum(entry.time - e.time <= seconds * 1_000_000 for e in entries[: last + 1]) >= least
    }


@settings(max_examples=200)
@given(ENTRIES, st.integers(1, 6))
def test_an_order_agrees_with_trying_every_three(events: list[tuple[int, int]], seconds: int) -> None:
    entries = in_order(events)
    got = {w.last for w in found(made("temporal_ordered", Measure(()), seconds), entries)}

    def after(one: Entry, other: Entry) -> bool:
        return (one.time, one.order[2]) < (other.time, other.order[2])

    assert got == {
        n
        for n, last in enumerate(entries)
        for middle in entries
        for first in entries
        if (first.rule, middle.rule, last.rule) == (0, 1, 2)
        and after(first, middle)
        and after(middle, last)
        and last.time - first.time <= seconds * 1_000_000
    }


@given(ENTRIES, st.integers(1, 6))
def test_detections_of_one_group_share_no_event(events: list[tuple[int, int]], seconds: int) -> None:
    entries = in_order(events)
    windows = list(merged(found(made("event_count", Measure(((">=", 2),)), seconds), entries)))
    assert all(one.last < other.first for one, other in pairwise(windows))
