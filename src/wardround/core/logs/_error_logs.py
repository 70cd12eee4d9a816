"""The error logs of Apache and nginx. They hold what went wrong alone: no rule for access logs is answered by them.

Shapes: Apache HTTP Server, ErrorLogFormat (2.4, and the fixed one before it); nginx, the core module's `error_log`. Both write
local time without a zone.
"""

import re

from wardround.core.logs._access import PORT, request_parts
from wardround.core.logs._clock import Clock
from wardround.core.logs._model import Event, Kind, LineReader, Scalar
from wardround.core.logs._tables import table

APACHE = re.compile(
    r"\[([A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,6})? \d{4})\] "
    r"\[(?:([\w-]*):)?(emerg|alert|crit|error|warn|notice|info|debug|trace[1-8])\] "
    r"(?:\[pid (\d+)(?::tid (\d+))?\] )?(?:\[client (\[[^\s\]]+\]:\d+|[^\s\]]+)\] )?(.*)\Z",
    re.ASCII | re.DOTALL,
)
NGINX = re.compile(
    r"(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d) \[(emerg|alert|crit|error|warn|notice|info|debug)\] (\d+)#(\d+): (?:\*\d+ )?(.*)\Z",
    re.ASCII | re.DOTALL,
)
ABOUT = re.compile(r', (client|server|host|upstream|referrer|request): ("(?:[^"\\]|\\.)*"|[^,"]*)', re.ASCII)
REFERER = re.compile(r", referer: (\S+)\Z", re.ASCII)
LONGEST = 65_536
NAMES = {
    "level",
    "pid",
    "tid",
    "message",
    "module",
    "c-ip",
    "src_ip",
    "client",
    "server",
    "cs-host",
    "cs-referer",
    "cs-referrer",
    "upstream",
}
REQUEST = {
    "cs-method",
    "c-uri",
    "cs-uri",
    "cs-uri-stem",
    "c-uri-stem",
    "cs-uri-query",
    "c-uri-query",
    "c-uri-extension",
    "cs-version",
}
KINDS = {
    name: Kind(f"{name} error log", "weberror", name.lower(), fields=frozenset(NAMES if name == "Apache" else NAMES | REQUEST))
    for name in ("Apache", "nginx")
}


class ErrorLogReader(LineReader):
    """Reads such lines one by one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def read(self, number: int, line: str) -> tuple[Event, ...] | None:
        """The event of a line; None when it is of neither log."""
        if len(line) > LONGEST or not (line.startswith("[") or line[:1].isdecimal()):
            return None
        if found := APACHE.match(line):
            return self._apache(number, line, found)
        if found := NGINX.match(line):
            return self._nginx(number, line, found)
        return None

    def _apache(self, number: int, line: str, found: re.Match[str]) -> tuple[Event, ...]:
        stamp, module, level, pid, tid, client, message = found.groups()
        referer = REFERER.search(message)
        parts = {"module": module, "level": level, "pid": pid, "tid": tid, "message": message, "cs-referer": referer and referer[1]}
        return (self._event(number, line, "Apache", stamp, _plain(parts) | _client(client)),)

    def _nginx(self, number: int, line: str, found: re.Match[str]) -> tuple[Event, ...]:
        stamp, level, pid, tid, message = found.groups()
        about = {name: value.strip('"') for name, value in ABOUT.findall(message)}
        parts = {"level": level, "pid": pid, "tid": tid, "message": message}
        parts |= {"server": about.get("server"), "upstream": about.get("upstream"), "cs-host": about.get("host")}
        fields = _plain(parts | {"cs-referer": about.get("referrer")}) | _client(about.get("client"))
        if request := about.get("request"):
            names = table("fields")["access"]
            fields |= {name: values for part, values in request_parts(request).items() for name in names[part]}
        return (self._event(number, line, "nginx", stamp, fields),)

    def _event(self, number: int, line: str, name: str, stamp: str, fields: dict[str, tuple[Scalar, ...]]) -> Event:
        if "cs-referer" in fields:
            fields["cs-referrer"] = fields["cs-referer"]
        decoded = [str(value) for values in fields.values() for value in values if str(value) not in line]
        text = "\n".join([line, *decoded])
        return Event(
            number, time=self._clock.read(" ".join(stamp.split())), kind=KINDS[name], fields=fields, text=text, excerpt=line
        )


def _plain(parts: dict[str, str | None]) -> dict[str, tuple[Scalar, ...]]:
    return {name: (value,) for name, value in parts.items() if value}


def _client(text: str | None) -> dict[str, tuple[Scalar, ...]]:
    """Apache writes the port behind the address, nginx does not; behind a whole address of version 6 it is the ninth part."""
    if not text:
        return {}
    ported = PORT.match(text)
    address = (ported[1] or ported[2]) if ported else text
    if not ported and text.count(":") == 8:
        address = text.rpartition(":")[0]
    return dict.fromkeys(("client", "c-ip", "src_ip"), (address,))
