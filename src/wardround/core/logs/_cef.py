"""Common Event Format (ArcSight) and Log Event Extended Format 1.0 and 2.0 (QRadar), with or without a syslog head."""

import re
from collections.abc import Callable
from datetime import datetime

from wardround.core.logs._clock import Clock
from wardround.core.logs._model import Event, Kind, LineReader, Scalar
from wardround.core.logs._tables import table

CEF = re.compile(r"CEF: ?\d+\|")
LEEF = re.compile(r"LEEF: ?([12])\.\d\|")
BAR = re.compile(r"(?<!\\)(?:\\\\)*\|")
KEY = re.compile(r"(?:^|\s)([A-Za-z_][\w.\-\[\]]*)=")
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
LABEL = "Label"
CEF_HEAD = ("DeviceVendor", "DeviceProduct", "DeviceVersion", "DeviceEventClassID", "Name", "Severity")
LEEF_HEAD = ("DeviceVendor", "DeviceProduct", "DeviceVersion", "EventID")


def cef_event(
    number: int, line: str, clock: Clock, *, time: Callable[[], datetime | None] | None = None, host: str = ""
) -> Event | None:
    """A line of either format as an event; None when it is neither. `time` and `host` are those of the head before it."""
    if found := CEF.search(line):
        got = _cef(line[found.end() :])
    elif found := LEEF.search(line):
        got = _leef(line[found.end() :], found[1])
    else:
        return None
    if got is None:
        return None
    fields: dict[str, tuple[Scalar, ...]] = {name: (value,) for name, value in got.items()}
    names = table("fields")["cef"]
    stated = next((t for name in names["time"] if name in got and (t := clock.read(got[name])) is not None), None)
    if stated is None and time is not None:
        stated = time()
    for theirs, ours in names["names"].items():
        if theirs in fields:
            for name in ours:
                fields.setdefault(name, fields[theirs])
    if "action" in fields:
        fields["blocked"] = (str(fields["action"][0]).lower() in names["blocking"],)
    shape = "CEF" if line[found.start()] == "C" else "LEEF"
    of = _kind(shape, got.get("DeviceVendor", ""), fields)
    device = host or got.get("dvchost", "")
    return Event(number, time=stated, kind=of, fields=fields, text="\n".join([line, *got.values()]), excerpt=line, host=device)


def _kind(shape: str, vendor: str, fields: dict[str, tuple[Scalar, ...]]) -> Kind:
    """Firewalls by what they log, an address at both ends; the maker is said by the channel."""
    known = table("fields")["cef"]["vendors"]
    maker = next((known[name] for name in known if vendor.lower().startswith(name)), "")
    family = "firewall" if "src_ip" in fields and "dst_ip" in fields else "device"
    return Kind(f"{shape}, {family}" + (f" of {maker}" if maker else ""), family, maker)


def _bars(text: str, count: int) -> list[str] | None:
    parts, at = [], 0
    for found in BAR.finditer(text):
        part = text[at : found.end() - 1]
        parts.append(ESCAPED.sub(r"\1", part) if "\\" in part else part)
        at = found.end()
        if len(parts) == count:
            return [*parts, text[at:]]
    return None


def _cef(text: str) -> dict[str, str] | None:
    parts = _bars(text, len(CEF_HEAD))
    if parts is None:
        return None
    out = dict(zip(CEF_HEAD, parts, strict=False))
    extension = parts[-1]
    keys = list(KEY.finditer(extension))
    for index, found in enumerate(keys):
        end = keys[index + 1].start() if index + 1 < len(keys) else len(extension)
        raw = extension[found.end() : end].strip()
        out.setdefault(found[1], raw if "\\" not in raw else ESCAPED.sub(lambda m: {"n": "\n", "r": "\r"}.get(m[1], m[1]), raw))
    return _labelled(out)


def _labelled(got: dict[str, str]) -> dict[str, str]:
    """`cs1Label=Rule cs1=allow-all` is also the field `Rule`."""
    for name in [n for n in got if n.endswith(LABEL) and n.removesuffix(LABEL) in got]:
        got.setdefault(got[name][:128], got[name.removesuffix(LABEL)])
    return got


def _leef(text: str, version: str) -> dict[str, str] | None:
    parts = _bars(text, len(LEEF_HEAD))
    if parts is None:
        return None
    out = dict(zip(LEEF_HEAD, parts, strict=False))
    rest, delimiter = parts[-1], "\t"
    if version == "2":
        stated, bar, after = rest.partition("|")
        if bar and len(stated) <= 6 and "=" not in stated:
            rest, delimiter = after, _delimiter(stated)
        elif rest.startswith("||"):
            rest, delimiter = rest[2:], "|"
    for pair in rest.split(delimiter):
        name, equals, value = pair.partition("=")
        if equals and name.strip():
            out.setdefault(name.strip()[:128], value.strip())
    return out


def _delimiter(stated: str) -> str:
    """One character, or its number as `x09` or `0x09`."""
    if len(stated) > 1 and (found := re.fullmatch(r"0?x([0-9A-Fa-f]{1,4})", stated)):
        return chr(int(found[1], 16)) if int(found[1], 16) else "\t"
    return stated or "\t"


class CefReader(LineReader):
    """Reads lines that begin with either format."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def read(self, number: int, line: str) -> tuple[Event, ...] | None:
        """The event of a line; None when it is of neither format."""
        if not line.lstrip()[:5].startswith(("CEF:", "LEEF:")):
            return None
        event = cef_event(number, line, self._clock)
        return None if event is None else (event,)
