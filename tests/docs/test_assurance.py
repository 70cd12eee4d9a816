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


def test_every_control_names_a_test_that_exists(root: Path, hazards: dict[str, str]) -> None:
    missing = []
    for text in hazards.values():
        for file, name in NAMED.findall(text):
            code = (root / file).read_text("utf-8") if (root / file).is_file() else ""
            if not code or (name and not re.search(rf"\bdef {name}\(", code)):
                missing.append(f"{file}::{name}")
    assert missing == []


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
