"""`wardround check FILE`: which of these are affected, how urgent, and why. Needs no hub."""

import gc
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wardround.cli._findings import Report, document, show, urgency
from wardround.cli._output import HomeOption, JsonOption, emit, home_of, printing, say

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from wardround.core.advisories import Advisory
    from wardround.core.estate import Inventory
    from wardround.core.triage import Decision, Policy
    from wardround.core.vocab import Finding
    from wardround.lake.home import Home

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="An SBOM (CycloneDX, SPDX) or an inventory (CSV, XLSX).")],
    as_of: Annotated[str, typer.Option(metavar="DATE", help="By what was known at the end of this UTC day. [default: today]")] = "",
    every: Annotated[bool, typer.Option("--all", help="List *not affected* too.")] = False,
    fail_on: Annotated[
        str,
        typer.Option(
            metavar="DECISION",
            help="Exit 1 when anything but *not affected* has this decision or a stricter one: what is unknown, cannot be "
            "evaluated or is assumed counts too, since nobody has shown it to be fixed.",
        ),
    ] = "",
    policy: Annotated[str, typer.Option(help="bod-26-04, ssvc-deployer or ncsc-uk.")] = "bod-26-04",
    mapping: Annotated[Path | None, typer.Option(help="A column mapping (JSON), as `wardround estate preview` writes it.")] = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Which of these are affected, how urgent, and why."""
    from wardround.cli._estate import read_mapping
    from wardround.connectors.clock import SystemClock
    from wardround.core.estate import read
    from wardround.core.triage import policy as policy_called
    from wardround.core.vocab import BadInput, end_of_day

    now = SystemClock().now()
    table, at = policy_called(policy), end_of_day(_day(as_of, now))
    limit = table.rank(fail_on) if fail_on else len(table.outcomes)
    if not file.is_file():
        raise BadInput("is not a file", where=str(file), do="name an SBOM (CycloneDX, SPDX) or an inventory (CSV, XLSX)")
    inventory = read(file.read_bytes(), name=str(file), mapping=read_mapping(mapping), at=now)
    report = examine(inventory, home=home_of(home), at=at, policy=table)
    failing = [finding for finding, decision in report.judged if decision and decision.rank >= limit]
    with printing():
        if json:
            emit(document(report, every=every))
        else:
            show(report, every=every)
    if failing:
        say(f"wardround: {len(failing):,} findings have the decision {table.outcomes[limit].key} or a stricter one (--fail-on)")
        raise typer.Exit(1)


def examine(inventory: "Inventory", *, home: "Home", at: "datetime", policy: "Policy") -> Report:
    """Every finding of an inventory, by what was known here at `at`. Raises BadInput when nothing was synced yet."""
    from wardround.core.matching._names import name_all
    from wardround.core.matching._shelf import match_shelved
    from wardround.lake.knowledge import knowledge
    from wardround.lake.shelf import shelf

    gc.disable()  # one short run over many small objects that stay: collecting takes a tenth of its time
    installs = inventory.installs
    with knowledge(home, at=at) as known, shelf(home.feeds, known.statements, at=at, seen_by=known.seen_by) as kept:
        naming, records = known.naming, known.undated
        named = name_all(installs, naming=naming, records=records, aliases=known.aliases)
        found = match_shelved(installs, named=named, naming=naming, overrides=known.overrides, shelf=kept, records=records)
        findings = list(found)
        pressing = sorted({finding.cve for finding in findings if finding.verdict.open})
        dated = known.statements.dated(pressing, at=at, seen_by=known.seen_by)
        deciding = Deciding(policy, at, known.ages["kev"].stated_at, dated)
        judged = [(finding, deciding.on(finding)) for finding in findings]
    seen = {finding.cve for finding in findings}
    unnamed = [i for i, one in zip(installs, named, strict=True) if not one or seen.isdisjoint(one.cves)]
    return Report(inventory, at, policy, sorted(judged, key=urgency), unnamed, known.ages, known.notice)


class Deciding:
    """One decision for each set of dated facts and exposure. What is not affected leaves nothing to decide."""

    def __init__(self, policy: "Policy", at: "datetime", kev: "datetime | None", advisories: "Iterable[Advisory]") -> None:
        self.policy, self.at, self.kev = policy, at, kev.date() if kev else None
        self._known = {advisory.cve: advisory for advisory in advisories}
        self._made: dict[tuple[object, ...], Decision] = {}

    def on(self, finding: "Finding") -> "Decision | None":
        """The decision on a finding; None where there is nothing to do."""
        from wardround.core.triage import decide

        if not finding.verdict.open:
            return None
        advisory, exposed = self._known[finding.cve], finding.install.internet_facing
        rests_on = (advisory.published, advisory.stated, exposed)
        if rests_on not in self._made:
            self._made[rests_on] = decide(self.policy, advisory=advisory, exposed=exposed, at=self.at, kev_catalogue=self.kev)
        return self._made[rests_on]


def _day(text: str, now: "datetime") -> "date":
    from datetime import date

    from wardround.core.vocab import BadInput

    try:
        return date.fromisoformat(text) if text else now.date()
    except ValueError:
        raise BadInput(f"{text[:40]!r} is not a date", where="--as-of", do="write it like 2025-05-14") from None
