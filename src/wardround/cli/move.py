"""`wardround move`: the hub's rows from SQLite to PostgreSQL."""

from typing import Annotated

import typer

from wardround.cli._output import HomeOption, JsonOption, emit, home_of, say

app = typer.Typer(add_completion=False)


@app.command()
def move(
    url: Annotated[str, typer.Argument(help="postgresql://user:password@host:port/name, an empty database.")],
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Copy every row of the hub's SQLite file to the database at URL, compare them, and put the file aside. Stop the hub first."""
    from wardround.hub.boot import boot

    place = home_of(home)
    boot(place)
    from wardround.hub.backup.moving import move as carry

    tables = carry(place, url)
    rows = sum(table.rows for table in tables)
    if as_json:
        emit({"rows": rows, "tables": {table.label: table.rows for table in tables}, "kept": str(place.moved)})
    say(f"{rows:,} rows of {len(tables)} tables are in PostgreSQL and were compared one by one. The old file is {place.moved}.")
    say("Next: state WARDROUND_DATABASE for the hub and every command (better WARDROUND_DATABASE_FILE), then wardround up")
