"""Which products does no record name, and which of the records' products could they be? One question for each, for a person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from wardround.core.matching._names import Name, Naming, Records, names
from wardround.core.names import Aliases, Candidate, Candidates, key_of
from wardround.core.names._named import language_of_purl
from wardround.core.vocab import Install, name_key

_VERSIONS = 5


@dataclass(frozen=True, slots=True)
class Question:
    """A product as an inventory writes it: on how many assets, in which versions (a few), and what it could be, likeliest first.

    `ambiguous` says that records of several vendors name a product so called: the candidates are theirs.
    """

    vendor: str
    product: str
    assets: int
    versions: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Review:
    """The questions, those that decide most assets first; how many products there are, are named, and have no candidate."""

    questions: tuple[Question, ...]
    products: int
    named: int
    without: int


@dataclass(slots=True)
class _Product:
    """One product of an inventory, as first written."""

    first: Install
    assets: set[str] = field(default_factory=set)
    versions: dict[str, None] = field(default_factory=dict)
    vendors: frozenset[str] = frozenset()


def review(
    installs: Iterable[Install],
    *,
    naming: Naming,
    aliases: Aliases,
    candidates: Candidates,
    records: Records | None = None,
    most: int = 100,
    assets: Mapping[Name, int] | None = None,
) -> Review:
    """At most `most` questions about what these installs leave open. A product is asked about once, however many have it.

    `assets` says by vendor and product key how many assets have it, for a caller that gives each distinct statement once.

    A package of a language's registry is never asked about: its package URL says exactly which package it is.
    """
    named: dict[tuple[str, str, str, str], bool] = {}
    asked: dict[Name, _Product] = {}
    products: dict[Name, None] = {}
    for install in installs:
        key = install.vendor, install.product, install.cpe, install.purl
        name = key_of(install.vendor), key_of(install.product)
        products[name] = None
        if key not in named:
            found = names(install, naming=naming, records=records, aliases=aliases)
            named[key] = bool(found and not found.ambiguous) or not name[1] or bool(language_of_purl(install.purl))
            if found and found.ambiguous:
                asked.setdefault(name, _Product(install)).vendors = frozenset(found.vendors)
        if not named[key]:
            one = asked.setdefault(name, _Product(install))
            one.assets.add(install.asset_id)
            if len(one.versions) < _VERSIONS and install.version:
                one.versions[install.version] = None
    counts = {name: assets.get(name, 0) if assets is not None else len(one.assets) for name, one in asked.items()}
    questions: list[Question] = []
    without = 0
    for name in sorted(asked, key=lambda name: (-counts[name], name)):
        if len(questions) >= most:
            break
        question = _question(asked[name], counts[name], aliases, candidates)
        questions += [question] if question.candidates else []
        without += not question.candidates
    return Review(tuple(questions), len(products), len(products) - len(asked), without)


def _question(product: _Product, assets: int, aliases: Aliases, candidates: Candidates) -> Question:
    vendor, name = product.first.vendor.strip(), product.first.product.strip()
    if product.vendors:
        denied = aliases.denied(name_key(vendor), name_key(name))
        left = [v for v in sorted(product.vendors) if v and (aliases.vendor(v), name_key(name)) not in denied]
        found = tuple(Candidate(v, name_key(name), 1.0) for v in left)
    else:
        found = tuple(candidates.of(vendor, name))
    return Question(vendor, name, assets, tuple(product.versions), found, bool(product.vendors))
