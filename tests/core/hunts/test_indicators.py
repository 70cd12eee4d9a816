"""A hunt for indicators: among the detections, in the sentence, and by source what could not be looked for."""

from collections.abc import Callable

import pytest

from wardround.core.hunts import HuntResult, Source, hunt, load_pack, read_rules, statement
from wardround.core.hunts._search import Searcher
from wardround.core.hunts.indicators import IndicatorSet, read_indicators
from wardround.engines.hunting import FastSearcher

Log = Callable[..., Source]
Line = Callable[..., str]
OTHER = b"title: x\nlogsource: {category: process_creation}\ndetection:\n    sel: {Image: x}\n    condition: sel\n"


def listed(*lines: str) -> IndicatorSet:
    return read_indicators([("list", "\n".join(lines).encode())])


def hunted(log: Source, indicators: IndicatorSet) -> HuntResult:
    return hunt([log], rules=load_pack("epmm").rules, indicators=indicators)


def test_a_match_is_a_detection_and_a_trace_in_the_sentence(a_log: Log, line: Line) -> None:
    result = hunted(a_log(line("/a"), line("/tmp/evil.jsp")), listed("evil.jsp"))
    assert result.indicators is not None
    assert [(d.rule, d.line) for d in result.indicators.matched] == [("indicator:path:evil.jsp", 2)]
    assert result.detections == result.indicators.matched
    assert "with 15 of 15 rules and 1 indicator: 1 trace found, to be judged." in statement(result)


def test_what_no_field_holds_was_not_looked_for(a_log: Log, line: Line) -> None:
    result = hunted(a_log(line("/a"), name="a.log"), listed("ab" * 32, "203.0.113.250"))
    assert result.indicators is not None
    assert [str(type_) for type_ in result.indicators.not_sought("a.log")] == ["sha256"]


def test_where_no_rule_could_run_indicators_were_looked_for_all_the_same(a_log: Log, line: Line) -> None:
    result = hunt([a_log(line("/evil.jsp"))], rules=read_rules([("a.yml", OTHER)]), indicators=listed("evil.jsp"))
    assert statement(result).endswith("no rule could run on these logs. 1 indicator looked for: 1 trace found, to be judged.")


def test_without_indicators_nothing_is_said_of_them(a_log: Log, line: Line) -> None:
    result = hunt([a_log(line("/a"))], rules=load_pack("epmm").rules)
    assert result.indicators is None
    assert "indicator" not in statement(result)


@pytest.mark.parametrize(
    "value", ["203.0.113.7", "203.0.113.0/28", "evil.example", "https://evil.example/a b", "403.jsp", "curl/8"]
)
def test_the_search_in_bulk_finds_the_same(a_log: Log, line: Line, value: str) -> None:
    rules, indicators = load_pack("epmm").rules, listed(value, "curl/8")
    lines = [line(f"/{n}") for n in range(50)] + [
        line("/mifs/403.jsp?k=1"),
        line("/x?u=%68ttps://%65vil.example/a%2520b"),
        "no line",
    ]
    fast: Searcher = FastSearcher(rules, indicators=indicators)
    plain, quick = (
        hunt([a_log(*lines)], rules=rules, indicators=indicators),
        hunt([a_log(*lines)], rules=rules, indicators=indicators, searcher=fast),
    )
    assert plain.indicators
    assert quick.indicators
    assert quick.indicators.found == plain.indicators.found
    assert quick.indicators.sought == plain.indicators.sought
