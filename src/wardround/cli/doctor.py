"""`wardround doctor`: is this installation in order."""

from typing import Annotated

import typer

from wardround.cli._output import HomeOption, JsonOption, emit, installed, say

app = typer.Typer(add_completion=False)
SHOWN = 20


@app.command()
def doctor(
    deep: Annotated[bool, typer.Option("--deep", help="Read every kept file and compare its hash.")] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Look at folder, database, feeds, kept files, record, key and messages: exit 1 where something is wrong, with what to do."""
    from wardround.hub.boot import boot

    place = installed(home)
    boot(place)
    from wardround.hub import clock
    from wardround.hub.doctor import examine

    looks = []
    for look in examine(place, at=clock.now(), deep=deep):
        looks.append(look)
        if not as_json:
            print(f"{'wrong' if look.wrong else 'ok':6} {look.what}")
            for line in look.wrong[:SHOWN]:
                print(f"       {line}")
            if len(look.wrong) > SHOWN:
                print(f"       and {len(look.wrong) - SHOWN:,} more; --json lists all")
            if look.wrong:
                print(f"       {look.do}")
    if as_json:
        emit(
            {"in_order": not any(x.wrong for x in looks), "looks": [{"what": x.what, "wrong": x.wrong, "do": x.do} for x in looks]}
        )
    if any(look.wrong for look in looks):
        raise typer.Exit(1)
    say("Everything that was looked at is in order." + ("" if deep else " Next: --deep reads every kept file as well"))
