"""A line of a log that a shipper or an index put into a JSON object: read as what it is, with what the object says beside it.

Filebeat and Fluent Bit (`message`), the container runtimes (`log`), Splunk (`_raw`), Elastic's pipelines (`event.original`).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from wardround.core.logs._access import access_event
from wardround.core.logs._cef import cef_event
from wardround.core.logs._clock import Clock
from wardround.core.logs._event_xml import xml_event
from wardround.core.logs._haproxy import haproxy_event
from wardround.core.logs._model import Event, Scalar
from wardround.core.logs._squid import squid_event

CARRIERS = ("_raw", "event.original", "message", "log")
LONGEST = 100_000

Syslog = Callable[[int, str], tuple[Event, ...] | None]


def carried_in(record: Mapping[str, Any], number: int, clock: Clock, syslog: Syslog) -> Event | None:
    """The event of the line that a record carries; None when it carries none of a format with lines of its own."""
    for line in _lines_in(record):
        if 8 <= len(line) <= LONGEST and (event := _event(number, line.rstrip("\r\n"), clock, syslog)):
            return event
    return None


def too_long(record: Mapping[str, Any]) -> int:
    """The length of a line that a record carries and that is too long to be looked into; 0 where there is none."""
    return next((len(line) for line in _lines_in(record) if len(line) > LONGEST), 0)


def _lines_in(record: Mapping[str, Any]) -> Iterator[str]:
    outer = record.get("event")
    original = outer.get("original") if isinstance(outer, dict) else None
    for line in (*(record[name] for name in CARRIERS if name in record), original):
        if isinstance(line, str):
            yield line


def joined(line: Event, whole: Event) -> Event:
    """The event of a carried line, with the fields, the text and, where the line says none, the time and host of the record."""
    fields: dict[str, tuple[Scalar, ...]] = {**whole.fields, **line.fields}
    kind = line.kind._replace(shape=f"{line.kind.shape} (in JSON)", fields=None)
    return Event(
        whole.line,
        time=line.time or whole.time,
        kind=kind,
        fields=fields,
        text=f"{line.text}\n{whole.text}",
        excerpt=line.excerpt,
        host=whole.host or line.host,
    )


def _event(number: int, line: str, clock: Clock, syslog: Syslog) -> Event | None:
    event = access_event(number, line) or squid_event(number, line) or haproxy_event(number, line, line, clock)
    if event is None and line.startswith("<Event"):
        event = xml_event(number, line)
    if event is None and line.startswith(("CEF:", "LEEF:")):
        event = cef_event(number, line, clock)
    if event is None and "msg=audit(" not in line:  # records of an audit log are joined over lines
        event = next(iter(syslog(number, line) or ()), None)
    return event
