"""Which state of which store a shelf was brought to, and what was stated since."""

import sqlite3

from wardround.lake.shelf._file import transaction
from wardround.lake.statements import Statements

_STATED = "SELECT coalesce(max(id), 0) FROM statement"
_STORE = "SELECT feed || ' ' || subject || ' ' || hex(sha) || ' ' || seen_at FROM statement WHERE id = ?"
_STATE = "SELECT made_at, store FROM state"
_RESTATED = """SELECT subject FROM statement WHERE id > ?1 AND feed = 'cve' UNION
    SELECT k.cve FROM statement s JOIN spoken k ON k.feed = s.feed AND k.subject = s.subject WHERE s.id > ?1 AND s.feed != 'cve'"""
_UNBIND = "DELETE FROM bound WHERE (product, vendor) IN (SELECT product, vendor FROM named WHERE cve = ?)"


class State:
    """The newest statement of a store, by which it is told from every other state and store."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        stated = statements.db.execute(_STATED).fetchone()[0]
        self._is = stated, self._store(stated)

    def holds(self, db: sqlite3.Connection) -> bool:
        """True for a shelf that was brought to this state."""
        found: bool = db.execute(_STATE).fetchone() == self._is
        return found

    def drop(self, db: sqlite3.Connection) -> None:
        """Drop what was kept of every record on which something was stated since, and of another store all of it."""
        with transaction(db):
            restated = self.restated(db)
            if restated is None:
                for table in ("plan", "named", "bound", "joint", "answer", "filled"):
                    db.execute(f"DELETE FROM {table}")  # noqa: S608
            else:
                listed = [(cve,) for cve in restated]
                db.executemany(_UNBIND, listed)
                for table in ("plan", "named", "joint", "answer", "filled"):
                    db.executemany(f"DELETE FROM {table} WHERE cve = ?", listed)  # noqa: S608
            db.execute("DELETE FROM state")
            db.execute("INSERT INTO state VALUES (?, ?)", self._is)

    def restated(self, db: sqlite3.Connection) -> list[str] | None:
        """The records on which something was stated since a shelf was brought up to date; None where it is of another store."""
        made_at, store = db.execute(_STATE).fetchone() or (0, None)
        if store != self._store(made_at):
            return None
        return [cve for (cve,) in self._statements.db.execute(_RESTATED, (made_at,))] if made_at else []

    def _store(self, number: int) -> str:
        """What the statement of this number is: it tells a store from every other one. Empty where there is none."""
        found = self._statements.db.execute(_STORE, (number,)).fetchone()
        return found[0] if found else ""
