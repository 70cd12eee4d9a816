"""NetScaler's own log lines (CTX200891, CTX550269: LOGIN, TCPCONNSTAT, LOGOUT as the device writes them)."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from wardround.core.logs import Event, Tally

Read = Callable[..., tuple[list[Event], Tally]]

LOGIN = (
    "{} GMT ns1 0-PPE-0 : default SSLVPN LOGIN 11590 0 : Context user1@198.51.100.7 - SessionId: 15- User user1 - "
    'Client_ip 198.51.100.7 - Nat_ip "Mapped Ip" - Vserver 192.0.2.20:443 - Browser_type "Mozilla/5.0 - Client_ip 192.0.2.99" - '
    'SSLVPN_client_type ICA - Group(s) "N/A"'
)
CONNECTION = (
    "<134> 10/09/2025:08:47:51 GMT ns1 0-PPE-1 : SSLVPN TCPCONNSTAT 11610 0 : Context user1@198.51.100.7 - SessionId: 15 - "
    "User user1 - Client_ip 198.51.100.7 - Nat_ip 192.0.2.21 - Vserver 192.0.2.20:443 - Source 203.0.113.9:50123 - "
    'Destination 192.0.2.80:443 - Start_time "10/07/2025:08:37:51 GMT" - Duration 48:10:00 - Total_bytes_send 7'
)


@pytest.mark.parametrize("head", ["", "<134>", "<134> ", "Oct  9 14:07:51 <local0.info> 192.0.2.10 ", "2025-10-09T08:37:51Z ns1 "])
def test_a_line_is_read_with_or_without_a_syslog_head(read: Read, head: str) -> None:
    ((event,), _) = read(head + LOGIN.format("10/09/2025:08:37:51"))
    assert (event.kind.shape, event.kind.family, event.kind.channel, event.host) == (
        "NetScaler syslog",
        "citrix",
        "netscaler",
        "ns1",
    )
    assert event.time == datetime(2025, 10, 9, 8, 37, 51, tzinfo=UTC)


def test_named_values_are_fields_and_what_a_browser_claims_does_not_replace_them(read: Read) -> None:
    ((event,), _) = read(LOGIN.format("10/09/2025:08:37:51"))
    got = {name: event.fields[name][0] for name in ("feature", "event", "SessionId", "User", "Client_ip", "src_ip", "Browser_type")}
    assert got == {
        "feature": "SSLVPN",
        "event": "LOGIN",
        "SessionId": "15",
        "User": "user1",
        "Client_ip": "198.51.100.7",
        "src_ip": "198.51.100.7",
        "Browser_type": "Mozilla/5.0 - Client_ip 192.0.2.99",
    }


def test_the_source_of_a_connection_is_its_address_and_a_duration_is_in_seconds(read: Read) -> None:
    ((event,), _) = read(CONNECTION)
    assert event.fields["Source_ip"] == event.fields["src_ip"] == ("203.0.113.9",)
    assert event.fields["Source_port"] == (50123,)
    assert event.fields["Duration_seconds"] == (48 * 3600 + 600,)
    assert event.fields["Start_time"] == ("10/07/2025:08:37:51 GMT",)


@pytest.mark.parametrize(
    ("written", "head"),
    [
        ("10/09/2025", ""),
        ("2025/10/09", ""),
        ("09/10/2025", "Oct  9 08:37:51 192.0.2.10 "),
        ("10/09/2025", "Oct  9 08:37:51 192.0.2.10 "),
    ],
)
def test_the_order_of_day_and_month_is_that_of_the_head_else_the_american_one(read: Read, written: str, head: str) -> None:
    ((event,), _) = read(head + LOGIN.format(f"{written}:08:37:51"))
    assert event.time == datetime(2025, 10, 9, 8, 37, 51, tzinfo=UTC)


def test_a_day_over_twelve_is_no_month(read: Read) -> None:
    ((event,), _) = read(LOGIN.format("23/10/2025:08:37:51"))
    assert event.time == datetime(2025, 10, 23, 8, 37, 51, tzinfo=UTC)


def test_a_time_without_zone_is_that_of_the_source(read: Read) -> None:
    ((event,), _) = read(LOGIN.format("10/09/2025:08:37:51").replace(" GMT", " "), zone="+01:00")
    assert event.time == datetime(2025, 10, 9, 7, 37, 51, tzinfo=UTC)


def test_a_time_that_does_not_exist_places_the_event_nowhere(read: Read) -> None:
    ((event,), _) = read(LOGIN.format("02/30/2025:08:37:51"))
    assert event.time is None


def test_a_line_that_only_looks_like_one_is_read_as_before(read: Read) -> None:
    ((event,), _) = read("<134>1 2025-10-09T08:37:51Z ns1 app - - - the engine 0-PPE-0 started")
    assert event.kind.family == "linux"
