"""CEF (ArcSight, revision 25) and LEEF (QRadar) as their guides write them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

Read = Callable[..., Any]
CEF = (
    "CEF:0|Palo Alto Networks|PAN-OS|1.0|100|worm \\| stopped|10|src=10.0.0.1 dst=2.1.2.2 spt=1232 dpt=80 act=deny "
    "msg=a\\=b c d\\nnext cs1Label=Rule cs1=allow all rt=1747275164000"
)


@pytest.mark.parametrize("head", ["", "Sep 19 08:26:10 fw1 ", "<134>1 2025-05-15T02:12:44Z fw1 - - - - "])
def test_cef(read: Read, head: str) -> None:
    (event,), tally = read(head + CEF)
    got = {
        name: event.fields[name][0] for name in ("Name", "src_ip", "dst_ip", "dst_port", "action", "blocked", "msg", "cs1", "Rule")
    }
    assert got == {
        "Name": "worm | stopped",
        "src_ip": "10.0.0.1",
        "dst_ip": "2.1.2.2",
        "dst_port": "80",
        "action": "deny",
        "blocked": True,
        "msg": "a=b c d\nnext",
        "cs1": "allow all",
        "Rule": "allow all",
    }
    assert event.time == datetime(2025, 5, 15, 2, 12, 44, tzinfo=UTC)
    assert (event.kind.family, event.kind.channel, event.host) == ("firewall", "paloalto", "fw1" if head else "")
    assert tally.shape == "CEF, firewall of paloalto"


def test_cef_without_two_addresses_is_no_firewall(read: Read) -> None:
    (event,), _ = read("Sep 19 08:26:10 h CEF:0|V|P|1|1|n|1|suser=eve")
    assert (event.kind.family, event.fields["username"]) == ("device", ("eve",))
    assert event.time == datetime(2024, 9, 19, 8, 26, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "line",
    [
        "LEEF:1.0|Lancope|StealthWatch|1.0|41|src=192.0.2.0\tdst=198.51.100.1\tsrcPort=81\tusrName=eve adams",
        "LEEF:2.0|Lancope|StealthWatch|1.0|41|^|src=192.0.2.0^dst=198.51.100.1^srcPort=81^usrName=eve adams",
        "LEEF:2.0|Lancope|StealthWatch|1.0|41|0x5e|src=192.0.2.0^dst=198.51.100.1^srcPort=81^usrName=eve adams",
        "LEEF:2.0|Lancope|StealthWatch|1.0|41||src=192.0.2.0\tdst=198.51.100.1\tsrcPort=81\tusrName=eve adams",
    ],
)
def test_leef(read: Read, line: str) -> None:
    (event,), _ = read(line)
    assert [event.fields[name] for name in ("src_ip", "dst_ip", "src_port", "username")] == [
        ("192.0.2.0",),
        ("198.51.100.1",),
        ("81",),
        ("eve adams",),
    ]


@pytest.mark.parametrize("line", ["CEF:0|V|P|1|1|n", "LEEF:1.0|V|P", "CEF:x|V|P|1|1|n|1|a=b", "LEEF:9.0|a|b|c|d|e"])
def test_a_torn_head_is_not_read(read: Read, line: str) -> None:
    events, tally = read(line)
    assert (events, tally.unparsed) == ([], 1)


# The guide's form of a time, "MMM dd yyyy HH:mm:ss zzz": the year of the head before it is only assumed.
@pytest.mark.parametrize("time", ["May 15 2025 02:12:44 GMT", "May 15 2025 02:12:44.000 UTC", "May 15 2025 02:12:44"])
def test_the_time_of_a_cef_line_is_its_own(read: Read, time: str) -> None:
    (event,), tally = read(f"Sep 19 08:26:10 fw1 {CEF.replace('1747275164000', time)}")
    assert event.time == datetime(2025, 5, 15, 2, 12, 44, tzinfo=UTC)
    assert tally.coverage().zone == ("stated in the log" if time[-1].isalpha() else "not stated, read as UTC")


def test_fortigate(read: Read) -> None:
    (event,), _ = read('May 15 03:12:44 fg devname="fg" logid="0100044546" type="event" action="Add" cfgpath="user.local"')
    assert (event.kind.channel, event.fields["cfgpath"], event.fields["action"]) == ("fortinet", ("user.local",), ("Add",))


@pytest.mark.parametrize("head", ["", "<189>", "May 16 09:00:00 relay "])
@pytest.mark.parametrize("zone", [' tz="+0100"', ""])
def test_fortigate_says_its_own_time(read: Read, head: str, zone: str) -> None:
    line = f'{head}date=2025-05-15 time=03:12:44 devname="fg" logid="0000000013"{zone} type="traffic" srcip=192.0.2.5 action="deny"'
    (event,), tally = read(line, zone="" if zone else "Europe/London")
    assert (event.time, event.fields["src_ip"]) == (datetime(2025, 5, 15, 2, 12, 44, tzinfo=UTC), ("192.0.2.5",))
    assert event.host == ("relay" if "relay" in head else "fg")
    assert tally.coverage().notes == ()
