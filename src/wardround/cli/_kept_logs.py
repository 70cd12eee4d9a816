"""The logs of a hunt that is kept: each by its content and by how it is read, still the same, and what could not be taken."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from wardround.cli._logs import STANDARD_INPUT, log_files
from wardround.cli._output import say
from wardround.core.vocab import BadInput, Rejected

if TYPE_CHECKING:
    from wardround.core.hunts import HuntResult, Source


@dataclass(frozen=True)
class Read:
    """How logs are to be read: whose they are, and by what clock."""

    host: str = ""
    from_host: bool = False
    zone: str = ""
    skew: float = 0.0


@dataclass
class Logs:
    """The logs of a run by their keys, and what could not be taken. Of each file it is known how it was when it was hashed."""

    by_key: dict[str, dict[str, Any]] = field(default_factory=dict)
    left_out: list[dict[str, Any]] = field(default_factory=list)
    _as_hashed: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def take(self, given: Sequence[Path], read: Read) -> None:
        """Take new logs, each hashed once. What cannot be read is left out, and tried again in the next run."""
        if STANDARD_INPUT in given:
            raise BadInput("standard input cannot be kept: nobody could read it again", where="-", do="write it to a file first")
        paths, unread = log_files(given)
        for path in paths:
            if not path.is_file():
                raise BadInput("is no file that could be read again", where=str(path), do="write it to a file first")
            try:
                log = self._log(path, read)
            except OSError as error:
                unread.append(Rejected(str(path), f"cannot be read: {error.strerror}"))
                continue
            self.by_key[log["key"]] = {**self.by_key.get(log["key"], {}), **log}
        for what in unread:
            say(f"not read: {what.where}: {what.what}")
            self.left_out.append({"where": str(Path(what.where).absolute()), "why": what.what, **vars(read)})

    def try_again(self, before: Sequence[Mapping[str, Any]]) -> None:
        """What was left out before and can be read by now is taken, as it was given then; all else stays left out."""
        now = {one["where"] for one in self.left_out}
        for one in before:
            path = Path(one["where"])
            if one["where"] in now or one["where"] in self._as_hashed:
                continue
            if path.is_file() or (path.is_dir() and not path.is_symlink()):
                self.take([path], Read(**{name: one[name] for name in vars(Read()) if name in one}))
            else:
                self.left_out.append(dict(one))

    def still_there(self) -> None:
        """Hash the logs that are not new. Raises BadInput for one that is gone or has changed: it is no evidence any more."""
        for log in self.by_key.values():
            if log["path"] not in self._as_hashed:
                with _opened(log) as file:
                    self._as_hashed[log["path"]] = _hashed(file, log)

    def source(self, log: Mapping[str, Any]) -> "Source":
        """A log to search. Raises BadInput when it is not as it was when it was hashed in this run."""
        file = _opened(log)
        if _state(file) != self._as_hashed[log["path"]]:
            file.close()
            raise BadInput("was written to while it was searched", where=log["path"], do="give a copy that nobody writes to")
        return _source(log, file)

    def _log(self, path: Path, read: Read) -> dict[str, Any]:
        """A log as it is named in a run: by its content, by whose it is and how it is read."""
        with path.open("rb") as file:
            state = _state(file)
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            written = datetime.fromtimestamp(int(os.fstat(file.fileno()).st_mtime), UTC).isoformat()
        clock = f" {read.zone} {read.skew}" if read.zone or read.skew else ""
        key = f"{path.name} {hashlib.sha256(f'{sha256} {read.host} {read.from_host}{clock}'.encode()).hexdigest()[:12]}"
        where = str(path.absolute())
        self._as_hashed[where] = state
        dated = self.by_key.get(key, {}).get("written", written)  # a copy of the same log is written later
        return {"key": key, "path": where, "sha256": sha256, "written": dated, **vars(read)}


def taken(document: Mapping[str, Any], new: Sequence[Path], *, name: str, read: Read) -> Logs:
    """The logs of the run before and the new ones, each still as it was; and what was left out, as far as it still is."""
    logs = Logs({log["key"]: log for log in document["logs"]})
    logs.take(new, read)
    logs.try_again(document["left_out"])
    if not logs.by_key:
        raise BadInput("there is no log to search", where=name, do="give the logs that are to be searched")
    logs.still_there()
    return logs


def in_this_form(document: Mapping[str, Any]) -> dict[str, Any]:
    """A kept run, as this version keeps it: the first form had no lists, no window, and of what was left out its place alone."""
    left = document.get("left_out", [])
    listed = [{"where": where, "why": why} for where, why in left.items()] if isinstance(left, dict) else left
    rules = {"lists": {}, "general": False, "window": [], **document["rules"]}
    return {**document, "rules": rules, "left_out": listed}


def with_left_out(result: "HuntResult", left_out: Sequence[Mapping[str, Any]]) -> "HuntResult":
    """A result that also tells what could not be taken: the claim is the smaller for it."""
    return replace(result, rejected=(*(Rejected(one["where"], one["why"]) for one in left_out), *result.rejected))


def checked(log: Mapping[str, Any]) -> "Source":
    """A log of a run, when it is still the same. Raises BadInput when it is gone or has changed."""
    file = _opened(log)
    try:
        _hashed(file, log)
    except BadInput:
        file.close()
        raise
    return _source(log, file)


def _opened(log: Mapping[str, Any]) -> BinaryIO:
    try:
        return Path(log["path"]).open("rb")
    except OSError as error:
        raise BadInput(f"cannot be read any more: {error.strerror}", where=log["path"], do="bring it back to this place") from None


def _hashed(file: BinaryIO, log: Mapping[str, Any]) -> tuple[int, ...]:
    """Read it to its end and begin again. Raises BadInput when it is not what it was."""
    state = _state(file)
    if hashlib.file_digest(file, "sha256").hexdigest() != log["sha256"]:  # type: ignore[arg-type]
        raise BadInput("has changed since it was searched", where=log["path"], do="bring back the file as it was")
    file.seek(0)
    return state


def _state(file: BinaryIO) -> tuple[int, ...]:
    known = os.fstat(file.fileno())
    return known.st_dev, known.st_ino, known.st_size, known.st_mtime_ns


def _source(log: Mapping[str, Any], file: BinaryIO) -> "Source":
    from wardround.core.hunts import Source

    written = datetime.fromisoformat(log["written"]) if log.get("written") else None
    own = {"host": log["host"], "could_have_been_altered": log["from_host"]}
    return Source(log["key"], file, **own, zone=log.get("zone", ""), skew=log.get("skew", 0.0), written=written)
