"""Events with the same fields: which columns the rules ask for, and what was decided for the values seen."""

from collections.abc import Mapping, Sequence
from operator import getitem, itemgetter
from typing import Any, NamedTuple

from wardround.core.logs import Event, Scalar
from wardround.engines.hunting._compiled import Decided, View
from wardround.engines.hunting._fields import LATER, Field, Truths

NOT_FIXED: Mapping[str, Scalar] = {}
WAITING = Decided((), ())
"""What is said of an event some of whose values wait to be looked at. It is to be asked for again."""


class Column(NamedTuple):
    """A field that the rules ask for, and the place of its value among the event's values."""

    field: Field
    place: int


class Shape(dict[tuple[int, ...], Decided]):
    """From the numbers of the answers to what they decide, worked out when first met. `fixed` fields never change."""

    def __init__(self, view: View, places: Mapping[str, int], *, fixed: Mapping[str, Scalar] = NOT_FIXED) -> None:
        super().__init__()
        self.view = view
        compiled = view.compiled
        compiled.remember(self)
        known = compiled.holding(fixed)
        self.columns = [
            Column(compiled.field(name), places[name]) for name in sorted(view.fields & places.keys()) if name not in known
        ]
        self._fields = [column.field for column in self.columns]
        self._places = [column.place for column in self.columns]
        self._pick = itemgetter(*self._places) if len(self._places) > 1 else self._few
        there = [pair for pair in view.pairs if places.keys() >= set(pair.names)]
        self.pairs = [(pair, places[pair.names[0]], places[pair.names[1]]) for pair in there]
        self._always: Truths = frozenset().union(
            *known.values(),
            *(compiled.field(name).absent for name in view.fields - places.keys()),
            *(pair.absent(places.keys()) for pair in view.pairs if pair not in there),
        )

    def __missing__(self, key: tuple[int, ...]) -> Decided:
        if LATER in key:
            return WAITING
        got = self.view.decide(key, self._always)
        self.view.compiled.answers.size += 300 + 8 * len(key)
        self[key] = got
        return got

    def plain(self, values: Sequence[Scalar | tuple[Scalar, ...]]) -> Decided:
        """What the values decide, each a text, a whole number, null, or a tuple of texts or of a truth."""
        key = tuple(map(getitem, self._fields, self._pick(values)))
        if self.pairs:
            key += tuple([pair[values[one], values[other]] for pair, one, other in self.pairs])
        return self[key]

    def _few(self, values: Sequence[Any]) -> list[Any]:
        return [values[place] for place in self._places]

    def several(self, values: Sequence[tuple[Scalar, ...]]) -> Decided:
        """As `plain`, where each field may have several values of any type."""
        key = [field.values(values[place]) for field, place in self.columns]
        if self.pairs:
            key += [pair.of(values[one], values[other]) for pair, one, other in self.pairs]
        return self[tuple(key)]


class Shapes:
    """The shapes of one kind of event, by the names of the fields in their order."""

    MOST = 5_000

    def __init__(self, view: View) -> None:
        self.view = view
        self._shapes: dict[tuple[str, ...], Shape] = {}

    def of(self, event: Event) -> Decided:
        """The rules for any event that was read the ordinary way."""
        fields = event.fields
        sure, unsure = self.shape(tuple(fields)).several(list(fields.values()))
        if self.view.words:
            unsure = tuple(sorted(self.view.worded(event.text.encode("utf-8", "surrogatepass")).union(unsure).difference(sure)))
        return Decided(sure, unsure)

    def shape(self, names: tuple[str, ...]) -> Shape:
        """The shape of events that have these fields, in this order."""
        got = self._shapes.get(names)
        if got is None:
            if len(self._shapes) >= self.MOST:
                self._shapes.clear()
            got = self._shapes[names] = Shape(self.view, dict(zip(names, range(len(names)), strict=True)))
        return got
