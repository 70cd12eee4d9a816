"""Ranges written as text: what the fixed grammar reads, and what it leaves to a person."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.matching import Answer
from wardround.core.matching._text import read

Build = Callable[..., dict[str, Any]]
Says = Callable[..., Answer]


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        (">= 9.0, < 9.2.10", ["9.0", "9.2.9"], ["8.9", "9.2.10", "10"]),
        ("<= 4.2.1", ["0.1", "4.2.1"], ["4.2.2"]),
        ("> 3.1.0, <= 3.4.0", ["3.1.1", "3.4.0"], ["3.1.0", "3.4.1"]),
        ("< 5", ["4.9"], ["5"]),
        ("= 2.3.4", ["2.3.4"], ["2.3.5"]),
        ("8.0.11 and prior", ["8.0.11", "1.0"], ["8.0.12"]),
        ("prior to 2.37.0", ["2.36.9"], ["2.37.0"]),
        ("Ver.9.79 and earlier", ["9.79", "9.66"], ["9.80"]),  # CVE-2023-22317, as JPCERT/CC writes it
        ("firmware Ver. 2.37 and earlier", ["2.37"], ["2.38"]),
        ("firmware version 9.12.15 and earlier", ["9.12.15"], ["9.12.16"]),
        ("prior to Ver.3.0.32", ["3.0.31"], ["3.0.32"]),
        ("1.0.0 to 1.3.7", ["1.0.0", "1.3.7"], ["0.9", "1.3.8"]),
        ("  1.0.0   TO 1.3.7 ", ["1.2.0"], ["2.0.0"]),
        ("*", ["1", "99.9"], []),
        (">= 2.0.0-rc.1, < 2.0.0-rc.3", [], ["1.9.9", "2.0.0", "2.1"]),  # of the candidates alone
        (">= 15.0-rc-1, < 15.3-rc-1", ["15.0", "15.2"], ["14.10.8", "15.3", "15.3.1"]),
        ("< 4.1.94.Final", ["4.1.93"], ["4.1.94", "4.2"]),
        ("<= 5.1.0.beta2", ["5.0.9"], ["5.1.0"]),
    ],
)
def test_the_grammar_reads_a_range_and_says_so(
    says: Says, an_object: Build, text: str, inside: list[str], outside: list[str]
) -> None:
    record = an_object({"version": text}, default="unaffected")
    found = [says(record, version=v) for v in inside]
    assert all(a.verdict == "affected" and any("read from the text" in s for s in a.assumed) for a in found)
    assert all(says(record, version=v).verdict == "not_affected" for v in outside)


@pytest.mark.parametrize(
    "text",
    [
        "before 7.0 SP1",
        "Fixed in 9.1 (Affected 9.0)",
        "< 9.0, < 8.0",
        "> 1.0, > 2.0",
        "= 1.0, = 2.0",
        "12.x.1.x RPM",
        "8.10, 8.11",
        "1.0 - 1.3",
        "8.x and prior",
        "all versions",
        "<",
        "",
        "< 1.0 " * 100,
    ],
)
def test_anything_freer_is_left_to_a_person(text: str) -> None:
    assert read(text) is None


def test_that_a_word_stands_for_what_came_before_the_release_is_assumed(says: Says, an_object: Build) -> None:
    record = an_object({"version": ">= 1.2.0-rc-1, < 1.2.0"}, default="unaffected")
    answer = says(record, version="1.1.14")
    assert answer.verdict == "not_affected"
    assert any("came before its release" in said for said in answer.assumed)
    assert says(record, version="1.2.0-rc.2").verdict == "unknown"  # which candidate has it, no order tells


@pytest.mark.parametrize("text", ["< 1.1.1a", "< 2.0.0-1", "< 7.0 SP1", "< 15.1m", "< 3.0.0-rc1-hotfix"])
def test_a_letter_or_another_word_is_none_of_these(text: str) -> None:
    assert read(text) is None


def test_past_the_end_of_a_comparator_the_convention_holds_and_is_assumed(says: Says, an_object: Build) -> None:
    answer = says(an_object({"version": ">= 9.0, < 9.2.10"}), version="9.2.10")
    assert answer.verdict == "not_affected"
    assert any("convention" in s for s in answer.assumed)
    assert any("read from the text" in s for s in answer.assumed)


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    span = read(text)
    assert span is None or span.text == text
