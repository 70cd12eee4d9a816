"""`wardround override`: vendor facts that a record lacks, as reviewed data."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wardround.cli._output import HomeOption, JsonOption, clock_of, emit, home_of, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wardround.core.matching import Override
    from wardround.core.matching._product_branches import ProductBranches
    from wardround.lake.home import Home

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, help="Vendor facts that a record lacks.")


@app.command("list")
def list_(
    proposed: Annotated[bool, typer.Option("--proposed", help="What records state in words, and nobody has decided yet.")] = False,
    inventory: Annotated[Path | None, typer.Option(help="With --proposed: only what these installs could be, most first.")] = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """The overrides in force here, bundled ones and this installation's own; or those that are only proposed."""
    from wardround.cli._proposing import list_proposed
    from wardround.core.matching import Overrides

    if proposed or inventory:
        list_proposed(home_of(home), inventory=inventory, json=json)
        return
    every = Overrides.load(folder=home_of(home).overrides).all
    _tell(every, json=json)
    say(f"{len(every):,} overrides. Next: wardround override add FILE, or --proposed: what waits for a person")


@app.command()
def propose(
    cve: Annotated[str, typer.Argument(help="The CVE whose record states versions in words.")],
    product: Annotated[str, typer.Option(help="Only this product of it.")] = "",
    author: Annotated[str, typer.Option(help="Who checked the draft against its source.")] = "",
    date: Annotated[str, typer.Option(help="The day on which the vendor stated it, like 2025-05-13.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write the draft to this file instead of standard output.")] = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """A draft for a person to check and complete: overrides in JSON, refused until they carry author and date."""
    from wardround.cli._proposing import propose as draft

    draft(home_of(home), cve, product=product, author=author, date=date, out=out, json=json)


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

    from wardround.lake.arrivals import arrived

    folder = home_of(home).overrides
    new = _new(file, home_of(home))
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{new[0].id}.json"
    part = target.with_suffix(f".{os.getpid()}.part")
    try:
        part.write_bytes(file.read_bytes())
        arrived(folder, (one.id for one in new), at=clock_of(home_of(home)).now())
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


def _fact(override: "Override") -> str:
    if override.branches:
        return "fixed in " + ", ".join(".".join(map(str, fix)) for fix in override.branches.fixed)
    if table := override.product_branches:
        own = [f"{b.name or 'every branch'}: {b.status.value.replace('_', ' ')}" for b in table.branches if b.status]
        return ("; ".join([f"fixed in {table.listed}"] * bool(table.listed) + own))[:400]
    return (
        f"{len(override.statement.get('versions', []))} entries, otherwise {override.statement.get('defaultStatus', 'not stated')}"
    )


def _document(override: "Override") -> dict[str, Any]:
    """An override as it is written in its file, and where that is."""
    keys = ("id", "revision", "cves", "vendor", "product", "kind", "author", "source", "date", "reason", "supersedes", "where")
    said = {key: getattr(override, key) for key in keys} | ({"also": override.also} if override.also else {})
    said |= {"unconfirmed": override.unconfirmed} if override.unconfirmed else {}
    said |= {"confirmed": {"by": override.confirmed_by, "on": override.confirmed_on}} if override.confirmed_by else {}
    if branches := override.branches:
        fixed = [".".join(map(str, fix)) for fix in branches.fixed]
        return said | {"branch_parts": branches.branch_parts, "version_parts": branches.version_parts, "fixed": fixed}
    if table := override.product_branches:
        return said | _branched(table)
    return said | {"statement": override.statement}


def _branched(table: "ProductBranches") -> dict[str, Any]:
    """A branch list as it is written in its file."""
    words = {"affected": "affected", "not_affected": "unaffected", "unknown": "unknown"}
    listed = []
    for one in table.branches:
        stated = {"branch": one.name, "fixed": one.fixed, "status": words[one.status] if one.status else ""}
        stated |= {"since": one.since, "last": one.last}
        stated |= {key: "unknown" if getattr(one, key).value == "unknown" else "" for key in ("below", "before")}
        stated |= {"note": one.note, "unconfirmed": one.unconfirmed}
        listed.append({key: value for key, value in stated.items() if value or key == "branch"})
    more = {"workaround": table.workaround} if table.workaround else {}
    return {"form": table.form.name, "branches": listed, "newer": words[table.newer], "otherwise": words[table.otherwise]} | more
