"""One record against many distinct subjects at once: only the verdicts, for counting over whole estates.

Versions of one product are ranked once (`Ranked`). A record's bounds cut that rank into cells: all versions of a cell stand
in the same place to every bound, so one of them is decided and speaks for the rest; so does one of the texts that no order
can read. Records that say the same of a product (`_statement`) share their verdicts. What neither tells (package orders,
Windows updates...) is decided one by one.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace

from wardround.core.advisories import Advisory
from wardround.core.matching._cuts import cuts_of
from wardround.core.matching._decide import decide, standing
from wardround.core.matching._entries import _clearly_other
from wardround.core.matching._model import Subject
from wardround.core.matching._numbers import Bound, Numbers, beside, text_of
from wardround.core.matching._objects import bare_object
from wardround.core.matching._orders import Order, UnreadableError
from wardround.core.matching._overrides import Overrides
from wardround.core.matching._product_lines import unshowing, unshown
from wardround.core.matching._record import Plan, Record
from wardround.core.matching._saying import saying
from wardround.core.matching._statement import asked_of, statement
from wardround.core.matching._windows import VENDOR, releases_of
from wardround.core.matching._windows_answer import ends_at_publication
from wardround.core.vocab import Verdict

CODES = (Verdict.NOT_AFFECTED, Verdict.UNKNOWN, Verdict.NOT_EVALUABLE, Verdict.AFFECTED)
"""What each code of `verdicts` stands for: its place in this tuple, from mild to heavy (FACTS 9)."""

_CODE = {verdict: code for code, verdict in enumerate(CODES)}
_BEYOND = float("inf")
_WHOLE = re.compile(r"\d+\.\d+\.\d{4,5}\.\d+", re.ASCII)  # the build of a Windows with its revision
_REVISION = re.compile(r"\.(\d{1,9})$", re.ASCII)
Rank = tuple[list[tuple[float, ...]], list[int]]


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
        self.blank, self.asked, self.subjects = blank, asked_of(blank), subjects
        self.windows = blank.vendors == (VENDOR,) and bool(releases_of(blank.product))
        self.known: dict[bytes, bytes] = {}
        self.odd: list[int] = []
        self.by_numbers: dict[Numbers, list[int]] = defaultdict(list)
        self.by_text: dict[str, list[int]] = defaultdict(list)
        self.texts = {}
        for place in places:
            version = self.texts[place] = text_of(subjects[place].version)
            self.by_text[version.text].append(place)
            if version.numbers is None:
                self.odd.append(place)
            else:
                self.by_numbers[version.numbers].append(place)
        vendor, product = (*blank.vendors, "")[0], blank.product
        self.lone = {
            place for place in places if blank.vendors in unshowing() and unshown(vendor, product, subjects[place].version)
        }
        self.all = _rank(self.by_numbers, lambda numbers: True)
        self.short = _rank(self.by_numbers, lambda numbers: len(numbers) <= 3)
        self.long = _rank(self.by_numbers, lambda numbers: len(numbers) > 3)
        self.places = list(places)


def verdicts(record: Advisory | Record, subjects: Sequence[Subject] | Ranked, *, overrides: Overrides) -> bytes:
    """One code (see `CODES`) for each subject, all of which the record names: the same as `decide` gives one by one.

    With a `Ranked` that was prepared once for a product, each of its records costs only a few comparisons, and one that says
    what another said costs none.
    """
    record = record if isinstance(record, Record) else Record(record)
    ranked = subjects if isinstance(subjects, Ranked) else Ranked(subjects)
    codes = bytearray(len(ranked.subjects))

    def answer(place: int) -> int:
        return _CODE[decide(record, ranked.subjects[place], overrides=overrides, read=bare_object).verdict]

    rejected = record.advisory.state.casefold() == "rejected"
    for group in ranked.groups:
        blank = group.blank
        if rejected or overrides.of(record.advisory.cve, vendors=blank.vendors, product=blank.product, also=blank.also):
            for place in group.places:
                codes[place] = answer(place)
            continue
        said = statement(record, blank, group.asked)
        if (known := group.known.get(said)) is None:
            _fill(codes, record, group, _once(record, group, answer))
            group.known[said] = bytes(codes[place] for place in group.places)
        else:
            for place, code in zip(group.places, known, strict=True):
                codes[place] = code
    return bytes(codes)


def _once(record: Record, group: "_Group", answer: Callable[[int], int]) -> Callable[[int], int]:
    """The same answers, asked for once of all versions of which the record's objects say the same."""
    ask = saying(record, group.blank)
    if ask is None:
        return answer
    known: dict[Hashable, int] = {}

    def once(place: int) -> int:
        key = place if place in group.lone else ask(group.subjects[place])
        if (code := known.get(key)) is None:
            code = known[key] = answer(place)
        return code

    return once


def _fill(codes: bytearray, record: Record, group: _Group, answer: Callable[[int], int]) -> None:
    """The codes of one group: cell by cell where the record's bounds allow it, else one by one."""
    cuts = _cuts(record, group)
    if cuts is None:
        for place in group.places:
            codes[place] = answer(place)
        return
    apart = _apart(group, cuts)
    for keys, places in (group.short, group.long) if cuts.padded else (group.all,):
        start = 0
        for end in _ends(keys, cuts.bounds):
            if end > start:
                cell = places[start:end]
                speaker = next((place for place in cell if place not in apart), None)
                code = 0 if speaker is None else answer(speaker)
                for place in cell:
                    codes[place] = code
                start = end
    spoken: dict[Hashable, int] = {}
    for place in {*group.odd, *apart}:
        which = cuts.alike(place, group)
        if which not in spoken:
            spoken[which] = answer(place)
        codes[place] = spoken[which]


class _Union:
    """The cuts of everything that one record says of one product."""

    def __init__(self) -> None:
        self.bounds: set[Bound] = set()
        self.texts: set[str] = set()
        self.tokens: set[str] = set()
        self.orders: set[Order] = set()
        self.padded = self.commits = False

    def add(self, plan: Plan) -> bool:
        """The cuts of one container's objects. False where its answers hang on more than the place of a plain version."""
        for one in plan.objects:
            self.commits |= "git" in one.shape.types
            for entry in one.shape.entries:
                own = cuts_of(entry)
                if own is None:
                    return False
                self.bounds |= own.bounds
                self.texts |= own.texts
                self.tokens |= own.tokens
                self.orders |= own.orders
                self.padded |= own.padded
        return True

    def alike(self, place: int, group: _Group) -> Hashable:
        """What the versions that are in no cell, too coarse for a bound or no plain numbers, have to share to be read alike."""
        text, numbers = group.texts[place]
        if group.windows or place in group.lone or text in self.texts:
            return place
        if not text:
            return ""
        if numbers is not None:
            if self.padded and len(numbers) > 3:
                return place
            return tuple(_beside(numbers, bound, padded=padded) for bound in self.bounds for padded in {False, self.padded})
        if self.commits or any(_reads(order, text) for order in self.orders):
            return place
        return frozenset(token for token in self.tokens if _clearly_other(token, text))


def _beside(numbers: Numbers, bound: Bound, *, padded: bool) -> int:
    """Where a version stands to a bound, in all that a reading can tell apart."""
    found = beside(numbers, bound, padded=padded)
    return found if found is not None else 2 + any(bound.numbers[len(numbers) :])


def _reads(order: Order, text: str) -> bool:
    try:
        order.key(text)
    except UnreadableError:
        return False
    return True


def _cuts(record: Record, group: "_Group") -> _Union | None:
    """Every cut of the record for these subjects; None where the answer hangs on more than the place of a plain version."""
    cuts = _Union()
    if group.asked is None or any(container.applicability for container in record.advisory.containers):
        return None
    plans = [record.plan(place, s) for place in standing(record, group.blank) for s in record.named(place, group.asked)]
    if not all(cuts.add(plan) for plan in plans):
        return None
    if group.windows:
        if any(ends_at_publication(one.shape) for plan in plans for one in plan.objects):
            return None
        cuts.bounds |= _builds(plans, group)
        cuts.texts |= {text for text in group.by_text if not _WHOLE.fullmatch(text)}
    return cuts


def _builds(plans: Iterable[Plan], group: "_Group") -> set[Bound]:
    """Cuts for Windows: each build for itself, and in each every revision that the record names, of whichever build."""
    versions = [
        v for plan in plans for one in plan.objects for v in one.shape.affected.get("versions") or () if isinstance(v, dict)
    ]
    texts = {text for v in versions for key in ("version", "lessThan", "lessThanOrEqual") if isinstance(text := v.get(key), str)}
    revisions = {int(found[1]) for text in texts if (found := _REVISION.search(text))}
    builds = {numbers[:3] for numbers in group.by_numbers}
    return {Bound((*build, revision), after) for build in builds for revision in revisions for after in (False, True)} | {
        Bound(b, s) for b in builds for s in (False, True)
    }


def _ends(keys: list[tuple[float, ...]], bounds: Iterable[Bound]) -> list[int]:
    """Where each cell of a rank ends: before and after the versions that stand at a bound."""
    ends = {len(keys)}
    for bound in bounds:
        if bound.series:
            ends.add(bisect_left(keys, (*bound.numbers, _BEYOND)))
        else:
            key = _key(bound.numbers)
            ends.add(bisect_left(keys, key))
            ends.add(bisect_right(keys, key))
    return sorted(ends)


def _apart(group: _Group, cuts: _Union) -> set[int]:
    """The versions that are too coarse for one of the bounds, or that the record names by their very text."""
    apart = group.lone | {place for text in cuts.texts if text in group.by_text for place in group.by_text[text]}
    for numbers, _ in cuts.bounds:
        for parts in range(1, len(numbers)):
            apart.update(group.by_numbers.get(numbers[:parts], ()))
    return apart


def _rank(by_numbers: dict[Numbers, list[int]], belongs: Callable[[Numbers], bool]) -> Rank:
    ranked = sorted((_key(numbers), place) for numbers, places in by_numbers.items() if belongs(numbers) for place in places)
    return [key for key, _ in ranked], [place for _, place in ranked]


def _key(numbers: Numbers) -> tuple[float, ...]:
    """Numbers without the zeros at their end, which change no comparison."""
    end = len(numbers)
    while end and not numbers[end - 1]:
        end -= 1
    return numbers[:end]
