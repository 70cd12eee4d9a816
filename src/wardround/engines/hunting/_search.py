"""The fast search of one source, behind the same call as the plain one and equal to it, event by event and rule by rule."""

from collections import Counter
from collections.abc import Iterator

from orjson import JSONDecodeError, loads

from wardround.core.hunts._plan import Account, Plan
from wardround.core.logs import Event, Kind, Reading, Source, Tally
from wardround.core.logs._read import whole
from wardround.core.logs._windows import MAGIC, event_of, windows_records
from wardround.core.sigma import Rule, SlowRegexError, holds
from wardround.core.vocab import BadInput, Rejected
from wardround.engines.hunting._compiled import Compiled, Decided, View
from wardround.engines.hunting._records import LaterEvent, Told, WindowsRecords
from wardround.engines.hunting._shapes import Shapes
from wardround.engines.hunting._times import Times

Hits = tuple[Event, list[Rule]]


class FastSearcher:
    """Searches sources with one compiled rule set: make it once for a plan, call it for each source."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.compiled = plan, Compiled(plan.rules)
        self._kinds: dict[Kind, Shapes] = {}
        self.windows = WindowsRecords(self.shapes)

    def shapes(self, kind: Kind) -> Shapes:
        """The rules for one kind of event, and what they decided so far."""
        if kind not in self._kinds:
            self._kinds[kind] = Shapes(View(self.compiled, self.plan.of(kind)[0]))
        return self._kinds[kind]

    def __call__(self, source: Source, *, plan: Plan) -> "FastSearch":
        """Begin to search one source."""
        return FastSearch(source, searcher=self)


class FastSearch:
    """One source being searched."""

    def __init__(self, source: Source, *, searcher: FastSearcher) -> None:
        self.searcher, self._source = searcher, source
        self._reading, self.account = Reading(source), Account(searcher.plan)
        self.tally: Tally = self._reading.tally

    def __iter__(self) -> Iterator[Hits]:
        """As in Search."""
        if self._source.stream.peek(8)[:8] == MAGIC and not self._source.skew:  # type: ignore[attr-defined]
            yield from self._event_file()
            return
        for event in self._reading:
            if hits := self.over(event):
                yield event, hits

    def _event_file(self) -> Iterator[Hits]:
        """An event file. Its records become events only when a rule hits them, or when they are not of the plainest form."""
        tally, times, layouts = self.tally, Times(self.tally), Counter[int]()
        told_of: dict[int, Told] = {}
        tell = self.searcher.windows.tell
        try:
            for record in windows_records(whole(tally)):
                if isinstance(record, str):
                    tally.not_read(record)
                    continue
                raw, parsed = record["data"], None
                try:
                    parsed = loads(raw)
                    told = tell(parsed)
                except JSONDecodeError:
                    told = None
                if told is None:
                    yield from self._ordinary(event_of(record))
                    continue
                times.add(told.time)
                tally.hosts[told.host] += 1
                key = id(told.layout)
                layouts[key] += 1
                if layouts[key] == 1:
                    told_of[key] = told
                    self._count(told, 0)
                decided, view = told.decided, told.records.view
                if view.words and (worded := view.worded_in_json(raw)):
                    decided = Decided(decided.sure, tuple(sorted(worded.union(decided.unsure).difference(decided.sure))))
                if decided.sure or decided.unsure:
                    event = LaterEvent(record["event_record_id"], told, parsed, excerpt=raw)
                    if hits := self.decided(event, view, decided):
                        yield event, hits
        except BadInput as error:
            tally.rejected.append(Rejected(error.where or self._source.name, error.what))
        times.close()
        for key, count in layouts.items():
            self._count(told_of[key], count)

    def _ordinary(self, event: Event | str) -> Iterator[Hits]:
        if isinstance(event, str):
            self.tally.not_read(event)
            return
        event.time = self.tally.clock.corrected(event.time)
        self.tally.add(event.kind.shape, event.host, event.time)
        if hits := self.over(event):
            yield event, hits

    def _count(self, told: Told, count: int) -> None:
        kind = told.records.kind
        self.tally.events += count
        self.tally.shapes[kind.shape] += count
        self.account.counts[kind] += count
        self.account.names.setdefault(kind, set()).update(told.layout.names)

    def over(self, event: Event) -> list[Rule]:
        """The rules that hit an event which was read the ordinary way."""
        account = self.account
        account.counts[event.kind] += 1
        account.names.setdefault(event.kind, set()).update(account.plan.fields.intersection(event.fields))
        shapes = self.searcher.shapes(event.kind)
        return self.decided(event, shapes.view, shapes.of(event))

    def decided(self, event: Event, view: View, answer: Decided) -> list[Rule]:
        """The rules that hit: those that are sure, and what the reference says of those that are not."""
        stopped, found = self.account.stopped, list(answer.sure)
        for index in answer.unsure:
            rule = view.rules[index].rule
            try:
                if rule.id not in stopped and holds(rule.condition, event):
                    found.append(index)
            except SlowRegexError as slow:
                stopped[rule.id] = f"its regular expression {slow} on line {event.line}; stopped there"
        return [view.rules[index].rule for index in sorted(found) if view.rules[index].rule.id not in stopped]
