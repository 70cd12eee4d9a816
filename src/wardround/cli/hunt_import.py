"""`wardround hunt import`: the result of a pack's query, run where the logs already live, as a hunt."""

from pathlib import Path
from typing import Annotated

import typer

from wardround.cli._hunt_options import SinceOption, UntilOption, window
from wardround.cli._output import HomeOption, JsonOption, emit
from wardround.core.vocab import BadInput

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def hunt_import(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Results of a pack's queries, exported as CSV or JSON.")],
    pack: Annotated[str, typer.Option("--pack", metavar="NAME|DIR", help="The pack whose query it was.")],
    probe: Annotated[
        list[Path] | None,
        typer.Option("--probe", metavar="FILE", help="The result of the pack's coverage query; may be repeated."),
    ] = None,
    query: Annotated[
        list[str] | None,
        typer.Option(
            "--query", metavar="NAME", help="A query that was run: hunt.web; may be repeated. Without it: the hunt queries."
        ),
    ] = None,
    json: JsonOption = False,
    home: HomeOption = None,
    host: Annotated[str, typer.Option("--host", help="Count this host's hours, as the result names it.")] = "",
    since: SinceOption = "",
    until: UntilOption = "",
) -> None:
    """Take the result of a query that was run elsewhere as a hunt. Without a probe its coverage is unknown, and said so.

    Exit code 0 with or without detections; 2 when the result cannot be read.
    """
    from wardround.cli._hunt_also import Also
    from wardround.cli.hunt import _document, _next, _print
    from wardround.core.hunts._imported import imported, told
    from wardround.core.hunts._packs import pack_in
    from wardround.core.hunts._rows import joined, read_rows
    from wardround.lake.hunts import pack_folder

    asked_for = window(since, until)
    folder = pack_folder(pack)
    if folder is None:
        raise BadInput("it is no pack: there is no pack.toml in it", where=pack, do="give the pack whose query it was")
    given = pack_in(folder, where=pack)
    if not given.queries:
        raise BadInput("the pack has no queries", where=pack, do="give the pack whose query it was")
    rows = joined([read_rows(str(path), path.read_bytes()) for path in files])
    probes = joined([read_rows(str(path), path.read_bytes()) for path in probe]) if probe else None
    result = imported(rows, pack=given, probe=probes, queries=query or ())
    sentence = told(result, probed=probes is not None, window=asked_for, host=host or None)
    if json:
        emit(_document(result, given.rules, sentence, result.rejected))
    else:
        _print(result, sentence, result.rejected, Also())
        print(_next(result, asked_for))
