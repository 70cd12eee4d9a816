"""The feeds at their public addresses. Each feed stands alone: when one cannot be reached, the others go on."""

import csv
import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import orjson

from wardround import __version__
from wardround.connectors.clock import Clock
from wardround.connectors.feeds._fetch import Fetched, Fetcher, Gone, link
from wardround.connectors.feeds._intake import Intake, Report
from wardround.connectors.feeds._mirror import Progress, SourceFile, read_file
from wardround.core.vocab import BadInput
from wardround.core.vocab._times import parse_time
from wardround.lake.settings import value_of
from wardround.lake.statements import Statements, Writer

BASELINE = re.compile(r"(\d{4}-\d{2}-\d{2})_all_CVEs_at_midnight\.zip")
BY_ONE = 3_000  # more changed records than this are cheaper as the whole list
Sources = dict[str, dict[str, Any]]


def sync_public(*, into: Path, clock: Clock, progress: Progress = lambda done, total, name: None) -> Report:
    """Bring each feed up to date from its address into the store at `into`; say what came and what could not be reached.

    Only what changed is asked for; an interrupted download goes on. The addresses are those of `sources`.
    """
    report = Report("public addresses")
    with Statements.open(into, write=True) as statements, _client() as client:
        writer = Writer(statements, seen_at=clock.now())
        intake = Intake(writer, report, clock.now())
        number = writer.begin(report.source)
        addresses = sources(into)
        sync = _Sync(Fetcher(client, statements, writer, into / "downloads", progress), intake, progress)
        for feed, bring in BRING.items():
            try:
                bring(sync, feed, addresses[feed])
            except BadInput as error:
                report.failed[feed] = str(error)
        writer.finish(number, report.in_short(), at=clock.now())
    return report


def sources(folder: Path) -> Sources:
    """The addresses: the bundled ones, replaced key by key by WARDROUND_FEED_SOURCES or `sources.toml` in `folder`."""
    found: Sources = tomllib.loads(files("wardround.connectors.feeds").joinpath("sources.toml").read_text("utf-8"))
    own = Path(value_of("WARDROUND_FEED_SOURCES") or folder / "sources.toml")
    if own.is_file():
        try:
            replaced = tomllib.loads(own.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadInput(f"not TOML that can be read: {error}", where=str(own), do="mend the file or remove it") from None
        for feed, keys in replaced.items():
            for key, value in keys.items() if isinstance(keys, dict) else [("", keys)]:
                if type(value) is not type(found.get(feed, {}).get(key)):
                    raise BadInput(
                        f"{feed}.{key} is no address of a feed", where=str(own), do="write it as in the bundled sources.toml"
                    )
                found[feed][key] = value
    return found


def _client() -> httpx.Client:
    """HTTP, patient and with redirects; compressed files come as they are."""
    headers = {"User-Agent": f"wardround/{__version__}", "Accept-Encoding": "identity"}
    return httpx.Client(timeout=60, follow_redirects=True, headers=headers)


@dataclass
class _Sync:
    """One run over the public addresses."""

    fetcher: Fetcher
    intake: Intake
    progress: Progress

    def files(self, feed: str, addresses: dict[str, Any]) -> None:
        """Feeds that are one file each."""
        for url in addresses["files"]:
            if fetched := self.fetcher.fetch(url):
                self._take(feed, fetched)
                self.fetcher.settle(fetched)
            else:
                self.intake.unchanged(feed)

    def providers(self, feed: str, addresses: dict[str, Any]) -> None:
        """Feeds that are a list of files with dates: what is newer than the last time, oldest first."""
        for url in addresses["providers"]:
            listed = self.fetcher.fetch(url)
            if listed is None:
                self.intake.unchanged(feed)
                continue
            done = self.fetcher.statements.cursor(f"listed {url}")
            todo = sorted((at, target) for at, target in _listed(listed.path, url) if done is None or at >= parse_time(done))
            self._each(feed, todo, f"listed {url}")
            self.fetcher.settle(listed)
            self.intake.unchanged(feed)

    def cve(self, feed: str, addresses: dict[str, Any]) -> None:
        """The CVE list: the whole once, or when too much has changed; then what its log names since the last time."""
        if not addresses["log"]:
            return
        cursor = self.fetcher.statements.cursor("cve log")
        since = parse_time(cursor) if cursor else self._baseline(feed, addresses["release"])
        changes = self._changes(addresses["log"])
        reaches_back = not changes or min(at for at, _, _ in changes) <= since
        if cursor and (not reaches_back or sum(at > since for at, _, _ in changes) > BY_ONE):
            since = self._baseline(feed, addresses["release"])
        newest = {cve: (at, target) for at, cve, target in sorted(changes) if at > since}
        self._each(feed, sorted(newest.values()), "cve log")
        self.intake.unchanged(feed)

    def _each(self, feed: str, todo: list[tuple[datetime, str]], cursor: str) -> None:
        """Dated files, oldest first; after each date the cursor moves, so that an interruption loses nothing."""
        for i, (at, target) in enumerate(todo):
            self.progress(i, len(todo), target)
            self._one(feed, target)
            if i + 1 == len(todo) or todo[i + 1][0] > at:
                with self.intake.writer.transaction():
                    self.intake.writer.remember(cursor, at.isoformat())

    def _baseline(self, feed: str, url: str) -> datetime:
        """The whole list of the newest release; until when it speaks."""
        with _understood(url):
            assets = [
                (str(a["name"]), link(url, a["browser_download_url"])) for a in orjson.loads(self.fetcher.read(url))["assets"]
            ]
        for name, target in assets:
            if named := BASELINE.match(name):
                if fetched := self.fetcher.fetch(target, conditional=False):
                    self._take(feed, fetched)
                    self.fetcher.drop(fetched)
                until = parse_time(named[1])
                with self.intake.writer.transaction():
                    self.intake.writer.remember("cve log", until.isoformat())
                return until
        raise BadInput("the release holds no list of all CVEs", where=url, do="check the address in sources.toml")

    def _changes(self, url: str) -> list[tuple[datetime, str, str]]:
        """What the log names: when, which CVE, where its record is."""
        with _understood(url):
            return [
                (parse_time(entry["fetchTime"]), str(change["cveId"]), link(url, change["githubLink"]))
                for entry in orjson.loads(self.fetcher.read(url))
                for change in (*entry.get("new", ()), *entry.get("updated", ()))
            ]

    def _one(self, feed: str, url: str) -> None:
        """One record of a list; one that is gone meanwhile is reported as left."""
        try:
            fetched = self.fetcher.fetch(url, conditional=False)
        except Gone as error:
            self.intake.leave(url, error.what)
            return
        if fetched:
            self._take(feed, fetched)
            self.fetcher.drop(fetched)

    def _take(self, feed: str, fetched: Fetched) -> None:
        """Everything in a file that arrived. Raises BadInput when nothing in it belongs to the feed: a log-in page, say."""
        before = self.intake.report.counts[feed].total()
        with self.intake.writer.transaction():
            file = SourceFile(fetched.path, fetched.url, fetched.path.stat().st_size)
            read_file(file, self.intake, lambda inside: self.progress(inside, file.size, fetched.url))
        if self.intake.report.counts[feed].total() == before:
            self.fetcher.drop(fetched)
            raise BadInput(f"what came is nothing of {feed.upper()}", where=fetched.url, do="check the address and the proxy")


def _listed(path: Path, url: str) -> Iterator[tuple[datetime, str]]:
    """The files of a provider: of its changes.csv, or of its ROLIE feed. Raises BadInput when it is neither."""
    text = path.read_text("utf-8-sig", "replace")
    with _understood(url):
        if text.lstrip().startswith("{"):
            for entry in orjson.loads(text)["feed"]["entry"]:
                yield parse_time(entry["updated"]), link(url, entry["content"]["src"])
        else:
            for row in csv.reader(text.splitlines()):
                if row:
                    yield parse_time(row[1]), link(url, row[0])


@contextmanager
def _understood(url: str) -> Iterator[None]:
    """A list that is not laid out as published, as BadInput."""
    try:
        yield
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise BadInput(f"not the list that it should be: {error!r}"[:300], where=url, do="check the address") from None


BRING: dict[str, Callable[[_Sync, str, dict[str, Any]], None]] = {
    "kev": _Sync.files,
    "epss": _Sync.files,
    "csaf": _Sync.providers,
    "osv": _Sync.files,
    "cve": _Sync.cve,
}
