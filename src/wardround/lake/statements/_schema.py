"""The store on disk: one SQLite file, many readers beside one writer. Rows are only ever added."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from wardround.core.vocab import BadInput
from wardround.lake.statements._filing import upgrade

FILE = "statements.sqlite3"
VERSION = 5
_FILED = 2
"""The first version that filed documents."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
END = 2**62  # later than any time the calendar holds, in microseconds

# Times are microseconds since 1970, UTC. `document.raw` is zstd over JSON with sorted keys, so that the same record has the
# same sha whichever way it was laid out. `fact` holds what counts by its own date (SSVC, KEV). `epss` has a row only
# where a CVE's score differs from the day before: a year of full files would be some 100 million rows. `spoken` says which
# documents (CSAF, OSV, VEX) ever spoke of a CVE; what they say at a time is read from the version in force. `statement.rejected_at`
# is also when a document was withdrawn; `statement.marks` says why one that can be read is not valid.
TABLES = """
CREATE TABLE document (sha BLOB NOT NULL UNIQUE, raw BLOB NOT NULL);
CREATE TABLE statement (
  id INTEGER PRIMARY KEY, feed TEXT NOT NULL, subject TEXT NOT NULL, stated_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  rejected_at INTEGER, seen_at INTEGER NOT NULL, source TEXT NOT NULL, sha BLOB NOT NULL,
  marks TEXT NOT NULL DEFAULT '', UNIQUE (feed, subject, sha));
CREATE INDEX statement_stated ON statement (feed, stated_at);
CREATE INDEX statement_updated ON statement (feed, updated_at);
CREATE INDEX statement_seen ON statement (seen_at);
CREATE TABLE fact (
  cve TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, source TEXT NOT NULL, stated_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL, PRIMARY KEY (cve, key, stated_at, value, source)) WITHOUT ROWID;
CREATE INDEX fact_stated ON fact (stated_at);
CREATE INDEX fact_seen ON fact (seen_at);
CREATE TABLE name (
  product TEXT NOT NULL, vendor TEXT NOT NULL, cve TEXT NOT NULL, PRIMARY KEY (product, vendor, cve)) WITHOUT ROWID;
CREATE INDEX name_cve ON name (cve);
CREATE TABLE spoken (
  cve TEXT NOT NULL, feed TEXT NOT NULL, subject TEXT NOT NULL, PRIMARY KEY (cve, feed, subject)) WITHOUT ROWID;
CREATE INDEX spoken_document ON spoken (feed, subject);
CREATE TABLE epss (
  cve TEXT NOT NULL, stated_at INTEGER NOT NULL, seen_at INTEGER NOT NULL, score INTEGER NOT NULL,
  PRIMARY KEY (cve, stated_at, seen_at)) WITHOUT ROWID;
CREATE TABLE release (
  feed TEXT NOT NULL, stated_at INTEGER NOT NULL, sha BLOB NOT NULL, seen_at INTEGER NOT NULL, source TEXT NOT NULL,
  PRIMARY KEY (feed, stated_at, sha)) WITHOUT ROWID;
CREATE TABLE rejected (
  feed TEXT NOT NULL, place TEXT NOT NULL, what TEXT NOT NULL, sha BLOB NOT NULL, raw BLOB NOT NULL, seen_at INTEGER NOT NULL,
  UNIQUE (feed, place, sha));
CREATE TABLE sync (id INTEGER PRIMARY KEY, started_at INTEGER NOT NULL, finished_at INTEGER, source TEXT NOT NULL, report TEXT);
CREATE TABLE cursor (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


def micros(at: datetime) -> int:
    """Microseconds since 1970."""
    return (at - EPOCH) // MICROSECOND


def instant(stored: int) -> datetime:
    """The aware UTC time of stored microseconds."""
    return EPOCH + stored * MICROSECOND


def connect(folder: Path, *, write: bool) -> sqlite3.Connection:
    """A connection to the store in `folder`; with `write`, it is made when absent.

    Raises BadInput: nothing is there yet, it was made by a newer version, or the file is no such store.
    """
    path = folder / FILE
    if not write and not path.is_file():
        raise BadInput("no advisories are here yet", where=str(folder), do="run `wardround feeds sync` first")
    if write:
        folder.mkdir(parents=True, exist_ok=True)
    with opening(path):
        target = _frozen(path) if not write else ""
        db = sqlite3.connect(target or path, uri=bool(target), timeout=30, isolation_level=None, check_same_thread=False)
        try:
            _prepare(db, write=write)
            if not write and not target and _version(db) < VERSION:
                with closing(connect(folder, write=True)):
                    pass  # brought up to date
            _look(db, write=write)
        except BaseException:
            db.close()
            raise
    return db


def _frozen(path: Path) -> str:
    """The address to read a store by where nothing can be written beside it (a disc, a share); else empty."""
    unfinished = path.with_name(f"{path.name}-wal")
    writable = os.access(path.parent, os.W_OK) or unfinished.exists()
    return "" if writable else f"{path.absolute().as_uri()}?immutable=1"


@contextmanager
def opening(path: Path) -> Iterator[None]:
    """What SQLite finds wrong with the file, as something that a person can act on."""
    try:
        yield
    except sqlite3.OperationalError as error:  # locked, read-only, full
        raise BadInput(f"the store cannot be used: {error}", where=str(path), do="check space, rights and other syncs") from None
    except sqlite3.DatabaseError as error:
        do = "move the file away and run `wardround feeds sync` again"
        raise BadInput(f"the store is damaged: {error}", where=str(path), do=do) from None


def _prepare(db: sqlite3.Connection, *, write: bool) -> None:
    """Make the tables when a writer finds none, and bring an older store up to date; both wholly or not at all."""
    if write:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("BEGIN IMMEDIATE")
        if _version(db) == 0:
            for table in TABLES.split(";\n"):
                db.execute(table)
        elif _version(db) < VERSION:
            upgrade(db, unfiled=_version(db) < _FILED)
        db.execute("CREATE INDEX IF NOT EXISTS name_cve ON name (cve)")  # without it a store is read as well, only slower
        if _version(db) < VERSION:
            db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")
    elif _version(db) == 0:
        raise BadInput("no advisories are here yet", where=FILE, do="run `wardround feeds sync` first")


def _look(db: sqlite3.Connection, *, write: bool) -> None:
    """Refuse a store that a newer program made; read one of the last version where it cannot be brought up to date."""
    version = _version(db)
    if version > VERSION:
        raise BadInput(f"the store has version {version}, this program reads {VERSION}", where=FILE, do="use a newer wardround")
    if version < _FILED:
        db.execute("CREATE TEMP TABLE spoken (cve TEXT, feed TEXT, subject TEXT)")
    if not write:
        db.execute("PRAGMA query_only = 1")


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])
