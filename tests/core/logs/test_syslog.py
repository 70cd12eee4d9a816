"""Syslog: RFC 3164 and its variations, RFC 5424, and what programs write into it."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import BufferedReader, BytesIO
from typing import Any

import pytest

from wardround.core.logs import Reading, Source

Read = Callable[..., Any]
FAILED = "Failed password for invalid user bob from 203.0.113.5 port 4711 ssh2"


@pytest.mark.parametrize(
    ("line", "shape", "time"),
    [
        # RFC 3164, section 5.4, example 1
        (
            "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
            "syslog (RFC 3164)",
            datetime(2024, 10, 11, 22, 14, 15, tzinfo=UTC),
        ),
        # RFC 5424, section 6.5, examples 1, 2 and 4
        (
            "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \ufeff'su root' failed for lonvick on /dev/pts/8",
            "syslog (RFC 5424)",
            datetime(2003, 10, 11, 22, 14, 15, 3000, tzinfo=UTC),
        ),
        (
            "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make the do-nuts.",
            "syslog (RFC 5424)",
            datetime(2003, 8, 24, 12, 14, 15, 3, tzinfo=UTC),
        ),
        (
            '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut="3" eventID="1011"]'
            '[examplePriority@32473 class="high"]',
            "syslog (RFC 5424)",
            datetime(2003, 10, 11, 22, 14, 15, 3000, tzinfo=UTC),
        ),
        (
            f"2025-05-15T03:12:44.123456+01:00 web1 sshd[12]: {FAILED}",
            "syslog (ISO 8601 times)",
            datetime(2025, 5, 15, 2, 12, 44, 123456, tzinfo=UTC),
        ),
    ],
)
def test_the_head_of_a_line(read: Read, line: str, shape: str, time: datetime) -> None:
    (event,), tally = read(line)
    assert (event.kind.shape, event.kind.family, event.time) == (shape, "linux", time)
    assert tally.unparsed == 0


@pytest.mark.parametrize(
    ("line", "service"),
    [
        (f"May 15 03:12:44 web1 sshd[12]: {FAILED}", "sshd"),
        ("May 15 03:12:44 web1 sudo:   eve : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/id", "sudo"),
        ("May  5 03:12:44 web1 CRON[7]: (root) CMD (true)", "cron"),
        ("May 15 03:12:44 web1 polkitd(authority=local): Registered", "syslog"),
        ("May 15 03:12:44 web1 pkexec[9]: eve: The value for environment variable XAUTHORITY", "auth"),
        ("<86>May 15 03:12:44 web1 unknownd: said", "auth"),
        ("May 15 03:12:44 web1 vsftpd[3]: Bad HTTP verb.", "vsftpd"),
        ("May 15 03:12:44 web1 clamd[3]: x.exe: Trojan.A FOUND", "clamav"),
        ("May 15 03:12:44 web1 -- MARK --", "syslog"),
    ],
)
def test_the_service_is_that_of_the_program_or_its_facility(read: Read, line: str, service: str) -> None:
    (event,), _ = read(line)
    assert (event.kind.channel, event.host) == (service, "web1")
    assert set(event.fields) <= set(event.kind.fields or ())


def test_fields_that_rules_look_at(read: Read) -> None:
    (ssh, sudo), _ = read(
        f"May 15 03:12:44 web1 sshd[12]: {FAILED}",
        "May 15 03:12:45 web1 sudo:   eve : TTY=pts/0 ; PWD=/srv/eve ; USER=#-1 ; COMMAND=/bin/sh -c id",
    )
    assert (ssh.fields["user"], ssh.fields["src_ip"], ssh.fields["src_port"]) == (("bob",), ("203.0.113.5",), ("4711",))
    assert (sudo.fields["user"], sudo.fields["USER"], sudo.fields["COMMAND"]) == (("eve",), ("#-1",), ("/bin/sh -c id",))


def test_structured_data_are_fields(read: Read) -> None:
    (event,), _ = read('<165>1 2003-10-11T22:14:15.003Z h p - ID47 [a@32473 quoted="say \\"x\\] \\\\"] done')
    assert event.fields["quoted"] == ('say "x] \\',)
    assert event.fields["msgid"] == ("ID47",)
    assert event.fields["message"] == ("done",)


@pytest.mark.parametrize(
    ("month", "written", "year"),
    [
        ("Dec 30", datetime(2025, 1, 3, tzinfo=UTC), 2024),
        ("Jan  2", datetime(2025, 1, 3, tzinfo=UTC), 2025),
        ("Jan  3", datetime(2025, 1, 2, 23, tzinfo=UTC), 2025),  # a zone may put the last lines a little after the file's time
        ("Feb 29", datetime(2025, 6, 1, tzinfo=UTC), 2024),
    ],
)
def test_a_year_that_is_not_written_is_the_latest_before_the_file_was(read: Read, month: str, written: datetime, year: int) -> None:
    (event,), tally = read(f"{month} 03:12:44 h sshd[1]: x", written=written)
    assert event.time.year == year
    assert "have no year: read as the latest not after" in tally.coverage().notes[0]


def test_without_a_date_of_the_file_no_year_is_made_up(read: Read) -> None:
    (event,), tally = read("May 15 03:12:44 h sshd[1]: x", written=None)
    assert event.time is None
    assert tally.coverage().notes == ("1 times have no year and the file no date: not placed in time",)
    assert (tally.not_placed, tally.coverage().first) == (1, None)


def test_a_log_of_several_years_says_that_its_years_are_not_certain(read: Read) -> None:
    lines = [f"{month} 15 03:12:44 h sshd[1]: x" for month in ("Dec", "Jan", "Dec", "Jan")]
    _, tally = read(*lines)
    assert any("the year turns 2 times" in note for note in tally.coverage().notes)


def test_a_firewall_in_the_kernel(read: Read) -> None:
    (event,), _ = read(
        "May 15 03:12:46 fw kernel: [1.2] [UFW BLOCK] IN=eth0 OUT= SRC=203.0.113.1 DST=192.0.2.1 LEN=60 PROTO=TCP SPT=4711 DPT=22"
    )
    assert event.kind.family == "firewall"
    assert [event.fields[name] for name in ("src_ip", "dst_port", "action", "blocked")] == [
        ("203.0.113.1",),
        ("22",),
        ("blocked",),
        (True,),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "*Mar  1 18:46:11.123 UTC: %SYS-5-CONFIG_I: Configured from console by vty2",
        "<189>45: r1: May 15 2025 03:12:44.1: %SYS-5-CONFIG_I: Configured",
        "May 15 03:12:44 r1 45: May 15 03:12:44.001: %SEC_LOGIN-5-WEBLOGIN_SUCCESS: Login",
    ],
)
def test_a_network_device(read: Read, line: str) -> None:
    (event,), _ = read(line)
    assert event.kind.family == "cisco"


@pytest.mark.parametrize(
    "line", ["2025-05-15T03:12:44Z ERROR it broke", "May 32 x", "<999>", "<34>1 yesterday h p - - - m", "Mayday"]
)
def test_what_only_looks_like_it_is_not_read(read: Read, line: str) -> None:
    events, tally = read(line)
    assert (events, tally.unparsed) == ([], 1)


def test_sysmon_for_linux(read: Read) -> None:
    event_xml = (
        '<Event><System><Provider Name="Linux-Sysmon"/><EventID>1</EventID>'
        '<TimeCreated SystemTime="2021-11-18T18:13:55.1Z"/><Computer>ubuntu</Computer></System>'
        '<EventData><Data Name="Image">/usr/bin/curl</Data><Data Name="CommandLine">curl a &amp;&amp; b</Data></EventData></Event>'
    )
    (event,), _ = read(f"Nov 18 18:13:55 ubuntu sysmon: {event_xml}")
    assert (event.kind.family, event.kind.channel, event.kind.event_id) == ("linux", "sysmon", 1)
    assert event.fields["CommandLine"] == ("curl a && b",)
    assert event.time == datetime(2021, 11, 18, 18, 13, 55, 100_000, tzinfo=UTC)


def test_entities_of_an_event_of_its_own_are_not_resolved(read: Read) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY x "xxxxxxxx">]><Event><System><EventID>&x;</EventID></System><EventData/></Event>'
    (event,), tally = read(f"Nov 18 18:13:55 ubuntu sysmon: {bomb}", bomb)
    assert event.kind.channel == "syslog"
    assert tally.unparsed == 1


def test_the_journal_as_json(read: Read) -> None:
    (text, numbers), tally = read(
        '{"__REALTIME_TIMESTAMP":"1747275164000000","_HOSTNAME":"h","SYSLOG_IDENTIFIER":"sshd","MESSAGE":"hello","SYSLOG_FACILITY":"10"}',
        '{"__REALTIME_TIMESTAMP":"1747275165000000","_HOSTNAME":"h","_COMM":"x","MESSAGE":[104,105,255],"PRIORITY":"3"}',
    )
    assert (text.kind.channel, text.host, text.time) == ("sshd", "h", datetime(2025, 5, 15, 2, 12, 44, tzinfo=UTC))
    assert text.fields["facility"] == ("authpriv",)
    assert (numbers.fields["message"], numbers.fields["severity"]) == (("hi\ufffd",), ("err",))
    assert tally.shape == "systemd journal (JSON)"


@pytest.mark.parametrize(
    ("hosts", "said", "note"),
    [
        (("web1", "web2"), "", "its events name 2 hosts: the hours of each are counted by themselves"),
        (("web1", "web1"), "", None),
        (("web1", "web1"), "WEB1.hospital.example", None),
        (("web1", "web1"), "mdm", "its events name web1, and not mdm"),
        (("web2", "web1"), "mdm", "its events name web1 and 1 more, and not mdm"),
        (("web1", "mdm"), "mdm", "its events name 2 hosts: only the hours of mdm's own lines count, not those of 1 other"),
    ],
)
def test_whose_lines_they_are_is_said(hosts: tuple[str, ...], said: str, note: str | None) -> None:
    """A host that stops sending leaves no gap in a log where others go on; and a log may be another host's."""
    text = "".join(f"2025-05-15T02:12:44Z {host} sshd[1]: {FAILED}\n" for host in hosts)
    reading = Reading(Source("log", BufferedReader(BytesIO(text.encode())), host=said))
    assert len(list(reading)) == len(hosts)
    assert reading.tally.coverage().notes == ((note,) if note else ())
