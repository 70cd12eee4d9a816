"""Many string tests in one pass say what each of them says alone."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wardround.core.sigma._values import Regex, Text
from wardround.core.vocab import WardroundError
from wardround.engines.hunting import _patterns
from wardround.engines.hunting._patterns import Patterns, Words

SIGNS = "aAbB\\*?.[]{}^$|()+-/ \n\0\u00e9\u00c9\u0130\u212a\u03a3\x1c"
TEXT = st.text(SIGNS, max_size=6)
PIECES = st.lists(st.lists(st.none() | st.text(SIGNS, min_size=1, max_size=3), max_size=2).map(tuple), min_size=1, max_size=3).map(
    tuple
)
EXPRESSIONS = [
    "a+b", "^a", "b$", "(?i)ab", "a.b", "a{,2}b", r"\bab\b", "[^a]b", r"\d+", r"a\s*b", "(a|b)+", "(?s)a.b", "a(?i)b", r"(.)\1",
    "(?=a)a", r"\w+-\w+", r"A\Z", r"[[:alpha:]]b", "a|", "", r"\u00e9", "a{2}",
]  # fmt: skip


def text_test(pieces: tuple[tuple[str | None, ...], ...], cased: bool) -> Text:
    return Text(pieces if cased else tuple(tuple(p and p.lower() for p in piece) for piece in pieces), cased)


def expression(pattern: str, flags: str) -> Regex:
    return Regex(pattern, flags)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.builds(text_test, PIECES, st.booleans()), min_size=1, max_size=6, unique=True), st.lists(TEXT, max_size=8))
def test_wildcard_texts_are_answered_exactly(tests: list[Text], values: list[str]) -> None:
    patterns = Patterns(list(enumerate(tests)))
    each = [{n for n, test in enumerate(tests) if test.passes(value if test.cased else value.lower())} for value in values]
    assert [patterns.passing(value) for value in values] == [(wanted, set()) for wanted in each]
    assert {at: held for at, held, _ in patterns.several(values)} == {at: wanted for at, wanted in enumerate(each) if wanted}


def test_texts_in_values_that_are_searched_together_do_not_reach_from_one_into_the_next() -> None:
    starts, ends, holds = Text((("ab",), ())), Text(((), ("ab",))), Text(((), ("b\0a",), ()))
    patterns = Patterns([(0, starts), (1, ends), (2, holds)])
    values = ["ab", "xab", "aby", "xaby", "x", "b", "a", "b\0a", "\ud800ab", "ab" + "z" * 5_000]
    found = {values[at]: held for at, held, _ in patterns.several(values)}
    assert found == {"ab": {0, 1}, "xab": {1}, "aby": {0}, "b\0a": {2}, "\ud800ab": {1}, values[-1]: {0}}


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.builds(expression, st.sampled_from(EXPRESSIONS), st.sampled_from(["", "i", "s", "ms"])),
        min_size=1,
        max_size=5,
        unique=True,
    ),
    st.lists(TEXT, max_size=8),
)
def test_no_expression_that_would_be_found_is_left_unasked(tests: list[Regex], values: list[str]) -> None:
    patterns = Patterns(list(enumerate(tests)))
    for value in values:
        _, asked = patterns.passing(value)
        assert {n for n, test in enumerate(tests) if test.passes(value)} <= asked, value


def test_most_expressions_of_the_plain_kind_are_asked_only_where_they_may_be_found() -> None:
    patterns = Patterns([(0, expression("evil[0-9]+", "")), (1, expression("(?i)worse", ""))])
    assert patterns.passing("nothing of the kind") == (set(), set())
    assert patterns.passing("EVIL7 and WORSE") == (set(), {1})


def test_no_text_is_overlooked_at_either_end_of_a_value() -> None:
    """Vectorscan 5.4.12 overlooked one in three hundred of these."""
    rng = random.Random(7)
    shapes = {"contains": ((), ()), "starts": (None, ()), "ends": ((), None), "equals": (None, None)}
    for _ in range(150):
        tests = []
        for _ in range(rng.randint(1, 6)):
            before, after = shapes[rng.choice(list(shapes))]
            word = ("".join(rng.choices("ab-5.1", k=rng.randint(1, 6))),)
            tests.append(Text(tuple(piece for piece in (before, word, after) if piece is not None)))
        patterns = Patterns(list(enumerate(dict.fromkeys(tests))))
        for _ in range(25):
            value = "".join(rng.choices("ab-5.1", k=rng.randint(1, 40)))
            wanted = {n for n, test in enumerate(dict.fromkeys(tests)) if test.passes(value)}
            assert patterns.passing(value)[0] == wanted, (tests, value)


def test_a_library_that_overlooks_texts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_patterns, "ENDING", b"nothing that ends so")
    _patterns._sound.cache_clear()
    try:
        with pytest.raises(WardroundError, match="overlooks texts"):
            Patterns([(0, expression("a", ""))])
    finally:
        monkeypatch.undo()
        _patterns._sound.cache_clear()


def test_a_word_is_found_in_the_line_where_it_stands_and_wherever_it_may_stand_hidden() -> None:
    words = Words(["whoami", "kit"])
    lines = [
        rb'{"a": "WHOAMI"}',
        rb'{"a": "C:\\users\\k"}',
        rb'{"a": "\u0077hoami"}',
        rb'{"a": "\\\u0077hoami"}',
        '{"a": "\u212ait"}'.encode(),
        '{"a": "caf\u00e9"}'.encode(),
    ]
    both = {"whoami", "kit"}
    assert dict(words.by_line(b"".join(line + b"\n" for line in lines))) == {0: {"whoami"}, 2: both, 3: both, 4: both}


def test_only_two_signs_beyond_ascii_become_plain_letters_in_lower_case() -> None:
    beyond = (chr(code) for code in range(0x80, 0x110000))
    assert {sign for sign in beyond if any(part.isascii() for part in sign.lower())} == {"\u0130", "\u212a"}
