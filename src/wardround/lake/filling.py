"""The shelf filled in advance, after a sync: what is new or restated is worked out, so that the first `check` finds it there."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from wardround.core.matching._compiled import compiled, joined
from wardround.core.matching._decide import by_rule
from wardround.core.matching._model import Subject
from wardround.core.matching._names import names
from wardround.core.matching._record import Record
from wardround.core.matching._rows import Row
from wardround.core.matching._shelf import Names
from wardround.core.matching._windows import VENDOR, releases_of
from wardround.core.names import Aliases
from wardround.core.names._keys import Name
from wardround.core.names._named import ECOSYSTEM
from wardround.core.vocab import Install
from wardround.lake.shelf import shelf
from wardround.lake.statements import Statements

AT_ONCE = 1_000
"""Records to a transaction: what was written stays when the rest is interrupted."""

Progress = Callable[[int, int, str], None]


def fill(folder: Path, *, at: datetime, progress: Progress = lambda done, total, name: None) -> int:
    """Work out a row for each name of each record in the store that has none yet; how many records that were.

    The second time only what was restated is left. What is not in force at `at` yet is left for later, as is the rest where
    the shelf cannot be written: it is a cache, and `check` does without.
    """
    made = 0
    with Statements.open(folder) as statements, shelf(folder, statements, at=at) as kept:
        called = Called(statements)
        left = kept.lacking(called.records())
        for start in range(0, len(left), AT_ONCE):
            progress(start, len(left), "working out what the records say")
            for advisory in statements.undated(left[start : start + AT_ONCE], at=at):
                record = Record(advisory)
                rows = list(compiled(record, called.of(advisory.cve)))
                joint = [(several, joined(record, several)) for several in called.together(rows)]
                kept.keep(advisory, rows=rows, joint=joint, answers=(), whole=True)
            if not kept.write(last=False):
                break
            made += len(left[start : start + AT_ONCE])
    return made


class Called:
    """What inventories may call the products of records: as these do, and what the rules of names make of that."""

    def __init__(self, statements: Statements) -> None:
        self._naming = cache(statements.naming)
        self._aliases = Aliases.load()
        self._by_record: dict[str, list[Name]] = defaultdict(list)
        for vendor, product, cve in statements.db.execute("SELECT vendor, product, cve FROM name"):
            self._by_record[cve].append((vendor, product))
        self._named = cache(self._names)

    def records(self) -> Iterable[str]:
        """All that name something."""
        return self._by_record

    def of(self, cve: str) -> list[Name]:
        """The names that a record uses, and those of releases that it speaks of under other names (Windows, SQL Server).

        Of Windows also the name of an install that does not say which release it is.
        """
        listed = self._by_record[cve]
        said = [name for name in listed if name[0] == VENDOR]
        families = {f for _, product in said for release, _ in releases_of(product) or () for f in release.families}
        other = [self._named(name)[0] for name in (*said, *((VENDOR, family) for family in sorted(families)))]
        return list(dict.fromkeys((*listed, *(name for name in other if by_rule(Subject((VENDOR,), name[1], ""))))))

    def together(self, rows: Sequence[tuple[Name, Row]]) -> list[Names]:
        """Those of a record's names that are one product's, under which it says different things."""
        by_name = {name: id(row) for name, row in rows}
        if len(set(by_name.values())) < 2:
            return []
        found: dict[frozenset[int], Names] = {}
        for name in by_name:
            several = tuple(one for one in self._named(name) if one in by_name)
            if len(which := frozenset(by_name[one] for one in several)) > 1:
                found.setdefault(which, several)
        return list(found.values())

    def _names(self, name: Name) -> Names:
        """The names that go with one: those of an install that an inventory calls so."""
        vendor, product = name
        if vendor.startswith(ECOSYSTEM):
            return (name,)
        found = names(Install("", product, "", vendor=vendor), naming=self._naming, aliases=self._aliases)
        return ((found.vendors[0], found.product), *found.also) if found and not found.ambiguous else (name,)
