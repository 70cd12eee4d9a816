"""Syslog lines by the program that wrote them: Linux services, firewalls, network devices, and other formats inside a message."""

import re
from collections.abc import Callable
from functools import cache, lru_cache

from wardround.core.logs._access import access_event
from wardround.core.logs._audit import AuditReader
from wardround.core.logs._cef import cef_event
from wardround.core.logs._clock import Clock
from wardround.core.logs._event_xml import xml_event
from wardround.core.logs._haproxy import haproxy_event
from wardround.core.logs._model import Event, Kind, LineReader, Scalar
from wardround.core.logs._netscaler import netscaler_event
from wardround.core.logs._syslog_prefix import Prefix, prefix
from wardround.core.logs._tables import table

FIELDS = frozenset({"hostname", "program", "pid", "facility", "severity", "message", "msgid", "src_ip", "src_port", "user"})
SUDO = re.compile(r"\s*(\S+) : (?:.*? ; )?(TTY=.*)", re.DOTALL)
SUDO_FIELD = re.compile(r"([A-Z_]+)=(.*?)(?= ; [A-Z_]+=|\Z)", re.DOTALL)
FROM = re.compile(r"(?:for (?:invalid user |illegal user )?(\S*) )?from ([0-9A-Fa-f.:]{3,45})(?: port (\d{1,5}))?\b")
NETFILTER = re.compile(r"\b(IN|OUT|SRC|DST|PROTO|SPT|DPT|LEN|TTL|MAC)=(\S*)")
NETFILTER_NAMES = {"SRC": "src_ip", "DST": "dst_ip", "SPT": "src_port", "DPT": "dst_port", "PROTO": "protocol"}
NETFILTER_FIELDS = frozenset({"IN", "OUT", "LEN", "TTL", "MAC", "action", "blocked", *NETFILTER_NAMES, *NETFILTER_NAMES.values()})
REFUSED = re.compile(r"\b(?:block|drop|reject|deny|denied)", re.IGNORECASE)
CISCO = re.compile(r"[^%]{0,100}%([A-Z0-9_]+)-(?:[A-Z0-9_]+-)?([0-7])-([A-Z0-9_]+):")
FORTIGATE = re.compile(r"(?:<\d{1,3}>)?((?:date|logver|timestamp)=\S+ (?=.*\b(?:devname|devid|logid)=).*)\Z", re.DOTALL)
PAIR = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|\S*)')


@lru_cache(maxsize=4096)
def service_of(program: str, facility: str) -> str:
    """The service of a program (tables/fields.toml), else by its facility, else plain `syslog`."""
    name = program.rsplit("/", 1)[-1].strip("()").lower()
    known = table("fields")["syslog"]["programs"]
    if name in known:
        return str(known[name])
    return {"auth": "auth", "authpriv": "auth", "cron": "cron"}.get(facility, "syslog")


@cache
def kind(shape: str, service: str) -> Kind:
    """The kind of the lines of one service, with every field that its lines can have."""
    extra = {"USER", "TTY", "PWD", "COMMAND", "GROUP", "ENV"} if service == "sudo" else set()
    return Kind(shape, "linux", service, fields=FIELDS | extra)


class SyslogReader(LineReader):
    """Reads lines with a syslog head. What a message holds in a format of its own is read as that format."""

    def __init__(self, clock: Clock, audit: AuditReader) -> None:
        self._clock, self._audit = clock, audit
        self.objects: Callable[[int, str], Event | None] = lambda number, message: None

    def read(self, number: int, line: str) -> tuple[Event, ...] | None:
        """The event of a line; None when it has no syslog head."""
        if "-PPE-" in line and (event := netscaler_event(number, line, self._clock)):
            return (event,)
        head = prefix(line, self._clock)
        if head is not None:
            return self.message(number, line, head)
        if found := FORTIGATE.match(line):
            return (_fortigate(number, line, found[1], self._clock, host=""),)
        return None

    def message(self, number: int, line: str, head: Prefix) -> tuple[Event, ...]:
        """The event of a message whose head is known already."""
        message = head.message
        event: Event | None = None
        if "CEF:" in line or "LEEF:" in line:
            event = cef_event(number, line, self._clock, time=head.time, host=head.host)
        elif "<Event" in message:
            event = xml_event(number, message[message.index("<Event") :], host=head.host)
        elif head.program == "haproxy":
            event = haproxy_event(number, line, message, self._clock, host=head.host)
        elif "msg=audit(" in message:
            got = self._audit.read(number, message[max(message.find("type="), 0) :], host=head.host)
            return (_service(number, line, head),) if got is None else got
        elif "SRC=" in message and "DST=" in message:
            event = _netfilter(number, line, head)
        elif "%" in message and CISCO.match(message):
            event = _plain(number, line, head, Kind("Cisco device log", "cisco", fields=FIELDS))
        elif "devname=" in message or "logid=" in message:
            event = _fortigate(number, line, message, self._clock, host=head.host)
            event.time = event.time or head.time()
        elif message.startswith(("{", "@cee:")) and "{" in message:
            if (event := self.objects(number, message)) is not None and event.time is None:
                event.time = head.time()
        elif '] "' in message:
            event = access_event(number, message)
        if event is None:
            return (_service(number, line, head),)
        event.host = event.host or head.host
        return (event,)


def _fields(head: Prefix) -> dict[str, tuple[Scalar, ...]]:
    named = zip(("hostname", "program", "pid", "facility", "severity", "message"), (*head[1:6], head.message), strict=True)
    return {**head.data, **{name: (value,) for name, value in named if value}}


def _plain(number: int, line: str, head: Prefix, of: Kind) -> Event:
    return Event(number, time=head.time(), kind=of, fields=_fields(head), text=line, excerpt=line, host=head.host)


def _service(number: int, line: str, head: Prefix) -> Event:
    service = service_of(head.program, head.facility)
    event = _plain(number, line, head, kind(head.shape, service) if not head.data else Kind(head.shape, "linux", service))
    fields: dict[str, tuple[Scalar, ...]] = event.fields  # type: ignore[assignment]
    if service == "sudo" and (found := SUDO.match(head.message)):
        fields["user"] = (found[1],)
        for name, value in SUDO_FIELD.findall(found[2]):
            if name in ("USER", "TTY", "PWD", "COMMAND", "GROUP", "ENV"):
                fields[name] = (value.strip(),)
    elif " from " in head.message and (found := FROM.search(head.message)):
        fields |= {name: (value,) for name, value in zip(("user", "src_ip", "src_port"), found.groups(), strict=True) if value}
    return event


def _netfilter(number: int, line: str, head: Prefix) -> Event:
    fields: dict[str, tuple[Scalar, ...]] = {}
    for name, value in NETFILTER.findall(head.message):
        fields[name] = (value,)
        if name in NETFILTER_NAMES:
            fields[NETFILTER_NAMES[name]] = (value,)
    refused = bool(REFUSED.search(head.message))
    fields |= {"action": ("blocked" if refused else "logged",), "blocked": (refused,)}
    of = Kind("netfilter firewall log", "firewall", "linux", fields=NETFILTER_FIELDS)
    return Event(number, time=head.time(), kind=of, fields=fields, text=line, excerpt=line, host=head.host)


def _fortigate(number: int, line: str, message: str, clock: Clock, *, host: str) -> Event:
    """Its time is its own: `date`, `time` and, in newer releases, `tz`; a head before it has no year."""
    fields: dict[str, tuple[Scalar, ...]] = {name: (value.strip('"'),) for name, value in PAIR.findall(message)}
    date, time, zone, name = (str(fields.get(part, ("",))[0]) for part in ("date", "time", "tz", "devname"))
    for theirs, ours in table("fields")["fortigate"].items():
        if theirs in fields:
            fields.setdefault(ours, fields[theirs])
    of = Kind("Fortinet FortiGate log", "firewall", "fortinet")
    when = clock.read(f"{date} {time}{zone}") if date and time else None
    return Event(number, time=when, kind=of, fields=fields, text=line, excerpt=line, host=host or name)
