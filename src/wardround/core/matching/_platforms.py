"""`platforms` narrow an object: which objects speak of this install, when its platform is known and when it is not."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Any

from wardround.core.matching._model import Answer, heaviest
from wardround.core.vocab import Verdict, name_key

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
    A list of processor architectures is taken as complete: it names what the product is built for.
    """
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
    if platform and (platform in architectures or not complete):
        return _on(platform, parts, every)
    worlds = [heaviest([*general, *by_platform[one]]) for one in every]
    if not complete:
        worlds += general or [_silent("another platform", parts, every)]
    if len({world.verdict for world in worlds}) == 1:
        return heaviest(worlds)
    first = next(answer for listed, answer in parts if listed)
    reason = f"The record's answer depends on the platform ({_short(every)}), and the platform of this install is not known."
    return replace(first, verdict=Verdict.UNKNOWN, reason=reason)


def _on(platform: str, parts: Sequence[Part], every: Sequence[str]) -> Answer:
    """The answer on a known platform. `Windows 11` is on `Windows`: the record's words begin the install's."""
    here = [answer for listed, answer in parts if not listed or any(f"{platform} ".startswith(f"{one} ") for one in listed)]
    return heaviest(here) if here else _silent(platform, parts, every)


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
