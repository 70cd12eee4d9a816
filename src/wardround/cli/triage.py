"""`wardround triage CVE`: how urgent one CVE is, by which policy, and why."""

from typing import TYPE_CHECKING, Annotated

import typer

from wardround.cli._output import HomeOption, JsonOption, emit, home_of

if TYPE_CHECKING:
    from datetime import date

    from wardround.core.advisories import Advisory
    from wardround.core.triage import Decision, Policy
    from wardround.lake.statements import Statements

app = typer.Typer(add_completion=False, rich_markup_mode=None)
_EXPOSED = {"yes": True, "no": False, "unknown": None}


@app.command()
def triage(
    cve: Annotated[str, typer.Argument(help="The CVE id, like CVE-2025-4427.")],
    exposed: Annotated[str, typer.Option(help="Can the asset be reached from a public network: yes, no or unknown.")] = "unknown",
    given: Annotated[
        list[str] | None, typer.Option("--input", metavar="KEY=VALUE", help="Set a decision point; repeatable.")
    ] = None,
    as_of: Annotated[str, typer.Option(metavar="DATE", help="By what was known at the end of this UTC day. [default: today]")] = "",
    policy: Annotated[str, typer.Option(help="bod-26-04, ssvc-deployer or ncsc-uk.")] = "bod-26-04",
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """How urgent one CVE is, by which policy, and why."""
    from wardround.core.triage import decide
    from wardround.core.vocab import end_of_day
    from wardround.lake.statements import Statements

    table, inputs, day = _policy(policy), _given(given or []), _day(as_of)
    if exposed.casefold() not in _EXPOSED:
        raise _wrong("--exposed", f"{exposed[:40]!r} is not an answer", "say yes, no or unknown")
    with Statements.open(home_of(home).feeds) as statements:
        advisory = _advisory(statements, cve.strip().upper(), day)
        kev = statements.ages()["kev"].stated_at
    decision = decide(
        table,
        advisory=advisory,
        exposed=_EXPOSED[exposed.casefold()],
        at=end_of_day(day),
        given=inputs,
        exposed_source="told with --exposed",
        kev_catalogue=kev.date() if kev else None,
    )
    if json:
        emit(_document(decision))
    else:
        _show(decision, cve.strip().upper(), day, table)


def _policy(name: str) -> "Policy":
    from wardround.core.triage import POLICIES, policy

    if name not in POLICIES:
        raise _wrong("--policy", f"there is no policy {name[:40]!r}", f"use one of {', '.join(POLICIES)}")
    return policy(name)


def _given(options: list[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for option in options:
        key, equals, value = option.partition("=")
        if not equals or not key.strip() or not value.strip():
            raise _wrong("--input", f"{option[:40]!r} is not KEY=VALUE", "write it like --input A=yes")
        if key in given:
            raise _wrong("--input", f"{key[:40]} is given twice", "give it once")
        given[key] = value
    return given


def _day(text: str) -> "date":
    from datetime import date

    from wardround.connectors.clock import SystemClock

    if not text:
        return SystemClock().now().date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _wrong("--as-of", f"{text[:40]!r} is not a date", "write it like 2025-05-14") from None


def _wrong(where: str, what: str, do: str) -> Exception:
    from wardround.core.vocab import BadInput

    return BadInput(what, where=where, do=do)


def _advisory(statements: "Statements", cve: str, day: "date") -> "Advisory":
    """The advisory as of the day; else as it is now, so that the answer can say when it was published."""
    from datetime import date

    from wardround.core.vocab import end_of_day

    found = statements.advisory(cve, at=end_of_day(day)) or statements.advisory(cve, at=end_of_day(date.max))
    if found is None:
        raise _wrong("", f"{cve[:40]} is not in the feeds at hand", "check the id, or run `wardround feeds sync`")
    return found


def _document(decision: "Decision") -> dict[str, object]:
    return {
        "decision": decision.decision,
        "best": decision.best,
        "due": decision.due,
        "policy": decision.policy,
        "inputs": list(decision.inputs),
        "reasons": list(decision.reasons),
        "would_change": list(decision.would_change),
        "assumed": list(decision.assumed),
        "forensic_triage": decision.forensic_triage,
    }


def _show(decision: "Decision", cve: str, day: "date", policy: "Policy") -> None:
    """The decision in words, then by when, then why; the last line says what to do next."""
    from textwrap import fill

    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)

    def line(text: str = "", style: str = "", bullet: str = "") -> None:
        wrapped = fill(text, max(console.width, 40), initial_indent=bullet, subsequent_indent=" " * len(bullet))
        console.print(Text(wrapped, style=style))

    def listed(title: str, texts: tuple[str, ...]) -> None:
        line()
        line(title, "bold")
        for text in texts:
            line(text, bullet=" - ")

    line(
        f"{decision.name[:1].upper()}{decision.name[1:]} ({decision.decision})", "bold red" if decision.forensic_triage else "bold"
    )
    line(f"Due {_spoken(decision.due)}" if decision.due else "No due date: this outcome sets none")
    if decision.best != decision.decision:
        best = policy.outcomes[policy.rank(decision.best)]
        line(f"This is the worst that is possible; at best: {best.name} ({best.key})", "yellow")
    line(f"{cve} by what was known on {_spoken(day)}; policy {decision.policy}")
    listed("Why", decision.reasons)
    if decision.would_change:
        listed("What would change it", decision.would_change)
    line()
    line(_next(decision))


def _next(decision: "Decision") -> str:
    first = next((i for i in decision.inputs if i.assumed), None)
    if first:
        option = "--exposed yes (or no)" if first.key == "PE" else f"--input {first.key}=VALUE"
        return f"Next: find out about {first.name} ({first.key}) and ask again with {option}"
    if decision.forensic_triage:
        return "Next: fix it, and search the logs of the time it stood open: wardround hunt LOG... --rules epmm"
    return "Next: see where it is installed: wardround check FILE"


def _spoken(day: "date") -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"
