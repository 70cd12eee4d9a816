"""`wardround audit`: the record of an organisation, so that anybody can check it."""

import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wardround.cli._output import HomeOption, JsonOption, emit, home_of, say
from wardround.core.vocab import BadInput

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="The record: export it, check an export anywhere, show the key that signs it."
)


@app.command()
def export(
    out: Annotated[Path | None, typer.Option(help="The file to write.  [default: standard output]")] = None,
    org: Annotated[str, typer.Option(help="One organisation's record, by its code.  [default: every organisation's]")] = "",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Sign what the record has come to and write it to a file; exit 1 where the database shows something else than the record."""
    from wardround.hub.boot import boot

    boot(home_of(home))
    from wardround.hub import clock
    from wardround.hub.audit.exporting import exported, shown_otherwise
    from wardround.hub.audit.sealing import seal
    from wardround.hub.organisations.lookup import organisation_by
    from wardround.hub.organisations.models import Organisation
    from wardround.lake.files import written_whole

    if as_json and not out:
        raise BadInput("standard output cannot hold both the record and the summary", where="--json", do="add --out FILE")
    chosen = [organisation_by(org)] if org else list(Organisation.objects.order_by("code"))
    sealed = {organisation.code: seal(organisation, at=clock.now()) for organisation in chosen}
    with written_whole(out.parent, name=lambda: out) if out else nullcontext(sys.stdout.buffer) as file:
        for organisation in chosen:
            file.writelines(exported(organisation))
    changed = {organisation.code: list(shown_otherwise(organisation)) for organisation in chosen}
    rows = [
        {"organisation": code, "entries": at.sequence if at else 0, "key": at.key if at else "", "shown_otherwise": changed[code]}
        for code, at in sealed.items()
    ]
    if as_json:
        emit({"file": str(out), "records": rows})
    for code, numbers in changed.items():
        if numbers:
            which = ", ".join(map(str, numbers[:20]))
            say(f"{code}: the pages show something else than was recorded in entry {which}: look who changed the database")
    total = sum(one.sequence for one in sealed.values() if one)
    say(f"{total:,} entries of {len(rows)} organisations. Next: wardround audit verify {out or 'FILE'}")
    if any(changed.values()):
        raise typer.Exit(1)


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="What `audit export` wrote, or the page of a record.")],
    key: Annotated[list[str] | None, typer.Option(help="A key to trust (as `audit key` shows it, or a file of it).")] = None,
    known: Annotated[
        list[Path] | None, typer.Option(help="An earlier export: the record must still lead through its checkpoints.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Is FILE what was recorded: exit 1 where an entry was changed, is missing or stands elsewhere, each named. Needs no hub."""
    from wardround.core.record import verify as verified
    from wardround.core.record._verify import checkpoints_in

    earlier = [one for path in known or [] for one in checkpoints_in(_lines(path))]
    found = verified(_lines(file), name=str(file), keys=[_key(text) for text in key or []], known=earlier)
    if as_json:
        emit(
            {
                "intact": not any(record.faults for record in found),
                "key_given": bool(key),
                "records": [
                    {
                        "organisation": record.organisation,
                        "entries": record.entries,
                        "signed": record.signed,
                        "signed_at": record.signed_at.isoformat() if record.signed_at else None,
                        "keys": list(record.keys),
                        "faults": [{"where": f.where, "entry": f.entry, "what": f.what} for f in record.faults],
                    }
                    for record in found
                ],
            }
        )
    else:
        for record in found:
            for fault in record.faults:
                print(f"{record.organisation}: {f'entry {fault.entry} ' if fault.entry else ''}{fault.what} ({fault.where})")
            if not record.faults:
                when = f"{record.signed_at:%d %b %Y %H:%M} UTC"
                print(f"{record.organisation}: {record.entries:,} entries as they were recorded, signed {when}")
    if any(record.faults for record in found):
        say("This file is not what was recorded. Next: keep it as it is, and compare with an earlier export: --known FILE")
        raise typer.Exit(1)
    if not key:
        keys = ", ".join(sorted({one for record in found for one in record.keys}))
        say(f"Signed with the key {keys}, by the file's own word. Next: ask the service for its key, and give it with --key")


@app.command("key")
def key_(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """The public key that signs the record: publish it, so that others can check what they are given."""
    from wardround.hub.boot import boot

    boot(home_of(home))
    from wardround.core.record import fingerprint, key_text
    from wardround.hub.audit.sealing import signing_key

    public = signing_key().public_key()
    if as_json:
        emit({"key": key_text(public), "fingerprint": fingerprint(public)})
    else:
        print(key_text(public))
    say(f"Fingerprint {fingerprint(public)}. Next: publish it where your organisation publishes what others rely on")


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            yield from file
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", where=str(path), do="name an exported record") from None


def _key(text: str) -> "Ed25519PublicKey":
    from wardround.core.record import read_key

    if (path := Path(text)).is_file():
        return read_key(path.read_text(errors="replace"), where=text)
    return read_key(text, where="--key")
