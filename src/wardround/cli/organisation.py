"""`wardround organisation`: who takes part."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from wardround.cli._output import HomeOption, JsonOption, emit, home_of, say

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Organisations and their people: centre, add, import, person, invite, remove, list.",
)


def _act() -> Any:
    from wardround.hub import clock
    from wardround.hub.organisations.access import Act, system_access

    return Act(system_access("command line"), clock.now())


@app.command()
def centre(
    name: str,
    mailbox: str,
    email: str,
    person: Annotated[str, typer.Option(help="The administrator's name.")],
    password: Annotated[
        str, typer.Option(envvar="WARDROUND_PASSWORD", prompt=True, hide_input=True, help="12 characters or more.")
    ],
    kind: Annotated[str, typer.Option(help="national, shared (a region or group), or one (one organisation).")] = "national",
    code: Annotated[str, typer.Option(help="With --kind one: the organisation's code.")] = "",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Set up a new hub: the centre NAME with its MAILBOX, or one organisation, and its first administrator EMAIL."""
    from wardround.hub.boot import boot

    boot(home_of(home))
    from wardround.hub.membership.first import begin

    user = begin(kind=kind, organisation=name, mailbox=mailbox, name=person, email=email, password=password, code=code)
    if as_json:
        emit({"centre": name, "administrator": user.email, "kind": kind})
    following = f"estate import FILE --org {code.upper()}" if kind == "one" else "organisation add CODE NAME MAILBOX"
    say(f"{name} is set up. Next: wardround {following}, then wardround up")


@app.command()
def add(
    code: str,
    name: str,
    mailbox: str,
    kind: Annotated[str, typer.Option(help="What it is: trust, icb, supplier or other.")] = "trust",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """An organisation by its CODE (2 to 12 capitals or digits), NAME and MAILBOX."""
    from wardround.core.vocab import BadInput
    from wardround.hub.boot import boot

    boot(home_of(home))
    from wardround.hub.accounts.joining import add_organisation
    from wardround.hub.membership.directory import KINDS

    if kind not in KINDS:
        raise BadInput(f"{kind!r} is no kind of organisation", where="--kind", do="use " + ", ".join(KINDS))
    added = add_organisation(_act(), code=code, name=name, mailbox=mailbox, kind=kind)
    if as_json:
        emit({"organisation": {"code": added.code, "name": added.name, "kind": added.kind, "mailbox": added.mailbox}})
    following = f"organisation person {added.code} EMAIL NAME" if kind == "supplier" else f"estate import FILE --org {added.code}"
    say(f"{added} was added. Next: wardround {following}")


@app.command("import")
def import_(
    file: Path,
    kind: Annotated[str, typer.Option(help="What they are: trust, icb, supplier or other.")] = "trust",
    dry: Annotated[bool, typer.Option("--dry", help="Say what would change, and change nothing.")] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Organisations from FILE, a CSV file of the public directory."""
    from wardround.core.directory import read_directory
    from wardround.hub.boot import boot

    reading = read_directory(file.read_bytes(), where=file.name)
    boot(home_of(home))
    from wardround.hub.membership.directory import bring_directory

    changes = bring_directory(_act(), reading, kind=kind, dry=dry)
    if as_json:
        emit({"dry": dry, "kind": kind} | asdict(changes))
        return
    print("Would change:" if dry else "Changed:")
    said = {
        "added": changes.added,
        "renamed": changes.renamed,
        "marked as closed": changes.closed,
        "open again": changes.open_again,
        "below another parent": changes.moved,
        "closed already, not added": changes.closed_already,
        "parent not here, left as it was": changes.parent_unknown,
    }
    for words, codes in said.items():
        print(f"{len(codes):8} {words}{': ' + ', '.join(codes[:5]) + (' ...' if len(codes) > 5 else '') if codes else ''}")
    print(f"{changes.the_same:8} the same as before\n{len(changes.aside):8} lines put aside")
    for one in changes.aside[:10]:
        say(f"    {one.where}: {one.what}")
    say(
        "Next: the same without --dry"
        if dry
        else "Next: wardround up; its page Organisations says who has no lead and no mailbox yet"
    )


@app.command()
def person(
    code: str,
    email: str,
    name: str,
    role: Annotated[
        str, typer.Option(help="One of the table of roles: organisation (its lead), responder, siro...")
    ] = "organisation",
    siro: Annotated[bool, typer.Option("--siro", help="They are the SIRO and may accept risks.")] = False,
    clinical_safety_officer: Annotated[bool, typer.Option("--clinical-safety-officer")] = False,
    password: Annotated[
        str, typer.Option(envvar="WARDROUND_PASSWORD", help="12 characters or more; a new person is asked for it.")
    ] = "",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """A person (EMAIL, NAME) of the organisation CODE."""
    from wardround.hub.boot import boot

    boot(home_of(home))
    from wardround.hub.accounts.joining import add_person
    from wardround.hub.accounts.models import User
    from wardround.hub.membership.desk import keep_desk
    from wardround.hub.organisations.lookup import organisation_by

    organisation = organisation_by(code)
    if not password and not User.objects.filter(email=email.lower()).exists():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    act = _act()
    user = add_person(
        act,
        organisation=organisation,
        email=email,
        name=name,
        role=role,
        password=password or None,
        siro=siro,
        clinical_safety_officer=clinical_safety_officer,
    )
    keep_desk(act, user)
    if as_json:
        emit({"person": user.email, "organisation": organisation.code, "role": role})
    say(f"{email} may sign in for {organisation.code}.")


@app.command()
def invite(
    code: str,
    email: str,
    address: Annotated[str, typer.Option(help="Where people open the hub: https://wardround.example.nhs.example.")],
    role: Annotated[str, typer.Option(help="As `person` takes it.")] = "organisation",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Invite EMAIL to a role in the organisation CODE, by a letter whose link works once and for 72 hours."""
    from urllib.parse import urlsplit

    from wardround.core.vocab import BadInput
    from wardround.hub.boot import boot

    if urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).netloc:
        raise BadInput("is no address of a hub", where="--address", do="write https://HOST")
    boot(home_of(home))
    from wardround.hub.membership.inviting import invite as ask_in
    from wardround.hub.organisations.lookup import organisation_by

    made = ask_in(
        _act(),
        organisation=organisation_by(code),
        email=email,
        role=role,
        link=lambda token: f"{address.rstrip('/')}/invitation/{token}/",
    )
    if as_json:
        emit({"invited": made.email, "organisation": code.upper(), "role": made.role, "until": made.expires_at})
    say(f"A letter to {made.email} waits to be sent. Next: wardround up, or wardround worker")


@app.command()
def remove(code: str, email: str, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """End the membership of EMAIL in the organisation CODE. What they did stays in the record."""
    from wardround.core.vocab import BadInput
    from wardround.hub.boot import boot

    boot(home_of(home))
    from wardround.hub.accounts.models import User
    from wardround.hub.membership.leaving import remove as end
    from wardround.hub.organisations.lookup import organisation_by

    organisation, user = organisation_by(code), User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise BadInput("does not belong to the organisation", where=email, do="look at its page")
    end(_act(), user=user, organisation=organisation)
    if as_json:
        emit({"removed": user.email, "organisation": organisation.code})
    say(f"{user.email} can do nothing for {organisation.code} any more.")


@app.command("list")
def list_(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """The organisations."""
    from wardround.hub.boot import boot

    boot(home_of(home))
    from wardround.hub.organisations.models import Organisation

    rows = [{"code": o.code, "name": o.name, "kind": o.kind, "mailbox": o.mailbox} for o in Organisation.objects.all()]
    if as_json:
        emit({"organisations": rows})
        return
    for row in rows:
        print(f"{row['code']:8} {row['name']} ({row['kind']})")
    say("Next: wardround organisation add CODE NAME MAILBOX" if not rows else "Next: wardround estate import FILE --org CODE")
