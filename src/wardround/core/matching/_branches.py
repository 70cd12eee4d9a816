"""A vendor's list of fixes, one for each branch: the fact that a record with one listed fix lacks.

A version is fixed when it is at or above the fix of its own branch, or above the newest fixed branch; every other is
affected (FACTS 1). A version with too few parts is unknown when the missing parts could decide.
"""

from dataclasses import dataclass

from wardround.core.matching._orders import is_plain, shown
from wardround.core.vocab import Verdict

Version = tuple[int, ...]
_LARGER_THAN_ANY = 10**18


@dataclass(frozen=True, slots=True)
class Branches:
    """The first fixed version of each branch. A branch is the first `branch_parts` numbers; a whole version has `version_parts`."""

    fixed: tuple[Version, ...]
    branch_parts: int
    version_parts: int

    def fix_of(self, version: Version) -> Version | None:
        """The fix of a version's own branch, or None."""
        return next((f for f in self.fixed if f[: self.branch_parts] == version[: self.branch_parts]), None)

    def is_fixed(self, version: Version) -> bool:
        """The rule itself, for a version with all its parts."""
        if fix := self.fix_of(version):
            return version >= fix
        return version[: self.branch_parts] > max(self.fixed)[: self.branch_parts]


def branch_answer(branches: Branches, *, version: str) -> tuple[Verdict, str]:
    """The verdict on a version (empty text: not stated) and the reason in a sentence."""
    listed = ", ".join(".".join(map(str, fix)) for fix in branches.fixed)
    if not version:
        return Verdict.UNKNOWN, f"The inventory states no version; the fixed ones are {listed}."
    if not is_plain(version):
        return (
            Verdict.UNKNOWN,
            f"{shown(version)} is not a plain dotted number, so it cannot be held against the fixed versions {listed}.",
        )
    numbers = tuple(int(part) for part in version.lstrip("vV").split("."))
    if len(set(_possible(branches, numbers))) > 1:
        return Verdict.UNKNOWN, f"{shown(version)} is too coarse: its missing parts decide whether it has the fix ({listed})."
    fix = branches.fix_of(numbers)
    own = f"{'.'.join(map(str, fix))}, the fix of its branch" if fix else ""
    if branches.is_fixed(_padded(numbers, 0, branches)):
        return (
            Verdict.NOT_AFFECTED,
            f"{shown(version)} is at or above {own}." if fix else f"{shown(version)} is above the newest fixed branch ({listed}).",
        )
    return (
        Verdict.AFFECTED,
        f"{shown(version)} is below {own}."
        if fix
        else f"The branch of {shown(version)} was never fixed; the fixed versions are {listed}.",
    )


def _possible(branches: Branches, numbers: Version) -> list[bool]:
    """Fixed or not, for the lowest and the highest version that this can stand for, and for each fix that it can stand for."""
    within = [fix for fix in branches.fixed if fix[: len(numbers)] == numbers]
    candidates = [_padded(numbers, 0, branches), _padded(numbers, _LARGER_THAN_ANY, branches), *within]
    return [branches.is_fixed(candidate) for candidate in candidates]


def _padded(numbers: Version, filler: int, branches: Branches) -> Version:
    return numbers + (filler,) * (branches.version_parts - len(numbers))
