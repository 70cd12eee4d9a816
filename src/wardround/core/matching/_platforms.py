"""`platforms` narrow an object: which objects speak of this install, when its platform is known and when it is not."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from wardround.core.matching._model import Answer, heaviest
from wardround.core.matching._systems import system_names, system_of
from wardround.core.vocab import Verdict, name_key

_SERIES = re.compile(r"(?P<letters>[a-z]{2,5})[ -]?(?:(?P<number>\d*?[1-9])(?P<zeros>0*))? series(?P<narrowed> .*)?", re.ASCII)
_MODEL = re.compile(r"([a-z]{2,5})[ -]?(\d+)(?![a-z]*\d)", re.ASCII)
"""A series of devices, and a model: letters and a number."""

Part = tuple[frozenset[str], Answer]


def platforms_of(affected: Mapping[str, Any]) -> frozenset[str]:
    """The platforms that an object is narrowed to, as name keys; empty when it is not narrowed."""
    listed = affected.get("platforms")
    if not isinstance(listed, list):
        return frozenset()
    keys = {name_key(p) for p in listed if isinstance(p, str)}
    return frozenset() if keys & set(_table()["narrow_nothing"]) else frozenset(keys)


def combine(parts: Sequence[Part], *, platform: str) -> Answer:
    """One answer of several objects. Affected beats not evaluable beats unknown beats not affected (FACTS 9).

    Where the platform is not known, every platform that is listed must give the same verdict, or the answer is unknown.
    A list of processor architectures is taken as complete: it names what the product is built for. So is one that has Windows,
    macOS and Linux in it.
    """
    if not platform:
        parts = [(frozenset() if _everywhere(listed) else listed, answer) for listed, answer in parts]
    unbound = [answer for listed, answer in parts if not listed]
    general = [heaviest(unbound)] if unbound else []
    by_platform: dict[str, list[Answer]] = defaultdict(list)
    for listed, answer in parts:
        for one in listed:
            by_platform[one].append(answer)
    if not by_platform:
        return general[0]
    every, architectures = sorted(by_platform), set(_table()["architectures"])
    complete = set(every) <= architectures
    if platform and (not complete or platform in architectures or _processor(_bare(platform))):
        return _on(platform, parts, every)
    worlds = [heaviest([*general, *by_platform[one]]) for one in every]
    if not complete:
        worlds += general or [_silent("another platform", parts, every)]
    if len({world.verdict for world in worlds}) == 1:
        return heaviest(worlds)
    first = next(answer for listed, answer in parts if listed)
    reason = f"The record's answer depends on the platform ({_short(every)}), and the platform of this install is not known."
    return replace(first, verdict=Verdict.UNKNOWN, reason=reason, elsewhere=any(w.verdict is Verdict.AFFECTED for w in worlds))


def _on(platform: str, parts: Sequence[Part], every: Sequence[str]) -> Answer:
    """The answer on a known platform. Where two names may be of one platform and nobody can tell, both ways have to agree."""
    fits = {one: is_on(platform, one) for one in every}
    here = [answer for listed, answer in parts if not listed or any(fits[one] for one in listed)]
    possible = [one for one in every if fits[one] is None]
    worlds = [heaviest(here)] if here else []
    worlds += [heaviest([*here, *(answer for listed, answer in parts if one in listed)]) for one in possible]
    if not worlds or (not here and possible):
        return _silent(platform, parts, every)
    if len({world.verdict for world in worlds}) == 1:
        return worlds[0]
    reason = f"The record's answer depends on the platform ({_short(possible)}), and {platform[:60]} may be one of them."
    elsewhere = any(world.verdict is Verdict.AFFECTED for world in worlds)
    return replace(worlds[0], verdict=Verdict.UNKNOWN, reason=reason, elsewhere=elsewhere)


@lru_cache(maxsize=16_384)
def is_on(platform: str, listed: str) -> bool | None:
    """Whether a platform is one that a record lists, both as name keys; None where nobody can tell.

    `Windows 11` is on `Windows`: the record's words begin the install's. Systems and processors that are known to be different
    are; a processor says nothing of a system.
    """
    here, there = _bare(platform), _bare(listed)
    if f"{here} ".startswith(f"{there} "):
        return True
    kind, other = _processor(here), _processor(there)
    if kind and other:
        return (
            kind == other
            or {kind, other} == {"64-bit", "x64"}
            or (None if "64-bit" in (kind, other) and "32-bit" not in (kind, other) else False)
        )
    if series := _SERIES.fullmatch(there):
        return _is_in(here, series)
    system, wanted = system_of(here), system_of(there)
    if system and there in _table()["posix"]:
        return system not in _table()["not_posix"]
    if not system or not wanted or {system, wanted} == {"linux", "android"}:
        return None
    if system == wanted and there in system_names():
        return True
    return None if f"{there} ".startswith(f"{here} ") else False


def _is_in(model: str, series: re.Match[str]) -> bool | None:
    """Whether a model is of a series: `srx345` of `srx series` and of `srx 300 series`; of one `with spc3` nobody can tell.

    Models of another name, or another number, are of none; a name that is no model may be of any.
    """
    found = _MODEL.match(model)
    if not found:
        return None
    letters, number, zeros = series["letters"], series["number"] or "", series["zeros"] or ""
    if found[1] != letters:  # only of lines known to be different; vsrx may be meant by srx, and junos 21.4 runs on any
        return False if {found[1], letters} <= set(_table()["models"]) else None
    same = not number or (found[2].startswith(number) and len(found[2]) == len(number + zeros))
    if not same and found[2].startswith(number):
        return None  # nexus 93180 is of the 9000 series, whose models are not all as long
    return None if same and series["narrowed"] else same


@lru_cache(maxsize=1_024)
def _everywhere(listed: frozenset[str]) -> bool:
    """True for a list of every system that programs for computers are built for."""
    return len(listed) > 2 and {"windows", "macos", "linux"} <= {system_of(_bare(one)) for one in listed}


def _bare(platform: str) -> str:
    for owner in _table()["owners"]:
        platform = platform.removeprefix(f"{owner} ")
    return platform


def _processor(name: str) -> str:
    known: Mapping[str, str] = _table()["processors"]
    return known.get(name, "")


def _silent(platform: str, parts: Sequence[Part], every: Sequence[str]) -> Answer:
    return Answer(
        Verdict.UNKNOWN, f"The record speaks only of {_short(every)}, and says nothing of {platform[:60]}.", parts[0][1].decided_by
    )


def _short(names: Sequence[str]) -> str:
    cut = [name[:60] for name in names[:3]]
    return ", ".join(cut) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(resources.files(__package__).joinpath("tables/platforms.json").read_text("utf-8"))
    return table
