"""The tables of `containment/`: `range  version  in|out`, written from each scheme's own specification, which the table names."""

from pathlib import Path

import pytest

from wardround.core.versions import Vers, from_native

Row = tuple[str, str, bool]

FOLDER = Path(__file__).parent / "containment"
SCHEMES = ("deb", "maven", "npm", "pypi", "rpm", "semver")


def table(scheme: str) -> list[Row]:
    found = []
    for line in (FOLDER / f"{scheme}.txt").read_text("utf-8").splitlines():
        if cells := [cell.strip() for cell in line.partition("#")[0].split("  ") if cell.strip()]:
            text, version, answer = cells
            assert answer in ("in", "out"), line
            found.append((text, version, answer == "in"))
    return found


def holds(scheme: str, text: str, version: str) -> bool:
    """npm's table is written in npm's own ranges; the others in the constraints of a canonical `vers`."""
    vers = from_native(text, scheme=scheme) if scheme == "npm" else Vers.parse(f"vers:{scheme}/{text}")
    return vers.contains(version)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_row_is_as_the_specification_says(scheme: str) -> None:
    assert [row for row in table(scheme) if holds(scheme, row[0], row[1]) is not row[2]] == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_there_are_30_rows_or_more_of_both_answers(scheme: str) -> None:
    answers = [expected for _, _, expected in table(scheme)]
    assert len(answers) >= 30
    assert min(answers.count(True), answers.count(False)) >= 8
