"""Which product of the records could this be? Ranked guesses, for a person to confirm or refuse; never a match."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import log

from wardround.core.names._aliases import Aliases
from wardround.core.names._keys import Name
from wardround.core.names._named import ECOSYSTEM
from wardround.core.names._product import bare_product, bare_vendor
from wardround.core.vocab import name_key

_WORD = re.compile(r"[a-z]+|\d+", re.ASCII)
_NOISE = frozenset(re.findall(r"\w+", "the for and of software client version edition bit app project inc ltd corporation"))
_TOO_COMMON = 2000  # names with one word: enough to hide every other
_MOST = 20_000
_LOOKED_AT = 200
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Candidate:
    """A product of the records that an inventory's may be. `likeness` is from 0 to 1, for ranking only."""

    vendor: str
    product: str
    likeness: float


class Candidates:
    """The products of the records, filed by the words in their names and in those that aliases give them. Never raises."""

    def __init__(self, names: Iterable[Name], *, aliases: Aliases | None = None) -> None:
        self._aliases = aliases or Aliases()
        filed: dict[tuple[frozenset[str], Name], Name] = {}
        listed = sorted(names)
        known = {product for _, product in listed}
        for vendor, product in listed:
            if product and not vendor.startswith(ECOSYSTEM):
                filed.setdefault((_words(vendor, product), ("", "")), (vendor, product))
        for alias in self._aliases.all:
            if alias.same and alias.product and not alias.vendor.startswith(ECOSYSTEM):
                for to in alias.keys[:1]:
                    if known.isdisjoint((to[1], *(product for (_, product), _ in self._aliases.of(*to)))):
                        continue  # no record names it: an answer would decide nothing
                    filed.setdefault((_words(f"{to[0]} {alias.vendor}", alias.product), to), to)
        self._names = list(filed.values())
        self._words = [words for words, _ in filed]
        self._with: dict[str, list[int]] = defaultdict(list)
        for place, words in enumerate(self._words):
            for word in words:
                self._with[word].append(place)
        self._weight = {word: log(1 + len(self._names) / len(places)) for word, places in self._with.items()}
        self._total = [sum(self._weight[word] for word in words) for words in self._words]

    def of(self, vendor: str, product: str, *, most: int = 5, least: float = 0.45) -> list[Candidate]:
        """The likeliest products for a vendor and product as an inventory writes them, best first.

        Likeness is the share of the weight of their words that two names have in common, rare words weighing more. What a
        person has refused is left out.
        """
        asked = _words(vendor, bare_product(name_key(product)[:_LONGEST]))
        shared: Counter[int] = Counter()
        for word in sorted((word for word in asked if word in self._with), key=lambda word: len(self._with[word])):
            if shared and len(self._with[word]) > _TOO_COMMON:
                break
            shared.update(self._with[word][:_MOST])
        denied = self._aliases.denied(name_key(vendor), name_key(product))
        own = sum(self._weight.get(word, log(1 + len(self._names))) for word in asked)
        best: dict[Name, float] = {}
        for place, _ in shared.most_common(_LOOKED_AT):
            name, likeness = self._names[place], self._likeness(asked, own, place)
            if likeness >= max(least, best.get(name, 0)) and (self._aliases.vendor(name[0]), name[1]) not in denied:
                best[name] = likeness
        ranked = sorted(best.items(), key=lambda one: (-one[1], one[0]))
        return [Candidate(*name, likeness=round(likeness, 3)) for name, likeness in ranked[:most]]

    def _likeness(self, asked: frozenset[str], own: float, place: int) -> float:
        common = sum(self._weight[word] for word in asked & self._words[place])
        return 2 * common / (own + self._total[place] or 1)


def _words(vendor: str, product: str) -> frozenset[str]:
    """The words of both names. Words that say nothing are left out where others remain."""
    every = frozenset(_WORD.findall(f"{bare_vendor(vendor.casefold()[:_LONGEST])} {product.casefold()[:_LONGEST]}"))
    return every - _NOISE or every
