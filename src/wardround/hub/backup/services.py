"""Backup while the hub runs, and restore into an empty place."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from django.db import connections

from wardround import __version__
from wardround.core.vocab import BadInput
from wardround.hub.backup.archive import Manifest, Packing, Seen, unpack
from wardround.hub.backup.rows import Table, load_rows, newest, standing_still, write_rows
from wardround.hub.boot import as_owner, migrate
from wardround.hub.reach import EVERYTHING, reach_from_here
from wardround.lake.files import written_whole
from wardround.lake.home import Home

ROWS, KEPT = "rows", "home"
MADE_AGAIN = ("cache/", "counted/", "feeds/compiled-", "hub.sqlite3", ".writing-", ".restoring-")
"""What is worked out again from the rest, or written as rows."""


def backup(home: Home, file: Path, *, at: datetime, seen: Seen) -> Manifest:
    """Write everything of an installation to a new file, while people work.

    The rows first, as they are at one moment, then the files: what a row names was written before it and is never changed, so
    every file that a row needs is there. Raises BadInput where the file exists already.
    """
    if file.exists():
        raise BadInput("is there already", where=str(file), do="name a new file")
    with (
        tempfile.TemporaryDirectory(prefix=".writing-", dir=home.path) as place,
        written_whole(file.absolute().parent, name=lambda: file) as out,
    ):
        folder = Path(place)
        (folder / ROWS).mkdir()
        with standing_still(folder) as alias:
            nodes = newest()
            tables = write_rows(folder / ROWS, nodes=nodes, alias=alias)
        packing = Packing(out, seen=seen)
        for table in tables:
            packing.add(f"{ROWS}/{table.label}.jsonl", folder / ROWS / f"{table.label}.jsonl")
        for name, path in _files(home.path):
            packing.add(f"{KEPT}/{name}", _standing_still(path, folder) if path.suffix == ".sqlite3" else path)
        about = {"migrations": nodes, "tables": [[t.label, t.rows, t.sha256] for t in tables]}
        return packing.finish(version=__version__, made_at=at, about=about)


def _files(home: Path) -> Iterator[tuple[str, Path]]:
    """Every file that is kept, by its name below the home folder."""
    for path in sorted(home.rglob("*")):
        name = path.relative_to(home).as_posix()
        beside = name.endswith(("-wal", "-shm", "-journal"))
        if (
            path.is_file()
            and not path.is_symlink()
            and not beside
            and not name.startswith(MADE_AGAIN)
            and path.name[:9] != ".writing-"
        ):
            yield name, path


def _standing_still(path: Path, folder: Path) -> Path:
    """A copy of a SQLite file that others may be writing to."""
    copy = folder / "copy.sqlite3"
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


@contextmanager
def staged(file: Path, home: Home, *, seen: Seen) -> Iterator[tuple[Path, Manifest]]:
    """A backup unpacked beside the place where it is to be, checked as a whole; nothing of it stays there afterwards.

    Raises BadInput where that place is not empty.
    """
    if home.path.exists() and any(home.path.iterdir()):
        raise BadInput("is not empty", where=str(home.path), do="restore into an empty or new folder: --home")
    home.path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restoring-", dir=home.path.parent, ignore_cleanup_errors=True) as place:
        folder = Path(place)
        manifest = unpack(file, folder, seen=seen)
        (folder / KEPT).mkdir(mode=0o700, exist_ok=True)
        yield folder, manifest


def restore(folder: Path, manifest: Manifest, home: Home) -> None:
    """Load the rows of what was staged into the database that Django was started on, and put the files in their place."""
    try:
        tables = [Table(str(label), int(rows), str(digest)) for label, rows, digest in manifest.about["tables"]]
        nodes = [(str(app), str(name)) for app, name in manifest.about["migrations"]]
    except (KeyError, TypeError, ValueError):
        raise BadInput("has a manifest that cannot be read", where="the backup", do="use another backup") from None
    reach_from_here(EVERYTHING)
    with as_owner():
        load_rows(folder / ROWS, tables, nodes=nodes)
    migrate()
    connections.close_all()
    if home.path.exists():
        home.path.rmdir()
    (folder / KEPT).replace(home.path)
    home.path.chmod(0o700)
