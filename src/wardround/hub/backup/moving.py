"""From SQLite to PostgreSQL: nothing lost, checked, and nobody goes on in the old one by accident."""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from django.db import connection, connections, transaction

from wardround.core.vocab import BadInput
from wardround.hub.backup.rows import Table, load_rows, newest, second, write_rows
from wardround.hub.settings import database
from wardround.lake.home import Home


def move(home: Home, url: str) -> list[Table]:
    """Copy every row of the hub's SQLite file into the empty database at `url`, compare, and put the file aside.

    The file is renamed, so that a hub that is started without its new address stops instead of beginning an empty one. Raises
    BadInput where the hub is not on SQLite, still runs, or the database is not empty.
    """
    if connection.vendor != "sqlite":
        raise BadInput(
            "is in PostgreSQL already", where="the hub's database", do="take WARDROUND_DATABASE away to move a SQLite file"
        )
    connections.close_all()
    _demand_alone(home.database)
    with (
        tempfile.TemporaryDirectory(prefix=".writing-", dir=home.path) as place,
        second(connection.settings_dict | database(url)) as target,
        transaction.atomic(),  # nobody writes to the old one meanwhile
    ):
        nodes = newest()
        tables = write_rows(Path(place), nodes=nodes)
        load_rows(Path(place), tables, nodes=nodes, alias=target)
    connections.close_all()
    _demand_alone(home.database)
    home.database.replace(home.moved)
    return tables


def _demand_alone(path: Path) -> None:
    """SQLite leaves its write-ahead log only when nobody else has the file open."""
    with closing(sqlite3.connect(path, timeout=1)) as db:
        try:
            (mode,) = db.execute("PRAGMA journal_mode = DELETE").fetchone()
        except sqlite3.OperationalError:
            mode = "wal"
    if mode != "delete":
        raise BadInput("is open in another process", where=str(path), do="stop the hub and its worker first, and run this again")
