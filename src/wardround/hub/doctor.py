"""Is this installation in order: each thing that can be wrong is looked at, and what to do is said."""

import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path

import orjson
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max

from wardround.core.record import verify
from wardround.core.vocab import WardroundError
from wardround.hub.audit.exporting import exported, shown_otherwise
from wardround.hub.audit.models import Checkpoint, Entry
from wardround.hub.audit.sealing import signing_key
from wardround.hub.estate.models import Snapshot
from wardround.hub.hunts.models import Hunt, KeptSearch, LogBatch
from wardround.hub.organisations.models import Organisation
from wardround.hub.outbox.models import Message
from wardround.hub.retention.terms import terms
from wardround.lake.files import FileStore
from wardround.lake.home import Home
from wardround.lake.settings import all_stated, not_settings, value_of

LEAST_FREE = 1_000_000_000
LATE = timedelta(minutes=15)
AHEAD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Look:
    """What was looked at; `wrong` says what is not as it should be (nothing: all is), `do` what to do about it."""

    what: str
    wrong: tuple[str, ...]
    do: str


def examine(home: Home, *, at: datetime, deep: bool = False) -> Iterator[Look]:
    """Every look at an installation, in turn. `deep` reads each kept file and compares its hash. Nothing is mended, only said."""
    looks: list[tuple[str, Callable[[], Iterator[str]], str]] = [
        ("settings", _settings, "correct the environment; wardround settings lists what there is"),
        ("home folder", lambda: _folder(home.path), "chmod 700 the folder, make room on its disk"),
        ("database", lambda: _database(home), "restore a backup, or start the version that fits"),
        ("feeds", lambda: _whole(home.feeds / "statements.sqlite3"), "restore a backup, or fetch again: wardround feeds sync"),
        ("kept files", lambda: _files(home, deep=deep), "restore them from a backup: they are evidence"),
        ("record", _record, "keep the database as it is, export the record, and find out who changed it"),
        ("signing key", lambda: _key(home), "bring the key back from a backup, or state WARDROUND_SIGNING_KEY"),
        ("clock", lambda: _clock(at), "set the machine's clock by a time server; what was said in the future counts from then"),
        ("messages", lambda: _messages(at), "look at the page Messages; is the worker running, does the mail server answer"),
    ]
    for what, look, do in looks:
        try:
            wrong = tuple(look())
        except (WardroundError, OSError, sqlite3.Error) as error:
            wrong = (str(error),)
        yield Look(what, wrong, do)


def _settings() -> Iterator[str]:
    all_stated()
    terms()
    for name, near in not_settings():
        yield f"{name} is no setting" + (f"; is {near} meant?" if near else "")


def _folder(path: Path) -> Iterator[str]:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        yield f"{path} can be read by others (mode {mode:04o})"
    if (free := shutil.disk_usage(path).free) < LEAST_FREE:
        yield f"{free / 1e6:,.0f} MB are free on its disk"


def _database(home: Home) -> Iterator[str]:
    executor = MigrationExecutor(connection)
    known = executor.loader.graph.nodes
    for app, name in sorted(executor.loader.applied_migrations):
        if (app, name) not in known:
            yield f"a newer version has changed it ({app}.{name})"
    if connection.vendor == "sqlite":
        yield from _whole(home.database)


def _whole(path: Path) -> Iterator[str]:
    if path.exists():
        with closing(sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True)) as db:
            for (line,) in db.execute("PRAGMA quick_check(20)"):
                if line != "ok":
                    yield f"{path.name}: {line}"


def _files(home: Home, *, deep: bool) -> Iterator[str]:
    store = FileStore(home.files)
    named = chain(
        Snapshot.unscoped.filter(file_removed_at=None).values_list("sha256", flat=True),
        LogBatch.unscoped.filter(removed_at=None).values_list("sha256", flat=True),
        KeptSearch.unscoped.values_list("sha256", flat=True),
        Hunt.unscoped.exclude(document="").values_list("document", flat=True),
    )
    for sha256 in sorted({*named, *_of_hunts(store)}):
        if sha256 not in store:
            yield f"{sha256} is missing"
        elif deep:
            try:
                store.open(sha256, verify=True).close()
            except WardroundError as error:
                yield str(error)


def _of_hunts(store: FileStore) -> Iterator[str]:
    """What the runs of hunts name: the rules as they were, and what each log gave."""
    for sha256 in Hunt.unscoped.exclude(document="").values_list("document", flat=True).distinct():
        if sha256 in store:
            run = orjson.loads(store.read(sha256))
            yield from run["pack"]["files"].values()
            yield from (log["search"] for log in run["logs"])


def _record() -> Iterator[str]:
    for organisation in Organisation.objects.order_by("code"):
        for number in shown_otherwise(organisation):
            yield f"{organisation.code}: the pages show something else than entry {number} holds"
        if Checkpoint.unscoped.filter(organisation=organisation).exists():  # else nothing of it is signed yet
            for found in verify(exported(organisation), name=organisation.code):
                for fault in found.faults:
                    yield f"{organisation.code}: entry {fault.entry or '?'} {fault.what}"


def _key(home: Home) -> Iterator[str]:
    if (home.signing_key.exists() or value_of("WARDROUND_SIGNING_KEY")) and signing_key():
        return
    if Checkpoint.unscoped.exists():
        yield "there is none, and something was signed already"


def _clock(at: datetime) -> Iterator[str]:
    ahead = Entry.unscoped.filter(at__gt=at + AHEAD)
    if count := ahead.count():
        last = ahead.aggregate(last=Max("at"))["last"]
        yield f"{count:,} entries of the record lie ahead of it, up to {last:%d %B %Y at %H:%M} UTC"


def _messages(at: datetime) -> Iterator[str]:
    waiting = Message.unscoped.filter(sent_at=None, failed_at=None, created_at__lt=at - LATE).count()
    failed = Message.unscoped.exclude(failed_at=None).count()
    if waiting:
        yield f"{waiting:,} have waited for over {LATE.seconds // 60} minutes"
    if failed:
        yield f"{failed:,} could not be delivered"
