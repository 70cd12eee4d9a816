"""A vendor's fixes branch by branch, for products that write versions their own way (`_forms.py`).

A branch is named by the beginning of a version (`10.2`, and within it `10.2.8` where older releases got hotfixes of their own);
the longest that fits counts. A branch has the version that fixed it, or a status of its own (never fixed, never affected). What no
branch covers is said in two words: `newer` than every branch, and `otherwise`. A workaround is no fix and changes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from wardround.core.matching._forms import LARGER_THAN_ANY, Form, Key, Span
from wardround.core.matching._orders import shown
from wardround.core.vocab import Verdict

_WORDS = {Verdict.AFFECTED: "affected", Verdict.NOT_AFFECTED: "not affected", Verdict.UNKNOWN: "not known"}
NEWER = "A branch newer than every one that the vendor lists is taken to hold the fix."


@dataclass(frozen=True, slots=True)
class Branch:
    """One branch: fixed from `fixed` on and `below` that affected, or all of `status`. Below `since` it had the fault not yet.

    `below` is *unknown* where a version below the fix may carry a mend that does not show in it, and `before` is where the
    vendor names the first version that has the fault without a word about those below. Up to `last`, which is known to have
    it, a branch is affected whatever else is said. `note` says why. `unconfirmed` says why nothing published confirms the
    fix: a *not affected* by it is then assumed.
    """

    name: str
    fixed: str = ""
    status: Verdict | None = None
    since: str = ""
    note: str = ""
    below: Verdict = Verdict.AFFECTED
    before: Verdict = Verdict.NOT_AFFECTED
    unconfirmed: str = ""
    last: str = ""

    def prefix(self, form: Form, by: int = 0) -> Key:
        """The numbers that a version of this branch begins with; none for a branch without a name, which is every version."""
        return form.spans(self.name)[by].prefix if self.name else ()


@dataclass(frozen=True)
class ProductBranches:
    """All that a vendor said of its branches. `workaround` is shown beside *affected*, and never makes it anything else."""

    form: Form
    branches: tuple[Branch, ...]
    newer: Verdict
    otherwise: Verdict
    workaround: str = ""

    @property
    def listed(self) -> str:
        """The fixed versions, the first of them, for a sentence."""
        fixes = [branch.fixed for branch in self.branches if branch.fixed]
        return ", ".join(fixes[:6]) + (f" and {len(fixes) - 6} more" if len(fixes) > 6 else "")


def product_answer(table: ProductBranches, *, version: str) -> tuple[Verdict, str, tuple[str, ...]]:
    """The verdict on a version (empty text: not stated), the reason in a sentence, and what the verdict assumes."""
    fixes = f" ({table.listed})" if table.listed else ""
    if not version:
        return Verdict.UNKNOWN, f"The inventory states no version, and the vendor tells versions apart{fixes}.", ()
    if not table.form.reads(version):
        why = f"{shown(version)} is not written as a version of this product, so it cannot be held against the fixes{fixes}."
        return Verdict.UNKNOWN, why, ()
    by = next((n for n, span in enumerate(table.form.spans(version)) if span.exact and _covers(table, n)), 0)
    span = table.form.spans(version)[by]
    if len({_status(table, point, by) for point in _points(table, span, by)}) > 1:
        return Verdict.UNKNOWN, f"{shown(version)} is too coarse: its missing parts decide whether it has the fix{fixes}.", ()
    verdict, branch = _status(table, span.low, by), _branch(table, span.low, by)
    newer = branch is None and span.low > _newest(table, by)
    return verdict, _reason(table, version, verdict, branch, span, by), _assumed(verdict, branch, newer=newer)


def unconfirmed(what: str, why: str) -> str:
    """The sentence that a *not affected* carries when nothing published confirms what it rests on."""
    return f"That {what} was not confirmed by anything published: {why}"


def _assumed(verdict: Verdict, branch: Branch | None, *, newer: bool) -> tuple[str, ...]:
    """What a *not affected* rests on without the vendor having said it, or without anything published that confirms it."""
    if verdict is not Verdict.NOT_AFFECTED:
        return ()
    if branch is None:
        return (NEWER,) if newer else ()
    what = f"{branch.fixed} has the fix" if branch.fixed else f"branch {branch.name} is not affected"
    return (unconfirmed(what, branch.unconfirmed),) if branch.unconfirmed else ()


def _covers(table: ProductBranches, by: int) -> bool:
    """True when every fix states what this way of comparing needs."""
    stated = (text for branch in table.branches for text in (branch.fixed, branch.since, branch.last) if text)
    return all(table.form.spans(text)[by].exact for text in stated)


def _branch(table: ProductBranches, point: Key, by: int) -> Branch | None:
    """The longest branch that a version begins with."""
    fitting = [(len(prefix), b) for b in table.branches if (prefix := b.prefix(table.form, by)) == point[: len(prefix)]]
    return max(fitting, key=lambda found: found[0])[1] if fitting else None


def _newest(table: ProductBranches, by: int) -> Key:
    return max(branch.prefix(table.form, by) for branch in table.branches)


def _status(table: ProductBranches, point: Key, by: int) -> Verdict:
    """The rule itself, for one version with all its numbers."""
    branch = _branch(table, point, by)
    if branch is None:
        return table.newer if point > _newest(table, by) else table.otherwise
    if branch.since and point < table.form.spans(branch.since)[by].low:
        return branch.before
    if branch.last and point <= table.form.spans(branch.last)[by].low:
        return Verdict.AFFECTED
    if branch.fixed:
        return Verdict.NOT_AFFECTED if point >= table.form.spans(branch.fixed)[by].low else branch.below
    return branch.status or Verdict.UNKNOWN


def _points(table: ProductBranches, span: Span, by: int) -> Iterator[Key]:
    """The versions within a span between which the answer can change, and its ends."""
    yield span.low
    if span.exact:
        return
    yield span.high
    width = len(span.low)
    for branch in table.branches:
        prefix = branch.prefix(table.form, by)
        after = (*prefix[:-1], prefix[-1] + 1) if prefix else ()
        edges = [(*edge, *[0] * (width - len(edge))) for edge in (prefix, after)]
        edges.append((*prefix, *[LARGER_THAN_ANY] * (width - len(prefix))))
        edges += [table.form.spans(text)[by].low for text in (branch.fixed, branch.since, branch.last) if text]
        yield from (edge for edge in edges if span.low <= edge <= span.high)


def _reason(table: ProductBranches, version: str, verdict: Verdict, branch: Branch | None, span: Span, by: int) -> str:
    """One sentence, by which branch; then what the vendor says beside it, and how versions were compared."""
    said = shown(version)
    if branch is None:
        newer = span.low > _newest(table, by)
        fixes = f"; the fixed versions are {table.listed}" if table.listed else ""
        said += (
            f" is above the newest branch that the vendor lists{fixes}"
            if newer
            else f" is of no branch that the vendor lists{fixes}"
        )
        said += f": taken as {_WORDS[verdict]}, as this fact states"
    elif branch.since and span.low < table.form.spans(branch.since)[by].low:
        said += f" is below {branch.since}, the first version of its branch that has the fault"
    elif branch.last and span.high <= table.form.spans(branch.last)[by].low:
        said += f" is at or below {branch.last}, which is known to have the fault"
    elif branch.fixed:
        of = f"its branch {branch.name}" if branch.name else "the product"
        said += f" is {'at or above' if verdict is Verdict.NOT_AFFECTED else 'below'} {branch.fixed}, the fix of {of}"
    else:
        said += f" is of branch {branch.name}, which the vendor says is {_WORDS[verdict]}"
    said += f" ({branch.note})." if branch and branch.note else "."
    if verdict is Verdict.AFFECTED and table.workaround:
        said += f" A workaround exists, which is no fix: {table.workaround}"
    return f"{said} Compared by the reviewed order of {table.form.title}."
