"""`wardround override`: vendor facts that a record lacks, as reviewed data."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wardround.cli._output import HomeOption, JsonOption, emit, home_of, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wardround.core.matching import Override
    from wardround.lake.home import Home

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, help="Vendor facts that a record lacks.")


@app.command("list")
def list_(json: JsonOption = False, home: HomeOption = None) -> None:
    """The overrides in force here, bundled ones and this installation's own."""
    from wardround.core.matching import Overrides

    _tell(Overrides.load(folder=home_of(home).overrides).all, json=json)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="An override, or a list of them (JSON).")],
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Would this file be taken? Says what is wrong with it, and with which override it disagrees. Changes nothing."""
    _tell(_new(file, home_of(home)), json=json)
    say("Nothing was changed. Next: wardround override add " + str(file))


@app.command()
def add(
    file: Annotated[Path, typer.Argument(help="An override, or a list of them (JSON).")],
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Add a file of overrides to this installation. A second file with the same ids is refused: supersede instead."""
    import os

    folder = home_of(home).overrides
    new = _new(file, home_of(home))
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{new[0].id}.json"
    part = target.with_suffix(f".{os.getpid()}.part")
    try:
        part.write_bytes(file.read_bytes())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    _tell(new, json=json)
    say(f"Added as {target}. Next: check an inventory again: wardround check FILE")


def _new(file: Path, home: "Home") -> "Sequence[Override]":
    """The overrides of a file, when they agree with all that are in force."""
    from wardround.core.matching import Overrides
    from wardround.core.vocab import BadInput

    before = Overrides.load(folder=home.overrides)
    new = before.adding([(str(file), file.read_bytes())]).all[len(before.all) :]
    if not new:
        raise BadInput("there is no override in it", where=str(file), do="see `wardround override list --json` for examples")
    return new


def _tell(overrides: "Sequence[Override]", *, json: bool) -> None:
    if json:
        emit({"overrides": [_document(override) for override in overrides]})
        return
    for one in overrides:
        print(f"{one.id} (revision {one.revision}, {one.date.isoformat()}): {one.vendor} {one.product}")
        print(f"  decides {', '.join(one.cves)} by {one.kind}: {_fact(one)}")
        print(f"  {one.reason}\n  written down by {one.author}, from {one.source} ({one.where})")
    print(f"{len(overrides)} overrides. Next: add one with `wardround override add FILE`")


def _fact(override: "Override") -> str:
    if override.branches:
        return "fixed in " + ", ".join(".".join(map(str, fix)) for fix in override.branches.fixed)
    return (
        f"{len(override.statement.get('versions', []))} entries, otherwise {override.statement.get('defaultStatus', 'not stated')}"
    )


def _document(override: "Override") -> dict[str, Any]:
    """An override as it is written in its file, and where that is."""
    keys = ("id", "revision", "cves", "vendor", "product", "kind", "author", "source", "date", "reason", "supersedes", "where")
    said = {key: getattr(override, key) for key in keys}
    if branches := override.branches:
        fixed = [".".join(map(str, fix)) for fix in branches.fixed]
        return said | {"branch_parts": branches.branch_parts, "version_parts": branches.version_parts, "fixed": fixed}
    return said | {"statement": override.statement}
