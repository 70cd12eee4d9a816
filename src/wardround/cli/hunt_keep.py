"""`wardround hunt keep`: a hunt that is kept whole, and run again over what is new alone."""

import hashlib
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wardround.cli._logs import log_files
from wardround.cli._output import HomeOption, JsonOption, emit, home_of, say
from wardround.core.vocab import BadInput, Rejected

if TYPE_CHECKING:
    from wardround.core.hunts import HuntResult, Source

app = typer.Typer(add_completion=False, rich_markup_mode=None)
FORM = "kept-1"


@app.command()
def hunt_keep(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The hunt's name: the same name again goes on with what it knows.")],
    logs: Annotated[list[Path] | None, typer.Argument(metavar="LOG...", help="Log files or folders that are new.")] = None,
    rules: Annotated[
        str, typer.Option("--rules", metavar="DIR|PACK", help="Sigma rules or a pack; else those it had, or epmm.")
    ] = "",
    json: JsonOption = False,
    home: HomeOption = None,
    host: Annotated[str, typer.Option("--host", help="The host that the new logs speak of.")] = "",
    from_host: Annotated[bool, typer.Option("--from-host", help="The new logs were taken from the suspect host itself.")] = False,
) -> None:
    """Hunt, keep the whole run as evidence, and search only what is new: new logs with every rule, new rules over every log.

    Exit code 0 with or without detections; 2 when no log could be read, or one that was searched before has changed.
    """
    from datetime import UTC, datetime
    from importlib.metadata import version

    from wardround.core import hunts
    from wardround.core.hunts._again import fingerprints, hunt_again
    from wardround.core.hunts._kept import result_document
    from wardround.engines.hunting import FastSearcher, engine
    from wardround.lake.files import FileStore
    from wardround.lake.hunts import KeptHunts, NamedRuns

    at = home_of(home)
    kept, runs = KeptHunts(FileStore(at.files)), NamedRuns(at.hunts)
    before = runs.of(name)
    document = kept.read(before[-1]) if before else {"logs": [], "engine": engine()}
    given, left_out = _logs(document, logs or [], name=name, host=host, from_host=from_host)
    rules = _place(rules) if rules else document["rules"]["given"] if before else "epmm"
    stored = kept.keep_rules(_rule_files(rules))
    ready, indicators = kept.ready(stored, pack=rules)
    if not ready.rules:
        raise BadInput("no rule in it can be run", where=rules, do="give a folder of Sigma rules (*.yml), or a pack")
    searched = {key: log["search"] for key, log in given.items() if "search" in log and document["engine"] == engine()}
    known = kept.searches(searched)
    sources = {key: partial(opened, log) for key, log in given.items()}
    again = hunt_again(sources, rules=ready, known=known, searching=FastSearcher, indicators=indicators)
    if not again.result.events:
        raise BadInput("no event could be read", where=name, do="give logs of a format in docs/reference/formats.md")
    result = with_left_out(again.result, left_out)
    for key, log in given.items():
        log["search"] = searched[key] if again.searched[key] is known.get(key) else kept.keep_search(again.searched[key])
    told = {"statement": hunts.statement(result), "result": result_document(result)}
    made = {"form": FORM, "name": name, "at": datetime.now(UTC).isoformat(), "version": version("wardround"), "engine": engine()}
    asked = {"given": rules, "sha256": ready.sha256, "files": stored, "rules": fingerprints(ready)}
    sha256 = kept.keep(made | {"rules": asked, "logs": list(given.values()), "left_out": left_out} | told)
    runs.add(name, sha256)
    if json:
        emit({"name": name, "run": sha256, "searched": len(again.new), "logs": len(given)} | told)
        return
    print(told["statement"])
    print(f"Searched {len(again.new)} of {len(given)} logs for it; the rest was known. Kept as {sha256}.")
    say(f"Next: wardround hunt verify {name}, any day, says whether it is still true.")


def _logs(
    document: dict[str, Any], new: list[Path], *, name: str, host: str, from_host: bool
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """The logs of the run before and the new ones, each still as it was; and what could not be taken, with the reason."""
    given = {log["key"]: log for log in document["logs"]}
    paths, unread = log_files(new)
    for what in unread:
        say(f"not read: {what.where}: {what.what}")
    for path in paths:
        log = _log(path, host=host, from_host=from_host)
        given[log["key"]] = {**given.get(log["key"], {}), **log}
    if not given:
        raise BadInput("there is no log to search", where=name, do="give the logs that are to be searched")
    for log in given.values():  # one that is gone or has changed is no evidence any more
        opened(log).stream.close()
    return given, {**document.get("left_out", {}), **{what.where: what.what for what in unread}}


def with_left_out(result: "HuntResult", left_out: dict[str, str]) -> "HuntResult":
    """A result that also tells what could not be taken: the claim is the smaller for it."""
    return replace(result, rejected=(*(Rejected(where, what) for where, what in left_out.items()), *result.rejected))


def _log(path: Path, *, host: str, from_host: bool) -> dict[str, Any]:
    """A log as it is named in a run: by its content and by whose it is."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    key = f"{path.name} {hashlib.sha256(f'{sha256} {host} {from_host}'.encode()).hexdigest()[:12]}"
    return {"key": key, "path": str(path.absolute()), "sha256": sha256, "host": host, "from_host": from_host}


def _place(given: str) -> str:
    """The name of a bundled pack, or where a folder lies from wherever one looks: the next run may be started elsewhere."""
    from wardround.core.hunts._packs import bundled

    path = Path(given)
    return given if given in bundled() or not path.exists() else str(path.absolute())


def _rule_files(given: str) -> dict[str, bytes]:
    """The files of a pack, or of a folder of rules."""
    from wardround.lake.hunts import files_of_pack, pack_folder

    folder, path = pack_folder(given), Path(given)
    if folder is not None:
        return files_of_pack(folder)
    paths = (
        [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.suffix.lower() in (".yml", ".yaml") and p.is_file())
    )
    return {p.name if p == path else str(p.relative_to(path)): p.read_bytes() for p in paths}


def opened(log: dict[str, Any]) -> "Source":
    """A log of a run, when it is still the same. Raises BadInput when it is gone or has changed."""
    from wardround.core.hunts import Source

    path = Path(log["path"])
    try:
        file = path.open("rb")
    except OSError as error:
        raise BadInput(f"cannot be read any more: {error.strerror}", where=log["path"], do="bring it back to this place") from None
    if hashlib.file_digest(file, "sha256").hexdigest() != log["sha256"]:
        file.close()
        raise BadInput("has changed since it was searched", where=log["path"], do="bring back the file as it was")
    file.seek(0)
    return Source(log["key"], file, host=log["host"], could_have_been_altered=log["from_host"])
