"""A folder of feed files: all that is sound goes in, all else is listed or set aside, and a second time changes nothing."""

import datetime
import errno
import json
import os
import resource
from pathlib import Path

import pytest

from wardround.connectors.feeds import sync_mirror
from wardround.core.vocab import BadInput, end_of_day
from wardround.lake.statements import Writer

from ...core.advisories.builders import a_csaf, a_cve, a_kev, an_epss, as_bytes, at

LINES = b"\n".join(as_bytes(a_cve(f"CVE-2030-{i:04}")) for i in range(1, 4)) + b"\n"


def test_each_feed_is_recognised_by_content_whatever_its_name(mirror):
    mirror.put("a.txt", LINES).put("b", as_bytes(a_kev(("CVE-2030-0001", "2030-05-19"))))
    mirror.put("c.bin", an_epss(CVE_2030_0001=0.1)).put("d/e.csv", as_bytes(a_csaf()))
    assert mirror.counts() == {"cve": (3, 0), "kev": (1, 0), "epss": (1, 0), "csaf": (1, 0)}


def test_all_four_feeds_are_always_listed(mirror):
    assert [feed["name"] for feed in mirror.sync()["feeds"]] == ["cve", "kev", "epss", "csaf"]


def test_a_second_sync_reads_the_same_and_changes_nothing(mirror):
    mirror.put("a.jsonl", LINES + b"{broken\n").put("e.csv", an_epss(CVE_2030_0001=0.1)).put(
        "k.json", as_bytes(a_kev(("CVE-2030-0001", "2030-05-19")))
    )
    first = mirror.sync()
    with mirror.store() as store:
        before = [line for line in store.db.iterdump() if '"sync"' not in line]
    second = mirror.sync()
    with mirror.store() as store:
        after = [line for line in store.db.iterdump() if '"sync"' not in line]
    assert before == after
    assert [(f["records"], f["rejected"]) for f in first["feeds"]] == [(f["records"], f["rejected"]) for f in second["feeds"]]
    assert {(f["new"], f["changed"]) for f in second["feeds"]} == {(0, 0)}


def test_one_document_an_array_and_lines_are_all_read(mirror):
    mirror.put("one.json", json.dumps(a_cve("CVE-2030-0001"), indent=2).encode())
    mirror.put("many.json", as_bytes([a_cve("CVE-2030-0002"), a_cve("CVE-2030-0003")]))
    mirror.put("lines.jsonl", as_bytes(a_cve("CVE-2030-0004")) + b"\n\n" + as_bytes(a_cve("CVE-2030-0005")))
    assert mirror.counts() == {"cve": (5, 0)}


def test_a_record_says_which_file_and_line_it_came_from(mirror):
    mirror.put("2030/a.jsonl", LINES).sync()
    with mirror.store() as store:
        assert store.advisory("CVE-2030-0002", at=at("2030-06-01")).source == "2030/a.jsonl:2"


def test_what_no_feed_knows_is_listed(mirror):
    mirror.put("README.md", b"# Hello").put("x/bundle.json", b'{"type": "bundle"}').put("empty", b"")
    assert mirror.left() == {
        "./README.md": "none of the feeds",
        "x/bundle.json": "none of the feeds",
        "./empty": "none of the feeds",
    }


def test_unknown_documents_beside_known_ones_are_counted(mirror):
    mirror.put("a.jsonl", LINES + b'{"event": 1}\n' * 1_200)
    assert mirror.counts() == {"cve": (3, 0)}
    assert mirror.left() == {"./a.jsonl (1,200 documents)": "none of the feeds"}


def test_a_folder_or_file_without_the_right_to_read_is_listed(mirror, monkeypatch):
    mirror.put("closed/a.jsonl", LINES).put("b.jsonl", LINES)

    def denied(*arguments, **_):
        raise PermissionError(errno.EACCES, "Permission denied", str(arguments[0]))

    scandir = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: denied(path) if str(path).endswith("closed") else scandir(path))
    monkeypatch.setattr(Path, "open", denied)
    assert mirror.left() == {"./closed": "cannot be read: Permission denied", "./b.jsonl": "cannot be read: Permission denied"}


@pytest.mark.parametrize("folder", ["tests", "Testdata", "my-validator-set", "a/test/b"])
def test_folders_of_tests_are_listed_and_left(mirror, folder):
    mirror.put(f"{folder}/a.jsonl", LINES)
    assert mirror.counts() == {}
    assert mirror.left() == {f"{folder}/a.jsonl": "in a folder of tests"}


@pytest.mark.parametrize("name", ["latest/a.jsonl", "validator.jsonl", "tests.jsonl"])
def test_only_folders_with_such_a_name_are_left(mirror, name):
    assert mirror.put(name, LINES).counts() == {"cve": (3, 0)}


def test_hidden_folders_links_and_pipes_are_not_followed(mirror):
    mirror.put(".git/a.jsonl", LINES).put("real/b.jsonl", LINES)
    (mirror.folder / "link").symlink_to(mirror.folder, target_is_directory=True)
    (mirror.folder / "dangling").symlink_to("nowhere")
    os.mkfifo(mirror.folder / "pipe")
    assert mirror.counts() == {"cve": (3, 0)}
    assert set(mirror.left()) == {"./.git", "./link", "./dangling", "./pipe"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (as_bytes(a_cve("CVE-2030-0009"))[:200], "not JSON"),
        (b'{"cveMetadata": ' + b"[" * 5_000 + b"}", "not JSON"),
        (b'{"cveMetadata": "\xe9"}', "not JSON"),
        (as_bytes({"cveMetadata": {"cveId": "CVE-2030-0009"}}), "record format"),
        (as_bytes(a_cve("CVE-2030-0009", published="2099-01-01T00:00:00Z")), "more than a year ahead"),
    ],
)
@pytest.mark.parametrize("position", [0, 2, 3])
def test_a_broken_line_is_set_aside_with_its_place_and_the_others_go_in(mirror, line, said, position):
    lines = LINES.splitlines()
    lines.insert(position, line)
    mirror.put("a.jsonl", b"\n".join(lines))
    assert mirror.counts() == {"cve": (3, 1)}
    [(place, what)] = mirror.why()
    assert place.startswith(f"a.jsonl:{position + 1}")
    assert said in what


def test_a_broken_first_line_is_of_the_feed_of_those_that_follow(mirror):
    mirror.put("a.jsonl", b"{broken\n\nalso broken\n" + LINES).put("b.jsonl", b"{broken\n" + as_bytes({"type": "bundle"}) + b"\n")
    assert mirror.counts() == {"cve": (3, 2)}
    assert [place for place, _ in mirror.why()] == ["a.jsonl:1", "a.jsonl:3"]
    assert mirror.left() == {"./b.jsonl (2 documents)": "none of the feeds"}


@pytest.mark.parametrize("between", [b",", b",\n", b"\n\n"])
@pytest.mark.parametrize("opening", [b"[", b"[\n", b""])
def test_of_a_file_that_was_cut_the_whole_records_before_the_cut_go_in(mirror, between, opening):
    records = [json.dumps(a_cve(f"CVE-2030-{i:04}"), indent=1).encode() for i in range(1, 5)]
    mirror.put("a.json", opening + between.join(records)[:-30])
    assert mirror.counts() == {"cve": (3, 1)}
    assert mirror.why()[0][0] == "a.json /3"


def test_what_was_set_aside_is_kept_as_it_came(mirror):
    mirror.put("a.jsonl", LINES + b'{"cveMetadata": broken').sync()
    with mirror.store() as store:
        assert [(feed, place, raw) for feed, place, _, raw in store.set_aside()] == [
            ("cve", "a.jsonl:4", b'{"cveMetadata": broken')
        ]


def test_nesting_that_can_be_read_but_not_kept_is_set_aside(mirror):
    deep = b'{"x":' * 600 + b"1" + b"}" * 600
    line = as_bytes(a_cve("CVE-2030-0009"))[:-1] + b',"deep":' + deep + b"}"
    assert mirror.put("a.json", b"[" + line + b"," + as_bytes(a_cve()) + b"]").counts() == {"cve": (1, 1)}


def test_a_line_of_100_mb_is_skipped_and_the_rest_goes_in(mirror):
    huge = b'{"cveMetadata": "' + b"x" * (100 << 20) + b'"}\n'
    mirror.put("a.jsonl", huge + LINES)
    assert mirror.counts() == {"cve": (3, 1)}
    assert "larger than 64 MB" in mirror.why()[0][1]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_marked_or_obvious_encodings_are_read(mirror, encoding):
    mirror.put("a.jsonl", LINES.decode().encode(encoding)).put("e.csv", an_epss(CVE_2030_0001=0.1).decode().encode("utf-8-sig"))
    assert mirror.counts() == {"cve": (3, 0), "epss": (1, 0)}


def test_a_cve_that_comes_twice_is_one_record_and_two_versions(mirror):
    old, new = a_cve(updated="2030-05-14T00:00:00Z"), a_cve()
    report = mirror.put("a.jsonl", b"\n".join(map(as_bytes, (old, new, new)))).sync()
    cve = report["feeds"][0]
    assert (cve["records"], cve["duplicates"], cve["new"], cve["changed"]) == (1, 2, 1, 1)


def test_a_broken_kev_entry_is_kept_by_itself(mirror):
    mirror.put("k.json", as_bytes(a_kev(("CVE-2030-0001", "2030-05-19"), ("CVE-2030-0002", "?"), ("CVE-2030-0003", "2099-01-01"))))
    assert mirror.counts() == {"kev": (1, 2)}
    with mirror.store() as store:
        assert all(len(raw) < 200 for _, _, _, raw in store.set_aside())


def test_a_folder_that_is_not_there_is_named(tmp_path, mirror):
    with pytest.raises(BadInput, match="no such folder"):
        sync_mirror(tmp_path / "none", into=mirror.into, clock=None)


def test_interrupted_in_the_middle_it_keeps_what_it_had_and_goes_on(mirror, monkeypatch):
    mirror.put("a.jsonl", LINES).put("b.jsonl", as_bytes(a_cve("CVE-2030-0009")))
    keep = Writer.cve

    def interrupted(writer, record, *, source):
        if source.startswith("b"):
            raise KeyboardInterrupt
        return keep(writer, record, source=source)

    monkeypatch.setattr(Writer, "cve", interrupted)
    with pytest.raises(KeyboardInterrupt):
        mirror.sync()
    monkeypatch.undo()
    with mirror.store() as store:
        assert (store.counts()["cve"]["records"], store.ages()["cve"].synced_at) == (3, None)
    assert mirror.sync()["feeds"][0]["new"] == 1


def test_a_full_disk_is_said_and_what_was_there_stays(mirror):
    mirror.put("a.jsonl", LINES).sync()
    size = max(path.stat().st_size for path in mirror.into.iterdir())
    many = b"\n".join(as_bytes(a_cve(f"CVE-2031-{i:04}", affected=[{"product": os.urandom(900).hex()}])) for i in range(2_000))
    mirror.put("b.jsonl", many)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 200_000, limits[1]))
    try:
        with pytest.raises(BadInput, match="free some space"):
            mirror.sync()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    with mirror.store() as store:
        assert store.counts()["cve"]["records"] == 3
    assert mirror.counts() == {"cve": (2_003, 0)}


def test_progress_goes_from_nothing_to_all(mirror):
    seen = []
    mirror.put("a.jsonl", LINES).put("b.jsonl", LINES).sync(progress=lambda done, total, name: seen.append((done, total)))
    assert seen[0][0] == 0
    assert seen[-1][0] == seen[-1][1] == 2 * len(LINES)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_the_shared_folder_syncs_whole_and_epmm_is_listed_on_19_may(shared, mirror):
    mirror.folder = shared
    report = mirror.sync()
    assert {f["name"]: (f["records"], f["rejected"]) for f in report["feeds"]} == {
        "cve": (44_134, 0),
        "kev": (1_404, 0),
        "epss": (0, 0),
        "csaf": (144, 0),
    }
    places = {one["place"] for one in report["left"]}
    assert {"csaf/csaf-validator-tests.tar.zst", "sigma/rules.tar.zst", "intel", "ssvc", "fingerprints/recog.tar.zst"} <= places
    assert {(f["new"], f["changed"]) for f in mirror.sync()["feeds"]} == {(0, 0)}
    with mirror.store() as store:
        before, after = (store.advisory("CVE-2025-4427", at=end_of_day(datetime.date(2025, 5, day))) for day in (14, 19))
        assert (before.latest("ssvc.exploitation").value, before.latest("kev")) == ("active", None)
        assert after.latest("kev").value == "yes"
