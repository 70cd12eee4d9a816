"""Access logs: Apache's common and combined format, and the shape EPMM writes, which has no status (FACTS 10)."""

import re
from functools import cache
from urllib.parse import unquote_to_bytes

from wardround.core.logs._model import Event, Kind, Scalar
from wardround.core.logs._tables import table
from wardround.core.logs._times import MONTHS, access_time

QUOTED = r'"((?:[^"\\]|\\.)*)"'
START = r"(\S+) \S+ (.{0,512}?) ?\[([^\]\s]+ [+-]\d{4})\] "
SIZE = r"(\d{1,18}|-)"  # no answer is longer, and a number of thousands of digits cannot be read
END = rf" (\d{{3}}|-) {SIZE}(?: {QUOTED} {QUOTED})?(?: .*)?"
NEVER = "((?!))?"  # a group that takes no part, so that every shape has the same groups
LINE = re.compile(rf"{START}{QUOTED}(?:{END})?\s*\Z", re.ASCII | re.DOTALL)
# A server that does not escape the quotes of a request: the request then ends at the last place that the shape allows.
UNESCAPED = tuple(
    re.compile(rf"{START}{rest}\s*\Z", re.ASCII | re.DOTALL)
    for rest in (
        rf'"(.*)" (\d{{3}}|-) {SIZE} {QUOTED} {QUOTED}',
        rf'"(.*)" (\d{{3}}|-) {SIZE}{NEVER}{NEVER}',
        rf'"(.* HTTP/\d(?:\.\d)?)"{NEVER}{NEVER}{NEVER}{NEVER}',
    )
)
LONGEST_UNESCAPED = 65_536
PORT = re.compile(r"\[([0-9A-Fa-f:.%]+)\](?::\d+)?\Z|([^:\s]+):\d+\Z")
ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "v": "\v"}
# `%v:%p` before the client (Debian's vhost_combined, nginx with $host first): only where an address follows.
VIRTUAL_HOST = re.compile(
    r"([A-Za-z0-9_.-]+)(?::\d{1,5})? (?=(?:\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?|\[?[0-9A-Fa-f]*:[0-9A-Fa-f:.]+\]?(?::\d+)?) \S+ \S)"
)
# A syslog head's words would be taken for the client's: the reader of such heads hands on what stands behind it.
HEADED = re.compile(
    rf"(?:<\d{{1,3}}>)?(?:1 )?(?:(?:{'|'.join(MONTHS)}) {{1,2}}\d{{1,2}} (?:\d{{4}} )?\d\d:\d\d:\d\d|\d{{4}}-\d\d-\d\dT\S+)"
    r" \S+ \S+ [^\s\[]"
)
DECODE_TIMES = 2

WITHOUT_STATUS = "access log without status"
COMMON = "Apache common access log"
COMBINED = "Apache combined access log"
REQUEST = ("client", "user", "method", "target", "path", "query", "extension", "protocol")
PARTS = {WITHOUT_STATUS: REQUEST, COMMON: (*REQUEST, "status", "size"), COMBINED: (*REQUEST, "status", "size", "referrer", "agent")}


@cache
def kind(shape: str, virtual: bool = False) -> Kind:
    """The kind of events of one shape, with every field that the shape has; `virtual`: with the host that was asked before it."""
    names = table("fields")["access"]
    fields = frozenset(name for part in PARTS[shape] for name in names[part])
    return Kind(shape + ", host first", "web", fields=fields | {"cs-host"}) if virtual else Kind(shape, "web", fields=fields)


def access_event(number: int, line: str) -> Event | None:
    """One line as an event, or None when it is not of these shapes, or has a syslog head before it."""
    if HEADED.match(line):
        return None
    virtual = VIRTUAL_HOST.match(line)
    logged = line[virtual.end() :] if virtual else line
    found = LINE.match(logged)
    if not found and len(line) <= LONGEST_UNESCAPED:
        found = next((m for pattern in UNESCAPED if (m := pattern.match(logged))), None)
    time = access_time(found[3]) if found else None
    if not found or time is None:
        return None
    client, user, _, request, status, size, referrer, agent = found.groups()
    shape = WITHOUT_STATUS if status is None else COMMON if agent is None else COMBINED
    ported = PORT.match(client)
    parts: dict[str, tuple[Scalar, ...]] = {
        "client": ((ported[1] or ported[2]) if ported else client,),
        "user": logged_values(user),
    }
    parts |= request_parts(request)
    if status is not None:
        parts |= {"status": (int(status) if status.isdecimal() else "-",), "size": (int(size) if size.isdecimal() else "-",)}
    if agent is not None:
        parts |= {"referrer": logged_values(referrer), "agent": logged_values(agent)}
    names = table("fields")["access"]
    fields = {name: values for part, values in parts.items() for name in names[part]}
    if virtual:
        fields["cs-host"] = (virtual[1],)
    decoded = [v for v in decodings(request)[1:] if v]
    return Event(
        number, time=time, kind=kind(shape, virtual is not None), fields=fields, text="\n".join([line, *decoded]), excerpt=line
    )


def logged_values(text: str) -> tuple[Scalar, ...]:
    """`-` is how the log writes *nothing*: it equals the dash, and the empty text."""
    return ("-", "") if text in ("-", "") else tuple(decodings(text))


def request_parts(request: str) -> dict[str, tuple[Scalar, ...]]:
    """The request line in parts. A target with spaces in it stays whole; a line that is no request is a target only."""
    method, _, rest = request.partition(" ")
    target, _, protocol = rest.rpartition(" ")
    if not protocol.startswith("HTTP/"):
        target, protocol = rest, ""
    if not target or not method.isascii() or not method.isalpha():
        method, target, protocol = "", request, ""
    path, asked, query = target.partition("?")
    if "://" in path[:12]:
        path = "/" + path.split("://", 1)[1].partition("/")[2]
    stem = path.rsplit("/", 1)[-1]
    whole = tuple(decodings(target))
    # Most public rules mean path and query by cs-uri-query (Sigma taxonomy), some the query alone: both are its values.
    out: dict[str, tuple[Scalar, ...]] = {"target": whole, "path": tuple(decodings(path)), "query": whole}
    if method:
        out["method"] = (method,)
    if asked:
        out["query"] = (*decodings(query), *whole)
    if "." in stem:
        out["extension"] = (stem.rsplit(".", 1)[1],)
    if protocol:
        out["protocol"] = (protocol,)
    return out


def decodings(text: str) -> list[str]:
    """The text as logged, with the log's own escapes undone, and URL-decoded once and twice: each once, in that order."""
    out = [text]
    if "\\" in text:
        out.append(ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else ESCAPED.get(m[2], m[2]), text))
    for _ in range(DECODE_TIMES):
        if "%" not in out[-1]:
            break
        out.append(unquote_to_bytes(out[-1]).decode("utf-8", "replace"))
    return list(dict.fromkeys(out))
