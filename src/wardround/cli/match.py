"""`wardround match`: who has it, of every organisation at once."""

import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wardround.cli._output import JsonOption, emit, say
from wardround.cli._progress import Progress, progress

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wardround.engines.nation import Nation, One, Picture

app = typer.Typer(add_completion=False, rich_markup_mode=None)
_COUNTS = "advisories", "affected_devices", "unknown_devices"
_EXACT = "affected_ids", "unknown_ids"


@app.command()
def match(
    estate: Annotated[
        Path,
        typer.Option(metavar="DIR", help="A folder of `synth estate`, or an installation's home with its imported inventories."),
    ],
    feeds: Annotated[Path, typer.Option(metavar="DIR", help="The feeds: an installation's home, or its feeds folder.")],
    cve: Annotated[str, typer.Option(metavar="ID", help="This advisory only, with the exact devices.")] = "",
    org: Annotated[str, typer.Option(metavar="CODE", help="This organisation only.")] = "",
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write the exact devices (with --cve) or every advisory's counts to FILE, as JSON lines."
        ),
    ] = None,
    index: Annotated[Path | None, typer.Option(metavar="DIR", help="Keep the index here. [default: `index` in the estate]")] = None,
    json: JsonOption = False,
) -> None:
    """Who has it: every advisory, or one, against every device of every organisation. Exact."""
    from wardround.cli._feeds_folder import feeds_of
    from wardround.lake.statements import Statements

    began = time.process_time()
    with Statements.open(feeds_of(feeds)) as statements, progress() as shown:
        nation = _nation(estate, feeds, index, statements, shown)
        for code, problem in nation.index.problems.items():
            say(f"wardround: set aside: {code}: {problem}")
        nation.only(org)
        answer: tuple[dict[str, Any], Iterable[dict[str, Any]]] = _one(nation, cve) if cve else _picture(nation, shown)
        document, lines = answer
    document["organisations"] = _with_unread(nation, document["organisations"])
    if out:
        _write(out, lines)
        for organisation in document["organisations"]:
            for key in _EXACT:
                organisation.pop(key, None)
    document["set_aside"] = [str(problem) for problem in nation.index.problems.values()]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1 << 20)
    used = {"cpu_seconds": round(time.process_time() - began, 3), "peak_mb": round(peak, 1)}
    document = {key: document[key] for key in ("pairs", "affected", "unknown")} | used | document
    emit(document) if json else _show(document, cve, out)


def _nation(estate: Path, feeds: Path, folder: Path | None, statements: Any, shown: Progress) -> "Nation":
    from wardround.cli._feeds_folder import home_with
    from wardround.core.matching import Overrides
    from wardround.core.names import Aliases
    from wardround.engines.nation import Nation, index

    home, at = home_with(feeds), datetime.now(UTC)
    overrides = Overrides.load(folder=home.overrides).as_of(at)
    aliases = Aliases.load(folder=home.path / "aliases").as_of(at)
    made = index(estate, folder=folder, progress=shown)
    return Nation(made, statements, overrides=overrides, aliases=aliases, at=at)


def _with_unread(nation: "Nation", organisations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Organisations whose files cannot be read: counted as they were when they last could be, else not known, and never 0."""
    read = {organisation["code"]: organisation for organisation in organisations}
    for code, problem in nation.index.problems.items():
        read.setdefault(code, {"code": code, **dict.fromkeys(_COUNTS)})["unread"] = str(problem)
    return [read[code] for code in sorted(read)]


def _one(nation: "Nation", cve: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    from wardround.core.vocab import BadInput

    found: One | None = nation.one(cve.strip().upper())
    if found is None:
        raise BadInput(f"no record of {cve[:40]!r} is here", where="--cve", do="check the id, or run `wardround feeds sync`")
    organisations, lines = [], []
    for holding in found.holdings:
        affected, unknown = holding.assets()
        counts = {"affected_devices": len(affected), "unknown_devices": len(unknown)}
        organisations.append(
            {"code": holding.code, "advisories": int(bool(affected)), **counts, "affected_ids": affected, "unknown_ids": unknown}
        )
        lines += [{"code": holding.code, "device": device, "is": "affected"} for device in affected]
        lines += [{"code": holding.code, "device": device, "is": "unknown"} for device in unknown]
    verdicts = {"pairs": found.pairs, "affected": found.affected, "unknown": found.unknown}
    return {"cve": cve.strip().upper(), **verdicts, "organisations": organisations}, lines


def _picture(nation: "Nation", shown: Progress) -> tuple[dict[str, Any], "Iterable[dict[str, Any]]"]:
    picture: Picture = nation.picture(progress=shown)
    judged = picture.judged
    verdicts = {"pairs": judged.pairs, "affected": judged.affected, "unknown": judged.unknown}
    lines = (
        {"code": code, "cve": cve, "affected_devices": int(affected[n]), "unknown_devices": int(unknown[n])}
        for cve, affected, unknown in picture.rows()
        for n, code in enumerate(picture.codes)
        if affected[n] or unknown[n]
    )
    return {**verdicts, "organisations": picture.organisations()}, lines


def _write(out: Path, lines: Any) -> None:
    import orjson

    from wardround.lake.files import written_whole

    with written_whole(out.absolute().parent, name=lambda: out.absolute()) as file:
        for line in lines:
            file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))


def _show(document: dict[str, Any], cve: str, out: Path | None) -> None:
    listed = [o for o in document["organisations"] if o["advisories"] is not None]
    worst = sorted(listed, key=lambda o: (-o["affected_devices"], -o["unknown_devices"], o["code"]))
    print(f"{'organisation':14}{'advisories':>12}{'affected':>12}{'unknown':>12}  devices")
    for one in worst[:20]:
        older = "  (of an older file: the newest cannot be read)" * ("unread" in one)
        print(f"{one['code']:14}{one['advisories']:>12,}{one['affected_devices']:>12,}{one['unknown_devices']:>12,}{older}")
    if len(worst) > 20:
        print(f"... and {len(worst) - 20} more organisations")
    for one in document["organisations"]:
        if one["advisories"] is None:
            print(f"{one['code']:14}{'not known: its files cannot be read':>36}")
    affected, unknown = (sum(o[key] for o in listed) for key in ("affected_devices", "unknown_devices"))
    print(f"{'all':14}{'':12}{affected:>12,}{unknown:>12,}")
    print(
        f"{document['pairs']:,} distinct pairs of record and software: {document['affected']:,} affected, "
        f"{document['unknown']:,} unknown; {document['cpu_seconds']} CPU-s, {document['peak_mb']:,.0f} MB"
    )
    what = f"the exact devices are in {out}" if out else "--json or --out FILE lists the exact devices"
    say(f"Next: {what if cve else '--cve ID names the devices of one advisory'}")
