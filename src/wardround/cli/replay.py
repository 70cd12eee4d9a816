"""`wardround replay`: a real incident, day by day, in a throw-away home."""

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from wardround.cli._output import HomeOption, JsonOption, emit
from wardround.lake.home import Home

app = typer.Typer(add_completion=False)


@app.command()
def replay(
    scenario: Annotated[str, typer.Argument(help="epmm")],
    estate: Annotated[
        Path | None, typer.Option(help="Inventories to use instead of the scenario's.", file_okay=False, exists=True)
    ] = None,
    logs: Annotated[Path | None, typer.Option(help="Logs to use instead of the scenario's.", file_okay=False, exists=True)] = None,
    export: Annotated[Path | None, typer.Option(help="Write the scenario's inventories and logs here, and stop.")] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Play SCENARIO: what was known, decided, sent and done, and where each organisation stands at the end.

    It runs in a throw-away home; with --home DIR, an empty folder, the home is kept to look at.
    """
    from wardround.hub.replay.scenario import load

    chosen = load(scenario)
    if export:
        from wardround.hub.replay.inputs import write_estate, write_logs

        write_estate(chosen, folder=export / "estate")
        write_logs(chosen, folder=export / "logs")
        written = {"estate": export / "estate", "logs": export / "logs"}
        if as_json:
            emit({name: str(folder) for name, folder in written.items()})
        else:
            print(f"Written to {export}. Next: wardround replay {scenario} --estate {written['estate']} --logs {written['logs']}")
        return
    with TemporaryDirectory(prefix="wardround-") as spare:
        from wardround.hub.boot import boot

        boot(Home(home.absolute()) if home else Home(Path(spare)))
        from django.db import connections

        from wardround.hub.replay.play import play

        last: list[str] = [""]

        def tell(at: datetime, what: str) -> None:
            day = f"{at:%A %d %B %Y}"
            if day != last[0]:
                print(f"\n{day}")
                last[0] = day
            print(f"  {at:%H:%M}  {what}")

        played = play(chosen, estate=estate, logs=logs, tell=None if as_json else tell)
        connections.close_all()
    if as_json:
        emit({"steps": played.steps, "organisations": played.organisations, "comparison": played.comparison})
    else:
        _print_endings(played.organisations)
        _print_comparison(played.comparison)
        print("\nNext: wardround up --demo shows this in the hub, on 20 May; --export DIR writes its inputs to try others.")


def _print_endings(rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="Where each organisation stands", show_lines=True)
    for column in ("organisation", "state", "why"):
        table.add_column(column)
    for row in rows:
        state = (row["closing"] and f"closed: {row['closing'].replace('_', ' ')}") or row["state"].replace("_", " ")
        marks = (["overdue: " + ", ".join(row["overdue"])] if row["overdue"] else []) + (
            ["was reopened"] if row["reopened"] else []
        )
        hours = f"{row['hours_seen']} of {row['hours']} hours searched" if row["hours"] else ""
        why = "\n".join(row["open_because"][:4]) or hours
        table.add_row(f"{row['code']} {row['name'].removesuffix(' (fictitious)')}", "\n".join([state, *marks]), why)
    Console().print(table)


def _print_comparison(comparison: dict[str, Any]) -> None:
    if not comparison:
        return
    print("\nWhat others would have done on those days")
    for title, key in (("CVSS first", "cvss_first"), ("EPSS first", "epss_first"), ("Wardround", "wardround")):
        for row in comparison[key]:
            print(f"  {title:12} {row['cve']}: {row['what']}")
    print(f"  {'Literal':12} {comparison['literal_matching']['what']}")
