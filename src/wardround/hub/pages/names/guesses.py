"""Guesses at a product's name, made once for each product while the feeds stay as they are: most products are asked about again.

They are kept in a file too (a second of work for each start of the hub otherwise), which may be deleted at any time.
"""

import hashlib
from pathlib import Path

import orjson
from django.conf import settings

from wardround import __version__
from wardround.core.names import Aliases, Candidate, Candidates, key_of
from wardround.lake.files import written_whole
from wardround.lake.statements import Statements

SPARE = 3  # so that enough are left where people refused some
MOST_KEPT = 20_000
_Asked = tuple[str, str, int, float]
_Remembered = dict[_Asked, list[Candidate]]
_made: dict[str, tuple[_Remembered, list[Candidates]]] = {}


class Guesses(Candidates):
    """The products of the records and of the bundled aliases, without what people have refused by now."""

    def __init__(self, store: Statements, *, aliases: Aliases) -> None:
        self._state = _state(store)
        if self._state not in _made:
            _made.clear()
            _made[self._state] = _read(_file(), self._state), []
        self._remembered, self._index = _made[self._state]
        self._store, self._now = store, aliases
        self._known = len(self._remembered)

    def of(self, vendor: str, product: str, *, most: int = 5, least: float = 0.45) -> list[Candidate]:
        """The likeliest products, best first."""
        asked = vendor, product, most, least
        if asked not in self._remembered:
            if not self._index:
                self._index.append(Candidates(self._store.products(), aliases=Aliases.load()))
            self._remembered[asked] = self._index[0].of(vendor, product, most=SPARE * most, least=least)
        denied = self._now.denied(key_of(vendor), key_of(product))
        left = [one for one in self._remembered[asked] if (self._now.vendor(one.vendor), one.product) not in denied]
        return left[:most]

    def keep(self) -> None:
        """Write down what is new, wholly or not at all; what does not fit is guessed again."""
        if self._known < len(self._remembered) <= MOST_KEPT:
            rows = [[*asked, [[c.vendor, c.product, c.likeness] for c in found]] for asked, found in self._remembered.items()]
            with written_whole(_file().parent, name=_file) as file:
                file.write(orjson.dumps({"state": self._state, "guesses": rows}))


def _file() -> Path:
    return settings.HOME.counted / "guesses.json"


def _state(store: Statements) -> str:
    """What a guess rests on: the names of the records and of the bundled aliases."""
    ages = [(feed, str(age.stated_at), str(age.synced_at)) for feed, age in store.ages().items()]
    aliases = [alias.id for alias in Aliases.load().all]
    return hashlib.sha256(orjson.dumps([str(settings.HOME.feeds), ages, aliases, __version__])).hexdigest()


def _read(path: Path, state: str) -> _Remembered:
    """What was kept for this state; nothing where none can be read."""
    try:
        kept = orjson.loads(path.read_bytes())
        if kept["state"] != state:
            return {}
        return {(v, p, most, least): [Candidate(*one) for one in found] for v, p, most, least, found in kept["guesses"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
