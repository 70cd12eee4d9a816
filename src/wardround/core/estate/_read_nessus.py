"""Tenable's `.nessus` reports (Nessus v2 File Format, 2016: Report Host and ReportItem): what each scanned host has.

Read are the host's own properties (operating system, CPE names, addresses) and the outputs of the plugins that list
software: 20811 (Windows), 22869 (packages over SSH), 45590 (CPE names), 48942 (Windows version), 62042 (hotfixes).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from wardround.core.estate._cpe import read_cpe
from wardround.core.estate._distributions import distribution, package_url
from wardround.core.estate._gather import Gathering
from wardround.core.estate._hosts import Host
from wardround.core.estate._model import Inventory
from wardround.core.estate._xml import CutOff, Event, events

SOURCE = "Nessus or Tenable scan report"
PROPERTIES = {
    "host-ip": "address",
    "host-fqdn": "hostname",
    "host-rdns": "hostname",
    "hostname": "hostname",
    "netbios-name": "hostname",
    "mac-address": "mac_address",
    "bios-uuid": "hardware_uuid",
    "operating-system": "os",
}
Listing = Callable[[str], Iterator[dict[str, str]]]
LISTS = {"20811", "22869", "45590", "48942", "62042", "83991"}
MOST_LINES = 200_000
_WINDOWS = re.compile(r"(?P<name>\S.*?)(?:\s+\[version (?P<version>[^\]]*)\])?(?:\s+\[installed on [^\]]*\])?", re.ASCII)
_DPKG = re.compile(r"ii\s+(?P<name>[^\s:]+)(?::\S+)?\s+(?P<version>\S+)(?:\s.*)?", re.ASCII)
_RPM = re.compile(r"(?P<name>[\w.+-]+)-(?P<version>[^-\s|]+)-(?P<release>[^-\s|]+)(?:\|(?P<epoch>\S+))?(?:\s.*)?", re.ASCII)
_ADDRESS = re.compile(r"[\d.]+|[\da-fA-F]*:[\da-fA-F:.]*", re.ASCII)
_KB = re.compile(r"\bKB\d{6,8}\b", re.ASCII)
_BUILD = re.compile(r"Operating system version\s*[=:]\s*(\d+(?:\.\d+)+)", re.ASCII | re.IGNORECASE)
_UPDATES = re.compile(r"^.*updates? (?:is|are|was|were) installed.*$", re.MULTILINE | re.IGNORECASE)


def read_nessus(text: bytes, *, data: bytes, into: Gathering, most: int | None = None) -> Inventory:
    """Every software that a scan report lists. A host that breaks off in the middle is left out, and said."""
    reading = _Reading(into)
    try:
        for event in events(text, name=into.name):
            reading.take(event)
            if most is not None and len(into.installs) >= most:
                break
    except CutOff as cut:
        into.reject(f"line {cut.line}", f"the XML ends or breaks here ({cut.what}): this host and those after it are missing")
    for host in reading.silent[:100]:
        into.note(host, "no software was listed on this host: it was scanned without credentials, or they failed")
    return into.inventory(data, format="nessus", taken_at=reading.taken_at, source=SOURCE)


class _Reading:
    """Where the reader stands: the host being read, its properties and the plugin outputs that count."""

    def __init__(self, into: Gathering) -> None:
        self.into = into
        self.taken_at: datetime | None = None
        self.silent: list[str] = []
        self._outputs: dict[str, str] = {}
        self._cpes: list[str] = []
        self._tag = self._plugin = self._where = ""
        self._host = Host()

    def take(self, event: Event) -> None:
        tag, attributes, text, line = event
        if text is None:
            if tag == "ReportHost":
                self._host, self._outputs, self._cpes, self._where = Host(), {}, [], f"line {line}"
                self._host.say("scanned", attributes.get("name", ""))
            elif tag == "tag":
                self._tag = attributes.get("name", "")
            elif tag == "ReportItem":
                self._plugin = attributes.get("pluginID", "")
        elif tag == "tag":
            self._property(text.strip())
        elif tag == "plugin_output" and self._plugin in LISTS:
            self._outputs[self._plugin] = f"{self._outputs.get(self._plugin, '')}\n{text}"
        elif tag == "ReportHost":
            self._add_host()

    def _property(self, text: str) -> None:
        if self._tag == "HOST_END_TIMESTAMP" and text.isdigit():
            ended = datetime.fromtimestamp(min(int(text[:12]), 32_000_000_000), UTC)
            self.taken_at = max(ended, self.taken_at or ended)
        elif self._tag == "cpe" or self._tag.startswith("cpe-"):
            self._cpes.append(text)
        elif kind := PROPERTIES.get(self._tag):
            for one in text.splitlines() if kind in ("mac_address", "os") else [text]:
                self._host.say(kind, one)

    def _add_host(self) -> None:
        host, into = self._host, self.into
        scanned = host.first("scanned")
        host.say("address" if _ADDRESS.fullmatch(scanned) else "hostname", scanned)
        before, os = len(into.installs), host.first("os") if host.many("os") == 1 else ""
        asset, of = host.asset(into), distribution(os)
        about = {"asset_id": asset, "hostname": host.first("hostname")}
        extra = dict(host.extra) | ({"distribution": str(of)} if of.name else {})
        updates = sorted({kb for plugin in ("20811", "62042") for kb in _KB.findall(self._outputs.get(plugin, ""))})
        if os:
            build = _BUILD.search(self._outputs.get("48942", ""))
            said = about | _system(os, re.sub(r"^10\.(?=\d{5}$)", "10.0.", build[1]) if build else "")
            into.add(self._where, said, extra=MappingProxyType(extra | ({"updates": " ".join(updates)} if updates else {})))
        listed: Mapping[str, Listing] = {"20811": _programs, "83991": _programs, "22869": _packages(os)}
        for plugin, lines in listed.items():
            for found in lines(self._outputs.get(plugin, "")):
                purl = package_url(of, scheme=found.get("scheme", ""), name=found["product"], version=found["version"])
                into.add(self._where, about | found | {"purl": purl}, extra=MappingProxyType(extra))
        for cpe in dict.fromkeys((*self._cpes, *_listed_cpes(self._outputs.get("45590", "")))):
            cpe = cpe.split(" -> ")[0].strip()
            if (name := read_cpe(cpe)) and name.part == "a" and name.product:
                said = {"vendor": name.vendor, "product": name.product, "version": name.version, "cpe": cpe}
                into.add(self._where, about | said, extra=MappingProxyType(extra), quiet=True)
        if len(into.installs) == before:
            self.silent.append(self._where)


def _system(name: str, build: str) -> dict[str, str]:
    """The operating system: a maker that starts its own name is the vendor."""
    vendor, _, rest = name.partition(" ")
    known = vendor.casefold() in ("microsoft", "apple", "cisco", "vmware", "fortinet", "juniper")
    return {"vendor": vendor if known else "", "product": rest if known and rest else name, "version": build}


def _lines(output: str) -> Iterator[str]:
    for number, line in enumerate(output.splitlines()):
        if number > MOST_LINES:
            return
        if 1 < len(line.strip()) <= 1_000:
            yield line.strip()


def _programs(output: str) -> Iterator[dict[str, str]]:
    """`Name  [version 1.2]  [installed on 2024/05/17]`, up to the list of updates. A heading ends in a colon."""
    found = _UPDATES.search(output)
    for line in _lines(output[: found.start()] if found else output):
        if not line.endswith(":") and not _KB.match(line) and (match := _WINDOWS.fullmatch(line)):
            yield {"product": match["name"], "version": (match["version"] or "").strip()}


def _packages(os: str) -> Listing:
    """The packages in a list as dpkg or rpm write it; `os` tells which of the two where a line could be either."""

    def packages(output: str) -> Iterator[dict[str, str]]:
        for line in _lines(output):
            if match := _DPKG.fullmatch(line):
                yield {"product": match["name"], "version": match["version"], "scheme": "deb"}
            elif not line.endswith(":") and distribution(os).scheme in ("", "rpm") and (match := _RPM.fullmatch(line)):
                epoch = match["epoch"] if (match["epoch"] or "").isdigit() and match["epoch"] != "0" else ""
                version = f"{match['version']}-{match['release']}"
                yield {"product": match["name"], "version": f"{epoch}:{version}" if epoch else version, "scheme": "rpm"}

    return packages


def _listed_cpes(output: str) -> Iterator[str]:
    return (line for line in _lines(output) if line.startswith("cpe:"))
