"""`wardround rules`: are these rules that can be run, and what is wrong with the others."""

from pathlib import Path
from typing import Annotated

import typer

from wardround.cli._output import HomeOption, JsonOption, emit, home_of, say
from wardround.cli._rule_files import PipelineOption, ValuesOption, read_rule_files
from wardround.core.vocab import BadInput
from wardround.core.vocab._hunting import NotRun, Reason

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, help="Sigma rules, before they are run.")
SHOWN = 50


@app.callback()
def _rules() -> None:
    """Sigma rules, before they are run."""


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of Sigma rules, or one file.")],
    json: JsonOption = False,
    home: HomeOption = None,
    pipeline: PipelineOption = None,
    values: ValuesOption = None,
) -> None:
    """Read every rule, correlation and filter, and name those that are wrong, with file, line and what it is.

    Exit code 0 when every one loads, 1 when one does not, 2 when there is none.
    """
    if not folder.exists():
        raise BadInput("there is no such file or folder", where=str(folder))
    rules = read_rule_files(folder, home=home_of(home), pipelines=pipeline or (), values=values)
    given = rules.given + rules.filters
    problems = [_told(miss) for miss in rules.broken if miss.reason is Reason.BROKEN]
    unrun = [_told(miss) for miss in rules.broken if miss.reason is not Reason.BROKEN]
    if json:
        emit({"given": given, "loads": given - len(problems), "problems": problems, "not_run": unrun})
    else:
        for miss in rules.broken[:SHOWN]:
            print(miss.why)
        if len(rules.broken) > SHOWN:
            print(f"... and {len(rules.broken) - SHOWN} more: --json lists all")
        print(f"{given - len(problems):,} of {given:,} load" + (f"; {len(unrun):,} of these cannot be run here." if unrun else "."))
        say("Next: " + ("correct what does not load" if problems else f"wardround hunt LOG... --rules {folder}"))
    if problems:
        raise typer.Exit(1)


def _told(miss: NotRun) -> dict[str, str | int]:
    return {"file": miss.file, "line": miss.line, "what": miss.what, "id": miss.id}
