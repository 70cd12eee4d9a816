"""Records read together: what a rule has to look at in all of them is looked at once, and then each is told in its turn."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from orjson import JSONDecodeError, loads

from wardround.engines.hunting._compiled import Decided
from wardround.engines.hunting._records import LaterEvent, Told
from wardround.engines.hunting._shapes import WAITING

if TYPE_CHECKING:
    from wardround.core.hunts.indicators import IndicatorSet
    from wardround.engines.hunting._search import FastSearcher

EVENT = b'"Event"'


class Together:
    """Records in their order, each JSON without a line feed. `told`: None for those left to the ordinary reader."""

    def __init__(self, raws: Sequence[bytes], *, searcher: "FastSearcher", indicators: "IndicatorSet | None") -> None:
        self._raws, self._indicators = raws, indicators
        compiled = searcher.compiled
        compiled.answers.gathering = True
        try:
            self.told = [_told(raw, searcher.windows.tell) if EVENT in raw and b"\n" not in raw else None for raw in raws]
        finally:
            compiled.answers.gathering = False
            compiled.answers.answer_waiting()
        wanted = {word for view in {told.layout.shape.view for told in self.told if told} for word in view.words}
        self._words = searcher.words_with(wanted).by_line(b"".join([raw + b"\n" for raw in raws])) if wanted else {}

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
        for at, number in enumerate(numbers, start=first):
            told = self.told[at]
            if told is None:
                raise ValueError("a record that is left to the ordinary reader")
            decided = told.decided
            if decided is WAITING:
                decided = told.layout.shape.plain(told.values)
            if at in words:
                decided = self._with_words(at, told, decided)
            if decided.sure or decided.unsure or (indicators is not None and indicators.suspects(self._raws[at])):
                yield LaterEvent(number, told, decided, raw=self._raws[at].decode())

    def _with_words(self, at: int, told: Told, decided: Decided) -> Decided:
        """With the rules one of whose words may stand in the record."""
        view = told.layout.shape.view
        named = view.with_words(self._words[at]) if view.words else None
        return Decided(decided.sure, tuple(sorted(named.union(decided.unsure).difference(decided.sure)))) if named else decided


def _told(raw: bytes, tell: Any) -> Told | None:
    try:
        told: Told | None = tell(loads(raw))
    except JSONDecodeError:
        return None
    return told
