"""Filing documents (CSAF, OSV, VEX) under the CVEs that they speak of and the names that they give; also of an older store."""

import sqlite3
from collections.abc import Iterator

import orjson
import zstandard

from wardround.core.advisories import product_names, read_cve
from wardround.core.claims import FEEDS, Document, read_document, subjects, with_documents
from wardround.core.vocab import BadInput

VERSION_1_TO_2 = """
ALTER TABLE statement ADD COLUMN marks TEXT NOT NULL DEFAULT '';
CREATE TABLE spoken (
  cve TEXT NOT NULL, feed TEXT NOT NULL, subject TEXT NOT NULL, PRIMARY KEY (cve, feed, subject)) WITHOUT ROWID;
CREATE INDEX spoken_document ON spoken (feed, subject)"""


def file_document(db: sqlite3.Connection, document: Document) -> None:
    """Say which CVEs the document speaks of, and under which names they can now be found. Nothing is taken away again."""
    spoken = [(subject, document.feed, document.subject) for subject in subjects(document)]
    db.executemany("INSERT OR IGNORE INTO spoken (cve, feed, subject) VALUES (?, ?, ?)", spoken)
    db.executemany("INSERT OR IGNORE INTO name (product, vendor, cve) VALUES (?, ?, ?)", set(names_in(document)))


def names_in(document: Document) -> Iterator[tuple[str, str, str]]:
    """Product and vendor key of everything that it names, each with the vulnerability."""
    for subject in subjects(document):
        advisory = with_documents(None, [(document, document.updated)], subject=subject)
        for vendor, product in product_names(advisory) if advisory else ():
            yield product, vendor, subject


def upgrade(db: sqlite3.Connection, *, unfiled: bool) -> None:
    """From a version that knew fewer names of what records and documents speak of (2, 3); `unfiled`: from version 1.

    That kept CSAF documents without filing them. A document that can no longer be read stays kept, filed as it was.
    """
    for statement in VERSION_1_TO_2.strip().split(";\n") if unfiled else ():
        db.execute(statement)
    unpack = zstandard.ZstdDecompressor()
    _name_again(db, unpack)
    kept = "SELECT s.feed, s.source, d.raw FROM statement s JOIN document d ON d.sha = s.sha WHERE s.feed = ?"
    for feed, source, raw in [row for name in FEEDS for row in db.execute(kept, (name,))]:
        try:
            file_document(db, read_document(orjson.loads(unpack.decompress(raw)), feed=feed, where=source))
        except BadInput:
            continue


def _name_again(db: sqlite3.Connection, unpack: zstandard.ZstdDecompressor) -> None:
    """Every CVE record's names, by today's rule: nothing that is kept may go unfound because it came in before the rule."""
    kept = "SELECT s.subject, s.source, d.raw FROM statement s JOIN document d ON d.sha = s.sha WHERE s.feed = 'cve'"
    for cve, source, raw in db.execute(kept):
        try:
            named = product_names(read_cve(orjson.loads(unpack.decompress(raw)), where=source))
        except BadInput:
            continue
        rows = [(product, vendor, cve) for vendor, product in named]
        db.executemany("INSERT OR IGNORE INTO name (product, vendor, cve) VALUES (?, ?, ?)", rows)
