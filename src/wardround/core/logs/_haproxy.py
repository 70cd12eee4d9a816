"""HAProxy's HTTP, HTTPS and TCP logs (configuration manual, sections 8.2.3, 8.2.4 and 8.2.2), as a syslog message or bare."""

import re
from datetime import datetime
from functools import cache

from wardround.core.logs._access import decodings, request_parts
from wardround.core.logs._clock import Clock
from wardround.core.logs._model import Event, Kind, LineReader, Scalar
from wardround.core.logs._tables import table
from wardround.core.logs._times import as_time

START = r"(\S+):(\d{1,5}) \[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?\] (\S+) ([^/\s]+)/(\S+) "
# Of TLS: the connection's errors, the name that was asked for, version and cipher.
SECURED = r"(?: \d+(?:/[0-9A-Fa-fx]+){2,4} (?:[^/\s]{1,300}/)?[^/\s]{1,40}/[^/\s]{1,100})?"
LINE = re.compile(
    rf"{START}(?:-?\+?\d+/){{4}}-?\+?\d+ (-?\d{{3}}|-1) \+?(\d{{1,18}}) (\S+) (\S+) (\S{{4}}) \S+ \S+"
    rf"(?: \{{([^}}]*)\}})?(?: \{{([^}}]*)\}})?{SECURED} \"(.*)\"?\s*\Z",
    re.ASCII | re.DOTALL,
)
CONNECTION = re.compile(rf"{START}(?:-?\+?\d+/){{2}}-?\+?\d+ \+?(\d{{1,18}}) (\S{{2}}) \S+ \S+(.*)\Z", re.ASCII | re.DOTALL)
OF_CONNECTION = ("src_ip", "src_port", "frontend", "backend", "server", "size", "action", "message")
PARTS = ("client", "method", "target", "path", "query", "extension", "protocol", "status", "size")


@cache
def kind() -> Kind:
    """The one kind of such lines: no user agent and no referrer, unless the site captures them, and then without their names."""
    names = table("fields")["access"]
    fields = {name for part in PARTS for name in names[part]} | {"src_port", "frontend", "backend", "server", "captured"}
    return Kind("HAProxy HTTP log", "web", "haproxy", fields=frozenset(fields))


@cache
def connection_kind() -> Kind:
    """The one kind of lines of the TCP log: who was connected to what, and nothing of what was asked."""
    return Kind("HAProxy TCP log", "linux", "haproxy", fields=frozenset(OF_CONNECTION))


class HaproxyReader(LineReader):
    """Reads such lines without a syslog head."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def read(self, number: int, line: str) -> tuple[Event, ...] | None:
        """The event of a line; None when it is not of these logs."""
        event = haproxy_event(number, line, line, self._clock)
        return None if event is None else (event,)


def haproxy_event(number: int, line: str, message: str, clock: Clock, *, host: str = "") -> Event | None:
    """A message of the HTTP or the TCP log as an event; None when it is another message of the proxy."""
    found = LINE.match(message)
    if not found:
        return _connection(number, line, message, clock, host)
    client, port, when, fraction, frontend, backend, server, status, size, *_, asked, answered, request = found.groups()
    request = request.rstrip().removesuffix('"')
    parts: dict[str, tuple[Scalar, ...]] = {"client": (client,), "status": (int(status),), "size": (int(size),)}
    parts |= request_parts(request)
    names = table("fields")["access"]
    fields = {name: values for part, values in parts.items() for name in names[part]}
    fields |= {"src_port": (int(port),), "frontend": (frontend,), "backend": (backend,), "server": (server,)}
    if captured := tuple(value for group in (asked, answered) if group for value in group.split("|")):
        fields["captured"] = captured
    text = "\n".join([line, *(d for d in decodings(request)[1:] if d)])
    return Event(
        number,
        time=_time(when, fraction, clock),
        kind=kind(),
        fields=fields,
        text=text,
        excerpt=line,
        host=host,
    )


def _connection(number: int, line: str, message: str, clock: Clock, host: str) -> Event | None:
    found = CONNECTION.match(message)
    if not found:
        return None
    client, port, when, fraction, frontend, backend, server, size, ended, _ = found.groups()
    values = (client, int(port), frontend, backend, server, int(size), ended, message)
    fields: dict[str, tuple[Scalar, ...]] = {name: (value,) for name, value in zip(OF_CONNECTION, values, strict=True)}
    of = connection_kind()
    return Event(number, time=_time(when, fraction, clock), kind=of, fields=fields, text=line, excerpt=line, host=host)


def _time(when: str, fraction: str | None, clock: Clock) -> datetime | None:
    time = as_time(when)
    if time and fraction:
        time = time.replace(microsecond=int(fraction.ljust(6, "0")))
    return clock.local(time) if time else None
