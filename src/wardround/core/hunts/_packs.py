"""Hunt packs: rules made ready for one product, with what they need and what a hit means."""

import hashlib
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from wardround.core.hunts._model import Pack
from wardround.core.sigma import read_rules
from wardround.core.vocab import BadInput

PHASES = ("exploit", "after", "scan")


@cache
def load_pack(name: str) -> Pack:
    """A pack that comes with the product, by its name (`epmm`). Raises BadInput for a name that is not one."""
    folder = files("wardround.core.hunts").joinpath("packs", name)
    if not name.isidentifier() or not folder.joinpath("pack.toml").is_file():
        raise BadInput(
            f"there is no pack called {name[:40]!r}", do=f"bundled packs: {', '.join(bundled())}; or give a folder of rules"
        )
    rules = [
        (f"{name}/rules/{entry.name}", entry.read_bytes())
        for entry in folder.joinpath("rules").iterdir()
        if entry.name.endswith(".yml")
    ]
    return read_pack(folder.joinpath("pack.toml").read_bytes(), rules=rules, where=f"pack {name}")


def bundled() -> tuple[str, ...]:
    """The names of the packs that come with the product."""
    return tuple(sorted(entry.name for entry in files("wardround.core.hunts").joinpath("packs").iterdir() if entry.is_dir()))


def read_pack(manifest: bytes, *, rules: Iterable[tuple[str, bytes]], where: str) -> Pack:
    """A pack from its `pack.toml` and its rule files. Raises BadInput for a bad manifest or a phase that is not known."""
    try:
        stated: dict[str, Any] = tomllib.loads(manifest.decode("utf-8"))
        read = read_rules(rules)
        pack = Pack(
            name=stated["name"],
            version=stated["version"],
            title=stated["title"],
            needs=tuple(stated["needs"]),
            blind=tuple(stated["blind"]),
            hit_means=dict(stated["hit_means"]),
            next_steps=tuple(stated["next_steps"]),
            margin_days=int(stated["window"]["margin_days"]),
            rules=replace(read, sha256=hashlib.sha256(manifest + read.sha256.encode()).hexdigest()),
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        raise BadInput(f"not a pack's manifest: {error}", where=where) from None
    for rule in pack.rules.rules:
        if rule.phase not in PHASES:
            raise BadInput(f"the phase {rule.phase!r} is none of {', '.join(PHASES)}", where=rule.file)
    return pack
