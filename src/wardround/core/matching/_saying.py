"""What the objects of one record say of all versions of a product at once: where they say the same, so does the record.

For counting only (`_bulk`): what they say is then weighed once for each combination, and not for each version.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from wardround.core.matching._decide import by_rule, standing
from wardround.core.matching._model import Subject
from wardround.core.matching._nearer import mended_in_branch, mended_nearer
from wardround.core.matching._objects import Shape, _listed
from wardround.core.matching._orders import distributions
from wardround.core.matching._packages import vendors_of
from wardround.core.matching._ranked import BIT, Said, Versions, singly
from wardround.core.matching._record import Record
from wardround.core.vocab import Verdict

_VERDICT = {bit: verdict for verdict, bit in BIT.items()}
_NOT_EVALUABLE = BIT[Verdict.NOT_EVALUABLE]


def alike(record: Record, blank: Subject, versions: Versions, *, members: int) -> list[tuple[int, Verdict | None]] | None:
    """Sets of these versions of which the record's objects say the same, overrides aside; with the verdict where one object
    speaks of the product, and of all of it.

    None where a verdict hangs on more than what each object says. A version that does not show its updates should be none of
    them: it speaks for itself alone.
    """
    if by_rule(blank) or any(container.applicability or container.marks for container in record.advisory.containers):
        return None
    if blank.distribution:
        return [(members, None)] if _silent(record, blank) else None
    plans = [record.plan(place, blank) for place in standing(record, blank)]
    objects = [one for plan in plans for one in plan.objects]
    found = [verdicts_of(one.shape, versions, scheme=blank.scheme) for one in objects]
    if len(objects) == len(blank.vendors) == 1 and not (
        objects[0].platforms or objects[0].variants or any(p.unread for p in plans)
    ):
        return [(both, verdict) for verdict, some in found[0].items() if (both := members & some)]
    parts = [members] if members else []
    for said in found:
        parts = [both for part in parts for some in said.values() if (both := part & some)]
    return [(part, None) for part in parts]


def verdicts_of(shape: Shape, versions: Versions, *, scheme: str = "") -> dict[Verdict | None, int]:
    """The verdict that `bare_object` gives on each of the versions, by verdict; None for those that the object cannot hold."""
    found: dict[Verdict | None, int] = defaultdict(int)
    held = versions.every
    if shape.types == {"git"}:
        held = versions.commits | versions.called(_listed(shape.entries))
        found[None] = versions.every & ~held
    if scheme and scheme in distributions() - shape.types:
        found[Verdict.UNKNOWN] |= held
        return found
    for (verdict, by_default), members in _decided(shape, versions, held):
        if shape.form and (verdict is Verdict.AFFECTED or (by_default and verdict is Verdict.UNKNOWN)):
            for one in singly(members):
                found[_mended(shape, verdict, versions.texts[one.bit_length() - 1].text)] |= one
        else:
            found[verdict] |= members
    if shape.odd and Verdict.NOT_AFFECTED in found:
        found[Verdict.NOT_EVALUABLE] |= found.pop(Verdict.NOT_AFFECTED)
    return found


def _mended(shape: Shape, verdict: Verdict, version: str) -> Verdict:
    """What the ranges of a product with a reviewed order say of each other."""
    assert shape.form is not None  # noqa: S101  (asked of such products only)
    if verdict is Verdict.AFFECTED:
        return Verdict.UNKNOWN if mended_nearer(shape.entries, shape.form, version) else verdict
    return Verdict.NOT_AFFECTED if mended_in_branch(shape.entries, shape.form, version) else verdict


_Before = tuple[int, int, bool, bool]
"""What the entries before have said of a version that none of them surely holds: the statuses that are possible, the doubt that
comes first (0: none), whether an affected range ends, and whether the version is past all that is affected."""


def _decided(shape: Shape, versions: Versions, members: int) -> Iterator[tuple[tuple[Verdict, bool], int]]:
    """Entries in order, then the default: the first that surely holds a version ends its walk. With *by default* for each."""
    walking: dict[_Before, int] = {(0, 0, False, True): members} if members else {}
    for entry in shape.entries:
        going: dict[_Before, int] = {}
        readings = versions.readings(entry)
        for before, some in walking.items():
            for said, those in readings:
                if both := some & those:
                    after = _after(before, said)
                    if said.outside:
                        going[after] = going.get(after, 0) | both
                    else:
                        yield _weighed(after, 0), both
        if not (walking := going):
            return
    for before, some in walking.items():
        yield _weighed(before, _default(shape, before)), some


def _after(before: _Before, said: Said) -> _Before:
    statuses, doubt, ends, past = before
    possible, _, beyond, ending, unsure, bad = said
    if unsure and (not doubt or unsure == _NOT_EVALUABLE):
        doubt = unsure
    return statuses | possible, doubt, ends or (bad and ending), past and (beyond or not bad)


def _default(shape: Shape, before: _Before) -> int:
    if shape.default is not None:
        return BIT[shape.default]
    return BIT[Verdict.NOT_AFFECTED if before[2] and before[3] else Verdict.UNKNOWN]


def _weighed(before: _Before, fallback: int) -> tuple[Verdict, bool]:
    """The one verdict that is possible; else the doubt that comes first, of which *not evaluable* outranks *unknown*."""
    possible = before[0] | fallback
    return (_VERDICT[before[1]], False) if possible & (possible - 1) else (_VERDICT[possible], fallback > 0)


def _silent(record: Record, blank: Subject) -> bool:
    """True where no container has a word of the distribution on its package: whatever the version, nobody can tell."""
    asked = [replace(blank, vendors=(vendor,)) for vendor in vendors_of(blank.distribution)]
    return not any(record.places(place, subject) for place in standing(record, blank) for subject in asked)
