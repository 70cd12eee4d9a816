"""Adding to the store. Nothing is changed or deleted: what is known already is left as it was first seen."""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import orjson
import zstandard

from wardround.core.advisories import Stated, product_names
from wardround.core.advisories._epss import EpssDay
from wardround.core.advisories._model import CveRecord, KevEntry
from wardround.core.claims import Document
from wardround.core.vocab import BadInput, Rejected
from wardround.lake.statements._filing import file_document
from wardround.lake.statements._read import Statements
from wardround.lake.statements._schema import micros

NEW, CHANGED, SAME = "new", "changed", "same"


class Writer:
    """Adds what one sync saw, at `seen_at`. Each method says whether its subject is new, changed or the same as before."""

    def __init__(self, statements: Statements, *, seen_at: datetime) -> None:
        self.db, self.seen_at = statements.db, micros(seen_at)
        self._pack = zstandard.ZstdCompressor(level=3)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing. Raises BadInput when the disk is full, or another sync holds the store for over 30 seconds."""
        try:
            self.db.execute("BEGIN IMMEDIATE")
            yield
            self.db.execute("COMMIT")
        except BaseException as error:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError):
                do = "free some space, or let the other sync end; then run it again: what came before is kept"
                raise BadInput(f"the store cannot be written: {error}", do=do) from None
            raise

    def checkpoint(self) -> None:
        """Within a transaction: what was added so far stays, also when the rest is interrupted."""
        self.db.execute("COMMIT")
        self.db.execute("BEGIN IMMEDIATE")

    def cve(self, record: CveRecord, *, source: str) -> str:
        """One version of one record, its dated facts and its products' names."""
        how = self._keep("cve", record.cve, record.document, (record.published, record.updated, record.rejected), source=source)
        if how != SAME:
            self._facts(record.cve, record.stated)
            rows = [(product, vendor, record.cve) for vendor, product in product_names(record)]
            self.db.executemany("INSERT OR IGNORE INTO name VALUES (?, ?, ?)", rows)
        return how

    def kev(self, entry: KevEntry, *, source: str) -> str:
        """One line of the catalogue."""
        at = entry.stated.stated_at
        how = self._keep("kev", entry.cve, entry.entry, (at, at, None), source=source)
        if how != SAME:
            self._facts(entry.cve, [entry.stated])
        return how

    def document(self, document: Document, *, source: str) -> str:
        """One version of one document (CSAF, OSV, VEX), filed under the CVEs that it speaks of and the names that it gives."""
        times = (document.published, document.updated, document.withdrawn)
        how = self._keep(document.feed, document.subject, document.document, times, source=source, marks=document.marks)
        if how != SAME:
            file_document(self.db, document)
        return how

    def epss(self, day: EpssDay, *, source: str) -> dict[str, int]:
        """One day's scores: how many CVEs are new, how many differ from the day before, how many are the same."""
        at, sha = micros(day.stated_at), _sha(orjson.dumps(day.scores, option=orjson.OPT_SORT_KEYS))
        if not self.release("epss", day.stated_at, sha, source=source):
            return {NEW: 0, CHANGED: 0, SAME: len(day.scores)}
        held = dict(self.db.execute("SELECT cve, score FROM epss WHERE stated_at <= ? ORDER BY cve, stated_at, seen_at", (at,)))
        differing = {cve: score for cve, score in day.scores.items() if held.get(cve) != score}
        add = "INSERT OR REPLACE INTO epss (cve, stated_at, seen_at, score) VALUES (?, ?, ?, ?)"
        self._restate_next_day(at, {cve: held[cve] for cve in differing if cve in held})
        self.db.executemany(add, [(cve, at, self.seen_at, score) for cve, score in differing.items()])
        known = sum(cve in held for cve in differing)
        return {NEW: len(differing) - known, CHANGED: known, SAME: len(day.scores) - len(differing)}

    def _restate_next_day(self, at: int, held: Mapping[str, int]) -> None:
        """A day that comes in late must not speak for the days after it: give the next one the row it did not need before."""
        query = """SELECT stated_at, min(seen_at) FROM release WHERE feed = 'epss' AND stated_at > ?
            GROUP BY stated_at ORDER BY stated_at LIMIT 1"""
        following = self.db.execute(query, (at,)).fetchone()
        if following:
            day, seen_at = following
            has = {cve for (cve,) in self.db.execute("SELECT cve FROM epss WHERE stated_at = ?", (day,))}
            rows = [(cve, day, seen_at, score) for cve, score in held.items() if cve not in has]
            self.db.executemany("INSERT INTO epss (cve, stated_at, seen_at, score) VALUES (?, ?, ?, ?)", rows)

    def release(self, feed: str, stated_at: datetime, sha: bytes, *, source: str) -> bool:
        """That a whole catalogue or day of a feed was released. False when it was known."""
        add = "INSERT OR IGNORE INTO release (feed, stated_at, sha, seen_at, source) VALUES (?, ?, ?, ?, ?)"
        return self.db.execute(add, (feed, micros(stated_at), sha, self.seen_at, source)).rowcount == 1

    def reject(self, feed: str, rejected: Rejected, raw: bytes) -> None:
        """Something broken, kept as it came with the reason."""
        add = "INSERT OR IGNORE INTO rejected (feed, place, what, sha, raw, seen_at) VALUES (?, ?, ?, ?, ?, ?)"
        row = (feed, rejected.where, rejected.what, _sha(raw), self._pack.compress(raw), self.seen_at)
        self.db.execute(add, row)

    def begin(self, source: str) -> int:
        """A sync began: its number."""
        with self.transaction():
            added = self.db.execute("INSERT INTO sync (started_at, source) VALUES (?, ?)", (self.seen_at, source))
        return int(added.lastrowid or 0)

    def finish(self, number: int, report: Mapping[str, Any], *, at: datetime) -> None:
        """A sync ended; `report["reached"]` lists the feeds it brought up to date."""
        text = orjson.dumps(report).decode()
        with self.transaction():
            self.db.execute("UPDATE sync SET finished_at = ?, report = ? WHERE id = ?", (micros(at), text, number))

    def remember(self, name: str, value: str) -> None:
        """How far a feed was read: an ETag, a date. Only this is ever overwritten, because it states nothing."""
        self.db.execute("INSERT OR REPLACE INTO cursor (name, value) VALUES (?, ?)", (name, value))

    def _keep(
        self,
        feed: str,
        subject: str,
        document: Mapping[str, Any],
        times: tuple[datetime, datetime, datetime | None],
        *,
        source: str,
        marks: str = "",
    ) -> str:
        """Add one version of one document; `times` are when it was stated, updated and rejected or withdrawn."""
        raw = _canonical(document, where=source)
        sha = _sha(raw)
        known = {s for (s,) in self.db.execute("SELECT sha FROM statement WHERE feed = ? AND subject = ?", (feed, subject))}
        if sha in known:
            return SAME
        self.db.execute("INSERT OR IGNORE INTO document (sha, raw) VALUES (?, ?)", (sha, self._pack.compress(raw)))
        add = """INSERT INTO statement (feed, subject, stated_at, updated_at, rejected_at, seen_at, source, sha, marks)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""
        stated = (None if t is None else micros(t) for t in times)
        self.db.execute(add, (feed, subject, *stated, self.seen_at, source, sha, marks))
        return CHANGED if known else NEW

    def _facts(self, cve: str, stated: Iterable[Stated]) -> None:
        rows = [(cve, s.key, s.value, s.source, micros(s.stated_at), self.seen_at) for s in stated]
        self.db.executemany(
            "INSERT OR IGNORE INTO fact (cve, key, value, source, stated_at, seen_at) VALUES (?, ?, ?, ?, ?, ?)", rows
        )


def _sha(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()


def _canonical(document: Mapping[str, Any], *, where: str) -> bytes:
    """One spelling for one document: sorted keys, no spaces."""
    try:
        return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:
        raise BadInput(f"the record cannot be kept: {error}", where=where, do="get the file again from its publisher") from None
