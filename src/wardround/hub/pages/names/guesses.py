"""Guesses at a product's name, made once for each product while the feeds stay as they are: most products are asked about again."""

from django.conf import settings

from wardround.core.names import Aliases, Candidate, Candidates, key_of
from wardround.lake.statements import Statements

SPARE = 3  # so that enough are left where people refused some
_Asked = tuple[str, str, int, float]
_made: dict[object, tuple[Candidates, dict[_Asked, list[Candidate]]]] = {}


class Guesses(Candidates):
    """The products of the records and of the bundled aliases, without what people have refused by now."""

    def __init__(self, store: Statements, *, aliases: Aliases) -> None:
        state = (settings.HOME.feeds, tuple(store.ages().items()))
        if state not in _made:
            made = Candidates(store.products(), aliases=Aliases.load())
            _made.clear()
            _made[state] = made, {}
        self._index, self._remembered = _made[state]
        self._now = aliases

    def of(self, vendor: str, product: str, *, most: int = 5, least: float = 0.45) -> list[Candidate]:
        """The likeliest products, best first."""
        asked = vendor, product, most, least
        if asked not in self._remembered:
            self._remembered[asked] = self._index.of(vendor, product, most=SPARE * most, least=least)
        denied = self._now.denied(key_of(vendor), key_of(product))
        left = [one for one in self._remembered[asked] if (self._now.vendor(one.vendor), one.product) not in denied]
        return left[:most]
