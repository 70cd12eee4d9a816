"""Lines of JSON: each object by what it is, and objects that only wrap others (`Records`, `value`) by what they hold."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from wardround.core.logs._audit import AuditReader
from wardround.core.logs._carried import carried_in, joined, too_long
from wardround.core.logs._clock import Clock
from wardround.core.logs._model import Event, LineReader
from wardround.core.logs._records import plain_event, windows_event
from wardround.core.logs._shapes import shape_of, shaped_event
from wardround.core.logs._syslog import SyslogReader
from wardround.core.logs._syslog_prefix import FACILITIES, SEVERITIES, Prefix
from wardround.core.logs._tables import table
from wardround.core.logs._times import as_time
from wardround.core.logs._windows_exports import separated, windows_export

WRAPPERS = ("Records", "records", "value", "events", "Events", "items", "Items", "logEvents")
WRAPPED = re.compile(
    rb'\s*\{\s*(?:"[^"\\]{0,200}"\s*:\s*(?:"[^"\\]{0,2000}"|-?[\d.]{1,20}|true|false|null)\s*,\s*){0,8}"(?:'
    + "|".join(WRAPPERS).encode()
    + rb')"\s*:\s*\['
)
MOST_WRAPPED = 4
MOST_BESIDE = 9
BESIDE_SOURCE = frozenset(
    (
        "_source",
        "_index",
        "_id",
        "_type",
        "_score",
        "_version",
        "_seq_no",
        "_primary_term",
        "_ignored",
        "sort",
        "fields",
        "highlight",
    )
)
BESIDE_RESULT = frozenset(("result", "preview", "offset", "lastrow"))


class Records:
    """Turns what JSON holds into events. One of them serves a source. `plain`: what an object that no table knows is called.

    `problems` are parts of a list that are no event, and of an event what was too long: the rest is read without them.
    """

    def __init__(self, clock: Clock, syslog: SyslogReader) -> None:
        self._clock, self._syslog = clock, syslog
        self.plain = ""
        self.problems: list[tuple[int, str]] = []

    def events(self, number: int, value: Any, excerpt: str, depth: int = 0) -> Iterator[Event]:
        """The events of one JSON value: of an object, or of the objects in a list."""
        if isinstance(value, list) and depth <= MOST_WRAPPED:
            for inner in value:
                yield from self.events(number, inner, excerpt if len(value) == 1 else _written(inner), depth + 1)
            return
        got: tuple[Event, ...] = ()
        if isinstance(value, dict) and value:
            if depth <= MOST_WRAPPED and (wrapped := wrapped_in(value)):
                yield from self.events(number, wrapped, excerpt, depth + 1)
                return
            got = self.record(number, value, excerpt)
        if not got:
            self.problems.append((number, excerpt))
        yield from got

    def record(self, number: int, record: Mapping[str, Any], excerpt: str, *, form: str = "") -> tuple[Event, ...]:
        """The event of one object; none when its parts are not what its names promise."""
        try:
            return self._record(number, record, excerpt, form)
        except (KeyError, IndexError, TypeError, AttributeError, ValueError, OverflowError, RecursionError):
            return ()

    def _record(self, number: int, record: Mapping[str, Any], excerpt: str, form: str) -> tuple[Event, ...]:
        if isinstance(nested := record.get("Event"), dict) and isinstance(system := nested.get("System"), dict):
            if any(str(name).endswith("_attributes") for name in system):
                record = {"Event": separated(nested)}
            return (windows_event(number, record, excerpt=excerpt, clock=self._clock),)
        if (within := _index_entry(record)) is not None:
            return self._record(number, within, excerpt, form)
        if isinstance(hits := record.get("documents"), list) and "kind" in record:  # an aggregate of Chainsaw's
            return tuple(event for hit in hits for event in self.events(number, {"document": hit}, excerpt, MOST_WRAPPED + 1))
        if "__REALTIME_TIMESTAMP" in record or ("_BOOT_ID" in record and "MESSAGE" in record):
            return self._journal(number, record, excerpt)
        text = record.get("AuditData", record.get("auditData") if "auditLogRecordType" in record else None)
        if isinstance(text, str | dict) and (inner := _audit_data(text)):
            record = inner
        shape = shape_of(record)
        if shape:
            return (shaped_event(number, record, shape, self._clock, excerpt=excerpt, form=form),)
        if (event := windows_export(number, record, self._clock, excerpt=excerpt)) is not None:
            return (event,)
        event = plain_event(number, record, self._clock, excerpt=excerpt, shape=form.strip(" ()") or self.plain)
        line = carried_in(record, number, self._clock, self._syslog.read) if event.kind.family == "json" else None
        if line is None and event.kind.family == "json" and (length := too_long(record)):
            self.problems.append((number, f"what it carries has {length:,} characters: too long to be taken apart"))
        return (joined(line, event) if line else event,)

    def in_message(self, number: int, message: str) -> Event | None:
        """The event of an object that is the message of a syslog line; None when no table knows what it is."""
        try:
            record = orjson.loads(message[message.index("{") :])
        except orjson.JSONDecodeError:
            return None
        events = self.record(number, record, message) if isinstance(record, dict) else ()
        return next((event for event in events if event.kind.family != "json"), None)

    def entry(self, number: int, fields: Mapping[str, str], excerpt: str) -> tuple[Event, ...]:
        """The event of a journal's entry that was written in another form than JSON, with the time left to that form."""
        return self._journal(number, fields, excerpt, "systemd journal (verbose)")

    def _journal(
        self, number: int, record: Mapping[str, Any], excerpt: str, shape: str = "systemd journal (JSON)"
    ) -> tuple[Event, ...]:
        """An entry of `journalctl -o json` (systemd's Journal Export Formats): a field may be text, bytes as numbers, or a list."""

        def of(*names: str) -> str:
            return next((_journal_text(record[n]) for n in names if record.get(n) is not None), "")

        stamp = of("_SOURCE_REALTIME_TIMESTAMP", "__REALTIME_TIMESTAMP")
        time = as_time(int(stamp)) if stamp.isdecimal() and len(stamp) < 20 else None
        facility, severity = of("SYSLOG_FACILITY"), of("PRIORITY")
        head = Prefix(
            lambda: time,
            of("_HOSTNAME"),
            of("SYSLOG_IDENTIFIER", "_COMM"),
            of("SYSLOG_PID", "_PID"),
            FACILITIES[int(facility)] if facility.isdecimal() and len(facility) < 4 and int(facility) < len(FACILITIES) else "",
            SEVERITIES[int(severity)] if severity in tuple("01234567") else "",
            of("MESSAGE"),
            {str(name)[:128]: (_journal_text(value),) for name, value in record.items() if value is not None},
            shape,
        )
        text = "\n".join([head.message, *(str(values[0]) for values in head.data.values())])
        return self._syslog.message(number, text, head)


def wrapped_in(value: Mapping[str, Any]) -> list[Any] | None:
    """The records in an object that only wraps them: few names, one of them known for that, and no time of its own."""
    lists = (value.get(name) for name in WRAPPERS) if len(value) <= MOST_BESIDE else ()
    found: list[Any] | None = next((one for one in lists if isinstance(one, list)), None)
    if not found or not all(isinstance(inner, dict) for inner in found) or states_time(value):
        return None
    return found


def states_time(value: Mapping[str, Any]) -> bool:
    """Does an object say itself when it was? It is then a record, whatever it holds."""
    return any(as_time(value[name]) is not None for name in table("fields")["json"]["time"] if name in value)


def _index_entry(record: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The record in an entry of an index, as Elasticsearch and Splunk export it; None when it is no such entry, or says more."""
    for name, beside in (("_source", BESIDE_SOURCE), ("result", BESIDE_RESULT)):
        if isinstance(inner := record.get(name), dict) and len(record) > 1 and beside.issuperset(record):
            return inner
    return None


def _journal_text(value: Any) -> str:
    if isinstance(value, list):
        if value and all(isinstance(byte, int) and 0 <= byte < 256 for byte in value):
            return bytes(value).decode("utf-8", "replace")
        return "\n".join(_journal_text(inner) for inner in value)[:100_000]
    return value if isinstance(value, str) else str(value)


def _audit_data(value: str | dict[str, Any]) -> dict[str, Any] | None:
    """The record that Microsoft's audit search keeps as JSON in one column."""
    if isinstance(value, dict):
        return value
    try:
        got = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    return got if isinstance(got, dict) else None


def _written(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except (TypeError, ValueError, RecursionError):
        return ""


class JsonReader(LineReader):
    """Reads lines that are a JSON object or a list of them."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def read(self, number: int, line: str) -> tuple[Event, ...] | None:
        """The events of a line; None when it is no JSON object or list."""
        if line.lstrip()[:1] not in ("{", "[", ","):
            return None
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError:
            value = _torn_off(line)
        events = tuple(self._records.events(number, value, line)) if isinstance(value, dict | list) else ()
        if not events:
            self._records.problems.clear()  # the whole line is one
        return events or None


def _torn_off(line: str) -> Any:
    """A line of an array with one object in each: the comma behind it, or the bracket, taken off."""
    bare = line.strip()
    for begin, end in (("", ","), ("[", ","), ("[", ""), ("", "]"), (",", "")):
        if (begin or end) and bare.startswith(begin + "{" if begin else "{") and bare.endswith("}" + end):
            try:
                return orjson.loads(bare.removeprefix(begin).removesuffix(end))
            except orjson.JSONDecodeError:
                continue
    return None


def records_for(clock: Clock) -> tuple[Records, SyslogReader, AuditReader]:
    """The readers of one source that share its clock and the audit records that are still open."""
    audit = AuditReader(clock)
    syslog = SyslogReader(clock, audit)
    records = Records(clock, syslog)
    syslog.objects = records.in_message
    return records, syslog, audit
