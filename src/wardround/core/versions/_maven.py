"""Versions of Maven artefacts."""

import re

from wardround.core.versions._model import Key

_LEXEMES = re.compile(r"\d+|[.-]|[^\d.-]+", re.ASCII)
_SHORT = {"a": "alpha", "b": "beta", "m": "milestone"}
_SAME = {"cr": "rc", "final": "", "ga": "", "release": ""}
_QUALIFIERS = {word: rank for rank, word in enumerate(("alpha", "beta", "milestone", "rc", "snapshot", "", "sp"))}
_OTHER = len(_QUALIFIERS)

# What can stand at a place, lowest first: a qualifier (the end counts as the empty one), a number after a hyphen, one after a dot.
_QUALIFIER, _HYPHENATED, _DOTTED = range(3)
_RELEASE = (_QUALIFIER, _QUALIFIERS[""], "")

Token = tuple[int, int, str]


def maven(text: str) -> Key:
    """Version order specification of Maven's POM reference, as ComparableVersion of Maven 3.9 executes it.

    Tokens between dots, hyphens and changes between digits and others (a change counts as a hyphen); zeros and empty
    qualifiers are dropped at the end and before each hyphen and qualifier.
    """
    tokens: list[Token] = []
    for token in _tokens(text.lower()):
        if token[0] != _DOTTED:
            _trim(tokens)
        tokens.append(token)
    _trim(tokens)
    key: list[int | str] = []
    for kind, number, word in tokens:
        key += (kind, number, word) if kind == _QUALIFIER else (kind, number)
    return (*key, *_RELEASE)


def _trim(tokens: list[Token]) -> None:
    while tokens and (tokens[-1] == _RELEASE or tokens[-1] in ((_HYPHENATED, 0, ""), (_DOTTED, 0, ""))):
        tokens.pop()


def _tokens(text: str) -> list[Token]:
    """The tokens with the separator before each. Raises ValueError when there is no digit: `n/a` is no version."""
    lexemes = _LEXEMES.findall(text[1:] if text[:1] == "v" and text[1:2].isdigit() else text)
    if not text.isascii() or not text.isprintable() or " " in text or not any(map(str.isdigit, text)):
        raise ValueError
    tokens: list[Token] = []
    kind, empty = _DOTTED, True
    for place, lexeme in enumerate(lexemes):
        if lexeme in ".-":
            if empty:
                tokens.append((kind, 0, ""))
            kind, empty = (_DOTTED if lexeme == "." else _HYPHENATED), True
        else:
            if not empty:
                kind = _HYPHENATED
            followed = place + 1 < len(lexemes) and lexemes[place + 1].isdigit()
            tokens.append((kind, int(lexeme), "") if lexeme.isdigit() else _qualifier(lexeme, before_number=followed))
            empty = False
    return tokens


def _qualifier(word: str, *, before_number: bool) -> Token:
    known = _SHORT.get(word, word) if before_number else word
    known = _SAME.get(known, known)
    rank = _QUALIFIERS.get(known, _OTHER)
    return (_QUALIFIER, rank, word if rank == _OTHER else "")
