"""Every command, every option and every setting is in the reference; every change is in the change log."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from wardround.cli import COMMANDS

SETTING = re.compile(r"\bWARDROUND_[A-Z][A-Z_]*[A-Z]\b")


def tree(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    """A command and all below it, with the words that call it."""
    below = getattr(command, "commands", {})
    if not below:
        yield name, command
    for word, one in below.items():
        yield from tree(f"{name} {word}", one)


@pytest.fixture(scope="session")
def commands() -> dict[str, Any]:
    """Every command of the command line, by the words that call it."""
    modules = {name: typer.main.get_command(importlib.import_module(module).app) for name, (module, _) in COMMANDS.items()}
    return dict(pair for name, command in modules.items() for pair in tree(name, command))


def reference(root: Path, page: str) -> str:
    return (root / "docs" / "reference" / page).read_text("utf-8")


def test_every_command_is_in_the_reference(root: Path, commands: dict[str, Any]) -> None:
    text = reference(root, "commands.md")
    assert [f"wardround {name}" for name in commands if f"wardround {name}" not in text] == []


def test_every_option_is_in_the_reference(root: Path, commands: dict[str, Any]) -> None:
    text = reference(root, "commands.md")
    options = {opt for c in commands.values() for p in c.params for opt in (*p.opts, *p.secondary_opts) if opt.startswith("--")}
    assert sorted(option for option in options - {"--help"} if f"{option}" not in text) == []


def test_every_command_takes_json_and_home_or_says_why_not(commands: dict[str, Any]) -> None:
    runs_on = {"up", "web", "worker"}  # they stay in the foreground and print no document
    options = {name: {opt for p in c.params for opt in p.opts} for name, c in commands.items()}
    elsewhere = {"match", "synth estate", "audit verify"}  # they are told where all that they read lies, which need be no home
    assert sorted(name for name, opts in options.items() if "--home" not in opts and name not in elsewhere) == []
    assert sorted(name for name, opts in options.items() if "--json" not in opts and name.split()[0] not in runs_on) == []


def test_every_setting_is_in_the_reference(root: Path, tracked: list[Path]) -> None:
    sources = [p for p in tracked if p.parts[0] == "src" and p.suffix == ".py"]
    settings = {name for p in sources for name in SETTING.findall((root / p).read_text("utf-8"))}
    text = reference(root, "settings.md")
    assert sorted(name for name in settings if name not in text) == []


def test_the_reference_names_no_setting_that_is_gone(root: Path, tracked: list[Path]) -> None:
    sources = [p for p in tracked if p.parts[0] in ("src", "tests") or p.name in ("Makefile", "run")]
    code = "".join((root / p).read_text("utf-8") for p in sources if p.suffix in (".py", ""))
    assert sorted(name for name in set(SETTING.findall(reference(root, "settings.md"))) if name not in code) == []


def test_the_change_log_has_a_place_for_what_comes_next(root: Path) -> None:
    headings = re.findall(r"^## \[?([^\]\s]+)", (root / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings[:1] == ["Unreleased"]


def test_every_decision_is_numbered_once_and_has_a_state(root: Path) -> None:
    records = sorted((root / "docs" / "adr").glob("[0-9]*.md"))
    numbers = [record.name[:4] for record in records]
    assert numbers == sorted(set(numbers))
    assert [r.name for r in records if not re.search(r"^(Status|State): ", r.read_text("utf-8"), re.MULTILINE)] == []


def test_every_link_in_the_documents_leads_somewhere(root: Path, tracked: list[Path]) -> None:
    broken = []
    for page in (p for p in tracked if p.suffix == ".md"):
        for target in re.findall(r"\]\(([^)#\s]+)", (root / page).read_text("utf-8")):
            if not re.match(r"[a-z]+:", target) and not (root / page.parent / target).exists():
                broken.append(f"{page}: {target}")
    assert broken == []
