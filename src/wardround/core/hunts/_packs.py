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
from wardround.core.sigma import read_rules
from wardround.core.vocab import BadInput

MANIFEST = "pack.toml"
PHASES = ("exploit", "after", "scan")
QUERIES = (".kql", ".spl")


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
    queries = {
        name.rsplit("/", 1)[-1]: data.decode("utf-8", "replace") for name, data in _within(folder, "queries", QUERIES, where)
    }
    return read_pack(
        folder.joinpath(MANIFEST).read_bytes(),
        rules=_within(folder, "rules", (".yml", ".yaml"), where),
        indicators=_within(folder, "indicators", (), where),
        queries=queries,
        where=where,
    )


def _within(folder: Traversable, name: str, endings: tuple[str, ...], where: str) -> list[tuple[str, bytes]]:
    """The files of a folder of the pack, by name; none when the pack does not have it."""
    inner = folder.joinpath(name)
    if not inner.is_dir():
        return []
    entries = sorted((entry for entry in inner.iterdir() if entry.is_file()), key=lambda entry: entry.name)
    own = where.removeprefix("pack ")
    return [
        (f"{own}/{name}/{entry.name}", entry.read_bytes())
        for entry in entries
        if not entry.name.startswith(".") and (not endings or entry.name.lower().endswith(endings))
    ]


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
            name=stated["name"],
            version=stated["version"],
            title=stated["title"],
            needs=tuple(stated["needs"]),
            blind=tuple(stated["blind"]),
            hit_means=dict(stated["hit_means"]),
            next_steps=tuple(stated["next_steps"]),
            margin_days=int(stated["window"]["margin_days"]),
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
