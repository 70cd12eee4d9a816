"""Gathering installs from one file: what every reader checks in the same way."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType

from wardround.core.estate._identifiers import MAKER, PREFIX, values
from wardround.core.estate._layout import Layout
from wardround.core.estate._model import Inventory
from wardround.core.estate._values import FACING, UNSAID, Package, day, package
from wardround.core.vocab import BadInput, Install, Rejected, name_key

LONG = 1_000
REMEMBERED = 60
MOST_REJECTED = 1_000_000
MOST_NOTED = 100_000
TWICE = "this key stands twice in its object: the last one was read"
MOST_IDENTIFIERS = 64
NOTHING: Mapping[str, str] = MappingProxyType({})


def merged(first: Install, later: Install) -> Install:
    """Two statements of the same install as one: blanks are filled, the newer day stands, *facing the internet* beats *not*."""
    facing = [f for f in (first.internet_facing, later.internet_facing) if f is not None]
    days = [d for d in (first.last_seen, later.last_seen) if d]
    return replace(
        first,
        vendor=first.vendor or later.vendor,
        hostname=first.hostname or later.hostname,
        internet_facing=any(facing) if facing else None,
        service=first.service or later.service,
        last_seen=max(days, default=None),
        scheme=first.scheme or later.scheme,
        purl=first.purl or later.purl,
        cpe=first.cpe or later.cpe,
        extra=_both(first.extra, later.extra),
    )


def _both(first: Mapping[str, str], later: Mapping[str, str]) -> Mapping[str, str]:
    """What either keeps; the first one's word stands, and each one's identifiers are added."""
    if not later or not first or first == later:
        return first or later
    more = {k: f"{first[k]} | {v}" for k, v in later.items() if k.startswith(PREFIX) and k != MAKER and first.get(k, v) != v}
    return MappingProxyType({**later, **first, **more})


class Gathering:
    """One file being read. `add` takes a row's or a component's texts; what cannot be used is set aside with its place."""

    def __init__(self, name: str, *, at: datetime | None = None) -> None:
        self.name = name
        self.at = at
        self.installs: list[Install] = []
        self.rejected: list[Rejected] = []
        self.noted: list[Rejected] = []
        self.by_address = 0
        self._unsaid = 0
        self._places: dict[str, dict[tuple[str, ...], int]] = {}
        self._products: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._identified: dict[str, dict[str, list[str]]] = {}
        self._untold: dict[str, dict[str, list[str]]] = {}

    def reject(self, where: str, what: str) -> None:
        """Leave this one out. Raises BadInput after a million: that file is no inventory."""
        self.rejected.append(Rejected(where, what))
        if len(self.rejected) > MOST_REJECTED:
            raise BadInput(
                f"more than {MOST_REJECTED:,} rows cannot be used; the last: {what}",
                where=f"{self.name} {where}",
                do="check that this is the right file",
            )

    def note(self, where: str, what: str) -> None:
        """Keep this one, and say so. Past a hundred thousand they are only counted."""
        if len(self.noted) < MOST_NOTED:
            self.noted.append(Rejected(where, what))
        else:
            self._unsaid += 1

    def identify(self, asset_id: str, said: Mapping[str, str]) -> None:
        """What a source says identifies an asset: kind -> its text. The next install of the asset carries what is new."""
        for kind, text in said.items():
            known = self._identified.setdefault(asset_id, {}).setdefault(kind, [])
            for one in (text,) if kind == MAKER else values(kind, text):
                if one not in known and len(known) < MOST_IDENTIFIERS:
                    known.append(one)
                    self._untold.setdefault(asset_id, {}).setdefault(kind, []).append(one)

    def _with_identifiers(self, asset_id: str, extra: Mapping[str, str]) -> Mapping[str, str]:
        untold = self._untold.pop(asset_id, None)
        if not untold:
            return extra
        told = {kind if kind == MAKER else PREFIX + kind: " | ".join(found) for kind, found in untold.items()}
        return MappingProxyType({**extra, **told})

    def add(self, where: str, said: Mapping[str, str], *, extra: Mapping[str, str] = NOTHING, quiet: bool = False) -> None:
        """One install, from stripped texts by target name (`asset_id`, `product`, `version`, `vendor` ...).

        `quiet`: one that the source repeats in every row of the asset, so that its repetition is no remark.
        """
        for needed in ("asset_id", "product"):
            if not said.get(needed):
                return self.reject(where, f"{needed} is empty")
            if said[needed].casefold() in UNSAID:
                return self.reject(where, f"{needed} is {said[needed]!r}, which names nothing")
        for target, text in said.items():
            if "\0" in text:
                return self.reject(where, f"{target} holds a NUL character")
            if len(text) > LONG:
                self.note(where, f"{target} has {len(text):,} characters")
        self._keep(
            where,
            Install(
                asset_id=said["asset_id"],
                product=said["product"],
                vendor="" if said.get("vendor", "").casefold() in UNSAID else said.get("vendor", ""),
                hostname=said.get("hostname", ""),
                internet_facing=self._facing(where, said.get("internet_facing", "")),
                service=said.get("service", ""),
                last_seen=self._day(where, said.get("last_seen", "")),
                where=where,
                extra=self._with_identifiers(said["asset_id"], extra) if self._untold else extra,
                **self._package(where, said),
            ),
            quiet=quiet,
        )

    def _facing(self, where: str, text: str) -> bool | None:
        try:
            return FACING[text.casefold()]
        except KeyError:
            self.note(where, f"internet_facing {text[:40]!r} is neither yes, no nor unknown: taken as unknown")
            return None

    def _day(self, where: str, text: str) -> date | None:
        if not text:
            return None
        try:
            seen = day(text[:REMEMBERED])
        except ValueError:
            self.note(where, f"last_seen {text[:40]!r} is not a date: left empty")
            return None
        # One day's grace: the source may stand further east than UTC.
        if self.at and seen > (self.at + timedelta(days=1)).date():
            self.note(where, f"last_seen {seen} lies in the future: left empty")
            return None
        return seen

    def _package(self, where: str, said: Mapping[str, str]) -> dict[str, str]:
        purl, cpe, version, scheme = said.get("purl", ""), said.get("cpe", ""), said["version"], said.get("scheme", "")
        if version.casefold() in UNSAID:
            self.note(where, f"version {version!r} states none: taken as unknown")
            version = ""
        if purl:
            read = package(purl) if len(purl) <= LONG else Package(problem="it is too long")
            if read.problem:
                self.note(where, f"package URL {purl[:80]!r} left out: {read.problem}")
                purl = ""
            version, scheme = version or read.version, scheme or read.scheme
        if cpe and not cpe.startswith(("cpe:2.3:", "cpe:/")):
            self.note(where, f"{cpe[:80]!r} is not a CPE name: left out")
            cpe = ""
        return {"purl": purl, "cpe": cpe, "version": version, "scheme": scheme.casefold()}

    def _keep(self, where: str, install: Install, *, quiet: bool) -> None:
        """Count the same asset, product and version once; two vendors' products of one name stay two."""
        key: tuple[str, ...] = (name_key(install.product), install.version)
        places = self._places.setdefault(install.asset_id, {})
        at = places.get(key)
        if at is not None:
            vendors = {name_key(install.vendor), name_key(self.installs[at].vendor)} - {""}
            if len(vendors) > 1:
                key = (*key, name_key(install.vendor))
                at = places.get(key)
        if at is None:
            places[self._products.setdefault(key, key)] = len(self.installs)  # many assets have the same product
            self.installs.append(install)
            return
        first = self.installs[at]
        self.installs[at] = merged(first, install)
        if quiet:
            return
        differs = {first.internet_facing, install.internet_facing} == {True, False}
        self.note(
            where, f"the same as {first.where}: counted once" + (", as internet facing, since one says so" if differs else "")
        )

    def inventory(
        self, data: bytes, *, format: str, taken_at: datetime | None = None, layout: Layout | None = None, source: str = ""
    ) -> Inventory:
        """What was gathered. `layout` is a table's; `source` is what the file was recognised as, in words."""
        kind = layout.mapping.kind if layout else None
        if taken_at and self.at and taken_at > self.at + timedelta(days=1):
            self.note("", f"the document says it was made on {taken_at:%Y-%m-%d %H:%M} UTC, in the future: not believed")
            taken_at = None
        if self.by_address:
            what = f"hosts known by their address alone: {self.by_address:,}. An address may be another machine's tomorrow"
            self.note("", f"{what}: scan from inside their network, or with credentials, to learn more")
        if self._unsaid:
            self.noted.append(Rejected("", f"{self._unsaid:,} more remarks of this kind"))
        return Inventory(
            name=self.name,
            format=format,
            taken_at=taken_at,
            installs=tuple(self.installs),
            rejected=tuple(self.rejected),
            noted=tuple(self.noted),
            assets=len({install.asset_id for install in self.installs}),
            columns=tuple(name for name in layout.header if name) if layout else (),
            sha256=hashlib.sha256(data).hexdigest(),
            source=kind.name if kind else source,
            mapping=layout.mapping if layout else None,
        )
