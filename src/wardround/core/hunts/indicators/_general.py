"""Values that mean nothing by themselves: addresses used inside everywhere, hosts that everybody visits, the hash of nothing."""

import ipaddress
from functools import cache

from wardround.core.hunts.indicators._model import Atom, Type
from wardround.core.hunts.indicators._tables import table

SHORTEST_PREFIX = {4: 8, 6: 19}
SHORTEST_TEXT = 4

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def doubt(atom: Atom) -> str:
    """Why a match would say nothing; empty when it would. Addresses kept for documentation (RFC 5737, 3849) are not in doubt."""
    type_, value = atom
    if type_ in (Type.MD5, Type.SHA1, Type.SHA256, Type.IMPHASH):
        if value in _named("hashes"):
            return "the hash of an empty file, or of a single line feed"
        return "a hash of one digit only" if value == value[0] * len(value) else ""
    if type_ is Type.IP:
        return _address(value)
    if type_ is Type.NETWORK:
        return _network(value)
    if type_ is Type.DOMAIN:
        return "a name that a great many others use" if value in _named("domains") else ""
    if type_ is Type.URL:
        host = value.rpartition("://")[2].partition("/")[0]
        whole = value.rpartition("://")[2] == f"{host}/"
        return "the start page of a host that a great many others use" if whole and host in _named("domains") else ""
    if type_ is Type.PATH:
        if value.lower().lstrip("*/") in _named("paths") or value.lower() in _named("paths"):
            return "a file that is on every system"
        return f"shorter than {SHORTEST_TEXT} characters" if len(value) < SHORTEST_TEXT else ""
    if value.lower() in _named("agents"):
        return "a user agent that many programs state"
    return f"shorter than {SHORTEST_TEXT} characters" if len(value) < SHORTEST_TEXT else ""


@cache
def _named(what: str) -> frozenset[str]:
    return frozenset(table("general")[what])


@cache
def _private() -> dict[tuple[int, int], list[Network]]:
    """The networks by version and first byte, so that few have to be asked."""
    out: dict[tuple[int, int], list[Network]] = {}
    for text in table("general")["networks"]:
        network = ipaddress.ip_network(text)
        first, last = network.network_address.packed[0], network.broadcast_address.packed[0]
        for byte in range(first, last + 1):
            out.setdefault((network.version, byte), []).append(network)
    return out


def _address(value: str) -> str:
    if value in _named("resolvers"):
        return "a public resolver that everybody uses"
    version = 6 if ":" in value else 4
    first = int(value.partition(".")[0]) if version == 4 else ipaddress.IPv6Address(value).packed[0]
    near = _private().get((version, first))
    if near and any(ipaddress.ip_address(value) in network for network in near):
        return "a private or reserved address"
    return ""


def _network(value: str) -> str:
    network = ipaddress.ip_network(value)
    if network.prefixlen < SHORTEST_PREFIX[network.version]:
        return f"a network of {network.num_addresses:,} addresses"
    near = _private().get((network.version, network.network_address.packed[0]), ())
    if any(network.version == other.version and network.subnet_of(other) for other in near):  # type: ignore[arg-type]
        return "a private or reserved network"
    return ""
