"""IIS' own log file format (Microsoft, *IIS Log File Format*): fifteen values in a fixed order, with commas, in local time."""

import re
from functools import cache

from wardround.core.logs._access import decodings
from wardround.core.logs._clock import Clock
from wardround.core.logs._model import Event, Kind, LineReader, Scalar
from wardround.core.logs._tables import table

LINE = re.compile(
    r"([^\s,]+), ([^,]*), (\d{1,2})/(\d{1,2})/(\d{2}|\d{4}), (\d{1,2}:\d\d:\d\d), ([A-Z0-9]*SVC\d*), ([^,]*), ([^\s,]*), "
    r"(\d+), (\d+), (\d+), (\d+), (\d+), ([^,]*), (.*), ([^,]*),\s*\Z",
    re.ASCII | re.DOTALL,
)
NUMBERS = ("time-taken", "cs-bytes", "sc-bytes", "sc-status", "sc-win32-status")
PARTS = ("c-ip", "cs-username", "s-sitename", "s-computername", "s-ip", *NUMBERS, "cs-method", "cs-uri-stem", "cs-uri-query")
DERIVED = ("cs-uri", "c-uri", "c-uri-query", "c-uri-extension")
CENTURY = 2000


@cache
def kind() -> Kind:
    """The kind of such lines: as IIS' W3C log, without user agent, referrer and cookie."""
    known = table("fields")["w3c"]
    fields = {name for part in PARTS for name in (part, *known.get(part, ()))}
    return Kind("IIS log file format", "web", "iis", fields=frozenset(fields | {*DERIVED}))


class IisReader(LineReader):
    """Reads such lines one by one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def read(self, number: int, line: str) -> tuple[Event, ...] | None:
        """The event of a line; None when it is not of the format, or has no day that there is (the month comes first)."""
        found = LINE.match(line)
        if not found:
            return None
        client, user, month, day, year, hour, service, computer, server, *numbers, method, target, parameters = found.groups()
        when = f"{int(year) + (CENTURY if len(year) == 2 else 0)}-{int(month):02}-{int(day):02}T{hour.zfill(8)}"
        if (time := self._clock.read(when)) is None:
            return None
        whole = decodings(target if parameters in ("-", "") else f"{target}?{parameters}")
        fields: dict[str, tuple[Scalar, ...]] = {
            **{
                name: _value(text)
                for name, text in zip(("c-ip", "cs-username", "s-sitename"), (client, user, service), strict=True)
            },
            **{"s-computername": _value(computer), "s-ip": _value(server), "cs-method": _value(method)},
            **{name: (int(text[:18]),) for name, text in zip(NUMBERS, numbers, strict=True)},
            "cs-uri-stem": tuple(decodings(target)),
            "cs-uri": tuple(whole),
            "c-uri": tuple(whole),
        }
        query = (*(decodings(parameters) if parameters not in ("-", "") else ()), *whole)
        fields["cs-uri-query"] = fields["c-uri-query"] = query
        if "." in (last := target.rsplit("/", 1)[-1]):
            fields["c-uri-extension"] = (last.rsplit(".", 1)[1],)
        known = table("fields")["w3c"]
        fields |= {other: fields[name] for name in PARTS for other in known.get(name, ())}
        text = "\n".join([line, *whole[1:]])
        host = "" if computer == "-" else computer.strip()
        return (Event(number, time=time, kind=kind(), fields=fields, text=text, excerpt=line, host=host),)


def _value(text: str) -> tuple[Scalar, ...]:
    return ("-", "") if text in ("-", "") else (text,)
