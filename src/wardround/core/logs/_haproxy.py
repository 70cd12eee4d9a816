"""HAProxy's HTTP log (configuration manual, section 8.2.3), as a syslog message or bare."""

import re
from functools import cache

from wardround.core.logs._access import decodings, request_parts
from wardround.core.logs._clock import Clock
from wardround.core.logs._model import Event, Kind, Scalar
from wardround.core.logs._tables import table
from wardround.core.logs._times import as_time

LINE = re.compile(
    r"(\S+):(\d{1,5}) \[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?\] (\S+) ([^/\s]+)/(\S+) "
    r"(?:-?\+?\d+/){4}-?\+?\d+ (-?\d{3}|-1) \+?(\d{1,18}) (\S+) (\S+) (\S{4}) \S+ \S+(?: \{([^}]*)\})?(?: \{([^}]*)\})? "
    r"\"(.*)\"?\s*\Z",
    re.ASCII | re.DOTALL,
)
PARTS = ("client", "method", "target", "path", "query", "extension", "protocol", "status", "size")


@cache
def kind() -> Kind:
    """The one kind of such lines: no user agent and no referrer, unless the site captures them, and then without their names."""
    names = table("fields")["access"]
    fields = {name for part in PARTS for name in names[part]} | {"src_port", "frontend", "backend", "server", "captured"}
    return Kind("HAProxy HTTP log", "web", "haproxy", fields=frozenset(fields))


def haproxy_event(number: int, line: str, message: str, clock: Clock, *, host: str = "") -> Event | None:
    """A message of the HTTP log as an event; None when it is another message of the proxy."""
    found = LINE.match(message)
    if not found:
        return None
    client, port, when, fraction, frontend, backend, server, status, size, *_, asked, answered, request = found.groups()
    request = request.rstrip().removesuffix('"')
    parts: dict[str, tuple[Scalar, ...]] = {"client": (client,), "status": (int(status),), "size": (int(size),)}
    parts |= request_parts(request)
    names = table("fields")["access"]
    fields = {name: values for part, values in parts.items() for name in names[part]}
    fields |= {"src_port": (int(port),), "frontend": (frontend,), "backend": (backend,), "server": (server,)}
    if captured := tuple(value for group in (asked, answered) if group for value in group.split("|")):
        fields["captured"] = captured
    time = as_time(when)
    if time and fraction:
        time = time.replace(microsecond=int(fraction.ljust(6, "0")))
    text = "\n".join([line, *(d for d in decodings(request)[1:] if d)])
    return Event(
        number,
        time=clock.local(time) if time else None,
        kind=kind(),
        fields=fields,
        text=text,
        excerpt=line,
        host=host,
    )
