"""The statements and overrides of this installation, for whoever needs them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from wardround.core.matching import Overrides
from wardround.lake.statements import Statements

_loaded: tuple[tuple[object, ...], Overrides] | None = None


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
    global _loaded
    folder: Path = settings.HOME.overrides
    stamp = tuple((p.name, p.stat().st_mtime_ns) for p in sorted(folder.glob("*.json"))) if folder.is_dir() else ()
    if _loaded is None or _loaded[0] != (folder, stamp):
        _loaded = ((folder, stamp), Overrides.load(folder=folder))
    return _loaded[1]
