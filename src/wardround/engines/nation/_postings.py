"""From one organisation's rows to posting lists: which devices have a pair, and which have several of one product."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wardround.engines.nation._arrays import Array

Ints = npt.NDArray[np.int64]


CELLS = 1 << 22  # marks of device by product that are looked at together: they stay in the cache


@dataclass(frozen=True, slots=True)
class Postings:
    """`devices[offsets[p]:offsets[p + 1]]`, in order and each once, have `pairs[n]` (in order), where p is `place[n]`.

    Lists of one product lie together. `set_count[n]` devices have exactly the pairs `set_pairs[set_offsets[n]:set_offsets[n + 1]]`
    of one product, two or more.
    """

    pairs: Array
    place: Array
    offsets: Array
    devices: Array
    set_pairs: Array
    set_offsets: Array
    set_count: Array


def postings(pair: Ints, device: Ints, *, groups: Ints, devices: int) -> Postings:
    """The posting lists of these rows, in any order; the same row twice counts once. `groups` is the product of each pair."""
    had = np.flatnonzero(np.bincount(pair, minlength=1)) if len(pair) else np.empty(0, np.int64)
    listed = had[np.argsort(groups[had], kind="stable")]
    rank = np.zeros(len(groups), np.uint16 if len(had) <= 1 << 16 else np.uint32)
    rank[listed] = np.arange(len(listed))
    if np.any(device[1:] < device[:-1]):
        order = np.argsort(device, kind="stable")
        pair, device = pair[order], device[order]
    row = rank[pair]
    order = np.argsort(row, kind="stable")
    count = np.bincount(row, minlength=len(listed))
    sorted_devices: Array = device.astype(np.uint16 if devices <= 1 << 16 else np.uint32)[order]
    starts = np.cumsum(count) - count
    again = np.flatnonzero(sorted_devices[1:] == sorted_devices[:-1]) + 1
    again = again[~np.isin(again, starts)]
    if len(again):
        sorted_devices = np.delete(sorted_devices, again)
        count = count - np.bincount(np.searchsorted(starts, again, side="right") - 1, minlength=len(listed))
    offsets = np.append(0, np.cumsum(count)).astype(np.int64)
    by_pair = np.argsort(listed, kind="stable")
    several = _several(listed, offsets, sorted_devices, group=groups[listed], devices=devices)
    return Postings(listed[by_pair].astype(np.uint32), by_pair.astype(np.uint32), offsets, sorted_devices, *several)


def _several(listed: Ints, offsets: Array, device: Array, *, group: Ints, devices: int) -> tuple[Array, Array, Array]:
    """The sets of pairs of one product that devices have, where they have two or more; each with its number of devices."""
    first = np.flatnonzero(_first(group))
    bounds = np.append(first, len(listed))  # places of the products' lists
    step = max(1, CELLS // max(devices, 1))
    pairs, theirs, products = [], [], []
    for begin in range(0, len(first), step):
        mine = bounds[begin : begin + step + 1]
        rows = slice(offsets[mine[0]], offsets[mine[-1]])
        product = np.repeat(np.arange(len(mine) - 1), np.diff(offsets[mine]))
        marks = np.zeros((len(mine) - 1) * devices, bool)
        marks[product * devices + device[rows]] = True
        twice = np.diff(offsets[mine]) > np.count_nonzero(marks.reshape(-1, devices), axis=1)
        if twice.any():
            kept = np.flatnonzero(twice[product])
            lengths = np.diff(offsets[mine[0] : mine[-1] + 1])
            pairs.append(np.repeat(listed[mine[0] : mine[-1]], lengths)[kept])
            theirs.append(device[rows][kept].astype(np.int64))
            products.append(product[kept] + begin)
    return _sets(_all(pairs), _all(theirs), _all(products))


def _all(parts: list[Ints]) -> Ints:
    return np.concatenate([np.empty(0, np.int64), *parts])


def _first(values: Array) -> npt.NDArray[np.bool_]:
    """True where a sorted array says something for the first time."""
    first = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return first


def _sets(pair: Ints, device: Ints, group: Ints) -> tuple[Array, Array, Array]:
    """The distinct sets of pairs that devices have of a product, two or more, from rows in which no pair comes twice."""
    order = np.lexsort((pair, device, group))
    same = _first(group[order] << 32 | device[order])
    length = np.diff(np.append(np.flatnonzero(same), len(order)))
    many = np.flatnonzero(length > 1)
    starts, length = np.flatnonzero(same)[many], length[many]
    found: list[tuple[Array, Array]] = []
    for size in np.unique(length).tolist():
        rows = pair[order[starts[length == size][:, None] + np.arange(size)]].astype(np.uint32)
        if size == 2:
            keys = np.sort(rows[:, 0].astype(np.uint64) << np.uint64(32) | rows[:, 1])
            begins = np.flatnonzero(_first(keys))
            both, count = keys[begins], np.diff(np.append(begins, len(keys)))
            distinct = np.stack([both >> np.uint64(32), both & np.uint64(0xFFFFFFFF)], axis=1).astype(np.uint32)
        else:
            rows = rows[np.lexsort(rows.T[::-1])]
            begins = np.flatnonzero(np.append(True, (rows[1:] != rows[:-1]).any(axis=1)))
            distinct, count = rows[begins], np.diff(np.append(begins, len(rows)))
        found.append((distinct, count))
    sizes = [np.full(len(count), distinct.shape[1]) for distinct, count in found]
    offsets = np.concatenate([[0], np.cumsum(np.concatenate([np.empty(0, np.int64), *sizes]))]).astype(np.int64)
    pairs = np.concatenate([np.empty(0, np.uint32), *(distinct.ravel() for distinct, _ in found)]).astype(np.uint32)
    return pairs, offsets, np.concatenate([np.empty(0, np.int64), *(count for _, count in found)]).astype(np.uint32)
