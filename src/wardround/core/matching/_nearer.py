"""What the ranges of one record say of each other, for products with a reviewed order.

Ranges that overlap, of a product whose vendor mends several lines at once (`8.0 before U3d`, `8.0 before U2d`).

Read literally, the fix of the older line is inside the range of the newer one, and so *affected*. A version past the end
of a range of its own line (all the numbers of that end but the last), or of every range that ends in its branch (two numbers),
is *unknown* then: a vendor fact can decide it.
"""

from wardround.core.matching._entries import Entry
from wardround.core.matching._forms import Form
from wardround.core.matching._orders import shown
from wardround.core.vocab import Verdict

_BRANCH = 2


def mended_nearer(entries: list[Entry], form: Form, version: str) -> str:
    """Why a version that a range calls affected may be mended all the same; empty when nothing says so."""
    if not version or not form.reads(version):
        return ""
    own, branch = form.spans(version), form.spans(version)[0].prefix[:_BRANCH]
    passed: list[str] = []
    ahead = False
    for entry in entries:
        end, held = _end(entry)
        if not end or not form.reads(end):
            continue
        past = form.position(version, end) <= ({1} if held else {0, 1})
        prefix = form.spans(end)[0].prefix
        line = prefix[:-1]
        if past and len(line) >= _BRANCH and all(span.low[: len(line)] == line for span in own):
            return _nearer(version, end)
        if len(branch) == _BRANCH < len(prefix) and prefix[:_BRANCH] == branch:
            passed, ahead = [*passed, end] if past else passed, ahead or not past
    return _nearer(version, passed[0]) if passed and not ahead else ""


def _nearer(version: str, end: str) -> str:
    return f"{shown(version)} is at or past {shown(end)}, where one range of the record ends, and inside another one."


def mended_in_branch(entries: list[Entry], form: Form, version: str) -> str:
    """What to assume for a version that no entry covers: that its branch is mended where its range ends. Empty when it is not so.

    Only of products whose vendor writes one range for each branch (`Form.branch`) and ends it with the fix, or before it; and
    past every range that ends in the branch.
    """
    if not form.branch or not version or not form.reads(version):
        return ""
    branch = form.spans(version)[0].prefix[: form.branch]
    own = [(end, held) for end, held in map(_any_end, entries) if end and form.reads(end)]
    own = [(end, held) for end, held in own if form.spans(end)[0].prefix[: form.branch] == branch]
    if (
        len(branch) < form.branch
        or not own
        or not all(form.position(version, end) <= ({1} if held else {0, 1}) for end, held in own)
    ):
        return ""
    end, held = own[0]
    what = "the last affected release" if held else "the fix"
    return f"The end of each range, such as {shown(end)}, is taken as {what} of its branch, as this vendor writes it."


def _end(entry: Entry) -> tuple[str, bool]:
    """The end of an affected range, and whether the range holds it; empty for every other entry."""
    return _any_end(entry) if entry.explicit else ("", False)


def _any_end(entry: Entry) -> tuple[str, bool]:
    """The same of a range that is written as a text, too."""
    span = entry.span if entry.status is Verdict.AFFECTED else None
    return (span.end, span.with_end) if span and span.end and not span.end.endswith("*") else ("", False)
