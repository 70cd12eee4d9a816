"""Tenant data has one door: pages ask `objects.within(access)`, and only `access.py` makes an Access. Read from the source."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import ForeignKey, ManyToManyField

from wardround.hub.organisations.access import TenantModel

SRC = Path(__file__).parents[2] / "src" / "wardround"
PAGES = ("pages", "views", "forms", "urls", "templatetags")
FILES = sorted(SRC.rglob("*.py"))
SHOWN = [p for p in FILES if "hub" in p.parts and (p.stem in PAGES or set(PAGES) & set(p.parts))]
TENANT = {m.__name__ for m in apps.get_models() if issubclass(m, TenantModel)}
# From rows that belong to no one organisation to those that do: `alert.responses` would be everybody's.
ACROSS = {
    field.remote_field.related_name
    for model in apps.get_models()
    if issubclass(model, TenantModel)
    for field in model._meta.get_fields()
    if isinstance(field, ForeignKey | ManyToManyField)
    and not issubclass(field.related_model, TenantModel)  # type: ignore[arg-type]
    and field.remote_field.related_name not in (None, "+")
}


def named(path: Path) -> str:
    return path.relative_to(SRC).as_posix()


def attributes(path: Path) -> Iterator[ast.Attribute]:
    return (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Attribute))


def test_there_are_pages_to_read() -> None:
    assert len(SHOWN) > 20
    assert "responses" in ACROSS


@pytest.mark.parametrize("path", SHOWN, ids=named)
def test_no_page_reaches_past_the_door(path: Path) -> None:
    assert [
        f"line {a.lineno}: .{a.attr}" for a in attributes(path) if a.attr in {"unscoped", "_base_manager", "_default_manager"}
    ] == []


@pytest.mark.parametrize("path", SHOWN, ids=named)
def test_a_page_asks_within_somebodys_access(path: Path) -> None:
    """`Response.objects` is followed by `.within(...)` and by nothing else."""
    asked = [a for a in attributes(path) if isinstance(a.value, ast.Attribute) and a.value.attr == "objects"]
    wrong = [a for a in asked if isinstance(a.value.value, ast.Name) and a.value.value.id in TENANT and a.attr != "within"]  # type: ignore[attr-defined]
    assert [f"line {a.lineno}: {ast.unparse(a)}" for a in wrong] == []


@pytest.mark.parametrize("path", SHOWN, ids=named)
def test_no_page_crosses_from_an_alert_to_everybodys_rows(path: Path) -> None:
    assert [f"line {a.lineno}: {ast.unparse(a)}" for a in attributes(path) if a.attr in ACROSS] == []


# Numbers for the centre: read, and hand out no row. A product that no record names is asked about without saying whose it is.
COUNTS_ONLY = {"hub/pages/alerts/counted.py", "hub/pages/advisories/whohas.py", "hub/pages/names/asked.py"}


def test_no_page_acts_as_the_system() -> None:
    calls = {named(p) for p in SHOWN if "system_access" in p.read_text("utf-8")}
    assert calls <= COUNTS_ONLY


def test_no_template_crosses_from_an_alert_to_everybodys_rows() -> None:
    crossing = re.compile(r"\.(?:" + "|".join(sorted(ACROSS)) + r")\b(?!\s*=)")
    templates = sorted(SRC.rglob("templates/**/*.html"))
    assert templates
    found = {
        t.name: m.group()
        for t in templates
        for tag in re.findall(r"{[{%].*?[%}]}", t.read_text("utf-8"))
        if (m := crossing.search(tag))
    }
    assert found == {}


def test_only_the_one_place_makes_an_access() -> None:
    makers = set()
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "Access":
                makers.add(named(path))
    assert makers == {"hub/organisations/access.py"}


def test_nobody_widens_an_access() -> None:
    """`dataclasses.replace` on an Access would be a second door."""
    wide = re.compile(r"replace\([^)]*\b(?:access|reads|writes|national|everything)\b")
    assert [named(p) for p in FILES if wide.search(p.read_text("utf-8"))] == []
