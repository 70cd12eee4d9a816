"""How far the statements of this thread reach: PostgreSQL holds to it in every row, whatever is asked (decision 27).

Nothing is in reach until somebody says for whom. SQLite has no such rule: there `objects.within(access)` stands alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple, Protocol

EVERY = "*"


class Reaching(Protocol):
    """What an Access says of how far it reaches."""

    @property
    def reads(self) -> frozenset[int]: ...

    @property
    def writes(self) -> frozenset[int]: ...

    @property
    def agreed(self) -> frozenset[int]: ...

    @property
    def national(self) -> bool: ...

    @property
    def everything(self) -> bool: ...


class Reach(NamedTuple):
    """What is told to the database: organisations by primary key, or `EVERY`.

    `answers`: those whose answers alone are in reach, as they are for the centre (every one) and for a parent (those that agreed).
    """

    reads: str = ""
    writes: str = ""
    answers: str = ""

    def statement(self) -> str:
        """One statement line that says so for the session. Its values are numbers, made here: nothing of it is anybody's input."""
        return ";".join(f"SET wardround.{name} TO '{value}'" for name, value in self._asdict().items())


NOTHING, EVERYTHING = Reach(), Reach(EVERY, EVERY, EVERY)
_now: ContextVar[Reach] = ContextVar("reach", default=NOTHING)


def now() -> Reach:
    """What is in reach of this thread."""
    return _now.get()


def reach_of(access: Reaching | None) -> Reach:
    """How far an access reaches; nobody's reaches nothing."""
    if access is None:
        return NOTHING
    if access.everything:
        return EVERYTHING
    return Reach(_keys(access.reads | access.writes), _keys(access.writes), EVERY if access.national else _keys(access.agreed))


def _keys(keys: frozenset[int]) -> str:
    return ",".join(str(int(key)) for key in sorted(keys))


@contextmanager
def reaching(access: Reaching | None) -> Iterator[None]:
    """What is asked inside reaches as far as this access, no less and no further; afterwards it is as before."""
    token = _now.set(reach_of(access))
    try:
        yield
    finally:
        _now.reset(token)


def reach_from_here(reach: Reach) -> None:
    """This thread reaches that far until it ends: a command, a worker. Never a page."""
    _now.set(reach)
