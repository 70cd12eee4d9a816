"""The build's own scripts: what a licence expression needs, and what is taken out of a style sheet."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


def tool(root: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, root / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("licence", "passes"),
    [
        ("MIT", True),
        ("Apache-2.0 OR GPL-3.0-only", True),
        ("Apache-2.0 AND GPL-3.0-only", False),
        ("MIT AND (Apache-2.0 OR MIT)", True),
        ("GPL-3.0-only AND (Apache-2.0 OR MIT)", False),
        ("GPL-2.0-or-later", False),
        ("UNKNOWN", False),
        ("", False),
        ("MIT;GPLv3", False),
    ],
)
def test_a_licence_passes_when_nothing_beyond_the_permissive_is_needed(root: Path, licence: str, passes: bool) -> None:
    assert tool(root, "licences").permitted(licence, {"MIT", "Apache-2.0"}) is passes


@pytest.mark.parametrize(
    ("sheet", "left"),
    [
        ("@font-face{font-family:F;src:url(https://fonts.example/a.woff2)}p{color:red}", "p{color:red}"),
        ("p{color:red}\n/*# sourceMappingURL=a.css.map */\n", "p{color:red}\n"),
        ("let a=1;//# sourceMappingURL=a.js.map\n", "let a=1;"),
        ("p{background:url(/assets/images/nhsuk-icon-cross.svg)}", "p{background:url(images/nhsuk-icon-cross.svg)}"),
        ("p{font-family:Frutiger W01,arial,sans-serif}", "p{font-family:arial,sans-serif}"),
    ],
)
def test_style_sheets_and_scripts_lose_what_asks_the_outside(root: Path, sheet: str, left: str) -> None:
    assert tool(root, "front_end").plain(sheet) == left
