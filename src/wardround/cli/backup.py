"""`wardround backup`: everything of an installation in one file."""

from pathlib import Path
from typing import Annotated

import typer

from wardround.cli._output import HomeOption, JsonOption, emit, installed, say
from wardround.cli._progress import progress

app = typer.Typer(add_completion=False)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="A new file.")],
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Write rows, files and keys to FILE while the hub runs. Keep it as safe as the installation: it holds logs, names and keys."""
    from wardround.hub.boot import boot

    place = installed(home)
    boot(place)
    from wardround.hub import clock
    from wardround.hub.backup.services import backup as write

    with progress() as seen:
        made = write(place, file, at=clock.now(), seen=lambda done, name: seen(done, 0, name))
    size, rows = file.stat().st_size, sum(rows for _, rows, _ in made.about["tables"])
    if as_json:
        emit({"file": str(file), "bytes": size, "files": len(made.members), "rows": rows, "made_at": made.made_at})
    say(f"{file}: {rows:,} rows and {len(made.members):,} files in {size / 1e6:,.1f} MB.")
    say(f"Next: try it: wardround restore {file} --home NEW-FOLDER, then wardround doctor --home NEW-FOLDER")
