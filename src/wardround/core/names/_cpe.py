"""CPE 2.3 names: well-formed names, read from and written to both bindings (NIST IR 7695, sections 5 and 6)."""

import re
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Final

from wardround.core.vocab import BadInput

ANY: Final = "*"
"""The logical value ANY (section 5.3.1). No value string may be a lone asterisk, so the two cannot be confused."""

NA: Final = "-"
"""The logical value NA. A hyphen in a value string is always quoted."""

_PUNCTUATION = "!\"#$%&'()+,./:;<=>@[]^`{|}~"
_BODY = re.compile(r"(?:[A-Za-z0-9_]|\\[" + re.escape(_PUNCTUATION) + r"\\*?-])+")  # figure 5-1
_PLAIN = re.compile(r"[A-Za-z0-9_]+")
_ENCODED = {f"%{ord(sign):02x}": f"\\{sign}" for sign in _PUNCTUATION + "\\*?" if sign not in "."}
_IN_URI = re.compile(r"%..|.", re.DOTALL)
_IN_STRING = re.compile(r"\\(.)|(.)", re.DOTALL)
_LONGEST = 2000
_PACKED = ("edition", "sw_edition", "target_sw", "target_hw", "other")
_IN_STRING_ORDER = ("part", "vendor", "product", "version", "update", "edition", "language", *_PACKED[1:])
_DO = "write it as NIST IR 7695 does, like cpe:2.3:a:ivanti:endpoint_manager_mobile:12.5.0.0:*:*:*:*:*:*:*"


@dataclass(frozen=True, slots=True)
class Cpe:
    r"""One well-formed name: eleven attributes, each ANY, NA or a value string with its quoting (`8\.0\.6001`).

    Raises BadInput for a value that figure 5-1 does not allow, or a part that is none of `a`, `o`, `h`, ANY and NA.
    """

    part: str = ANY
    vendor: str = ANY
    product: str = ANY
    version: str = ANY
    update: str = ANY
    edition: str = ANY
    language: str = ANY
    sw_edition: str = ANY
    target_sw: str = ANY
    target_hw: str = ANY
    other: str = ANY

    def __post_init__(self) -> None:
        """Refuse what is not well formed."""
        for name in _IN_STRING_ORDER:
            value = getattr(self, name)
            if value not in (ANY, NA) and not _PLAIN.fullmatch(value) and not well_formed(value):
                raise BadInput(f"{value[:60]!r} is no {name} of a CPE name", where="CPE", do=_DO)
        if self.part not in (ANY, NA, "a", "o", "h"):
            raise BadInput(f"{self.part[:20]!r} is no part of a CPE name", where="CPE", do="it is a, o or h")

    @classmethod
    def read(cls, text: str) -> "Cpe":
        """The name that a formatted string (section 6.2.3) or a URI (6.1.3) binds. Raises BadInput for anything else."""
        return _read(text)

    def formatted(self) -> str:
        """Bound to a formatted string (section 6.2.2)."""
        return "cpe:2.3:" + ":".join(_in_string(getattr(self, name)) for name in _IN_STRING_ORDER)

    def uri(self) -> str:
        """Bound to a URI (section 6.1.2): the four extended attributes are packed into the edition."""
        packed = [_in_uri(getattr(self, name)) for name in _PACKED]
        edition = "~" + "~".join(packed) if any(packed[1:]) else packed[0]
        parts = [_in_uri(getattr(self, name)) for name in ("part", "vendor", "product", "version", "update")]
        return "cpe:/" + ":".join([*parts, edition, _in_uri(self.language)]).rstrip(":")


ATTRIBUTES: Final = tuple(field.name for field in fields(Cpe))


def well_formed(value: str) -> bool:
    """Whether a value string is one: special characters at its ends only, all other punctuation quoted (figure 5-1)."""
    start, end = wildcards(value)
    body = value[len(start) : len(value) - len(end)]
    if not body:
        return bool(start) and not end and start != ANY
    return (bool(start or end) or body != "\\-") and _BODY.fullmatch(body) is not None


def wildcards(value: str) -> tuple[str, str]:
    """The unquoted special characters at the beginning and at the end of a value string: `*`, or any number of `?`."""
    start = "*" if value.startswith("*") else value[: len(value) - len(value.lstrip("?"))]
    rest = value[len(start) :]
    bare = rest[:-1] if rest.endswith("*") else rest.rstrip("?")
    # After an odd number of backslashes the first of them is quoted, and belongs to the text.
    if (len(bare) - len(bare.rstrip("\\"))) % 2:
        bare = rest[: len(bare) + 1]
    return start, rest[len(bare) :]


def unquoted(value: str) -> str:
    """A value string without its quoting."""
    return _IN_STRING.sub(lambda found: found[1] or found[2], value) if "\\" in value else value


@lru_cache(maxsize=65_536)
def _read(text: str) -> Cpe:
    if len(text) > _LONGEST:
        raise BadInput(f"a CPE name of {len(text):,} characters", where="CPE", do=_DO)
    if text[:8].casefold() == "cpe:2.3:":
        return _of_string(text)
    if text[:5].casefold() == "cpe:/":
        return _of_uri(text)
    raise BadInput(f"{text[:60]!r} is no CPE name", where="CPE", do=_DO)


def _of_string(text: str) -> Cpe:
    parts = split_string(text)
    if len(parts) != len(ATTRIBUTES):
        what = f"{text[:80]!r} has {len(parts)} parts after the version of the format, not {len(ATTRIBUTES)}"
        raise BadInput(what, where="CPE", do=_DO)
    return Cpe(**{name: _from_string(part) for name, part in zip(_IN_STRING_ORDER, parts, strict=True)})


def split_string(text: str) -> list[str]:
    """The fields of a formatted string after `cpe:2.3:`. A quoted colon ends none."""
    if "\\" not in text:
        return text[8:].split(":")
    parts, current = [], ""
    for found in re.finditer(r"\\.|[^\\]", text[8:], re.DOTALL):
        if found[0] == ":":
            parts.append(current)
            current = ""
        else:
            current += found[0]
    return [*parts, current]


def _from_string(value: str) -> str:
    """Quoting is added where a formatted string may leave it out; the special characters stay as they are."""
    if value in (ANY, NA) or _PLAIN.fullmatch(value):
        return value

    def quoted(found: re.Match[str]) -> str:
        sign = found[1] or found[2]
        if sign.isalnum() or sign == "_":
            return sign
        return f"\\{sign}" if found[1] or sign not in "*?" else sign

    return _IN_STRING.sub(quoted, value)


def _in_string(value: str) -> str:
    return _IN_STRING.sub(lambda found: found[1] if found[1] and found[1] in ".-" else found[0], value) if "\\" in value else value


def _of_uri(text: str) -> Cpe:
    parts = text[5:].split(":")
    if len(parts) > 7:
        raise BadInput(f"{text[:80]!r} has {len(parts)} components, at most 7 are allowed", where="CPE", do=_DO)
    parts += [""] * (7 - len(parts))
    values = dict(zip(("part", "vendor", "product", "version", "update", "edition", "language"), parts, strict=True))
    if values["edition"].startswith("~"):
        packed = values["edition"][1:].split("~")
        if len(packed) != len(_PACKED):
            raise BadInput(f"the packed edition {values['edition'][:60]!r} does not have 5 parts", where="CPE", do=_DO)
        values |= dict(zip(_PACKED, packed, strict=True))
    return Cpe(**{name: _from_uri(value) for name, value in values.items()})


def _from_uri(component: str) -> str:
    if component == "":
        return ANY
    if component == NA:
        return NA
    value = "".join(map(_decoded, _IN_URI.findall(component.lower())))
    if value == ANY:
        raise BadInput("a lone %02 is no value", where="CPE", do=_DO)
    return value


def _decoded(form: str) -> str:
    if form in ("%01", "%02"):
        return "?" if form == "%01" else "*"
    if form in _ENCODED:
        return _ENCODED[form]
    if form[0] == "%":
        raise BadInput(f"{form!r} is no percent-encoded form of a CPE name", where="CPE", do=_DO)
    return f"\\{form}" if form in ".-~" else form


def _in_uri(value: str) -> str:
    if value == ANY:
        return ""
    if value == NA or _PLAIN.fullmatch(value):
        return value

    def encoded(found: re.Match[str]) -> str:
        if found[2]:
            return {"?": "%01", "*": "%02"}.get(found[2], found[2])
        return found[1] if found[1] in ".-" else f"%{ord(found[1]):02x}"

    return _IN_STRING.sub(encoded, value)
