"""Conditions (Sigma rules specification 2.1, Condition): from text to a tree of names.

`or` binds least, then `and`, `not`, `x of pattern`, parentheses. Written by hand: a general parser takes exponential time on
parentheses in parentheses.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from wardround.core.sigma._problems import ProblemError
from wardround.core.sigma._values import wildcard_match

DEEPEST = 100
LONGEST = 20_000
TOKEN = re.compile(r"\s*([()]|[^\s()]+)")
WORDS = ("and", "or", "not", "of")


@dataclass(frozen=True, slots=True)
class Joined:
    """Parts that all hold (`and`), of which one holds (`or`), or of which there is one that does not hold (`not`)."""

    by: Literal["and", "or", "not"]
    parts: tuple["Expression", ...]


Expression = str | Joined


def expression(text: object, *, names: Collection[str]) -> Expression:
    """The tree of a condition over search identifiers, of which `of` may choose. Raises ProblemError."""
    if not isinstance(text, str) or not text.strip():
        raise ProblemError("the condition is no text")
    if "|" in text:
        raise ProblemError("the condition counts with a pipe, as rules did before correlations took its place")
    if len(text) > LONGEST:
        raise ProblemError(f"the condition is longer than {LONGEST:,} characters")
    return _Reading(text, names).whole()


class _Reading:
    def __init__(self, text: str, names: Collection[str]) -> None:
        self.text, self.names = text, names
        self.tokens = TOKEN.findall(text)
        self.at = self.depth = 0

    def whole(self) -> Expression:
        got = self.any_of()
        if self.at < len(self.tokens):
            raise self.wrong()
        return got

    def wrong(self) -> ProblemError:
        near = " ".join(self.tokens[max(self.at - 1, 0) : self.at + 2])
        return ProblemError(f"the condition is not understood {f'at {near[:60]!r}' if near else 'at its end'}")

    def word(self) -> str:
        """The next token as a word of the language, or itself: an identifier may be called `AND` too."""
        if self.at >= len(self.tokens):
            return ""
        token: str = self.tokens[self.at]
        return token.lower() if token.lower() in WORDS and token not in self.names else token

    def any_of(self) -> Expression:
        return self.several("or")

    def all_of(self) -> Expression:
        return self.several("and")

    def several(self, by: Literal["and", "or"]) -> Expression:
        read = self.all_of if by == "or" else self.one
        parts = [read()]
        while self.word() == by:
            self.at += 1
            parts.append(read())
        return parts[0] if len(parts) == 1 else Joined(by, tuple(parts))

    def one(self) -> Expression:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ProblemError(f"the condition is nested more than {DEEPEST} deep")
        got = self.operand()
        self.depth -= 1
        return got

    def operand(self) -> Expression:
        word = self.word()
        self.at += 1
        if word == "not":
            return Joined("not", (self.one(),))
        if word == "(":
            got = self.any_of()
            if self.word() != ")":
                raise self.wrong()
            self.at += 1
            return got
        if word.lower() in ("1", "any", "all") and self.word() == "of":
            return self.chosen(word.lower())
        if not word or word == ")" or word in WORDS:
            self.at -= 1
            raise self.wrong()
        if word not in self.names:
            raise ProblemError(f"the condition names {word[:60]!r}, which is not defined beside it")
        return word

    def chosen(self, quantifier: str) -> Expression:
        """`1 of them`, `all of sel*`: what starts with an underscore is left out unless the pattern names it so."""
        self.at += 1
        pattern = self.tokens[self.at] if self.at < len(self.tokens) else ""
        self.at += 1
        stars = "*" if pattern.lower() == "them" else re.sub(r"\*+", "*", pattern)
        pieces = [(piece,) if piece else () for piece in stars.split("*")]
        found = [n for n in self.names if wildcard_match(pieces, n) and (not n.startswith("_") or pattern.startswith("_"))]
        if not found:
            raise ProblemError(f"'{quantifier} of {pattern[:60]}' chooses nothing that is defined beside it")
        return found[0] if len(found) == 1 else Joined("and" if quantifier == "all" else "or", tuple(found))
