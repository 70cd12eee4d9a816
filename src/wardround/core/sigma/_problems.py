"""What stops a rule from being run, and where in its document."""

from collections.abc import Sequence

from wardround.core.vocab._hunting import Reason


class ProblemError(Exception):
    """A rule cannot be run. `path` leads to the part at fault in its document; `line` is set where no document could be read."""

    def __init__(self, what: str, path: Sequence[object] = (), *, reason: Reason = Reason.BROKEN, line: int = 0) -> None:
        super().__init__(what)
        self.what, self.path, self.reason, self.line = what, tuple(path), reason, line

    def under(self, *path: object) -> "ProblemError":
        """The same problem, seen from further out."""
        self.path = (*path, *self.path)
        return self


class UnsupportedError(ProblemError):
    """A construct that this evaluator does not run; the text says which."""

    def __init__(self, what: str, path: Sequence[object] = ()) -> None:
        super().__init__(what, path, reason=Reason.UNSUPPORTED)
