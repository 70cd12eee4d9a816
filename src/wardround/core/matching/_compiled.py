"""One record's word on one product, worked out in advance for every plain version: a table of answers, and where each holds.

The bounds that a record states cut the plain dotted versions into cells (`_cuts`); `decide` is asked once in each cell, and
its answer is kept with a mark where the version stands. Where bounds are no plain numbers (letters, package orders, Windows),
it is asked once for each bearing (`_bearings`) that versions near the bounds have. What neither tells is left to `decide`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain, pairwise

from wardround.core.matching._bearings import (
    Bearing,
    coarse_speakers,
    may_bear,
    names_by_rule,
    probes_of,
    speakers,
    stands_nowhere,
    texts_of,
)
from wardround.core.matching._cuts import cuts_of
from wardround.core.matching._decide import by_rule, standing
from wardround.core.matching._entries import Entry, is_other_than
from wardround.core.matching._model import Subject
from wardround.core.matching._numbers import Bound, bound_of, text_of
from wardround.core.matching._orders import is_first
from wardround.core.matching._reading import Reading
from wardround.core.matching._record import Plan, Record
from wardround.core.matching._rows import (
    ANY,
    ASK,
    BEARINGS,
    DISPUTED,
    END_OF_SERIES,
    HERE,
    LONG,
    NARROWED,
    REJECTED,
    THREE,
    TREES,
    UNORDERED,
    Answers,
    Row,
    sortable,
)
from wardround.core.matching._windows import releases_of
from wardround.core.names._configurations import matches_of
from wardround.core.names._keys import Name
from wardround.core.names._variant import version_of_cpe

Key = tuple[int, ...]
_NOBODY = Subject((), "", "")
_PASSED_OVER = Reading(frozenset(), True, "")
_RANGE_ENDS = ("versionStartIncluding", "versionStartExcluding", "versionEndExcluding", "versionEndIncluding")
_MOST_BOUNDS, _MOST_LISTED, _MOST_READ = 64, 1_000, 2_000
UNPLACED, TOKEN = "as on the label", "q9w8.7z"
"""Versions that no order places, of which one is no token, and the other a token that is surely another than most: what is said
of them is said of all such texts (`HERE`, `TOKENS`)."""


def key_of_numbers(numbers: Sequence[int]) -> Key:
    """Numbers without the zeros at their end, which change no comparison."""
    end = len(numbers)
    while end and not numbers[end - 1]:
        end -= 1
    return tuple(numbers[:end])


def compiled(record: Record, names: Iterable[Name]) -> Iterator[tuple[Name, Row]]:
    """The row of a record for each of these names; names under which the record says the same share one."""
    made: dict[object, Row] = {}
    alike: dict[object, tuple[list[Plan], Row]] = {}
    for name in names:
        subject = Subject((name[0],), name[1], "")
        plans = _plans(record, subject)
        same = _what_counts(record, plans, subject)
        if same not in made:
            said = _what_is_said(plans) if plans and same[0] is None else name
            made[same] = row = _moved(record, *alike[said], plans or []) if said in alike else _row(record, plans, subject)
            alike.setdefault(said, (plans or [], row))
        yield name, made[same]


def joined(record: Record, names: Sequence[Name]) -> Row:
    """The row of a record for a product that goes by all of these names at once."""
    subject = Subject((names[0][0],), names[0][1], "", also=tuple(names[1:]))
    return _row(record, _plans(record, subject), subject)


def _plans(record: Record, subject: Subject) -> list[Plan] | None:
    """What each container that may decide says of a product; None where more than their objects decides."""
    if any(container.kind == "supplier" for container in record.advisory.containers):
        return None
    asked = names_by_rule(subject) or (subject,)
    plans = [record.plan(place, one) for place in standing(record, subject) for one in record.named(place, asked)]
    return None if any(plan.unread for plan in plans) else plans


def _what_counts(record: Record, plans: list[Plan] | None, subject: Subject) -> tuple[object, ...]:
    """The objects that decide; for whom, where their names count too."""
    if plans is None:
        return ("",)
    whose = any(container.applicability for container in record.advisory.containers) or by_rule(subject)
    objects = (tuple((one.place, one.platforms, one.variants) for one in plan.objects) for plan in plans)
    return subject if whose else None, *objects


def _what_is_said(plans: Sequence[Plan]) -> object:
    """What these objects say, wherever they stand: a record may say the same of hundreds of products, each in an object."""
    return tuple(
        tuple(
            (tuple(map(id, s.entries)), s.default, s.form, s.modules, s.odd, frozenset(s.types), s.assumed, platforms, variants)
            for _, s, platforms, variants in plan.objects
        )
        for plan in plans
    )


def _moved(record: Record, plans: Sequence[Plan], row: Row, to: Sequence[Plan]) -> Row:
    """The row of objects that say the same elsewhere in the record: only the entries that decide are other ones."""
    places: dict[str, str] = {}
    containers = [record.advisory.containers[place] for place in standing(record, _NOBODY)]
    for container, plan, other in zip(containers, plans, to, strict=True):
        at = f"{record.advisory.cve} {container.pointer}/"
        places |= {f"{at}{one.place}": f"{at}{two.place}" for one, two in zip(plan.objects, other.objects, strict=True)}

    def moved(at: str) -> str:
        head = at.partition("/versions/")[0].removesuffix("/defaultStatus").removesuffix("/cpes")
        return places[head] + at[len(head) :] if head in places else at

    return [*row[:6], [[verdict, reason, moved(at), *assumed] for verdict, reason, at, *assumed in row[6]]]


def _row(record: Record, plans: list[Plan] | None, subject: Subject) -> Row:
    advisory = record.advisory
    flags = REJECTED * (advisory.state.casefold() == "rejected") + DISPUTED * ("disputed" in advisory.tags)
    nothing = [advisory.cve, flags | LONG, [], [], [ASK], {}, []]
    if flags & REJECTED or plans is None:
        return nothing
    table = _Table(record, plans, subject)
    if by_rule(subject) or not table.read():
        return _by_bearing(record, plans, subject, flags) or nothing
    keys = table.keys
    cells = table.cells(keys)
    return [
        advisory.cve,
        flags | table.flags,
        [],
        list(map(sortable, keys)),
        cells,
        table.named(),
        table.said.listed,
    ]


def _by_bearing(record: Record, plans: Sequence[Plan], subject: Subject, flags: int) -> Row | None:
    """The row of a product whose versions no numbers cut into cells: answers by bearing. None where that does not tell all."""
    objects = [one for plan in plans for one in plan.objects]
    shapes, ruled = [one.shape for one in objects], bool(names_by_rule(subject))
    if any(container.applicability for container in record.advisory.containers) or (ruled and not may_bear(shapes)):
        return None
    if not objects or (probes := probes_of(shapes, subject)) is None:
        return None
    releases = releases_of(subject.product) or ()
    if not releases and any(one.platforms or one.variants for one in objects):  # theirs is in the bearing
        flags |= NARROWED
    said, found = Answers(record, subject, shapes), dict[str, int]()
    several = len(releases) > 1  # which of them an install is, its build would tell: without it there is little to ask
    for version in () if several else speakers(probes):
        bearing = Bearing(replace(subject, version=version)).on(probes)
        if bearing is not None and bearing not in found and said.speaks(version):
            found[bearing] = said.of(version)
    for version in () if several else coarse_speakers(probes, subject):
        bearing = Bearing(replace(subject, version=version)).on(probes)
        if bearing is not None and bearing not in found:
            found[bearing] = said.verdict(version)
    texts, whose = dict.fromkeys((*sorted(texts_of(shapes)), ""), ASK), [subject.product] if by_rule(subject) else []
    alike = [UNPLACED] if (releases or not ruled) and stands_nowhere(UNPLACED, probes) else []
    texts = with_verdicts(texts, said, sum(len(shape.entries) for shape in shapes), alike=alike)
    return [record.advisory.cve, flags | BEARINGS, whose, probes, found, texts, said.listed]


def with_verdicts(texts: dict[str, int], said: Answers, entries: int, *, alike: Sequence[str]) -> dict[str, int]:
    """Texts with the verdicts on them, where they are not too many; and on what no order places (see `UNPLACED`)."""
    asked = [text for text, place in texts.items() if place == ASK]
    if len(asked) * entries > _MOST_READ:
        asked = [""]
    speakers = {HERE * times: text for times, text in enumerate(alike, start=1) if is_other_than(texts, text)}
    return texts | {text: said.verdict(text) for text in asked} | {key: said.verdict(text) for key, text in speakers.items()}


class _Table:
    """The answers of one record on one product, as they are found."""

    def __init__(self, record: Record, plans: Sequence[Plan], subject: Subject) -> None:
        self.record, self.subject = record, subject
        self.objects = [one for plan in plans for one in plan.objects]
        self.entries = [entry for one in self.objects for entry in one.shape.entries]
        self.bounds: set[Bound] = set()
        self.texts: set[str] = set()
        self.flags = 0
        self._same: dict[tuple[int, ...], tuple[int, list[Reading]]] = {}

    def read(self) -> bool:
        """Gather bounds and texts. False where the answer hangs on more than the place of a plain version."""
        self.trees = [tree for c in self.record.advisory.containers if c.kind == "record" for tree in c.applicability]
        if any(one.shape.form for one in self.objects) or not all(map(self._take, self.entries)) or not self._take_trees():
            return False
        self.beyond = bool(self.trees)
        self.said = Answers(self.record, self.subject, [one.shape for one in self.objects], beside=self.trees)
        self.ranged = self.beyond or any(entry.span for entry in self.entries)
        narrowed = any(one.platforms or one.variants for one in self.objects)
        git = any("git" in one.shape.types for one in self.objects)
        anything = not (git or self.beyond or self.bounds) and all(map(_speaks_of_all, self.entries))
        self.flags |= NARROWED * narrowed | TREES * bool(self.trees) | ANY * anything
        return len(self.bounds) <= (_MOST_BOUNDS if self.ranged else _MOST_LISTED)

    def _take(self, entry: Entry) -> bool:
        if _speaks_of_all(entry):
            self.texts |= entry.texts
            return True
        cuts = cuts_of(entry)
        if cuts is None:
            return False
        self.bounds |= cuts.bounds
        self.texts |= cuts.texts | {entry.stated} | ({at for at, _ in entry.steps} if entry.changes else set())
        self.flags |= THREE * cuts.padded
        return True

    def _take_trees(self) -> bool:
        """The bounds of `cpeApplicability`, whosever they are."""
        for match in matches_of(self.trees):
            criteria = match.get("criteria")
            texts = [str(match[key]).strip() for key in _RANGE_ENDS if match.get(key)]
            texts += [version_of_cpe(criteria)] if isinstance(criteria, str) else []
            bounds = [bound_of(text) for text in texts if text]
            if None in bounds:
                return False
            self.bounds |= {bound for bound in bounds if bound}
            self.texts |= {text for text in texts if text}
        return True

    @property
    def keys(self) -> list[Key]:
        """Where the bounds stand among versions, as `key_of_numbers` has them."""
        return sorted({(*b.numbers, END_OF_SERIES) if b.series else key_of_numbers(b.numbers) for b in self.bounds})

    def cells(self, keys: Sequence[Key]) -> list[int]:
        """The answer before the first bound, between two, and after the last. Bounds of single versions part no others."""
        if not self.ranged:
            speakers = chain.from_iterable(self._within(low, high) for low, high in pairwise([None, *keys, None]))
            return [self._spoken(speakers)] * (len(keys) + 1)
        return [self._spoken(self._within(low, high)) for low, high in pairwise([None, *keys, None])]

    def named(self) -> dict[str, int]:
        """The answers on versions that only equal themselves: named by the record, too short for a bound, or not stated.

        Called after `cells`: an answer that these do not hold already is left to `decide`.
        """
        plain = {text for text in self.texts if bound_of(text) and not text.endswith("*")} - self._short
        told = {text: self._said(text) for text in sorted(plain)} | dict.fromkeys(
            (*sorted(self._short), *sorted(self.texts - plain), ""), ASK
        )
        told = with_verdicts(told, self.said, len(self.entries), alike=() if self.beyond else (UNPLACED, TOKEN))
        return told if any(cuts and cuts.orders for cuts in map(cuts_of, self.entries)) else told | {UNORDERED: ASK}

    def _within(self, low: Key | None, high: Key | None) -> Iterator[str]:
        """A few versions between two bounds, none of them too short for a bound."""
        parts = 3 if self.flags & THREE else max([3, *(len(bound.numbers) + 1 for bound in self.bounds)])
        after = () if low is None else (*low[:-2], low[-2] + 1) if low[-1:] == (END_OF_SERIES,) else low
        numbers = [*after, *[0] * (parts - len(after))][:parts]
        for _ in range(3):
            key, text = key_of_numbers(numbers), ".".join(map(str, numbers))
            if (low is None or low < key) and (high is None or key < high) and text not in self._short:
                yield text
            numbers[-1] += 1

    @cached_property
    def _short(self) -> set[str]:
        """What begins a bound and lacks numbers of it."""
        begins = {bound.numbers[:n] for bound in self.bounds for n in range(1, len(bound.numbers))}
        return {".".join(map(str, numbers)) for numbers in begins}

    def _spoken(self, speakers: Iterable[str]) -> int:
        """The answer of the first of these versions that can be told from the record's own words, with a mark in its place.

        What decides is what the entries say, each in turn: where they say the same of another version, so does the record.
        """
        for version in speakers:
            readings = self._readings(version)
            key = tuple(map(id, readings))
            if key in self._same and not self.beyond:
                return self._same[key][0]
            if self.said.speaks(version):
                kept = self.said.of(version)
                self._same[key] = kept, readings
                return kept
        return ASK

    def _said(self, version: str) -> int:
        """The answer on a version as it stands, where its entries say what they say of a whole cell."""
        same = None if self.beyond else self._same.get(tuple(map(id, self._readings(version))))
        return same[0] if same else ASK

    def _readings(self, version: str) -> list[Reading]:
        """What the entries of every object say of a version, each up to the first that contains it."""
        text = text_of(version)
        found: list[Reading] = []
        for one in self.objects:
            if not one.shape.holds(text):
                found.append(_PASSED_OVER)
                continue
            for entry in one.shape.entries:
                found.append(reading := entry.read(text))
                if not reading.outside:
                    break
        return found


def _speaks_of_all(entry: Entry) -> bool:
    """True where no version makes a difference, however it is written, but the very text that the entry names."""
    span = entry.span
    every = span is not None and span.end in (None, "*") and (span.start in (None, "*") or is_first(span.start or ""))
    return entry.constant or (every and not entry.changes and entry.order.name != "git")
