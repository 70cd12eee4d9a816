"""The hazard log names tests as controls: each of them exists, under that very name."""

import re
from pathlib import Path

import pytest

NAMED = re.compile(r"`(tests/[\w/.]+\.py)(?:::(\w+))?`")
HAZARD = re.compile(r"^## (H\d+) (.+)$", re.MULTILINE)
# DCB0129: likelihood down, severity across (Minor, Significant, Considerable, Major, Catastrophic).
SEVERITY = ("Minor", "Significant", "Considerable", "Major", "Catastrophic")
MATRIX = {"Very High": "34455", "High": "23345", "Medium": "22334", "Low": "12234", "Very Low": "11223"}


@pytest.fixture(scope="module")
def hazards(root: Path) -> dict[str, str]:
    """The text of each hazard by its number."""
    parts = HAZARD.split((root / "docs" / "assurance" / "hazard-log.md").read_text("utf-8"))
    return dict(zip(parts[1::3], parts[3::3], strict=True))


def missing(root: Path, text: str) -> list[str]:
    """The tests that a text names and that are not there."""
    found = []
    for file, name in NAMED.findall(text):
        code = (root / file).read_text("utf-8") if (root / file).is_file() else ""
        if not code or (name and not re.search(rf"\bdef {name}\(", code)):
            found.append(f"{file}::{name}")
    return found


def test_every_control_names_a_test_that_exists(root: Path, hazards: dict[str, str]) -> None:
    assert [one for text in hazards.values() for one in missing(root, text)] == []


def test_every_line_on_security_is_shown_by_something_that_exists(root: Path) -> None:
    page = (root / "docs" / "security.md").read_text("utf-8")
    assert missing(root, page) == []
    assert [n for n in range(1, 18) if f"V{n} " not in page] == []
    lines = [line for line in page.splitlines() if re.match(r"\| \d", line)]
    assert len(lines) > 80
    shown = ("`tests/", "`make lint`", "not applicable", "for whoever runs it", "this page", "](", "`requirements.lock`", "`src/")
    assert [line for line in lines if not any(word in line for word in shown) and "**missing**" not in line] == []


def test_every_hazard_has_controls_with_tests_and_says_what_remains(hazards: dict[str, str]) -> None:
    assert len(hazards) >= 7
    assert [n for n, text in hazards.items() if not NAMED.search(text) or "**Remains:**" not in text] == []


def test_every_risk_is_the_one_of_the_matrix(hazards: dict[str, str]) -> None:
    wrong = []
    for number, text in hazards.items():
        rated = re.search(r"Severity (\w+), likelihood ([A-Z]\w+(?: [A-Z]\w+)?), risk (\d)", text)
        if not rated or MATRIX[rated[2]][SEVERITY.index(rated[1])] != rated[3]:
            wrong.append(number)
    assert wrong == []
