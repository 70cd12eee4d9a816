"""Rule files as they lie on a disk, read once: made ready, they are kept in the home's cache by the hash of their content."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wardround.core.vocab import BadInput

if TYPE_CHECKING:
    from wardround.core.sigma import RuleSet
    from wardround.core.sigma._pipeline import Preparation
    from wardround.lake.home import Home

ENDINGS = (".yml", ".yaml")
LARGEST = 1_000_001  # one byte more than a rule file may have: enough to say that it is too large
KEPT = 8  # rule sets in the cache; the oldest go
WORTH_KEEPING = 50  # fewer files are read in no time

PipelineOption = Annotated[
    list[Path] | None,
    typer.Option("--pipeline", metavar="FILE", help="A processing pipeline of pySigma (YAML) for the rules; may be repeated."),
]
ValuesOption = Annotated[
    Path | None,
    typer.Option("--values", metavar="FILE", help="Values of placeholders: a YAML or JSON mapping of name to list."),
]


def read_rule_files(where: Path, *, home: "Home", pipelines: Sequence[Path] = (), values: Path | None = None) -> "RuleSet":
    """The rules of a file or folder, made ready. Raises BadInput for a folder without rule files and for a bad pipeline.

    A file that cannot be opened is a problem of that file, named in `broken` like the others.
    """
    from wardround.core.sigma import _stored

    files, unread = _files(where)
    if not files and not unread:
        raise BadInput("no rule in it can be run: no rule file (*.yml)", where=str(where), do="give a folder of Sigma rules")
    given = [(str(path), path.read_bytes()) for path in pipelines]
    stated = (str(values), values.read_bytes()) if values else None
    key = hashlib.sha256(_stored.maker().encode())
    for name, data in [*files, *given, *([stated] if stated else [])]:
        key.update(f"{len(name)} {name} {len(data)} ".encode() + hashlib.sha256(data).digest())
    kept = home.cache / f"rules-{key.hexdigest()}.bin"
    rules = None
    if len(files) >= WORTH_KEEPING:
        with suppress(OSError, ValueError):
            rules = _stored.load(kept.read_bytes())
    if rules is None:
        rules = _read(files, given, stated)
        if len(files) >= WORTH_KEEPING:
            with suppress(OSError, ValueError):
                _keep(kept, _stored.dump(rules))
    return replace(rules, broken=(*rules.broken, *_unopened(unread))) if unread else rules


def _files(where: Path) -> tuple[list[tuple[str, bytes]], list[tuple[str, str]]]:
    """The rule files with what is in them, and those that cannot be opened, with the reason."""
    paths = [where] if not where.is_dir() else sorted(p for p in where.rglob("*") if p.suffix.lower() in ENDINGS)
    files, unread = [], []
    for path in paths:
        try:
            if where.is_dir() and not path.is_file():
                continue
            with path.open("rb") as file:
                files.append((str(path), file.read(LARGEST)))
        except OSError as error:
            if not where.is_dir():
                raise
            unread.append((str(path), error.strerror or str(error)))
    return files, unread


def _unopened(unread: Iterable[tuple[str, str]]) -> Iterator[Any]:
    from wardround.core.vocab._hunting import NotRun

    for name, why in unread:
        yield NotRun(Path(name).stem, f"{name}:1: cannot be read: {why}", file=name, line=1)


def _read(files: list[tuple[str, bytes]], pipelines: list[tuple[str, bytes]], values: tuple[str, bytes] | None) -> "RuleSet":
    from wardround.core.sigma import read_rules

    return read_rules(files, prepared=_prepared(pipelines, values)) if pipelines or values else read_rules(files)


def _prepared(pipelines: list[tuple[str, bytes]], values: tuple[str, bytes] | None) -> "Preparation":
    import yaml

    from wardround.core.sigma._pipeline import preparation

    stated: dict[str, list[str]] = {}
    if values:
        try:
            given = yaml.load(values[1], Loader=yaml.CSafeLoader)
        except (yaml.YAMLError, RecursionError) as error:
            raise BadInput(f"not YAML: {str(error).splitlines()[0]}", where=values[0]) from None
        if not isinstance(given, dict):
            raise BadInput("values of placeholders are a mapping of name to list", where=values[0])
        for name, some in given.items():
            stated[str(name).strip("%")] = [str(one) for one in (some if isinstance(some, list) else [some]) if one is not None]
    return preparation(pipelines=pipelines, values=stated)


def _keep(path: Path, data: bytes) -> None:
    """Write whole or not at all, and let the oldest go."""
    from wardround.lake.files import written_whole

    with written_whole(path.parent, name=lambda: path) as file:
        file.write(data)
    for old in sorted(path.parent.glob("rules-*.bin"), key=lambda p: p.stat().st_mtime, reverse=True)[KEPT:]:
        old.unlink(missing_ok=True)
