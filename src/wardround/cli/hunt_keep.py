"""`wardround hunt keep`: a hunt that is kept whole, and run again over what is new alone."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wardround.cli._hunt_also import AllIndicatorsOption, IocOption
from wardround.cli._hunt_options import (
    FromHostOption,
    HostOption,
    RulesOption,
    SinceOption,
    SkewOption,
    UntilOption,
    ZoneOption,
    check_clock,
    window,
)
from wardround.cli._kept_logs import Read, in_this_form, taken, with_left_out
from wardround.cli._output import HomeOption, JsonOption, emit, home_of, say
from wardround.core.vocab import BadInput

if TYPE_CHECKING:
    from wardround.core.hunts.indicators import IndicatorSet
    from wardround.core.sigma import RuleSet
    from wardround.lake.hunts import KeptHunts

app = typer.Typer(add_completion=False, rich_markup_mode=None)
FORM = "kept-2"
FIRST = {"logs": [], "left_out": [], "rules": {"given": "epmm", "lists": {}, "general": False, "window": []}}
"""What is asked where nothing was asked before."""


@app.command()
def hunt_keep(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The hunt's name: the same name again goes on with what it knows.")],
    logs: Annotated[list[Path] | None, typer.Argument(metavar="LOG...", help="Log files or folders that are new.")] = None,
    rules: RulesOption = "",
    json: JsonOption = False,
    home: HomeOption = None,
    host: HostOption = "",
    from_host: FromHostOption = False,
    since: SinceOption = "",
    until: UntilOption = "",
    zone: ZoneOption = "",
    skew: SkewOption = 0.0,
    ioc: IocOption = None,
    all_indicators: AllIndicatorsOption = False,
) -> None:
    """Hunt, keep the whole run as evidence, and search only what is new: new logs with every rule, new rules over every log.

    What is not given is as it was in the run before: rules (at first: epmm), indicators, window. Whose logs and whose clock it is,
    is kept with each log. Exit code 0 with or without detections; 2 when no log could be read, or one has changed since.
    """
    from datetime import UTC, datetime
    from importlib.metadata import version

    from wardround.core import hunts
    from wardround.core.hunts._again import fingerprints, hunt_again
    from wardround.core.hunts._kept import result_document
    from wardround.engines.hunting import FastSearcher, engine
    from wardround.lake.files import FileStore
    from wardround.lake.hunts import KeptHunts, NamedRuns

    check_clock(zone, skew)
    window(since, until)
    at = home_of(home)
    kept, runs = KeptHunts(FileStore(at.files)), NamedRuns(at.hunts)
    before = runs.of(name)
    document = in_this_form(kept.read(before[-1])) if before else FIRST | {"engine": engine()}
    given = taken(document, logs or [], name=name, read=Read(host, from_host, zone, skew))
    asked = _asked(document, kept, rules, ioc=ioc, general=all_indicators, hours=[since, until] if since else [])
    ready, indicators = ready_again(asked, kept)
    if not ready.rules:
        raise BadInput("no rule in it can be run", where=asked["given"], do="give a folder of Sigma rules (*.yml), or a pack")
    searched = {key: log["search"] for key, log in given.by_key.items() if "search" in log and document["engine"] == engine()}
    known = kept.searches(searched)
    sources = {key: partial(given.source, log) for key, log in given.by_key.items()}
    again = hunt_again(sources, rules=ready, known=known, searching=FastSearcher, indicators=indicators)
    if not again.result.events:
        raise BadInput("no event could be read", where=name, do="give logs of a format in docs/reference/formats.md")
    result = with_left_out(again.result, given.left_out)
    for key, log in given.by_key.items():
        log["search"] = searched[key] if again.searched[key] is known.get(key) else kept.keep_search(again.searched[key])
    told = {"statement": hunts.statement(result, window=window(*asked["window"] or ("", ""))), "result": result_document(result)}
    made = {"form": FORM, "name": name, "at": datetime.now(UTC).isoformat(), "version": version("wardround"), "engine": engine()}
    asked |= {"sha256": ready.sha256, "rules": fingerprints(ready)}
    sha256 = kept.keep(made | {"rules": asked, "logs": list(given.by_key.values()), "left_out": given.left_out} | told)
    runs.add(name, sha256)
    if json:
        emit({"name": name, "run": sha256, "searched": len(again.new), "logs": len(given.by_key)} | told)
        return
    print(told["statement"])
    print(f"Searched {len(again.new)} of {len(given.by_key)} logs for it; the rest was known. Kept as {sha256}.")
    say(f"Next: wardround hunt verify {name}, any day, says whether it is still true.")


def _asked(
    document: Mapping[str, Any],
    kept: "KeptHunts",
    rules: str,
    *,
    ioc: Sequence[Path] | None,
    general: bool,
    hours: list[str],
) -> dict[str, Any]:
    """What this run asks: what was given, else what the run before asked. Rule files and lists are kept with it."""
    before = document["rules"]
    given = _place(rules) if rules else before["given"]
    lists = {str(path.absolute()): kept.files.put(_bytes(path)) for path in ioc} if ioc else before["lists"]
    return {
        "given": given,
        "files": kept.keep_rules(_rule_files(given)),
        "lists": lists,
        "general": general or before["general"],
        "window": hours or before["window"],
    }


def ready_again(asked: Mapping[str, Any], kept: "KeptHunts") -> "tuple[RuleSet, IndicatorSet | None]":
    """The rules and indicators of a run, made ready from the files that were kept with it."""
    from wardround.core.hunts.indicators import read_indicators
    from wardround.lake.hunts import lists_of

    rules, own = kept.ready(asked["files"], pack=asked["given"])
    lists = {name: kept.files.read(sha256) for name, sha256 in asked["lists"].items()}
    if not lists:
        return rules, own
    every = [*lists_of(asked["files"], kept), *sorted(lists.items())]
    indicators = read_indicators(every, general=asked["general"])
    if not indicators.loaded:
        raise BadInput(
            "no indicator in it can be looked for", where=min(lists), do="give CSV, a plain list, STIX 2.1, MISP or OpenIOC"
        )
    return rules, indicators


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", where=str(path)) from None


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
