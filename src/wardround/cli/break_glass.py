"""`wardround break-glass`: sealed codes for the night on which nobody of the centre can sign in."""

from typing import Annotated, Any

import typer

from wardround.cli._output import HomeOption, JsonOption, emit, home_of, say

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Sealed codes that let somebody in once as duty officer: make, list, revoke."
)


def _act() -> Any:
    from wardround.hub import clock
    from wardround.hub.organisations.access import Act, system_access

    return Act(system_access("command line"), clock.now())


@app.command()
def make(
    codes: Annotated[int, typer.Option(help="How many, 1 to 20.")] = 3, as_json: JsonOption = False, home: HomeOption = None
) -> None:
    """Make codes and print them, this once. Each goes into an envelope of its own, sealed and signed for."""
    from wardround.hub.boot import boot

    boot(home_of(home))
    from wardround.hub.signin import emergency

    made = emergency.make(_act(), number=codes)
    if as_json:
        emit({"codes": [{"number": number, "code": code} for number, code in made]})
        return
    for number, code in made:
        print(f"{number:4}  {code}")
    say("They are shown this once. Seal each, note who keeps it, and open none but in an emergency: at /break-glass/ of the hub.")


@app.command("list")
def list_(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Which codes there are, and what became of each."""
    from wardround.hub.boot import boot

    boot(home_of(home))
    from wardround.hub.signin import emergency
    from wardround.hub.signin.models import EmergencyCode

    emergency.run_out()
    rows = [{"number": row.number, "made": row.made_at, "state": row.state, "by": row.name} for row in EmergencyCode.objects.all()]
    if as_json:
        emit({"codes": rows})
        return
    for row in rows:
        print(f"{row['number']:4}  made {row['made']:%Y-%m-%d}  {row['state']}" + (f" by {row['by']}" if row["by"] else ""))
    say("Next: wardround break-glass make" if not any(row["state"] == "sealed" for row in rows) else "")


@app.command()
def revoke(number: int, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Void the code with this NUMBER, whose seal is broken or which is lost."""
    from wardround.hub.boot import boot

    boot(home_of(home))
    from wardround.hub.signin import emergency

    emergency.revoke(_act(), number=number)
    if as_json:
        emit({"revoked": number})
    say(f"Code {number} is void.")
