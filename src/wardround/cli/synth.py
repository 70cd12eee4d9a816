"""`wardround synth`: data of the real shape that belongs to nobody."""

from pathlib import Path
from typing import Annotated

import typer

from wardround.cli._output import JsonOption, emit, say
from wardround.cli._progress import progress

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, no_args_is_help=True, help="Data of the real shape that belongs to nobody."
)


@app.callback()
def synth() -> None:
    """Data of the real shape that belongs to nobody."""


@app.command()
def estate(
    out: Annotated[Path, typer.Option(metavar="DIR", help="The new folder to write.")],
    trusts: Annotated[int, typer.Option(help="How many trusts.")] = 215,
    devices: Annotated[int, typer.Option(help="How many devices in all, with about 100 installs each.")] = 2_000_000,
    seed: Annotated[int, typer.Option(help="The same number gives the same bytes.")] = 1,
    feeds: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Take products and versions from these feeds: a home, or its feeds folder.")
    ] = None,
    others: Annotated[int, typer.Option(help="Organisations that are no trusts, a tenth of the size.")] = 0,
    json: JsonOption = False,
) -> None:
    """Write a fictitious nation: organisations, devices, and what is installed on them, as columns."""
    from wardround.cli._feeds_folder import feeds_of
    from wardround.engines import synth

    with progress() as shown:
        made = synth.synth(
            out, trusts=trusts, devices=devices, seed=seed, feeds=feeds_of(feeds) if feeds else None, others=others, progress=shown
        )
    if json:
        emit(made)
        return
    size = sum(path.stat().st_size for path in out.iterdir())
    print(f"{len(made['organisations'])} fictitious organisations, {made['devices']:,} devices, {made['installs']:,} installs")
    print(f"in {out}, {size / 1e6:,.0f} MB. Every code and name is invented.")
    say(f"Next: wardround match --estate {out} --feeds HOME")
