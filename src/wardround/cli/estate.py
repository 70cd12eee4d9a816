"""`wardround estate`: what each organisation runs."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from wardround.cli._estate import next_command, print_coverage, read_mapping, say_preview
from wardround.cli._output import HomeOption, JsonOption, emit, home_of, say
from wardround.core.vocab import BadInput

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Inventories, scans, SBOMs: preview, import, coverage, status.")
MAX_BYTES = 512 * 1024**2


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise BadInput("is not a file", where=str(path), do="name an export, a scan report or an SBOM")
    if path.stat().st_size > MAX_BYTES:
        raise BadInput("is larger than 512 MiB", where=str(path), do="split it, each part as its own source")
    return path.read_bytes()


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Exports, scan reports, SBOMs or tables.")],
    org: Annotated[str, typer.Option(help="The organisation's code (default: the only one there is).")] = "",
    source: Annotated[str, typer.Option(help="Where it comes from: the same name at each import (default: the file's name).")] = "",
    sees: Annotated[
        list[str] | None, typer.Option(help="A product class that this source can see at all; may be repeated.")
    ] = None,
    taken: Annotated[datetime | None, typer.Option(help="When it was true (default: what the file says, else now; UTC).")] = None,
    mapping: Annotated[Path | None, typer.Option(help="A column mapping (JSON), kept for the source.")] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Import each FILE as a dated snapshot. What cannot be used is said and counted; the others go in."""
    from datetime import UTC

    from wardround.hub.boot import boot

    boot(home_of(home))
    from wardround.hub import clock
    from wardround.hub.alerts.arrivals import reconsider
    from wardround.hub.estate.services import import_inventory
    from wardround.hub.organisations.access import Act, system_access
    from wardround.hub.organisations.lookup import organisation_by

    organisation = organisation_by(org)
    columns = read_mapping(mapping)
    act = Act(system_access("command line"), clock.now())
    done: list[dict[str, Any]] = []
    problems: list[BadInput] = []
    for path in files:
        try:
            imported = import_inventory(
                act,
                organisation=organisation,
                data=_read(path),
                filename=path.name,
                source=source or path.stem,
                sees=sees,
                taken_at=taken.replace(tzinfo=UTC) if taken else None,
                mapping=columns,
            )
        except BadInput as problem:
            problems.append(problem)
            say(f"wardround: {problem}")
            continue
        done.append({"file": str(path), "new": imported.new} | _told(imported.snapshot))
    if not done:
        raise BadInput(f"nothing in {len(files)} files was usable", do="see the lines above")
    reopened = reconsider(at=clock.now(), organisation=organisation)
    if as_json:
        emit({"organisation": organisation.code, "imported": done, "failed": [str(p) for p in problems], "reopened": reopened})
        return
    for item in done:
        _print(item)
    say(f"Next: wardround estate coverage --org {organisation.code}, or wardround up: Estate shows what is affected")


def _told(row: Any) -> dict[str, Any]:
    """A snapshot as the command tells it."""
    same = ("format", "taken_at", "assets", "installs", "rejected", "noted", "sees", "shrunk_from")
    return {"snapshot": str(row.public_id), "source": row.source.name} | {name: getattr(row, name) for name in same}


def _print(item: dict[str, Any]) -> None:
    state = "imported" if item["new"] else "was there already"
    print(f"{item['file']}: {state} as {item['source']}, {item['format']}, {item['assets']} assets, {item['installs']} installs")
    print(
        f"    taken {item['taken_at']:%d %B %Y %H:%M} UTC; "
        f"sees {', '.join(item['sees']) or 'no product class (declare with --sees)'}"
    )
    if item["shrunk_from"]:
        print(f"    under 80 % of the {item['shrunk_from']} assets before: it closes nothing until a person confirms it")
    for noted in item["noted"][:5]:
        print(f"    note: {noted['where']}: {noted['what']}")
    for rejected in item["rejected"][:5]:
        print(f"    set aside: {rejected['where']}: {rejected['what']}")
    if len(item["rejected"]) > 5:
        print(f"    ... and {len(item['rejected']) - 5} more set aside")


@app.command()
def preview(
    file: Path,
    mapping: Annotated[Path | None, typer.Option(help="A column mapping to try.")] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Show what FILE is, which column of it is read as what, how much is in it, and the one command to go on."""
    from wardround.core import estate

    data, columns = _read(file), read_mapping(mapping)
    shown = estate.preview(data, name=file.name, mapping=columns)
    whole = None if not shown.installs else estate.read(data, name=file.name, mapping=columns or shown.mapping)
    proposed = shown.mapping.as_json() if shown.mapping else {"columns": {}, "constants": {}, "values": {}}
    kind = shown.mapping.kind if shown.mapping else None
    counted = {
        "assets": whole.assets if whole else 0,
        "installs": len(whole.installs) if whole else 0,
        "rejected": len(whole.rejected) if whole else 0,
        "noted": len(whole.noted) if whole else 0,
    }
    proposal_only = bool(shown.mapping and not kind and not columns and not shown.mapping.is_own)
    go_on = next_command(file, mapping=mapping, look=proposal_only or not whole)
    say_preview(shown, counted)
    if as_json:
        emit({"recognised": shown.source, "format": shown.format, "mapping": proposed, "next": go_on} | counted)
    else:
        emit(proposed)
    say(f"Next: {go_on}")


@app.command("coverage")
def coverage_(
    org: Annotated[str, typer.Option(help="The organisation's code; or give --inventory.")] = "",
    inventory: Annotated[Path | None, typer.Option(help="An inventory or SBOM, without a hub.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="A column mapping for --inventory.")] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """What the records decide of an estate, what nobody sees, and the alias or import that would decide most of the rest."""
    if bool(org) == bool(inventory):
        raise BadInput("give one of them", where="--org, --inventory", do="an organisation's code, or a file")
    told = _of_file(inventory, read_mapping(mapping), home) if inventory else _of_organisation(org, home)
    if as_json:
        emit(told)
        return
    print_coverage(told)
    steps = told["steps"]
    say(f"Next: {steps[0]['product']} ({steps[0]['installs']:,} installs). {steps[0]['do']}" if steps else "Next: wardround up")


def _of_file(file: Path, mapping: dict[str, Any] | None, home: Path | None) -> dict[str, Any]:
    from wardround.connectors.clock import SystemClock
    from wardround.core.estate import read
    from wardround.hub.estate.deciding import Distinct, as_document, known
    from wardround.lake.knowledge import knowledge

    now, distinct = SystemClock().now(), Distinct()
    for install in read(_read(file), name=file.name, mapping=mapping, at=now).installs:
        distinct.add(install)
    with knowledge(home_of(home), at=now) as by:
        return {"inventory": str(file)} | as_document(known(distinct, sees=(), by=by))


def _of_organisation(code: str, home: Path | None) -> dict[str, Any]:
    from wardround.hub.boot import boot

    boot(home_of(home))
    from wardround.hub import clock
    from wardround.hub.estate.deciding import as_document
    from wardround.hub.estate.knowing import known_of
    from wardround.hub.organisations.access import system_access
    from wardround.hub.organisations.lookup import organisation_by

    organisation = organisation_by(code)
    told = known_of(system_access("command line"), organisation, at=clock.now())
    return {"organisation": organisation.code} | as_document(told)


@app.command()
def status(org: Annotated[str, typer.Option()] = "", as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Sources and the age of their newest snapshot."""
    from wardround.hub.boot import boot

    boot(home_of(home))
    from wardround.hub import clock
    from wardround.hub.estate.services import newest, snapshots
    from wardround.hub.organisations.access import system_access
    from wardround.hub.organisations.lookup import organisation_by
    from wardround.hub.organisations.models import Organisation

    now = clock.now()
    chosen = [organisation_by(org)] if org else list(Organisation.objects.filter(kind=Organisation.Kind.TRUST))
    rows = [
        {
            "organisation": o.code,
            "source": name,
            "taken_at": s.taken_at,
            "assets": s.assets,
            "sees": s.sees,
            "days": (now - s.taken_at).days,
        }
        for o in chosen
        for name, s in newest(snapshots(system_access("command line"), o, until=now)).items()
    ]
    if as_json:
        emit({"sources": rows})
        return
    for row in rows:
        sees = ", ".join(row["sees"]) or "-"
        print(f"{row['organisation']:8} {row['source']:30} {row['days']:4} days old, {row['assets']} assets, sees {sees}")
    say("Next: wardround estate import FILE --org CODE" if not rows else "Next: wardround up")
