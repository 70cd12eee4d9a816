"""The database backend: before a statement goes out, the session is told how far it reaches, where that has changed.

A rollback takes back what a session was told inside it, so it is told anew after each.
"""

from typing import Any

from django.db.backends.postgresql import base

from wardround.hub.reach import NOTHING, Reach, now

ENDS = ("SAVEPOINT", "RELEASE", "ROLLBACK")  # reach no row, and have to pass in a transaction that has failed


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that knows what its session was told; None where that is uncertain."""

    told: Reach | None = NOTHING

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(self._tell)

    def get_new_connection(self, conn_params: Any) -> Any:
        self.told = NOTHING  # no setting of a new session is set, and then nothing is in reach
        return super().get_new_connection(conn_params)

    def _tell(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        start = sql.lstrip()[:9].upper() if isinstance(sql, str) else ""
        if start.startswith(ENDS):
            self.told = None if start.startswith("ROLLBACK") else self.told
        elif (reach := now()) != self.told:
            self.told = None
            with self.wrap_database_errors, self.connection.cursor() as cursor:
                cursor.execute(reach.statement())
            self.told = reach
        return execute(sql, params, many, context)

    def _rollback(self) -> None:
        self.told = None
        super()._rollback()  # type: ignore[misc]

    def _commit(self) -> None:
        told, self.told = self.told, None
        super()._commit()  # type: ignore[misc]
        self.told = told  # a commit that failed was a rollback
