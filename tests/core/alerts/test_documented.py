"""docs/reference/closing.md and the code name the same reasons, kinds and clocks."""

import re
from pathlib import Path

from wardround.core.alerts import Closing, Deadline, standing
from wardround.core.alerts._reasons import Reason

from .builders import AFFECTED, NOW, a_response, an_asset, clinical, on, seen


def rows(root: Path, heading: str) -> list[str]:
    page = (root / "docs" / "reference" / "closing.md").read_text("utf-8")
    section = page.split(f"## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)


def test_every_reason_is_documented_once(root: Path) -> None:
    assert sorted(rows(root, "The reasons")) == sorted(Reason)


def test_every_kind_of_closing_is_documented_once(root: Path) -> None:
    assert sorted(rows(root, "The kinds of closing")) == sorted(Closing)


def test_every_clock_is_documented_once(root: Path) -> None:
    device = an_asset(sightings=(seen(AFFECTED, on(13)),), clinical=True)
    facts = a_response(device, clinical=(clinical("awaited", review_on=on(20).date()),))
    clocks: tuple[Deadline, ...] = standing(facts, at=NOW).deadlines
    assert rows(root, "The clocks") == [d.name for d in clocks]
