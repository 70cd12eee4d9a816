"""Event files with dirty headers and torn chunks, made from a real one: what is readable is read, what is not is said."""

import tarfile
import time
from io import BufferedReader, BytesIO
from pathlib import Path

import pytest
import zstandard

from wardround.core.logs import Event, Reading, Source
from wardround.core.logs._windows import windows_events, windows_records
from wardround.core.logs._windows_repair import CHUNK, HEADER, MOST_TORN, header_is_sound, mended

SAMPLE = "EVTX-ATTACK-SAMPLES/AutomatedTestingTools/Malware/sideloading_injection_persistence_run_key.evtx"
RECORDS = 7


@pytest.fixture(scope="module")
def whole(shared: Path) -> bytes:
    """A file of one chunk with seven records."""
    with (
        zstandard.open(shared / "evtx/hayabusa-sample-evtx.tar.zst", "rb") as stream,
        tarfile.open(fileobj=stream, mode="r|") as tar,
    ):
        for member in tar:
            if member.name.endswith(SAMPLE) and (file := tar.extractfile(member)):
                return file.read()
    raise AssertionError("the sample is not among the shared event files")


def read(data: bytes) -> tuple[int, list[str]]:
    got = list(windows_events(data))
    return sum(isinstance(one, Event) for one in got), [one for one in got if isinstance(one, str)]


def test_a_whole_file_is_left_as_it_is(whole: bytes) -> None:
    assert header_is_sound(whole)
    assert mended(whole).data is whole
    assert read(whole) == (RECORDS, [])


def test_chunks_set_aside_for_later_are_no_damage(whole: bytes) -> None:
    assert mended(grown := whole + b"\0" * CHUNK * 3).data is grown


@pytest.mark.parametrize(
    "header",
    [b"ElfFile\0" + b"\xff" * 4088, b"ElfFile\0" + b"\0" * 4088, b"", b"ElfFile\0" + b"\0" * 100, b"ElfFile\0".ljust(5000)],
)
def test_a_damaged_header_costs_no_record(whole: bytes, header: bytes) -> None:
    events, said = read(header + whole[HEADER:])
    assert events == RECORDS
    assert "header is damaged or missing" in said[0]


def test_a_torn_chunk_gives_the_records_before_the_tear(whole: bytes) -> None:
    events, said = read(whole[: HEADER + 30_000])
    assert 0 < events <= RECORDS
    assert said[0] == "chunk 1 of 1 is cut off: the file ends early"


def test_a_chunk_after_a_torn_one_is_found(whole: bytes) -> None:
    chunk = whole[HEADER:]
    events, said = read(whole[:HEADER] + chunk[:30_000] + chunk + b"\0" * 777 + chunk)
    assert events >= 2 * RECORDS
    assert said


@pytest.mark.parametrize("at", range(0, 6000, 97))
def test_no_overwritten_place_raises(whole: bytes, at: int) -> None:
    read(whole[:at] + b"\xaa" * 64 + whole[at + 64 :])


def test_no_cut_raises(whole: bytes) -> None:
    for length in (0, 1, 8, 9, 100, 127, 128, 4095, 4096, 4097, 4600, 5000):
        read(whole[:length])


def renumbered(chunk: bytes, first: int) -> bytes:
    """A chunk whose head says that its records have these numbers."""
    return chunk[:24] + first.to_bytes(8, "little") + (first + RECORDS - 1).to_bytes(8, "little") + chunk[40:]


def test_a_record_that_was_altered_is_said(whole: bytes) -> None:
    at = whole.find("HKU".encode("utf-16-le"))
    events, said = read(whole[:at] + "XYZ".encode("utf-16-le") + whole[at + 6 :])
    assert (events, said) == (
        RECORDS,
        ["chunk 1 does not agree with its own checksum: damaged, altered, or copied while it was written"],
    )


def test_records_that_were_cut_out_are_said(whole: bytes) -> None:
    chunk = whole[HEADER:]
    events, said = read(whole[:HEADER] + renumbered(chunk, 1) + renumbered(chunk, 1 + 3 * RECORDS))
    assert events == 2 * RECORDS
    assert said == ["records 8 to 21 are not in it: cleared, cut out, or never copied"]


def test_a_file_is_a_ring_whose_first_chunk_may_be_its_newest(whole: bytes) -> None:
    chunk = whole[HEADER:]
    rows = [renumbered(chunk, first) for first in (1 + 2 * RECORDS, 1, 1 + RECORDS)]
    assert read(whole[:HEADER] + b"".join(rows)) == (3 * RECORDS, [])


def test_a_header_that_was_overwritten_does_not_hide_an_event_file(whole: bytes) -> None:
    reading = Reading(Source("log", BufferedReader(BytesIO(b"\0" * HEADER + whole[HEADER:]))))
    assert len(list(reading)) == RECORDS
    assert reading.tally.unparsed == 1


def test_a_file_of_very_many_damaged_chunks_is_read_in_proportion(whole: bytes) -> None:
    """Each of them is looked for once, not in the whole file again and again."""
    chunk = bytearray(whole[HEADER : HEADER + CHUNK])
    chunk[600] ^= 0xFF
    chunks = [bytes(chunk[:700]) + number.to_bytes(4, "little") + bytes(chunk[704:]) for number in range(300)]
    shifted = whole[:HEADER] + b"\0" * 100 + b"".join(chunks)
    began = time.process_time()
    said = [one for one in windows_records(shifted) if isinstance(one, str) and "its own checksum" in one]
    assert len(said) == 300
    assert time.process_time() - began < 5


def test_many_heads_in_a_small_file_do_not_make_a_large_one() -> None:
    head = b"ElfChnk\0".ljust(40, b"\0") + (128).to_bytes(4, "little")
    small = head.ljust(512, b"\0") * 3_000
    made = mended(small)
    assert len(made.data) <= HEADER + (MOST_TORN + 1) * CHUNK
    assert len(made.torn) + made.left_out >= 2_999
    assert next(one for one in windows_records(small) if isinstance(one, str) and "torn chunks more" in one)
