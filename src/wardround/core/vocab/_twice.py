"""Keys that stand twice in one object of a JSON text: RFC 8259, section 4, leaves open which of them counts.

>>> text = b'{"name": "openssl", "version": "3.0.1",\\n "version": "3.0.13"}'
>>> list(twice(text, {"name": "openssl", "version": "3.0.13"}))
[('/version', 2)]
"""

import re
from collections.abc import Iterator
from typing import Any

import orjson

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\],:]', re.DOTALL)
_KEY = re.compile(rb'"\s*:')
_MOST = 1_000


def twice(text: bytes, document: Any) -> Iterator[tuple[str, int]]:
    """JSON pointer and line of each key that repeats one of its object, at most a thousand; `document` is the text as read.

    Cheap where there are none: a key that was overwritten leaves the document with fewer keys than its text has.
    """
    if _keys(text) > _keys(orjson.dumps(document)):
        yield from _places(text)


def _keys(text: bytes) -> int:
    return sum(1 for _ in _KEY.finditer(text))


def _places(text: bytes) -> Iterator[tuple[str, int]]:
    path: list[Any] = []
    known: list[set[str] | None] = []
    line, at, found, pending = 1, 0, 0, ""
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if sign in b"{[":
            known.append(set() if sign == b"{" else None)
            path.append("" if sign == b"{" else 0)
        elif sign in b"}]":
            del path[-1:], known[-1:]
        elif sign == b"," and known and known[-1] is None:
            path[-1] += 1
        elif sign == b":" and known and (keys := known[-1]) is not None:
            path[-1] = pending
            if pending in keys:
                line, at = line + text.count(b"\n", at, token.start()), token.start()
                yield "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path), line
                if (found := found + 1) >= _MOST:
                    return
            keys.add(pending)
        elif sign[:1] == b'"':
            pending = orjson.loads(sign)
