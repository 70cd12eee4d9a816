"""IIS (W3C extended), HAProxy, Squid, and access logs with the asked host in front."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

Read = Callable[..., Any]
FIELDS = (
    "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) "
    "sc-status sc-substatus sc-win32-status time-taken"
)
IIS = "2025-05-15 03:12:44 192.0.2.1 GET /a/b.aspx x=%2527 443 - 203.0.113.7 Mozilla/5.0+(X) - 200 0 0 5"
# HAProxy configuration manual, section 8.2.3
HAPROXY = (
    "haproxy[14389]: 10.0.1.2:33317 [06/Feb/2009:12:14:14.655] http-in static/srv1 10/0/30/69/109 200 2750 - - ---- "
    '1/1/1/1/0 0/0 {1wt.eu} {} "GET /index.html?a=%27 HTTP/1.1"'
)
SQUID = (
    "1286536309.419    180 192.168.0.68 TCP_MISS/200 411 GET http://example.com/a/b.exe?c=d%20e bob "
    "HIER_DIRECT/203.0.113.46 text/html"
)


def test_iis(read: Read) -> None:
    (event,), tally = read("#Software: Microsoft Internet Information Services 10.0", "#Version: 1.0", FIELDS, IIS)
    assert (event.line, event.time) == (4, datetime(2025, 5, 15, 3, 12, 44, tzinfo=UTC))
    assert event.fields["cs-user-agent"] == ("Mozilla/5.0+(X)", "Mozilla/5.0 (X)")
    assert event.fields["sc-status"] == (200,)
    assert event.fields["cs-username"] == ("-", "")
    assert event.fields["c-uri"] == ("/a/b.aspx?x=%2527", "/a/b.aspx?x=%27", "/a/b.aspx?x='")
    assert event.fields["c-uri-extension"] == ("aspx",)
    assert set(event.fields) <= (event.kind.fields or set())
    assert (tally.shape, tally.unparsed, tally.coverage().zone) == ("IIS W3C extended log", 0, "stated in the log")


def test_a_field_that_the_header_does_not_name_is_not_there(read: Read) -> None:
    (event,), _ = read("#Fields: time c-ip cs-method", "#Date: 2025-05-15 00:00:00", "03:12:44 203.0.113.7 GET")
    assert event.time == datetime(2025, 5, 15, 3, 12, 44, tzinfo=UTC)
    assert "sc-status" not in (event.kind.fields or ())


def test_a_header_in_the_middle_changes_what_follows(read: Read) -> None:
    events, tally = read(FIELDS, IIS, "#Fields: date time c-ip", "2025-05-15 03:12:44 203.0.113.9", IIS)
    assert [event.fields["c-ip"] for event in events] == [("203.0.113.7",), ("203.0.113.9",)]
    assert tally.unparsed == 1


def test_lines_without_a_date_go_on_into_the_next_day(read: Read) -> None:
    """The draft's `#Date` is of the header; nothing else says when midnight was passed."""
    header = ("#Date: 2025-05-15 22:00:00", "#Fields: time cs-uri-stem")
    events, _ = read(*header, "23:59:58 /a", "00:00:02 /b", "00:00:01 /c", "23:00:00 /d", "00:30:00 /e", *header, "22:00:01 /f")
    days = [event.time.day for event in events]
    assert days == [15, 16, 16, 16, 17, 15]


def test_lines_written_a_little_late_at_midnight_do_not_add_a_day_each(read: Read) -> None:
    header = ("#Date: 2025-05-15 22:00:00", "#Fields: time cs-uri-stem")
    late = ("23:59:58", "00:00:01", "23:59:59", "00:00:02", "23:59:59", "00:00:03", "12:00:00")
    events, _ = read(*header, *(f"{time} /a" for time in late))
    assert [event.time.day for event in events] == [15, 16, 15, 16, 15, 16, 16]


def test_haproxy(read: Read) -> None:
    (event,), tally = read(f"Feb  6 12:14:14 localhost {HAPROXY}", zone="Europe/Paris")
    assert event.time == datetime(2009, 2, 6, 11, 14, 14, 655_000, tzinfo=UTC)
    assert event.fields["c-uri"] == ("/index.html?a=%27", "/index.html?a='")
    assert (event.fields["sc-status"], event.fields["c-ip"], event.fields["backend"]) == ((200,), ("10.0.1.2",), ("static",))
    assert "cs-user-agent" not in (event.kind.fields or ())
    assert tally.coverage().notes == ()


def test_haproxy_with_a_blank_at_the_end(read: Read) -> None:
    (event,), _ = read(f"Feb  6 12:14:14 h {HAPROXY}  ")
    assert event.fields["c-uri"][0] == "/index.html?a=%27"


def test_haproxy_of_a_torn_request(read: Read) -> None:
    line = HAPROXY.replace("200 2750", "-1 0").replace(" 10/0/30/69/109", " 10/-1/-1/-1/+50000")
    (event,), _ = read(f"Feb  6 12:14:14 localhost {line}")
    assert event.fields["sc-status"] == (-1,)


def test_haproxy_without_a_syslog_head(read: Read) -> None:
    (event,), tally = read(HAPROXY.split(": ", 1)[1])
    assert (event.fields["c-ip"], tally.shape) == (("10.0.1.2",), "HAProxy HTTP log")


# Configuration manual, section 8.2.4: errors of the connection, its name, version and cipher stand before the request.
@pytest.mark.parametrize("said", ["0/0000000000000000/0/0/0 1wt.eu/TLSv1.3/TLS_AES_256_GCM_SHA384", "0/0/0/0 TLSv1.2/ECDHE-RSA"])
def test_haproxy_over_tls(read: Read, said: str) -> None:
    (event,), _ = read(f"Feb  6 12:14:14 localhost {HAPROXY.replace('{} ', '{} ' + said + ' ')}")
    assert (event.fields["sc-status"], event.fields["c-uri"][0]) == ((200,), "/index.html?a=%27")


def test_haproxy_of_connections(read: Read) -> None:
    """Section 8.2.2."""
    line = "haproxy[14387]: 10.0.1.2:33313 [06/Feb/2009:12:12:51.443] fnt bck/srv1 0/0/5007 212 -- 0/0/0/0/3 0/0"
    (event,), tally = read(f"Feb  6 12:12:56 localhost {line}")
    assert (event.fields["src_ip"], event.fields["backend"], event.host) == (("10.0.1.2",), ("bck",), "localhost")
    assert event.time == datetime(2009, 2, 6, 12, 12, 51, 443_000, tzinfo=UTC)
    assert tally.coverage().notes == ()


def test_other_messages_of_haproxy_are_syslog(read: Read) -> None:
    (event,), _ = read("Feb  6 12:14:14 localhost haproxy[14389]: Proxy http-in started.")
    assert event.kind.family == "linux"


def test_squid(read: Read) -> None:
    (event,), _ = read(SQUID)
    assert event.time == datetime(2010, 10, 8, 11, 11, 49, 419_000, tzinfo=UTC)
    got = {
        name: event.fields[name][0]
        for name in ("c-ip", "cs-method", "cs-host", "c-uri-extension", "dst_ip", "cs-username", "action")
    }
    assert got == {
        "c-ip": "192.168.0.68",
        "cs-method": "GET",
        "cs-host": "example.com",
        "c-uri-extension": "exe",
        "dst_ip": "203.0.113.46",
        "cs-username": "bob",
        "action": "TCP_MISS",
    }
    assert "http://example.com/a/b.exe?c=d e" in event.fields["c-uri"]
    assert "c-useragent" not in (event.kind.fields or ())


def test_squid_tunnel(read: Read) -> None:
    (event,), _ = read("1286536309.419 180 192.168.0.68 TCP_TUNNEL/200 411 CONNECT evil.example:443 - HIER_DIRECT/203.0.113.46 -")
    assert event.fields["cs-host"] == ("evil.example",)


@pytest.mark.parametrize(
    ("front", "host"), [("www.example.com:443 ", "www.example.com"), ("www.example.com ", "www.example.com"), ("", None)]
)
def test_the_asked_host_in_front(read: Read, front: str, host: str | None) -> None:
    (event,), _ = read(f'{front}203.0.113.7 - eve [15/May/2025:03:12:44 +0100] "GET /a HTTP/1.1" 200 12 "-" "curl/8"')
    assert event.fields["c-ip"] == ("203.0.113.7",)
    assert event.fields.get("cs-host", (None,)) == (host,)
    assert event.fields["cs-username"] == ("eve",)
