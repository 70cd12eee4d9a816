"""Asking the store: advisories as of a time, names, what changed, how old."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from threading import local
from types import TracebackType
from typing import Any

import orjson
import zstandard

from wardround.core.advisories import Advisory, Stated, fold
from wardround.core.advisories._epss import UNIT
from wardround.core.advisories._model import CveRecord
from wardround.core.claims import FEEDS as DOCUMENTS
from wardround.core.claims import Claim, with_documents
from wardround.lake.statements._documents import Documents
from wardround.lake.statements._schema import END, connect, instant, micros

NEWEST = """SELECT coalesce(max(updated_at) FILTER (WHERE updated_at <= ?2), min(updated_at)) FROM statement WHERE feed = ?1"""
NEWEST_RELEASE = """SELECT coalesce(max(stated_at) FILTER (WHERE stated_at <= ?2), min(stated_at)) FROM release WHERE feed = ?1"""
_TOGETHER = 500
_BESIDE = ("metrics", "problemTypes", "credits", "timeline")
FEEDS = ("cve", "kev", "epss", "csaf")
"""The feeds that every installation has. The other kinds of documents are told of where one has come in."""

LISTED = ", ".join(f"'{feed}'" for feed in DOCUMENTS)
SPOKEN = f"""SELECT k.cve FROM statement s JOIN spoken k ON k.feed = s.feed AND k.subject = s.subject
    WHERE s.feed IN ({LISTED})"""  # noqa: S608 - names of feeds
STANDING = f"""SELECT subject AS cve, feed, sha, stated_at, updated_at, rejected_at, marks, id FROM statement WHERE feed = 'cve'
    UNION ALL SELECT k.cve, s.feed, s.sha, s.stated_at, s.updated_at, s.rejected_at, s.marks, s.id
    FROM spoken k JOIN statement s ON s.feed = k.feed AND s.subject = k.subject WHERE k.feed IN ({LISTED})
    ORDER BY cve, updated_at, id"""  # noqa: S608 - names of feeds
NEWEST_OF = """SELECT s.subject, s.seen_at, s.stated_at, s.updated_at, s.rejected_at, s.source, s.sha, d.raw
    FROM json_each(?1) j CROSS JOIN statement s ON s.feed = 'cve' AND s.subject = j.value AND s.id = (
        SELECT id FROM statement WHERE feed = 'cve' AND subject = j.value ORDER BY +updated_at DESC, id DESC LIMIT 1)
    JOIN document d ON d.sha = s.sha"""
SPOKEN_OF = "SELECT DISTINCT k.cve FROM json_each(?1) j CROSS JOIN spoken k ON k.cve = j.value"
Version = tuple[int, int, int | None, str, bytes, bytes]


@dataclass(frozen=True, slots=True)
class Age:
    """How old a feed is: the newest date on what it stated, and when it was last fetched. None: never."""

    stated_at: datetime | None
    synced_at: datetime | None


class Statements:
    """What was stated about CVEs, and when this installation first saw it. Safe to read from several processes and threads."""

    def __init__(self, db: sqlite3.Connection, *, folder: Path | None = None) -> None:
        self.db, self.folder = db, folder
        self._own = local()  # a decompressor serves one thread at a time
        self._documents = Documents(db, self._unpack)

    @classmethod
    def open(cls, folder: Path, *, write: bool = False) -> "Statements":
        """The store in `folder`; with `write`, it is made when absent. Raises BadInput when there is none to read."""
        return cls(connect(folder, write=write), folder=folder)

    def close(self) -> None:
        """Let the file go."""
        self.db.close()

    def __enter__(self) -> "Statements":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def advisory(self, cve: str, *, at: datetime, seen_by: datetime | None = None) -> Advisory | None:
        """One CVE as of `at`; None when it is unknown or was not yet published. With `seen_by`, only what was seen by then."""
        return next(self.advisories([cve], at=at, seen_by=seen_by), None)

    def advisories(self, cves: Iterable[str], *, at: datetime, seen_by: datetime | None = None) -> Iterator[Advisory]:
        """Those of `cves` that are known and were published by `at`, in the order asked for.

        What documents say of them stands in further containers; a CVE of which there is no record is an advisory of theirs.
        """
        until, seen = micros(at), END if seen_by is None else micros(seen_by)
        for cve in cves:
            records = self._records(cve, until, seen)
            advisory = fold(records, self._stated(cve, until, seen), at=at) if records else None
            if standing := self._documents.standing(cve, until, seen):
                stated = () if advisory else self._stated(cve, until, seen)
                advisory = with_documents(advisory, standing, subject=cve, stated=stated)
            if advisory:
                yield advisory

    def dated(self, cves: Iterable[str], *, at: datetime, seen_by: datetime | None = None) -> Iterator[Advisory]:
        """Those of `cves` with their dates and dated facts alone, for a decision: no containers, texts, or scores of their own."""
        query = """SELECT stated_at, updated_at, rejected_at, source, sha FROM statement
            WHERE feed = 'cve' AND subject = ? AND +seen_at <= ? ORDER BY +updated_at, id"""
        until, seen = micros(at), END if seen_by is None else micros(seen_by)
        nothing: dict[str, Any] = {"containers": {"cna": {}}}
        for cve in cves:
            records = [
                CveRecord(
                    cve,
                    "PUBLISHED" if rejected is None else "REJECTED",
                    instant(published),
                    instant(updated),
                    None if rejected is None else instant(rejected),
                    (),
                    nothing,
                    source,
                    sha.hex(),
                )
                for published, updated, rejected, source, sha in self.db.execute(query, (cve, seen)).fetchall()
            ]
            if advisory := fold(records, self._stated(cve, until, seen), at=at):
                yield advisory
            else:
                yield from self.advisories([cve], at=at, seen_by=seen_by)

    def undated(self, cves: Sequence[str], *, at: datetime, seen_by: datetime | None = None) -> Iterator[Advisory]:
        """As `advisories`, many at once, without what no verdict rests on: dated facts and scores."""
        until, last = micros(at), END if seen_by is None else micros(seen_by)
        for start in range(0, len(cves), _TOGETHER):
            some = cves[start : start + _TOGETHER]
            listed = (orjson.dumps(some).decode(),)
            spoken = {cve for (cve,) in self.db.execute(SPOKEN_OF, listed)}
            rows = self.db.execute(NEWEST_OF, listed).fetchall()
            newest = {cve: row for cve, seen, *row in rows if seen <= last and cve not in spoken}
            alone = {cve: row for cve, row in newest.items() if max(row[0], row[2] or 0) <= until}
            for cve in some:
                if cve not in alone:
                    yield from self.advisories([cve], at=at, seen_by=seen_by)
                    continue
                record = self._record(cve, alone[cve])
                containers: dict[str, Any] = record.document["containers"]
                for container in (containers["cna"], *containers.get("adp", ())):
                    for key in _BESIDE:
                        container.pop(key, None)
                if advisory := fold([record], at=at):
                    yield advisory

    def changes(self) -> tuple[int, int]:
        """Differs whenever anything was written to the store, by whomever."""
        return self.db.execute("PRAGMA data_version").fetchone()[0], self.db.total_changes

    def digests(self, *, at: datetime) -> dict[str, str]:
        """For each CVE a digest of the record and documents that its advisory as of `at` is made of: equal ones, equal containers.

        Dated facts and scores are no part of it.
        """
        until, said = micros(at), defaultdict[str, list[object]](list)
        for cve, *version in self.db.execute(STANDING):
            said[cve] += (*version, *(time is not None and time <= until for time in version[2:5]))
        return {cve: blake2b(repr(versions).encode(), digest_size=12).hexdigest() for cve, versions in said.items()}

    def claims(self, cve: str, *, at: datetime, seen_by: datetime | None = None) -> tuple[Claim, ...]:
        """What suppliers and distributions claim of their products, as of `at`: to be shown beside our verdict, newest first."""
        return self._documents.claims(cve, micros(at), END if seen_by is None else micros(seen_by))

    def _records(self, cve: str, until: int, seen: int) -> list[CveRecord]:
        """The newest version of one record; all of them where the newest was not yet in force."""
        # the plus keeps SQLite from walking the whole feed by date instead of asking for one subject
        query = """SELECT s.stated_at, s.updated_at, s.rejected_at, s.source, s.sha, d.raw
            FROM statement s JOIN document d ON d.sha = s.sha
            WHERE s.feed = 'cve' AND s.subject = ? AND s.seen_at <= ? ORDER BY +s.updated_at, s.id"""
        rows: list[Version] = self.db.execute(query, (cve, seen)).fetchall()
        if rows and max(rows[-1][0], rows[-1][2] or 0) <= until:
            rows = rows[-1:]
        return [self._record(cve, row) for row in rows]

    def _record(self, cve: str, row: Version) -> CveRecord:
        """A version as it was read when it came in; its dated facts have rows of their own."""
        published, updated, rejected, source, sha, raw = row
        document: dict[str, Any] = orjson.loads(self._unpack(raw))
        return CveRecord(
            cve=cve,
            state=document["cveMetadata"]["state"],
            published=instant(published),
            updated=instant(updated),
            rejected=None if rejected is None else instant(rejected),
            stated=(),
            document=document,
            source=source,
            sha256=sha.hex(),
        )

    def _stated(self, cve: str, until: int, seen: int) -> Iterator[Stated]:
        """What counts by its own date: SSVC and KEV of every version and feed, EPSS day by day."""
        facts = "SELECT key, value, source, stated_at FROM fact WHERE cve = ? AND stated_at <= ? AND seen_at <= ?"
        for key, value, source, at in self.db.execute(facts, (cve, until, seen)).fetchall():
            yield Stated(key, value, source, instant(at))
        scores = "SELECT stated_at, score FROM epss WHERE cve = ? AND stated_at <= ? AND seen_at <= ? ORDER BY stated_at, seen_at"
        by_day: dict[int, int] = dict(self.db.execute(scores, (cve, until, seen)).fetchall())
        for at, score in by_day.items():
            yield Stated("epss", f"{score / UNIT:.5f}", "EPSS", instant(at))

    def _unpack(self, raw: bytes) -> bytes:
        if not hasattr(self._own, "zstd"):
            self._own.zstd = zstandard.ZstdDecompressor()
        unpacked: bytes = self._own.zstd.decompress(raw)
        return unpacked

    def naming(self, product_key: str) -> dict[str, tuple[str, ...]]:
        """The CVEs whose record, or a document on them, names this product, by vendor key (empty: none stated; `name_key`s)."""
        found: dict[str, list[str]] = {}
        for vendor, cve in self.db.execute("SELECT vendor, cve FROM name WHERE product = ? ORDER BY vendor, cve", (product_key,)):
            found.setdefault(vendor, []).append(cve)
        return {vendor: tuple(cves) for vendor, cves in found.items()}

    def products_of(self, cve: str) -> set[str]:
        """The product keys under which a CVE was ever filed: those of its former versions too."""
        return {product for (product,) in self.db.execute("SELECT product FROM name WHERE cve = ?", (cve,))}

    def products(self) -> Iterator[tuple[str, str]]:
        """Vendor and product key of everything that a record names."""
        yield from self.db.execute("SELECT DISTINCT vendor, product FROM name")

    def published(self, *, after: datetime, until: datetime) -> list[str]:
        """The CVEs published in (after, until], oldest first: by their record, or where there is none, by the first document."""
        query = f"""SELECT cve FROM (
            SELECT subject AS cve, stated_at FROM statement WHERE feed = 'cve' AND stated_at > ?1 AND stated_at <= ?2
            UNION ALL SELECT k.cve, s.stated_at FROM statement s JOIN spoken k ON k.feed = s.feed AND k.subject = s.subject
            WHERE s.feed IN ({LISTED}) AND s.stated_at > ?1 AND s.stated_at <= ?2
            AND NOT EXISTS (SELECT 1 FROM statement c WHERE c.feed = 'cve' AND c.subject = k.cve))
            GROUP BY cve ORDER BY min(stated_at), cve"""  # noqa: S608 - names of feeds
        return [cve for (cve,) in self.db.execute(query, (micros(after), micros(until)))]

    def changed(self, *, after: datetime, until: datetime) -> list[str]:
        """The CVEs on which anything but a score was stated in (after, until]: published, updated, SSVC, KEV, documents."""
        query = f"""SELECT subject FROM statement WHERE feed = 'cve' AND stated_at > ?1 AND stated_at <= ?2
            UNION SELECT subject FROM statement WHERE feed = 'cve' AND updated_at > ?1 AND updated_at <= ?2
            UNION SELECT cve FROM fact WHERE stated_at > ?1 AND stated_at <= ?2
            UNION {SPOKEN} AND s.stated_at > ?1 AND s.stated_at <= ?2
            UNION {SPOKEN} AND s.updated_at > ?1 AND s.updated_at <= ?2"""  # noqa: S608 - names of feeds
        return [cve for (cve,) in self.db.execute(query, (micros(after), micros(until)))]

    def arrived(self, *, after: datetime, until: datetime) -> list[str]:
        """The CVEs on which this installation first saw anything but a score in (after, until], whenever it was stated."""
        query = f"""SELECT subject FROM statement WHERE feed = 'cve' AND seen_at > ?1 AND seen_at <= ?2
            UNION SELECT cve FROM fact WHERE seen_at > ?1 AND seen_at <= ?2
            UNION {SPOKEN} AND s.seen_at > ?1 AND s.seen_at <= ?2"""  # noqa: S608 - names of feeds
        return [cve for (cve,) in self.db.execute(query, (micros(after), micros(until)))]

    def ages(self) -> dict[str, Age]:
        """How old each feed is. A date beyond the last sync counts only where there is no other."""
        synced: dict[str, int] = {}
        for finished, report in self.db.execute("SELECT finished_at, report FROM sync WHERE finished_at IS NOT NULL ORDER BY id"):
            synced |= dict.fromkeys(orjson.loads(report)["reached"], finished)
        newest = {}
        for feed in self._feeds():
            limit = synced.get(feed, END - 1) + timedelta(days=1) // timedelta(microseconds=1)
            newest[feed] = self.db.execute(NEWEST_RELEASE if feed in ("kev", "epss") else NEWEST, (feed, limit)).fetchone()[0]
        return {
            feed: Age(
                None if newest[feed] is None else instant(newest[feed]), None if feed not in synced else instant(synced[feed])
            )
            for feed in newest
        }

    def counts(self) -> dict[str, dict[str, int]]:
        """For each feed: how many subjects, how many statements on them, how many set aside."""
        held = {
            f: (s, n) for f, s, n in self.db.execute("SELECT feed, count(DISTINCT subject), count(*) FROM statement GROUP BY feed")
        }
        held["epss"] = self.db.execute("SELECT count(DISTINCT cve), count(*) FROM epss").fetchone()
        aside = dict(self.db.execute("SELECT feed, count(*) FROM rejected GROUP BY feed").fetchall())
        return {
            feed: {"records": held.get(feed, (0, 0))[0], "statements": held.get(feed, (0, 0))[1], "rejected": aside.get(feed, 0)}
            for feed in self._feeds()
        }

    def _feeds(self) -> tuple[str, ...]:
        """The feeds of every installation, and those others of which something is here or was set aside."""
        query = "SELECT 1 FROM statement WHERE feed = ?1 UNION ALL SELECT 1 FROM rejected WHERE feed = ?1 LIMIT 1"
        others = (feed for feed in DOCUMENTS if feed not in FEEDS)
        return *FEEDS, *(feed for feed in others if self.db.execute(query, (feed,)).fetchone())

    def cursor(self, name: str) -> str | None:
        """How far a feed was read, as the last sync left it."""
        found = self.db.execute("SELECT value FROM cursor WHERE name = ?", (name,)).fetchone()
        return None if found is None else str(found[0])

    def set_aside(self) -> Iterator[tuple[str, str, str, bytes]]:
        """Everything that was set aside as broken: feed, place, reason, and the bytes as they came."""
        for feed, place, what, raw in self.db.execute("SELECT feed, place, what, raw FROM rejected ORDER BY feed, place"):
            yield feed, place, what, self._unpack(raw)
