"""How far others are, in numbers too coarse to single anybody out."""

from dataclasses import dataclass

LEAST = 10
STEP = 5


@dataclass(frozen=True, slots=True)
class Coarse:
    """Of about `asked` organisations at least `done`."""

    asked: int
    done: int


def coarse(done: int, *, asked: int) -> Coarse | None:
    """Both numbers rounded down to fives; None below ten organisations.

    A published number moves only when five more have moved, fewer than five are no number, and near the top it stops five below:
    neither one alone nor the last one is ever told.
    """
    if asked < LEAST:
        return None
    about = asked // STEP * STEP
    return Coarse(about, min(done // STEP * STEP, about - STEP))
