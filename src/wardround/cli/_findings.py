"""Findings with their decisions, as one document or as a page of text."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wardround.core.estate import Inventory
    from wardround.core.triage import Decision, Policy
    from wardround.core.vocab import Finding, Install
    from wardround.lake.statements import Age

ROWS, NAMES = 15, 5
WORDS = {"affected": "affected", "unknown": "unknown", "not_evaluable": "cannot be evaluated", "not_affected": "not affected"}
Judged = tuple["Finding", "Decision | None"]


@dataclass(frozen=True)
class Report:
    """What one file holds against the feeds at a time: `judged` in the order to act in, `unnamed` what no record names."""

    inventory: "Inventory"
    at: datetime
    policy: "Policy"
    judged: Sequence[Judged]
    unnamed: Sequence["Install"]
    ages: Mapping[str, "Age"]
    notice: str = ""
    """Why it is not told by what was known here at the time."""

    def counts(self) -> dict[str, int]:
        """How many findings have each of the four verdicts."""
        found = Counter(finding.verdict.value for finding, _ in self.judged)
        return {verdict: found[verdict] for verdict in WORDS}


def urgency(judged: Judged) -> tuple[Any, ...]:
    """The order to act in: known inputs before assumed ones, then strictest first, affected first, by due date."""
    finding, decision = judged
    if decision is None:
        return (2, 0, 0, False, date.max, finding.cve, finding.install.asset_id)
    order = list(WORDS).index(finding.verdict.value)
    due = decision.due or date.max
    return (bool(decision.assumed), -decision.rank, order, bool(finding.assumed), due, finding.cve, finding.install.asset_id)


def document(report: Report, *, every: bool) -> dict[str, Any]:
    """The whole report as one JSON document; `every` lists what is not affected too."""
    inventory = report.inventory
    return {
        "findings": [_finding(f, d) for f, d in report.judged if d or every],
        "counts": report.counts(),
        "as_of": report.at.date(),
        "by": "stated" if report.notice else "known here",
        "notice": report.notice,
        "policy": str(report.policy),
        "file": {"name": inventory.name, "format": inventory.format, "sha256": inventory.sha256, "taken_at": inventory.taken_at},
        "installs": len(inventory.installs),
        "named_by_no_record": {
            "count": len(report.unnamed),
            "note": "This is not the same as not affected: no record in the feeds names these products as they are written here.",
            "installs": [{"asset_id": i.asset_id, "product": i.product, "version": i.version} for i in report.unnamed],
        },
        "rejected": [{"where": r.where, "what": r.what} for r in inventory.rejected],
        "noted": [{"where": r.where, "what": r.what} for r in inventory.noted],
        "feeds": {feed: {"stated_at": age.stated_at, "synced_at": age.synced_at} for feed, age in report.ages.items()},
    }


def _finding(finding: "Finding", decision: "Decision | None") -> dict[str, Any]:
    install = finding.install
    return {
        "asset_id": install.asset_id,
        "product": install.product,
        "version": install.version,
        "cve": finding.cve,
        "verdict": finding.verdict.value,
        "reason": finding.reason,
        "assumed": finding.assumed,
        "decided_by": finding.decided_by,
        "priority": decision
        and {
            "decision": decision.decision,
            "due": decision.due,
            "policy": decision.policy,
            "assumed": decision.assumed,
            "best": decision.best,
            "forensic_triage": decision.forensic_triage,
        },
    }


def show(report: Report, *, every: bool) -> None:
    """A page for a person: what to act on first, what no record names, how old the feeds are, and what to do next."""
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    listed = [judged for judged in report.judged if judged[1] or every]
    heading = None
    for finding, decision in listed[:ROWS]:
        if (title := _heading(decision)) != heading:
            console.print(heading := title, style="bold")
        _item(console, finding, decision)
    if len(listed) > ROWS:
        console.print(f"... and {len(listed) - ROWS:,} more; --json lists all of them\n")
    for line in _summary(report):
        console.print(line)
    console.print(f"\nNext: {_next(report, every=every)}", style="bold")


def _heading(decision: "Decision | None") -> str:
    if decision is None:
        return "Not affected"
    return "How urgent is assumed: a fact is missing, the worst is taken" if decision.assumed else "How urgent rests on known facts"


def _item(console: Any, finding: "Finding", decision: "Decision | None") -> None:
    """One finding: how urgent, what and where, the verdict and its reason, each on its own line."""
    from rich.padding import Padding
    from rich.text import Text

    install = finding.install
    due = f", due {decision.due:%a %d %b %Y}" if decision and decision.due else ""
    urgent = decision is not None and decision.forensic_triage
    head = Text(f"{decision.name} ({decision.decision}){due}  " if decision else "", style="bold red" if urgent else "bold yellow")
    version = install.version or "version not stated"
    head.append(f"{finding.cve}  {install.product} {version} on {install.asset_id}", style="default")
    console.print(Padding(head, (0, 0, 0, 2), expand=False))
    why = Text(f"{WORDS[finding.verdict.value].capitalize()}: ", style="bold").append(finding.reason, style="not bold")
    console.print(Padding(why, (0, 0, 0, 6), expand=False))
    for assumed in finding.assumed if finding.verdict.value.endswith("affected") else ():
        console.print(Padding(Text(f"Assumed: {assumed}", style="dim"), (0, 0, 0, 6), expand=False))


def _summary(report: Report) -> Sequence[str]:
    inventory, unnamed = report.inventory, report.unnamed
    counts = ", ".join(f"{n:,} {WORDS[verdict]}" for verdict, n in report.counts().items())
    feeds = ", ".join(f"{feed} {age.stated_at:%d %b %Y}" if age.stated_at else f"{feed} never" for feed, age in report.ages.items())
    lines = [f"{len(inventory.installs):,} products read from {inventory.name}, as of {report.at:%d %b %Y}. Findings: {counts}."]
    if report.notice:
        lines.append(report.notice)
    if unnamed:
        some = ", ".join(list(dict.fromkeys(install.product[:40] for install in unnamed))[:NAMES])
        lines.append(f"Named by no record as they are written here: {len(unnamed):,} products, such as {some}.")
        lines.append("That is not the same as not affected: the records may call them something else.")
    if rejected := inventory.rejected:
        lines.append(f"{len(rejected):,} entries could not be used, the first: {rejected[0].where} {rejected[0].what}.")
    if report.ages["cve"].synced_at is None:
        lines.append("No sync has yet read the CVE records to their end: what is missing may name these products.")
    return [*lines, f"Newest in the feeds: {feeds}."]


def _next(report: Report, *, every: bool) -> str:
    """The one thing to do now."""
    first = next((judged for judged in report.judged if judged[1]), None)
    if first is None:
        hidden = "" if every or not report.judged else "; --all lists what is not affected"
        return (
            f"nothing here is known to be affected{hidden}. Check the names that no record has."
            if report.unnamed
            else (f"nothing to do as of this day{hidden}. Sync the feeds and check again.")
        )
    finding, _ = first
    if finding.verdict.value == "affected":
        return f"see what decides it, and what would change it: wardround triage {finding.cve} --exposed yes|no"
    return f"find out what is missing for {finding.install.product} on {finding.install.asset_id}, then check again"
