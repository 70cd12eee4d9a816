"""Events with the same fields: which columns the rules ask for, and what was decided for the values seen."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from wardround.core.logs import Event, Scalar
from wardround.engines.hunting._compiled import Decided, Field, Truths, View


class Column(NamedTuple):
    """A field that the rules ask for, and the place of its value among the event's values."""

    field: Field
    place: int


class Shape(dict[tuple[int, ...], Decided]):
    """From the numbers of the answers to what they decide, worked out when first met."""

    def __init__(self, view: View, places: Mapping[str, int]) -> None:
        super().__init__()
        self.view = view
        compiled = view.compiled
        compiled.remember(self)
        self.columns = [Column(compiled.field(name), places[name]) for name in sorted(view.fields & places.keys())]
        there = [pair for pair in view.pairs if places.keys() >= set(pair.names)]
        self.pairs = [(pair, places[pair.names[0]], places[pair.names[1]]) for pair in there]
        self._absent: Truths = frozenset().union(
            *(compiled.field(name).absent for name in view.fields - places.keys()),
            *(pair.absent(places.keys()) for pair in view.pairs if pair not in there),
        )

    def __missing__(self, key: tuple[int, ...]) -> Decided:
        got = self.view.decide(key, self._absent)
        self.view.compiled.answers.size += 300 + 8 * len(key)
        self[key] = got
        return got

    def plain(self, values: Sequence[Scalar | tuple[Scalar, ...]]) -> Decided:
        """What the values decide, each a text, a whole number, null, or a tuple of texts or of a truth."""
        key = [field[values[place]] for field, place in self.columns]
        if self.pairs:
            key += [pair[values[one], values[other]] for pair, one, other in self.pairs]
        return self[tuple(key)]

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
