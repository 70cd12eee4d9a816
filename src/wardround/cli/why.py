"""`wardround why CVE ASSET`: every step that led to a verdict, in the order in which they decided."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wardround.cli._findings import WORDS
from wardround.cli._output import HomeOption, JsonOption, clock_of, emit, home_of, printing, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from wardround.core.claims import Claim
    from wardround.core.vocab import BadInput, Install
    from wardround.lake.home import Home
    from wardround.lake.knowledge import Why

app = typer.Typer(add_completion=False, rich_markup_mode=None)
CLAIM = ("vendor", "product", "versions", "status", "justification", "action", "source", "stated_at", "pointer", "marks")
CLAIMS = 20
"""Claims that are shown: those on the very version come first."""
WORST_FIRST = ("affected", "not_evaluable", "unknown", "not_affected")


@app.command()
def why(
    cve: Annotated[str, typer.Argument(help="The CVE, like CVE-2025-4427.")],
    asset: Annotated[str, typer.Argument(help="An asset of the hub's inventories; or describe a product with --product.")] = "",
    product: Annotated[str, typer.Option(help="A product as an inventory names it.")] = "",
    version: Annotated[str, typer.Option(help="Its version.")] = "",
    vendor: Annotated[str, typer.Option(help="Its vendor.")] = "",
    purl: Annotated[str, typer.Option(help="Its package URL.")] = "",
    cpe: Annotated[str, typer.Option(help="Its CPE name.")] = "",
    platform: Annotated[str, typer.Option(help="What it runs on, like Windows.")] = "",
    org: Annotated[str, typer.Option(help="The asset's organisation, where several have one of this name.")] = "",
    as_of: Annotated[
        str, typer.Option(metavar="DATE", help="By what was known at the end of this UTC day, or at this time. [default: now]")
    ] = "",
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Why this verdict: record, name, override, entry, comparison and every source, in the order in which they decided."""
    from wardround.core.vocab import BadInput
    from wardround.core.vocab._times import last_instant
    from wardround.lake.knowledge import knowledge

    asset, product, purl, cpe = (text.strip() for text in (asset, product, purl, cpe))
    if bool(asset) == bool(product or purl or cpe):
        raise BadInput(
            "name an asset, or describe one product",
            where="why",
            do="for example --product 'Endpoint Manager Mobile' --version 12.4.0.2",
        )
    now = clock_of(home_of(home)).now()
    at = last_instant(as_of, where="--as-of") if as_of else now
    with knowledge(home_of(home), at=at) as known:
        advisory = next(iter(known.records([cve.strip().upper()])), None)
        if advisory is None:
            raise _not_here(cve.strip().upper(), at, home_of(home))
        installs = _described(product, version, vendor, purl, cpe, platform) if not asset else _of_asset(asset, org, at, home)
        answers = sorted((known.why(advisory, install) for install in installs), key=lambda w: WORST_FIRST.index(w.answer.verdict))
        if asset:
            answers = [answer for answer in answers if answer.named] or answers[:1]
    if as_of and known.notice:
        say(f"wardround: {known.notice}")
    with printing():
        if json:
            emit(_document(advisory.cve, at, answers))
        else:
            _show(advisory.cve, at, answers)


def _not_here(cve: str, at: "datetime", home: "Home") -> "BadInput":
    """The record never came, came later, or came and was set aside: which, and what to do."""
    from wardround.core.vocab import BadInput
    from wardround.core.vocab._cves import CVE
    from wardround.lake.statements import Statements

    if CVE.fullmatch(cve):
        with Statements.open(home.feeds) as statements:
            stated = f'"{cve}"'.encode()
            for feed, place, what, raw in statements.set_aside():
                if feed == "cve" and stated in raw:
                    what = f"the record of {cve} came and could not be read, so nobody can say who has it: {what}"
                    return BadInput(what, where=place, do="see `wardround feeds status`, and the vendor's own page")
        return BadInput(
            f"{cve!r} is not here as of {at:%d %B %Y}", where="why", do="check the number, or run `wardround feeds sync`"
        )
    return BadInput(f"{cve[:40]!r} is no CVE number", where="why", do="write it like CVE-2025-4427")


def _described(product: str, version: str, vendor: str, purl: str, cpe: str, platform: str) -> "list[Install]":
    """One install from what was typed, read as a row of an inventory would be."""
    from wardround.core.estate import read
    from wardround.core.vocab import BadInput

    row = {
        "asset_id": "as described",
        "product": product or purl or cpe,
        "version": version,
        "vendor": vendor,
        "purl": purl,
        "cpe": cpe,
    }
    inventory = read(_csv(row | {"platform": platform}), name="the product described")
    if not inventory.installs:
        raise BadInput(
            inventory.rejected[0].what if inventory.rejected else "nothing is described",
            where="why",
            do="give --product and --version",
        )
    return list(inventory.installs)


def _csv(row: dict[str, str]) -> bytes:
    import csv
    import io

    written = io.StringIO()
    csv.writer(written).writerows([list(row), list(row.values())])
    return written.getvalue().encode()


def _of_asset(asset: str, org: str, at: "datetime", home: Path | None) -> "list[Install]":
    """The installs of an asset in the newest snapshots that its organisation had then."""
    from wardround.hub.boot import boot

    boot(home_of(home))
    from wardround.core.vocab import BadInput
    from wardround.hub.estate.services import installs_of, known_then
    from wardround.hub.organisations.access import system_access
    from wardround.hub.organisations.lookup import organisation_by
    from wardround.hub.organisations.models import Organisation

    access = system_access("command line")
    found: dict[str, list[Install]] = {}
    for organisation in [organisation_by(org)] if org else Organisation.objects.all():
        rows = known_then(access, organisation, at=at)
        installs = [i for row in rows for i in installs_of(row) if asset in (i.asset_id, i.hostname)]
        if installs:
            found[organisation.code] = installs
    if not found:
        raise BadInput(f"no inventory holds an asset {asset[:80]!r}", where=org or "why", do="see `wardround estate status`")
    if len(found) > 1:
        raise BadInput(f"{', '.join(sorted(found))} have an asset {asset[:80]!r}", where="why", do="say which with --org")
    return next(iter(found.values()))


def _document(cve: str, at: "datetime", answers: "Sequence[Why]") -> dict[str, Any]:
    """The worst answer at the top; of an asset with several installs, every one below."""
    told = [_answer(answer) for answer in answers]
    return {"cve": cve, "as_of": at} | told[0] | ({"installs": told} if len(told) > 1 else {})


def _answer(answer: "Why") -> dict[str, Any]:
    install = answer.install
    return {
        "verdict": answer.answer.verdict.value,
        "reason": answer.answer.reason,
        "decided_by": answer.answer.decided_by,
        "assumed": answer.answer.assumed,
        "install": {k: getattr(install, k) for k in ("asset_id", "vendor", "product", "version", "scheme", "purl", "cpe", "where")},
        "steps": [
            {"title": s.title, "text": s.text, "source": s.source, "stated_at": s.stated_at, "pointer": s.pointer}
            for s in answer.steps
        ],
        "claims": [{key: getattr(claim, key) for key in CLAIM} for claim in answer.claims[:CLAIMS]],
    }


def _claim(claim: "Claim") -> str:
    """Of which product, what, why, and what to do; and whether the document breaks its own standard."""
    what = " ".join(part for part in (claim.vendor, claim.product, claim.versions) if part)[:200]
    why = f" ({' '.join(claim.justification.split())[:300]})" if claim.justification else ""
    action = f" Advised: {' '.join(claim.action.split())[:300]}" if claim.action else ""
    return f"{what}: {claim.status.replace('_', ' ')}{why}.{action}{f' {claim.marks[:200]}' if claim.marks else ''}"


def _show(cve: str, at: "datetime", answers: "Sequence[Why]") -> None:
    """Numbered steps in plain words, each with its source and date."""
    from rich.console import Console
    from rich.padding import Padding

    console = Console(highlight=False, markup=False, emoji=False)
    for answer in answers:
        install = answer.install
        what = " ".join(part for part in (install.vendor, install.product, install.version or "(no version)") if part)
        on = "" if install.asset_id == "as described" else f" on {install.asset_id}"
        console.print(f"{cve}, {what}{on}: {WORDS[answer.answer.verdict.value]}", style="bold")
        for number, step in enumerate(answer.steps, 1):
            console.print(Padding(f"{number}. {step.text}", (0, 0, 0, 2), expand=False))
            day = f", {step.stated_at:%d %b %Y}" if step.stated_at else ""
            console.print(Padding(f"{step.source[:300]}{day}  {step.pointer}", (0, 0, 0, 5), expand=False), style="dim")
        for claim in answer.claims[:CLAIMS]:
            console.print(Padding(f"Their claim, beside ours: {_claim(claim)}", (0, 0, 0, 2), expand=False))
            console.print(Padding(f"{claim.source[:300]}, {claim.stated_at:%d %b %Y}  {claim.pointer}", (0, 0, 0, 5)), style="dim")
        if len(answer.claims) > CLAIMS:
            console.print(f"  ... and {len(answer.claims) - CLAIMS:,} more claims on this product")
        console.print()
    console.print(f"By what was known at {at:%d %b %Y %H:%M} UTC.")
    console.print(
        "Next: wrong? A vendor's fact that the record lacks: wardround override --help. Another name: wardround names --help.",
        style="bold",
    )
