"""No reader raises, hangs or loses what stands beside the damage, whatever the bytes."""

import bz2
import gzip
import io
import json
import lzma
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from wardround.core.logs import Event, Reading, Source, Tally, unpacked
from wardround.core.logs._access import access_event
from wardround.core.logs._read import whole
from wardround.core.logs._syslog import service_of
from wardround.core.vocab import BadInput, Rejected

Read = Callable[..., Any]
ACCESS = b'203.0.113.7 - - [15/May/2025:03:12:44 +0100] "GET /a HTTP/1.1" 200 1 "-" "-"'
SAMPLES = [
    ACCESS,
    b"<34>Oct 11 22:14:15 mymachine su[1]: 'su root' failed for lonvick on /dev/pts/8",
    b'<165>1 2003-10-11T22:14:15.003Z h p - ID47 [e@1 a="b\\"c"] text',
    b"type=SYSCALL msg=audit(1364481363.243:24287): arch=c000003e syscall=59 a0=1 comm=6D79 msg='cmd=\"x\"'",
    b'type=EXECVE msg=audit(1364481363.243:24287): argc=1 a0[0]=4142 a1="x"',
    b"CEF:0|V|P|1|1|n|1|src=192.0.2.1 dst=192.0.2.2 cs1Label=a cs1=b\\=c rt=May 15 2025 03:12:44",
    b"LEEF:2.0|V|P|1|1|^|src=192.0.2.1^devTime=x",
    b"#separator \\x09",
    b"#fields\tts\tquery",
    b"#types\ttime\tvector[count]",
    b"1747275164.1\t1,2",
    b"#Fields: date time cs-uri-stem cs-uri-query c-ip",
    b"2025-05-15 03:12:44 /a %2527 203.0.113.7",
    b"1286536309.419    180 192.0.2.1 TCP_MISS/200 411 GET http://a.example/b - HIER_DIRECT/203.0.113.46 text/html",
    b'Feb  6 12:14:14 h haproxy[1]: 10.0.1.2:33317 [06/Feb/2009:12:14:14.655] f b/s 1/0/3/6/9 200 2 - - ---- 1/1/1/1/0 0/0 "GET /"',
    b'{"winlog":{"channel":"Security","event_id":"1","event_data":{"a":1}},"@timestamp":"x"}',
    b'{"Event":{"System":{"EventID":{"#text":1},"Channel":"Security","TimeCreated":{"#attributes":{"SystemTime":"x"}}},"EventData":{"a":[{}]}}}',
    b'{"Id":1,"LogName":"Security","ProviderName":"p","Properties":[{"Value":{}}],"TimeCreated":{"value":"/Date(1)/"}}',
    b'{"CreationTime":"x","Operation":[],"Workload":{},"Parameters":[1,[2]]}',
    b'{"__REALTIME_TIMESTAMP":"9","MESSAGE":[1,2,300],"PRIORITY":9,"SYSLOG_FACILITY":"99"}',
    b"<Event><System><EventID>1</EventID></System><EventData><Data>x</Data></EventData></Event>",
    b'[{"a":1},{"a":',
    b'{"Records":[{"a":1}',
    b"{\n",
    b"ts,b,c",
    b'1,"2,3',
    b"4,5,6",
    b"ElfFile\0",
    b"\xff\xfea\0",
    b"Record 1",
]
LONG = "9" * 5_000
HAPROXY = b"10.0.1.2:33317 [06/Feb/2025:12:14:14.655] f b/s 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 "


def events_of(data: bytes, **given_: Any) -> tuple[int, Reading]:
    readings = []
    count = 0
    for source in unpacked(Source("log", io.BytesIO(data), **given_), rejected=[]):
        reading = Reading(source)
        count += sum(1 for _ in reading)
        reading.tally.coverage()
        readings.append(reading)
    return count, readings[-1] if readings else Reading(Source("log", io.BytesIO()))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(SAMPLES) | st.binary(max_size=80) | st.text(max_size=60).map(str.encode), max_size=14))
def test_no_bytes_make_a_reader_raise(lines: list[bytes]) -> None:
    events_of(b"\n".join(lines), written=datetime(2025, 6, 1, tzinfo=UTC), zone="Europe/London", skew=1e6)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(SAMPLES), st.data())
def test_no_damage_to_a_line_makes_its_reader_raise(line: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(line)))
    torn = line[:at] + data.draw(st.binary(max_size=6)) + line[at + data.draw(st.integers(0, 9)) :]
    count, reading = events_of(SAMPLES[7] + b"\n" + torn + b"\n" + ACCESS + b"\n")
    assert reading.tally.events == count


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("2025-05-15T02:12:44Z"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = sorted(
    {
        "Event",
        "System",
        "EventData",
        "EventID",
        "Channel",
        "winlog",
        "event_data",
        "channel",
        "Id",
        "LogName",
        "ProviderName",
        "Details",
    }
    | {
        "Properties",
        "TimeCreated",
        "MESSAGE",
        "__REALTIME_TIMESTAMP",
        "AuditData",
        "Records",
        "value",
        "category",
        "properties",
        "Level",
    }
    | {
        "operationName",
        "document",
        "data",
        "RuleTitle",
        "ts",
        "_path",
        "EventTime",
        "Message",
        "UserData",
        "Provider_attributes",
        "time",
    }
)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(NAMES), json_values | st.dictionaries(st.sampled_from(NAMES), json_values, max_size=4), max_size=6
    )
)
def test_no_json_makes_a_reader_raise(record: dict[str, Any]) -> None:
    line = json.dumps(record).encode()
    for data in (line, json.dumps([record], indent=1).encode()):
        count, reading = events_of(data)
        assert count or reading.tally.unparsed or not record or list(record.values()) == [[]]  # a list of no records holds none


@pytest.mark.parametrize(
    "data",
    [
        b"x" * 50_000_000,
        b'{"a":"' + b"x" * 50_000_000,
        b"[" * 5_000_000,
        b'[{"a":' + b"[" * 5_000_000,
        b'[{"a":"' + b"x" * 20_000_000,
        b"[{" + b"\n" * 10_000_000,
        b'[{"a":1},' + b'{"a"' * 2_000_000,
        b"ts,b\n" + b'1,"' * 3_000_000,
        b"<34>" * 5_000_000,
        b"CEF:0" + b"|" * 900_000,
        b"CEF:0|V|P|1|1|n|1|" + b"a=" * 400_000,
        b"<Event " * 140_000 + b"</Event>",
        b"type=X msg=audit(1364481363.243:1): " + b"a=" * 400_000,
        b"type=X msg=audit(1364481363.243:1): " + b"msg='" * 150_000,
        b"<34>1 2003-10-11T22:14:15Z h p - - [" + b'a="' * 300_000,
        b"May 15 03:12:44 " + b"%" * 900_000,
        b"May 15 03:12:44 h " + b"a: " * 300_000,
        b"1286536309.419 1 a TCP_MISS/200 1 GET " + b"a " * 400_000,
        b"h haproxy[1]: " + b"1/" * 400_000,
        b"\0" * 30_000_000,
        b'[{"a":"b"},{' + b'\n{"a":x' * 300_000,
        HAPROXY + b"0/0/0/0 " + b"/" * 400_000,
        HAPROXY + b"0" + b"/0" * 400_000,
        b"date=2025-05-15 devname" + b"=devname" * 100_000,
        b"May 15 03:12:44 h t: " + b'] "' * 300_000,
        b'{"log":"' + b"1/" * 45_000 + b'"}',
        b'{"items":[' * 500_000,
        b"#Date: 2025-05-15\n#Fields: time cs-uri-stem\n" + b"23:59:59 /\n00:00:00 /\n" * 20_000,
        b"Time,a\n" + b"05/06/2025 00:00,b\n" * 50_000,
    ],
    ids=range(29),
)
def test_a_log_made_to_be_slow_is_not(data: bytes) -> None:
    """With a line behind it that can be read. The time is that of this process alone, and generous."""
    began = time.process_time()
    count, reading = events_of(data + b"\n" + ACCESS + b"\n")
    assert time.process_time() - began < 10
    assert count + reading.tally.unparsed >= 1


def test_a_line_of_50_mb_costs_itself(read: Read) -> None:
    events, tally = read(ACCESS, b"x" * 50_000_000, ACCESS)
    assert ([event.line for event in events], tally.examples) == ([1, 3], ["line 2: longer than a line may be"])


def test_binary_in_a_text_log_costs_its_lines(read: Read) -> None:
    events, tally = read(ACCESS, bytes(range(256)).replace(b"\n", b""), ACCESS)
    assert ([event.line for event in events], tally.unparsed) == ([1, 3], 1)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(read: Read, encoding: str) -> None:
    events, tally = read((ACCESS.decode() + "\n").replace("GET /a", "GET /é").encode(encoding) * 1)
    assert (len(events), tally.unparsed) == (1, 0)
    assert "/é" in events[0].fields["c-uri"]


def test_latin_1_is_read_and_said(read: Read) -> None:
    events, tally = read(ACCESS.replace(b"/a", "/é".encode("latin-1")), ACCESS)
    assert "/é" in events[0].fields["c-uri"]
    assert tally.coverage().notes == ("1 lines are not UTF-8: read as Latin-1",)


def test_every_format_in_one_file(read: Read) -> None:
    readable = [ACCESS, SAMPLES[1], SAMPLES[2], SAMPLES[5], SAMPLES[13], b'{"a":1}', SAMPLES[20]]
    events, tally = read(*readable, *reversed(readable))
    assert [event.line for event in events] == list(range(1, 15))
    assert tally.unparsed == 0
    assert "and 2 of" in tally.shape


def test_a_packed_log_that_is_cut_off_says_where(read: Read) -> None:
    noise = b"\n".join(ACCESS.replace(b"/a", b"/%d" % (n * 7919)) for n in range(50_000))
    count, reading = events_of(gzip.compress(noise)[:-2_000])
    assert 0 < count < 50_000
    assert "could not be read to its end" in reading.tally.rejected[0].what
    assert "bytes)" in reading.tally.rejected[0].what


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstandard.compress])
def test_what_rotation_packs_is_opened_and_a_bomb_is_stopped(
    read: Read, pack: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wardround.core.logs._unpack.SUSPECT_SIZE", 1 << 20)
    events, tally = read(pack(ACCESS + b"\n"))
    assert (len(events), tally.unparsed) == (1, 0)
    rejected: list[Rejected] = []
    for source in unpacked(Source("log", io.BytesIO(pack(bytes(1 << 22)))), rejected=rejected):
        rejected += [what for reading in [Reading(source)] if not list(reading) for what in reading.tally.rejected]
    assert "decompression bomb" in rejected[0].what


@pytest.mark.parametrize(("start", "kind"), [(b"7z\xbc\xaf\x27\x1c\0\4", "7-Zip"), (b"Rar!\x1a\x07\1\0", "RAR")])
def test_a_packing_that_is_not_opened_is_named(start: bytes, kind: str) -> None:
    rejected: list[Rejected] = []
    assert list(unpacked(Source("log", io.BytesIO(start + bytes(99))), rejected=rejected)) == []
    assert rejected == [Rejected("log", f"packed with {kind}, which is not opened here: unpack it and give its files")]


def test_text_that_begins_as_a_packed_file_does_is_text(read: Read) -> None:
    events, tally = read(b"BZh9 is no block", ACCESS)
    assert (len(events), tally.unparsed) == (1, 1)


def test_audit_records_still_open_when_the_log_is_cut_off_are_given() -> None:
    lines = b"\n".join(b'type=CWD msg=audit(1364481363.243:%d): cwd="/%d"' % (n, n * 7919) for n in range(50_000))
    count, reading = events_of(gzip.compress(lines)[:-2_000])
    assert reading.tally.rejected
    assert count >= reading.tally.bytes.count // 60


def test_an_archive_without_its_end_is_not_said_to_be_read_in_part() -> None:
    packed, rejected = io.BytesIO(), list[Rejected]()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("access.log", ACCESS)
    assert list(unpacked(Source("a.zip", io.BytesIO(packed.getvalue()[:-20])), rejected=rejected)) == []
    assert rejected == [Rejected("a.zip", "a damaged zip file: File is not a zip file; nothing in it was read")]


def test_a_link_whose_target_is_not_in_the_archive_is_said() -> None:
    """As when a folder of logs was packed whose logs are elsewhere."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, kind, target in (
            ("logs/access.log", tarfile.SYMTYPE, "/data/access.log"),
            ("logs/current", tarfile.SYMTYPE, "../logs/one.log"),
            ("logs/again", tarfile.LNKTYPE, "logs/one.log"),
            ("logs/one.log", tarfile.REGTYPE, ""),
            ("logs/pipe", tarfile.FIFOTYPE, ""),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            tar.addfile(info)
    rejected: list[Rejected] = []
    names = [source.name for source in unpacked(Source("a.tar", io.BytesIO(packed.getvalue())), rejected=rejected)]
    assert names == ["a.tar!logs/one.log"]
    assert rejected == [
        Rejected("a.tar!logs/pipe", "neither a file nor a folder: not read"),
        Rejected("a.tar!logs/access.log", "a link to /data/access.log, which is not in the archive"),
    ]


def test_a_member_of_an_archive_has_its_own_date() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("messages", (2021, 1, 2, 3, 4, 6)), "Dec 30 03:12:44 h sshd[1]: x\n")
    _, reading = events_of(out.getvalue(), written=datetime(2025, 6, 1, tzinfo=UTC))
    first = reading.tally.coverage().first
    assert first is not None
    assert first.year == 2020


def test_more_kinds_of_events_than_a_log_can_have_are_not_planned_for(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wardround.core.logs._read.MOST_KINDS", 10)
    events, tally = read(*(json.dumps({"Channel": f"c{n}", "EventID": n}) for n in range(100)))
    assert (len(events), tally.unparsed) == (10, 90)


@pytest.mark.parametrize(
    "line",
    [
        f'203.0.113.7 - - [15/May/2025:03:12:44 +0100] "GET /a HTTP/1.1" 200 {LONG} "-" "-"',
        f'203.0.113.7 - - [15/May/2025:03:12:44 +0100] "GET /"a HTTP/1.1" 200 {LONG}',
        f"1286536309.419 180 192.0.2.1 TCP_MISS/200 {LONG} GET http://a.example/b - HIER_DIRECT/203.0.113.46 text/html",
        f"1286536309.419 {LONG} 192.0.2.1 TCP_MISS/200 1 GET http://a.example/b - HIER_DIRECT/203.0.113.46 text/html",
        SAMPLES[14].decode().replace("33317", LONG),
        SAMPLES[14].decode().replace("200 2 ", f"200 {LONG} "),
        '{"__REALTIME_TIMESTAMP":"1747275164000000","MESSAGE":"x","SYSLOG_FACILITY":"0009"}',
        f'{{"__REALTIME_TIMESTAMP":"1747275164000000","MESSAGE":"x","SYSLOG_FACILITY":"{LONG}"}}',
    ],
)
def test_a_number_too_long_to_be_read_costs_its_own_line_at_most(line: str) -> None:
    count, reading = events_of(b"\n".join([ACCESS, line.encode(), ACCESS]))
    assert reading.tally.rejected == []
    assert count + reading.tally.unparsed == 3
    assert count >= 2


@pytest.mark.parametrize("error", [ValueError, IndexError, KeyError, TypeError, OverflowError, RecursionError])
def test_a_line_on_which_a_reader_fails_is_not_understood_and_the_next_is_read(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    from wardround.core.logs import _read

    def failing(number: int, line: str) -> Event | None:
        if number == 2:
            raise error("made to fail")
        return access_event(number, line)

    monkeypatch.setattr(_read, "access_event", failing)
    count, reading = events_of(b"\n".join([ACCESS] * 3))
    assert (count, reading.tally.unparsed, reading.tally.rejected) == (2, 1, [])
    assert reading.tally.examples[0].startswith("line 2: '203.0.113.7")


def test_what_came_before_a_bomb_is_kept_of_an_event_file() -> None:
    def pieces() -> Iterator[bytes]:
        yield b"before"
        raise BadInput("stopped", where="log.evtx.gz")

    class Stopping:
        given = pieces()

        def read1(self, size: int) -> bytes:
            return next(self.given)

    tally = Tally(Source("log", Stopping()))  # type: ignore[arg-type]
    assert whole(tally) == b"before"
    assert [(what.where, what.what) for what in tally.rejected] == [("log.evtx.gz", "stopped")]


def test_what_a_log_calls_its_programs_does_not_fill_the_memory() -> None:
    assert service_of.cache_info().maxsize == 4096


def test_a_file_of_xz_that_asks_for_more_memory_than_there_is_is_not_opened() -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 29}]
    rejected: list[Rejected] = []
    assert list(unpacked(Source("a.xz", io.BytesIO(lzma.compress(ACCESS, filters=filters))), rejected=rejected)) == []
    assert rejected == [Rejected("a.xz", "it asks for more than 256 MB of memory to be unpacked")]


@pytest.mark.parametrize("between", [b"", b"\0" * 8])
def test_streams_of_xz_that_follow_one_another_are_one_log(between: bytes) -> None:
    whole = lzma.compress(ACCESS + b"\n") + between + lzma.compress(ACCESS)
    assert events_of(whole)[0] == 2
    count, reading = events_of(whole + b"something else")
    assert (count, len(reading.tally.rejected)) == (2, 1)
    count, reading = events_of(whole[:-20])
    assert reading.tally.rejected
