"""One record against many distinct subjects at once: only the verdicts, for counting over whole estates.

Versions of one product are ranked once (`Ranked`, `_ranked`). What each object of a record says of all of them takes a few
comparisons with its bounds (`_saying`); of those of which all objects say the same, one is decided and speaks for the rest.
Records that say the same of a product (`_statement`) share their verdicts. What neither tells is decided one by one.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from wardround.core.advisories import Advisory
from wardround.core.matching._cuts import Cuts, cuts_of
from wardround.core.matching._decide import decide, standing
from wardround.core.matching._model import Subject
from wardround.core.matching._numbers import Bound, text_of
from wardround.core.matching._objects import Shape, bare_object
from wardround.core.matching._overrides import Overrides
from wardround.core.matching._product_lines import unshowing, unshown
from wardround.core.matching._ranked import Versions, numbers_of, singly
from wardround.core.matching._record import Record
from wardround.core.matching._saying import alike
from wardround.core.matching._statement import asked_of, statement
from wardround.core.matching._windows import VENDOR, releases_of
from wardround.core.matching._windows_answer import ends_at_publication
from wardround.core.vocab import Verdict

CODES = (Verdict.NOT_AFFECTED, Verdict.UNKNOWN, Verdict.NOT_EVALUABLE, Verdict.AFFECTED)
"""What each code of `verdicts` stands for: its place in this tuple, from mild to heavy (FACTS 9)."""

_CODE = {verdict: code for code, verdict in enumerate(CODES)}
UNTOLD = 255
"""Stands in the place of a code that is not foretold."""

_FEW_OF = 3
_WHOLE = re.compile(r"\d+\.\d+\.\d{4,5}\.\d+", re.ASCII)  # the build of a Windows with its revision
_REVISION = re.compile(r"\.(\d{1,9})$", re.ASCII)


class Ranked:
    """Distinct subjects, the versions of each product ranked once for all records. `subjects` keeps their order.

    Prepare one for each product (all its versions, on every platform), and use it for every record that names the product.
    """

    def __init__(self, subjects: Iterable[Subject]) -> None:
        self.subjects = tuple(subjects)
        grouped: dict[Subject, list[int]] = defaultdict(list)
        for place, subject in enumerate(self.subjects):
            grouped[replace(subject, version="")].append(place)
        self.groups = [_Group(blank, self.subjects, places) for blank, places in grouped.items()]


class _Group:
    """Subjects that differ in nothing but their version. `known` has the codes of `places` for each statement so far.

    `lone` are those whose version does not show what is installed: each is answered for itself.
    """

    def __init__(self, blank: Subject, subjects: Sequence[Subject], places: Sequence[int]) -> None:
        self.blank, self.asked, self.places = blank, asked_of(blank), list(places)
        self.windows = blank.vendors == (VENDOR,) and bool(releases_of(blank.product))
        self.known: dict[bytes, bytes] = {}
        self.versions = Versions([text_of(subjects[place].version) for place in places])
        vendor, product, self.lone = (*blank.vendors, "")[0], blank.product, 0
        if blank.vendors in unshowing():
            self.lone = sum(1 << n for n, p in enumerate(places) if unshown(vendor, product, subjects[p].version))


def verdicts(
    record: Advisory | Record, subjects: Sequence[Subject] | Ranked, *, overrides: Overrides, foretold: bytearray | None = None
) -> bytes:
    """One code (see `CODES`) for each subject, all of which the record names: the same as `decide` gives one by one.

    With a `Ranked` that was prepared once for a product, each of its records costs only a few comparisons, and one that says
    what another said costs none. Where most of it is `foretold` (see `_foretold`), the rest is decided one by one.
    """
    record = record if isinstance(record, Record) else Record(record)
    ranked = subjects if isinstance(subjects, Ranked) else Ranked(subjects)
    codes = bytearray(len(ranked.subjects))

    def answer(place: int) -> int:
        return _CODE[decide(record, ranked.subjects[place], overrides=overrides, read=bare_object).verdict]

    if foretold and (untold := foretold.count(UNTOLD)) * _FEW_OF <= len(foretold):
        for place in [place for place, code in enumerate(foretold) if code == UNTOLD] if untold else ():
            foretold[place] = answer(place)
        return bytes(foretold)
    rejected = record.advisory.state.casefold() == "rejected"
    for group in ranked.groups:
        blank = group.blank
        if rejected or overrides.of(record.advisory.cve, vendors=blank.vendors, product=blank.product, also=blank.also):
            for place in group.places:
                codes[place] = answer(place)
            continue
        said = statement(record, blank, group.asked)
        if (known := group.known.get(said)) is None:
            _fill(codes, record, group, answer)
            group.known[said] = bytes(codes[place] for place in group.places)
        else:
            for place, code in zip(group.places, known, strict=True):
                codes[place] = code
    return bytes(codes)


def _fill(codes: bytearray, record: Record, group: _Group, answer: Callable[[int], int]) -> None:
    """The codes of one group: those of which the record says the same are answered once."""
    versions, places = group.versions, group.places
    parts = alike(record, group.blank, versions, members=versions.every & ~group.lone)
    if parts is None and group.windows:
        parts = _of_windows(record, group)
    lone = singly(versions.every if parts is None else group.lone)
    for members, verdict in (*(parts or ()), *((one, None) for one in lone)):
        numbers = list(numbers_of(members))
        code = _CODE[verdict] if verdict else answer(places[numbers[0]])
        for number in numbers:
            codes[places[number]] = code


def _of_windows(record: Record, group: _Group) -> list[tuple[int, Verdict | None]] | None:
    """Builds of Windows that stand alike to everything that the record names; None where it hangs on more than that."""
    if any(container.applicability for container in record.advisory.containers):
        return None
    plans = [record.plan(place, s) for place in standing(record, group.blank) for s in record.named(place, group.asked or ())]
    shapes = [one.shape for plan in plans for one in plan.objects]
    cuts = [found for shape in shapes for entry in shape.entries if (found := cuts_of(entry))]
    if len(cuts) < sum(len(shape.entries) for shape in shapes) or any(map(ends_at_publication, shapes)):
        return None
    texts = {text.text for text in group.versions.texts if not _WHOLE.fullmatch(text.text)}.union(*(one.texts for one in cuts))
    bounds = _builds(shapes, group.versions).union(*(one.bounds for one in cuts))
    cells = list(group.versions.cells(Cuts(frozenset(bounds), frozenset(texts), any(one.padded for one in cuts))))
    return [(members, None) for members in (*cells, *singly(group.versions.every & ~sum(cells)))]


def _builds(shapes: Iterable[Shape], versions: Versions) -> set[Bound]:
    """Cuts for Windows: each build for itself, and in each every revision that the record names, of whichever build."""
    stated = [v for shape in shapes for v in shape.affected.get("versions") or () if isinstance(v, dict)]
    texts = {text for v in stated for key in ("version", "lessThan", "lessThanOrEqual") if isinstance(text := v.get(key), str)}
    revisions = {int(found[1]) for text in texts if (found := _REVISION.search(text))}
    builds = {text.numbers[:3] for text in versions.texts if text.numbers is not None}
    return {Bound((*build, revision), after) for build in builds for revision in revisions for after in (False, True)} | {
        Bound(b, s) for b in builds for s in (False, True)
    }
