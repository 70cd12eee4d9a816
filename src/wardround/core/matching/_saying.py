"""What the objects of one record say of all versions of a product at once: where they say the same, so does the record.

For counting only (`_bulk`): what they say is then weighed once for each combination, and not for each version.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from wardround.core.matching._decide import by_rule, standing
from wardround.core.matching._model import Subject
from wardround.core.matching._objects import Shape, _listed, mended
from wardround.core.matching._orders import distributions
from wardround.core.matching._packages import vendors_of
from wardround.core.matching._ranked import Versions, singly
from wardround.core.matching._record import Record
from wardround.core.matching._weighing import Before, By, otherwise, weighed
from wardround.core.matching._weighing import after as so_far
from wardround.core.vocab import Verdict


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
                found[mended(shape, verdict, versions.texts[one.bit_length() - 1].text)] |= one
        else:
            found[verdict] |= members
    if shape.odd and Verdict.NOT_AFFECTED in found:
        found[Verdict.NOT_EVALUABLE] |= found.pop(Verdict.NOT_AFFECTED)
    return found


def _decided(shape: Shape, versions: Versions, members: int) -> Iterator[tuple[tuple[Verdict, bool], int]]:
    """Entries in order, then the default: the first that surely holds a version ends its walk. With *by default* for each."""
    walking: dict[Before, int] = {Before(): members} if members else {}
    for entry in shape.entries:
        going: dict[Before, int] = {}
        readings = versions.readings(entry)
        for before, some in walking.items():
            for said, those in readings:
                if both := some & those:
                    told = so_far(before, said)
                    if said.outside:
                        going[told] = going.get(told, 0) | both
                    else:
                        yield _verdict(told, None), both
        if not (walking := going):
            return
    for before, some in walking.items():
        yield _verdict(before, otherwise(before, shape.default)), some


def _verdict(before: Before, fallback: Verdict | None) -> tuple[Verdict, bool]:
    verdict, by = weighed(before, fallback)
    return verdict, by is By.DEFAULT


def _silent(record: Record, blank: Subject) -> bool:
    """True where no container has a word of the distribution on its package: whatever the version, nobody can tell."""
    asked = [replace(blank, vendors=(vendor,)) for vendor in vendors_of(blank.distribution)]
    return not any(record.places(place, subject) for place in standing(record, blank) for subject in asked)
