"""The aliases that people of one installation decided, in files of their own: written whole, never changed."""

import fcntl
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from wardround.core.names import Alias, Aliases
from wardround.core.vocab import BadInput
from wardround.lake.arrivals import arrived
from wardround.lake.files import written_whole


def keep(folder: Path, decided: Iterable[Alias], *, at: datetime) -> list[Alias]:
    """Add these to an installation's aliases and return those that are new: all of them or none. `at` is when they came.

    What is already there, word for word, is left as it is. Raises BadInput, naming both, for one that disagrees with what
    is in force, or has the id of another one.
    """
    with _alone(folder):
        before = Aliases.load(folder=folder)
        known = {alias.id: alias.document() for alias in before.all}
        new = [alias for alias in dict.fromkeys(decided) if known.get(alias.id) != alias.document()]
        before.adding((f"the new {alias.id}", document(alias)) for alias in new)
        if new:
            arrived(folder, (alias.id for alias in new), at=at)  # before they count: of one that is not kept, it says nothing
        if len(new) == 1:
            _write(folder / f"{new[0].id}.json", document(new[0]))
        elif new:
            together = orjson.dumps({"aliases": [alias.document() for alias in new]}, option=orjson.OPT_INDENT_2)
            _write(folder / f"together-{hashlib.sha256(together).hexdigest()[:16]}.json", together)
    return new


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One decision at a time: two that disagree must not both be checked before either is written."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _write(path: Path, raw: bytes) -> None:
    with written_whole(path.parent, name=lambda: path) as file:
        file.write(raw)


def document(alias: Alias) -> bytes:
    """One alias as its file holds it."""
    return orjson.dumps(alias.document(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def exported(folder: Path) -> dict[str, Any]:
    """What people of this installation decided, as one document that another installation can take."""
    bundled = {alias.id for alias in Aliases.load().all}
    return {"aliases": [a.document() for a in Aliases.load(folder=folder).all if a.id not in bundled]}


def imported(raw: bytes, *, where: str) -> Sequence[Alias]:
    """The aliases of a shared document. Raises BadInput with the place, and where there is none in it."""
    before = Aliases()
    found = before.adding([(where, raw)]).all
    if not found:
        raise BadInput("there is no alias in it", where=where, do="write one with `wardround names export`")
    return found
