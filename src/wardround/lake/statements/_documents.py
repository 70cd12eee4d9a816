"""The documents on a CVE (CSAF, OSV, VEX), each in the version that stood at a time."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

import orjson

from wardround.core.claims import Claim, Document, claims, read_document
from wardround.lake.statements._schema import instant

_READY = 64  # documents kept read: one speaks of many CVEs


class Documents:
    """Reads documents back from the store. `unpack` undoes the packing of one, in any thread."""

    def __init__(self, db: sqlite3.Connection, unpack: Callable[[bytes], bytes]) -> None:
        self.db, self._unpack = db, unpack
        self._document = lru_cache(maxsize=_READY)(self._read)

    def standing(self, cve: str, until: int, seen: int) -> list[tuple[Document, datetime]]:
        """Every document on a CVE that had been stated and not withdrawn by `until`, and was seen by `seen`; and its date.

        Of several versions the newest that was stated by then counts; where all that are known are later ones, the oldest of
        them, from the document's first date on, as for CVE records.
        """
        found = []
        for feed, subject in self.db.execute("SELECT feed, subject FROM spoken WHERE cve = ?", (cve,)).fetchall():
            # the plus keeps SQLite from walking a whole feed by date instead of asking for one subject
            query = """SELECT stated_at, updated_at, rejected_at, source, marks, sha FROM statement
                WHERE feed = ? AND subject = ? AND +seen_at <= ? AND +stated_at <= ? ORDER BY +updated_at, id"""
            versions = self.db.execute(query, (feed, subject, seen, until)).fetchall()
            by_then = [version for version in versions if version[1] <= until]
            if not versions:
                continue
            stated, updated, withdrawn, source, marks, sha = by_then[-1] if by_then else versions[0]
            if withdrawn is None or withdrawn > until:
                found.append((self._document(feed, source, marks, sha), instant(updated if by_then else stated)))
        return found

    def claims(self, cve: str, until: int, seen: int) -> tuple[Claim, ...]:
        """What all of them claim, the newest first."""
        told = [claim for document, at in self.standing(cve, until, seen) for claim in claims(document, cve, stated_at=at)]
        return tuple(sorted(told, key=lambda claim: claim.stated_at, reverse=True))

    def _read(self, feed: str, source: str, marks: str, sha: bytes) -> Document:
        """One version as it was read when it came in, without its raw form."""
        (raw,) = self.db.execute("SELECT raw FROM document WHERE sha = ?", (sha,)).fetchone()
        document = read_document(orjson.loads(self._unpack(raw)), feed=feed, where=source, marks=marks)
        return replace(document, document={})
