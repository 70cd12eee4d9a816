"""The Linux audit log: records of one event joined by its serial number, encoded fields decoded, system calls by name.

The format is that of the audit documentation project (`type=... msg=audit(time:serial): name=value ...`); the events that start a
program or create a file also carry the names that rules for those use.
"""

import re
from datetime import datetime
from functools import cache
from typing import NamedTuple

from wardround.core.logs._clock import Clock
from wardround.core.logs._model import Event, Kind, LineReader, Scalar
from wardround.core.logs._tables import table
from wardround.core.logs._times import as_time

RECORD = re.compile(
    r"(?:node=(\S+) )?type=([\w\[\]]+) msg=audit\((\d{9,11}(?:\.\d{1,6})?):(\d{1,20})\): ?(.*)\Z", re.ASCII | re.DOTALL
)
# As `ausearch -i` writes it: the time as the locale has it, values in words and without quotes.
INTERPRETED = re.compile(
    r"(?:node=(\S+) )?type=([\w\[\]]+) msg=audit\((\d\d/\d\d/(?:\d{4}|\d\d) \d\d:\d\d:\d\d(?:\.\d{1,6})?):(\d{1,20})\) ?: ?(.*)\Z",
    re.ASCII | re.DOTALL,
)
ENRICHED = "ARCH|SYSCALL|(?:OLD-)?(?:[AEFOS]|FS|OA)?[UG]ID|OAUID|ID|SADDR"
NAME = rf"[a-z][\w-]*(?:\[\d+\])?|{ENRICHED}"  # and no other in capitals: `HISTFILE=` stands in a value
WORDS = re.compile(rf"(?:\A| )({NAME})=(.*?)(?= (?:{NAME})=|\Z)", re.ASCII | re.DOTALL)
COMMAND = re.compile(r"(?<= )cmd=(.*?)(?: (?=(?:exe|hostname|addr|terminal|res)=)|\Z)", re.ASCII | re.DOTALL)
NUMBERED = re.compile(r"(?:\A| )a(\d{1,6})(?:\[(\d{1,6})\]|(_len))?=", re.ASCII)
COUNT = re.compile(r"argc=(\d{1,6})(?= )", re.ASCII)
BETWEEN = re.compile(r"----\Z|time->[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}\Z", re.ASCII)
LONGEST_WORDS = 65_536
PAIR = re.compile(r"""([A-Za-z][\w-]*(?:\[\d+\])?)=("[^"]*"|'[^']*'|\([^)]*\)|[^\s\x1d]*)""", re.ASCII)
ARGUMENT = re.compile(r"a(\d{1,6})(?:\[(\d{1,6})\])?\Z", re.ASCII)
HEX = re.compile(r"(?:[0-9A-F]{2})+\Z", re.ASCII)
MOST_OPEN = 16
MOST_RECORDS = 256
SHAPE = "Linux audit log"
MEANING = {"audit": SHAPE, "process": "Linux audit log (program started)", "file": "Linux audit log (file created)"}


@cache
def kind(about: str) -> Kind:
    """The kind of an audit event: of any sort, one that starts a program, or one that creates a file."""
    return Kind(MEANING[about], "linux", "auditd" if about == "audit" else f"auditd/{about}")


class Record(NamedTuple):
    """One line."""

    type: str
    pairs: list[tuple[str, str]]


class Open:
    """An event whose records are still coming."""

    __slots__ = ("host", "lines", "number", "records", "time")

    def __init__(self, number: int, time: datetime | None, host: str) -> None:
        self.number, self.time, self.host = number, time, host
        self.lines: list[str] = []
        self.records: list[Record] = []


class AuditReader(LineReader):
    """Joins records by node and serial. An event is given when its end is seen, or enough others have begun after it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[tuple[str, str, str], Open] = {}

    def read(self, number: int, line: str, *, host: str = "") -> tuple[Event, ...] | None:
        """The events that are complete with this line; None when it is no audit record."""
        found = RECORD.match(line) or (INTERPRETED.match(line) if len(line) <= LONGEST_WORDS else None)
        if not found:
            return () if BETWEEN.match(line) else None
        node, type_, time, serial, rest = found.groups()
        key = (node or host, time, serial)
        event = self._open.get(key)
        if event is None:
            event = self._open[key] = Open(number, self._time(time), node or host)
        if type_ != "EOE":
            event.lines.append(line)
            event.records.append(Record(type_, _in_words(type_, rest) if "/" in time else PAIR.findall(rest)))
        if type_ == "EOE" or len(event.records) >= MOST_RECORDS:
            del self._open[key]
            return (_event(event),) if event.records else ()
        if len(self._open) > MOST_OPEN:
            first = next(iter(self._open))
            return (_event(self._open.pop(first)),)
        return ()

    def _time(self, text: str) -> datetime | None:
        """Seconds since 1970; or, interpreted, a local time, whose year of two figures is of this century."""
        if "/" not in text:
            return as_time(float(text))
        date, _, hour = text.partition(" ")
        return self._clock.read(f"{date[:6]}20{date[6:]} {hour}" if len(date) == 8 else text)

    def close(self) -> tuple[Event, ...]:
        """The events whose end never came."""
        events = tuple(_event(event) for event in self._open.values() if event.records)
        self._open.clear()
        return events


def _in_words(type_: str, rest: str) -> list[tuple[str, str]]:
    """The pairs of an interpreted record, each value as if it stood in quotes: it may hold spaces, and is not in hexadecimal.

    A value that itself holds something like a name with a value ends there. Commands do not: PROCTITLE is the whole rest, an
    argument of EXECVE goes on to the next number, and sudo's to what stands behind it.
    """
    if type_ == "PROCTITLE" and rest.startswith("proctitle="):
        return [("proctitle", f'"{rest.removeprefix("proctitle=").rstrip()}"')]
    if type_ == "EXECVE":
        return _numbered(rest)
    plain = rest.replace(" msg='", " ").rstrip("' ")
    command = COMMAND.search(plain) if type_ == "USER_CMD" else None
    if command:
        plain = plain[: command.start()] + plain[command.end() :]
    pairs = [(name, value.rstrip()) for name, value in WORDS.findall(plain)] + ([("cmd", command[1])] if command else [])
    return [(name, value if value == "(null)" else f'"{value}"') for name, value in pairs]


def _numbered(rest: str) -> list[tuple[str, str]]:
    """The arguments of a started program: each ends where the next number begins. The first of several records says how many."""
    count, begun = COUNT.match(rest), list[re.Match[str]]()
    for found in NUMBERED.finditer(rest):
        if _follows(found, begun[-1] if begun else None, int(count[1]) if count else None):
            begun.append(found)
    ends = [found.start() for found in begun[1:]] + [len(rest.rstrip())]
    pairs = [(found[0].lstrip()[:-1], f'"{rest[found.end() : end]}"') for found, end in zip(begun, ends, strict=False)]
    return [("argc", count[1]), *pairs] if count else pairs


def _follows(found: re.Match[str], before: re.Match[str] | None, count: int | None) -> bool:
    """Is it the next argument, or the next piece of the one before it?"""
    number = int(found[1])
    if before is None:
        return count is None or number == 0 < count
    if number == int(before[1]):
        return int(found[2] or -1) == (0 if before[3] else int(before[2] or -3) + 1)
    return number == int(before[1]) + 1 and (count is None or number < count)


def _event(of: Open) -> Event:
    got: dict[str, list[Scalar]] = {}
    arguments = _arguments([pair for record in of.records if record.type == "EXECVE" for pair in record.pairs])
    for record in of.records:
        got.setdefault("type", []).append(record.type)
        for name, value in record.pairs:
            if record.type != "EXECVE" or not ARGUMENT.match(name):
                _put(got, name, value)
    for index, argument in enumerate(arguments):
        got.setdefault(f"a{index}", []).append(argument)
    fields: dict[str, tuple[Scalar, ...]] = {name: tuple(dict.fromkeys(values)) for name, values in got.items()}
    if "SYSCALL" not in fields and (name := _syscall(fields)):
        fields["SYSCALL"] = (name,)
    about = _meaning(fields, of.records, arguments)
    lines = "\n".join(of.lines)
    decoded = [str(value) for values in fields.values() for value in values if isinstance(value, str) and value not in lines]
    text = "\n".join([lines, *decoded, " ".join(arguments)])
    return Event(of.number, time=of.time, kind=kind(about), fields=fields, text=text, excerpt=lines[:2_000], host=of.host)


def _put(got: dict[str, list[Scalar]], name: str, value: str) -> None:
    if value[:1] == "'":
        for inner, content in PAIR.findall(value[1:-1]):
            _put(got, inner, content if content[:1] != "'" else "")
        return
    if value[:1] == '"':
        value = value[1:].removesuffix('"')
    elif value == "(null)":
        return
    elif name in _encoded() and HEX.match(value):
        value = _decoded(value)
    got.setdefault(name, []).append(int(value) if value.isdecimal() and len(value) < 19 and not value.startswith("0") else value)
    if value == "0":
        got[name][-1] = 0


@cache
def _encoded() -> frozenset[str]:
    return frozenset(table("fields")["audit"]["encoded"])


def _decoded(value: str) -> str:
    return bytes.fromhex(value).decode("utf-8", "replace").replace("\0", " ").rstrip(" ")


def _arguments(pairs: list[tuple[str, str]]) -> list[str]:
    """The arguments of a started program; long ones come in pieces (`a1[0]`, `a1[1]`), and many in several records."""
    out: dict[int, str] = {}
    for name, value in pairs:
        if found := ARGUMENT.match(name):
            plain = (
                value.removeprefix('"').removesuffix('"') if value[:1] == '"' else _decoded(value) if HEX.match(value) else value
            )
            out[int(found[1])] = out.get(int(found[1]), "") + plain
    return [out[index] for index in sorted(out)]


def _syscall(fields: dict[str, tuple[Scalar, ...]]) -> str:
    arch, number = fields.get("arch", ("",))[0], fields.get("syscall", ("",))[0]
    calls = table("fields")["audit"]["syscalls"].get(str(arch), {})
    return str(calls.get(str(number), number if isinstance(number, str) else ""))


def _meaning(fields: dict[str, tuple[Scalar, ...]], records: list[Record], arguments: list[str]) -> str:
    """What happened, and the names that rules for it use (tables/fields.toml)."""
    names = table("fields")["audit"]
    about = "audit"
    if arguments:
        about = "process"
        fields["CommandLine"] = (" ".join(arguments),)
    elif "CREATE" in fields.get("nametype", ()):
        about = "file"
        created = [dict(r.pairs) for r in records if r.type == "PATH"]
        paths = [r["name"] for r in created if r.get("nametype") == "CREATE" and r.get("name", "(null)") != "(null)"]
        plain = [p.strip('"') if p[:1] == '"' else _decoded(p) if HEX.match(p) else p for p in paths]
        cwd = str(fields.get("cwd", ("",))[0])
        named = tuple(p if p.startswith("/") or not cwd else f"{cwd.rstrip('/')}/{p.removeprefix('./')}" for p in plain)
        fields |= {"TargetFilename": named} if named else {}
    for theirs, ours in names[about].items() if about != "audit" else ():
        for name in ours:
            if theirs in fields:
                fields.setdefault(name, fields[theirs])
    return about
