"""All tests of one field for numbers and for networks: a value is read once for all of them."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv6Address, ip_address

from wardround.core.logs import Scalar
from wardround.core.sigma._values import Cidr, Number, as_number


class Networks:
    """Numbered networks. The same answers as each test gives for itself."""

    def __init__(self, tests: Iterable[tuple[int, Cidr]]) -> None:
        self._tests: dict[int, list[tuple[int, int, int]]] = {4: [], 6: []}
        for number, test in tests:
            network = test.network
            self._tests[network.version].append((number, int(network.network_address), int(network.netmask)))
        self._any = any(self._tests.values())

    def __bool__(self) -> bool:
        return self._any

    def holding(self, value: Scalar) -> Iterator[int]:
        """The networks in which the address lies; none for what is no address."""
        if not self._any:
            return
        try:
            address = ip_address(str(value).strip())
        except ValueError:
            return
        yield from self._in(address.version, int(address))
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            yield from self._in(4, int(address.ipv4_mapped))

    def _in(self, version: int, address: int) -> Iterator[int]:
        return (number for number, network, mask in self._tests[version] if address & mask == network)


class Numbers:
    """Numbered comparisons with a number. The same answers as each test gives for itself."""

    def __init__(self, tests: Iterable[tuple[int, Number]]) -> None:
        self._equal: dict[float, list[int]] = {}
        self._others: list[tuple[int, Number]] = []
        for number, test in tests:
            if test.sign == "=":
                self._equal.setdefault(test.number, []).append(number)
            else:
                self._others.append((number, test))

    def __bool__(self) -> bool:
        return bool(self._equal or self._others)

    def holding(self, value: Scalar) -> Iterator[int]:
        """The comparisons that hold; none for what is no number."""
        if not self or (read := as_number(value)) is None:
            return
        yield from self._equal.get(read, ())
        yield from (number for number, test in self._others if test.passes(value))
