"""A rule set made ready for bulk work: every distinct test once, every rule as a question to the set of tests that hold.

A rule is looked at only when one of its *anchors* holds: tests of which at least one must hold for the rule to hold at all. What
the values of fields cannot decide (keywords over all text, an expression that takes too long) is put to the reference evaluator, on
the event itself.
"""

import re
import weakref
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, NamedTuple

from wardround.core.logs import Event, Kind, Scalar, written
from wardround.core.sigma import Rule, SlowRegexError, holds
from wardround.core.sigma._conditions import AllOf, AnyOf, FieldTest, Node, Not, TextTest, leaves
from wardround.core.sigma._values import Cidr, Number, Reference, Regex, Text, ValueTest
from wardround.engines.hunting._patterns import Patterns, Store, Words
from wardround.engines.hunting._scalars import Networks, Numbers

Truths = frozenset[int]
Weighed = tuple[frozenset[int | str] | None, float]
MOST_KEPT = 96 << 20
LONGEST_KEPT = 2_000
"""About how many bytes of answers are remembered, and how long a value may be whose answer is: memory stays flat."""
NO_KIND = Kind("", "")
NONE: Truths = frozenset()
ESCAPED = b"\\u"
NOTHING: set[int] = set()
WORD = re.compile(r"[ !#-.0-\[\]-~]{3,}")  # what JSON writes as it is: not the quote, the slashes


class Answer(NamedTuple):
    """Tests of one field that hold for a value, and those that took too long to say."""

    true: Truths
    slow: Truths = frozenset()


class Field(dict[Scalar | tuple[Scalar, ...], int]):
    """The tests of one field: from a value to the number of its answer in `answers`, worked out when first asked.

    Several values are given as a tuple, and so are true and false: they would equal 1 and 0.
    """

    def __init__(
        self, name: str, tests: Sequence[tuple[int, FieldTest]], answers: "Answers", *, store: Store | None = None
    ) -> None:
        super().__init__()
        self.name, self._answers, self._store = name, answers, store
        self._strings = [(n, leaf) for n, leaf in tests if isinstance(leaf.test, Text | Regex)]
        self._patterns = None if self._strings else Patterns(())
        self._networks = Networks((n, leaf.test) for n, leaf in tests if isinstance(leaf.test, Cidr))
        self._numbers = Numbers((n, leaf.test) for n, leaf in tests if isinstance(leaf.test, Number))
        self._others = [(n, leaf) for n, leaf in tests if not isinstance(leaf.test, Text | Regex | Cidr | Number)]
        self._null: Truths | None = None
        self.absent: Truths = self._held({})

    def __missing__(self, value: Scalar | tuple[Scalar, ...]) -> int:
        values = value if isinstance(value, tuple) else (value,)
        got = self._answers.number(self.answer(values))
        size = sum(len(one) for one in values if isinstance(one, str))
        if size <= LONGEST_KEPT:
            self._answers.size += 200 + size
            self[value] = got
        return got

    def values(self, values: tuple[Scalar, ...]) -> int:  # type: ignore[override]
        """The number of the answer for a field that has several values, or one of a type that equals another's (true, 1, 1.0)."""
        if len(values) == 1 and (values[0] is None or type(values[0]) in (str, int)):
            return self[values[0]]
        return self._answers.number(self.answer(values))

    def answer(self, values: tuple[Scalar, ...]) -> Answer:
        """Which tests hold for these values of the field."""
        true: set[int] = set(self._held({self.name: values}))
        slow: set[int] = set()
        patterns = self._patterns or self.compile()
        for value in values:
            if value is None:
                true |= self._of_null()
                continue
            true.update(self._networks.holding(value))
            true.update(self._numbers.holding(value))
            text = written(value)
            held, asked = patterns.passing(text)
            true |= held
            for number in asked:
                try:
                    if patterns.regexes[number].passes(text):
                        true.add(number)
                except SlowRegexError:
                    slow.add(number)
        return Answer(frozenset(true), frozenset(slow - true))

    def compile(self) -> Patterns:
        """Make the string tests ready; done when first needed."""
        if self._patterns is None:
            strings = [(n, test) for n, leaf in self._strings if isinstance(test := leaf.test, Text | Regex)]
            self._patterns = Patterns(strings, store=self._store)
        return self._patterns

    def _held(self, fields: dict[str, tuple[Scalar, ...]]) -> Truths:
        return _holding(self._others, fields)

    def _of_null(self) -> Truths:
        if self._null is None:
            self._null = _holding(self._strings, {self.name: (None,)})
        return self._null


def _holding(tests: Sequence[tuple[int, FieldTest]], fields: dict[str, tuple[Scalar, ...]]) -> Truths:
    if not tests:
        return NONE
    event = Event(0, time=None, kind=NO_KIND, fields=fields, text="")
    return frozenset(number for number, leaf in tests if holds(leaf, event))


class Pair(dict[tuple[Any, Any], int]):
    """One test of a field against another field: from the two values to the number of its answer."""

    def __init__(self, number: int, test: FieldTest, other: str, answers: "Answers") -> None:
        super().__init__()
        self._test, self._answers = [(number, test)], answers
        self.names = (test.field, other)

    def __missing__(self, values: tuple[Any, Any]) -> int:
        fields = {name: value if isinstance(value, tuple) else (value,) for name, value in zip(self.names, values, strict=True)}
        got = self._answers.number(Answer(_holding(self._test, fields)))
        self._answers.size += 300 + sum(len(value) for value in values if isinstance(value, str))
        self[values] = got
        return got

    def of(self, value: tuple[Scalar, ...], other: tuple[Scalar, ...]) -> int:
        """The number of the answer for values of any type."""
        return self._answers.number(Answer(_holding(self._test, dict(zip(self.names, (value, other), strict=True)))))

    def absent(self, names: Collection[str]) -> Truths:
        """What holds when not both fields are there."""
        return _holding(self._test, {name: ("",) for name in self.names if name in names})


class Answers:
    """Distinct answers, numbered from 0. `size` is about what everything takes that remembers them."""

    def __init__(self) -> None:
        self._numbers: dict[Answer, int] = {}
        self.all: list[Answer] = []
        self.size = 0

    def clear(self) -> None:
        """Forget all; whoever remembers numbers must forget them too."""
        self._numbers.clear()
        self.all.clear()
        self.size = 0

    def number(self, answer: Answer) -> int:
        """The number of an answer."""
        got = self._numbers.get(answer)
        if got is None:
            got = self._numbers[answer] = len(self.all)
            self.all.append(answer)
            self.size += 500 + 60 * len(answer.true)
        return got


class Decided(NamedTuple):
    """Rules by their place in a view: those that hold, and those that only the event itself can decide."""

    sure: tuple[int, ...]
    unsure: tuple[int, ...]


class Ready(NamedTuple):
    """A rule ready to be asked. `program` is None for one that only the reference evaluator can answer."""

    rule: Rule
    program: Callable[[set[int]], bool] | None
    tests: Truths
    anchors: frozenset[int | str] | None


class Compiled:
    """All rules of a hunt. Numbers of tests and the memory of values are shared by all kinds of events."""

    def __init__(self, rules: Iterable[Rule], *, store: Store | None = None) -> None:
        self.answers, self._store = Answers(), store
        self._tests: dict[FieldTest, int] = {}
        self._by_field: dict[str, list[tuple[int, FieldTest]]] = {}
        self._fields: dict[str, Field] = {}
        self._pairs: dict[int, Pair] = {}
        self._remembering: list[weakref.ref[dict[Any, Any]]] = []
        self.rules = {id(rule): self._ready(rule) for rule in rules}

    def field(self, name: str) -> Field:
        """The tests of one field, compiled when first asked for."""
        if name not in self._fields:
            self._fields[name] = Field(name, self._by_field.get(name, ()), self.answers, store=self._store)
        return self._fields[name]

    def pairs(self, tests: Iterable[int]) -> list[Pair]:
        """Those of the tests that ask one field against another."""
        return [self._pairs[number] for number in sorted(self._pairs.keys() & set(tests))]

    def remember(self, one: dict[Any, Any]) -> None:
        """Something that remembers numbers of answers: it is emptied with them."""
        self._remembering.append(weakref.ref(one))

    def rest(self) -> None:
        """Forget everything when it has become too much. To be called where no number is held."""
        if self.answers.size < MOST_KEPT:
            return
        self.answers.clear()
        for field in self._fields.values():
            field.clear()
        for pair in self._pairs.values():
            pair.clear()
        there = [one for ref in self._remembering if (one := ref()) is not None]
        for one in there:
            one.clear()
        self._remembering = [weakref.ref(one) for one in there]

    def _ready(self, rule: Rule) -> Ready:
        tests = {self._number(leaf) for leaf in leaves(rule.condition) if isinstance(leaf, FieldTest)}
        exact = any(isinstance(leaf, TextTest) for leaf in leaves(rule.condition))
        program = None if exact else _program(rule.condition, self._tests)
        return Ready(rule, program, frozenset(tests), weighed(rule.condition, self._anchor)[0])

    def _anchor(self, leaf: FieldTest | TextTest) -> Weighed:
        if isinstance(leaf, FieldTest):
            return frozenset([self._tests[leaf]]), commonness(leaf.test)
        word = _word(leaf)
        return (None, 1.0) if word is None else (frozenset([word]), 1 / len(word) ** 2)

    def _number(self, leaf: FieldTest) -> int:
        number = self._tests.get(leaf)
        if number is None:
            number = self._tests[leaf] = len(self._tests)
            if isinstance(leaf.test, Reference):
                self._pairs[number] = Pair(number, leaf, leaf.test.field, self.answers)
            else:
                self._by_field.setdefault(leaf.field, []).append((number, leaf))
        return number


class View:
    """The rules that can run on one kind of event, in the order of the plan."""

    def __init__(self, compiled: Compiled, rules: Sequence[Rule]) -> None:
        self.compiled = compiled
        self.rules = [compiled.rules[id(rule)] for rule in rules]
        self.fields = frozenset().union(*(rule.fields for rule in rules))
        self.pairs = compiled.pairs(test for ready in self.rules for test in ready.tests)
        self.words: dict[str, list[int]] = {}
        self._words: Words | None = None
        self._anchored: dict[int, list[int]] = {}
        self._always: list[int] = []
        for index, ready in enumerate(self.rules):
            if ready.anchors is None:
                self._always.append(index)
            for anchor in ready.anchors or ():
                if isinstance(anchor, str):
                    self.words.setdefault(anchor, []).append(index)
                else:
                    self._anchored.setdefault(anchor, []).append(index)

    def decide(self, numbers: Iterable[int], absent: Truths) -> Decided:
        """From the numbers of the fields' answers, and the tests that hold for want of a field."""
        true: set[int] = set(absent)
        slow: set[int] = set()
        for number in set(numbers):
            answer = self.compiled.answers.all[number]
            true |= answer.true
            slow |= answer.slow
        candidates = set(self._always)
        for test in true | slow:
            candidates.update(self._anchored.get(test, ()))
        sure, unsure = [], []
        for index in sorted(candidates):
            ready = self.rules[index]
            if ready.program is None or not slow.isdisjoint(ready.tests):
                unsure.append(index)
            elif ready.program(true):
                sure.append(index)
        return Decided(tuple(sure), tuple(unsure))

    def worded(self, text: bytes) -> set[int]:
        """The rules one of whose words may stand in a text, which is UTF-8."""
        if self._words is None:
            self._words = Words(self.words)
        standing = self._words.standing(text)
        return {index for word in standing for index in self.words[word]} if standing else NOTHING

    def worded_in_json(self, raw: bytes) -> set[int]:
        """As `worded`, for a record that is still JSON: with an escape in it, every word could stand there."""
        if ESCAPED in raw:
            return {index for indexes in self.words.values() for index in indexes}
        return self.worded(raw)


def _program(node: Node, numbers: dict[FieldTest, int]) -> Callable[[set[int]], bool]:
    match node:
        case FieldTest():
            number = numbers[node]
            return lambda true: number in true
        case Not(part):
            inner = _program(part, numbers)
            return lambda true: not inner(true)
        case AllOf(parts) | AnyOf(parts):
            tests = frozenset(numbers[part] for part in parts if isinstance(part, FieldTest))
            programs = [_program(part, numbers) for part in parts if not isinstance(part, FieldTest)]
            if isinstance(node, AllOf):
                return lambda true: tests <= true and all(program(true) for program in programs)
            return lambda true: not tests.isdisjoint(true) or any(program(true) for program in programs)
    raise TypeError(type(node).__name__)


def weighed(node: Node, of_leaf: Callable[[FieldTest | TextTest], Weighed]) -> Weighed:
    """Anchors of which one must be there for a condition to hold, None without such, and how common they are to be.

    `of_leaf` says it of a single test. Of several that must all hold the rarest is the best.
    """
    match node:
        case Not():
            return None, 1.0
        case AllOf(parts):
            found = [one for part in parts if (one := weighed(part, of_leaf))[0] is not None]
            return min(found, key=lambda one: one[1], default=(None, 1.0))
        case AnyOf(parts):
            each = [weighed(part, of_leaf) for part in parts]
            if any(anchors is None for anchors, _ in each):
                return None, 1.0
            return frozenset[int | str]().union(*(anchors for anchors, _ in each if anchors)), sum(weight for _, weight in each)
    return of_leaf(node)


def commonness(test: ValueTest) -> float:
    """A guess at how often a test holds: long text seldom, anything else often."""
    if isinstance(test, Text):
        return 1 / (1 + sum(len(part or "?") for piece in test.pieces for part in piece)) ** 2
    return 0.5


def _word(node: TextTest) -> str | None:
    """The longest run of plain characters that must stand in the text, in lower case; None for a test without one."""
    if not isinstance(node.test, Text):
        return None
    runs = [run for piece in node.test.pieces for part in piece if part for run in WORD.findall(part)]
    return max(runs, key=len).lower() if runs else None
