"""One alias, read from JSON; what is not one is refused."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from wardround.core.names._keys import Name
from wardround.core.vocab import BadInput, name_key

_ID = re.compile(r"[a-z0-9][a-z0-9.-]{1,120}", re.ASCII)
_LONGEST = 300
_MOST = 50
_HELP = "see the bundled ones with `wardround names list --json`"


@dataclass(frozen=True)
class Alias:
    """A person's word that an inventory's name is a product of the records: who, when, from which source, and why.

    `vendor` and `product` are as an inventory writes them. Without a vendor every vendor is meant; without a product it is
    an alias of the vendor. `to` are the vendor and product as records write them; several are names of one product. It
    counts from `date` on: the day of a person's decision, of the bundled ones a day before the feeds begin.
    With `same` False it says that the inventory's product is *none* of them, so that nobody is asked again.
    """

    id: str
    vendor: str
    product: str
    to: tuple[Name, ...]
    author: str
    date: date
    source: str
    reason: str
    supersedes: tuple[str, ...] = ()
    same: bool = True
    where: str = ""

    @property
    def key(self) -> Name:
        """What it speaks of, as name keys."""
        return name_key(self.vendor), name_key(self.product)

    @property
    def keys(self) -> tuple[Name, ...]:
        """What it says that is, as name keys."""
        return tuple((name_key(vendor), name_key(product)) for vendor, product in self.to)

    def document(self) -> dict[str, Any]:
        """As it is written in a file."""
        speaks = {key: value for key, value in (("vendor", self.vendor), ("product", self.product)) if value}
        of = [{key: value for key, value in (("vendor", v), ("product", p)) if value} for v, p in self.to]
        said: dict[str, Any] = {"id": self.id, "from": speaks, ("to" if self.same else "not"): of, "author": self.author}
        said |= {"date": self.date.isoformat(), "source": self.source, "reason": self.reason}
        return said | ({"supersedes": list(self.supersedes)} if self.supersedes else {})


def read_aliases(raw: bytes, *, where: str) -> Iterator[Alias]:
    """The aliases of one JSON document: one, a list, or `{"aliases": [...]}` whose further keys hold for all of them.

    Raises BadInput with the place in it.
    """
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"not JSON: {error}", where=where, do=_HELP) from None
    shared: Mapping[str, Any] = {}
    if isinstance(document, dict) and "aliases" in document:
        shared = {key: value for key, value in document.items() if key in ("author", "date", "source", "reason")}
        document = document["aliases"]
    if not isinstance(document, list):
        yield _read(document, shared, where=where, pointer="")
        return
    for place, one in enumerate(document):
        yield _read(one, shared, where=where, pointer=f"/{place}")


def _read(raw: Any, shared: Mapping[str, Any], *, where: str, pointer: str) -> Alias:
    def refuse(key: str, what: str) -> BadInput:
        return BadInput(what, where=f"{where} {pointer}/{key}", do=_HELP)

    if not isinstance(raw, dict):
        raise BadInput("an alias is a JSON object", where=f"{where} {pointer}", do=_HELP)
    said = {**shared, **raw}
    texts = {key: _text(said.get(key), key, refuse) for key in ("id", "author", "date", "source", "reason")}
    if not _ID.fullmatch(texts["id"]):
        raise refuse("id", "'id' may hold small letters, digits, dots and hyphens, 2 to 121 of them")
    try:
        stated = date.fromisoformat(texts["date"])
    except ValueError:
        raise refuse("date", "'date' must be the day on which it was decided, like 2025-05-13") from None
    supersedes = said.get("supersedes", [])
    if not isinstance(supersedes, list) or not all(isinstance(one, str) for one in supersedes):
        raise refuse("supersedes", "'supersedes' must be a list of ids")
    if ("to" in raw) == ("not" in raw):
        raise refuse("to", "an alias has either 'to' or 'not'")
    vendor, product = _name(raw.get("from"), "from", refuse)
    return Alias(
        id=texts["id"],
        vendor=vendor,
        product=product,
        to=_targets(raw["to"] if "to" in raw else raw["not"], "to" if "to" in raw else "not", bool(product), refuse),
        author=texts["author"],
        date=stated,
        source=texts["source"],
        reason=texts["reason"],
        supersedes=tuple(supersedes),
        same="to" in raw,
        where=where,
    )


def _targets(raw: Any, key: str, of_product: bool, refuse: Callable[[str, str], BadInput]) -> tuple[Name, ...]:
    listed = raw if isinstance(raw, list) else [raw]
    if not listed or len(listed) > _MOST:
        raise refuse(key, f"{key!r} must name 1 to {_MOST} products")
    found = tuple(dict.fromkeys(_name(one, key, refuse) for one in listed))
    if any(bool(product) is not of_product or (not of_product and not vendor) for vendor, product in found):
        raise refuse(key, "an alias of a product names products, one of a vendor names vendors")
    return found


def _name(raw: Any, key: str, refuse: Callable[[str, str], BadInput]) -> Name:
    if not isinstance(raw, dict) or not set(raw) <= {"vendor", "product"}:
        raise refuse(key, f"{key!r} must be an object with 'vendor' and 'product'")
    vendor, product = (_text(raw[part], key, refuse) if part in raw else "" for part in ("vendor", "product"))
    if not vendor and not product:
        raise refuse(key, f"{key!r} names nothing")
    return vendor, product


def _text(value: Any, key: str, refuse: Callable[[str, str], BadInput]) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > (_LONGEST if key in ("from", "to", "not", "id") else 4000):
        raise refuse(key, f"{key!r} must be a text that is not empty, and not too long")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise refuse(key, f"{key!r} holds half a character") from None
    return value.strip()
