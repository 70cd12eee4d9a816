#!/usr/bin/env python3
"""Check the licence of every installed Python package and every locked npm package against `[tool.licences]` of pyproject.toml.

An expression passes when its parts do: all of `A AND B`, one of `A OR B`. Prints what fails and ends with 1.
"""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NPM_TEST_ONLY = {"axe-core": "MPL-2.0"}


def permitted(licence: str, permissive: set[str]) -> bool:
    """True when a licence expression needs nothing beyond the permissive ones. What cannot be read does not pass."""
    if licence in permissive:
        return True
    if " AND " in licence:
        return all(permitted(part.strip("() "), permissive) for part in re.split(r"\s+AND\s+", licence))
    if " OR " in licence:
        return any(permitted(part.strip("() "), permissive) for part in re.split(r"\s+OR\s+", licence))
    return False


def python_packages() -> Iterator[tuple[str, str, str]]:
    """Name, version and licence of everything in the virtual environment, pip itself aside."""
    command = [sys.executable, "-m", "piplicenses", "--format=json", "--from=mixed"]
    listed = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    for package in listed:
        yield package["Name"].lower(), package["Version"], package["License"]


def npm_packages() -> Iterator[tuple[str, str, str]]:
    """Name, version and licence of everything in package-lock.json; an MPL package only where it is for tests."""
    locked = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    for place, package in locked.items():
        name = place.removeprefix("node_modules/")
        if name and not (package.get("dev") and NPM_TEST_ONLY.get(name) == package["license"]):
            yield name, package["version"], package["license"]


def main() -> None:
    """Check all and say how many."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["licences"]
    permissive, named = set(table["permissive"]), table["named"]
    packages = [*python_packages(), *npm_packages()]
    bad = [p for p in packages if not permitted(p[2], permissive) and named.get(p[0]) != p[2]]
    for name, version, licence in bad:
        print(f"licences: {name} {version} is under {licence!r}: not in [tool.licences] of pyproject.toml")
    print(f"licences: {len(packages) - len(bad)} of {len(packages)} packages pass")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
