"""osquery's results: the log of scheduled queries (osquery documentation, Logging: differential, snapshot), or plain rows.

The table that a row came from is told by its columns (osquery schema 5): programs, apps, deb_packages, rpm_packages,
os_version, system_info, patches.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import orjson

from wardround.core.estate._distributions import Distribution, distribution, package_url
from wardround.core.estate._gather import TWICE, Gathering
from wardround.core.estate._hosts import Host
from wardround.core.estate._model import Inventory
from wardround.core.vocab._twice import twice

SOURCE = "osquery results"
HOST_COLUMNS = {
    "hardware_uuid": ("uuid", "host_uuid"),
    "serial_number": ("hardware_serial",),
    "hostname": ("hostname", "host_hostname", "computer_name", "host_identifier"),
}
Columns = Mapping[str, str]


def is_log(first: Any) -> bool:
    """True for one entry of a results log."""
    return isinstance(first, Mapping) and "hostIdentifier" in first and ("columns" in first or "snapshot" in first)


def is_rows(first: Any) -> bool:
    """True for one row of a table that is read."""
    return isinstance(first, Mapping) and bool(_table(first))


def log_lines(text: bytes, *, into: Gathering) -> Iterator[tuple[str, Any]]:
    """(line, entry) of a log with one JSON document on each line; a broken line is rejected."""
    for number, line in enumerate(text.split(b"\n"), 1):
        if line.strip():
            try:
                entry = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                into.reject(f"line {number}", f"is no JSON: {error.msg}")
                continue
            for pointer, _ in twice(line, entry):
                into.note(f"line {number} {pointer}", TWICE)
            yield f"line {number}", entry


def read_osquery(entries: Iterable[tuple[str, Any]], *, data: bytes, into: Gathering, most: int | None = None) -> Inventory:
    """Every program and package that stands at the end: what a differential log adds and does not remove again."""
    reading = _Reading(into)
    for where, entry in entries:
        reading.take(where, entry)
    reading.finish(most)
    return into.inventory(data, format="osquery", taken_at=reading.taken_at, source=SOURCE)


class _Reading:
    def __init__(self, into: Gathering) -> None:
        self.into = into
        self.taken_at: datetime | None = None
        self._hosts: dict[str, Host] = {}
        self._rows: dict[tuple[str, str, tuple[tuple[str, str], ...]], str] = {}

    def take(self, where: str, entry: Any) -> None:
        if not isinstance(entry, Mapping):
            return self.into.reject(where, "is not an object")
        if not is_log(entry):
            return self._row(where, entry, entry, query="", action="added")
        self._date(entry.get("unixTime"))
        host = {"host_identifier": entry["hostIdentifier"]}
        decorations = entry.get("decorations")
        host |= decorations if isinstance(decorations, Mapping) else {}
        query, action = str(entry.get("name", "")), str(entry.get("action", "added"))
        if action == "snapshot":
            self._forget(_host_key(host), query)
        listed = entry.get("snapshot") if action == "snapshot" else [entry.get("columns")]
        for at, row in enumerate(listed if isinstance(listed, list) else []):
            if isinstance(row, Mapping):
                self._row(where, row, host, query=query, action=action)
            else:
                self.into.reject(f"{where} /{at}", "is not an object")

    def _date(self, value: Any) -> None:
        if str(value).isdigit():
            said = datetime.fromtimestamp(min(int(str(value)[:12]), 32_000_000_000), UTC)
            self.taken_at = max(said, self.taken_at or said)

    def _forget(self, key: str, query: str) -> None:
        """A newer snapshot of the same query takes the place of the one before."""
        for old in [row for row in self._rows if row[:2] == (key, query)]:
            del self._rows[old]

    def _row(self, where: str, row: Mapping[str, Any], about: Mapping[str, Any], *, query: str, action: str) -> None:
        columns = {str(k): str(v).strip() for k, v in row.items() if isinstance(v, str | int)}
        key = _host_key(about) or _host_key(columns)
        if not key:
            return self.into.reject(where, "names no host: add uuid and hostname of system_info to the query")
        host = self._hosts.setdefault(key, Host())
        for kind, names in HOST_COLUMNS.items():
            for stated in (columns if _table(columns) == "system_info" or about is row else {}, about):
                for name in names:
                    if isinstance(text := stated.get(name), str):
                        host.say(kind, text)
        place = (key, query, tuple(sorted(columns.items())))
        if action == "removed":
            self._rows.pop(place, None)
        else:
            self._rows[place] = where

    def finish(self, most: int | None) -> None:
        """Turn what stands into installs, each host's operating system first: it tells whose packages they are."""
        rows = [(key, dict(columns), where) for (key, _, columns), where in self._rows.items()]
        systems = {
            key: distribution(f"{c.get('name', '')} {c.get('version', '')}") for key, c, _ in rows if _table(c) == "os_version"
        }
        updates: dict[str, set[str]] = {}
        for key, columns, _ in rows:
            if _table(columns) == "patches":
                updates.setdefault(key, set()).add(columns["hotfix_id"])
        for key, columns, where in rows:
            if most is not None and len(self.into.installs) >= most:
                return
            self._add(where, key, columns, systems.get(key, Distribution()), updates.get(key, set()))

    def _add(self, where: str, key: str, columns: Columns, of: Distribution, updates: set[str]) -> None:
        table, host = _table(columns), self._hosts[key]
        if table in ("system_info", "patches"):
            return
        if table == "":
            return self.into.reject(where, "is of no table that lists software")
        said = _said(table, columns)
        said |= {"asset_id": host.asset(self.into) or f"host:{key.casefold()}", "hostname": host.first("hostname")}
        if scheme := said.get("scheme", ""):
            said["purl"] = package_url(of, scheme=scheme, name=said["product"], version=said["version"])
        extra = dict(host.extra) | ({"distribution": str(of)} if of.name else {})
        if scheme and columns.get("source"):
            extra["source"] = columns["source"]
        if table == "os_version" and updates:
            extra["updates"] = " ".join(sorted(updates))
        self.into.add(where, said, extra=MappingProxyType(extra))


def _host_key(about: Mapping[str, Any]) -> str:
    for name in ("host_uuid", "uuid", "host_identifier", "hardware_serial", "hostname", "host_hostname", "computer_name"):
        if isinstance(text := about.get(name), str) and text.strip():
            return text.strip()
    return ""


def _table(columns: Mapping[str, Any]) -> str:
    """The osquery table whose columns these are; empty for another."""
    has = columns.keys()
    if "hotfix_id" in has:
        return "patches"
    if "hardware_serial" in has and "name" not in has:
        return "system_info"
    if not {"name", "version"} <= has and not {"name", "bundle_short_version"} <= has:
        return ""
    marks = {
        "os_version": {"platform", "codename", "platform_like", "install_date"},
        "rpm_packages": {"release", "epoch", "sha1", "package_group"},
        "deb_packages": {"maintainer", "revision", "admindir", "section"},
        "apps": {"bundle_identifier", "bundle_short_version"},
        "programs": {"identifying_number", "install_location", "uninstall_string", "publisher", "install_source"},
    }
    return next((table for table, some in marks.items() if some & has), "")


def _said(table: str, columns: Columns) -> dict[str, str]:
    said = {"product": columns.get("name", ""), "version": columns.get("version", ""), "vendor": columns.get("publisher", "")}
    if table == "apps":
        said["version"] = columns.get("bundle_short_version") or said["version"]
        said["product"] = said["product"].removesuffix(".app")
    elif table == "os_version":
        revision = columns.get("revision", "")
        said["vendor"] = {"windows": "Microsoft", "darwin": "Apple"}.get(columns.get("platform", "").casefold(), "")
        said["product"] = said["product"].removeprefix("Microsoft ")
        if said["vendor"] == "Microsoft" and revision.isdigit() and said["version"].count(".") == 2:
            said["version"] += f".{revision}"
    elif table == "deb_packages":
        said |= {"scheme": "deb", "vendor": ""}
    elif table == "rpm_packages":
        epoch = columns.get("epoch", "")
        version = f"{said['version']}-{columns['release']}" if columns.get("release") else said["version"]
        said |= {"scheme": "rpm", "vendor": "", "version": f"{epoch}:{version}" if epoch not in ("", "0") else version}
    return said
