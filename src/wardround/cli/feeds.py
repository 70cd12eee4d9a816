"""`wardround feeds`: bring in what was published, and say how old it is."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wardround.cli._output import HomeOption, JsonOption, clock_of, emit, home_of, say
from wardround.core.vocab import BadInput

if TYPE_CHECKING:
    from wardround.lake.statements import Age

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, no_args_is_help=True, help="Fetch what was published: CVE, KEV, EPSS, CSAF."
)
MirrorOption = Annotated[
    Path | None, typer.Option("--mirror", help="Read this folder instead of the public addresses (.zst, .gz, .zip, .tar.* inside).")
]


@app.command()
def sync(mirror: MirrorOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """Bring the feeds up to date, from their public addresses or from a folder. Interrupted, it goes on when run again."""
    from wardround.connectors.feeds import sync_mirror, sync_public
    from wardround.lake.filling import fill

    into, clock = home_of(home).feeds, clock_of(home_of(home))
    with _progress() as progress:
        if mirror is None:
            report = sync_public(into=into, clock=clock, progress=progress)
        else:
            report = sync_mirror(mirror, into=into, clock=clock, progress=progress)
    document = report.as_json()
    emit(document) if json else _show_report(document)
    with _progress() as progress:
        fill(into, at=clock.now(), progress=progress)
    if not document["reached"]:
        if mirror is None:
            raise BadInput("no feed could be reached", do="check the connection or the proxy, or use --mirror with a folder")
        raise BadInput(
            "nothing in it is a CVE record, KEV, EPSS, CSAF, OSV or VEX",
            where=str(mirror),
            do="give the folder that holds the feed files",
        )


@app.command()
def status(json: JsonOption = False, home: HomeOption = None) -> None:
    """How many statements are here, how old each feed is, and what was set aside as broken."""
    from wardround.lake.statements import Statements

    with Statements.open(home_of(home).feeds) as statements:
        counts, ages = statements.counts(), statements.ages()
        aside = [{"feed": f, "place": p, "what": w, "bytes": len(raw)} for f, p, w, raw in statements.set_aside()]
    feeds = [{"name": f, **counts[f], "stated_at": ages[f].stated_at, "synced_at": ages[f].synced_at} for f in counts]
    if json:
        emit({"feeds": feeds, "rejected": aside})
    else:
        _show_status(feeds, ages, aside)


@contextmanager
def _progress() -> Iterator[Callable[[int, int, str], None]]:
    """A bar on standard error where that is a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield lambda done, total, name: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("", total=None)
        yield lambda done, total, name: bars.update(task, completed=done, total=total or None, description=name[-60:])


def _table(*columns: str) -> Any:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        numeric = column in ("records", "new", "changed", "rejected", "files", "statements", "set aside", "read", "more versions")
        table.add_column(column, justify="right" if numeric else "left", overflow="fold", no_wrap=numeric)
    return table


def _show_report(document: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    table = _table("feed", "read", "new", "changed", "more versions", "set aside", "")
    for feed in document["feeds"]:
        numbers = (f"{feed[key]:,}" for key in ("records", "new", "changed", "duplicates", "rejected"))
        table.add_row(
            feed["name"].upper(), *numbers, "not reached" if "failed" in feed else "unchanged" if feed["unchanged"] else ""
        )
    console.print(table)
    for feed in document["feeds"]:
        if "failed" in feed:
            console.print(f"{feed['name'].upper()} was not reached: {feed['failed']}", markup=False, soft_wrap=True)
    if document["left"]:
        left = _table("left, because it is no feed", "files", "why")
        for one in document["left"]:
            named = f"{one['place']}/{one['names'][0]}".removeprefix("./") if one["files"] == 1 else one["place"]
            left.add_row(Text(named), f"{one['files']:,}", Text(one["why"]))
        console.print(left)
    if document["rejected"]:
        aside = _table("set aside", "why")
        for one in document["rejected"][:20]:
            aside.add_row(Text(one["place"]), Text(one["what"]))
        console.print(aside)
        if len(document["rejected"]) > 20:
            console.print(f"and {len(document['rejected']) - 20:,} more; all are kept: wardround feeds status --json")
    if document["reached"]:
        console.print("Next: wardround check FILE --as-of DATE, or wardround feeds status", markup=False)


def _show_status(feeds: list[dict[str, Any]], ages: dict[str, "Age"], aside: list[dict[str, Any]]) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    table = _table("feed", "records", "statements", "set aside", "newest statement", "last synced")
    for feed in feeds:
        age = ages[feed["name"]]
        dates = (f"{at:%Y-%m-%d %H:%M} UTC" if at else "never" for at in (age.stated_at, age.synced_at))
        table.add_row(feed["name"].upper(), *(f"{feed[key]:,}" for key in ("records", "statements", "rejected")), *dates)
    console.print(table)
    missing = [feed["name"].upper() for feed in feeds if not feed["records"]]
    if missing:
        say(f"nothing from {', '.join(missing)} yet")
    console.print(f"{len(aside)} set aside: wardround feeds status --json" if aside else "Next: wardround feeds sync", markup=False)
