"""A hunt again over what is new alone gives what a whole hunt gives, whatever arrived in whichever order."""

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wardround.core.hunts import HuntResult, Source, hunt, read_rules, statement
from wardround.core.hunts._again import Searched, fingerprints, hunt_again
from wardround.core.hunts._kept import dump, load
from wardround.core.hunts.indicators import read_indicators
from wardround.core.sigma import RuleSet
from wardround.core.vocab import BadInput, WardroundError

RULE = """
title: Rule {number}
id: aaaaaaaa-0000-4000-8000-00000000000{number}
name: rule{number}
logsource: {{category: {category}}}
detection: {{{detection}}}
level: high
"""
DETECTIONS = [
    ("webserver", "sel: {c-uri|contains: /evil}, condition: sel"),
    ("webserver", "sel: {sc-status: 404}, condition: sel"),
    ("webserver", "sel: {c-uri|contains: /x}, condition: not sel"),
    ("process_creation", "sel: {Image: x}, condition: sel"),
    ("webserver", "sel: {c-uri|contains: /evil}, condition: sel1"),  # broken: there is no sel1
]
TOGETHER = """
title: Evil three times
id: cccccccc-0000-4000-8000-000000000001
correlation: {type: event_count, rules: [rule0], group-by: [c-ip], timespan: 1h, condition: {gte: 2}}
level: high
"""
LINES = [
    '203.0.113.7 - - [15/May/2025:03:12:44 +0100] "GET /evil HTTP/1.1" 404 1 "-" "x"',
    '203.0.113.8 - - [15/May/2025:03:52:44 +0100] "GET /x HTTP/1.1" 200 1 "-" "x"',
    '203.0.113.7 - - [15/May/2025:06:12:44 +0100] "GET /evil/x HTTP/1.1"',
    '{"Image": "x", "EventID": 1}',
    "no line of a log",
]
LISTS = [b"203.0.113.8\n", b"203.0.113.8\n/evil/x\n", b"nobody.example\n"]
ARRIVALS = st.lists(
    st.tuples(
        st.sets(st.integers(0, len(DETECTIONS) - 1)),
        st.booleans(),
        st.lists(st.lists(st.sampled_from(LINES), max_size=5), max_size=2),
        st.integers(0, 2),
        st.none() | st.sampled_from(LISTS),
    ),
    min_size=1,
    max_size=4,
)


def rule(number: int, *, changed: int = 0) -> tuple[str, bytes]:
    category, detection = DETECTIONS[number]
    detection = detection.replace("/evil", "/x") if changed else detection
    return f"{number}.yml", RULE.format(number=number, category=category, detection=detection).encode()


def a_source(name: str, lines: list[str]) -> Source:
    return Source(name, io.BytesIO("\n".join(lines).encode()), host="mdm-01")


def told(result: HuntResult) -> object:
    """All of a result, whatever the order of the rules that ran together."""
    runs = [replace(r, ran=tuple(sorted(r.ran)), could_not=tuple(sorted(r.could_not, key=lambda m: m.id))) for r in result.runs]
    named = result.indicators
    lists = None if named is None else (named.looked_for.sha256, [named.not_sought(run.coverage.source) for run in runs])
    return result.events, result.coverage, Counter(result.detections), runs, result.rejected, result.notes, lists, statement(result)


@given(ARRIVALS)
@settings(max_examples=120, deadline=None)
def test_piece_by_piece_is_the_same_as_all_at_once(
    arrivals: list[tuple[set[int], bool, list[list[str]], int, bytes | None]],
) -> None:
    """At each step rules and indicators come, go or change, and logs come; what is kept goes through its bytes."""
    logs: dict[str, list[str]] = {}
    kept: dict[str, Searched] = {}
    for numbers, together, new_logs, changed, listed in arrivals:
        for lines in new_logs:
            logs[f"log-{len(logs)}"] = lines
        rules = read_rules(
            [*(rule(n, changed=changed) for n in sorted(numbers)), *([("c.yml", TOGETHER.encode())] if together else [])]
        )
        opened = {name: (lambda name=name: a_source(name, logs[name])) for name in logs}
        lists = None if listed is None else read_indicators([("list.txt", listed)], general=True)
        known = {name: load(dump(one)) for name, one in kept.items()}
        again = hunt_again(opened, rules=rules, known=known, indicators=lists)
        assert told(again.result) == told(hunt([a_source(*item) for item in logs.items()], rules=rules, indicators=lists))
        kept = again.searched


def test_nothing_new_reads_nothing() -> None:
    rules = read_rules([rule(0)])
    first = hunt_again({"a": lambda: a_source("a", LINES)}, rules=rules, known={})
    assert first.new == {"a": 1}

    def never() -> Source:
        raise AssertionError("the log was opened again")

    second = hunt_again({"a": never}, rules=rules, known=first.searched)
    assert second.new == {}
    assert second.result == first.result


def test_a_log_is_opened_once_even_where_rules_are_correlated() -> None:
    rules = read_rules([rule(0), rule(1), ("c.yml", TOGETHER.encode())])
    opened = Counter[str]()

    def open_it() -> Source:
        opened["a"] += 1
        return a_source("a", LINES)

    again = hunt_again({"a": open_it}, rules=rules, known={})
    assert opened == {"a": 1}
    hunt_again({"a": open_it}, rules=rules, known=again.searched)
    assert opened == {"a": 2}  # the hits of the rules that serve the correlation are not kept


def test_other_indicators_are_looked_for_in_every_log_and_no_rule_is_run_for_it() -> None:
    logs, rules = {"a": lambda: a_source("a", LINES)}, read_rules([rule(0)])
    first = hunt_again(logs, rules=rules, known={})
    one = read_indicators([("list.txt", LISTS[0])], general=True)
    second = hunt_again(logs, rules=rules, known=first.searched, indicators=one)
    assert second.new == {"a": 0}
    assert [d.rule for d in second.result.detections if d not in first.result.detections] == ["indicator:ip:203.0.113.8"]
    assert hunt_again(logs, rules=rules, known=second.searched, indicators=one).new == {}
    assert hunt_again(logs, rules=rules, known=second.searched).result.detections == first.result.detections


def test_a_new_rule_is_run_alone_and_a_new_log_with_every_rule() -> None:
    first = hunt_again({"a": lambda: a_source("a", LINES)}, rules=read_rules([rule(0)]), known={})
    logs = {"a": lambda: a_source("a", LINES), "b": lambda: a_source("b", LINES)}
    again = hunt_again(logs, rules=read_rules([rule(0), rule(1)]), known=first.searched)
    assert again.new == {"a": 1, "b": 2}


def test_a_rule_that_asks_something_else_is_a_new_rule() -> None:
    before, after = (fingerprints(read_rules([rule(0, changed=c)])) for c in (0, 1))
    assert before.keys() == after.keys()
    assert before != after


def test_another_log_of_the_same_name_is_refused() -> None:
    first = hunt_again({"a": lambda: a_source("a", LINES)}, rules=read_rules([rule(0)]), known={})
    with pytest.raises(WardroundError, match="not the log that was searched before"):
        hunt_again({"a": lambda: a_source("a", LINES[1:])}, rules=read_rules([rule(1)]), known=first.searched)


def test_what_is_kept_is_always_the_same_bytes() -> None:
    kept = hunt_again({"a": lambda: a_source("a", LINES)}, rules=read_rules([rule(0), rule(1), rule(3)]), known={}).searched["a"]
    assert load(dump(kept)) == kept
    assert dump(load(dump(kept))) == dump(kept)


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"form":"searched-9"}', b'{"form":"searched-2","searched":{"source":1}}'])
def test_bytes_that_are_no_kept_search_are_refused(data: bytes) -> None:
    with pytest.raises(BadInput, match="not a search that was kept here"):
        load(data)


def test_without_rules_a_log_is_still_read() -> None:
    opened: Iterator[Source] = iter([a_source("a", LINES)])
    assert hunt_again({"a": lambda: next(opened)}, rules=RuleSet((), (), ""), known={}).result.events == 4
