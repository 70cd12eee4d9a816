"""Canonical JSON as RFC 8785 (JSON Canonicalization Scheme) defines it."""

import json
import struct
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.vocab import BadInput
from wardround.core.vocab._canonical import canonical

documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


def read(written: bytes) -> Any:
    """As ECMAScript reads it: a number too large for a whole one is a double."""
    return json.loads(written, parse_int=lambda digits: int(digits) if abs(int(digits)) < 2**53 else float(digits))


@pytest.mark.parametrize(
    ("bits", "written"),
    [
        ("0000000000000000", "0"),
        ("8000000000000000", "0"),
        ("0000000000000001", "5e-324"),
        ("7fefffffffffffff", "1.7976931348623157e+308"),
        ("ffefffffffffffff", "-1.7976931348623157e+308"),
        ("44b52d02c7e14af6", "1e+23"),
        ("444b1ae4d6e2ef4e", "999999999999999700000"),
        ("444b1ae4d6e2ef50", "1e+21"),
        ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
        ("3eb0c6f7a0b5ed8d", "0.000001"),
        ("41b3de4355555553", "333333333.3333332"),
        ("becbf647612f3696", "-0.0000033333333333333333"),
    ],
)
def test_numbers_are_written_as_rfc_8785_appendix_b_writes_them(bits: str, written: str) -> None:
    [number] = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical(number).decode() == written


def test_keys_are_in_the_order_of_their_utf_16_code_units_as_in_rfc_8785_section_3_2_3() -> None:
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    order = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(canonical(dict.fromkeys(keys, 0)))) == order


def test_text_is_escaped_only_where_it_must_be() -> None:
    assert canonical("\u20ac$\x0f\nA'B\"\\/\x7f") == '"\u20ac$\\u000f\\nA\'B\\"\\\\/\x7f"'.encode()


@given(documents)
def test_it_reads_back_equal_and_is_written_the_same_again(document: Any) -> None:
    written = canonical(document)
    assert read(written) == document
    assert canonical(read(written)) == written


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 9), max_size=6))
def test_the_order_of_keys_changes_nothing(document: dict[str, int]) -> None:
    assert canonical(dict(reversed(document.items()))) == canonical(document)


def _deep() -> Any:
    nested: Any = 0
    for _ in range(5000):
        nested = [nested]
    return nested


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ({"a": [0, float("nan")]}, "/a/1"),
        (float("inf"), "/"),
        ({"a/b": 2**53}, "/a~1b"),
        pytest.param(10**6000, "/", id="a number of 6,000 digits"),
        ({"at": datetime(2025, 5, 14, tzinfo=UTC)}, "/at"),
        ({1: "a"}, "/"),
        ({"a": "\ud800"}, "/a"),
        ({"a": {1, 2}}, "/a"),
    ],
)
def test_what_has_no_one_way_to_be_written_is_refused_with_its_place(document: Any, where: str) -> None:
    with pytest.raises(BadInput) as refused:
        canonical(document)
    assert refused.value.where == where


def test_nesting_without_end_is_refused() -> None:
    with pytest.raises(BadInput, match="nested too deep"):
        canonical(_deep())
