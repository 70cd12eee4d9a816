"""The first entry that contains the version decides; an undecided entry only matters when it could change the answer (FACTS 9).

One place says so, for one version with its words (`_objects`) and for all versions of a product at once (`_saying`).
"""

from enum import Enum
from typing import NamedTuple

from wardround.core.matching._reading import Reading
from wardround.core.vocab import Verdict

BIT = {verdict: 1 << place for place, verdict in enumerate(Verdict)}
_VERDICT = {bit: verdict for verdict, bit in BIT.items()}
_NOT_EVALUABLE = BIT[Verdict.NOT_EVALUABLE]


class Said(NamedTuple):
    """A `Reading` as far as verdicts go, in numbers: `statuses` has a bit for each verdict that is possible inside (`BIT`).

    `doubt` is the bit of what its doubt makes of it, 0 where it is decided; `bad` is of an entry that says *affected*.
    """

    statuses: int
    outside: bool
    past: bool
    ends: bool
    doubt: int
    bad: bool


class Before(NamedTuple):
    """What entries have said of a version: the statuses that are possible, the doubt that comes first (0: none), whether an
    affected range ends, and whether the version is past all that is affected."""

    statuses: int = 0
    doubt: int = 0
    ends: bool = False
    past: bool = True


class By(Enum):
    """What decided: the last entry read, the default, or that nobody can tell."""

    ENTRY = 1
    DEFAULT = 2
    DOUBT = 3


def said_of(reading: Reading) -> Said:
    """A reading in numbers."""
    bits = 0
    for status in reading.statuses:
        bits |= BIT[status]
    doubt = 0 if reading.decided else BIT[reading.doubt]
    return Said(bits, reading.outside, bool(reading.past), reading.ends, doubt, reading.status is Verdict.AFFECTED)


def after(before: Before, said: Said) -> Before:
    """The same with one entry more."""
    statuses, doubt, ends, past = before
    possible, _, beyond, ending, unsure, bad = said
    if unsure and (not doubt or unsure == _NOT_EVALUABLE):
        doubt = unsure
    return Before(statuses | possible, doubt, ends or (bad and ending), past and (beyond or not bad))


def otherwise(before: Before, default: Verdict | None) -> Verdict:
    """What answers when no entry contains the version: the stated default, else the convention past the end, else nothing."""
    if default is not None:
        return default
    return Verdict.NOT_AFFECTED if before.ends and before.past else Verdict.UNKNOWN


def weighed(before: Before, fallback: Verdict | None) -> tuple[Verdict, By]:
    """The one verdict that is possible; else the doubt that comes first, of which *not evaluable* outranks *unknown*.

    No `fallback` where an entry surely contains the version.
    """
    possible = before.statuses | (BIT[fallback] if fallback else 0)
    if possible & (possible - 1):
        return _VERDICT[before.doubt], By.DOUBT
    return _VERDICT[possible], By.DEFAULT if fallback else By.ENTRY
