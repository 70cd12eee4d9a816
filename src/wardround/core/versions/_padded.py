"""Orders in which a missing part counts as zero, and a word counts as less than zero: `1.0.a` < `1` = `1.0` < `1.0.1`."""

WORD, POST, NUMBER, LETTER = 0, 4, 5, 6
"""What a part is: a word of a pre-release, a word of a later patch, a number, a letter after a number. Zero is a NUMBER."""

_BEFORE_A_WORD, _END, _BEFORE_MORE = 1, 2, 3


def padded(parts: list[tuple[int, int | str]]) -> tuple[int | str, ...]:
    """The key of a sequence that is as if it went on in zeros for ever.

    A zero equals the end of the sequence, so what follows decides on which side of the end it stands.
    """
    while parts and parts[-1] == (NUMBER, 0):
        parts.pop()
    key: list[int | str] = [_END]
    below = False
    for kind, value in reversed(parts):
        if kind == NUMBER and value == 0:
            key.append(_BEFORE_A_WORD if below else _BEFORE_MORE)
        else:
            below = kind == WORD
            key += (value, kind)
    key.reverse()
    return tuple(key)
