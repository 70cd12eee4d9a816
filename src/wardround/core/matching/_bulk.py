"""One record against many distinct subjects at once: only the verdicts, for counting over whole estates."""

from collections.abc import Sequence

from wardround.core.matching._decide import Record, decide
from wardround.core.matching._model import Subject
from wardround.core.matching._overrides import Overrides
from wardround.core.vocab import Verdict

CODES = (Verdict.NOT_AFFECTED, Verdict.UNKNOWN, Verdict.NOT_EVALUABLE, Verdict.AFFECTED)
"""What each code of `verdicts` stands for: its place in this tuple, from mild to heavy (FACTS 9)."""


def verdicts(record: Record, subjects: Sequence[Subject], *, overrides: Overrides) -> bytes:
    """One code (see `CODES`) for each subject, all of which the record names: the same as `decide` gives one by one."""
    return bytes(CODES.index(decide(record, subject, overrides=overrides).verdict) for subject in subjects)
