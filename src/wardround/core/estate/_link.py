"""Which assets of several sources are one device: joined on strong identifiers only, each join with its reason.

A join is for showing and counting. What closes an alert goes by each source's own asset ids: that a source sees a device
fixed takes nothing back from what another source says of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations

from wardround.core.estate._identifiers import MAKER, kinds, name_of, same_maker, single, stated
from wardround.core.vocab import Install

Identifier = tuple[str, str]
MOST_LISTED = 20


@dataclass(frozen=True, slots=True)
class Join:
    """Two assets are one device, since both state `value`. `sources` names who says so of the first and of the second."""

    assets: tuple[str, str]
    sources: tuple[str, str]
    kind: str
    value: str

    @property
    def reason(self) -> str:
        """In a sentence."""
        return f"{self.sources[0]} and {self.sources[1]} state the same {name_of(self.kind)}, {self.value}."


@dataclass(frozen=True, slots=True)
class NotJoined:
    """Assets that state the same identifier and stay apart, with the reason why."""

    assets: tuple[str, ...]
    kind: str
    value: str
    why: str


@dataclass(frozen=True, slots=True)
class Device:
    """One device: the assets that are joined in it (most have one), and why."""

    assets: tuple[str, ...]
    joins: tuple[Join, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """One sentence for each identifier, however many sources state it."""
        stated: dict[tuple[str, str], dict[str, None]] = {}
        for join in self.joins:
            stated.setdefault((join.kind, join.value), {}).update(dict.fromkeys(join.sources))
        return tuple(
            f"{', '.join(list(sources)[:-1])} and {list(sources)[-1]} state the same {name_of(kind)}, {value}."
            for (kind, value), sources in stated.items()
        )


@dataclass(frozen=True, slots=True)
class Linked:
    """Every device that several assets were joined in, every doubtful pair, and how many devices there are in all."""

    devices: tuple[Device, ...]
    apart: tuple[NotJoined, ...]
    count: int


@dataclass(slots=True)
class _Asset:
    """What all sources together state of one asset id."""

    maker: str = ""
    sources: set[str] = field(default_factory=set)
    values: dict[str, set[str]] = field(default_factory=dict)


def link(snapshots: Iterable[tuple[str, datetime, Sequence[Install]]], *, splits: Iterable[tuple[str, str]] = ()) -> Linked:
    """The devices in the newest snapshot of each source. `splits` are pairs of assets that a person has taken apart.

    Two assets are joined when different sources state the same serial number, hardware UUID, management id or MAC address
    of them. Never on a host name or network address; never on a value that one source states of two of its assets; not
    where anything that a device has one of speaks against it, or one source knows both as two assets: those conflicts are
    listed. Snapshots are (source, taken at, installs). Their order does not matter, but of two taken at the same time.
    """
    newest: dict[str, tuple[datetime, Sequence[Install]]] = {}
    for source, taken_at, installs in snapshots:
        if source not in newest or taken_at >= newest[source][0]:
            newest[source] = (taken_at, installs)
    assets: dict[str, _Asset] = {}
    carriers: dict[Identifier, dict[str, str]] = defaultdict(dict)
    shared: set[Identifier] = set()
    for source, (_, installs) in sorted(newest.items()):
        _gather(source, installs, assets=assets, carriers=carriers, shared=shared)
    linking = _Linking(assets, {frozenset(pair) for pair in splits})
    edges: dict[bool, list[Join]] = {True: [], False: []}
    for (kind, value), by_asset in sorted(carriers.items(), key=lambda item: (kinds().index(item[0][0]), item[0][1])):
        if (kind, value) in shared:
            why = "one source states it of two of its own assets: it does not tell a device from another"
            linking.apart.append(NotJoined(tuple(sorted(by_asset))[:MOST_LISTED], kind, value, why))
        elif len(by_asset) > 1:
            several = sorted(by_asset)
            edges[single(kind)] += [
                Join((a, b), (by_asset[a], by_asset[b]), kind, value) for a, b in combinations(several[:MOST_LISTED], 2)
            ]
    linking.unite(edges[True])
    linking.unite(edges[False])  # MAC addresses move with adapters: they add to what is joined, and never stand against it
    return linking.result()


def _gather(
    source: str,
    installs: Sequence[Install],
    *,
    assets: dict[str, _Asset],
    carriers: dict[Identifier, dict[str, str]],
    shared: set[Identifier],
) -> None:
    """Take what one source states. A value that it states of two of its own assets tells none of them apart."""
    here: dict[Identifier, str] = {}
    for install in installs:
        asset = assets.get(install.asset_id)
        if asset is None:
            asset = assets[install.asset_id] = _Asset()
        asset.sources.add(source)
        if not install.extra:
            continue
        asset.maker = asset.maker or install.extra.get(MAKER, "")
        for kind, value in stated(install.extra):
            if here.setdefault((kind, value), install.asset_id) != install.asset_id:
                shared.add((kind, value))
            asset.values.setdefault(kind, set()).add(value)
            carriers[kind, value].setdefault(install.asset_id, source)


class _Linking:
    """Devices as they grow. A group of joins in which anything contradicts is joined nowhere, and listed."""

    def __init__(self, assets: Mapping[str, _Asset], splits: set[frozenset[str]]) -> None:
        self.apart: list[NotJoined] = []
        self._assets, self._splits = assets, splits
        self._device: dict[str, tuple[str, ...]] = {}
        self._joins: dict[tuple[str, ...], list[Join]] = {}

    def unite(self, edges: Iterable[Join]) -> None:
        """Join what these edges connect, on top of what is joined already."""
        allowed: list[Join] = []
        for edge in edges:
            if why := self._against(edge):
                self.apart.append(NotJoined(edge.assets, edge.kind, edge.value, why))
            else:
                allowed.append(edge)
        for members, joins in _connected(allowed, self._device):
            old = [
                join for device in {self._device.get(asset, (asset,)) for asset in members} for join in self._joins.get(device, ())
            ]
            if why := self._contradiction(members):
                self.apart += [NotJoined(join.assets, join.kind, join.value, why) for join in joins]
                continue
            for asset in members:
                self._joins.pop(self._device.get(asset, (asset,)), None)
                self._device[asset] = members
            self._joins[members] = sorted([*old, *joins], key=lambda j: (j.assets, kinds().index(j.kind), j.value))

    def _against(self, edge: Join) -> str:
        """What speaks against this very join; empty for nothing."""
        if frozenset(edge.assets) in self._splits:
            return "a person has split them"
        first, second = (self._assets[asset].maker for asset in edge.assets)
        if edge.kind == "serial_number" and not same_maker(first, second):
            return f"their makers differ ({first}, {second}): each numbers its own devices"
        return ""

    def _contradiction(self, members: Sequence[str]) -> str:
        """Why these assets cannot all be one device; empty for nothing."""
        by_source: dict[str, str] = {}
        for asset in members:
            for source in sorted(self._assets[asset].sources):
                if source in by_source:
                    return f"{source} knows {by_source[source]} and {asset} as two assets"
                by_source[source] = asset
        if pair := next((pair for pair in combinations(members, 2) if frozenset(pair) in self._splits), None):
            return f"a person has split {pair[0]} from {pair[1]}"
        for kind in filter(single, kinds()):
            found = [(asset, values) for asset in members if (values := self._assets[asset].values.get(kind))]
            for (one, mine), (other, theirs) in combinations(found, 2):
                if not mine & theirs:
                    return f"the {name_of(kind)}s of {one} and {other} differ ({min(mine)}, {min(theirs)})"
        return ""

    def result(self) -> Linked:
        """What came of it."""
        devices = tuple(Device(members, tuple(joins)) for members, joins in sorted(self._joins.items()))
        return Linked(devices, tuple(self.apart), len(self._assets) - sum(len(device.assets) - 1 for device in devices))


def _connected(edges: Iterable[Join], devices: Mapping[str, tuple[str, ...]]) -> list[tuple[tuple[str, ...], list[Join]]]:
    """The groups of assets that edges connect, each with the whole devices that they belong to, and the edges in it."""
    root: dict[str, str] = {}

    def top(asset: str) -> str:
        asset = devices.get(asset, (asset,))[0]
        while (above := root.get(asset, asset)) != asset:
            root[asset] = root.get(above, above)
            asset = above
        return asset

    edges = list(edges)
    for edge in edges:
        first, second = sorted(map(top, edge.assets))
        root[second] = first
    groups: dict[str, tuple[set[str], list[Join]]] = {}
    for edge in edges:
        if devices.get(edge.assets[0], edge.assets[:1]) == devices.get(edge.assets[1], ()):
            continue  # one device already
        members, joins = groups.setdefault(top(edge.assets[0]), (set(), []))
        joins.append(edge)
        for asset in edge.assets:
            members.update(devices.get(asset, (asset,)))
    return [(tuple(sorted(members)), joins) for _, (members, joins) in sorted(groups.items())]
