"""The public addresses, played by a small HTTP server on this machine: only what changed is asked for, nothing is lost."""

import gzip
import io
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from wardround.connectors.clock import FakeClock
from wardround.connectors.feeds import _public, sync_public
from wardround.connectors.feeds._fetch import link
from wardround.core.vocab import BadInput
from wardround.lake.statements import Statements

from ...core.advisories.builders import a_csaf, a_cve, a_kev, an_epss, as_bytes
from .conftest import NOW


class Site(ThreadingHTTPServer):
    """Serves `files` by path, with an ETag each, ranges and 304; remembers what it was asked. `cut` breaks one off."""

    files: dict[str, bytes]
    asked: list[tuple[str, int]]
    cut: dict[str, int]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        site: Site = self.server  # type: ignore[assignment]
        body = site.files.get(self.path)
        etag = f'"{hash(body)}"'
        if body is None:
            return self.say(404, b"")
        if self.headers.get("If-None-Match") == etag:
            return self.say(304, b"")
        start = 0
        if self.headers.get("If-Range") == etag:
            start = int(self.headers["Range"].removeprefix("bytes=").rstrip("-"))
        self.say(206 if start else 200, body[start:], etag)

    def say(self, status: int, body: bytes, etag: str = "") -> None:
        site: Site = self.server  # type: ignore[assignment]
        site.asked.append((self.path, status))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", etag)
        self.end_headers()
        self.wfile.write(body[: site.cut.pop(self.path, None)])
        self.close_connection = True

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site(("127.0.0.1", 0), Answer)
    server.files, server.asked, server.cut = {}, [], {}
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def zipped(*records: dict) -> bytes:
    inner, outer = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        for record in records:
            archive.writestr(f"cves/{record['cveMetadata']['cveId']}.json", as_bytes(record))
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("cves.zip", inner.getvalue())
    return outer.getvalue()


def log_of(site: Site, *changes: tuple[str, str]) -> bytes:
    entries = [{"fetchTime": t, "new": [{"cveId": c, "githubLink": f"{site.url}/{c}.json"}], "updated": []} for t, c in changes]
    return as_bytes(entries)


@pytest.fixture
def full(site, tmp_path, monkeypatch) -> Site:
    """All four feeds, each with one thing in it."""
    release = {
        "assets": [
            {"name": "notes.txt", "browser_download_url": "x"},
            {"name": "2030-05-30_all_CVEs_at_midnight.zip.zip", "browser_download_url": "/all.zip"},
        ]
    }
    site.files |= {
        "/release": as_bytes(release),
        "/all.zip": zipped(a_cve("CVE-2030-0001"), a_cve("CVE-2030-0002")),
        "/log": log_of(site, ("2030-05-29T00:00:00Z", "CVE-2030-0001"), ("2030-05-31T00:00:00Z", "CVE-2030-0003")),
        "/CVE-2030-0003.json": as_bytes(a_cve("CVE-2030-0003")),
        "/kev.json": as_bytes(a_kev(("CVE-2030-0001", "2030-05-19"))),
        "/epss.csv.gz": gzip.compress(an_epss(CVE_2030_0001=0.1)),
        "/csaf/changes.csv": b'"2030/a.json","2030-05-14T00:00:00Z"\n',
        "/csaf/2030/a.json": as_bytes(a_csaf()),
    }
    lines = f"""
        cve.release = "{site.url}/release"
        cve.log = "{site.url}/log"
        kev.files = ["{site.url}/kev.json"]
        epss.files = ["{site.url}/epss.csv.gz"]
        csaf.providers = ["{site.url}/csaf/changes.csv"]
    """
    (tmp_path / "sources.toml").write_text(lines)
    monkeypatch.setenv("WARDROUND_FEED_SOURCES", str(tmp_path / "sources.toml"))
    return site


def sync(tmp_path) -> dict:
    report = sync_public(into=tmp_path / "feeds", clock=FakeClock(NOW)).as_json()
    return {f["name"]: f for f in report["feeds"]} | {"reached": report["reached"], "left": report["left"]}


def records(report: dict) -> dict[str, int]:
    return {name: report[name]["records"] for name in ("cve", "kev", "epss", "csaf")}


def test_all_four_feeds_come_in(full, tmp_path):
    assert records(sync(tmp_path)) == {"cve": 3, "kev": 1, "epss": 1, "csaf": 1}
    with Statements.open(tmp_path / "feeds") as store:
        assert store.advisory("CVE-2030-0003", at=NOW).source == f"{full.url}/CVE-2030-0003.json:1"


def test_the_second_time_only_what_changed_is_asked_for(full, tmp_path):
    sync(tmp_path)
    full.asked.clear()
    report = sync(tmp_path)
    assert (records(report), report["reached"]) == ({"cve": 0, "kev": 0, "epss": 0, "csaf": 0}, ["csaf", "cve", "epss", "kev"])
    assert all(report[name]["unchanged"] for name in ("cve", "kev", "epss", "csaf"))
    assert full.asked == [("/kev.json", 304), ("/epss.csv.gz", 304), ("/csaf/changes.csv", 304), ("/log", 200)]


def test_a_new_record_is_fetched_alone(full, tmp_path):
    sync(tmp_path)
    full.files["/log"] = log_of(full, ("2030-05-29T00:00:00Z", "CVE-2030-0001"), ("2030-06-01T00:00:00Z", "CVE-2030-0004"))
    full.files["/CVE-2030-0004.json"] = as_bytes(a_cve("CVE-2030-0004"))
    full.asked.clear()
    assert sync(tmp_path)["cve"]["new"] == 1
    assert [path for path, _ in full.asked if "CVE" in path or "all" in path] == ["/CVE-2030-0004.json"]


def test_a_log_that_does_not_reach_back_brings_the_whole_list_again(full, tmp_path):
    sync(tmp_path)
    full.files["/log"] = log_of(full, ("2030-06-20T00:00:00Z", "CVE-2030-0003"))
    full.asked.clear()
    sync(tmp_path)
    assert ("/all.zip", 200) in full.asked


def test_too_many_changes_bring_the_whole_list(full, tmp_path, monkeypatch):
    sync(tmp_path)
    monkeypatch.setattr(_public, "BY_ONE", 0)
    full.files["/log"] = log_of(full, ("2030-05-29T00:00:00Z", "CVE-2030-0001"), ("2030-06-01T00:00:00Z", "CVE-2030-0003"))
    full.asked.clear()
    sync(tmp_path)
    assert ("/all.zip", 200) in full.asked


def test_a_record_that_is_gone_is_reported_and_the_others_come(full, tmp_path):
    del full.files["/CVE-2030-0003.json"]
    report = sync(tmp_path)
    assert (report["cve"]["records"], report["left"][0]["names"]) == (2, ["CVE-2030-0003.json"])


@pytest.mark.parametrize(
    "path", ["/kev.json", "/epss.csv.gz", "/csaf/changes.csv", "/release", "/log", "/all.zip", "/csaf/2030/a.json"]
)
@pytest.mark.parametrize("body", [None, b"<html>please sign in</html>", b"[1, {}]", b"\x00\xff"])
def test_when_one_feed_fails_the_others_go_on_and_it_is_made_up_for(full, tmp_path, path, body):
    good = full.files[path]
    if body is None:
        del full.files[path]
    else:
        full.files[path] = body
    first = sync(tmp_path)
    assert sum(records(first).values()) < 6
    assert len(first["reached"]) >= 3
    full.files[path] = good
    sync(tmp_path)
    with Statements.open(tmp_path / "feeds") as store:
        counts = {name: held["records"] for name, held in store.counts().items()}
    missing = {"csaf": 0} if path == "/csaf/2030/a.json" and body is None else {}  # gone, and listed so: its date has passed
    assert counts == {"cve": 3, "kev": 1, "epss": 1, "csaf": 1} | missing


def test_an_interrupted_download_goes_on_where_it_stopped(full, tmp_path):
    full.cut["/all.zip"] = 100
    assert "failed" in sync(tmp_path)["cve"]
    full.asked.clear()
    assert sync(tmp_path)["cve"]["records"] == 3
    assert ("/all.zip", 206) in full.asked
    assert list((tmp_path / "feeds" / "downloads").iterdir()) == []


def test_a_download_that_changed_meanwhile_starts_again(full, tmp_path):
    full.cut["/kev.json"] = 10
    sync(tmp_path)
    full.files["/kev.json"] = as_bytes(a_kev(("CVE-2030-0001", "2030-05-19"), ("CVE-2030-0002", "2030-05-20")))
    assert sync(tmp_path)["kev"]["records"] == 2


def test_a_rolie_feed_is_a_provider_too(full, tmp_path):
    entry = {"updated": "2030-05-14T00:00:00Z", "content": {"src": f"{full.url}/csaf/2030/a.json"}}
    full.files["/csaf/changes.csv"] = as_bytes({"feed": {"entry": [entry]}})
    assert sync(tmp_path)["csaf"]["records"] == 1


def test_only_newer_documents_of_a_provider_are_fetched(full, tmp_path):
    sync(tmp_path)
    full.files["/csaf/changes.csv"] += b'"2030/b.json","2030-05-20T00:00:00Z"\n"2030/old.json","2030-05-01T00:00:00Z"\n'
    full.files["/csaf/2030/b.json"] = as_bytes(a_csaf("EX-30-2"))
    full.asked.clear()
    assert sync(tmp_path)["csaf"]["new"] == 1
    assert ("/csaf/2030/old.json", 200) not in full.asked


def test_nothing_reached_is_said_for_each_feed(full, tmp_path):
    full.files.clear()
    report = sync(tmp_path)
    assert report["reached"] == []
    assert all("404" in report[name]["failed"] for name in ("cve", "kev", "epss", "csaf"))


@pytest.mark.parametrize("text", ["not toml =", "[nvd]\nfiles = []", "[kev]\nfiles = 'one'", "kev = 5", "[kev]\nurl = 'x'"])
def test_a_list_of_addresses_that_is_none_is_named(tmp_path, monkeypatch, text):
    (tmp_path / "own.toml").write_text(text)
    monkeypatch.setenv("WARDROUND_FEED_SOURCES", str(tmp_path / "own.toml"))
    with pytest.raises(BadInput, match=r"own\.toml|TOML|address"):
        _public.sources(tmp_path)


def test_the_bundled_addresses_are_https():
    listed = str(_public.sources(_public.Path("/nowhere")))
    assert listed.count("https://") == 5
    assert "http://" not in listed


@pytest.mark.parametrize("target", ["file:///etc/passwd", "http://elsewhere.example/x", "ftp://127.0.0.1/x"])
def test_an_address_in_a_document_leads_nowhere_else(target):
    with pytest.raises(BadInput):
        link("https://feeds.example/list", target)
