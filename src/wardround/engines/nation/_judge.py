"""The verdict of every distinct pair of a record and a subject, by `core.matching`; equal rows of verdicts are kept once."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat

import numpy as np
import numpy.typing as npt

from wardround.core.advisories import Advisory
from wardround.core.matching import Overrides
from wardround.core.matching._bulk import CODES, UNTOLD, verdicts
from wardround.core.matching._foretold import Foretold
from wardround.core.matching._record import Record
from wardround.core.vocab import Verdict
from wardround.engines.nation._kept import Known, digest_of
from wardround.engines.nation._naming import Block, Ints

AFFECTED = CODES.index(Verdict.AFFECTED)
OPEN = (CODES.index(Verdict.UNKNOWN), CODES.index(Verdict.NOT_EVALUABLE))
Bools = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Universe:
    """All that some records speak of: the same pairs for each of them. `rows` has each distinct row of verdicts once.

    A row has a code for every subject; `subject` gives each of `pairs` its subject's place. `cves` gives each record its row.
    """

    pairs: Ints
    subject: Ints
    once: Ints
    digest: str
    rows: dict[bytes, int] = field(default_factory=dict)
    cves: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, together: Sequence[Block]) -> "Universe":
        """The pairs of these blocks. A subject that two of them have is counted once: `once` has the places that count."""
        subjects = [subject for block in together for subject in block.subjects]
        first: dict[object, int] = {}
        for place, subject in enumerate(subjects):
            first.setdefault(subject, place)
        starts = np.cumsum([0, *(len(block.ranked.subjects) for block in together)]).tolist()
        return cls(
            np.concatenate([block.pairs for block in together]),
            np.concatenate([block.subject + start for block, start in zip(together, starts, strict=False)]),
            np.array(list(first.values()), np.int64),
            digest_of(block.digest for block in together),
        )

    def add(self, cve: str, row: bytes) -> None:
        """The codes of all subjects under a CVE; none of a rejected record, which states nothing and counts nothing."""
        if row:
            self.cves[cve] = self.rows.setdefault(row, len(self.rows))

    def matrices(self) -> tuple[Bools, Bools]:
        """For each row and pair: is it affected; is it affected or open."""
        codes = np.frombuffer(b"".join(self.rows), np.uint8).reshape(len(self.rows), -1)
        affected, undecided = codes == AFFECTED, np.isin(codes, OPEN)
        return affected[:, self.subject], (affected | undecided)[:, self.subject]


@dataclass(slots=True)
class Judged:
    """Every universe, how many distinct pairs of record and subject there were by verdict, and how many records were asked."""

    universes: list[Universe]
    pairs: int = 0
    affected: int = 0
    unknown: int = 0
    read: int = 0


def judge(
    listed: Sequence[Block],
    *,
    records: Callable[[Sequence[str]], Iterable[Advisory]],
    overrides: Overrides,
    known: Known | None = None,
    foretold: Foretold | None = None,
    progress: Callable[[int, int, str], None] = lambda done, total, name: None,
) -> Judged:
    """The verdicts of all records that name anything. Rejected ones state nothing.

    What is `known` is not asked again; what is `foretold` of these blocks is asked of no record.
    """
    naming: dict[str, list[int]] = defaultdict(list)
    for number, block in enumerate(listed):
        for cve in block.cves:
            naming[cve].append(number)
    made: dict[tuple[int, ...], Universe] = {}
    asked: list[str] = []
    known = known or Known(basis={})
    for cve in sorted(naming):
        which = tuple(naming[cve])
        if (universe := made.get(which)) is None:
            universe = made[which] = Universe.of([listed[n] for n in which])
        if (row := known.row(universe.digest, cve)) is None:
            asked.append(cve)
        else:
            universe.add(cve, row)
    rows, left = _foretold(asked, naming, foretold) if foretold else ({}, dict.fromkeys(asked))
    for done, advisory in enumerate(records(sorted(left))):
        if done % 500 == 0:
            progress(done, len(left), advisory.cve)
        if advisory.cve in naming:
            rows[advisory.cve] = _row(advisory, [listed[n] for n in naming[advisory.cve]], overrides, left[advisory.cve])
    for cve in sorted(rows):
        universe = made[tuple(naming[cve])]
        universe.add(cve, rows[cve])
        known.put(universe.digest, cve, rows[cve])
    judged = Judged([universe for universe in made.values() if universe.rows], read=len(left))
    for universe in judged.universes:
        _count(judged, universe)
    return judged


Parts = Sequence[bytearray | None]
"""What is foretold of a record, block by block."""


def _foretold(
    asked: Sequence[str], naming: Mapping[str, Sequence[int]], foretold: Foretold
) -> tuple[dict[str, bytes], dict[str, Parts | None]]:
    """The rows of verdicts that need no record; and of the other records what is foretold."""
    rows: dict[str, bytes] = {}
    left: dict[str, Parts | None] = {}
    for cve in asked:
        parts = [foretold.codes(number, cve) for number in naming[cve]]
        if any(part is None or UNTOLD in part for part in parts):
            left[cve] = parts
        else:
            rows[cve] = b"".join(filter(None, parts))
    return rows, left


def _row(advisory: Advisory, together: Sequence[Block], overrides: Overrides, parts: Parts | None) -> bytes:
    if advisory.state.casefold() == "rejected":
        return b""
    record = Record(advisory)
    return b"".join(
        verdicts(record, block.ranked, overrides=overrides, foretold=part)
        for block, part in zip(together, parts or repeat(None), strict=False)
    )


def _count(judged: Judged, universe: Universe) -> None:
    codes = np.frombuffer(b"".join(universe.rows), np.uint8).reshape(len(universe.rows), -1)[:, universe.once]
    often = np.bincount(list(universe.cves.values()), minlength=len(universe.rows))
    judged.pairs += len(universe.cves) * len(universe.once)
    judged.affected += int((codes == AFFECTED).sum(axis=1) @ often)
    judged.unknown += int(np.isin(codes, OPEN).sum(axis=1) @ often)
