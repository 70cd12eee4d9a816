"""The shelf filled in advance, after a sync: what is new or restated is worked out, so that the first `check` finds it there."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from wardround.core.matching._compiled import compiled
from wardround.core.matching._record import Record
from wardround.core.names._keys import Name
from wardround.lake.shelf import shelf
from wardround.lake.statements import Statements

AT_ONCE = 1_000
"""Records to a transaction: what was written stays when the rest is interrupted."""

FEW = 20
"""Names: one record in thirty has more (firmware of every model), a quarter of the work that hardly anybody will ask for. Their
rows are made when somebody does."""

Progress = Callable[[int, int, str], None]


def fill(folder: Path, *, at: datetime, progress: Progress = lambda done, total, name: None) -> int:
    """Work out a row for each name of each record in the store that has none yet, and few names; how many records that were.

    The second time only what was restated is left. What is not in force at `at` yet is left for later, as is the rest where
    the shelf cannot be written: it is a cache, and `check` does without.
    """
    made = 0
    with Statements.open(folder) as statements:
        found: dict[str, list[Name]] = defaultdict(list)
        for vendor, product, cve in statements.db.execute("SELECT vendor, product, cve FROM name"):
            found[cve].append((vendor, product))
        names = {cve: listed for cve, listed in found.items() if len(listed) <= FEW}
        with shelf(folder, statements, at=at) as kept:
            left = kept.lacking(names)
            for start in range(0, len(left), AT_ONCE):
                progress(start, len(left), "working out what the records say")
                for advisory in statements.undated(left[start : start + AT_ONCE], at=at):
                    kept.keep(advisory, rows=compiled(Record(advisory), names[advisory.cve]), answers=(), whole=True)
                if not kept.write():
                    break
                made += len(left[start : start + AT_ONCE])
    return made
