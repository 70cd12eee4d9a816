"""Windows event files (`.evtx`): every record that can be read, and how many the file says it should have held."""

import io
from collections.abc import Iterator
from typing import Any

import orjson

from wardround.core.logs._model import Event
from wardround.core.logs._records import windows_event
from wardround.core.logs._windows_repair import (
    CHUNK,
    CHUNK_MAGIC,
    HEADER,
    agrees,
    begins_event_file,
    header_is_sound,
    mended,
    numbers_in,
)

__all__ = ["begins_event_file", "event_of", "windows_events", "windows_records"]

MOST_NUMBER = 1 << 48


def windows_events(data: bytes) -> Iterator[Event | str]:
    """The events of an event file, in the order of the file; a text instead of an event says what could not be read."""
    for record in windows_records(data):
        yield record if isinstance(record, str) else event_of(record)


def windows_records(data: bytes) -> Iterator[dict[str, Any] | str]:
    """The records of an event file: `event_record_id` and, as JSON, `data`; a text instead says what could not be read.

    A torn or damaged part costs only itself: the records of the other chunks are still given.
    """
    import evtx

    expected = 0
    damage = list(_damage(data))
    yield from damage
    given, (data, torn, left_out) = data, mended(data)
    if left_out:
        yield f"{left_out} torn chunks more than are put together again: not read"
    if data is not given and not damage:
        yield f"its chunks do not follow one another as they should: {len(data) // CHUNK} found in it"
    held: list[tuple[int, int]] = []
    for at in range(HEADER, len(data), CHUNK):
        chunk = data[at : at + CHUNK]
        if chunk.startswith(CHUNK_MAGIC) and len(chunk) == CHUNK:
            expected += _records_in(chunk)
            held.append(numbers_in(chunk))
            number = at // CHUNK + 1
            if number - 1 not in torn and not agrees(chunk):  # of a torn one it is said already
                yield f"chunk {number} does not agree with its own checksum: damaged, altered, or copied while it was written"
    yield from _left_out(held)
    got = 0
    try:
        reader = iter(evtx.PyEvtxParser(io.BytesIO(data)).records_json())
    except (OSError, RuntimeError, ValueError) as error:
        yield f"not readable as an event file: {str(error)[:200]}"
        return
    while True:
        try:
            record = next(reader)
        except StopIteration:
            break
        except Exception as error:  # the reader's own errors have no common base
            yield f"a record that cannot be read: {str(error)[:200]}"
            continue
        if record is not None:
            got += 1
            yield record
    for _ in range(min(expected - got, 1_000_000)):
        yield "a record that the file's own count names, but that is not there to read"


def event_of(record: dict[str, Any]) -> Event | str:
    """The event of a record, or a text that says why it is none."""
    number = record["event_record_id"]
    try:
        return windows_event(number, orjson.loads(record["data"]), excerpt=record["data"])
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError, ValueError) as error:
        return f"record {number}: {type(error).__name__}"


def _damage(data: bytes) -> Iterator[str]:
    """What the file's outline already shows: chunks that the header counts but that are missing or torn."""
    if not header_is_sound(data):
        yield "its header is damaged or missing: whether all of its chunks are there is not known"
        return
    chunks = int.from_bytes(data[42:44], "little")
    for index in range(chunks):
        chunk = data[HEADER + index * CHUNK : HEADER + (index + 1) * CHUNK]
        if len(chunk) < CHUNK:
            yield f"chunk {index + 1} of {chunks} is {'cut off' if chunk else 'missing'}: the file ends early"
        elif not chunk.startswith(CHUNK_MAGIC):
            yield f"chunk {index + 1} of {chunks} is damaged"


def _left_out(held: list[tuple[int, int]]) -> Iterator[str]:
    """Numbers of records that no chunk has between those that chunks have. The file is a ring: its newest chunk may stand first."""
    ordered = sorted(pair for pair in held if 0 < pair[0] <= pair[1] < MOST_NUMBER)
    highest = ordered[0][1] if ordered else 0
    for first, last in ordered:
        if first > highest + 1:
            yield f"records {highest + 1} to {first - 1} are not in it: cleared, cut out, or never copied"
        highest = max(highest, last)


def _records_in(chunk: bytes) -> int:
    first, last = (int.from_bytes(chunk[at : at + 8], "little") for at in (8, 16))
    return last - first + 1 if 0 < first <= last and last - first < CHUNK else 0
