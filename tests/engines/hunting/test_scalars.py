"""Many tests for numbers and networks say together what each of them says alone."""

from ipaddress import ip_network
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from wardround.core.sigma._values import Cidr, Number
from wardround.engines.hunting._scalars import Networks, Numbers

NETWORKS = [
    "192.0.2.0/24",
    "198.51.100.7/32",
    "0.0.0.0/0",
    "10.0.0.0/8",
    "2001:db8::/32",
    "::/0",
    "::ffff:192.0.2.0/120",
    "fe80::/10",
]
VALUES = st.sampled_from(
    [
        "192.0.2.7",
        " 192.0.2.7 ",
        "::ffff:192.0.2.7",
        "2001:db8::1",
        "fe80::1%eth0",
        "10.1.2.3",
        "none",
        "",
        "1",
        "0x3e7",
        "1e3",
        "٣",
        "nan",
    ]
)
ANYTHING = VALUES | st.integers(-5, 1_000) | st.floats(-5, 5) | st.booleans() | st.none() | st.ip_addresses().map(str)


@given(st.lists(st.sampled_from(NETWORKS), unique=True), ANYTHING)
def test_networks(given: list[str], value: Any) -> None:
    tests = [(n, Cidr(ip_network(text))) for n, text in enumerate(given)]
    assert sorted(Networks(tests).holding(value)) == [n for n, test in tests if test.passes(value)]


@given(
    st.lists(st.tuples(st.integers(-5, 1_000) | st.floats(-5, 5), st.sampled_from(["=", "<", "<=", ">", ">="])), unique=True),
    ANYTHING,
)
def test_numbers(given: list[tuple[float, str]], value: Any) -> None:
    tests = [(n, Number(number, sign)) for n, (number, sign) in enumerate(given)]
    assert sorted(Numbers(tests).holding(value)) == [n for n, test in tests if test.passes(value)]
