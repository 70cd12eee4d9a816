"""The tables of this room."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """One section of `tables/indicators.toml`."""
    text = files("wardround.core.hunts.indicators").joinpath("tables", "indicators.toml").read_text("utf-8")
    section: dict[str, Any] = tomllib.loads(text)[name]
    return section
