"""What records say of their products, worked out in advance (`core.matching._compiled`), in a file that may be deleted any time.

It stands beside the statements and is never the truth: it holds for one state of the program and one store, and grows with
it. A row holds as long as nothing new is stated on its record; what was restated is dropped when the shelf is opened.
"""

import hashlib
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from wardround.core.advisories import Advisory
from wardround.core.matching._model import Subject
from wardround.core.matching._rows import Row, Written, as_kept, written
from wardround.core.matching._shelf import Names, Rows
from wardround.core.names._keys import Name
from wardround.lake.program import program
from wardround.lake.statements import Statements
from wardround.lake.statements._schema import END, micros

SHAPE = 3
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
# `plan` and `named` hold rows; `joint` the row of a product that goes by the names of
# several plans at once; `answer` what was answered on one subject where no
# row tells; `filled` the records that have a row for each of their names. `made_at` is the newest statement of the store that
# the shelf knows of, and `store` says what that statement is: statements are only ever added, so that a store with another one
# there, or none, is another store (synced anew, or from a backup), of which nothing here holds. `since` is when all that was
# stated on a record had come into force, `seen` when it had come here: at an earlier time something else answers. A plan that
# was dropped leaves names without one, which are overwritten.

_PATIENCE = 5.0
"""Seconds to wait for another process before doing without a shelf."""
_LARGEST = 1_000_000_000
"""Bytes; a shelf beyond it forgets its answers on single subjects, which grow with every version that is asked about."""

_STATED = "SELECT coalesce(max(id), 0) FROM statement"
_STORE = "SELECT feed || ' ' || subject || ' ' || hex(sha) || ' ' || seen_at FROM statement WHERE id = ?"
_STATE = "SELECT made_at, store FROM state"
_RESTATED = """SELECT subject FROM statement WHERE id > ?1 AND feed = 'cve' UNION
    SELECT k.cve FROM statement s JOIN spoken k ON k.feed = s.feed AND k.subject = s.subject WHERE s.id > ?1 AND s.feed != 'cve'"""
_NEWEST = """SELECT sha, max(stated_at, coalesce(rejected_at, 0)) FROM statement WHERE feed = 'cve' AND subject = ?
    ORDER BY +updated_at DESC, id DESC LIMIT 1"""
_SPOKEN = """SELECT max(max(s.stated_at, s.updated_at, coalesce(s.rejected_at, 0))), max(s.seen_at)
    FROM spoken k JOIN statement s ON s.feed = k.feed AND s.subject = k.subject WHERE k.cve = ?"""
_SEEN = "SELECT max(seen_at) FROM statement WHERE feed = 'cve' AND subject = ?"
_ASKED = "CREATE TEMP TABLE IF NOT EXISTS asked (n INTEGER PRIMARY KEY, product TEXT NOT NULL, vendor TEXT NOT NULL)"
_NAMED = """SELECT a.n, p.id, p.row, p.texts, p.answers FROM asked a
    CROSS JOIN named m ON m.product = a.product AND m.vendor = a.vendor CROSS JOIN plan p ON p.id = m.plan
    WHERE p.since <= ? AND p.seen <= ? ORDER BY a.n"""
_PLANS = """SELECT id, row, texts, answers FROM plan
    WHERE id IN (SELECT value FROM json_each(?)) AND since <= ? AND seen <= ?"""
_JOINT = "SELECT j.plans, j.plan FROM json_each(?) a CROSS JOIN joint j ON j.plans = a.value"
_PLAN_OF = "SELECT plan FROM named WHERE product = ? AND vendor = ? AND cve = ?"
_ANY_ANSWER = "SELECT 1 FROM answer LIMIT 1"
_ANSWERS = "SELECT cve, answer FROM answer WHERE subject = ? AND since <= ? AND seen <= ?"
_ID = 7
"""The place of its number in a row that was read."""


class Shelf:
    """The rows that hold at a time. What is kept is written when the shelf is closed, wholly or not at all."""

    def __init__(
        self, path: Path, db: sqlite3.Connection, statements: Statements, *, at: datetime, seen_by: datetime | None
    ) -> None:
        self._path, self._db, self._statements, self._at = path, db, statements, micros(at)
        self._seen = END if seen_by is None else micros(seen_by)
        stated = statements.db.execute(_STATED).fetchone()[0]
        self._state = stated, self._store(stated)
        self._kept: list[_Kept] = []
        self._stale: frozenset[str] = frozenset()
        self._void = False
        self._plans: dict[int, Row] = {}

    def rows(self, names: Collection[Name]) -> Mapping[Name, Mapping[str, Row]]:
        """The rows of vendor and product keys, by CVE. Names under which a record says the same share one row."""
        listed = list(names)
        found: dict[Name, dict[str, Row]] = {name: {} for name in listed}
        for n, *plan in self._read_plans(listed):
            if (row := self._row(*plan)) is not None:
                found[listed[n]][row[0]] = row
        return found

    def joined(self, several: Sequence[Rows]) -> Sequence[Row | None]:
        """For each of these different rows of one record the row of a product that goes by all their names at once."""
        keys = [_together(row[_ID] for row in rows) for rows in several]
        places = dict(self._read(_JOINT, (orjson.dumps(keys).decode(),))) if keys else {}
        ids = orjson.dumps(sorted({*places.values()})).decode()
        rows = {plan: self._row(plan, *kept) for plan, *kept in self._read(_PLANS, (ids, self._at, self._seen))}
        return [rows.get(places.get(key)) for key in keys]

    def _row(self, plan: int, head: bytes, texts: bytes, answers: bytes) -> Row | None:
        """One row for all that share it; None where its record was restated."""
        row = self._plans.get(plan)
        if row is None:
            row = self._plans[plan] = as_kept(head, texts, answers)
            row.append(plan)
        return None if row[0] in self._stale else row

    def _read_plans(self, listed: list[Name]) -> list[tuple[Any, ...]]:
        """The plans of each name, by its place in the list."""
        if self._void:
            return []
        try:
            self._db.execute(_ASKED)
            self._db.execute("BEGIN")
            add = "INSERT INTO asked VALUES (?, ?, ?)"
            self._db.executemany(add, ((n, product, vendor) for n, (vendor, product) in enumerate(listed)))
            return self._db.execute(_NAMED, (self._at, self._seen)).fetchall()
        except (sqlite3.DatabaseError, UnicodeEncodeError):
            return []
        finally:
            with suppress(sqlite3.DatabaseError):
                self._db.execute("ROLLBACK")

    def answers(self, subjects: Collection[Subject]) -> Mapping[Subject, Mapping[str, Sequence[Any]]]:
        """What was answered on subjects where no row tells, by CVE."""
        listed = {_key(subject): subject for subject in subjects}
        found: dict[Subject, dict[str, Sequence[Any]]] = {}
        if listed and self._read(_ANY_ANSWER, ()):
            known: dict[bytes, Sequence[Any]] = {}
            for key, subject in listed.items():
                told: dict[str, Sequence[Any]] = {}
                found[subject] = told
                for cve, answer in self._read(_ANSWERS, (key, self._at, self._seen)):
                    if cve not in self._stale:
                        if answer not in known:
                            known[answer] = orjson.loads(answer)
                        told[cve] = known[answer]
        return found

    def _read(self, query: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        """Nothing where the file is broken, in use for long, or of another store: it is a cache."""
        if self._void:
            return []
        try:
            return self._db.execute(query, values).fetchall()
        except sqlite3.DatabaseError:
            return []

    def keep(
        self,
        advisory: Advisory,
        *,
        rows: Iterable[tuple[Name, Row]],
        joint: Iterable[tuple[Names, Row]],
        answers: Iterable[tuple[Subject, Sequence[Any]]],
        whole: bool = False,
    ) -> None:
        """Keep rows and answers of a record where all that was ever stated on it is in force. `whole`: of all its names."""
        ask = self._statements.db.execute
        newest, (spoken, told) = ask(_NEWEST, (advisory.cve,)).fetchone(), ask(_SPOKEN, (advisory.cve,)).fetchone()
        since = max(newest[1] if newest else 0, spoken or 0)
        if since <= self._at and (newest[0].hex() == advisory.sha256 if newest else spoken is not None):
            seen = max(ask(_SEEN, (advisory.cve,)).fetchone()[0] or 0, told or 0)
            if seen <= self._seen:
                self._kept.append(_Kept(advisory.cve, since, seen, list(rows), list(joint), list(answers), whole))

    def lacking(self, cves: Iterable[str]) -> list[str]:
        """Those of these records that do not have a row for each of their names."""
        filled = {cve for (cve,) in self._read("SELECT cve FROM filled", ())}
        return [cve for cve in cves if cve not in filled]

    def write(self) -> bool:
        """Write what was kept, unless somebody brought the shelf to another state of the store meanwhile. Whether it is there now.

        What cannot be written (full, in use) is dropped; a file that is broken goes.
        """
        kept, self._kept = self._kept, []
        try:
            return not kept or self._put_all(kept)
        except sqlite3.OperationalError:
            return False
        except sqlite3.DatabaseError:
            self.discard()
            return False

    def _put_all(self, kept: "list[_Kept]") -> bool:
        with _transaction(self._db):
            if self._db.execute(_STATE).fetchone() != self._state:
                return False
            (last,) = self._db.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence").fetchone()
            for one in kept:
                last = self._put(one, last)
            pages = self._db.execute("PRAGMA page_count").fetchone()[0] * self._db.execute("PRAGMA page_size").fetchone()[0]
            if pages > _LARGEST:
                self._db.execute("DELETE FROM answer")
        return True

    def discard(self) -> None:
        """Remove a broken file, and say nothing more from it."""
        self._void = True
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def _put(self, kept: "_Kept", last: int) -> int:
        """Rows of one record: a plan for each different one, and the names that share it; then its answers. The last plan's id."""
        plans: dict[Written, int] = {}
        by_row: dict[int, int] = {}
        for _, row in (*kept.rows, *kept.joint):
            if id(row) not in by_row:
                by_row[id(row)] = plans.setdefault(written(row), last + 1 + len(plans))
        add = "INSERT INTO plan (id, cve, since, seen, row, texts, answers) VALUES (?, ?, ?, ?, ?, ?, ?)"
        self._db.executemany(add, [(plan, kept.cve, kept.since, kept.seen, *text) for text, plan in plans.items()])
        put = "INSERT OR REPLACE INTO named (product, vendor, cve, plan) VALUES (?, ?, ?, ?)"
        self._db.executemany(put, [(product, vendor, kept.cve, by_row[id(row)]) for (vendor, product), row in kept.rows])
        for names, row in kept.joint:
            of = [self._db.execute(_PLAN_OF, (product, vendor, kept.cve)).fetchone() for vendor, product in names]
            if len(found := {plan for (plan,) in filter(None, of)}) > 1:
                self._db.execute("INSERT OR REPLACE INTO joint VALUES (?, ?, ?)", (_together(found), kept.cve, by_row[id(row)]))
        put = "INSERT OR REPLACE INTO answer (subject, cve, since, seen, answer) VALUES (?, ?, ?, ?, ?)"
        told = [(_key(s), kept.cve, kept.since, kept.seen, text) for s, a in kept.answers if (text := _dumped(a))]
        self._db.executemany(put, told)
        if kept.whole:
            self._db.execute("INSERT OR REPLACE INTO filled VALUES (?)", (kept.cve,))
        return last + len(plans)

    def bring_up_to_date(self) -> None:
        """Drop the rows of every record on which something was stated since, and of another store all.

        Where they cannot be dropped they are passed over. Raises sqlite3.DatabaseError for a file that is broken.
        """
        try:
            if self._db.execute(_STATE).fetchone() != self._state:
                self._drop()
        except sqlite3.OperationalError:
            self._pass_over()

    def _drop(self) -> None:
        with _transaction(self._db):
            restated = self._restated()
            if restated is None:
                for table in ("plan", "named", "joint", "answer", "filled"):
                    self._db.execute(f"DELETE FROM {table}")  # noqa: S608
            else:
                for table in ("plan", "joint", "answer", "filled"):
                    self._db.executemany(f"DELETE FROM {table} WHERE cve = ?", [(cve,) for cve in restated])  # noqa: S608
            self._db.execute("DELETE FROM state")
            self._db.execute("INSERT INTO state VALUES (?, ?)", self._state)

    def _pass_over(self) -> None:
        try:
            restated = self._restated()
        except sqlite3.OperationalError:
            restated = None
        self._void, self._stale = restated is None, frozenset(restated or ())

    def _restated(self) -> list[str] | None:
        """The records on which something was stated since the shelf was brought up to date; None where it is of another store."""
        made_at, store = self._db.execute(_STATE).fetchone() or (0, None)
        if store != self._store(made_at):
            return None
        return [cve for (cve,) in self._statements.db.execute(_RESTATED, (made_at,))] if made_at else []

    def _store(self, number: int) -> str:
        """What the statement of this number is: it tells a store from every other one. Empty where there is none."""
        found = self._statements.db.execute(_STORE, (number,)).fetchone()
        return found[0] if found else ""


class _Kept(NamedTuple):
    """What is to be written of one record."""

    cve: str
    since: int
    seen: int
    rows: list[tuple[Name, Row]]
    joint: list[tuple[Names, Row]]
    answers: list[tuple[Subject, Sequence[Any]]]
    whole: bool


def _together(plans: Iterable[int]) -> str:
    return " ".join(map(str, sorted(plans)))


def _key(subject: Subject) -> bytes:
    return hashlib.blake2b(repr(subject).encode(errors="backslashreplace"), digest_size=16).digest()


def _dumped(stated: Sequence[Any]) -> bytes:
    """Empty for what JSON cannot hold (half characters that a record has): such a one is always read as it stands."""
    try:
        return orjson.dumps(stated)
    except TypeError:
        return b""


@contextmanager
def shelf(folder: Path, statements: Statements, *, at: datetime, seen_by: datetime | None = None) -> Iterator[Shelf]:
    """The shelf beside the statements of a folder, of what had been stated by `at` and, if it is given, was here by `seen_by`.

    One that cannot be written is read; one that cannot be read is an empty one.
    """
    opened = _opened(folder / f"compiled-{program()}.sqlite3", statements, at=at, seen_by=seen_by)
    with closing(opened):
        yield opened
        opened.write()


def _opened(path: Path, statements: Statements, *, at: datetime, seen_by: datetime | None) -> Shelf:
    """Brought up to date; a fresh one in place of one that turns out to be broken."""
    for _ in range(2):
        opened = Shelf(path, _connect(path), statements, at=at, seen_by=seen_by)
        try:
            opened.bring_up_to_date()
        except sqlite3.DatabaseError:
            opened.discard()
            opened.close()
        else:
            return opened
    empty = Shelf(path, _made(":memory:"), statements, at=at, seen_by=seen_by)
    empty.bring_up_to_date()
    return empty


def _connect(path: Path) -> sqlite3.Connection:
    """The file, made when it is absent; a fresh one in place of a damaged one; else one in memory that is gone afterwards."""
    for address in (path, path, ":memory:"):
        try:
            if not path.exists() and address is path:
                _remove_others(path)
            return _made(address)
        except sqlite3.OperationalError:
            if path.is_file() and (found := _readable(path)):
                return found
        except sqlite3.DatabaseError:
            with suppress(OSError):
                path.unlink()
    raise AssertionError("a shelf in memory can always be made")


def _made(address: Path | str) -> sqlite3.Connection:
    db = sqlite3.connect(address, timeout=_PATIENCE, isolation_level=None)
    try:
        _prepare(db)
    except BaseException:
        db.close()
        raise
    return db


def _prepare(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("PRAGMA mmap_size = 1073741824")  # read in place: most of the time goes into copying pages
    with _transaction(db):
        (shape,) = db.execute("PRAGMA user_version").fetchone()
        if shape not in (0, SHAPE):
            raise sqlite3.DatabaseError("tables of another shape")
        if not shape:
            for table in TABLES.strip().split(";\n"):
                db.execute(table)
            db.execute(f"PRAGMA user_version = {SHAPE}")


def _readable(path: Path) -> sqlite3.Connection | None:
    """A shelf that can be read where nothing can be written."""
    with suppress(sqlite3.DatabaseError):
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        if db.execute("PRAGMA user_version").fetchone() == (SHAPE,):
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
