"""Hunt packs: rules made ready for one product, with what they need and what a hit means.

A pack is a folder: `pack.toml`, `rules/*.yml`, and where it has them `indicators/*`, `tests/`, `queries/*.kql|*.spl`.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from wardround.core.hunts._model import Pack
from wardround.core.hunts.indicators import IndicatorSet, read_indicators
from wardround.core.sigma import read_rules
from wardround.core.vocab import BadInput

MANIFEST = "pack.toml"
MOST_DAYS = 3650
PHASES = ("exploit", "after", "scan")
QUERIES = (".kql", ".spl")
# The folders of a pack that are read, and the endings of their files (none: any).
PARTS: dict[str, tuple[str, ...]] = {"rules": (".yml", ".yaml"), "indicators": (), "queries": QUERIES}


@cache
def load_pack(name: str) -> Pack:
    """A pack that comes with the product, by its name (`epmm`). Raises BadInput for a name that is not one."""
    return pack_in(bundled_folder(name), where=f"pack {name}")


def bundled() -> tuple[str, ...]:
    """The names of the packs that come with the product."""
    return tuple(sorted(entry.name for entry in files("wardround.core.hunts").joinpath("packs").iterdir() if entry.is_dir()))


def bundled_folder(name: str) -> Traversable:
    """The folder of a pack that comes with the product. Raises BadInput for a name that is not one."""
    folder = files("wardround.core.hunts").joinpath("packs", name)
    if not name.isidentifier() or not folder.joinpath(MANIFEST).is_file():
        raise BadInput(
            f"there is no pack called {name[:40]!r}", do=f"bundled packs: {', '.join(bundled())}; or give a folder of rules"
        )
    return folder


def pack_in(folder: Traversable, *, where: str) -> Pack:
    """A pack from its folder, wherever that lies. Raises BadInput for a bad manifest, and OSError."""
    return pack_of(files_in(folder), where=where)


def files_in(folder: Traversable) -> dict[str, bytes]:
    """The files of a pack that are read, by their place in its folder. Raises OSError for one without a manifest."""
    found = {MANIFEST: folder.joinpath(MANIFEST).read_bytes()}
    for part, endings in PARTS.items():
        inner = folder.joinpath(part)
        for entry in sorted(inner.iterdir(), key=lambda entry: entry.name) if inner.is_dir() else ():
            if entry.is_file() and not entry.name.startswith(".") and (not endings or entry.name.lower().endswith(endings)):
                found[f"{part}/{entry.name}"] = entry.read_bytes()
    return found


def pack_of(files: Mapping[str, bytes], *, where: str) -> Pack:
    """A pack from its files by their place in its folder. Raises BadInput for a bad manifest."""
    own = where.removeprefix("pack ")
    parts: dict[str, list[tuple[str, bytes]]] = {part: [] for part in PARTS}
    for place, data in files.items():
        part, _, name = place.partition("/")
        if name and part in parts:
            parts[part].append((f"{own}/{place}", data))
    return read_pack(
        files[MANIFEST],
        rules=parts["rules"],
        indicators=parts["indicators"],
        queries={place.rsplit("/", 1)[-1]: data.decode("utf-8", "replace") for place, data in parts["queries"]},
        where=where,
    )


def indicators_of(pack: Pack) -> IndicatorSet | None:
    """What a pack's own lists say is to be looked for; None when it brings no list."""
    return read_indicators(pack.indicators) if pack.indicators else None


def read_pack(
    manifest: bytes,
    *,
    rules: Iterable[tuple[str, bytes]],
    where: str,
    indicators: Iterable[tuple[str, bytes]] = (),
    queries: Mapping[str, str] | None = None,
) -> Pack:
    """A pack from its `pack.toml` and its files. Raises BadInput for a bad manifest, or a phase whose hits it does not explain.

    Its hash is over what decides a hunt: manifest, rules and indicators, not over queries and samples.
    """
    lists = tuple(indicators)
    try:
        stated: dict[str, Any] = tomllib.loads(manifest.decode("utf-8"))
        read = read_rules(rules)
        whole = hashlib.sha256(manifest + read.sha256.encode())
        for name, data in lists:
            whole.update(f"{len(name)} {name} {len(data)} ".encode() + data)
        pack = Pack(
            name=_text(stated["name"], "name"),
            version=_text(stated["version"], "version"),
            title=_text(stated["title"], "title"),
            needs=_texts(stated["needs"], "needs"),
            blind=_texts(stated["blind"], "blind"),
            next_steps=_texts(stated["next_steps"], "next_steps"),
            hit_means={phase: _text(means, f"hit_means.{phase}") for phase, means in dict(stated["hit_means"]).items()},
            margin_days=_days(dict(stated["window"])["margin_days"]),
            rules=replace(read, sha256=whole.hexdigest()),
            indicators=lists,
            queries=dict(queries or {}),
        )
    except KeyError as error:
        raise BadInput(f"not a pack's manifest: it does not state {error}", where=where) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError, ValueError) as error:
        raise BadInput(f"not a pack's manifest: {error}", where=where) from None
    for rule in pack.reported:
        if rule.phase not in PHASES:
            raise BadInput(f"the phase {rule.phase!r} is none of {', '.join(PHASES)}", where=rule.file)
        if rule.phase not in pack.hit_means:
            raise BadInput(f"the manifest does not say under [hit_means] what a hit of phase {rule.phase} means", where=rule.file)
    return pack


def _text(given: object, key: str) -> str:
    if not isinstance(given, str) or not given.strip():
        raise ValueError(f"{key} is a text")
    return given


def _texts(given: object, key: str) -> tuple[str, ...]:
    if not isinstance(given, list):
        raise ValueError(f"{key} is a list of texts")
    return tuple(_text(one, key) for one in given)


def _days(given: object) -> int:
    """By how much the window begins before the first known exploitation: never after it."""
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= MOST_DAYS:
        raise ValueError(f"window.margin_days is a number of days from 0 to {MOST_DAYS:,}")
    return given
