"""The values of one field, each looked at once, and the tests of all rules that hold for them."""

from collections.abc import Collection, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from wardround.core.logs import Event, Kind, Scalar, written
from wardround.core.sigma import SlowRegexError, holds
from wardround.core.sigma._conditions import FieldTest
from wardround.core.sigma._values import Cidr, Exists, Null, Number, Regex, Text
from wardround.engines.hunting._patterns import Patterns, Store
from wardround.engines.hunting._scalars import Networks, Numbers

Truths = frozenset[int]
LONGEST_KEPT = 2_000
"""How long a value may be that is kept with its answer; of a longer one only its hash is: memory stays flat."""
NO_KIND = Kind("", "")
NONE: Truths = frozenset()
STRINGS = (Text, Regex)


class Answer(NamedTuple):
    """Tests of one field that hold for a value, and those that took too long to say."""

    true: Truths
    slow: Truths = frozenset()


class Answers:
    """Distinct answers, numbered from 0. `size` is about what everything takes that remembers them.

    Fields say of which of their values they know no answer; `answer_waiting` then looks at all of those together.
    """

    def __init__(self) -> None:
        self._numbers: dict[Answer, int] = {}
        self.all: list[Answer] = []
        self.size = 0
        self.waiting: list[Field] = []

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

    def answer_waiting(self) -> None:
        """Look at the values that wait."""
        for field in self.waiting:
            field.answer_waiting()
        self.waiting.clear()


class Field(dict[Scalar | tuple[Scalar, ...], int]):
    """The tests of one field: from a value to the number of its answer in `answers`, worked out when first asked.

    Several values are given as a tuple, and so are true and false: they would equal 1 and 0.
    """

    def __init__(self, name: str, tests: Sequence[tuple[int, FieldTest]], answers: Answers, *, store: Store | None = None) -> None:
        super().__init__()
        self.name, self._answers, self._store = name, answers, store
        self._strings = [(n, leaf) for n, leaf in tests if isinstance(leaf.test, STRINGS)]
        self._patterns = None if self._strings else Patterns(())
        others = [(n, leaf) for n, leaf in tests if not isinstance(leaf.test, STRINGS)]
        self._networks = Networks((n, leaf.test) for n, leaf in others if isinstance(leaf.test, Cidr))
        self._numbers = Numbers((n, leaf.test) for n, leaf in others if isinstance(leaf.test, Number))
        self._others = [(n, leaf) for n, leaf in others if not isinstance(leaf.test, Cidr | Number)]
        self._alike = all(isinstance(leaf.test, Exists | Null) for _, leaf in self._others)  # whatever the value is
        self._waiting: set[Any] = set()
        self._long: dict[bytes, int] = {}
        self._null: Truths | None = None
        self.absent: Truths = self._held({})

    def __missing__(self, value: Scalar | tuple[Scalar, ...]) -> int:
        values = value if isinstance(value, tuple) else (value,)
        size = sum(len(one) for one in values if isinstance(one, str))
        if size <= LONGEST_KEPT:
            got = self[value] = self._answers.number(self.answer(values))
            self._answers.size += 200 + size
            return got
        key = digest(values)
        got = self._long.get(key, -1)
        if got < 0:
            got = self._long[key] = self._answers.number(self.answer(values))
            self._answers.size += 200
        return got

    def clear(self) -> None:
        """Forget the numbers of all values."""
        super().clear()
        self._long.clear()

    def known(self, values: Sequence[Any]) -> list[int] | None:
        """The numbers of the answers for values; None when not all are known: those wait, but for those to be looked at alone."""
        numbers = list(map(self.get, values))
        if None not in numbers:
            return numbers  # type: ignore[return-value]
        if self._alike:
            new = {value for value, number in zip(values, numbers, strict=True) if number is None}
            new = {value for value in new if type(value) is int or (type(value) is str and len(value) <= LONGEST_KEPT)}
            if new and not self._waiting:
                self._answers.waiting.append(self)
            self._waiting |= new
        return None

    def answer_waiting(self) -> None:
        """Look at all values that wait: most pass no test, and have the same answer."""
        values = list(self._waiting)
        self._waiting.clear()
        texts = list(map(str, values))
        plain = self._held({self.name: ("",)})
        self.update(dict.fromkeys(values, self._answers.number(Answer(plain))))
        self._answers.size += 200 * len(values) + sum(map(len, texts))
        found: dict[int, tuple[set[int], Truths]] = {}
        for at, held, asked in (self._patterns or self.compile()).several(texts):
            found[at] = held, self._asked(texts[at], asked, held)
        for tests in (self._networks, self._numbers):
            for at, value in enumerate(values) if tests else ():
                if holding := list(tests.holding(value)):
                    found.setdefault(at, (set(), NONE))[0].update(holding)
        for at, (held, slow) in found.items():
            self[values[at]] = self._answers.number(Answer(plain.union(held), slow))

    def values(self, values: tuple[Scalar, ...]) -> int:  # type: ignore[override]
        """The number of the answer for a field that has several values, or one of a type that equals another's (true, 1, 1.0)."""
        if len(values) == 1 and (values[0] is None or type(values[0]) in (str, int)):
            return self[values[0]]
        return self._answers.number(self.answer(values))

    def answer(self, values: tuple[Scalar, ...]) -> Answer:
        """Which tests hold for these values of the field."""
        true: set[int] = set(self._held({self.name: values}))
        slow: Truths = NONE
        patterns = self._patterns or self.compile()
        for value in values:
            if value is None:
                true |= self._of_null()
                continue
            true.update(self._networks.holding(value))
            true.update(self._numbers.holding(value))
            text = written(value)
            held, asked = patterns.passing(text)
            slow |= self._asked(text, asked, held)
            true |= held
        return Answer(frozenset(true), slow - true)

    def _asked(self, text: str, asked: Collection[int], held: set[int]) -> Truths:
        """Put regular expressions to a text: those found are added to what is held; gives those that took too long."""
        slow = []
        for number in asked:
            try:
                if self.compile().regexes[number].passes(text):
                    held.add(number)
            except SlowRegexError:
                slow.append(number)
        return frozenset(slow)

    def compile(self) -> Patterns:
        """Make the string tests ready; done when first needed."""
        if self._patterns is None:
            strings = [(n, test) for n, leaf in self._strings if isinstance(test := leaf.test, STRINGS)]
            self._patterns = Patterns(strings, store=self._store)
        return self._patterns

    def _held(self, fields: dict[str, tuple[Scalar, ...]]) -> Truths:
        return _holding(self._others, fields)

    def _of_null(self) -> Truths:
        if self._null is None:
            self._null = _holding(self._strings, {self.name: (None,)})
        return self._null


def digest(values: tuple[Scalar, ...]) -> bytes:
    """What stands for long values."""
    return sha256(repr(values).encode("ascii", "backslashreplace")).digest()


def _holding(tests: Sequence[tuple[int, FieldTest]], fields: dict[str, tuple[Scalar, ...]]) -> Truths:
    if not tests:
        return NONE
    event = Event(0, time=None, kind=NO_KIND, fields=fields, text="")
    return frozenset(number for number, leaf in tests if holds(leaf, event))


class Pair(dict[tuple[Any, Any], int]):
    """One test of a field against another field: from the two values to the number of its answer."""

    def __init__(self, number: int, test: FieldTest, other: str, answers: Answers) -> None:
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
