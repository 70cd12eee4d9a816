"""What identifies a device: serial numbers, addresses and ids, in one spelling, without those that many devices share.

They travel in `Install.extra` under `id:` and their kind, on the first install of each asset that states them: one
device's identifiers stand in its snapshot once, and the other rows stay alike.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

PREFIX = "id:"
MAKER = "id:manufacturer"
SHORTEST_SERIAL = 5
MOST_VALUES = 32
_MAC = re.compile(r"(?:[0-9a-f]{2}[:.-]?){5}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}")
_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")


@cache
def table() -> Mapping[str, Any]:
    """`tables/identifiers.json`."""
    read: dict[str, Any] = json.loads(files(__package__).joinpath("tables/identifiers.json").read_text("utf-8"))
    return read


@cache
def kinds() -> tuple[str, ...]:
    """The kinds of identifier that may join: `serial_number`, `mac_address` ..."""
    return tuple(table()["kinds"])


def name_of(kind: str) -> str:
    """A kind in words."""
    return str(table()["kinds"][kind]["name"])


def single(kind: str) -> bool:
    """True where a device has one of the kind, so that two different ones are two devices."""
    return bool(table()["kinds"][kind]["one"])


@lru_cache(16_384)
def values(kind: str, text: str) -> tuple[str, ...]:
    """The identifiers in a cell, each in its one spelling; () where it states none that tells a device from another.

    >>> values("mac_address", "3C-52-82-11-22-33, 00:00:00:00:00:00")
    ('3c:52:82:11:22:33',)
    >>> values("serial_number", "To be filled by O.E.M.")
    ()
    """
    if kind == "mac_address":
        found: Iterable[str] = _MAC.findall(text.casefold())[:MOST_VALUES]
        return tuple(dict.fromkeys(mac for one in found if (mac := _mac(one))))
    folded = " ".join(text.split()).casefold()
    bare = re.sub(r"\W", "", folded)
    if folded in table()["placeholders"] or len(set(bare)) < 2 or len(folded) > 200:
        return ()
    if kind == "serial_number":
        return (folded,) if len(bare) >= SHORTEST_SERIAL and any(c.isdigit() for c in bare) else ()
    if kind == "imei":
        return (bare,) if bare.isascii() and bare.isdigit() and 14 <= len(bare) <= 16 else ()
    if kind == "defender_device_id":
        return (bare,) if re.fullmatch(r"[0-9a-f]{40}", bare) else ()
    uuid = _UUID.fullmatch(folded.removeprefix("guid:").strip("{}"))
    return ((_uuid(bare.removeprefix("guid"), swap=kind == "hardware_uuid"),) if uuid else ()) if not _known(folded) else ()


def _known(folded: str) -> bool:
    return folded.removeprefix("guid:").strip("{}") in table()["uuids"]


def _mac(text: str) -> str:
    """Colons and small letters; empty for one that is no single device's own for life (IEEE 802: group and local bits)."""
    digits = re.sub(r"\W", "", text)
    if len(set(digits)) < 2 or int(digits[1], 16) & 0b11:
        return ""
    mac = ":".join(digits[at : at + 2] for at in range(0, 12, 2))
    return "" if mac in table()["mac_addresses"] or mac[:8] in table()["adapter_prefixes"] else mac


def _uuid(digits: str, *, swap: bool) -> str:
    """Hyphens and small letters. Systems disagree on the byte order of the first three fields: the smaller reading stands."""
    readings = [digits]
    if swap:
        readings.append("".join(reversed([digits[at : at + 2] for at in range(0, 8, 2)])) + digits[10:12] + digits[8:10])
        readings[1] += digits[14:16] + digits[12:14] + digits[16:]
    one = min(readings)
    return f"{one[:8]}-{one[8:12]}-{one[12:16]}-{one[16:20]}-{one[20:]}"


def stated(extra: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(kind, value) of every identifier that an install carries."""
    for key, text in extra.items():
        if key.startswith(PREFIX) and key != MAKER and (kind := key.removeprefix(PREFIX)) in kinds():
            yield from ((kind, value) for value in text.split(" | ") if value)


def same_maker(first: str, second: str) -> bool:
    """Whether two makers' names may be one maker's: the first word counts, and silence contradicts nothing."""
    words = [re.sub(r"[\W_]+", " ", text).split()[:1] for text in (first.casefold(), second.casefold())]
    return not all(words) or words[0] == words[1]
