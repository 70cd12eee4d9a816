"""What is committed says nothing of the machine or the people it was written on, and holds nothing that is built."""

import json
import re
from pathlib import Path

import pytest

TEXT = {".py", ".md", ".toml", ".json", ".html", ".css", ".js", ".txt", ".yml", ".yaml", ".csv", ".lock", ".cfg", ""}
# Example domains (RFC 2606).
FICTITIOUS = re.compile(r"(\.example|\.test|\.invalid|[@.]example\.(com|org|net)|\.localhost)$")
MAIL = re.compile(r"[\w.+-]+@(?:[\w-]+\.)+[a-z]{2,}\b(?![.\w-]*\d)")
PHONE = re.compile(r"(?<![\w.])(?:\+44|0044|0)\s?7\d{3}[ -]?\d{3}[ -]?\d{3}(?!\w)")
FICTION_PHONE = re.compile(r"7700[ -]?900")
MACHINE = re.compile(r"(?<![\w.])(/root/|/home/(?!you\b|<)\w+|/work/|/Users/\w+|C:\\Users)")
REGISTRY = re.compile(r"(?:index-url|registry|resolved|trusted-host|find-links)\b[\"']?\s*[=: ]\s*[\"']?(?:https?|file):/")
BUILT = {"static_built", "node_modules", "dist", "build", ".venv", "var"}


@pytest.fixture(scope="session")
def texts(root: Path, tracked: list[Path]) -> dict[Path, str]:
    """Tracked text files with their content."""
    return {p: (root / p).read_text("utf-8") for p in tracked if p.suffix in TEXT}


def places(texts: dict[Path, str], pattern: re.Pattern[str]) -> list[str]:
    """`file:line: what was found`, for every hit."""
    lines = ((f"{p}:{n}", line) for p, text in texts.items() for n, line in enumerate(text.splitlines(), 1))
    return [f"{place}: {hit[0]}" for place, line in lines for hit in pattern.finditer(line)]


def test_no_path_of_a_machine(texts: dict[Path, str]) -> None:
    assert [hit for hit in places(texts, MACHINE) if not hit.startswith("tests/house/test_tracked_files.py")] == []


def test_no_address_of_a_registry(texts: dict[Path, str]) -> None:
    assert places(texts, REGISTRY) == []


def test_mail_addresses_are_fictitious(texts: dict[Path, str]) -> None:
    assert [hit for hit in places(texts, MAIL) if not FICTITIOUS.search(hit.lower())] == []


def test_mobile_numbers_are_those_reserved_for_fiction(texts: dict[Path, str]) -> None:
    assert [hit for hit in places(texts, PHONE) if not FICTION_PHONE.search(hit)] == []


def test_nothing_built_is_committed(tracked: list[Path]) -> None:
    endings = (".min.js", ".min.css", ".map", ".whl", ".sqlite3")
    assert [str(p) for p in tracked if BUILT & set(p.parts) or p.name.endswith(endings)] == []


def test_the_npm_lock_names_no_host_and_pins_every_hash(root: Path) -> None:
    locked = json.loads((root / "package-lock.json").read_text("utf-8"))["packages"]
    packages = {name: entry for name, entry in locked.items() if name}
    assert packages
    assert {name for name, entry in packages.items() if "resolved" in entry} == set()
    assert {name for name, entry in packages.items() if not entry["integrity"].startswith("sha512-")} == set()


def test_the_python_lock_pins_every_hash(root: Path) -> None:
    blocks = re.split(r"\n(?=\S)", (root / "requirements.lock").read_text("utf-8"))
    pins = [block for block in blocks if "==" in block.splitlines()[0]]
    assert len(pins) > 50
    assert [block.splitlines()[0] for block in pins if "--hash=sha256:" not in block] == []
