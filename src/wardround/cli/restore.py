"""`wardround restore`: an installation out of a backup, in an empty place."""

from pathlib import Path
from typing import Annotated

import typer

from wardround.cli._output import DatabaseOption, HomeOption, JsonOption, emit, home_of, say, use_database
from wardround.cli._progress import progress
from wardround.lake.home import Home

app = typer.Typer(add_completion=False)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `backup` wrote.")],
    database: DatabaseOption = "",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Check FILE as a whole and put everything back into an empty folder and an empty database, of either kind."""
    from wardround.hub.backup.services import KEPT, staged
    from wardround.hub.backup.services import restore as load
    from wardround.hub.boot import start

    place = home_of(home)
    use_database(database)
    with progress() as seen, staged(file, place, seen=lambda done, name: seen(done, 0, name)) as (folder, manifest):
        start(Home(folder / KEPT))
        load(folder, manifest, place)
    rows = sum(rows for _, rows, _ in manifest.about["tables"])
    if as_json:
        emit({"home": str(place.path), "rows": rows, "files": len(manifest.members), "made_at": manifest.made_at})
    say(f"{place.path}: {rows:,} rows and {len(manifest.members):,} files of {manifest.made_at}, checked one by one.")
    say(f"Next: wardround doctor --home {place.path}, then wardround up --home {place.path}")
