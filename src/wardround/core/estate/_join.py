"""Snapshots of several sources into one estate, and what two snapshots of one source say about each other."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from wardround.core.estate._gather import merged
from wardround.core.vocab import Install, name_key


@dataclass(frozen=True, slots=True)
class Said:
    """One install, and every newest snapshot that states it, as (source, taken at), in order of source."""

    install: Install
    by: tuple[tuple[str, datetime], ...]


def join(snapshots: Iterable[tuple[str, datetime, Sequence[Install]]]) -> Mapping[str, tuple[Said, ...]]:
    """The newest snapshot of each source as one estate: asset id -> its installs, each with the snapshots that say so.

    Snapshots are (source, taken at, installs); of two taken at the same time the later in order counts. Sources that
    state the same product and version of an asset are one `Said`, blanks filled from one another and *internet facing*
    if any says so. Sources that disagree on a version are both kept.
    """
    newest: dict[str, tuple[datetime, Sequence[Install]]] = {}
    for source, taken_at, installs in snapshots:
        if source not in newest or taken_at >= newest[source][0]:
            newest[source] = (taken_at, installs)
    assets: dict[str, dict[tuple[str, ...], Said]] = {}
    for source, (taken_at, installs) in sorted(newest.items()):
        for install in installs:
            products = assets.setdefault(install.asset_id, {})
            key = _place(install, products)
            said = products.get(key)
            both = merged(said.install, install) if said else install
            by = said.by if said else ()
            products[key] = Said(both, by if (source, taken_at) in by else (*by, (source, taken_at)))
    return MappingProxyType({asset: tuple(products.values()) for asset, products in assets.items()})


def _place(install: Install, products: Mapping[tuple[str, ...], Said]) -> tuple[str, ...]:
    """The key under which it belongs: its own, unless the product there is another vendor's."""
    key = (name_key(install.product), install.version)
    if key not in products:
        return key
    vendors = {name_key(install.vendor), name_key(products[key].install.vendor)} - {""}
    return (*key, name_key(install.vendor)) if len(vendors) > 1 else key


@dataclass(frozen=True, slots=True)
class Change:
    """Asset ids of two snapshots of one source. `not_seen` are missing from the newer one: *not seen*, never gone."""

    seen: frozenset[str]
    not_seen: frozenset[str]
    first_seen: frozenset[str]


def compare(previous: Iterable[str], new: Iterable[str]) -> Change:
    """Which assets of the previous snapshot the new one sees again, which it does not, and which are seen for the first time."""
    before, after = frozenset(previous), frozenset(new)
    return Change(seen=before & after, not_seen=before - after, first_seen=after - before)
