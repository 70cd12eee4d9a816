"""Searching for `wardround hunt`: in as many processes as are wanted, with a bar, stopped by Ctrl-C, gone on with `--resume`."""

import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wardround.cli._logs import STANDARD_INPUT
from wardround.cli._output import say
from wardround.lake.home import Home

if TYPE_CHECKING:
    from wardround.core.hunts import HuntResult
    from wardround.engines.hunting import Job

WORTH_A_PROCESS = 64 << 20


@dataclass(frozen=True)
class Search:
    """What a search gave, and what it cost."""

    result: "HuntResult"
    left: tuple[Path, ...]
    cpu_seconds: float
    peak_mb: int


def search(job: "Job", *, home: Home, workers: int, resume: bool) -> Search:
    """Search all files. Ctrl-C ends it early with what was found by then; the second Ctrl-C ends it at once."""
    from wardround.engines.hunting import forget, keep, kept, key_of, run

    folder = home.cache / "hunts" / key_of(job)[:32]
    known = kept(folder) if resume else {}
    if resume:
        say(f"Going on: {len(known)} parts are searched already." if known else "Nothing to go on with: searching from the start.")
    began = _cpu()
    with _stopping() as stopped, _bar(job) as read:
        outcome = run(job, workers=workers or _workers(job), read=read, stopped=stopped, known=known)
    result = outcome.result
    if outcome.left:
        keep(folder, outcome.whole)
        note = f"stopped by hand: {len(job.files) - len(outcome.left)} of {len(job.files)} files were searched to their end"
        result = replace(result, notes=(*result.notes, note))
        say(f"{note[0].upper()}{note[1:]}. Go on with the same command and --resume.")
    else:
        forget(folder)
    return Search(result, outcome.left, round(_cpu() - began, 2), _peak_mb())


def opened(path: Path) -> tuple[str, Any, datetime | None]:
    """A file, its name to show, and when it was last written; what comes through standard input was written by now."""
    from wardround.engines.hunting import opened as on_disk

    if path == STANDARD_INPUT:
        return "standard input", os.fdopen(os.dup(sys.stdin.fileno()), "rb", buffering=0), datetime.now(UTC)
    return on_disk(path)


def _workers(job: "Job") -> int:
    """As many processes as there are cores, where there is enough to do."""
    size = sum(path.stat().st_size for path in job.files if path.is_file())
    return max(1, min(len(os.sched_getaffinity(0)), size // WORTH_A_PROCESS)) if hasattr(os, "sched_getaffinity") else 1


@contextmanager
def _stopping() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed. The second one interrupts as ever."""
    asked: list[int] = []
    before = signal.getsignal(signal.SIGINT)

    def stop(*_: object) -> None:
        asked.append(1)
        signal.signal(signal.SIGINT, before)
        say("Stopping: what was found so far is kept. Ctrl-C again ends at once.")

    signal.signal(signal.SIGINT, stop)
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _bar(job: "Job") -> Iterator[Callable[[int], None]]:
    """A bar with rate and time left on a terminal; elsewhere a line every half minute."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    total = sum(path.stat().st_size for path in job.files if path.is_file()) or None
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines(total)
        return
    columns = (TextColumn("Searching"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda size: bar.advance(task, size)


def _lines(total: int | None) -> Callable[[int], None]:
    done, began, last = 0, time.monotonic(), time.monotonic()

    def read(size: int) -> None:
        nonlocal done, last
        done += size
        now = time.monotonic()
        if now - last < 30:
            return
        last = now
        rate = done / (now - began)
        left = f", about {(total - done) / rate / 60:.0f} minutes left" if total and rate else ""
        say(f"Read {done >> 20} MB{f' of {total >> 20} MB' if total else ''} at {rate / (1 << 20):.1f} MB/s{left}.")

    return read


def _cpu() -> float:
    every = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in every)


def _peak_mb() -> int:
    """The peak of this process and of its largest child, in MB."""
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) >> 10
