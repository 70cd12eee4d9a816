"""Two sources that see one device are joined on what identifies it strongly, with the reason; on nothing less, and not for ever."""

from datetime import UTC, datetime
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.estate import link, read
from wardround.core.estate._identifiers import values
from wardround.core.estate._link import Linked
from wardround.core.vocab import Install

DAY = datetime(2025, 5, 14, tzinfo=UTC)
LATER = datetime(2025, 5, 18, tzinfo=UTC)


def a_device(asset: str, **identifiers: str) -> Install:
    return Install(asset, "Windows 10", "10.0.19045.4412", hostname="PC-0001", extra={f"id:{k}": v for k, v in identifiers.items()})


def linked(*sources: list[Install], splits: tuple[tuple[str, str], ...] = ()) -> Linked:
    return link([(f"source {at}", DAY, installs) for at, installs in enumerate(sources)], splits=splits)


def devices(found: Linked) -> list[tuple[str, ...]]:
    return [device.assets for device in found.devices]


def test_one_serial_number_in_two_sources_is_one_device_with_its_reason() -> None:
    found = linked([a_device("intune-1", serial_number="5cd1234xyz")], [a_device("EQ-1", serial_number="5cd1234xyz")])
    assert (devices(found), found.count, found.apart) == ([("EQ-1", "intune-1")], 1, ())
    assert found.devices[0].joins[0].reason == "source 1 and source 0 state the same serial number, 5cd1234xyz."


def test_three_sources_of_one_serial_number_are_one_sentence() -> None:
    found = linked(*([a_device(f"asset-{n}", serial_number="5cd1234xyz")] for n in range(3)))
    (said,) = found.devices[0].reasons
    assert said == "source 0, source 1 and source 2 state the same serial number, 5cd1234xyz."


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("hardware_uuid", "44454c4c-4200-1035-8051-b4c04f4e4d32"),
        ("mac_address", "3c:52:82:11:22:33"),
        ("entra_device_id", "9f8e7d6c-0000-4000-8000-000000000001"),
        ("intune_device_id", "0a1b2c3d-0000-4000-8000-000000000001"),
        ("imei", "490154203237518"),
    ],
)
def test_each_strong_identifier_joins(kind: str, value: str) -> None:
    assert values(kind, value) == (value,)
    assert devices(linked([a_device("a", **{kind: value})], [a_device("b", **{kind: value})])) == [("a", "b")]


def test_a_host_name_or_an_address_joins_nothing() -> None:
    scan = Install("ip:192.0.2.7", "httpd", "2.4", hostname="PC-0001", extra={"address": "192.0.2.7"})
    register = Install("EQ-1", "httpd", "2.4", hostname="PC-0001", extra={"address": "192.0.2.7"})
    found = linked([scan], [register])
    assert (devices(found), found.count) == ([], 2)


PLACEHOLDERS = [
    ("serial_number", "To be filled by O.E.M."),
    ("serial_number", "System Serial Number"),
    ("serial_number", "Default string"),
    ("serial_number", "0000000000"),
    ("serial_number", "1234567890"),
    ("serial_number", "1001"),
    ("serial_number", "n/a"),
    ("mac_address", "00:00:00:00:00:00"),
    ("mac_address", "ff:ff:ff:ff:ff:ff"),
    ("mac_address", "02:42:ac:11:00:02"),
    ("mac_address", "01:00:5e:00:00:01"),
    ("mac_address", "00:05:9A:3C:7A:00"),
    ("mac_address", "00:E0:4C:68:00:12"),
    ("hardware_uuid", "03000200-0400-0500-0006-000700080009"),
    ("hardware_uuid", "00000000-0000-0000-0000-000000000000"),
    ("hardware_uuid", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
    ("imei", "000000000000000"),
    ("entra_device_id", "00000000-0000-0000-0000-000000000000"),
]


@pytest.mark.parametrize(("kind", "text"), PLACEHOLDERS)
def test_what_nobody_filled_in_identifies_nothing(kind: str, text: str) -> None:
    assert values(kind, text) == ()


@pytest.mark.parametrize(("kind", "text"), [case for case in PLACEHOLDERS if case[0] in ("serial_number", "mac_address")])
def test_and_so_joins_nothing_when_it_comes_from_files(kind: str, text: str) -> None:
    column = kind.replace("_", " ")
    one, two = (read(f'asset_id,product,version,{column}\n{a},p,1,"{text}"\n'.encode(), name="x") for a in "ab")
    assert linked(list(one.installs), list(two.installs)).devices == ()


def test_a_value_that_one_source_states_of_two_of_its_assets_joins_nothing_and_is_listed() -> None:
    dock = "3c:52:82:11:22:33"
    found = linked([a_device("a", mac_address=dock), a_device("b", mac_address=dock)], [a_device("c", mac_address=dock)])
    assert (devices(found), found.count) == ([], 3)
    assert (found.apart[0].assets, found.apart[0].value) == (("a", "b", "c"), dock)
    assert "two of its own assets" in found.apart[0].why


def test_two_identifiers_that_point_at_different_devices_join_neither_and_both_are_listed() -> None:
    scan = a_device("x", serial_number="5cd1234xyz", hardware_uuid="44454c4c-4200-1035-8051-b4c04f4e4d32")
    register = [
        a_device("a", serial_number="5cd1234xyz"),
        a_device("b", hardware_uuid="44454c4c-4200-1035-8051-b4c04f4e4d32"),
    ]
    found = linked([scan], register)
    assert (devices(found), found.count) == ([], 3)
    assert {one.assets for one in found.apart} == {("a", "x"), ("b", "x")}
    assert all(one.why == "source 1 knows a and b as two assets" for one in found.apart)


def test_a_serial_number_joins_not_against_another_uuid() -> None:
    one = a_device("a", serial_number="5cd1234xyz", hardware_uuid="44454c4c-4200-1035-8051-b4c04f4e4d32")
    other = a_device("b", serial_number="5cd1234xyz", hardware_uuid="44454c4c-4200-1035-8051-b4c04f4e4d33")
    found = linked([one], [other])
    assert devices(found) == []
    assert "hardware UUIDs of a and b differ" in found.apart[0].why


def test_a_docks_address_takes_nothing_from_what_serial_numbers_join() -> None:
    dock = "3c:52:82:11:22:33"
    intune = [a_device("i1", serial_number="serial-1", mac_address=dock), a_device("i2", serial_number="serial-2")]
    register = [a_device("r1", serial_number="serial-1"), a_device("r2", serial_number="serial-2", mac_address=dock)]
    found = linked(intune, register)
    assert devices(found) == [("i1", "r1"), ("i2", "r2")]
    assert [(one.assets, one.kind) for one in found.apart] == [(("i1", "r2"), "mac_address")]


def test_each_maker_numbers_its_own_devices() -> None:
    def pump(asset: str, maker: str) -> Install:
        return a_device(asset, serial_number="sn-10012", manufacturer=maker)

    assert devices(linked([pump("a", "Example Medical")], [pump("b", "Other Medical")])) == []
    assert devices(linked([pump("a", "Example Medical Ltd")], [pump("b", "EXAMPLE")])) == [("a", "b")]
    assert devices(linked([pump("a", "Example Medical")], [pump("b", "")])) == [("a", "b")]


def test_three_sources_may_see_one_device() -> None:
    mac, serial = {"mac_address": "3c:52:82:11:22:33"}, {"serial_number": "5cd1234xyz"}
    found = linked([a_device("a", **mac)], [a_device("b", **mac, **serial)], [a_device("c", **serial)])
    assert (devices(found), found.count) == ([("a", "b", "c")], 1)
    assert [join.kind for join in found.devices[0].joins] == ["mac_address", "serial_number"]


def test_only_the_newest_snapshot_of_a_source_counts() -> None:
    old = ("register", DAY, [a_device("a", serial_number="5cd1234xyz")])
    new = ("register", LATER, [a_device("a", serial_number="5cd9999xyz")])
    other = ("intune", DAY, [a_device("b", serial_number="5cd1234xyz")])
    assert link([new, other, old]).devices == ()


def test_what_a_person_has_split_stays_apart_in_later_imports_too() -> None:
    serial = {"serial_number": "5cd1234xyz"}
    found = linked([a_device("a", **serial)], [a_device("b", **serial)], splits=(("b", "a"),))
    assert (devices(found), found.count) == ([], 2)
    assert found.apart[0].why == "a person has split them"
    entra = {"entra_device_id": "9f8e7d6c-0000-4000-8000-000000000001"}
    again = linked([a_device("a", **serial, **entra)], [a_device("b", **serial, **entra)], splits=(("a", "b"),))
    assert devices(again) == []


def test_a_split_holds_against_a_third_asset_that_would_join_both() -> None:
    found = linked(
        [a_device("a", serial_number="5cd1234xyz")],
        [a_device("b", hardware_uuid="44454c4c-4200-1035-8051-b4c04f4e4d32")],
        [a_device("x", serial_number="5cd1234xyz", hardware_uuid="44454c4c-4200-1035-8051-b4c04f4e4d32")],
        splits=(("a", "b"),),
    )
    assert devices(found) == []
    assert {one.why for one in found.apart} == {"a person has split a from b"}


SERIALS, MACS = (
    st.sampled_from(["", "serial-1", "serial-2", "serial-3"]),
    st.sampled_from(["", "3c:52:82:11:22:33", "3c:52:82:11:22:44"]),
)
ESTATE = st.lists(st.lists(st.tuples(SERIALS, MACS), max_size=4), max_size=4)


def estate_of(drawn: list[list[tuple[str, str]]]) -> list[tuple[str, datetime, list[Install]]]:
    return [
        (f"s{n}", DAY, [a_device(f"s{n}-{m}", serial_number=serial, mac_address=mac) for m, (serial, mac) in enumerate(listed)])
        for n, listed in enumerate(drawn)
    ]


@given(ESTATE, st.randoms(use_true_random=False))
def test_laws_of_joining(drawn: list[list[tuple[str, str]]], random: object) -> None:
    estate = estate_of(drawn)
    found = link(estate)
    shuffled = list(estate)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert link(shuffled) == found
    joined = [asset for device in found.devices for asset in device.assets]
    assert len(joined) == len(set(joined))
    assert found.count == sum(map(len, drawn)) - sum(len(device.assets) - 1 for device in found.devices)
    for device in found.devices:
        assert len({asset.partition("-")[0] for asset in device.assets}) == len(device.assets)
        assert {asset for join in device.joins for asset in join.assets} == set(device.assets)
        assert all(len({s for s in serials if s}) < 2 for serials in [[_serial(estate, asset) for asset in device.assets]])


@given(ESTATE)
def test_splitting_everything_that_was_joined_leaves_nothing_joined(drawn: list[list[tuple[str, str]]]) -> None:
    estate = estate_of(drawn)
    splits = [pair for device in link(estate).devices for pair in combinations(device.assets, 2)]
    after = link(estate, splits=splits)
    assert {pair for device in after.devices for pair in combinations(device.assets, 2)}.isdisjoint(splits)


def _serial(estate: list[tuple[str, datetime, list[Install]]], asset: str) -> str:
    return next(i.extra["id:serial_number"] for _, _, installs in estate for i in installs if i.asset_id == asset)
