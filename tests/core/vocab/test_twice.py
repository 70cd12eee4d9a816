"""A key that stands twice in one object is found with its place; a text without one has none (RFC 8259, section 4)."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.vocab._twice import twice

values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


def found(text: bytes) -> list[tuple[str, int]]:
    return list(twice(text, orjson.loads(text)))


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (b'{"a": 1, "a": 2}', [("/a", 1)]),
        (b'{"a": 1,\n\n "a" : 2}', [("/a", 3)]),
        (b'{"a": [{"b": 1}, {"b": 1, "b": 2}]}', [("/a/1/b", 1)]),
        (b'{"a/b": 1, "~": {}, "a\\/b": 2}', [("/a~1b", 1)]),
        (b'{"a": {"b": 1}, "b": {"a": 1}}', []),
        (b'[{"a": 1}, {"a": 1}]', []),
        (b'{"a": "\\"a\\": 1", "b": "{\\"b\\" : 2}"}', []),
        (b"[]", []),
        (b'{"\\u0061": 1, "a": 2}', [("/a", 1)]),
    ],
)
def test_each_is_named_with_its_place(text: bytes, places: list[tuple[str, int]]) -> None:
    assert found(text) == places


@given(values, st.sampled_from([None, 1, 4]))
def test_a_text_that_repeats_none_has_none(document: Any, indent: int | None) -> None:
    assert found(json.dumps(document, indent=indent).encode()) == []


@given(st.dictionaries(st.text(max_size=4), values, min_size=1, max_size=4), st.data())
def test_a_text_that_repeats_one_has_that_one(document: dict[str, Any], data: st.DataObject) -> None:
    again = data.draw(st.sampled_from(sorted(document)))
    text = f"{json.dumps(document)[:-1]}, {json.dumps(again)}: 0}}".encode()
    pointer = again.replace("~", "~0").replace("/", "~1")
    assert found(text) == [(f"/{pointer}", 1)]
