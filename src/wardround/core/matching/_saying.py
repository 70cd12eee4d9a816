"""What the objects of one record say of a version, as a key: versions of which they say the same get the same verdict.

For counting only (`_bulk`): asking each object costs less than weighing what they say, which is then done once for each key.
"""

from collections.abc import Callable, Hashable
from dataclasses import replace

from wardround.core.matching._decide import by_rule, standing
from wardround.core.matching._model import Subject
from wardround.core.matching._objects import bare_object
from wardround.core.matching._packages import vendors_of
from wardround.core.matching._record import Record

Saying = Callable[[Subject], Hashable]


def saying(record: Record, blank: Subject) -> Saying | None:
    """How to ask for that key, overrides aside; None where a verdict hangs on more than what each object says.

    A version that does not show its updates is none of these: it speaks for itself alone.
    """
    if by_rule(blank) or any(container.applicability or container.marks for container in record.advisory.containers):
        return None
    if blank.distribution:
        return (lambda subject: None) if _silent(record, blank) else None
    shapes = [one.shape for place in standing(record, blank) for one in record.plan(place, blank).objects]

    def key(subject: Subject) -> Hashable:
        return tuple([said.verdict if (said := bare_object(shape, at="", subject=subject)) else None for shape in shapes])

    return key


def _silent(record: Record, blank: Subject) -> bool:
    """True where no container has a word of the distribution on its package: whatever the version, nobody can tell."""
    asked = [replace(blank, vendors=(vendor,)) for vendor in vendors_of(blank.distribution)]
    return not any(record.places(place, subject) for place in standing(record, blank) for subject in asked)
