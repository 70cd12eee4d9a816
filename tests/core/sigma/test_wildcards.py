"""Text with wildcards, held against a second evaluator that tries every possibility."""

from hypothesis import given
from hypothesis import strategies as st

from wardround.core.sigma._values import wildcard_match

PATTERN = st.text("ab*?", max_size=8)
TEXT = st.text("abc", max_size=10)


def tries_everything(pattern: str, text: str) -> bool:
    """A `*` takes any number of characters, a `?` one, all else itself."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(tries_everything(pattern[1:], text[i:]) for i in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and tries_everything(pattern[1:], text[1:])


def pieces_of(pattern: str) -> list[tuple[str | None, ...]]:
    return [tuple(None if c == "?" else c for c in piece) for piece in pattern.split("*")]


@given(PATTERN, TEXT)
def test_both_evaluators_agree(pattern: str, text: str) -> None:
    assert wildcard_match(pieces_of(pattern), text) == tries_everything(pattern, text)


@given(TEXT, TEXT, TEXT)
def test_a_word_between_stars_is_found_where_python_finds_it(before: str, word: str, after: str) -> None:
    assert wildcard_match([(), (word,), ()], before + word + after)
    assert wildcard_match([(), (word,), ()], before) == (word in before)


def test_many_stars_stay_fast() -> None:
    assert not wildcard_match([("a",)] * 30 + [("b",)], "a" * 50_000)
