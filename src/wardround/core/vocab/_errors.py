"""One small family of errors: what was wrong, where, and what to do."""

from dataclasses import dataclass


class WardroundError(Exception):
    """Something a person can act on. Renders as `where: what; do`."""

    def __init__(self, what: str, *, where: str = "", do: str = "") -> None:
        self.what, self.where, self.do = what, where, do
        super().__init__(what, where, do)

    def __str__(self) -> str:
        return (f"{self.where}: " if self.where else "") + self.what + (f"; {self.do}" if self.do else "")


class BadInput(WardroundError):
    """A file or a value that cannot be used. `where` names file and line, row or JSON pointer."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """One thing set aside while the good beside it went on: kept, counted and reported."""

    where: str
    what: str
