"""Packed files are read in every shape; broken ones and bombs end in a reason, never in a full disk or memory."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wardround.connectors.feeds._place import readable
from wardround.connectors.feeds._unpack import Budget, Plain, plain_streams
from wardround.core.vocab import BadInput

from ...core.advisories.builders import a_cve, an_epss, as_bytes

RECORD = as_bytes(a_cve())
LINES = b"\n".join(as_bytes(a_cve(f"CVE-2030-{i:04}")) for i in range(1, 200))


def tar(**files: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name.replace("__", "/") + ".json")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def packed_zip(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/") + ".json", content)
    return out.getvalue()


PACKERS = {
    "zst": zstandard.compress,
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zip": lambda raw: packed_zip(a=raw),
    "tar": lambda raw: tar(a=raw),
}


@pytest.mark.parametrize("outer", PACKERS)
@pytest.mark.parametrize("inner", PACKERS)
def test_every_packing_inside_every_other_is_read(mirror, outer, inner):
    assert mirror.put("x", PACKERS[outer](PACKERS[inner](RECORD))).counts() == {"cve": (1, 0)}


def test_several_zstd_frames_are_one_stream(mirror):
    assert mirror.put("x", zstandard.compress(RECORD + b"\n") + zstandard.compress(as_bytes(a_cve("CVE-2030-0002")))).counts() == {
        "cve": (2, 0)
    }


def test_too_many_layers_are_left(mirror):
    raw = RECORD
    for _ in range(9):
        raw = gzip.compress(raw)
    assert mirror.put("x", raw).left() == {"./x": "packed in more than 5 layers"}


@pytest.mark.parametrize("pack", [tar, packed_zip])
def test_folders_of_tests_inside_an_archive_are_left(mirror, pack):
    mirror.put("x", pack(good=RECORD, tests__a=RECORD, my_validator__b=RECORD))
    assert mirror.counts() == {"cve": (1, 0)}
    assert set(mirror.left()) == {"x/tests/a.json", "x/my_validator/b.json"}


@pytest.mark.parametrize("name", ["../../evil", "/etc/evil", "a\x1b[31mred", "a" * 3_000])
def test_names_in_archives_are_only_shown_and_safely(mirror, name):
    before = sorted(mirror.folder.parent.rglob("*"))
    mirror.put("x.zip", packed_zip(**{name: b"nothing"}))
    [shown] = mirror.left()
    assert shown.isprintable()
    assert {p.name for p in mirror.folder.parent.rglob("*")} - {p.name for p in before} <= {"x.zip", "home", "statements.sqlite3"}


def test_links_in_a_tar_are_not_followed(mirror):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        link = tarfile.TarInfo("passwd")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    assert mirror.put("x.tar", out.getvalue()).left() == {"x.tar/passwd": "a link or device, not a file"}


@pytest.mark.parametrize("packer", ["zst", "gz", "bz2", "xz"])
def test_a_file_that_breaks_off_keeps_what_came_before(mirror, packer):
    whole = PACKERS[packer](LINES)
    mirror.put("x", whole[: len(whole) * 9 // 10])
    records, rejected = mirror.counts().get("cve", (0, 0))
    assert (records + rejected > 0, rejected <= 2) == (True, True) or mirror.left()


@pytest.mark.parametrize("damage", ["inside a header", "between two members", "a header overwritten"])
def test_a_tar_that_is_cut_or_damaged_at_a_header_is_said(mirror, damage):
    """Python's own reader takes such a header for the end of the archive, and what follows for never there."""
    raw, step = bytearray(tar(a=RECORD, b=RECORD, c=RECORD)), 512 + (len(RECORD) + 511) // 512 * 512
    if damage == "a header overwritten":
        raw[2 * step + 10 : 2 * step + 60] = b"\xff" * 50
    else:
        del raw[2 * step + (300 if damage == "inside a header" else 0) :]
    report = mirror.put("x.tar", bytes(raw)).sync()
    assert (report["feeds"][0]["records"] + report["feeds"][0]["duplicates"], report["feeds"][0]["rejected"]) == (2, 1)
    assert "the rest is missing" in report["rejected"][0]["what"]


def test_a_broken_member_of_a_zip_does_not_stop_the_others(mirror):
    raw = bytearray(packed_zip(a=LINES, b=RECORD))
    raw[200] ^= 0xFF
    counts = mirror.put("x.zip", bytes(raw)).counts()
    assert counts["cve"][0] >= 1
    assert counts["cve"][1] + len(mirror.left()) >= 1


@pytest.mark.parametrize("content", [b"\0" * (300 << 20), b'{"cveMetadata": ' + b" " * (300 << 20)])
@pytest.mark.parametrize("packer", ["zst", "gz"])
def test_a_bomb_is_stopped(mirror, packer, content):
    mirror.put("bomb", PACKERS[packer](content)).put("good.json", RECORD)
    assert mirror.counts()["cve"][0] == 1
    assert len(mirror.left()) + len(mirror.why()) == 1


def test_a_bomb_of_lines_is_stopped_by_its_ratio(mirror):
    line = b"{" + b" " * (1 << 20) + b"}\n"
    mirror.put("bomb.zst", zstandard.compress(line * 400))
    assert "unpacks to more than" in " ".join(mirror.left().values())


def test_a_tar_header_of_absurd_size_is_refused(mirror):
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 50 << 20
    mirror.put("x.tar", header.tobuf() + b"\0" * (50 << 20))
    assert "absurd" in next(iter(mirror.left().values()))


def test_an_encrypted_member_is_left(mirror):
    raw = bytearray(packed_zip(a=RECORD))
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    assert mirror.put("x.zip", bytes(raw)).left() == {"x.zip/a.json": "encrypted"}


def test_an_epss_file_that_breaks_off_keeps_its_rows(mirror):
    whole = gzip.compress(an_epss(**{f"CVE_2030_{i:04}": 0.1 for i in range(1, 9_999)}))
    records, rejected = mirror.put("epss.csv.gz", whole[: len(whole) // 2]).counts()["epss"]
    assert (records > 100, rejected) == (True, 1)


@given(
    raw=st.binary(max_size=400),
    head=st.sampled_from(
        [b"", b"\x28\xb5\x2f\xfd", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\x00", b"PK\x03\x04", b"\0" * 257 + b"ustar"]
    ),
)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_bytes_are_read_or_refused(raw, head):
    try:
        for one in plain_streams(io.BytesIO(head + raw), place="x", budget=Budget(len(raw))):
            if isinstance(one, Plain):
                one.stream.read()
    except BadInput as refused:
        assert refused.where.startswith("x")  # noqa: PT017 - any other outcome is an error too


@given(st.text())
def test_a_shown_name_is_printable(name):
    assert readable(name).isprintable()
