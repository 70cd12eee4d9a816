"""A folder of feed files, for sites without internet: walked, recognised by content, read."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from wardround.connectors.clock import Clock
from wardround.connectors.feeds._intake import Intake, Report
from wardround.connectors.feeds._place import readable, test_folder
from wardround.connectors.feeds._split import Found, Unknown, broken_off, split
from wardround.connectors.feeds._unpack import Budget, Left, Plain, TooMuch, plain_streams
from wardround.core.vocab import BadInput
from wardround.lake.statements import Statements, Writer

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read. `name` is how it is called in reports: its path in the mirror, or its address."""

    path: Path
    name: str
    size: int


def sync_mirror(folder: Path, *, into: Path, clock: Clock, progress: Progress = lambda done, total, name: None) -> Report:
    """Read every feed file under `folder` into the store at `into`; say what was kept, set aside and left.

    Interrupted, it keeps what it had read and goes on when it is run again; run twice, it changes nothing. `progress` is told
    bytes done, bytes in all and the file. Raises BadInput when `folder` is no folder.
    """
    if not folder.is_dir():
        raise BadInput("there is no such folder", where=str(folder), do="give the folder that holds the feed files")
    report = Report(f"mirror {folder}")
    with Statements.open(into, write=True) as statements:
        writer = Writer(statements, seen_at=clock.now())
        intake = Intake(writer, report, clock.now())
        number = writer.begin(report.source)
        files = list(_files(folder, intake))
        total, done = sum(file.size for file in files), 0
        for file in files:
            progress(done, total, file.name)
            with writer.transaction():
                read_file(file, intake, lambda inside, name=file.name, before=done: progress(before + inside, total, name))  # type: ignore[misc]
            done += file.size
        progress(total, total, "")
        writer.finish(number, report.in_short(), at=clock.now())
    return report


def _files(folder: Path, intake: Intake) -> Iterator[SourceFile]:
    """The ordinary files under `folder`, in order; hidden folders, folders of tests, links out and devices are left."""

    def unreadable(error: OSError) -> None:
        intake.leave(readable(os.path.relpath(error.filename, folder)), f"cannot be read: {error.strerror}")

    for where, folders, names in os.walk(folder, onerror=unreadable):
        relative = Path(where).relative_to(folder).as_posix()
        for name in folders:
            if name.startswith(".") or (Path(where) / name).is_symlink():
                intake.leave(f"{relative}/{readable(name)}", "a hidden folder" if name.startswith(".") else "a link to a folder")
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(where) / name
            shown = readable(name if relative == "." else f"{relative}/{name}")
            try:
                status = path.stat()
            except OSError as error:
                intake.leave(shown, f"cannot be read: {error.strerror}")
                continue
            if test_folder(shown):
                intake.leave(shown, "in a folder of tests")
            elif not stat.S_ISREG(status.st_mode):
                intake.leave(shown, "not an ordinary file")
            else:
                yield SourceFile(path, shown, status.st_size)


def read_file(file: SourceFile, intake: Intake, progress: Callable[[int], None]) -> None:
    """Take in every document of one file; where it breaks off, what came before stays."""
    feed = ""
    try:
        with file.path.open("rb", buffering=0) as raw:
            for plain in plain_streams(raw, place=file.name, budget=Budget(file.size)):
                if isinstance(plain, Left):
                    intake.leave(plain.place, plain.why)
                    continue
                for i, found in enumerate(_documents(plain)):
                    feed = found.feed if isinstance(found, Found) else feed
                    intake.take(found)
                    if i % 500 == 0:
                        progress(raw.tell())
    except BadInput as error:
        intake.take(broken_off(error, place=file.name, feed=feed))
    except OSError as error:
        if error.filename != str(file.path):  # not the mirror's file: the store or the disk
            raise
        intake.leave(file.name, f"cannot be read: {error.strerror}")


def _documents(plain: Plain) -> Iterator[Found | Unknown]:
    """The documents of one stream. A break inside concerns this stream only; a bomb concerns the whole file."""
    feed = ""
    try:
        for found in split(plain.stream, place=plain.place):
            feed = found.feed if isinstance(found, Found) else feed
            yield found
    except TooMuch:
        raise
    except BadInput as error:
        yield broken_off(error, place=plain.place, feed=feed)
