"""nmap's XML output (https://nmap.org/book/nmap-dtd.html): the services that a scan could name, one install each."""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from wardround.core.estate._cpe import read_cpe
from wardround.core.estate._gather import Gathering
from wardround.core.estate._hosts import Host
from wardround.core.estate._model import Inventory
from wardround.core.estate._xml import CutOff, Event, events

SOURCE = "nmap scan"


def read_nmap(text: bytes, *, data: bytes, into: Gathering, most: int | None = None) -> Inventory:
    """Every open service with a product or an application's CPE name. A guessed operating system is no install."""
    reading = _Reading(into)
    try:
        for event in events(text, name=into.name):
            reading.take(event)
            if most is not None and len(into.installs) >= most:
                break
    except CutOff as cut:
        into.reject(f"line {cut.line}", f"the XML ends or breaks here ({cut.what}): hosts after this are missing")
    if reading.silent:
        into.note("", f"{reading.silent:,} open ports name no product: scan with -sV to learn more")
    return into.inventory(data, format="nmap", taken_at=reading.taken_at, source=SOURCE)


class _Reading:
    """Where the reader stands: in a host, in one of its ports."""

    def __init__(self, into: Gathering) -> None:
        self.into = into
        self.taken_at: datetime | None = None
        self.silent = 0
        self._host = Host()
        self._ports: list[tuple[str, Mapping[str, str], Mapping[str, str], list[str]]] = []
        self._port: Mapping[str, str] = {}
        self._service: Mapping[str, str] = {}
        self._open = False
        self._cpes: list[str] = []

    def take(self, event: Event) -> None:
        tag, attributes, text, line = event
        if text is None:
            self._start(tag, attributes)
        elif tag == "cpe" and self._port:
            self._cpes.append(text.strip())
        elif tag == "port":
            if self._open:
                self._ports.append((f"line {line}", self._port, self._service, self._cpes))
            self._port = {}
        elif tag == "host":
            for where, port, service, cpes in self._ports:
                self._add(where, port, service, cpes)

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "nmaprun" and attributes.get("start", "").isdigit():
            self.taken_at = _moment(attributes["start"])
        elif tag == "host":
            self._host, self._ports = Host(), []
        elif tag == "address":
            kind = {"mac": "mac_address"}.get(attributes.get("addrtype", ""), "address")
            self._host.say(kind, attributes.get("addr", ""))
        elif tag == "hostname":
            self._host.say("hostname", attributes.get("name", ""))
        elif tag == "port":
            self._port, self._service, self._cpes, self._open = attributes, {}, [], False
        elif tag == "state":
            self._open = attributes.get("state") == "open"
        elif tag == "service":
            self._service = attributes

    def _add(self, where: str, port: Mapping[str, str], service: Mapping[str, str], cpes: list[str]) -> None:
        names = [(cpe, name) for cpe in cpes if (name := read_cpe(cpe)) and name.part == "a"]
        cpe, name = names[0] if names else ("", None)
        product = service.get("product", "").strip() or (name.product if name else "")
        if not product:
            self.silent += 1
            return
        asset = self._host.asset(self.into)
        said = {
            "asset_id": asset,
            "product": product,
            "version": service.get("version", "").strip() or (name.version if name else ""),
            "hostname": self._host.first("hostname"),
            "cpe": cpe,
        }
        extra = {"port": f"{port.get('portid', '')}/{port.get('protocol', '')}", "service": service.get("name", "")}
        if more := service.get("extrainfo", ""):
            extra["banner"] = more[:200]
        self.into.add(where, said, extra=MappingProxyType(self._host.extra | extra))


def _moment(seconds: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(seconds[:12]), UTC)
    except (OverflowError, OSError, ValueError):
        return None
