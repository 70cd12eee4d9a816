"""Access logs a block at a time: which lines are of the plainest form, when they were written, and which of them a rule could hit.

Nothing is decided here. A line that *could* be hit, and every line that is not of the plainest form, goes the ordinary way: what is
left out is only what no rule can hold on. A rule's tests are looked for in the line itself, and in the line URL-decoded once
and twice, because a field's value is a part of one of these.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

import numpy as np
import numpy.typing as npt

from wardround.core.logs import Event, Kind
from wardround.core.logs._access import logged_values
from wardround.core.logs._tables import table
from wardround.core.sigma import Rule, holds
from wardround.core.sigma._conditions import AllOf, AnyOf, FieldTest, Node, Not, TextTest
from wardround.core.sigma._values import Reference, Regex, Text
from wardround.engines.hunting._compiled import Weighed, commonness, weighed
from wardround.engines.hunting._patterns import OTHERWISE, Scanner, Store, unanchored

COMMON = 0.02
"""A test that is found in more than this share of lines tells nothing: it is no longer looked for."""
MOST_AGENTS = 50_000
WHERE = re.compile(r"[\^$]|\\[AZzbBnrtvf0c]|\\x[01]|\(\?[=!<]")  # asks where in the value it stands, or for what ends a line
PLAIN_LINE = (
    rb"^[^\s\[\"]+ [^\s\[\"]+ [^\s\[\"]+ \[\d\d/[A-Z][a-z][a-z]/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "
    rb"\"[A-Z]+ [!#-\[\]-~]* HTTP/\d(\.\d)?\" \d{3} (\d{1,18}|-) \"[ !#-\[\]-~]*\" \"[ !#-\[\]-~]*\"\r?\n$"
)
"""The combined form without an escape, a sign beyond ASCII or anything left out."""


class Doubts:
    """The rules for one kind of line, as questions to the words that stand in it."""

    def __init__(self, rules: Sequence[Rule], *, store: Store | None = None) -> None:
        self._rules, self._store = rules, store
        self._numbers: dict[tuple[bytes, int], int] = {}
        self._of: dict[int, int] = {}
        for rule in rules:
            self._number(rule.condition)
        self._common: set[int] = set()
        self.vacuous: list[Node] = []
        self._build()

    def _build(self) -> None:
        wanted = [(n, e, f) for (e, f), n in self._numbers.items() if n not in self._common]
        self.scanner = Scanner(wanted, store=self._store)
        self._common |= {n for n in self._numbers.values() if n not in self.scanner.taken}
        self._by_word: dict[int | str, list[Node]] = {}
        self.vacuous = []
        for rule in self._rules:
            anchors, _ = weighed(rule.condition, self._anchor)
            if anchors is None:
                self.vacuous.append(rule.condition)
            for word in anchors or ():
                self._by_word.setdefault(word, []).append(rule.condition)
        self.agents = Agents(self.vacuous)

    def _number(self, node: Node) -> None:
        match node:
            case AllOf(parts) | AnyOf(parts):
                for part in parts:
                    self._number(part)
            case Not():
                return
            case FieldTest() | TextTest():
                if (asked := _asked(node.test)) is not None:
                    self._of[id(node)] = self._numbers.setdefault(asked, len(self._numbers))

    def _word(self, node: Node) -> int | None:
        number = self._of.get(id(node))
        return None if number is None or number in self._common else number

    def _anchor(self, leaf: FieldTest | TextTest) -> Weighed:
        word = self._word(leaf)
        return (None, 1.0) if word is None else (frozenset([word]), commonness(leaf.test))

    def could(self, found: set[int]) -> bool:
        """Could some rule hold on a line in which these words stand?"""
        return any(self._could(node, found) for word in found for node in self._by_word.get(word, ()))

    def _could(self, node: Node, found: set[int]) -> bool:
        match node:
            case AllOf(parts):
                return all(self._could(part, found) for part in parts)
            case AnyOf(parts):
                return any(self._could(part, found) for part in parts)
            case Not():
                return True
            case _:
                word = self._word(node)
                return word is None or word in found

    def learn(self, counts: Counter[int], lines: int) -> None:
        """Words found in very many lines are left out from now on."""
        common = {word for word, count in counts.items() if count > COMMON * max(lines, 1_000)}
        if common - self._common:
            self._common |= common
            self._build()


class Agents(dict[bytes, bool]):
    """Could a rule without any word that tells hold for a user agent? Worked out when first met."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        super().__init__()
        self._nodes = nodes
        self._names = frozenset(table("fields")["access"]["agent"])

    def __missing__(self, agent: bytes) -> bool:
        values = logged_values(agent.decode())
        event = Event(0, time=None, kind=Kind("", ""), fields=dict.fromkeys(self._names, values), text="")
        got = any(self._bounds(node, event)[1] for node in self._nodes)
        if len(self) >= MOST_AGENTS:
            self.clear()
        self[agent] = got
        return got

    def _bounds(self, node: Node, event: Event) -> tuple[bool, bool]:
        """Does it hold for certain, and could it hold, whatever the other fields are?"""
        match node:
            case AllOf(parts) | AnyOf(parts):
                each = [self._bounds(part, event) for part in parts]
                over = all if isinstance(node, AllOf) else any
                return over(sure for sure, _ in each), over(could for _, could in each)
            case Not(part):
                sure, could = self._bounds(part, event)
                return not could, not sure
            case FieldTest(field, test) if field in self._names and not isinstance(test, Reference | Regex):
                return (holds(node, event),) * 2
        return False, True


def _asked(test: Any) -> tuple[bytes, int] | None:
    """What to look for in a line: found wherever the test holds on a part of it. None when that cannot be said."""
    import hyperscan as hs

    if isinstance(test, Text):
        literal = "".join(part for piece in test.pieces for part in piece if part)
        if not literal or not literal.isascii() or not literal.isprintable():
            return None
        return unanchored(test.pieces), hs.HS_FLAG_CASELESS
    if isinstance(test, Regex) and not WHERE.search(test.pattern) and test.pattern.isascii() and not set(test.flags) - set("is"):
        if OTHERWISE.search(test.pattern.replace("\\\\", "..")):
            return None
        return test.pattern.encode(), hs.HS_FLAG_CASELESS | hs.HS_FLAG_PREFILTER
    return None


MONTHS = {name: number for number, name in enumerate(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split())}
ZERO = ord("0")
LINE_FEED = 10
HOUR = 3_600

Ints = npt.NDArray[np.int64]


class Block(NamedTuple):
    """Whole lines: `start` and `end` of each (without the line feed), `plain`: of the plainest form, with its time in `seconds`."""

    data: bytes
    start: Ints
    end: Ints
    plain: npt.NDArray[np.bool_]
    seconds: Ints

    def line(self, index: int) -> bytes:
        """One line, without its line end."""
        return self.data[self.start[index] : self.end[index]].removesuffix(b"\r")


def block_of(data: bytes) -> Block:
    """The lines of a block of bytes, which ends with a line feed."""
    import pyarrow as pa
    import pyarrow.compute as pc

    view = np.frombuffer(data, np.uint8)
    end = np.flatnonzero(view == LINE_FEED)
    start = np.concatenate(([0], end[:-1] + 1))
    offsets = np.concatenate(([0], end + 1)).astype(np.int32)
    lines = pa.Array.from_buffers(pa.binary(), len(end), [None, pa.py_buffer(offsets), pa.py_buffer(data)])
    plain = pc.match_substring_regex(lines, PLAIN_LINE).to_numpy(zero_copy_only=False)
    seconds = np.zeros(len(end), np.int64)
    where = np.flatnonzero(plain)
    if len(where):
        brackets = np.flatnonzero(view == ord("["))
        first = brackets[np.searchsorted(brackets, start[where])]
        read, good = _seconds(view[first[:, None] + np.arange(1, 27)])
        seconds[where] = read
        plain = plain.copy()
        plain[where[~good]] = False
    return Block(data, start, end, plain, seconds)


def _seconds(text: npt.NDArray[np.uint8]) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """`15/May/2025:03:12:44 +0100`, one a row, as seconds since 1970 in UTC; and which of them are times at all."""
    digits = text.astype(np.int64) - ZERO

    def number(*places: int) -> Ints:
        total: Ints = digits[:, places[0]]
        for place in places[1:]:
            total = total * 10 + digits[:, place]
        return total

    month = np.full(len(text), -1, np.int64)
    names = text[:, 3].astype(np.int64) << 16 | text[:, 4].astype(np.int64) << 8 | text[:, 5]
    for name, value in MONTHS.items():
        month[names == int.from_bytes(name, "big")] = value
    day, year = number(0, 1), number(7, 8, 9, 10)
    hour, minute, second = number(12, 13), number(15, 16), number(18, 19)
    ahead = number(22, 23) * HOUR + number(24, 25) * 60
    months = (year - 1970) * 12 + np.maximum(month, 0)
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    length = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) - first
    good = (month >= 0) & (day >= 1) & (day <= length) & (year >= 1)
    good &= (hour < 24) & (minute < 60) & (second < 60) & (ahead < 24 * HOUR)
    local = (first + day - 1) * 24 * HOUR + hour * HOUR + minute * 60 + second
    return np.where(text[:, 21] == ord("-"), local + ahead, local - ahead), good


def suspects(block: Block, doubts: Doubts) -> Sequence[int]:
    """The plain lines of a block that some rule could hit, by their place in it, in order."""
    found: dict[int, set[int]] = {}
    counts: Counter[int] = Counter()
    _look(block.data, block.end, doubts, found, counts)
    encoded = np.flatnonzero(block.plain & _has(block, b"%"))
    if len(encoded):
        spans = zip(block.start[encoded].tolist(), (block.end[encoded] + 1).tolist(), strict=True)
        text = b"".join([block.data[first:last] for first, last in spans])
        for _ in range(2):
            text = unquote_to_bytes(text.replace(b"%0a", b" ").replace(b"%0A", b" "))
            text = text if text.isascii() else text.decode("utf-8", "replace").lower().encode()
            inner: dict[int, set[int]] = {}
            _look(text, np.flatnonzero(np.frombuffer(text, np.uint8) == LINE_FEED), doubts, inner, counts)
            for at, words in inner.items():
                found.setdefault(int(encoded[at]), set()).update(words)
            if b"%" not in text:
                break
    doubts.learn(counts, len(block.end))
    out = {index for index, words in found.items() if block.plain[index] and doubts.could(words)}
    if doubts.vacuous:
        where = np.flatnonzero(block.plain)
        out.update(int(index) for index, agent in zip(where, _agents(block), strict=True) if doubts.agents[agent])
    return sorted(out)


def _agents(block: Block) -> list[bytes]:
    """What stands between the last two quotes of each plain line: these have six."""
    quotes = np.flatnonzero(np.frombuffer(block.data, np.uint8) == ord('"'))
    pairs = quotes[block.plain[np.searchsorted(block.end, quotes)]].reshape(-1, 6)[:, 4:]
    return [block.data[first + 1 : last] for first, last in pairs.tolist()]


def _has(block: Block, sign: bytes) -> npt.NDArray[np.bool_]:
    """Which lines hold a sign."""
    places = np.flatnonzero(np.frombuffer(block.data, np.uint8) == sign[0])
    out = np.zeros(len(block.end), np.bool_)
    out[np.searchsorted(block.end, places)] = True
    return out


def _look(data: bytes, ends: Ints, doubts: Doubts, found: dict[int, set[int]], counts: Counter[int]) -> None:
    hits = doubts.scanner.hits(data)
    if hits:
        lines = np.searchsorted(ends, [end - 1 for _, end in hits])
        for (word, _), line in zip(hits, lines.tolist(), strict=True):
            words = found.setdefault(line, set())
            if word not in words:
                words.add(word)
                counts[word] += 1
