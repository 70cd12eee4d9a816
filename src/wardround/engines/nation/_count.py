"""From verdicts on pairs to exact numbers of devices, for every row of verdicts and every organisation.

A row's devices are at first the sum of its pairs' posting lists. Devices that have several pairs of one product are taken
off again by the sets that the index keeps; where two products of a row are on one device, the union itself is made.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wardround.engines.nation._arrays import Array
from wardround.engines.nation._index import Index, Part
from wardround.engines.nation._judge import Bools, Universe
from wardround.engines.nation._naming import Ints

_CHUNK, _ROWS, _MARKS = 1 << 22, 1 << 20, 1 << 23
_FEW = 4
_BITS = np.uint64(1) << np.arange(64, dtype=np.uint64)
Words = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Counted:
    """`affected[r, o]` and `either[r, o]` devices of organisation `o`: affected by row `r`; affected or open.

    `starts[u]` is the first row of universe `u`. `any_affected` and `any_either` count over all rows.
    """

    starts: list[int]
    affected: Ints
    either: Ints
    any_affected: Ints
    any_either: Ints


def count(index: Index, universes: Sequence[Universe]) -> Counted:
    """The exact numbers of devices, of every row of verdicts in every organisation.

    Raises WardroundError where a part of the index is damaged.
    """
    for part in index.parts:
        part.check(devices=False)
    groups = index.catalogue.groups()
    sizes, sets = _sizes(index), _Sets(index, groups)
    starts = np.cumsum([0, *(len(u.rows) for u in universes)])
    total = np.zeros((2 * int(starts[-1]), len(index.parts)), np.int64)
    together = _Together()
    ever = np.zeros((2, len(groups)), bool)
    for universe, start in zip(universes, starts.tolist(), strict=False):
        both = universe.matrices()
        for kind, hit in enumerate(both):
            ever[kind, universe.pairs] |= hit.any(axis=0)
        hit = np.concatenate(both)
        rows = np.concatenate([np.arange(len(both[0])) + start, np.arange(len(both[0])) + start + int(starts[-1])])
        order = np.argsort(groups[universe.pairs], kind="stable")
        hit, pairs = hit[:, order], universe.pairs[order]
        total[rows] = hit.astype(np.float64) @ sizes[pairs]
        bounds = np.flatnonzero(np.diff(groups[pairs], prepend=-1))
        for begin, end in zip(bounds.tolist(), [*bounds[1:].tolist(), len(pairs)], strict=True):
            sets.take_off(total, rows, hit[:, begin:end], pairs[begin:end])
        together.add(rows, np.logical_or.reduceat(hit, bounds, axis=1), groups[pairs[bounds]], hit, pairs)
    anyone = _unions(index, groups, total, together, ever)
    half = int(starts[-1])
    return Counted(starts.tolist(), total[:half], total[half:], anyone[0], anyone[1])


def _sizes(index: Index) -> npt.NDArray[np.float64]:
    """How many devices of each organisation have each pair."""
    sizes = np.zeros((len(index.catalogue), len(index.parts)))
    for number, part in enumerate(index.parts):
        p = part.postings
        sizes[p.pairs, number] = np.diff(p.offsets)[p.place]
    return sizes


class _Sets:
    """What devices have of one product where that is more than one pair, of all organisations, by product."""

    def __init__(self, index: Index, groups: Ints) -> None:
        parts = [part.postings for part in index.parts]
        nothing = np.empty(0, np.int64)
        length = np.concatenate([nothing, *(np.diff(p.set_offsets) for p in parts)])
        self.pairs = np.concatenate([nothing, *(p.set_pairs for p in parts)]).astype(np.int64)
        self.starts = np.cumsum(length) - length
        self.length = length
        self.count = np.concatenate([nothing, *(p.set_count for p in parts)]).astype(np.float32)
        self.organisation = np.repeat(np.arange(len(parts)), [len(p.set_count) for p in parts])
        self.group = groups[self.pairs[self.starts]] if len(length) else nothing
        self.order = np.argsort(self.group, kind="stable")
        self.groups, self.sorted, self.organisations = groups, self.group[self.order], len(parts)

    def take_off(self, total: Ints, rows: Ints, hit: Bools, pairs: Ints) -> None:
        """From each row's number of devices, what sets of this product (whose pairs in the rows are given) count too often."""
        begin, end = np.searchsorted(self.sorted, [self.groups[pairs[0]], self.groups[pairs[0]] + 1])
        busy = np.flatnonzero(hit.sum(axis=1) > 1)
        if begin == end or not len(busy):
            return
        distinct, which = _distinct(hit[busy])
        place = np.full(int(pairs.max()) + 2, len(pairs))
        place[pairs] = np.arange(len(pairs))
        weights = np.append(distinct, np.zeros((len(distinct), 1), bool), axis=1)
        off = np.zeros((len(distinct), self.organisations), np.int64)
        step = max(1, _CHUNK // len(distinct))
        for at in range(begin, end, step):
            these = self.order[at : min(at + step, end)]
            several = np.zeros((len(distinct), len(these)), np.float32)
            for nth in range(int(self.length[these].max())):
                has = np.flatnonzero(self.length[these] > nth)
                pair = self.pairs[self.starts[these[has]] + nth]
                several[:, has] += weights[:, place[np.minimum(pair, len(place) - 1)]]
            several = np.maximum(several - 1, 0) * self.count[these]
            first = np.flatnonzero(np.diff(self.organisation[these], prepend=-1))
            off[:, self.organisation[these[first]]] += np.add.reduceat(several, first, axis=1, dtype=np.float64).astype(np.int64)
        total[rows[busy]] -= off[which]


def _distinct(hit: Bools) -> tuple[Bools, Ints]:
    """Each distinct row once, and for each row which it is."""
    packed = np.ascontiguousarray(np.packbits(hit, axis=1))
    known: dict[bytes, int] = {}
    which = np.array([known.setdefault(row.tobytes(), len(known)) for row in packed], np.int64)
    first = np.full(len(known), len(hit), np.int64)
    np.minimum.at(first, which, np.arange(len(hit)))
    return hit[first], which


class _Together:
    """Which products stand together in a row: only where a device has two of them is a sum not exact.

    Rows that hit the same pairs are one line here: `lines` has their pairs, `line` gives each row its line.
    """

    def __init__(self) -> None:
        self.couples: dict[int, int] = {}
        self.lines: dict[bytes, int] = {}
        self.rows: list[int] = []
        self.line: list[int] = []
        self._of_line: list[Ints] = []
        self._couple: list[Ints] = []

    def add(self, rows: Ints, by_group: Bools, groups: Ints, hit: Bools, pairs: Ints) -> None:
        """The rows of one universe: `by_group` says which of `groups` a row hits, `hit` which of `pairs`."""
        for n in np.flatnonzero(by_group.sum(axis=1) > 1).tolist():
            key = pairs[hit[n]].astype(np.uint32).tobytes()
            line = self.lines.setdefault(key, len(self.lines))
            self.rows.append(int(rows[n]))
            self.line.append(line)
            if line == len(self._couple):
                mine = groups[by_group[n]]
                one, other = np.triu_indices(len(mine), 1)
                keys = (mine[one] << 32 | mine[other]).tolist()
                self._couple.append(np.array([self.couples.setdefault(key, len(self.couples)) for key in keys], np.int64))
                self._of_line.append(np.full(len(keys), line))

    def couples_by_line(self) -> tuple[Ints, Ints]:
        """Line and couple, one row for each couple of products that a line hits."""
        nothing = np.empty(0, np.int64)
        return np.concatenate([nothing, *self._of_line]), np.concatenate([nothing, *self._couple])


def _unions(index: Index, groups: Ints, total: Ints, together: _Together, ever: Bools) -> Ints:
    """Make the unions that sums do not give; return how many devices of each organisation any row affects, or leaves open too."""
    keys = np.array(list(together.couples), np.int64)
    of_line, couple = together.couples_by_line()
    linked = np.unique(np.concatenate([keys >> 32, keys & 0xFFFFFFFF]))
    one, other = np.searchsorted(linked, keys >> 32), np.searchsorted(linked, keys & 0xFFFFFFFF)
    lines = [np.frombuffer(key, np.uint32) for key in together.lines]
    rows, line_of_row = np.array(together.rows, np.int64), np.array(together.line, np.int64)
    anyone = np.zeros((2, len(index.parts)), np.int64)
    for number, part in enumerate(index.parts):
        part.check(devices=True)
        for kind in (0, 1):
            anyone[kind, number] = np.count_nonzero(part.marked_any(ever[kind]))
        if len(keys):
            shared = _overlap(_bits(part, groups, linked), one, other)
            busy = np.unique(of_line[shared[couple]])
            union = np.full(len(lines), -1)
            union[busy] = _count_unions(part, [lines[n] for n in busy.tolist()], len(groups))
            found = union[line_of_row]
            total[rows[found >= 0], number] = found[found >= 0]
        part.release()
    return anyone


def _bits(part: Part, groups: Ints, linked: Ints) -> Words:
    """For each of these products one bit for every device: has it."""
    wanted = np.full(int(groups.max(initial=0)) + 1, -1)
    wanted[linked] = np.arange(len(linked))
    row = wanted[groups[part.listed]]
    (places,) = np.nonzero(row >= 0)
    row = row[places]
    width = -(-part.size // 64) * 64
    bits = np.zeros((len(linked), width // 64), np.uint64)
    bounds = np.append(np.flatnonzero(np.diff(row, prepend=-1)), len(row))  # lists of one product lie together
    step = max(1, _MARKS // max(width, 1))
    for at in range(0, len(bounds) - 1, step):
        mine = bounds[at : at + step + 1]
        lists = slice(mine[0], mine[-1])
        nth = np.repeat(np.arange(len(mine) - 1), np.diff(mine))
        marks = np.zeros((len(mine) - 1) * width, bool)
        for of, device in _devices(part, places[lists]):
            marks[nth[of] * width + device] = True
        packed = np.packbits(marks, bitorder="little").view("<u8")
        bits[row[mine[:-1]]] = packed.reshape(len(mine) - 1, -1)
    return bits


def _count_unions(part: Part, lines: Sequence[npt.NDArray[np.uint32]], pairs: int) -> Ints:
    """How many devices have any pair of each line, of a catalogue of so many `pairs`: each pair's devices as bits, joined."""
    place = np.full(pairs, -1)
    place[part.postings.pairs] = part.postings.place
    hit = place[np.concatenate([np.empty(0, np.uint32), *lines])]
    line = np.repeat(np.arange(len(lines)), [len(one) for one in lines])[hit >= 0]
    used, row = np.unique(hit[hit >= 0], return_inverse=True)
    words = _words(part, used)
    union = np.zeros(len(lines), np.int64)
    starts = np.flatnonzero(np.diff(line, prepend=-1))  # where the lines that have anything begin
    length = np.diff(np.append(starts, len(line)))
    order = np.argsort(-length, kind="stable")
    step = max(1, _CHUNK // max(words.shape[1], 1))
    for at in range(0, len(order), step):
        mine = order[at : at + step]
        joined = _joined(words, row, starts[mine], length[mine])
        union[line[starts[mine]]] = np.bitwise_count(joined).sum(axis=1)
    return union


def _joined(words: Words, row: Ints, starts: Ints, length: Ints) -> Words:
    """Rows of bits joined: for each stretch of `row`, the longest first, its rows of `words` in one."""
    joined = words[row[starts]]
    nth = 1
    while (more := int(np.searchsorted(-length, -nth))) > _FEW:  # all that are longer, at once
        joined[:more] |= words[row[starts[:more] + nth]]
        nth += 1
    for one in range(more):
        rest = words[row[starts[one] + nth : starts[one] + length[one]]]
        joined[one] |= np.bitwise_or.reduce(rest, axis=0)
    return joined


def _words(part: Part, places: Ints) -> Words:
    """The posting lists at these places as bits, one row each. In a list each device stands once, so sums of bits join them."""
    width = -(-part.size // 64)
    words = np.zeros(len(places) * width, np.uint64)
    for of, device in _devices(part, places):
        np.add.at(words, of * width + (device >> 6), _BITS[device & 63])
    return words.reshape(len(places), width)


def _devices(part: Part, places: Ints) -> Iterator[tuple[Ints, Array]]:
    """The rows of the posting lists at these places, a bounded number at a time: which of `places`, and the device."""
    offsets = part.postings.offsets
    begin, length = offsets[places], offsets[places + 1] - offsets[places]
    ends = np.cumsum(length)
    at = done = 0
    while at < len(places):
        end = max(at + 1, int(np.searchsorted(ends, done + _ROWS, side="right")))
        mine = slice(at, end)
        into = np.repeat(begin[mine] - (ends[mine] - length[mine]), length[mine])  # from a row to its place in the file
        yield np.repeat(np.arange(at, end), length[mine]), part.postings.devices[into + np.arange(done, ends[end - 1])]
        at, done = end, int(ends[end - 1])


def _overlap(bits: Words, one: Ints, other: Ints) -> Bools:
    """For each couple of products: does a device have both."""
    step = max(1, _CHUNK // max(bits.shape[1], 1))
    parts = [(bits[one[at : at + step]] & bits[other[at : at + step]]).any(axis=1) for at in range(0, len(one), step)]
    return np.concatenate(parts)
