"""Cutting a stream into lines, whatever the stream holds: memory stays bounded by one line's limit."""

import codecs
from collections.abc import Iterable, Iterator
from io import BufferedIOBase

from wardround.core.logs._unpack import BROKEN
from wardround.core.vocab import BadInput

LONGEST_LINE = 1_000_000
CHUNK = 1 << 18


def text_of(line: bytes) -> str:
    """A line as text: UTF-8, else Latin-1, in which every byte is a character."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")


def lines(stream: BufferedIOBase) -> Iterator[tuple[int, bytes | None]]:
    """Every line with its number from 1, without its line end; None for a line longer than LONGEST_LINE bytes.

    UTF-16 is turned into UTF-8, with a byte order mark or without one; a UTF-8 mark is taken off.
    """
    return lines_of(utf8(stream))


def lines_of(chunks: Iterable[bytes], *, number: int = 1) -> Iterator[tuple[int, bytes | None]]:
    """As `lines`, of pieces that are UTF-8 already; `number` is that of the first line."""
    rest, overlong = b"", False
    for chunk in chunks:
        parts = (rest + chunk).split(b"\n")
        rest = parts.pop()
        for part in parts:
            yield number, None if overlong or len(part) > LONGEST_LINE else part.removesuffix(b"\r")
            number, overlong = number + 1, False
        if len(rest) > LONGEST_LINE:
            rest, overlong = b"", True
    if overlong or rest:
        yield number, None if overlong else rest.removesuffix(b"\r")


def utf8(stream: BufferedIOBase) -> Iterator[bytes]:
    """The bytes of a stream in pieces, without a mark; UTF-16 becomes UTF-8, and lines that end with a return alone lines."""
    first, damage = _beginning(stream)
    if wide := _utf16(first):
        decoder = codecs.getincrementaldecoder(wide)("replace")
        while first:
            yield decoder.decode(first).encode("utf-8", "replace")
            if damage:
                raise damage
            first = stream.read1(CHUNK)
        return
    first = first.removeprefix(codecs.BOM_UTF8)
    returns = b"\r" in first[:-1] and b"\n" not in first  # else all of them would be one line, and only its start be searched
    while first:
        yield first.replace(b"\r", b"\n") if returns else first
        if damage:
            raise damage
        first = stream.read1(CHUNK)
    if damage:
        raise damage


def _beginning(stream: BufferedIOBase) -> tuple[bytes, Exception | None]:
    """The first line at least, or CHUNK bytes: a slow pipe may give them one by one. And what was wrong, where that is not all."""
    first = b""
    try:
        while b"\n" not in first and len(first) < CHUNK and (more := stream.read1(CHUNK)):
            first += more
    except (BadInput, *BROKEN) as error:
        return first, error
    return first, None


def _utf16(start: bytes) -> str:
    """The UTF-16 codec that a file's first bytes call for: by its mark, or because every second byte of its first text is null."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = start[:64]
    for name, nulls, letters in (("utf-16-le", sample[1::2], sample[::2]), ("utf-16-be", sample[::2], sample[1::2])):
        if len(sample) >= 8 and not any(nulls) and all(9 <= byte < 127 for byte in letters[: len(nulls)]):
            return name
    return ""
