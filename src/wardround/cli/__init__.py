"""The command line: one thin module for each command, imported only when it is called."""

import importlib
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
import typer.core

from wardround import __version__

COMMANDS = {
    "up": ("wardround.cli.up", "Start the hub and its worker."),
    "organisation": ("wardround.cli.organisation", "Who takes part: the centre, organisations, people."),
    "break-glass": ("wardround.cli.break_glass", "Sealed codes that let somebody in once as duty officer."),
    "feeds": ("wardround.cli.feeds", "Fetch what was published: CVE, KEV, EPSS, CSAF."),
    "estate": ("wardround.cli.estate", "Import inventories and SBOMs."),
    "check": ("wardround.cli.check", "Which of these are affected, how urgent, and why. Needs no hub."),
    "why": ("wardround.cli.why", "Why this verdict: every step, in the order in which they decided."),
    "match": ("wardround.cli.match", "Who has it, of a whole nation at once: exact devices."),
    "triage": ("wardround.cli.triage", "How urgent is one CVE, by which policy, and why."),
    "hunt": ("wardround.cli.hunt", "Search logs for traces, and say what could be seen."),
    "hunt import": ("wardround.cli.hunt_import", "Take the result of a pack's query, run where the logs live, as a hunt."),
    "hunt keep": ("wardround.cli.hunt_keep", "Hunt, keep the whole run, and search only what is new since."),
    "hunt verify": ("wardround.cli.hunt_verify", "Is a kept hunt still true: logs, rules, and its result."),
    "rules": ("wardround.cli.rules", "Sigma rules: which of them can be run, and what is wrong with the others."),
    "pack": ("wardround.cli.pack", "Hunt packs: which there are, and their own tests."),
    "names": ("wardround.cli.names", "What a product is called: ask, decide, share."),
    "override": ("wardround.cli.override", "Vendor facts that a record lacks: list, check, add."),
    "audit": ("wardround.cli.audit", "The record: export it, and check an export anywhere."),
    "replay": ("wardround.cli.replay", "Play a real incident, day by day."),
    "synth": ("wardround.cli.synth", "Data of the real shape that belongs to nobody."),
    "backup": ("wardround.cli.backup", "Everything of an installation in one file, while it runs."),
    "restore": ("wardround.cli.restore", "An installation out of a backup, in an empty place."),
    "doctor": ("wardround.cli.doctor", "Is this installation in order: what is wrong, and what to do."),
    "retention": ("wardround.cli.retention", "What is kept how long, and removing what is over."),
    "move": ("wardround.cli.move", "The hub's rows from SQLite to PostgreSQL."),
    "settings": ("wardround.cli.settings", "What this installation goes by, and where that was stated."),
    "web": ("wardround.cli.web", "Serve the hub's pages alone (`up` does it by itself)."),
    "worker": ("wardround.cli.worker", "Run the hub's jobs (`up` starts one)."),
}


class LazyGroup(typer.core.TyperGroup):
    """Knows its commands by name and one line; imports a command only when it is run."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The commands, in the order of the path."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import and return one command; None when there is no such command."""
        import typer.main

        if cmd_name not in COMMANDS:
            return None
        command = typer.main.get_command(importlib.import_module(COMMANDS[cmd_name][0]).app)
        command.name = cmd_name
        return command

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """A command may have two words (`hunt import`): it goes before the one that has its first."""
        if (name := " ".join(args[:2])) in COMMANDS and len(args) > 1:
            return name, self.get_command(ctx, name), args[2:]
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the table above, so that `--help` imports none of the commands."""
        formatter.write_usage("wardround", "COMMAND [OPTIONS]")
        formatter.write_text(self.help or "")
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


root = typer.Typer(cls=LazyGroup, add_completion=False, rich_markup_mode=None, no_args_is_help=True)


@root.callback(invoke_without_command=True)
def version(
    show: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
) -> None:
    """From a disclosed vulnerability to every affected hospital patched, and every hour it stood open searched."""
    if show:
        print(f"wardround {__version__}")
        raise typer.Exit


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 a check found something, 2 wrong usage or nothing usable."""
    import typer.main

    from wardround.cli._output import ending

    with ending():
        code = typer.main.get_command(root).main(args=argv, prog_name="wardround", standalone_mode=False)
        if code == 130:
            raise KeyboardInterrupt
        sys.exit(code if isinstance(code, int) else 0)
