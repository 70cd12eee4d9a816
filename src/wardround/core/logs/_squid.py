"""Squid's native access log (squid.conf, `logformat squid`)."""

import re
from functools import cache

from wardround.core.logs._access import decodings, request_parts
from wardround.core.logs._model import Event, Kind, LineReader, Scalar
from wardround.core.logs._tables import table
from wardround.core.logs._times import as_time

LINE = re.compile(
    r"(\d{9,11}\.\d{3}) +(-?\d{1,18}) (\S+) ([A-Z_]+(?:\s\S+)?)/(\d{3}) (\d{1,18}) (\S+) (.*?) (\S+) ([A-Z_0-9]+)/(\S+) (\S+)\s*\Z",
    re.ASCII | re.DOTALL,
)
HOST = re.compile(r"(?:[a-z][a-z0-9+.-]*://)?(?:[^/@\s]*@)?(\[[0-9a-f:.]+\]|[^/:?#\s]+)", re.IGNORECASE)
ADDRESS = re.compile(r"[0-9.]{7,15}\Z|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\Z")
PARTS = ("client", "user", "method", "target", "path", "query", "extension", "status", "size")


@cache
def kind() -> Kind:
    """The one kind of such lines: no user agent, no referrer, no cookie."""
    names = table("fields")["access"]
    fields = {name for part in PARTS for name in names[part]}
    return Kind(
        "Squid native proxy log",
        "proxy",
        "squid",
        fields=frozenset(fields | {"cs-host", "r-dns", "dst_ip", "action", "rs-content-type"}),
    )


def squid_event(number: int, line: str) -> Event | None:
    """One line as an event; None when it is not of this format."""
    if not line[:1].isdecimal() or not (found := LINE.match(line)):
        return None
    when, _, client, result, status, size, method, url, user, _, peer, content = found.groups()
    parts: dict[str, tuple[Scalar, ...]] = request_parts(f"{method} {url}" if method.isalpha() else url)
    parts |= {"client": (client,), "status": (int(status),), "size": (int(size),), "user": ("-", "") if user == "-" else (user,)}
    names = table("fields")["access"]
    fields = {name: values for part, values in parts.items() for name in names[part]}
    host = HOST.match(url)
    fields |= {"action": (result,), "rs-content-type": ("-", "") if content == "-" else (content,)}
    if host:
        fields["cs-host"] = fields["r-dns"] = (host[1].strip("[]").lower(),)
    if ADDRESS.match(peer):
        fields["dst_ip"] = (peer,)
    text = "\n".join([line, *(d for d in decodings(url)[1:] if d)])
    return Event(number, time=as_time(float(when)), kind=kind(), fields=fields, text=text, excerpt=line)


class SquidReader(LineReader):
    """Reads such lines one by one."""

    def read(self, number: int, line: str) -> tuple[Event, ...] | None:
        """The event of a line; None when it is not of this format."""
        event = squid_event(number, line)
        return None if event is None else (event,)
