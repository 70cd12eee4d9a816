"""Records read together: what a rule has to look at in all of them is looked at once, and then each is told in its turn."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import repeat
from typing import TYPE_CHECKING, Any

from orjson import JSONDecodeError, loads

from wardround.engines.hunting._compiled import Decided, View
from wardround.engines.hunting._fields import Answers
from wardround.engines.hunting._forms import NOT_OF_FORM, Form, Many
from wardround.engines.hunting._records import LaterEvent, Layout, One, Told, WindowsRecords
from wardround.engines.hunting._shapes import NOTHING, Values

if TYPE_CHECKING:
    from wardround.core.hunts.indicators import IndicatorSet
    from wardround.engines.hunting._search import FastSearcher

EVENT, EVENT_ID = b'"Event"', b'"EventID":'
MEMBER = b'":'
BEHIND = 64
"""How much of what follows the event id belongs to the beginning: the version, which says with the id what fields there are."""
LONGEST = 2_000
"""How long a beginning may be that is kept: where the data come before the event id, each is another one, and may be large."""
OFTEN, MOST_BEGINNINGS = 16, 4_000
"""How often a beginning is met before a form is made for it, and how many are known."""
MOST_FORMS, MOST_MISSED = 2, 16
"""How many forms a beginning may have, and how many records that have none of them."""
Beginning = bytes | tuple[bytes, int]


class WindowsForms:
    """Windows events by the forms that their beginnings had before; else record by record, and learnt from that.

    Where records that begin alike have several forms, the number of their members belongs to the beginning.
    """

    def __init__(self, records: WindowsRecords) -> None:
        self._records = records
        self._forms: dict[Beginning, list[Form]] = {}
        self._met: Counter[Beginning] = Counter()
        self._missed: Counter[Beginning] = Counter()
        self._varied: set[bytes] = set()

    def tell(self, raws: Sequence[bytes], answers: Answers) -> list[Told | None]:
        """What the rules say of each record; None for one of which the ordinary reader has to be asked."""
        began: dict[Beginning, list[int]] = {}
        varied = self._varied
        for at, raw in enumerate(raws):
            beginning = raw[: min(raw.find(EVENT_ID) + BEHIND, LONGEST)]
            began.setdefault((beginning, raw.count(MEMBER)) if beginning in varied else beginning, []).append(at)
        many: list[tuple[Sequence[int], Many]] = []
        alone: list[tuple[int, Beginning]] = []
        for begun, places in began.items():
            left: Sequence[int] = places
            for form in self._forms.get(begun, ()):
                left = _read(form, raws, left, many)
            if left and begun in self._forms:
                self._miss(begun, len(left))
            alone += [(at, begun) for at in left]
        many += self._alone(raws, alone)
        answers.answer_waiting()
        told: list[Told | None] = [None] * len(raws)
        for those, (layout, values, hosts, times) in many:
            for at, one in zip(those, zip(repeat(layout), values.decided(), hosts, times, strict=False), strict=True):
                told[at] = one
        return told

    def _miss(self, begun: Beginning, count: int) -> None:
        """Records that begin so do not have the form that is known: they are told apart further, or not read by forms."""
        self._missed[begun] += count
        if self._missed[begun] > MOST_MISSED:
            del self._forms[begun]
            if isinstance(begun, bytes):
                self._varied.add(begun)

    def _alone(self, raws: Sequence[bytes], left: Iterable[tuple[int, Beginning]]) -> Iterator[tuple[Sequence[int], Many]]:
        """Records that have no form that is known."""
        by_layout: dict[Layout, list[tuple[int, One]]] = {}
        for at, begun in left:
            if (one := self._one(raws[at], begun)) is not None:
                by_layout.setdefault(one[0], []).append((at, one))
        for layout, some in by_layout.items():
            places, ones = zip(*some, strict=True)
            _, picked, hosts, times = zip(*ones, strict=True)
            values = Values(layout.shape, list(zip(*picked, strict=True)), len(ones))
            yield places, Many(layout, values, hosts, times)

    def _one(self, raw: bytes, begun: Beginning) -> One | None:
        if EVENT not in raw or b"\n" in raw:
            return None
        try:
            record = loads(raw)
        except JSONDecodeError:
            return None
        if (one := self._records.tell(record)) is not None:
            self._learn(record, begun, one[0])
        return one

    def _learn(self, record: Any, begun: Beginning, layout: Layout) -> None:
        """Make a form now and then for what begins so, as long as it has few."""
        self._met[begun] += 1
        if not self._met[begun] % OFTEN and self._met[begun] <= OFTEN * MOST_FORMS:
            with suppress(ValueError):  # some have none
                self._forms.setdefault(begun, []).append(Form(record, layout))
        elif len(self._met) > MOST_BEGINNINGS:
            for known in (self._met, self._missed, self._forms, self._varied):
                known.clear()


def _read(form: Form, raws: Sequence[bytes], places: Sequence[int], many: list[tuple[Sequence[int], Many]]) -> Sequence[int]:
    """Read what has this form. Gives the places of those that have another."""
    try:
        many.append((places, form.read([raws[at] for at in places])))
    except NOT_OF_FORM:
        if len(places) == 1:
            return places
        half = len(places) // 2
        return [*_read(form, raws, places[:half], many), *_read(form, raws, places[half:], many)]
    return ()


class Together:
    """Records in their order, each JSON without a line feed. `told`: None for those left to the ordinary reader."""

    def __init__(self, raws: Sequence[bytes], *, searcher: "FastSearcher", indicators: "IndicatorSet | None") -> None:
        self._raws, self._indicators = raws, indicators
        compiled = searcher.compiled
        self.told = searcher.windows.tell(raws, compiled.answers)
        wanted = {word for view in {told[0].shape.view for told in self.told if told} for word in view.words}
        self._words = searcher.words_with(wanted).by_line(b"\n".join([*raws, b""])) if wanted else {}

    def leave(self, places: Iterable[int]) -> None:
        """Leave some to the ordinary reader."""
        for at in places:
            self.told[at] = None

    def until(self, first: int) -> int:
        """The first place, from this one on, of a record that is left to the ordinary reader; the end without one."""
        try:
            return self.told.index(None, first)
        except ValueError:
            return len(self.told)

    def events(self, first: int, numbers: Sequence[int]) -> Iterator[LaterEvent]:
        """Those that a rule or an indicator may hit, of the records from a place on. `numbers`: how each of them is called."""
        words, indicators = self._words, self._indicators
        for at, (told, number) in enumerate(zip(self.told[first : first + len(numbers)], numbers, strict=True), start=first):
            if told is None:
                raise ValueError("a record that is left to the ordinary reader")
            decided = told[1]
            if words and at in words:
                decided = self._with_words(at, told[0].shape.view, decided)
            if decided is not NOTHING or (indicators is not None and indicators.suspects(self._raws[at])):
                yield LaterEvent(number, told, decided, raw=self._raws[at].decode())

    def _with_words(self, at: int, view: View, decided: Decided) -> Decided:
        """With the rules one of whose words may stand in the record."""
        named = view.with_words(self._words[at]) if view.words else None
        return Decided(decided.sure, tuple(sorted(named.union(decided.unsure).difference(decided.sure)))) if named else decided
