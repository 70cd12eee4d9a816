"""The hub's style sheets and scripts come from locked packages, are what the manifest says, and ask nobody outside."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

# Anything that makes a browser fetch: a scheme and host, or a host without a scheme. Names of XML vocabularies are no requests.
OUTSIDE = re.compile(r"(?:https?:)?//[\w-]+(?:\.[\w-]+)+")
VOCABULARY = {"http://www.w3.org"}


@pytest.fixture(scope="session")
def built(root: Path) -> Path:
    return root / "src" / "wardround" / "hub" / "static_built"


@pytest.fixture(scope="session")
def manifest(built: Path) -> Any:
    return json.loads((built / "manifest.json").read_text("utf-8"))


def test_the_manifest_lists_every_file_with_its_hash(built: Path, manifest: Any) -> None:
    said = {entry["file"]: entry["sha256"] for entry in manifest["files"]}
    found = {p.relative_to(built).as_posix(): p for p in built.rglob("*") if p.is_file() and p.name != "manifest.json"}
    assert said == {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in found.items()}


def test_versions_are_those_of_the_lock_and_licences_are_permissive(root: Path, manifest: Any) -> None:
    locked = json.loads((root / "package-lock.json").read_text("utf-8"))["packages"]
    said = {entry["package"]: (entry["version"], entry["licence"]) for entry in manifest["files"]}
    assert said == {name: (locked[f"node_modules/{name}"]["version"], "MIT") for name in said}
    assert manifest["notice"]


def test_no_file_asks_the_outside(built: Path, manifest: Any) -> None:
    hits = {e["file"]: set(OUTSIDE.findall((built / e["file"]).read_text("utf-8"))) - VOCABULARY for e in manifest["files"]}
    assert {file: found for file, found in hits.items() if found} == {}


def test_no_file_points_to_a_source_map_or_imports_a_sheet(built: Path, manifest: Any) -> None:
    text = "".join((built / entry["file"]).read_text("utf-8") for entry in manifest["files"])
    assert "sourceMappingURL" not in text
    assert "@import" not in text
    assert "@font-face" not in text


def test_every_picture_that_a_style_sheet_names_is_there(built: Path) -> None:
    for sheet in built.rglob("*.css"):
        named = set(re.findall(r"url\((?!data:)[\"']?([^)\"']+)", sheet.read_text("utf-8")))
        assert {name for name in named if not (sheet.parent / name).is_file()} == set()


def test_nothing_bears_the_mark_of_the_nhs(manifest: Any) -> None:
    """We are not the NHS: no logo, crest or favicon of theirs."""
    marks = re.compile(r"logo|crest|favicon|icon-(180|192|512|mask)|opengraph")
    assert [entry["file"] for entry in manifest["files"] if marks.search(entry["file"])] == []
