"""The statements, overrides and aliases of this installation, for whoever needs them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from wardround.core.matching import Overrides
from wardround.core.names import Aliases
from wardround.lake.statements import Statements

_loaded: dict[str, tuple[tuple[object, ...], Any]] = {}


@contextmanager
def statements() -> Iterator[Statements]:
    """The store of what was published, open for reading."""
    store = Statements.open(settings.HOME.feeds)
    try:
        yield store
    finally:
        store.close()


def overrides() -> Overrides:
    """The bundled vendor facts and those that this installation added; read again when a file changes."""
    found: Overrides = _read("overrides", settings.HOME.overrides, Overrides.load)
    return found


def aliases() -> Aliases:
    """The bundled aliases and those that people of this installation decided; read again when a file changes."""
    found: Aliases = _read("aliases", settings.HOME.aliases, Aliases.load)
    return found


def _read(what: str, folder: Path, load: Callable[..., Any]) -> Any:
    stamp = tuple((p.name, p.stat().st_mtime_ns) for p in sorted(folder.glob("*.json"))) if folder.is_dir() else ()
    if what not in _loaded or _loaded[what][0] != (folder, stamp):
        _loaded[what] = ((folder, stamp), load(folder=folder))
    return _loaded[what][1]
