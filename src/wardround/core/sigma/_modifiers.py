"""Modifiers where pySigma is narrower or looser than the text of the specification (2.1, modifiers appendix).

The specification's names are turned into names of our own, which stand beside pySigma's in its table; nothing of its own changes.
"""

from functools import cache

from wardround.core.sigma._documents import Decimal, Whole
from wardround.core.sigma._problems import ProblemError

SAME = {"wide": "utf16le"}  # two names of one modifier
OURS = {
    name: f"our_{SAME.get(name, name)}"
    for name in ("windash", "wide", "utf16le", "utf16be", "utf16", "base64", "base64offset", "expand")
}
# Of the appendix's modifiers, those that take text: a number given to them is meant as it is written.
OF_TEXT = frozenset(OURS) | {"contains", "startswith", "endswith", "re", "cidr", "cased", "fieldref"}
OF_NUMBERS = frozenset({"lt", "lte", "gt", "gte", "minute", "hour", "day", "week", "month", "year"})
# One after another these make a value longer, or more of them, each time: a key may not have many.
MOST_MODIFIERS = 12
LONGEST_REGEX = 20_000
EXPANDING = ("base64offset", "windash")
ENCODING = ("wide", "utf16", "utf16le", "utf16be", "base64", "base64offset")


def prepared(key: object, value: object) -> tuple[object, object]:
    """A key with its modifiers and a value, as pySigma takes them. Detections in it are prepared likewise."""
    if not isinstance(key, str) or "|" not in key:
        return key, [_plain(v) for v in value] if isinstance(value, list) else _plain(value)
    field, *names = key.split("|")
    names = [name.strip() for name in names]
    if "fieldref" in names:  # `startswith|fieldref` says the same as `fieldref|startswith`
        names.sort(key=lambda name: name != "fieldref")
    if len(names) > MOST_MODIFIERS or any(names.count(name) > 1 for name in EXPANDING) or sum(n in ENCODING for n in names) > 3:
        raise ProblemError(f"more modifiers than are run: {key[:60]!r}")
    values = value if isinstance(value, list) else [value]
    if "re" in names and any(isinstance(v, str) and len(v) > LONGEST_REGEX for v in values):
        raise ProblemError(f"a regular expression longer than {LONGEST_REGEX:,} characters")
    if not field or (names and names[0] in OF_TEXT):
        values = [_as_text(v) for v in values]
    elif OF_NUMBERS.intersection(names):
        values = [_as_number(v) for v in values]
    else:
        values = [_plain(v) for v in values]
    return "|".join([field, *(OURS.get(name, name) for name in names)]), values


def definition(given: object) -> object:
    """A detection: a map, a list of maps, or keywords."""
    if isinstance(given, dict):
        return dict(prepared(key, value) for key, value in given.items())
    if isinstance(given, list):
        return [definition(part) for part in given]
    return _as_text(given)


def _as_text(value: object) -> object:
    """A number as the rule writes it, true and false as words."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _plain(value: object) -> object:
    """The number alone."""
    if isinstance(value, Whole):
        return int(value)
    return float(value) if isinstance(value, Decimal) else value


def _as_number(value: object) -> object:
    if not isinstance(value, str):
        return _plain(value)
    try:
        return int(value[:64], 0)
    except ValueError:
        try:
            return float(value[:64])
        except ValueError:
            return value


@cache
def registered() -> None:
    """Put our modifiers beside pySigma's in its table."""
    from sigma.modifiers import modifier_mapping, reverse_modifier_mapping

    from wardround.core.sigma import _encodings as ours

    for name in OURS.values():
        made = ours.MODIFIERS[name]
        modifier_mapping[name] = made
        reverse_modifier_mapping[made.__name__] = name
