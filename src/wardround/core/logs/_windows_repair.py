"""Event files that were torn, carved or left open: their chunks put into a row that the reader of event files can walk."""

import zlib
from collections.abc import Iterator
from typing import NamedTuple

MAGIC = b"ElfFile\x00"
HEADER = 4096
CHUNK = 65536
CHUNK_MAGIC = b"ElfChnk\x00"
CHUNK_HEAD = 512
MOST_CHUNKS = 65_535
MOST_TORN = 1_000


def header_is_sound(data: bytes) -> bool:
    """Does the file header agree with its own checksum (CRC-32 of its first 120 bytes)?"""
    return data.startswith(MAGIC) and len(data) >= 128 and zlib.crc32(data[:120]) == int.from_bytes(data[124:128], "little")


def begins_event_file(start: bytes) -> bool:
    """Do these first bytes begin an event file, be its header whole, overwritten or missing?"""
    if start.startswith(MAGIC):
        return True
    at = start.find(CHUNK_MAGIC)
    return at == 0 or (at > 0 and _is_head(start, at))


def agrees(chunk: bytes) -> bool:
    """Does a chunk agree with the checksum (CRC-32) that its head holds of its records?"""
    end = int.from_bytes(chunk[48:52], "little")
    return CHUNK_HEAD <= end <= CHUNK and zlib.crc32(chunk[CHUNK_HEAD:end]) == int.from_bytes(chunk[52:56], "little")


def numbers_in(chunk: bytes) -> tuple[int, int]:
    """The numbers of the first and the last record of a chunk, as its head states them."""
    return int.from_bytes(chunk[24:32], "little"), int.from_bytes(chunk[32:40], "little")


class Mended(NamedTuple):
    """A file whose chunks stand where they should; of these the torn ones, by their number from 0; and how many were left out."""

    data: bytes
    torn: frozenset[int] = frozenset()
    left_out: int = 0


def mended(data: bytes) -> Mended:
    """The same file when its chunks stand where they should; else one with a new header, every chunk found, torn ones filled up.

    Torn chunks beyond MOST_TORN are left out: a small file must not grow without end.
    """
    places = list(_chunks(data))
    rows = range(HEADER, len(data), CHUNK)
    whole = data.startswith(MAGIC) and not (len(data) - HEADER) % CHUNK
    if not places or (whole and places == list(rows[: len(places)])):  # chunks set aside for later, still empty, may follow
        return Mended(data)
    chunks: list[bytes] = []
    torn: set[int] = set()
    left_out = 0
    for start, end in zip(places, [*places[1:], len(data)], strict=True):
        if end - start < CHUNK:
            if len(torn) >= MOST_TORN:
                left_out += 1
                continue
            torn.add(len(chunks))
        chunks.append(data[start : min(end, start + CHUNK)].ljust(CHUNK, b"\0"))
    return Mended(b"".join([_header(len(chunks)), *chunks]), frozenset(torn), left_out)


def _chunks(data: bytes) -> Iterator[int]:
    """Where chunks begin: each at the end of the one before it, or wherever the next one is found."""
    at, count = data.find(CHUNK_MAGIC), 0
    while at >= 0 and count < MOST_CHUNKS:
        if len(data) - at >= CHUNK_HEAD:
            yield at
            count += 1
        following = data.find(CHUNK_MAGIC, at + 8, at + CHUNK)
        at = following if following >= 0 and _is_head(data, following) else data.find(CHUNK_MAGIC, at + CHUNK)


def _is_head(data: bytes, at: int) -> bool:
    """Is this the head of a chunk, and not the same eight letters inside a record? Its size is always written as 128."""
    return int.from_bytes(data[at + 40 : at + 44], "little") == 128


def _header(chunks: int) -> bytes:
    fields = MAGIC + (0).to_bytes(8, "little") + (chunks - 1).to_bytes(8, "little") + (1).to_bytes(8, "little")
    sizes = (128).to_bytes(4, "little") + (1).to_bytes(2, "little") + (3).to_bytes(2, "little")
    head = (fields + sizes + HEADER.to_bytes(2, "little") + chunks.to_bytes(2, "little")).ljust(120, b"\0")
    return (head + (0).to_bytes(4, "little") + zlib.crc32(head).to_bytes(4, "little")).ljust(HEADER, b"\0")
