"""Many string tests in one pass say what each of them says alone."""

from hypothesis import given, settings
from hypothesis import strategies as st

from wardround.core.sigma._values import Regex, Text
from wardround.engines.hunting._patterns import Patterns

SIGNS = "aAbB\\*?.[]{}^$|()+-/ \n\u00e9\u00c9\u0130\u212a\u03a3\x1c"
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
    for value in values:
        wanted = {n for n, test in enumerate(tests) if test.passes(value if test.cased else value.lower())}
        assert patterns.passing(value) == (wanted, set()), value


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
