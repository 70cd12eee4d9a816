"""What records say of their products, worked out in advance (`core.matching._compiled`), in a file that may be deleted any time.

It stands beside the statements and is never the truth: it holds for one state of the program (`_digest`) and grows with the
store. A row holds as long as nothing new is stated on its record; what was restated is dropped when the shelf is opened.
"""

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import orjson

import wardround
from wardround.core.advisories import Advisory
from wardround.core.matching._compiled import LONG, Row
from wardround.core.matching._model import Subject
from wardround.core.names._keys import Name
from wardround.lake.statements import Statements
from wardround.lake.statements._schema import micros

ROOMS = ("advisories", "claims", "matching", "names", "versions", "vocab")
"""What a row depends on beside its record."""

TABLES = """
CREATE TABLE plan (id INTEGER PRIMARY KEY AUTOINCREMENT, cve TEXT NOT NULL, since INTEGER NOT NULL, row TEXT NOT NULL);
CREATE INDEX plan_cve ON plan (cve);
CREATE TABLE named (
  product TEXT NOT NULL, vendor TEXT NOT NULL, cve TEXT NOT NULL, plan INTEGER NOT NULL, PRIMARY KEY (product, vendor, cve)
) WITHOUT ROWID;
CREATE TABLE answer (
  subject BLOB NOT NULL, cve TEXT NOT NULL, since INTEGER NOT NULL, answer TEXT NOT NULL, PRIMARY KEY (subject, cve)
) WITHOUT ROWID;
CREATE INDEX answer_cve ON answer (cve);
CREATE TABLE state (made_at INTEGER NOT NULL);
INSERT INTO state VALUES (0)
"""
# `plan` and `named` hold rows; `answer` what was answered on one subject where no row tells. `made_at` is the newest statement
# of the store that the shelf knows of. `since` is when the version of the record came into force: at an earlier time another
# one answers. A plan that was dropped leaves names without one, which are overwritten.

_PATIENCE = 5.0
"""Seconds to wait for another process before doing without a shelf."""

_STATED = "SELECT coalesce(max(id), 0) FROM statement"
_RESTATED = """SELECT subject FROM statement WHERE id > ?1 AND feed = 'cve' UNION
    SELECT k.cve FROM statement s JOIN spoken k ON k.feed = s.feed AND k.subject = s.subject WHERE s.id > ?1 AND s.feed != 'cve'"""
_NEWEST = """SELECT sha, max(stated_at, coalesce(rejected_at, 0)) FROM statement WHERE feed = 'cve' AND subject = ?
    ORDER BY +updated_at DESC, id DESC LIMIT 1"""
_SPOKEN = "SELECT 1 FROM spoken WHERE cve = ? LIMIT 1"
_ROWS = """SELECT '[' || group_concat(p.row) || ']' FROM named n JOIN plan p ON p.id = n.plan
    WHERE n.product = ? AND n.vendor = ? AND p.since <= ?"""
_ANSWERS = "SELECT cve, answer FROM answer WHERE subject = ? AND since <= ?"


class Shelf:
    """The rows that hold at a time. What is kept is written when the shelf is closed, wholly or not at all."""

    def __init__(self, db: sqlite3.Connection, statements: Statements, *, at: datetime, stated: int) -> None:
        self._db, self._statements, self._at, self._stated = db, statements, micros(at), stated
        self._kept: list[_Kept] = []
        self._stale: frozenset[str] = frozenset()

    def rows(self, name: Name) -> Mapping[str, Row]:
        """The rows of a vendor and product key, by CVE."""
        found = self._read(_ROWS, (name[1], name[0], self._at))
        return {row[0]: row for (text,) in found if text for row in orjson.loads(text) if row[0] not in self._stale}

    def answers(self, subject: Subject) -> Mapping[str, Sequence[Any]]:
        """What was answered on a subject where no row tells, by CVE."""
        found = self._read(_ANSWERS, (_key(subject), self._at))
        return {cve: orjson.loads(answer) for cve, answer in found if cve not in self._stale}

    def _read(self, query: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        """Nothing where the file is broken, or in use for long: it is a cache."""
        try:
            return self._db.execute(query, values).fetchall()
        except sqlite3.DatabaseError:
            return []

    def keep(
        self, advisory: Advisory, *, rows: Iterable[tuple[Name, Row]], answers: Iterable[tuple[Subject, Sequence[Any]]]
    ) -> None:
        """Keep rows and answers of a record that is in its newest version, and of which no document speaks."""
        newest = self._statements.db.execute(_NEWEST, (advisory.cve,)).fetchone()
        if newest and newest[0].hex() == advisory.sha256 and not self._statements.db.execute(_SPOKEN, (advisory.cve,)).fetchone():
            self._kept.append(_Kept(advisory.cve, newest[1], list(rows), list(answers)))

    def write(self) -> None:
        """Write what was kept, unless somebody brought the shelf to another state of the store meanwhile."""
        kept, self._kept = self._kept, []
        with _transaction(self._db):
            if self._db.execute("SELECT made_at FROM state").fetchone() == (self._stated,):
                for one in kept:
                    self._put(one)

    def _put(self, kept: "_Kept") -> None:
        """Rows of one record: a plan for each different one, and the names that share it; then its answers."""
        plans: dict[int, int] = {}
        for _, row in kept.rows:
            if id(row) not in plans:
                add = "INSERT INTO plan (cve, since, row) VALUES (?, ?, ?)"
                plans[id(row)] = self._db.execute(add, (kept.cve, kept.since, _written(row))).lastrowid or 0
        put = "INSERT OR REPLACE INTO named (product, vendor, cve, plan) VALUES (?, ?, ?, ?)"
        self._db.executemany(put, [(product, vendor, kept.cve, plans[id(row)]) for (vendor, product), row in kept.rows])
        put = "INSERT OR REPLACE INTO answer (subject, cve, since, answer) VALUES (?, ?, ?, ?)"
        self._db.executemany(put, [(_key(s), kept.cve, kept.since, text) for s, a in kept.answers if (text := _dumped(a))])

    def bring_up_to_date(self) -> None:
        """Drop the rows of every record on which something was stated since; where that cannot be written, pass them over."""
        made_at = self._db.execute("SELECT made_at FROM state").fetchone()[0]
        if made_at == self._stated:
            return
        restated = [cve for (cve,) in self._statements.db.execute(_RESTATED, (made_at,))] if made_at else []
        try:
            with _transaction(self._db):
                for table in ("plan", "answer"):
                    self._db.executemany(f"DELETE FROM {table} WHERE cve = ?", [(cve,) for cve in restated])  # noqa: S608
                self._db.execute("UPDATE state SET made_at = ?", (self._stated,))
        except sqlite3.OperationalError:
            self._stale = frozenset(restated)


class _Kept(NamedTuple):
    """What is to be written of one record."""

    cve: str
    since: int
    rows: list[tuple[Name, Row]]
    answers: list[tuple[Subject, Sequence[Any]]]


def _key(subject: Subject) -> bytes:
    return hashlib.blake2b(repr(subject).encode(errors="backslashreplace"), digest_size=16).digest()


def _written(row: Row) -> str:
    return _dumped(row) or _dumped([row[0], row[1] | LONG, [], [], [-1], {}, []])


def _dumped(stated: Sequence[Any]) -> str:
    """Empty for what JSON cannot hold (half characters that a record has): such a one is always read as it stands."""
    try:
        return orjson.dumps(stated).decode()
    except TypeError:
        return ""


@contextmanager
def shelf(folder: Path, statements: Statements, *, at: datetime) -> Iterator[Shelf]:
    """The shelf beside the statements of a folder. One that cannot be written is read; one that cannot be read is an empty one."""
    path = folder / f"compiled-{_digest()}.sqlite3"
    with closing(_connect(path)) as db:
        (stated,) = statements.db.execute(_STATED).fetchone()
        opened = Shelf(db, statements, at=at, stated=stated)
        opened.bring_up_to_date()
        yield opened
        try:
            opened.write()
        except sqlite3.OperationalError:  # full, in use, or not to be written: nothing is kept then
            return
        except sqlite3.DatabaseError:
            path.unlink(missing_ok=True)


def _connect(path: Path) -> sqlite3.Connection:
    """The file, made when it is absent; a fresh one in place of a damaged one; else one in memory that is gone afterwards."""
    for address in (path, path, ":memory:"):
        try:
            if not path.exists() and address is path:
                _remove_others(path)
            db = sqlite3.connect(address, timeout=_PATIENCE, isolation_level=None)
            try:
                _prepare(db)
            except BaseException:
                db.close()
                raise
            return db
        except sqlite3.OperationalError:
            if path.is_file() and (found := _readable(path)):
                return found
        except sqlite3.DatabaseError:
            with suppress(OSError):
                path.unlink()
    raise AssertionError("a shelf in memory can always be made")


def _prepare(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("PRAGMA mmap_size = 1073741824")  # read in place: most of the time goes into copying pages
    with _transaction(db):
        if db.execute("PRAGMA user_version").fetchone() == (0,):
            for table in TABLES.strip().split(";\n"):
                db.execute(table)
            db.execute("PRAGMA user_version = 1")


def _readable(path: Path) -> sqlite3.Connection | None:
    """A shelf that can be read where nothing can be written."""
    with suppress(sqlite3.DatabaseError):
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        if db.execute("PRAGMA user_version").fetchone() == (1,):
            return db
    return None


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
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


@cache
def _digest() -> str:
    """The state of the program: its version, and every file of the rooms that a row depends on."""
    told = hashlib.sha256(wardround.__version__.encode())
    core = Path(wardround.__file__).with_name("core")
    for room in ROOMS:
        for folder, _, files in sorted(os.walk(core / room)):
            for name in sorted(files):
                if name.endswith((".py", ".json")):
                    about = (Path(folder) / name).stat()
                    told.update(f"{room}/{name} {about.st_size} {about.st_mtime_ns}\n".encode())
    return told.hexdigest()[:16]
