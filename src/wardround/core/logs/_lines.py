"""Cutting a stream into lines, whatever the stream holds: memory stays bounded by one line's limit."""

import codecs
from collections.abc import Iterator
from io import BufferedIOBase

LONGEST_LINE = 1_000_000
CHUNK = 1 << 18


def lines(stream: BufferedIOBase) -> Iterator[tuple[int, bytes | None]]:
    """Every line with its number from 1, without its line end; None for a line longer than LONGEST_LINE bytes.

    UTF-16 with a byte order mark is turned into UTF-8; a UTF-8 mark is taken off.
    """
    rest, number, overlong = b"", 1, False
    for chunk in _utf8(stream):
        parts = (rest + chunk).split(b"\n")
        rest = parts.pop()
        for part in parts:
            yield number, None if overlong or len(part) > LONGEST_LINE else part.removesuffix(b"\r")
            number, overlong = number + 1, False
        if len(rest) > LONGEST_LINE:
            rest, overlong = b"", True
    if overlong or rest:
        yield number, None if overlong else rest.removesuffix(b"\r")


def _utf8(stream: BufferedIOBase) -> Iterator[bytes]:
    first = stream.read1(CHUNK)
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        decoder = codecs.getincrementaldecoder("utf-16")("replace")
        while first:
            yield decoder.decode(first).encode("utf-8", "replace")
            first = stream.read1(CHUNK)
        return
    first = first.removeprefix(codecs.BOM_UTF8)
    while first:
        yield first
        first = stream.read1(CHUNK)
