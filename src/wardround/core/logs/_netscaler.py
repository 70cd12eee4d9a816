"""Citrix NetScaler's own log lines: a time, the device, the packet engine, feature and event, and named values behind it.

The form is that of its log message reference (docs.netscaler.com, "NetScaler syslog messages") and of `ns.log`. A syslog head may
stand before it: `10/09/2014:08:37:51 GMT ns1 0-PPE-0 : default SSLVPN LOGIN 11590 0 : Context user@198.51.100.7 - ...`
"""

import re
from datetime import UTC, datetime

from wardround.core.logs._clock import Clock
from wardround.core.logs._model import Event, Kind, Scalar
from wardround.core.logs._times import MONTHS

KIND = Kind("NetScaler syslog", "citrix", "netscaler")
HEAD = re.compile(
    r"(?<!\d)(\d{4}/\d\d/\d\d|\d\d/\d\d/\d{4}):(\d\d):(\d\d):(\d\d) +(?:([A-Z]{3,5}) +)?(?:(\S+) +)?(\d+-PPE-\d+) +: +"
    r"(?:(\S+) +)?(\w+) +(\w+) +\d+ +\d+ +: *(.*)",
    re.ASCII | re.DOTALL,
)
OUTER_MONTH = re.compile(r"(?:<\d{1,3}>)?([A-Z][a-z]{2}) ", re.ASCII)
VALUE = re.compile(
    r"\b(Context|[Ss]essionId|User|Client_ip|Nat_ip|Vserver|Source|Destination|Start_time|End_time|Duration|Browser_type"
    r"|SSLVPN_client_type|Remote_ip|Command|Status|Total_bytes_send|Total_bytes_recv|applicationName|username:domainname|Failure_reason)"
    r':? *("[^"]*"|[^\s"]+?)(?=-? |\s*\Z)'
)
NAMED = {"sessionId": "SessionId", "username:domainname": "User"}
WITH_PORT = re.compile(r"\[?([0-9A-Fa-f.:]+?)\]?:(\d{1,5})\Z")
DURATION = re.compile(r"(\d{1,6}):(\d\d):(\d\d)\Z")


def netscaler_event(number: int, line: str, clock: Clock) -> Event | None:
    """The event of a line; None when it is no such line."""
    found = HEAD.search(line)
    if not found:
        return None
    day, hour, minute, second, zone, host, engine, _, feature, event, message = found.groups()
    time = _time(line, day, (int(hour), int(minute), int(second)), zone, clock)
    fields: dict[str, tuple[Scalar, ...]] = {"feature": (feature,), "event": (event,), "engine": (engine,), "message": (message,)}
    if host:
        fields["hostname"] = (host,)
    for name, value in VALUE.findall(message):
        fields.setdefault(NAMED.get(name, name), (value.strip('"').strip(),))
    _addresses(fields)
    return Event(number, time=time, kind=KIND, fields=fields, text=line, excerpt=line, host=host or "")


def _time(line: str, day: str, at: tuple[int, int, int], zone: str | None, clock: Clock) -> datetime | None:
    """The line's own time. Day and month come in either order (`dateFormat`): the head's month decides, else the American."""
    first, middle, last = (int(part) for part in day.split("/"))
    if first > 31:
        year, month, date = first, middle, last
    else:
        outer = OUTER_MONTH.match(line)
        swapped = first > 12 or (outer is not None and MONTHS.get(outer[1]) == middle != first)
        year, month, date = (last, middle, first) if swapped else (last, first, middle)
    try:
        time = datetime(year, month, date, at[0], at[1], min(at[2], 59), tzinfo=UTC)
    except ValueError:
        return None
    return time if zone in ("GMT", "UTC") else clock.local(time)


def _addresses(fields: dict[str, tuple[Scalar, ...]]) -> None:
    """Addresses without their ports, the client's under the taxonomy's name, and a duration in seconds."""
    for name in ("Source", "Destination", "Vserver"):
        if name in fields and (found := WITH_PORT.match(str(fields[name][0]))):
            fields[f"{name}_ip"], fields[f"{name}_port"] = (found[1],), (int(found[2]),)
    if client := fields.get("Source_ip") or fields.get("Client_ip") or fields.get("Remote_ip"):
        fields["src_ip"] = client
    if "Context" in fields:
        user, at, address = str(fields["Context"][0]).rpartition("@")
        if at:
            fields["Context_user"], fields["Context_ip"] = (user,), (address,)
    if "Duration" in fields and (found := DURATION.match(str(fields["Duration"][0]))):
        fields["Duration_seconds"] = (int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3]),)
