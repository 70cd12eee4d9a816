"""The shape of a fictitious nation: how large each organisation is, and what of each pool can be installed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wardround.engines.synth._software import Product, table

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pool:
    """The products of one pool: `first` is the number of each one's first software, `versions` how many true ones it has."""

    first: Ints
    versions: Ints
    weight: Floats

    def __len__(self) -> int:
        return len(self.first)


@dataclass(frozen=True)
class Nation:
    """All software that there is, numbered: every version of every product, pool by pool, as columns."""

    pools: dict[str, Pool]
    columns: dict[str, tuple[Ints, list[str]]]
    """For each column of a part the code of every software, and what the codes stand for."""

    @classmethod
    def of(cls, products: Sequence[Product]) -> "Nation":
        """Number the software of these products."""
        counts = np.array([len(p.all_versions) for p in products], np.int64)
        first = np.cumsum(counts) - counts
        pools = {}
        for name in dict.fromkeys(p.pool for p in products):
            mine = np.array([n for n, p in enumerate(products) if p.pool == name])
            weight = 1 / (np.arange(len(mine)) + 2.7) ** 0.8  # Zipf's law, with the flat head that software counts have
            pools[name] = Pool(first[mine], np.array([len(products[n].versions) for n in mine], np.int64), weight)
        rows = [(p, v) for p in products for v in p.all_versions]
        said = {
            "vendor": [p.vendor for p, _ in rows],
            "product": [p.name for p, _ in rows],
            "version": [v for _, v in rows],
            "scheme": [p.scheme for p, _ in rows],
            "purl": [p.purl.format(name=p.name, version=v) if p.purl and v[:1].isdigit() else "" for p, v in rows],
            "platform": [p.platform for p, _ in rows],
            "distribution": [p.distribution for p, _ in rows],
        }
        return cls(pools, {name: _coded(values) for name, values in said.items()})


def _coded(values: list[str]) -> tuple[Ints, list[str]]:
    known = {value: code for code, value in enumerate(dict.fromkeys(values))}
    return np.array([known[value] for value in values], np.int64), list(known)


def sizes(trusts: int, others: int, *, devices: int, rng: np.random.Generator) -> list[int]:
    """How many devices each organisation has, at least one, together exactly `devices`; others are a tenth of a trust's size."""
    weight = np.exp(0.6 * _normal(rng, trusts + others))
    weight[trusts:] *= 0.1
    exact = weight / weight.sum() * (devices - trusts - others)
    whole = np.floor(exact).astype(np.int64)
    left = devices - trusts - others - int(whole.sum())
    whole[np.argsort(whole - exact, kind="stable")[:left]] += 1
    return [int(n) + 1 for n in whole]


def by_class(devices: int, *, rng: np.random.Generator) -> list[int]:
    """How many devices of each class, in the order of the table; what is rare is somewhere, though not everywhere."""
    shares = np.array([c["share"] for c in table("classes")["classes"]])
    exact = shares / shares.sum() * devices
    whole = np.floor(exact + rng.random(len(exact)) * (exact < 20)).astype(np.int64)
    whole[0] += devices - whole.sum()
    return [int(n) for n in _not_negative(whole)]


def _not_negative(whole: Ints) -> Ints:
    """What the rare ones took beyond the first class's number is taken from the largest of the others."""
    while whole[0] < 0:
        whole[0] += 1
        whole[1 + int(np.argmax(whole[1:]))] -= 1
    return whole


def _normal(rng: np.random.Generator, count: int) -> Floats:
    """Normal numbers made of twelve uniform ones, whose stream numpy keeps the same from release to release."""
    total: Floats = rng.random((count, 12)).sum(axis=1) - 6
    return total
