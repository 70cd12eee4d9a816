"""The W3C extended log format as IIS writes it: `#Fields` says what stands in each line. Its times are UTC (the format's draft)."""

from datetime import datetime, timedelta
from functools import lru_cache

from wardround.core.logs._access import decodings
from wardround.core.logs._model import Event, Kind, LineReader, Scalar
from wardround.core.logs._tables import table
from wardround.core.logs._times import as_time

MOST_FIELDS = 200
DAY = timedelta(days=1)
HALF_A_DAY = timedelta(hours=12)
NEARLY_A_DAY = timedelta(hours=23)
DECODED = ("cs-uri-stem", "cs-uri-query", "cs(Referer)", "cs(Cookie)")
REQUEST = ("cs-uri", "c-uri", "cs-uri-query", "c-uri-query", "c-uri-extension")


@lru_cache(maxsize=4096)
def names_of(field: str) -> tuple[str, ...]:
    """The names under which rules know a field of the format, its own among them."""
    return (field, *table("fields")["w3c"].get(field, ()))


@lru_cache(maxsize=256)
def kind(header: tuple[str, ...]) -> Kind:
    """The kind of the lines under one header."""
    fields = {name for field in header for name in names_of(field)} | (set(REQUEST) if "cs-uri-stem" in header else set())
    return Kind("IIS W3C extended log" if "cs-uri-stem" in header else "W3C extended log", "web", "iis", fields=frozenset(fields))


class W3cReader(LineReader):
    """Reads such lines under the header that came last."""

    def __init__(self) -> None:
        self._header: tuple[str, ...] = ()
        self._date = ""
        self._last: datetime | None = None
        self._days = 0

    def read(self, number: int, line: str) -> tuple[Event, ...] | None:
        """The event of a line, none for a directive; None when it is not a line of such a log."""
        if line.startswith("#"):
            return () if self._directive(line) else None
        if not self._header:
            return None
        values = line.split(" ")
        if len(values) != len(self._header):
            return None
        row = dict(zip(self._header, values, strict=True))
        time = self._time(row)
        return None if time is None else (self._event(number, line, row, time),)

    def _directive(self, line: str) -> bool:
        name, _, rest = line[1:].partition(":")
        if name == "Fields" and rest.strip() and "," not in rest:
            self._header = tuple(rest.split()[:MOST_FIELDS])
        elif name == "Date":
            self._date = rest.split()[0] if rest.split() else ""
            self._last, self._days = None, 0
        return name in ("Fields", "Date", "Version", "Software", "Start-Date", "End-Date", "Remark", "GMT-Offset")

    def _time(self, row: dict[str, str]) -> datetime | None:
        """The time of a line. Where lines have no date, one that goes back by more than half a day is of the day after."""
        if "time" not in row:
            return None
        time = as_time(f"{row.get('date', self._date)}T{row['time']}")
        if time is None or "date" in row:
            return time
        if self._days and self._last is not None and time - self._last > NEARLY_A_DAY:
            return time + (self._days - 1) * DAY  # written a little late, past midnight
        if self._last is not None and self._last - time > HALF_A_DAY:
            self._days += 1
        self._last = time
        return time + self._days * DAY

    def _event(self, number: int, line: str, row: dict[str, str], time: datetime) -> Event:
        fields: dict[str, tuple[Scalar, ...]] = {}
        for name, value in row.items():
            got: tuple[Scalar, ...]
            if value == "-":
                got = ("-", "")
            elif value.isdecimal() and len(value) < 16:
                got = (int(value),)
            else:
                got = tuple(decodings(value)) if name in DECODED else (value,)
                if name.startswith("cs(") and "+" in value:  # a space is written as a plus
                    got = (*got, value.replace("+", " "))
            for known in names_of(name):
                fields[known] = got
        decoded: list[str] = []
        if stem := row.get("cs-uri-stem", ""):
            query = row.get("cs-uri-query", "-")
            whole = decodings(stem if query == "-" else f"{stem}?{query}")
            decoded = whole[1:]
            fields["cs-uri"] = fields["c-uri"] = tuple(whole)
            # As in access logs: most public rules mean path and query by it.
            fields["cs-uri-query"] = fields["c-uri-query"] = (*(decodings(query) if query != "-" else ()), *whole)
            last = stem.rsplit("/", 1)[-1]
            if "." in last:
                fields["c-uri-extension"] = (last.rsplit(".", 1)[1],)
        text = "\n".join([line, *decoded])
        host = row.get("s-computername", "")
        return Event(
            number, time=time, kind=kind(self._header), fields=fields, text=text, excerpt=line, host="" if host == "-" else host
        )
