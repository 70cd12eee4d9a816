"""The tables beside this file, read once."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """One table of `tables/`, by its name."""
    return tomllib.loads(files("wardround.core.logs").joinpath("tables", f"{name}.toml").read_text("utf-8"))
