"""Events with the same fields: which columns the rules ask for, and what was decided for the values seen."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from wardround.core.logs import Event, Scalar
from wardround.engines.hunting._compiled import Decided, View
from wardround.engines.hunting._fields import Field, Truths

NOT_FIXED: Mapping[str, Scalar] = {}
NOTHING = Decided((), ())
"""What is said of an event that no rule can hit: most are such, and none is looked at again."""


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
        asked = sorted((places[name], name) for name in view.fields & places.keys() if name not in known)
        self.columns = [Column(compiled.field(name), place) for place, name in asked]
        there = [pair for pair in view.pairs if places.keys() >= set(pair.names)]
        self.pairs = [(pair, places[pair.names[0]], places[pair.names[1]]) for pair in there]
        self.paired = [place for _, one, other in self.pairs for place in (one, other)]
        self.places = [*self.paired, *(place for place, _ in asked)]
        self._always: Truths = frozenset().union(
            *known.values(),
            *(compiled.field(name).absent for name in view.fields - places.keys()),
            *(pair.absent(places.keys()) for pair in view.pairs if pair not in there),
        )

    def __missing__(self, key: tuple[int, ...]) -> Decided:
        got = self.view.decide(key, self._always)
        got = got if got.sure or got.unsure else NOTHING
        self.view.compiled.answers.size += 300 + 8 * len(key)
        self[key] = got
        return got

    def several(self, values: Sequence[tuple[Scalar, ...]]) -> Decided:
        """As `plain`, where each field may have several values of any type."""
        key = [field.values(values[place]) for field, place in self.columns]
        if self.pairs:
            key += [pair.of(values[one], values[other]) for pair, one, other in self.pairs]
        return self[tuple(key)]


class Values:
    """Values of several events of one shape: a column for each of its `places`, each value a text, a whole number, null, or a
    tuple of texts or of a truth.

    Made in two steps: what no field knows yet is told to wait, so that it is looked at together with that of other shapes.
    """

    def __init__(self, shape: Shape, columns: Sequence[Sequence[Any]], count: int) -> None:
        paired = len(shape.paired)
        self._shape, self._count, self._paired, self._own = shape, count, columns[:paired], columns[paired:]
        self._known = [column.field.known(values) for column, values in zip(shape.columns, self._own, strict=True)]

    def decided(self) -> list[Decided]:
        """What each event's values decide, after those that waited were looked at."""
        shape = self._shape
        numbers = [
            known if known is not None else map(column.field.__getitem__, values)
            for column, values, known in zip(shape.columns, self._own, self._known, strict=True)
        ]
        both = zip(self._paired[::2], self._paired[1::2], strict=True)
        numbers += [map(pair.__getitem__, zip(*two, strict=True)) for (pair, _, _), two in zip(shape.pairs, both, strict=True)]
        return list(map(shape.__getitem__, zip(*numbers, strict=True))) if numbers else [shape[()]] * self._count


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
