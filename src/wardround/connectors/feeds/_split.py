"""From one plain stream to the documents in it: one JSON, an array of them, or one a line."""

import codecs
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import orjson

from wardround.connectors.feeds._unpack import Stream
from wardround.core.advisories import recognise
from wardround.core.vocab import BadInput

MB = 1 << 20
LARGEST = 64 * MB  # of one document; a line or file beyond it is set aside
KEPT = MB  # of a document that is too large to keep
WAITING = 20  # broken lines kept until it is known which feed they are of
UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be", b"{\x00": "utf-16-le", b"\x00{": "utf-16-be"}
GAP = re.compile(r"[\s,]*")
DECODER = json.JSONDecoder()
UNKNOWN = "none of the feeds"


@dataclass(frozen=True, slots=True)
class Found:
    """One document with its feed and place. `document` is None when it is broken: then `broken` says why."""

    feed: str
    place: str
    raw: bytes
    document: Any = None
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that belongs to no feed: a whole stream, or `count` documents of it."""

    place: str
    why: str
    count: int = 1


def split(stream: Stream, *, place: str) -> Iterator[Found | Unknown]:
    """Every document of the stream with the feed it belongs to; those that belong to none are counted and come last, as one.

    An EPSS file is one document, its rows as an iterator. UTF-16 is read when it is marked or obvious; other encodings than
    UTF-8 break a document. Raises BadInput where the stream itself breaks off.
    """
    unknown = 0
    for found in _documents(stream, place):
        if isinstance(found, Found):
            yield found
        else:
            unknown += found.count
    if unknown:
        yield Unknown(place, UNKNOWN, unknown)


def _documents(stream: Stream, place: str) -> Iterator[Found | Unknown]:
    """Every document of the stream, known or not, by the way the stream is laid out."""
    head = stream.peek(4096)
    for mark, encoding in UTF16.items():
        if head.startswith(mark):
            stream = _recoded(stream, encoding)
            head = stream.peek(4096)
            break
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    if recognise(head) == "epss":
        yield Found("epss", place, b"", _rows(stream))
    elif start == b"[":
        yield from _whole(stream.read(LARGEST + 1), place)
    elif any(_parses(line) for line in head.split(b"\n")[:20]):
        yield from _lines(stream, place)
    elif start == b"{":
        yield from _first_line_or_whole(stream, place)
    else:
        yield Unknown(place, UNKNOWN)


def _recoded(stream: Stream, encoding: str) -> Stream:
    """The same text as UTF-8; what cannot be decoded breaks the document it is in."""
    text = stream.read(LARGEST + 1).decode(encoding, "replace").removeprefix("\ufeff")
    return io.BufferedReader(io.BytesIO(text.encode("utf-8", "replace")))


def _rows(stream: Stream) -> Iterator[str]:
    """Rows of text, none longer than 64 KB."""
    while row := stream.readline(65_536):
        yield row.decode("utf-8-sig", "replace")


def _first_line_or_whole(stream: Stream, place: str) -> Iterator[Found | Unknown]:
    """When no short line is a document: the first may be a long one; else all lines together are one."""
    first = stream.readline(LARGEST + 1)
    if len(first) > LARGEST or _parses(first):
        yield from _lines(stream, place, first)
    else:
        yield from _whole(first + stream.read(LARGEST + 1 - len(first)), place)


def _lines(stream: Stream, place: str, first: bytes = b"") -> Iterator[Found | Unknown]:
    """One document a line. Broken lines before the first that belongs to a feed are broken ones of that feed, too."""
    known, waiting, line, raw = "", list[tuple[str, bytes]](), 1, first or stream.readline(LARGEST + 1)
    while raw:
        at = f"{place}:{line}"
        too_large = len(raw) > LARGEST
        if too_large:
            _skip_line(stream)
        if not known and len(waiting) < WAITING and not too_large and raw.strip() and not recognise(raw) and not _parses(raw):
            waiting.append((at, raw.strip()[:KEPT]))
        elif raw.strip():
            for found in _read(raw[:KEPT] if too_large else raw.strip(), at, too_large=too_large, likely=known):
                known = found.feed if isinstance(found, Found) else known
                yield found
        if known and waiting:
            yield from (Found(known, at, came, broken="not JSON that can be read") for at, came in waiting)
            waiting.clear()
        raw, line = stream.readline(LARGEST + 1), line + 1
    if waiting:
        yield Unknown(place, UNKNOWN, len(waiting))


def _skip_line(stream: Stream) -> None:
    while (rest := stream.readline(MB)) and not rest.endswith(b"\n"):
        pass


def _parses(line: bytes) -> bool:
    try:
        return bool(line.startswith((b"{", codecs.BOM_UTF8)) and isinstance(orjson.loads(line.removeprefix(codecs.BOM_UTF8)), dict))
    except orjson.JSONDecodeError:
        return False


def _whole(raw: bytes, place: str) -> Iterator[Found | Unknown]:
    """One document, or an array of them."""
    too_large = len(raw) > LARGEST
    yield from _read(raw[:KEPT] if too_large else raw, place, too_large=too_large)


def _read(raw: bytes, place: str, *, too_large: bool, likely: str = "") -> Iterator[Found | Unknown]:
    """The documents in these bytes. Broken ones go to the feed whose marks they carry, else to that of their neighbours."""
    feed = recognise(raw) or likely
    if not feed:
        yield Unknown(place, UNKNOWN)
        return
    if too_large:
        yield Found(feed, place, raw, broken=f"larger than {LARGEST // MB} MB; the first {KEPT // MB} MB are kept")
        return
    try:
        document = orjson.loads(raw.removeprefix(codecs.BOM_UTF8))
    except orjson.JSONDecodeError as error:
        yield from _piece_by_piece(raw, place, feed, str(error))
        return
    if not isinstance(document, list):
        yield _one(document, place, raw)
        return
    for i, item in enumerate(document):
        yield _one(item, f"{place} /{i}", b"")


def _piece_by_piece(raw: bytes, place: str, feed: str, error: str) -> Iterator[Found | Unknown]:
    """What can be had of broken JSON: the whole objects before the break (of an array, or one after the other), then the rest."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as undecodable:
        text = raw[: undecodable.start].decode("utf-8-sig")
    at = GAP.match(text, 1 if text.startswith("[") else 0).end()  # type: ignore[union-attr] # an empty gap matches too
    for i in count():
        try:
            _, end = DECODER.raw_decode(text, at)
            piece = text[at:end].encode()
            yield _one(orjson.loads(piece), f"{place} /{i}", piece)
        except (ValueError, RecursionError):
            rest = raw if i == 0 else text[at:].encode("utf-8", "replace")
            yield Found(feed, f"{place} /{i}" if i else place, rest, broken=f"not JSON that can be read: {error}")
            return
        at = GAP.match(text, end).end()  # type: ignore[union-attr]


def _one(document: Any, place: str, raw: bytes) -> Found | Unknown:
    feed = recognise(document) if isinstance(document, dict) else None
    return Found(feed, place, raw, document) if feed else Unknown(place, UNKNOWN)


def broken_off(error: BadInput, *, place: str, feed: str) -> Found | Unknown:
    """What to report when a stream broke in the middle: the rest of a feed's file, or a file nobody knows."""
    if feed:
        return Found(feed, error.where or place, b"", broken=f"the rest is missing: {error.what}")
    return Unknown(place, f"cannot be read: {error.what}")
