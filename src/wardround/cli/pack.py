"""`wardround pack`: hunt packs, before they are run."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from wardround.cli._output import HomeOption, JsonOption, emit, say
from wardround.core.vocab import BadInput

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from wardround.core.hunts import Pack
    from wardround.core.hunts._samples import SampleRun

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, help="Hunt packs, before they are run.")


@app.callback()
def _packs() -> None:
    """Hunt packs, before they are run."""


@app.command("list")
def list_packs(json: JsonOption = False, home: HomeOption = None) -> None:
    """The packs that come with the product."""
    from wardround.core.hunts import load_pack
    from wardround.core.hunts._packs import bundled

    packs = [load_pack(name) for name in bundled()]
    if json:
        emit({"packs": [_told(pack) for pack in packs]})
        return
    for pack in packs:
        print(f"{pack.name:16} {pack.rules.given:3} rules  {pack.title}")
    say("Next: wardround hunt LOG... --rules " + (packs[0].name if packs else "DIR"))


@app.command("test")
def check(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="A pack's folder (pack.toml, rules, tests), or a bundled pack.")],
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Search a pack's own samples and say exactly which rule did not hit, or hit what it should not.

    Exit code 0 when all is as expected, 1 when something is not, 2 when it is no pack.
    """
    from wardround.core.hunts._packs import pack_in
    from wardround.core.hunts._samples import run_samples

    where = _folder(folder)
    pack = pack_in(where, where=folder)
    result = run_samples(pack, where)
    if json:
        emit(_document(pack, result))
    else:
        _print(pack, result, folder)
    if not result.passed:
        raise typer.Exit(1)


def _folder(given: str) -> "Traversable":
    from wardround.core.hunts._packs import MANIFEST
    from wardround.lake.hunts import pack_folder

    folder = pack_folder(given)
    if folder is None:
        raise BadInput(f"there is no {MANIFEST} in it", where=given, do="see docs/how-to/write-a-hunt-pack.md")
    return folder


def _told(pack: "Pack") -> dict[str, Any]:
    rules = pack.rules
    return {"name": pack.name, "version": pack.version, "title": pack.title, "rules": rules.given, "sha256": pack.sha256}


def _document(pack: "Pack", result: "SampleRun") -> dict[str, Any]:
    return {
        "pack": _told(pack),
        "passed": result.passed,
        "samples": [
            {"log": one.log, "what": one.what, "events": one.events, "positive": one.positive, "failures": one.failures}
            for one in result.outcomes
        ],
        "problems": result.problems,
    }


def _print(pack: "Pack", result: "SampleRun", folder: str) -> None:
    for one in result.outcomes:
        print(f"{'FAILED' if one.failures else 'ok':6}  {one.log} ({one.events:,} events){f': {one.what}' if one.what else ''}")
        for failure in one.failures:
            print(f"        {failure}")
    for problem in result.problems:
        print(f"FAILED  {problem}")
    failed = sum(bool(one.failures) for one in result.outcomes)
    print(f"{pack.name} {pack.version}: {len(result.outcomes)} samples, {failed} failed; {pack.rules.given} rules.")
    say("Next: " + (f"wardround hunt LOG... --rules {folder}" if result.passed else "correct what failed, and run this again"))
