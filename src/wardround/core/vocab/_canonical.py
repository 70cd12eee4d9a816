"""One way only to write a document down: JSON Canonicalization Scheme (RFC 8785), so that bytes can be chained and signed."""

import json
import math
from collections.abc import Iterator, Mapping
from decimal import Decimal

from wardround.core.vocab._errors import BadInput

_LARGEST = 2**53 - 1
_DEEPEST = 100


def canonical(document: object) -> bytes:
    """The document as canonical JSON: UTF-8, no spaces, keys ordered by UTF-16 code units, numbers as ECMAScript writes them.

    Takes what JSON knows: mappings with text keys, lists and tuples, text, whole numbers up to 2**53 - 1, finite
    floats, booleans, None. Raises BadInput, with the JSON pointer, for anything else: NaN, infinity, dates, lone
    surrogates, nesting beyond 100.
    """
    return "".join(_written(document, "", 0)).encode()


def _written(value: object, at: str, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        raise BadInput("is nested too deep", where=at[:200], do=f"nest at most {_DEEPEST} levels")
    if value is None or isinstance(value, bool):
        yield json.dumps(value)
    elif isinstance(value, str):
        yield _text(value, at)
    elif isinstance(value, int | float):
        yield _number(value, at)
    elif isinstance(value, Mapping):
        yield "{"
        for n, key in enumerate(_ordered(value, at)):
            yield f"{',' if n else ''}{_text(key, at)}:"
            yield from _written(value[key], f"{at}/{key.replace('~', '~0').replace('/', '~1')}", depth + 1)
        yield "}"
    elif isinstance(value, list | tuple):
        yield "["
        for n, item in enumerate(value):
            yield "," if n else ""
            yield from _written(item, f"{at}/{n}", depth + 1)
        yield "]"
    else:
        raise BadInput(f"a {type(value).__name__} has no place in JSON", where=at or "/", do="write it as text")


def _ordered(value: Mapping[str, object], at: str) -> list[str]:
    for key in value:
        if not isinstance(key, str):
            raise BadInput(f"the key {key!r} is not text", where=at or "/", do="write keys as text")
        _text(key, at)
    return sorted(value, key=lambda key: key.encode("utf-16-be"))


def _text(value: str, at: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BadInput("holds half a character (a lone surrogate)", where=at or "/", do="mend the text") from None
    return json.dumps(str(value), ensure_ascii=False)


def _number(value: float, at: str) -> str:
    if isinstance(value, int):
        if abs(value) > _LARGEST:
            raise BadInput(f"{value.bit_length()} bits are too many for a JSON number", where=at or "/", do="write it as text")
        return str(int(value))
    if not math.isfinite(value):
        raise BadInput(f"{value} is no JSON number", where=at or "/", do="leave it out or write it as text")
    return _ecmascript(value)


def _ecmascript(value: float) -> str:
    """ECMAScript's Number::toString: the shortest digits that read back equal, with an exponent only outside 1e-6 .. 1e21."""
    if value == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    text, point = "".join(map(str, digits)), len(digits) + int(exponent)
    if 0 < point <= 21:
        written = text.ljust(point, "0") if len(text) <= point else f"{text[:point]}.{text[point:]}"
    elif -6 < point <= 0:
        written = f"0.{'0' * -point}{text}"
    else:
        written = f"{text[0]}{'.' if text[1:] else ''}{text[1:]}e{point - 1:+d}"
    return f"{'-' if sign else ''}{written}"
