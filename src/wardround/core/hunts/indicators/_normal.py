"""Indicators in their normal form, however they were written: so that nobody clicks on them (`hxxp`, `[.]`), encoded."""

import ipaddress
import re
from collections.abc import Callable
from functools import cache
from itertools import zip_longest
from typing import NamedTuple
from urllib.parse import unquote

from wardround.core.hunts.indicators._model import Atom, Type
from wardround.core.hunts.indicators._tables import table

LONGEST = 8_192
LONGEST_NAME = 253
HASHES = {32: Type.MD5, 40: Type.SHA1, 64: Type.SHA256}
HEX = re.compile(r"[0-9a-f]+\Z")
DOTS = re.compile(r"\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)|\{dot\}|\[\.|\.\]", re.IGNORECASE)
SLASHES = re.compile(r"\[(:|/|://|:/)\]")
AT = re.compile(r"\[(?:@|at)\]|\(at\)", re.IGNORECASE)
SCHEME = re.compile(r"(?:h(?:xx|tt|\*\*|__|xt|tx)ps?|fxp|s?ftp|meow)(?=\[?:)", re.IGNORECASE)
PLAIN_ADDRESS = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!\Z)|\Z)){4}\Z", re.ASCII)
NUMERIC = re.compile(r"\s*[0-9A-Fa-f:.]+(?:[%/].*)?\s*\Z", re.ASCII)
LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
LABELS = re.compile(rf"{LABEL}(?:\.{LABEL})+\Z", re.ASCII)
URL = re.compile(
    r"(?:([a-z][a-z0-9+.-]{0,20})://)?(?:[^/?#@\s]*@)?(\[[0-9a-f:.%]+\]|[^/?#:@\s\[\]]+)(?::(\d{0,5}))?([/?#].*)?\Z", re.I | re.S
)
PORTS = {"http": "80", "https": "443", "ftp": "21"}
WINDOWS_PATH = re.compile(r"(?:[a-z]:[\\/]|\\\\|%[a-z0-9_()]+%|\\)", re.IGNORECASE)
VARIABLE = re.compile(r"%[A-Za-z0-9_()]+%|\$(?:env:)?\w+|~|\*", re.IGNORECASE)
AGENT = re.compile(r"[A-Za-z][\w.+-]*/\d[\w.+-]*(?:[ ;(].*)?\Z|Mozilla/")
FILE_ENDINGS = frozenset(table("endings")["files"])


def refanged(text: str) -> str:
    """The value as it is, when somebody wrote it so that it cannot be clicked on."""
    if "[.]" in text:
        text = text.replace("[.]", ".")
    if "[" in text or "(" in text or "{" in text:
        text = AT.sub("@", SLASHES.sub(r"\1", DOTS.sub(".", text)))
    found = SCHEME.match(text) if ":" in text else None
    if found and not (word := found[0].lower()).startswith(("http", "ftp", "sftp")):
        text = ("ftp" if word == "fxp" else "https" if word.endswith("s") else "http") + text[found.end() :]
    return text


def folded(text: str) -> str:
    """Lower case of the letters A to Z alone: as long as the text, and the same in bytes."""
    return text.lower() if text.isascii() else re.sub("[A-Z]+", lambda found: found[0].lower(), text)


def as_hash(text: str, type_: Type | None = None) -> Atom | None:
    """A hash by its length, or as what it is called."""
    by_length = HASHES.get(len(text))
    if by_length is None or not HEX.match(value := text.lower()):
        return None
    if type_ is Type.IMPHASH:
        return Atom(type_, value) if by_length is Type.MD5 else None
    return None if type_ not in (None, by_length) else Atom(by_length, value)


def address(text: str) -> str:
    """An address in its shortest form, a mapped one (`::ffff:203.0.113.7`) as version 4; empty when it is none."""
    if PLAIN_ADDRESS.match(text):
        return text
    if not NUMERIC.match(text):  # most are names, and to be told so by an exception takes long
        return ""
    try:
        read = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(read, "ipv4_mapped", None) or read)


def as_address(text: str) -> Atom | None:
    """An address or a network, with a port or in brackets."""
    if PLAIN_ADDRESS.match(text):
        return Atom(Type.IP, text)
    if "/" in text or ("-" in text and "." in text):
        return as_network(text)
    bare = text
    if text.startswith("["):
        bare = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        bare, _, port = text.partition(":")
        if not port.isdecimal():
            return None
    elif "|" in text:
        bare = text.partition("|")[0]
    read = address(bare)
    return Atom(Type.IP, read) if read else None


def as_network(text: str) -> Atom | None:
    """A network; that of one address is the address. Bits behind the prefix are dropped."""
    if not NUMERIC.match(text):
        return None
    try:
        read = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None
    mapped = getattr(read.network_address, "ipv4_mapped", None)
    if mapped is not None and read.prefixlen >= 96:
        read = ipaddress.ip_network((mapped, read.prefixlen - 96), strict=False)
    if read.prefixlen == read.max_prefixlen:
        return Atom(Type.IP, address(str(read.network_address)))
    return Atom(Type.NETWORK, str(read))


def host_name(text: str) -> str:
    """A name in lower case and ASCII (IDNA); empty when it is none."""
    name = folded(text.strip().rstrip("."))
    if not name.isascii():
        try:
            read = name.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
        # Signs that only look like letters (a circled e) are not taken for them.
        if any(
            new != old and not new.startswith("xn--") for new, old in zip_longest(read.split("."), name.split("."), fillvalue="")
        ):
            return ""
        name = read
    if len(name) > LONGEST_NAME or not LABELS.match(name) or name.rpartition(".")[2].isdecimal():
        return ""
    return name


def as_domain(text: str) -> Atom | None:
    """A domain, with all that is below it."""
    if "|" in text:
        text = text.partition("|")[0]
    bare, _, port = text.partition(":")
    if port and not port.isdecimal():
        return None
    name = host_name(bare.removeprefix("*").removeprefix("."))
    return Atom(Type.DOMAIN, name) if name else None


class Url(NamedTuple):
    """The scheme (empty when none is stated), the host, and everything from the port on, decoded and in normal form."""

    scheme: str
    host: str
    asked: str

    @property
    def rest(self) -> str:
        """All but the scheme: what two URLs are compared by first."""
        return self.host + self.asked


def url(text: str) -> Url | None:
    """A URL in normal form (RFC 3986, section 6.2.2): case, default port, dot segments, percent-encoding (undone twice)."""
    found = URL.match(text) if len(text) <= LONGEST else None
    if not found:
        return None
    scheme, host, port, rest = found[1] or "", found[2], found[3] or "", found[4] or ""
    name = address(host.strip("[]")) or host_name(host)
    if not name:
        return None
    name, scheme = f"[{name}]" if ":" in name else name, scheme.lower()
    if port == PORTS.get(scheme) or (not scheme and port in ("80", "443")):
        port = ""
    path, asked, query = rest.partition("#")[0].partition("?")
    path = _segments(_decoded(path)) or "/"
    return Url(scheme, name, (f":{port}" if port else "") + path + (f"?{_decoded(query)}" if asked else ""))


def host_of(rest: str) -> str:
    """The host of a URL in normal form whose scheme is taken off."""
    host = rest.partition("/")[0]
    return host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]


def _decoded(text: str) -> str:
    for _ in range(2):
        if "%" not in text:
            break
        text = unquote(text)
    return text


def _segments(path: str) -> str:
    """The path without `.` and `..`."""
    if "/." not in path:
        return path
    out: list[str] = []
    parts = path.split("/")
    for part in parts:
        if part == "..":
            del out[max(len(out) - 1, 1) :]
        elif part != ".":
            out.append(part)
    return "/".join([*out, ""] if parts[-1] in (".", "..") else out)


def as_url(text: str) -> Atom | None:
    """A full URL; without a scheme it stands for either."""
    read = url(text)
    if read is None or (not read.scheme and "/" not in text):
        return None
    return Atom(Type.URL, f"{read.scheme}://{read.rest}" if read.scheme else read.rest)


def as_path(text: str) -> Atom | None:
    """A path or a file's name. Windows' paths regard no case; after a variable (`%TEMP%`) what follows it is looked for."""
    value = text.strip().strip('"').replace("\\\\", "\\") if not text.startswith("\\\\") else text.strip()
    if found := VARIABLE.match(value):
        value = value[found.end() :]
        return Atom(Type.PATH, "*" + folded(value.replace("\\", "/"))) if value[:1] in ("\\", "/") and len(value) > 1 else None
    if not value or "\n" in value or not value.strip("/\\. "):
        return None
    if value.startswith("/"):
        return Atom(Type.PATH, value)
    return Atom(Type.PATH, folded(value.replace("\\", "/")))


def as_agent(text: str) -> Atom | None:
    """A user agent, whole."""
    value = " ".join(text.split())
    return Atom(Type.USER_AGENT, value) if value else None


READERS: dict[str, Callable[[str], Atom | None]] = {
    "md5": lambda t: as_hash(t, Type.MD5),
    "sha1": lambda t: as_hash(t, Type.SHA1),
    "sha256": lambda t: as_hash(t, Type.SHA256),
    "imphash": lambda t: as_hash(t, Type.IMPHASH),
    "hash": as_hash,
    "ip": as_address,
    "network": as_network,
    "domain": lambda t: as_domain(t) or as_address(t),
    "url": as_url,
    "path": as_path,
    "user-agent": as_agent,
}
AS_THEY_ARE = frozenset({"path", "user-agent"})


@cache
def known(word: str) -> str:
    """The type that lists call so; empty for one that is not looked for."""
    word = word.strip().lower()
    return next((name for name, words in table("types").items() if word in words), "")


def typed(type_: str, text: str) -> Atom | None:
    """A value of a stated type (as `known` gives it); None when it is no such thing."""
    text = text.strip()
    if not text or len(text) > LONGEST:
        return None
    return READERS[type_](text if type_ in AS_THEY_ARE else refanged(text))


def guessed(text: str) -> Atom | None:
    """A value of which nobody said what it is."""
    text = text.strip()
    if not text or len(text) > LONGEST:
        return None
    bare = refanged(text)
    if "://" in bare[:24]:
        return as_url(bare)
    if atom := as_hash(bare) or as_address(bare):
        return atom
    if WINDOWS_PATH.match(text) or text.startswith("/"):
        return as_path(text)
    if AGENT.match(text) and not host_name(text.partition("/")[0]):
        return as_agent(text)
    if any(sign in text for sign in " \t<>|"):
        return None
    name, slash, _ = bare.partition("/")
    if slash:
        return as_url(bare) if host_name(name.partition(":")[0]) or address(name.partition(":")[0]) else None
    stem, _, ending = bare.rpartition(".")
    if stem and ending.lower() in FILE_ENDINGS:
        return as_path(text)
    return as_domain(bare)
