"""Gathering installs from one file: what every reader checks in the same way."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType

from wardround.core.estate._model import Inventory
from wardround.core.estate._values import FACING, UNSAID, Package, day, package
from wardround.core.vocab import BadInput, Install, Rejected, name_key

LONG = 1_000
REMEMBERED = 60
MOST_REJECTED = 1_000_000
MOST_NOTED = 100_000
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
        extra=first.extra or later.extra,
    )


class Gathering:
    """One file being read. `add` takes a row's or a component's texts; what cannot be used is set aside with its place."""

    def __init__(self, name: str, *, at: datetime | None = None) -> None:
        self.name = name
        self.at = at
        self.installs: list[Install] = []
        self.rejected: list[Rejected] = []
        self.noted: list[Rejected] = []
        self._unsaid = 0
        self._places: dict[tuple[str, ...], int] = {}

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

    def add(self, where: str, said: Mapping[str, str], *, extra: Mapping[str, str] = NOTHING) -> None:
        """One install, from stripped texts by target name (`asset_id`, `product`, `version`, `vendor` ...)."""
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
                extra=extra,
                **self._package(where, said),
            ),
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

    def _keep(self, where: str, install: Install) -> None:
        """Count the same asset, product and version once; two vendors' products of one name stay two."""
        key: tuple[str, ...] = (install.asset_id, name_key(install.product), install.version)
        at = self._places.get(key)
        if at is not None:
            vendors = {name_key(install.vendor), name_key(self.installs[at].vendor)} - {""}
            if len(vendors) > 1:
                key = (*key, name_key(install.vendor))
                at = self._places.get(key)
        if at is None:
            self._places[key] = len(self.installs)
            self.installs.append(install)
            return
        first = self.installs[at]
        self.installs[at] = merged(first, install)
        differs = {first.internet_facing, install.internet_facing} == {True, False}
        self.note(
            where, f"the same as {first.where}: counted once" + (", as internet facing, since one says so" if differs else "")
        )

    def inventory(self, data: bytes, *, format: str, taken_at: datetime | None = None, columns: tuple[str, ...] = ()) -> Inventory:
        """What was gathered."""
        if taken_at and self.at and taken_at > self.at + timedelta(days=1):
            self.note("", f"the document says it was made on {taken_at:%Y-%m-%d %H:%M} UTC, in the future: not believed")
            taken_at = None
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
            columns=columns,
            sha256=hashlib.sha256(data).hexdigest(),
        )
