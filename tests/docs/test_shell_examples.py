"""The commands in the documents are run, in their order, and say what the documents say that they say."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PAGES = ("docs/reference/commands.md", "docs/tutorials/first-alert.md", "docs/how-to/look-for-indicators.md")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SAVED = re.compile(r"Save this as `([\w.-]+)`")
FEEDS = Path("src/wardround/hub/replay/data/epmm/feeds")
WIDTH = "100"


@dataclass
class Step:
    """One command of a page, the lines that it is said to print, and the exit code that it is said to have."""

    command: str
    says: list[str] = field(default_factory=list)
    code: int = 0

    @property
    def cheap(self) -> bool:
        """Whether it ends by itself, soon, and without the internet."""
        words = shlex.split(self.command)
        if words[:1] != ["wardround"] or words[1] in ("up", "web", "worker"):
            return False
        return words[1] != "replay" or "--export" in words if words[1:3] != ["feeds", "sync"] else "--mirror" in words


def steps(text: str) -> Iterator[Step]:
    """The commands of one console block; `$ echo $?` and the line after it are the exit code of the one before."""
    step: Step | None = None
    asked = False
    for line in text.splitlines():
        if line == "$ echo $?":
            asked = True
        elif line.startswith("$ "):
            if step:
                yield step
            step, asked = Step(line[2:]), False
        elif step and asked:
            step.code = int(line)
        elif step and line.strip():
            step.says.append(line)
    if step:
        yield step


def plain(text: str) -> str:
    """Without the marks of tables and the width of the terminal."""
    return " ".join(re.sub(r"[│┃─━]+", " ", text).split())


def run(step: Step, folder: Path) -> str:
    """What the command prints, standard error last. Asserts its exit code."""
    command = [sys.executable, "-m", "wardround", *shlex.split(step.command)[1:]]
    environment = os.environ | {
        "WARDROUND_HOME": str(folder / "home"),
        "WARDROUND_PASSWORD": "four plain words here",
        "COLUMNS": WIDTH,
    }
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300
    )
    assert done.returncode == step.code, f"{step.command}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
    return plain(done.stdout + done.stderr)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_commands_does_what_it_says(root: Path, tmp_path: Path, page: str) -> None:
    text = (root / page).read_text("utf-8")
    shutil.copytree(root / FEEDS, tmp_path / "mirror")
    ran = 0
    for block in BLOCK.finditer(text):
        before = text[: block.start()].rstrip().rsplit("\n\n", 1)[-1]
        if block[1] != "console":
            if saved := SAVED.search(before):
                (tmp_path / saved[1]).write_text(block[2], "utf-8")
            continue
        for step in filter(lambda step: step.cheap, steps(block[2])):
            said, at = run(step, tmp_path), 0
            for line in map(plain, step.says):
                found = said.find(line, at)
                assert found >= 0, f"{page}: {step.command}\ndoes not say, or not in this order: {line}\nbut: {said}"
                at = found + len(line)
            ran += 1
    assert ran >= 5, f"{page} shows hardly a command that can be run"


def test_an_exit_code_belongs_to_the_command_before_it() -> None:
    found = list(steps("$ wardround check x\nAffected\n$ echo $?\n1\n$ wardround up\n"))
    assert [(s.command, s.says, s.code, s.cheap) for s in found] == [
        ("wardround check x", ["Affected"], 1, True),
        ("wardround up", [], 0, False),
    ]
