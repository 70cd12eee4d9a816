"""The figures that a response is held against: versioned data, refused when one is missing or makes no sense."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from wardround.core.vocab import BadInput

_MOST = {"acknowledge_hours": 30 * 24, "update_days": 366, "fresh_days": 366, "risk_days": 366, "margin_days": 3660}
_SHARES = ("shrink_share", "full_share")


@dataclass(frozen=True, slots=True)
class ResponsePolicy:
    """One version of the figures.

    `acknowledge_hours` and `update_days` are the alert's clocks. A snapshot at most `fresh_days` old may support *does
    not apply*; one with under `shrink_share` of its predecessor's assets closes nothing until a person confirms it. A
    risk is accepted for at most `risk_days`. The window starts `margin_days` before the first known exploitation. A
    host's window counts as wholly visible from `full_share` of its hours, and, when `rules_not_run_are_partial`, only
    if every rule ran on it.
    """

    name: str
    version: str
    source: str
    acknowledge_hours: int
    update_days: int
    fresh_days: int
    shrink_share: float
    risk_days: int
    margin_days: int
    full_share: float
    rules_not_run_are_partial: bool


@cache
def response_policy() -> ResponsePolicy:
    """The bundled policy."""
    return read_response_policy((files(__package__) / "tables" / "response-policy.json").read_bytes(), where="response-policy.json")


def read_response_policy(table: bytes, *, where: str) -> ResponsePolicy:
    """A policy from its JSON table; `where` names the file in errors.

    Raises BadInput, with the JSON pointer, when it is no such table or a value is missing, unknown or makes no sense.
    """
    try:
        read = orjson.loads(table)
    except orjson.JSONDecodeError as error:
        raise BadInput(f"not JSON: {error}", where=where, do="mend the table") from None
    if not isinstance(read, dict) or not isinstance(read.get("values"), dict):
        raise BadInput("has no object of values", where=f"{where}#/values", do="give one value for each figure")
    texts: dict[str, Any] = {key: _text(read, key, where) for key in ("name", "version", "source")}
    asked = [f.name for f in fields(ResponsePolicy) if f.name not in texts]
    for key in sorted(read["values"].keys() - set(asked)):
        raise BadInput(f"there is no figure {key[:40]!r}", where=f"{where}#/values", do=f"use {', '.join(asked)}")
    figures: dict[str, Any] = {key: _value(read["values"], key, where) for key in asked}
    return ResponsePolicy(**texts, **figures)


def _text(table: Mapping[str, Any], key: str, where: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        raise BadInput(f"{key} is missing", where=f"{where}#/{key}", do="say it in words: a policy without it cannot be cited")
    return value


def _value(values: Mapping[str, Any], key: str, where: str) -> Any:
    place = f"{where}#/values/{key}"
    if key not in values:
        raise BadInput(f"{key} is missing", where=place, do="give it: nothing here has a silent default")
    value = values[key]
    if key in _MOST:
        sound, expected = type(value) is int and 1 <= value <= _MOST[key], f"a whole number from 1 to {_MOST[key]}"
    elif key in _SHARES:
        sound, expected = type(value) in (int, float) and 0 < value <= 1, "a share above 0, at most 1"
    else:
        sound, expected = type(value) is bool, "true or false"
    if not sound:
        raise BadInput(f"{key} is {str(value)[:40]!r}", where=place, do=f"make it {expected}")
    return value
