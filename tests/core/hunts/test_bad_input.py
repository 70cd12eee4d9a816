"""Damaged and hostile logs: what can be read is read, what cannot is counted and named, nothing hangs or crashes."""

import gzip
import io
import tarfile
import zipfile
import zlib
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from wardround.core.hunts import HuntResult, Source, hunt, load_pack
from wardround.core.logs import _lines as lines_module
from wardround.core.logs import _unpack as unpack_module

LINE = b'192.0.2.1 - - [15/May/2025:03:12:44 +0100] "GET /mifs/403.jsp?k=x HTTP/1.1" 200 1 "-" "-"\n'


def searched(data: bytes, name: str = "log") -> HuntResult:
    return hunt([Source(name, io.BytesIO(data))], rules=load_pack("epmm").rules)


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(**members: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (LINE, "log"),
        (gzip.compress(LINE), "log"),
        (zstd(LINE), "log"),
        (zipped(a=LINE), "log!a"),
        (tarred(a=LINE), "log!a"),
        (gzip.compress(tarred(a=LINE)), "log!a"),
        (zstd(tarred(a=LINE)), "log!a"),
        (tarred(b=gzip.compress(LINE)), "log!b"),
        (tarred(**{"../../etc/x": LINE}), "log!../../etc/x"),
        (gzip.compress(LINE[:40]) + gzip.compress(LINE[40:]), "log"),
        ("\ufeff".encode() + LINE, "log"),
        (LINE.decode().encode("utf-16"), "log"),
        (LINE.replace(b"\n", b"\r\n"), "log"),
        (LINE.rstrip(b"\n"), "log"),
    ],
)
def test_the_same_log_in_every_wrapping(data: bytes, name: str) -> None:
    assert [(d.source, d.line) for d in searched(data).detections] == [(name, 1)]


def test_two_files_in_an_archive_are_two_sources() -> None:
    assert [run.coverage.source for run in searched(zipped(a=LINE, b=LINE)).runs] == ["log!a", "log!b"]


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
def test_a_truncated_packed_log_gives_what_came_before_and_says_so(pack: Callable[[bytes], bytes]) -> None:
    noise = b"".join(
        LINE.replace(b"44 +0100", b"%02d +0100" % (i % 60)).replace(b"k=x", b"k=%d" % (i * 7919)) for i in range(20_000)
    )
    torn = pack(noise)[:-2000]
    readable = (zlib.decompressobj(31) if pack is gzip.compress else zstandard.ZstdDecompressor().decompressobj()).decompress(torn)
    result = searched(torn)
    assert readable.count(b"\n") <= result.events + 1 < 20_000
    assert result.rejected


@pytest.mark.parametrize(
    "data",
    [gzip.compress(LINE)[:12], zipped(a=LINE)[:40], tarred(a=LINE)[:600], zstd(LINE)[:8], b"PK\x03\x04junk", b"\x1f\x8bjunk"],
    ids=["gzip", "zip", "tar", "zstd", "zip junk", "gzip junk"],
)
def test_a_torn_archive_is_named(data: bytes) -> None:
    result = searched(data)
    assert result.detections == ()
    assert result.rejected


@pytest.mark.parametrize("cut", [1_024, 1_024 + 300])
def test_a_tar_cut_at_a_header_gives_what_came_before_and_says_so(cut: int) -> None:
    """Python's own reader takes the place for the archive's end: the logs after it would look as if they never were."""
    result = searched(tarred(a=LINE, b=LINE)[:cut])
    assert [run.coverage.source for run in result.runs] == ["log!a"]
    assert "before its end mark" in result.rejected[0].what


def test_an_encrypted_member_is_named_and_the_others_are_read() -> None:
    data = bytearray(zipped(a=LINE, b=LINE))
    for at in (data.find(b"PK\x03\x04") + 6, data.find(b"PK\x01\x02") + 8):
        data[at] |= 1  # the flag for encryption, in both of the member's headers
    result = searched(bytes(data))
    assert [r.where for r in result.rejected] == ["log!a"]
    assert len(result.detections) == 1


@pytest.mark.parametrize("pack", [gzip.compress, zstd, lambda data: zipped(a=data)])
def test_a_decompression_bomb_is_stopped(pack: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack_module, "SUSPECT_SIZE", 1 << 20)
    result = searched(pack(LINE + b"\0" * (8 << 20)))
    assert any("bomb" in r.what for r in result.rejected)
    assert len(result.detections) == 1


def test_archives_are_opened_only_so_deep() -> None:
    data = LINE
    for _ in range(8):
        data = gzip.compress(data)
    result = searched(data)
    assert result.events == 0
    assert "deep" in result.rejected[0].what


def test_a_zip_too_large_for_memory_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack_module, "LARGEST_IN_MEMORY", 50)
    assert "larger than" in searched(zipped(a=LINE)).rejected[0].what


def test_a_line_that_is_too_long_is_counted_and_the_next_is_read() -> None:
    result = searched(b"x" * (80 << 20) + b"\n" + LINE)
    assert (result.events, result.runs[0].coverage.unparsed) == (1, 1)
    assert result.detections[0].line == 2
    assert result.runs[0].coverage.unparsed_examples == ("line 1: longer than a line may be",)


@given(st.binary(max_size=300), st.integers(1, 40), st.integers(1, 40))
def test_lines_are_cut_the_same_whatever_the_chunks(data: bytes, chunk: int, longest: int) -> None:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or data[:3] == b"\xef\xbb\xbf":
        return
    if b"\r" in data[: chunk - 1] and b"\n" not in data[:chunk]:  # its lines end with a return alone
        return
    before = lines_module.CHUNK, lines_module.LONGEST_LINE
    lines_module.CHUNK, lines_module.LONGEST_LINE = chunk, longest
    try:
        got = list(lines_module.lines(io.BytesIO(data)))
    finally:
        lines_module.CHUNK, lines_module.LONGEST_LINE = before
    parts = data.split(b"\n")
    parts = parts[:-1] if not parts[-1] else parts
    assert got == [(n, None if len(p) > longest else p.removesuffix(b"\r")) for n, p in enumerate(parts, start=1)]


def test_binary_between_the_lines_is_counted() -> None:
    result = searched(LINE + bytes(range(256)).replace(b"\n", b"") + b"\n" + LINE)
    assert (result.events, result.runs[0].coverage.unparsed, [d.line for d in result.detections]) == (2, 1, [1, 3])


def test_a_log_that_is_none_is_left_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wardround.core.logs._read.HOPELESS", 1 << 20)
    result = searched(b"nothing here\n" * 400_000)
    assert "left there" in result.rejected[0].what
    assert result.runs[0].coverage.unparsed < 400_000


def test_an_empty_log_is_named() -> None:
    assert searched(b"").rejected[0].what == "empty"


def test_times_out_of_order_give_the_same_coverage() -> None:
    lines = [LINE.replace(b"03:12", b"%02d:12" % hour) for hour in (5, 3, 23, 4)]
    (forward,), (sorted_one,) = ([run.coverage for run in searched(b"".join(order)).runs] for order in (lines, sorted(lines)))
    assert (forward.first, forward.last, forward.gaps) == (sorted_one.first, sorted_one.last, sorted_one.gaps)


@pytest.mark.parametrize(
    "line",
    ["[1, 2]", '"text"', "{", '{"a": NaN}', '{"a":' * 2000 + "1" + "}" * 2000, '{"a": 1', '{"Event": {"System": []}'],
)
def test_json_that_is_no_object_is_counted(line: str) -> None:
    result = searched(line.encode() + b"\n" + LINE)
    assert (result.events, result.runs[0].coverage.unparsed) == (1, 1)


@pytest.mark.parametrize(
    "line",
    [
        '{"a": ' + "[" * 500 + "]" * 500 + "}",
        '{"Channel": "x", "EventID": 99999999999999999999}',
        '{"Channel": {"a": 1}, "EventID": []}',
        '{"timestamp": "99999-01-01"}',
        '{"timestamp": 1e300}',
        '{"timestamp": -1}',
        '{"Event": {"System": {"EventID": {"#text": "x"}, "Provider": 7, "TimeCreated": []}, "EventData": [1]}}',
        '{"Event": {"System": {}, "EventData": {"Data": {"#text": [null, {"a": 1}]}}}}',
    ],
)
def test_odd_json_is_an_event_without_a_time(line: str) -> None:
    result = searched(line.encode())
    assert (result.events, result.runs[0].not_placed) == (1, 1)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_whatever_bring_it_down(data: bytes) -> None:
    for head in (b"", b"\x1f\x8b\x08", b"PK\x03\x04", b"ElfFile\x00", b"\x28\xb5\x2f\xfd", b"{", LINE):
        searched(head + data)
