"""Which product of the records could this be? Ranked guesses, for a person to confirm or refuse; never a match."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import log

from wardround.core.names._keys import Name
from wardround.core.names._named import ECOSYSTEM
from wardround.core.names._product import bare_product, bare_vendor

_WORD = re.compile(r"[a-z]+|\d+", re.ASCII)
_NOISE = frozenset("the for and of software client version edition bit app project inc ltd corporation".split())
_TOO_COMMON = 2000
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Candidate:
    """A product of the records that an inventory's may be. `likeness` is from 0 to 1, for ranking only."""

    vendor: str
    product: str
    likeness: float


class Candidates:
    """The products of the records, filed by the words in their names. Raises nothing, whatever is asked."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._names = sorted({name for name in names if name[1] and not name[0].startswith(ECOSYSTEM)})
        self._words = [_words(vendor, product) for vendor, product in self._names]
        self._with: dict[str, list[int]] = defaultdict(list)
        for place, words in enumerate(self._words):
            for word in words:
                self._with[word].append(place)
        self._weight = {word: log(1 + len(self._names) / len(places)) for word, places in self._with.items()}

    def of(self, vendor: str, product: str, *, most: int = 5, least: float = 0.45) -> list[Candidate]:
        """The likeliest products for a vendor and product as an inventory writes them, best first.

        Likeness is the share of the weight of their words that two names have in common, rare words weighing more.
        """
        asked = _words(vendor, bare_product(product.casefold()[:_LONGEST]))
        shared: Counter[int] = Counter()
        rare = sorted((word for word in asked if word in self._with), key=lambda word: len(self._with[word]))
        for word in rare:
            if shared and len(self._with[word]) > _TOO_COMMON:
                break
            shared.update(self._with[word][: 10 * _TOO_COMMON])
        scored = [(self._likeness(asked, place), place) for place, _ in shared.most_common(200)]
        best = sorted((one for one in scored if one[0] >= least), key=lambda one: (-one[0], self._names[one[1]]))
        return [Candidate(*self._names[place], likeness=round(likeness, 3)) for likeness, place in best[:most]]

    def _likeness(self, asked: frozenset[str], place: int) -> float:
        highest = log(1 + len(self._names))
        weight = {word: self._weight.get(word, highest) for word in asked | self._words[place]}
        common = sum(weight[word] for word in asked & self._words[place])
        return 2 * common / (sum(weight[w] for w in asked) + sum(weight[w] for w in self._words[place]) or 1)


def _words(vendor: str, product: str) -> frozenset[str]:
    """The words of both names. Words that say nothing are left out where others remain."""
    every = frozenset(_WORD.findall(f"{bare_vendor(vendor.casefold()[:_LONGEST])} {product.casefold()[:_LONGEST]}"))
    return every - _NOISE or every
