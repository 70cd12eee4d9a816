"""Syncing the shared CVE set, and reading all of it back. Printed, never asserted."""

import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from wardround.connectors.clock import SystemClock
from wardround.connectors.feeds import sync_mirror
from wardround.lake.statements import Statements

CVES = Path(__file__).parents[3] / "shared" / "data" / "cve"


def timed(what: str, count: int, start: tuple[float, float]) -> None:
    """Print what was done, in wall-clock and CPU seconds, and the most memory so far."""
    wall, cpu = time.perf_counter() - start[0], time.process_time() - start[1]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"feeds: {what} {count:,} records: {wall:.1f} s, {cpu:.1f} CPU-s, peak {memory:,.0f} MB")


def now() -> tuple[float, float]:
    """Wall-clock and CPU seconds."""
    return time.perf_counter(), time.process_time()


def main() -> None:
    """First sync, second sync, then every advisory as of today."""
    if not CVES.is_dir():
        print("feeds: ../shared/data/cve is not here, nothing measured")
        return
    with tempfile.TemporaryDirectory() as folder:
        into, at = Path(folder), datetime.now(UTC)
        for which in ("first sync of", "second sync of"):
            start = now()
            report = sync_mirror(CVES, into=into, clock=SystemClock())
            timed(which, report.counts["cve"]["records"], start)
        with Statements.open(into) as statements:
            start = now()
            cves = statements.published(after=datetime(1970, 1, 1, tzinfo=UTC), until=at)
            timed("reading back", sum(1 for _ in statements.advisories(cves, at=at)), start)
            size = sum(path.stat().st_size for path in into.iterdir()) / 1e6
            print(f"feeds: {size:,.0f} MB on disk (aim: under 60 CPU-s and 1,024 MB to sync)")


if __name__ == "__main__":
    main()
