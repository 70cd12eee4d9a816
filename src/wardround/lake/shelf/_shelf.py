"""A shelf that was opened: what it holds at a time, and what is kept for the next one."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from wardround.core.advisories import Advisory
from wardround.core.matching._model import Subject
from wardround.core.matching._rows import Row, as_kept
from wardround.core.matching._shelf import Names, Rows
from wardround.core.names._keys import Name
from wardround.lake.program import program
from wardround.lake.shelf._file import connect, made, transaction
from wardround.lake.shelf._keep import Kept, bind, in_pieces, key, put_all, together
from wardround.lake.shelf._state import State
from wardround.lake.statements import Statements
from wardround.lake.statements._schema import END, micros

_NEWEST = """SELECT sha, max(stated_at, coalesce(rejected_at, 0)) FROM statement WHERE feed = 'cve' AND subject = ?
    ORDER BY +updated_at DESC, id DESC LIMIT 1"""
_SPOKEN = """SELECT max(max(s.stated_at, s.updated_at, coalesce(s.rejected_at, 0))), max(s.seen_at)
    FROM spoken k JOIN statement s ON s.feed = k.feed AND s.subject = k.subject WHERE k.cve = ?"""
_SEEN = "SELECT max(seen_at) FROM statement WHERE feed = 'cve' AND subject = ?"
_ASKED = "CREATE TEMP TABLE IF NOT EXISTS asked (n INTEGER PRIMARY KEY, product TEXT NOT NULL, vendor TEXT NOT NULL)"
_BOUND = """SELECT a.n, b.rows FROM asked a CROSS JOIN bound b ON b.product = a.product AND b.vendor = a.vendor
    WHERE b.since <= ? AND b.seen <= ?"""
_NAMED = """SELECT a.n, p.id, p.row, p.texts, p.answers FROM asked a
    CROSS JOIN named m ON m.product = a.product AND m.vendor = a.vendor CROSS JOIN plan p ON p.id = m.plan
    WHERE p.since <= ?1 AND p.seen <= ?2 AND NOT EXISTS (SELECT 1 FROM bound b
    WHERE b.product = a.product AND b.vendor = a.vendor AND b.since <= ?1 AND b.seen <= ?2)"""
_PLANS = """SELECT id, row, texts, answers FROM plan
    WHERE id IN (SELECT value FROM json_each(?)) AND since <= ? AND seen <= ?"""
_JOINT = "SELECT j.plans, j.plan FROM json_each(?) a CROSS JOIN joint j ON j.plans = a.value"
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
        self._state = State(statements)
        self._kept: list[Kept] = []
        self._unbound: set[Name] = set()
        self._stale: frozenset[str] = frozenset()
        self._void = False
        self._plans: dict[int, Row] = {}

    def rows(self, names: Collection[Name]) -> Mapping[Name, Mapping[str, Row]]:
        """The rows of vendor and product keys, by CVE. Names under which a record says the same share one row."""
        listed = list(names)
        found: dict[Name, dict[str, Row]] = {name: {} for name in listed}
        bound, single = self._read_rows(listed)
        share, stale = self._plans.setdefault, self._stale
        for n, rows in bound:
            found[listed[n]] = {row[0]: share(row[_ID], row) for row in in_pieces(rows) if row[0] not in stale}
        for n, *plan in single:
            if (row := self._row(*plan)) is not None:
                found[listed[n]][row[0]] = row
        return found

    def joined(self, several: Sequence[Rows]) -> Sequence[Row | None]:
        """For each of these different rows of one record the row of a product that goes by all their names at once."""
        keys = [together(row[_ID] for row in rows) for rows in several]
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

    def _read_rows(self, listed: list[Name]) -> tuple[list[tuple[int, bytes]], list[tuple[Any, ...]]]:
        """The rows of each name, by its place in the list: in one piece; and one by one where they are not bound."""
        if self._void:
            return [], []
        try:
            self._db.execute(_ASKED)
            self._db.execute("BEGIN")
            add = "INSERT INTO asked VALUES (?, ?, ?)"
            self._db.executemany(add, ((n, product, vendor) for n, (vendor, product) in enumerate(listed)))
            at = self._at, self._seen
            return self._db.execute(_BOUND, at).fetchall(), self._db.execute(_NAMED, at).fetchall()
        except (sqlite3.DatabaseError, UnicodeEncodeError):
            return [], []
        finally:
            with suppress(sqlite3.DatabaseError):
                self._db.execute("ROLLBACK")

    def answers(self, subjects: Collection[Subject]) -> Mapping[Subject, Mapping[str, Sequence[Any]]]:
        """What was answered on subjects where no row tells, by CVE."""
        listed = {key(subject): subject for subject in subjects}
        found: dict[Subject, dict[str, Sequence[Any]]] = {}
        if listed and self._read(_ANY_ANSWER, ()):
            known: dict[bytes, Sequence[Any]] = {}
            for digest, subject in listed.items():
                told: dict[str, Sequence[Any]] = {}
                found[subject] = told
                for cve, answer in self._read(_ANSWERS, (digest, self._at, self._seen)):
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
                self._kept.append(Kept(advisory.cve, since, seen, list(rows), list(joint), list(answers), whole))

    def lacking(self, cves: Iterable[str]) -> list[str]:
        """Those of these records that do not have a row for each of their names."""
        filled = {cve for (cve,) in self._read("SELECT cve FROM filled", ())}
        return [cve for cve in cves if cve not in filled]

    def write(self, *, last: bool = True) -> bool:
        """Write what was kept, unless somebody brought the shelf to another state of the store meanwhile. Whether it is there now.

        What cannot be written (full, in use) is dropped; a file that is broken goes. The `last` time rows are bound, too.
        """
        kept, self._kept = self._kept, []
        try:
            there = not kept or self._put_all(kept)
            if there:
                self._unbound |= {name for one in kept for name, _ in one.rows}
            if last and self._unbound:
                bind(self._db, self._unbound)
            return there
        except sqlite3.OperationalError:
            return False
        except sqlite3.DatabaseError:
            self.discard()
            return False

    def _put_all(self, kept: list[Kept]) -> bool:
        with transaction(self._db):
            if not self._state.holds(self._db):
                return False
            put_all(self._db, kept)
        return True

    def discard(self) -> None:
        """Remove a broken file, and say nothing more from it."""
        self._void = True
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def bring_up_to_date(self) -> None:
        """Drop the rows of every record on which something was stated since, and of another store all.

        Where they cannot be dropped they are passed over. Raises sqlite3.DatabaseError for a file that is broken.
        """
        try:
            if not self._state.holds(self._db):
                self._state.drop(self._db)
        except sqlite3.OperationalError:
            self._pass_over()

    def _pass_over(self) -> None:
        try:
            restated = self._state.restated(self._db)
        except sqlite3.OperationalError:
            restated = None
        self._void, self._stale = restated is None, frozenset(restated or ())


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
        opened = Shelf(path, connect(path), statements, at=at, seen_by=seen_by)
        try:
            opened.bring_up_to_date()
        except sqlite3.DatabaseError:
            opened.discard()
            opened.close()
        else:
            return opened
    empty = Shelf(path, made(":memory:"), statements, at=at, seen_by=seen_by)
    empty.bring_up_to_date()
    return empty
