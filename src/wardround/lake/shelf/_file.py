"""The file of a shelf: its tables, and how it is opened, made anew where it is damaged, and read where it cannot be written."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SHAPE = 4
"""Of the tables; a shelf of another shape is made again."""

TABLES = """
CREATE TABLE plan (
  id INTEGER PRIMARY KEY AUTOINCREMENT, cve TEXT NOT NULL, since INTEGER NOT NULL, seen INTEGER NOT NULL, row BLOB NOT NULL,
  texts BLOB NOT NULL, answers BLOB NOT NULL
);
CREATE INDEX plan_cve ON plan (cve);
CREATE TABLE named (
  product TEXT NOT NULL, vendor TEXT NOT NULL, cve TEXT NOT NULL, plan INTEGER NOT NULL, PRIMARY KEY (product, vendor, cve)
) WITHOUT ROWID;
CREATE INDEX named_cve ON named (cve);
CREATE TABLE bound (
  id INTEGER PRIMARY KEY, product TEXT NOT NULL, vendor TEXT NOT NULL, since INTEGER NOT NULL, seen INTEGER NOT NULL,
  rows BLOB NOT NULL, UNIQUE (product, vendor)
);
CREATE TABLE joint (plans TEXT PRIMARY KEY, cve TEXT NOT NULL, plan INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX joint_cve ON joint (cve);
CREATE TABLE answer (
  subject BLOB NOT NULL, cve TEXT NOT NULL, since INTEGER NOT NULL, seen INTEGER NOT NULL, answer BLOB NOT NULL,
  PRIMARY KEY (subject, cve)
) WITHOUT ROWID;
CREATE INDEX answer_cve ON answer (cve);
CREATE TABLE filled (cve TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE state (made_at INTEGER NOT NULL, store TEXT NOT NULL);
INSERT INTO state VALUES (0, '')
"""
# `plan` and `named` hold rows, and `bound` all rows of a name in one piece, for reading; `joint` the row of a product that goes
# by the names of several plans at once; `answer` what was answered on one subject where no row tells; `filled` the records that
# have a row for each of their names. `made_at` is the newest statement of the store that the shelf knows of, and `store` says
# what that statement is: statements are only ever added, so that a store with another one there, or none, is another store
# (synced anew, or from a backup), of which nothing here holds. `since` is when all that was stated on a record had come into
# force, `seen` when it had come here: at an earlier time something else answers.

PATIENCE = 5.0
"""Seconds to wait for another process before doing without a shelf."""


def connect(path: Path) -> sqlite3.Connection:
    """The file, made when it is absent; a fresh one in place of a damaged one; else one in memory that is gone afterwards."""
    for address in (path, path, ":memory:"):
        try:
            if not path.exists() and address is path:
                _remove_others(path)
            return made(address)
        except sqlite3.OperationalError:
            if path.is_file() and (found := readable(path)):
                return found
        except sqlite3.DatabaseError:
            with suppress(OSError):
                path.unlink()
    raise AssertionError("a shelf in memory can always be made")


def made(address: Path | str) -> sqlite3.Connection:
    """The file with its tables. Raises sqlite3.DatabaseError for one of another shape, or that is broken or in use."""
    db = sqlite3.connect(address, timeout=PATIENCE, isolation_level=None)
    try:
        _prepare(db)
    except BaseException:
        db.close()
        raise
    return db


def _prepare(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA page_size = 16384")  # of a new file: most names' rows then stand on one page
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("PRAGMA mmap_size = 1073741824")  # read in place: most of the time goes into copying pages
    with transaction(db):
        (shape,) = db.execute("PRAGMA user_version").fetchone()
        if shape not in (0, SHAPE):
            raise sqlite3.DatabaseError("tables of another shape")
        if not shape:
            for table in TABLES.strip().split(";\n"):
                db.execute(table)
            db.execute(f"PRAGMA user_version = {SHAPE}")


def readable(path: Path) -> sqlite3.Connection | None:
    """A shelf that can be read where nothing can be written."""
    with suppress(sqlite3.DatabaseError):
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        if db.execute("PRAGMA user_version").fetchone() == (SHAPE,):
            return db
    return None


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All of it, or nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _remove_others(path: Path) -> None:
    """Shelves of other states of the program."""
    for other in path.parent.glob("compiled-*.sqlite3"):
        with suppress(OSError):
            other.unlink()
