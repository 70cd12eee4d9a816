"""Hunting through many files: in one process or several, with the work told as it goes, stopped when asked, and taken up again.

Files are searched in batches, each whole or up to where the hunt was stopped. What a whole batch gave can be kept when the
hunt is stopped, so that it need not be searched again.
"""

import contextlib
import io
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from wardround.core.hunts import HuntResult, Source, hunt
from wardround.core.hunts._again import Searched
from wardround.core.hunts._correlate import Gathering
from wardround.core.hunts._hunt import joined_result
from wardround.core.hunts._model import Found, IndicatorFindings
from wardround.core.hunts.indicators import IndicatorSet, Type
from wardround.core.sigma import RuleSet
from wardround.core.vocab import Detection, Rejected
from wardround.engines.hunting._patterns import Store
from wardround.engines.hunting._search import FastSearcher, rarely_collected

SMALLEST, LARGEST, AIM = 4 << 20, 32 << 20, 24
"""About how many bytes a batch may have, and how many batches there are to be: so many that no process waits long for another."""
MOST_FILES = 200
STOPPED = "the hunt was stopped"
SECONDS = 0.2


@dataclass(frozen=True)
class Job:
    """What to search, and how its logs are to be read. `opened` opens a file: its name to show, its bytes, when it was written."""

    files: tuple[Path, ...]
    rules: RuleSet
    host: str = ""
    from_host: bool = False
    zone: str = ""
    skew: float = 0.0
    indicators: IndicatorSet | None = None
    store: Store | None = None
    opened: Callable[[Path], tuple[str, Any, datetime | None]] = field(default=lambda path: opened(path))

    @property
    def looks_across(self) -> bool:
        """Are there correlations or indicators? Then what a batch gave is not kept for another time."""
        return bool(self.rules.correlations) or self.indicators is not None


class Batch(NamedTuple):
    """Files that are searched together."""

    number: int
    files: tuple[Path, ...]


class Across(NamedTuple):
    """What is looked at across all logs: hits for correlations; what indicators matched, and where they were sought."""

    gathering: Gathering
    found: tuple[Found, ...]
    sought: Mapping[str, frozenset[Type]]


class Done(NamedTuple):
    """What a batch gave, and whether it was searched to its end."""

    number: int
    searched: Searched
    whole: bool
    across: Across | None = None


class Outcome(NamedTuple):
    """The result of everything that was searched, the batches searched whole by number, and the files not searched to their end."""

    result: HuntResult
    whole: dict[int, Searched]
    left: tuple[Path, ...]


def opened(path: Path) -> tuple[str, Any, datetime | None]:
    """A file of the disk."""
    file = path.open("rb", buffering=0)
    return str(path), file, datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)


def batches(files: Iterable[Path]) -> Iterator[Batch]:
    """The files in batches, in their order: always the same for the same files."""
    sizes = [(path, path.stat().st_size if path.is_file() else 0) for path in files]
    enough = min(max(sum(size for _, size in sizes) // AIM, SMALLEST), LARGEST)
    some: list[Path] = []
    size = number = 0
    for path, its in sizes:
        some.append(path)
        size += its
        if size >= enough or len(some) >= MOST_FILES:
            yield Batch(number, tuple(some))
            some, size, number = [], 0, number + 1
    if some:
        yield Batch(number, tuple(some))


class _Watched(io.RawIOBase):
    """A file that tells how much of it was read, and ends when the hunt is stopped."""

    def __init__(self, file: Any, read: Callable[[int], None], stopped: Callable[[], bool]) -> None:
        self._file, self._read, self._stopped = file, read, stopped

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        if self._stopped():
            raise OSError(STOPPED)
        got = self._file.readinto(into) or 0
        self._read(got)
        return got


class Searching:
    """Searches batches in this process."""

    def __init__(self, job: Job, *, read: Callable[[int], None], stopped: Callable[[], bool]) -> None:
        self._job, self.read, self.stopped = job, read, stopped
        self._searcher = FastSearcher(job.rules, indicators=job.indicators, store=job.store)

    def ready(self) -> None:
        """Compile everything now, so that processes that branch off have it."""
        for name in self._searcher.plan.fields:
            self._searcher.compiled.field(name).compile()

    def __call__(self, batch: Batch) -> Done:
        """Search one batch."""
        job, gathering, unread = self._job, Gathering(self._job.rules), list[Rejected]()
        made = hunt(
            self._sources(batch.files, unread),
            rules=RuleSet(job.rules.rules, (), ""),
            searcher=self._searcher,
            indicators=job.indicators,
            told=gathering.take,
        )
        searched = Searched(str(batch.number), {}, made.runs, made.detections, (*unread, *made.rejected))
        named = made.indicators
        across = Across(gathering, named.found, named.sought) if named else Across(gathering, (), {})
        return Done(batch.number, searched, not self.stopped(), across if job.looks_across else None)

    def _sources(self, files: Sequence[Path], unread: list[Rejected]) -> Iterator[Source]:
        job = self._job
        for path in files:
            if self.stopped():
                return
            try:
                name, file, written = job.opened(path)
            except OSError as error:
                unread.append(Rejected(str(path), error.strerror or str(error)))
                continue
            with file:
                stream: Any = _Watched(file, self.read, self.stopped)
                yield Source(
                    name,
                    stream,
                    host=job.host,
                    could_have_been_altered=job.from_host,
                    zone=job.zone,
                    skew=job.skew,
                    written=written,
                )


def run(
    job: Job, *, workers: int, read: Callable[[int], None], stopped: Callable[[], bool], known: dict[int, Searched] | None = None
) -> Outcome:
    """Search all files of a job. `read` is told the bytes read; `stopped` is asked often; `known` are batches searched earlier.

    Correlations and indicators look across all logs: a job with them is searched from the start.
    """
    every = list(batches(job.files))
    before = {} if job.looks_across else known or {}
    done = {number: Done(number, searched, True) for number, searched in before.items() if number < len(every)}
    todo = [batch for batch in every if batch.number not in done]
    searching = Searching(job, read=read, stopped=stopped)
    apart = [batch for batch in todo if all(path.is_file() for path in batch.files)]  # standard input is this process's alone
    if workers > 1 and len(apart) > 1:
        searching.ready()
        with rarely_collected():
            for one in _branched(searching, apart, workers=min(workers, len(apart)), read=read, stopped=stopped):
                done[one.number] = one
        searching.read, searching.stopped = read, stopped
    for batch in todo:  # all of them; or what was left, by a process that was ended by force as well
        if batch.number not in done and not stopped():
            done[batch.number] = searching(batch)
    return _outcome(job, every, done)


def _outcome(job: Job, every: Sequence[Batch], done: dict[int, Done]) -> Outcome:
    ordered = [done[number].searched for number in sorted(done)]
    detections: list[Detection] = [one for part in ordered for one in part.detections]
    rejected = [what for part in ordered for what in part.rejected]
    runs = [one for part in ordered for one in part.runs]
    across = [one.across for _, one in sorted(done.items()) if one.across is not None]
    gathering = Gathering(job.rules)
    for one in across:
        gathering.join(one.gathering)
    result = joined_result(job.rules, runs, detections, rejected, gathering.correlated, indicators=_findings(job, across))
    left = tuple(path for batch in every if not (batch.number in done and done[batch.number].whole) for path in batch.files)
    kept = {} if job.looks_across else {number: one.searched for number, one in done.items() if one.whole}
    return Outcome(result, kept, left)


def _findings(job: Job, across: Sequence[Across]) -> IndicatorFindings | None:
    if job.indicators is None:
        return None
    sought = {source: types for one in across for source, types in one.sought.items()}
    return IndicatorFindings(job.indicators, tuple(found for one in across for found in one.found), sought)


_here: list[Any] = []
"""What a process that branched off works with: it is there by branching, and never sent."""


def _branched(
    searching: Searching, todo: Sequence[Batch], *, workers: int, read: Callable[[int], None], stopped: Callable[[], bool]
) -> Iterator[Done]:
    context = multiprocessing.get_context("fork")
    stop, count = context.Event(), context.Value("q", 0)
    searching.stopped, searching.read = stop.is_set, _adding(count)
    _here[:] = [searching]
    told = 0
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin) as pool:
        waiting: set[Future[Done]] = {pool.submit(_search, batch) for batch in todo}
        while waiting:
            if stopped() and not stop.is_set():
                stop.set()
                for future in waiting:
                    future.cancel()
            finished, waiting = wait(waiting, timeout=SECONDS, return_when=FIRST_COMPLETED)
            now = count.value
            read(now - told)
            told = now
            for future in finished:
                with contextlib.suppress(BrokenProcessPool, CancelledError):
                    yield future.result()
    _here.clear()


def _adding(count: Any) -> Callable[[int], None]:
    def add(size: int) -> None:
        with count.get_lock():
            count.value += size

    return add


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it, and says when to stop
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()


def _end_with(parent: int) -> None:
    """A parent that was ended by force leaves nobody behind who goes on for hours."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _search(batch: Batch) -> Done:
    done: Done = _here[0](batch)
    return done
