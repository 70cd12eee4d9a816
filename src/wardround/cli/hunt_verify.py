"""`wardround hunt verify`: is a kept hunt still true?"""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

import typer

from wardround.cli._output import HomeOption, JsonOption, emit, home_of
from wardround.core.vocab import BadInput, WardroundError

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def hunt_verify(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The hunt's name.")],
    json: JsonOption = False,
    home: HomeOption = None,
    run: Annotated[str, typer.Option("--run", metavar="SHA256", help="One of its runs; without it the newest.")] = "",
) -> None:
    """Hold a kept run against its logs, its rules and a second run, and say what differs. Nothing is mended.

    Exit code 0 when all of it is the same, 1 when something differs, 2 when there is no such run.
    """
    from wardround.engines.hunting import engine
    from wardround.lake.files import FileStore
    from wardround.lake.hunts import KeptHunts, NamedRuns

    at = home_of(home)
    runs = NamedRuns(at.hunts)
    known = runs.of(name)
    if not known or (run and run not in known):
        raise BadInput("there is no such run", where=f"{name} {run}".strip(), do=f"kept: {', '.join(runs.names()) or 'none'}")
    kept = KeptHunts(FileStore(at.files))
    notes: list[str] = []
    try:
        document = kept.read(run or known[-1])
        found = _differences(document, kept)
        if document["engine"] != engine():
            notes.append(f"The run was made by another version ({document['version']}): a difference may come from that.")
    except (WardroundError, OSError) as problem:
        document, found = {"at": "", "statement": ""}, [str(problem)]
    if json:
        emit({"name": name, "run": run or known[-1], "same": not found, "differences": found, "notes": notes})
    else:
        print(f"{document['at'][:16]} {document['statement']}".strip())
        for one in (*found, *notes):
            print(f"  {one}")
        print("It differs: what was said then cannot be shown now." if found else "Logs, rules and result are what they were.")
    if found:
        raise typer.Exit(1)


def _differences(document: Mapping[str, Any], kept: Any) -> list[str]:
    """What differs in the logs and the rules; where these are the same, in the result of a second run."""
    from wardround.cli._hunt_options import window
    from wardround.cli._kept_logs import checked, in_this_form, with_left_out
    from wardround.cli.hunt_keep import ready_again
    from wardround.core.hunts import statement
    from wardround.core.hunts._again import hunt_again
    from wardround.core.hunts._kept import differences, result_document
    from wardround.engines.hunting import FastSearcher

    found = []
    for log in document["logs"]:
        try:
            checked(log).stream.close()
        except WardroundError as problem:
            found.append(str(problem))
    document = in_this_form(document)
    asked = document["rules"]
    rules, indicators = ready_again(asked, kept)
    if rules.sha256 != document["rules"]["sha256"]:
        found.append("the kept rule files are not the rules of that run")
    if found:
        return found
    logs = {log["key"]: partial(checked, log) for log in document["logs"]}
    again = hunt_again(logs, rules=rules, known={}, searching=FastSearcher, indicators=indicators).result
    result = with_left_out(again, document["left_out"])
    found = differences(document["result"], result_document(result))
    if not found and document["statement"] != (said := statement(result, window=window(*asked["window"] or ("", "")))):
        found.append(f"the statement that was kept is not what this result says: {said}")
    return found
