"""What the documents call a place in the code is there."""

import re
from pathlib import Path

import pytest

NAMED = re.compile(r"`((?:core|lake|connectors|hub|cli|tests)/[\w./-]*\w/?)`")
PAGES = ("docs/explanation/architecture.md", "docs/assurance/hazard-log.md", "docs/reference/formats.md")


@pytest.mark.parametrize("page", [*PAGES, "docs/adr"])
def test_every_place_that_is_named_exists(root: Path, page: str) -> None:
    files = sorted((root / page).glob("*.md")) if (root / page).is_dir() else [root / page]
    named = {(file.name, place) for file in files for place in NAMED.findall(file.read_text("utf-8"))}
    assert named
    gone = [(f, p) for f, p in sorted(named) if not (root / "src" / "wardround" / p).exists() and not (root / p).exists()]
    assert gone == []
