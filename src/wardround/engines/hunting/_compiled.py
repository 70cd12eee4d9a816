"""A rule set made ready for bulk work: every distinct test once, every rule as a question to the set of tests that hold.

A rule is looked at only when one of its *anchors* holds: tests of which at least one must hold for the rule to hold at all. What
the values of fields cannot decide (keywords over all text, an expression that takes too long) is put to the reference evaluator, on
the event itself.
"""

import re
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from wardround.core.logs import Scalar
from wardround.core.sigma import Rule
from wardround.core.sigma._conditions import AllOf, AnyOf, FieldTest, Node, Not, TextTest, could_hold, leaves
from wardround.core.sigma._values import Reference, Text, ValueTest
from wardround.engines.hunting._fields import Answers, Field, Pair, Truths
from wardround.engines.hunting._patterns import Store, Words

Weighed = tuple[frozenset[int | str] | None, float]
MOST_KEPT = 96 << 20
"""About how many bytes of answers are remembered: memory stays flat."""
WORD = re.compile(r"[ !#-.0-\[\]-~]{3,}")  # what JSON writes as it is: not the quote, the slashes


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
        self.answers, self.store = Answers(), store
        self._tests: dict[FieldTest, int] = {}
        self._by_field: dict[str, list[tuple[int, FieldTest]]] = {}
        self._fields: dict[str, Field] = {}
        self._pairs: dict[int, Pair] = {}
        self._remembering: list[weakref.ref[dict[Any, Any]]] = []
        self.rules = {id(rule): self._ready(rule) for rule in rules}

    def field(self, name: str) -> Field:
        """The tests of one field, compiled when first asked for."""
        if name not in self._fields:
            self._fields[name] = Field(name, self._by_field.get(name, ()), self.answers, store=self.store)
        return self._fields[name]

    def pairs(self, tests: Iterable[int]) -> list[Pair]:
        """Those of the tests that ask one field against another."""
        return [self._pairs[number] for number in sorted(self._pairs.keys() & set(tests))]

    def holding(self, values: Mapping[str, Scalar]) -> dict[str, Truths]:
        """The tests that hold for each of these values of fields. Without a field whose expressions took too long."""
        each = {name: self.field(name).answer((value,)) for name, value in values.items()}
        return {name: answer.true for name, answer in each.items() if not answer.slow}

    def possible(self, rules: Sequence[Rule], fixed: Mapping[str, Scalar]) -> list[Rule]:
        """Those of the rules that could hold where these fields have these values."""
        known = self.holding(fixed)
        decided = {number for name in known for number, _ in self._by_field.get(name, ())}
        true = frozenset().union(*known.values())

        def could(test: FieldTest) -> bool:
            number = self._tests[test]
            return number not in decided or number in true

        return [rule for rule in rules if decided.isdisjoint(self.rules[id(rule)].tests) or could_hold(rule.condition, could)]

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
            self._words = Words(self.words, store=self.compiled.store)
        return self.with_words(self._words.standing(text))

    def with_words(self, words: Iterable[str]) -> set[int]:
        """The rules that look for one of these words."""
        return {index for word in words for index in self.words.get(word, ())}


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
