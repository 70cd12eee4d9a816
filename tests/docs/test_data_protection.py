"""The data protection impact assessment names every field that can hold text: as somebody's data, or as nobody's."""

import re
from pathlib import Path

from django.apps import apps
from django.db import models

PAGE = Path(__file__).parents[2] / "docs" / "assurance" / "data-protection.md"
ROW = re.compile(r"^\| `(\w+)\.(\w+)` \|([^|]*)\|.*\|([^|]*)\|$", re.MULTILINE)
TEXT = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.GenericIPAddressField, models.FileField)


def named() -> dict[str, tuple[set[str], set[str]]]:
    """By model: the fields that the page calls somebody's, and those that it calls nobody's."""
    return {
        f"{app}.{model}": (set(re.findall(r"`(\w+)`", somebodys)), set(re.findall(r"`(\w+)`", nobodys)))
        for app, model, somebodys, nobodys in ROW.findall(PAGE.read_text("utf-8"))
    }


def there() -> dict[str, set[str]]:
    return {
        model._meta.label: fields
        for model in apps.get_models()
        if (fields := {field.name for field in model._meta.local_fields if isinstance(field, TEXT)})
    }


def test_every_field_that_can_hold_text_is_named_once() -> None:
    assert {label: somebodys | nobodys for label, (somebodys, nobodys) in named().items()} == there()
    assert [label for label, (somebodys, nobodys) in named().items() if somebodys & nobodys] == []


def test_every_model_that_holds_somebodys_data_says_whose_why_how_long_and_who_sees_it() -> None:
    for line in PAGE.read_text("utf-8").splitlines():
        if match := ROW.match(line):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            assert len(cells) == 7, line
            assert not re.search("`", match[3]) or all(cell and cell != "–" for cell in cells[2:6]), line
