"""`wardround names`: what inventories call a product, and which one of the records it is."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wardround.cli._output import HomeOption, JsonOption, clock_of, emit, home_of, printing, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from wardround.core.matching._review import Question, Review
    from wardround.core.names import Alias
    from wardround.core.vocab import Install
    from wardround.lake.home import Home

app = typer.Typer(
    add_completion=False, no_args_is_help=True, rich_markup_mode=None, help="What a product is called: ask, decide, share."
)
Product = Annotated[str, typer.Argument(help="The product as the inventory writes it.")]
Vendor = Annotated[str, typer.Option(help="Its vendor as the inventory writes it (nothing: none is stated, or any).")]
ToProduct = Annotated[str, typer.Option(help="The product as the records write it.")]
ToVendor = Annotated[str, typer.Option(help="Its vendor as the records write it.")]
Author = Annotated[str, typer.Option(help="Who decides. [default: the user of this machine]")]
Reason = Annotated[str, typer.Option(help="Why.")]
Source = Annotated[str, typer.Option(help="What the decision rests on: a page, a label, a colleague.")]
Supersedes = Annotated[list[str] | None, typer.Option(help="The id of an earlier decision that no longer holds; may be repeated.")]


@app.command()
def review(
    inventory: Annotated[
        Path | None, typer.Option(help="A file outside the hub (SBOM, CSV, XLSX). [default: the hub's newest snapshots]")
    ] = None,
    org: Annotated[str, typer.Option(help="Only this organisation's snapshots.")] = "",
    most: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many questions.")] = 25,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Which products does no record name, and what could they be? Those on most assets first. Changes nothing."""
    now = clock_of(home_of(home)).now()
    installs = _from_file(inventory, at=now) if inventory else _from_hub(home_of(home), org)
    found = reviewed(installs, home=home_of(home), at=now, most=most)
    with printing():
        if json:
            emit(_document(found))
        else:
            _show(found)


def reviewed(installs: "Iterable[Install]", *, home: "Home", at: "datetime", most: int) -> "Review":
    """The open questions of these installs, by the feeds and the aliases of this installation."""
    from functools import cache, partial

    from wardround.core.matching import Overrides
    from wardround.core.matching._review import review
    from wardround.core.names import Aliases, Candidates
    from wardround.lake.statements import Statements

    aliases = Aliases.load(folder=home.aliases).as_of(at)
    with Statements.open(home.feeds) as statements:
        naming = cache(Overrides.load(folder=home.overrides).as_of(at).naming(statements.naming))
        candidates = Candidates(statements.products(), aliases=aliases)
        records = partial(statements.advisories, at=at)
        return review(installs, naming=naming, records=records, aliases=aliases, candidates=candidates, most=most)


@app.command()
def accept(
    product: Product,
    to_product: ToProduct,
    to_vendor: ToVendor = "",
    vendor: Vendor = "",
    author: Author = "",
    reason: Reason = "confirmed by a person",
    source: Source = "wardround names review",
    supersedes: Supersedes = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """It is that product: from now on its records count for every asset that has it."""
    said = {"author": author, "reason": reason, "source": source, "supersedes": supersedes or ()}
    _decide(product, vendor, [(to_vendor, to_product)], same=True, said=said, json=json, home=home_of(home))


@app.command()
def reject(
    product: Product,
    to_product: ToProduct,
    to_vendor: ToVendor = "",
    vendor: Vendor = "",
    author: Author = "",
    reason: Reason = "refused by a person",
    source: Source = "wardround names review",
    supersedes: Supersedes = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """It is not that product: nobody is asked that again."""
    said = {"author": author, "reason": reason, "source": source, "supersedes": supersedes or ()}
    _decide(product, vendor, [(to_vendor, to_product)], same=False, said=said, json=json, home=home_of(home))


@app.command("list")
def list_(
    own: Annotated[bool, typer.Option("--own", help="Only those that people of this installation decided.")] = False,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """The aliases in force here, bundled ones and this installation's own."""
    from wardround.core.names import Aliases

    bundled = {alias.id for alias in Aliases.load().all} if own else set()
    with printing():
        _tell([a for a in Aliases.load(folder=home_of(home).aliases).all if a.id not in bundled], json=json)


@app.command()
def export(
    file: Annotated[Path | None, typer.Argument(help="Where to write. [default: standard output]")] = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """What people of this installation decided, as one JSON document to share. It names no organisation and no asset."""
    import orjson

    from wardround.lake.decisions import exported
    from wardround.lake.files import written_whole

    document = exported(home_of(home).aliases)
    if file is None:
        with printing():
            emit(document)
        return
    with written_whole(file.absolute().parent, name=lambda: file.absolute()) as out:
        out.write(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    if json:
        emit({"file": str(file), "aliases": len(document["aliases"])})
    say(f"{len(document['aliases'])} decisions written. Next, in the other installation: wardround names import {file}")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="What another installation exported (JSON).")],
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Take what another installation decided: all of it or, where one disagrees with what is in force here, nothing."""
    from wardround.lake.decisions import imported, keep

    found = imported(file.read_bytes(), where=str(file))
    new = keep(home_of(home).aliases, found, at=clock_of(home_of(home)).now())
    _tell(new, json=json)
    say(f"{len(new)} of {len(found)} are new. Next: wardround names review")


def _decide(
    product: str, vendor: str, to: "Sequence[tuple[str, str]]", *, same: bool, said: dict[str, Any], json: bool, home: "Home"
) -> None:
    """Keep one decision of today."""
    import getpass

    from wardround.core.names._decision import decided
    from wardround.lake.decisions import keep

    said["author"] = said["author"] or getpass.getuser()
    now = clock_of(home).now()
    alias = decided(product, vendor=vendor, to=to, same=same, on=now.date(), **said)
    kept = keep(home.aliases, [alias], at=now)
    _tell([alias], json=json)
    if same and (strange := _not_in_records(alias, home)):
        say(f"No record here names {strange}: it decides nothing until one does.")
    say(f"{'Kept' if kept else 'That was decided before: nothing changed'}. Next: wardround names review")


def _not_in_records(alias: "Alias", home: "Home") -> str:
    """The name that an alias points to, where no record of the feeds has it under any vendor; nothing before the first sync."""
    from wardround.core.names import Aliases, key_of
    from wardround.core.vocab import WardroundError
    from wardround.lake.statements import Statements

    aliases = Aliases.load(folder=home.aliases)
    try:
        with Statements.open(home.feeds) as statements:
            for vendor, product in alias.to:
                further = (name[1] for name, _ in aliases.of(key_of(vendor), key_of(product)))
                if any(statements.naming(key) for key in (key_of(product), *further)):
                    return ""
    except WardroundError:
        return ""
    return " or ".join(_called(*name) for name in alias.to)


def _from_file(path: Path, *, at: "datetime") -> "Sequence[Install]":
    from wardround.core.estate import read
    from wardround.core.vocab import BadInput

    if not path.is_file():
        raise BadInput("is not a file", where=str(path), do="name an SBOM (CycloneDX, SPDX) or an inventory (CSV, XLSX)")
    return read(path.read_bytes(), name=str(path), at=at).installs


def _from_hub(home: "Home", org: str) -> "Iterable[Install]":
    """The installs of every organisation's newest snapshots, one snapshot at a time. An asset's id is told apart by whose it is."""
    from dataclasses import replace

    from wardround.hub.boot import boot

    boot(home)
    from wardround.hub import clock
    from wardround.hub.estate.services import installs_of, newest, snapshots
    from wardround.hub.organisations.access import system_access
    from wardround.hub.organisations.lookup import organisation_by
    from wardround.hub.organisations.models import Organisation

    access = system_access("reviewing names")
    for organisation in [organisation_by(org)] if org else Organisation.objects.all():
        for snapshot in newest(snapshots(access, organisation, until=clock.now())).values():
            for install in installs_of(snapshot):
                yield replace(install, asset_id=f"{organisation.code} {install.asset_id}")


def _show(found: "Review") -> None:
    for question in found.questions:
        versions = f" ({', '.join(question.versions)})" if question.versions else ""
        print(f"{question.assets:,} assets: {_called(question.vendor, question.product)}{versions}")
        why = "several vendors have a product of this name" if question.ambiguous else "no record names it"
        print(f"  {why}; it could be")
        for one in question.candidates:
            print(f"  {one.likeness:.0%}  {_called(one.vendor, one.product)}")
    print(f"{found.products:,} products, {found.named:,} named or exact; {found.without:,} of those looked at resemble nothing.")
    print("Next: " + (_example(found.questions[0]) if found.questions else "nothing to decide"))


def _example(question: "Question") -> str:
    import shlex

    first = question.candidates[0]
    vendor = ["--vendor", question.vendor] if question.vendor else []
    to = ["--to-vendor", first.vendor] if first.vendor else []
    return shlex.join(["wardround", "names", "accept", question.product, *vendor, *to, "--to-product", first.product])


def _called(vendor: str, product: str) -> str:
    return f"{vendor} · {product}" if vendor else product


def _tell(aliases: "Sequence[Alias]", *, json: bool) -> None:
    if json:
        emit({"aliases": [alias.document() for alias in aliases]})
        return
    for one in aliases:
        verb = "is" if one.same else "is not"
        print(f"{one.id}: {_called(one.vendor, one.product)} {verb} {', or '.join(_called(*name) for name in one.to)}")
        print(f"  {one.reason}; {one.author}, {one.date.isoformat()}, from {one.source}")


def _document(found: "Review") -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "questions": [asdict(question) for question in found.questions],
        "products": found.products,
        "named": found.named,
        "without_candidates": found.without,
    }
