"""What one entry says of one version, and the words for it."""

from dataclasses import dataclass

from wardround.core.matching._orders import is_first, shown
from wardround.core.matching._text import Range
from wardround.core.vocab import Verdict


@dataclass(slots=True)
class Reading:
    """What one entry, of status `status`, says of one version. Never changed once made.

    `statuses` are those that are possible if it is inside, empty when it is outside; `outside` says that outside is possible.
    `past` is True at or past the end of what the entry covers, None when that cannot be told; `ends` when it is a range
    with an end. `says` describes the entry when it is decided, else says why it is not, and `doubt` is what that makes of it.
    """

    statuses: frozenset[Verdict]
    outside: bool
    says: str | Range
    past: bool | None = None
    ends: bool = False
    doubt: Verdict = Verdict.UNKNOWN
    assumed: tuple[str, ...] = ()
    status: Verdict | None = None

    @property
    def decided(self) -> bool:
        """True when it is certain: outside, or inside with one status."""
        return len(self.statuses) + self.outside == 1

    @property
    def what(self) -> str:
        """The words for it."""
        return self.says if isinstance(self.says, str) else _described(self.says)


def _described(span: Range) -> str:
    """`covers versions from 9.0 up to but not including 9.2.10`."""
    unbounded = span.start is None or span.start == "*" or is_first(span.start)
    start = "" if unbounded else f" {'after' if span.past_start else 'from'} {shown(span.start or '')}"
    if span.end is None or span.end == "*":
        return "covers every version" if unbounded else f"covers versions{start} on"
    if span.end.endswith(".*"):
        return f"covers versions{start} to the end of series {shown(span.end[:-2])}"
    return f"covers versions{start} up to {'and including' if span.with_end else 'but not including'} {shown(span.end)}"
