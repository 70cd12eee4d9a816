"""One organisation's devices and what is installed on them, drawn from a stream of its own."""

from dataclasses import dataclass

import numpy as np

from wardround.engines.synth._nation import Floats, Ints, Nation, Pool, by_class
from wardround.engines.synth._software import ODD, table

SLOTS = 64  # a product's versions in one organisation, each as often as it is installed
MOST = 0.97
_STEPS = (7919, 104729, 1299709, 15485863, 611953, 350377, 86028121, 49979687)  # primes


@dataclass(frozen=True, slots=True)
class Drawn:
    """`device` and `software` of every install, sorted and each pair once; `classes` is the class of every device."""

    device: Ints
    software: Ints
    classes: Ints


def draw(nation: Nation, *, devices: int, rng: np.random.Generator) -> Drawn:
    """All installs of an organisation of so many devices. The same for the same stream."""
    keys, classes, start = [], [], 0
    for number, (one, count) in enumerate(zip(table("classes")["classes"], by_class(devices, rng=rng), strict=True)):
        for name in one["one"]:
            keys.append(_exactly_one(nation.pools[name], count, start, rng))
        for name, mean in one["some"].items():
            keys.append(_some(nation.pools[name], count, mean, start, rng))
        classes.append(np.full(count, number))
        start += count
    both = np.sort(np.concatenate(keys))
    both = both[np.diff(both, prepend=-1) != 0]
    return Drawn(both >> 32, both & 0xFFFFFFFF, np.concatenate(classes))


def _exactly_one(pool: Pool, count: int, start: int, rng: np.random.Generator) -> Ints:
    """Each device has one product of the pool; every organisation has its own favourites."""
    weight = np.cumsum(pool.weight**2 * (0.05 + rng.random(len(pool)) ** 3))
    product = np.searchsorted(weight / weight[-1], rng.random(count), side="right")
    return _keyed(np.arange(start, start + count), np.minimum(product, len(pool) - 1), pool, rng)


def _some(pool: Pool, count: int, mean: float, start: int, rng: np.random.Generator) -> Ints:
    """Each product is on its share of the devices, `mean` a device; one in twenty has a second version beside the first."""
    share = _shares(pool, min(mean, 0.6 * len(pool)), rng)
    beside = np.flatnonzero(rng.random(len(pool)) < 0.05)
    product = np.concatenate([np.arange(len(pool)), beside])
    number = np.floor(np.concatenate([share, share[beside] * 0.3]) * count + rng.random(len(product))).astype(np.int64)
    number = np.minimum(number, count)
    line = np.repeat(np.arange(len(product)), number)
    nth = np.arange(len(line)) - np.repeat(np.cumsum(number) - number, number)
    return _keyed(start + _spread(line, nth, len(product), count, rng), product[line], pool, rng)


def _spread(line: Ints, nth: Ints, lines: int, count: int, rng: np.random.Generator) -> Ints:
    """Different devices for the installs of a line: from a start of its own, in steps that share no factor with their number."""
    steps = np.array([p % count for p in _STEPS if count and np.gcd(p, count) == 1] or [1], np.int64)
    begin, step = rng.integers(0, max(count, 1), lines), steps[rng.integers(0, len(steps), lines)]
    return (begin[line] + nth * step[line]) % max(count, 1)


def _shares(pool: Pool, mean: float, rng: np.random.Generator) -> Floats:
    """The share of devices that has each product: Zipf's law among those that this organisation uses, `mean` in all."""
    used = rng.random(len(pool)) < np.maximum(0.3, 1 - np.arange(len(pool)) / (0.4 * len(pool) + 1))
    weight = pool.weight * used * (0.4 + 1.2 * rng.random(len(pool)))
    low, high = 0.0, 1e6
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if np.minimum(MOST, weight * middle).sum() < mean else (low, middle)
    return np.minimum(MOST, weight * high)


def _keyed(device: Ints, product: Ints, pool: Pool, rng: np.random.Generator) -> Ints:
    """Device and software in one number. Most have the organisation's main version, the newest more often; 1 % an odd one."""
    kinds = len(pool)
    aged = rng.random((kinds, SLOTS)) ** 2.2
    aged[:, :36] = rng.random((kinds, 1)) ** 1.8
    versions = np.floor(aged * pool.versions[:, None]).astype(np.int64)
    chance = rng.integers(0, 1 << 16, len(product), dtype=np.uint32)
    version = versions[product, chance & (SLOTS - 1)]
    odd = np.flatnonzero(chance >> 6 < 10)  # 10 of 1,024
    version[odd] = pool.versions[product[odd]] + device[odd] % (len(ODD) + 1)
    keyed: Ints = device << 32 | pool.first[product] + version
    return keyed
