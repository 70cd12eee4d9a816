"""Networks, and which of them hold an address."""

import ipaddress
from collections.abc import Iterable, Iterator


class Networks:
    """Networks by version and the bits behind their prefix: an address is in few of them, and asked of each length once."""

    def __init__(self, values: Iterable[str]) -> None:
        self._by_length: dict[tuple[int, int], dict[int, str]] = {}
        for value in values:
            network = ipaddress.ip_network(value)
            bits = network.max_prefixlen - network.prefixlen
            self._by_length.setdefault((network.version, bits), {})[int(network.network_address) >> bits] = value

    def __bool__(self) -> bool:
        return bool(self._by_length)

    def of(self, address: str) -> Iterator[str]:
        """The networks that hold an address in its shortest form."""
        if not self._by_length:
            return
        read = ipaddress.ip_address(address)
        number = int(read)
        for (version, bits), networks in self._by_length.items():
            if version == read.version and (network := networks.get(number >> bits)):
                yield network
