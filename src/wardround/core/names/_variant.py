"""What a CPE name states beside vendor and product: the version that it stands for, and the variant of the product."""

import re
from functools import lru_cache

from wardround.core.names._cpe import ANY, NA, Cpe, unquoted
from wardround.core.names._keys import completed
from wardround.core.names._purl import ecosystem_in
from wardround.core.names._relation import Relation, compare
from wardround.core.vocab import BadInput

ATTRIBUTES = ("update", "edition", "sw_edition", "target_sw", "target_hw")
"""What narrows a product. Its languages and `other` tell nothing that a fix would hang on."""

Variant = tuple[tuple[str, str], ...]
"""Attributes that a name states, each with its value as a well-formed name has it (`-`: there is none)."""

_PATCH = re.compile(r"(?P<patch>p\d+)|(?P<hotfix>h\d+)", re.ASCII | re.IGNORECASE)


@lru_cache(maxsize=65_536)
def variant_of_cpe(cpe: str) -> Variant:
    """The attributes that a CPE name states; empty for one that states none, or cannot be read.

    The version is among them only where it has an update beside it, which says nothing of other versions.
    """
    name = _read(cpe)
    if name is None:
        return ()
    stated = tuple((attribute, value) for attribute in ATTRIBUTES if (value := getattr(name, attribute)) != ANY)
    tied = name.update != ANY and name.version not in (ANY, NA)
    return (("version", name.version), *stated) if tied else stated


@lru_cache(maxsize=65_536)
def version_of_cpe(cpe: str) -> str:
    """The version that a CPE name states, its update with it (`8.9p1`, `10.2.0-h1`, `7.0 sp1`); empty: none is stated."""
    name = _read(cpe)
    if name is None or name.version in (ANY, NA) or any(sign in name.version for sign in "*?"):
        return ""
    version, update = unquoted(name.version), name.update
    if update in (ANY, NA):
        return version
    found = _PATCH.fullmatch(unquoted(update))
    joint = "" if found and found["patch"] else "-" if found else " "
    return f"{version}{joint}{unquoted(update)}"


def fits(narrowed: Variant, stated: Variant) -> bool | None:
    """Whether a product of the variant `stated` is one of those that a record narrows to; None where that is not stated.

    Attributes compare by NIST IR 7696, section 6; the software of one ecosystem (`python`, `pypi`) is one. That
    something has no edition is contradicted by a stated one only; an update counts for its own version only.
    """
    wanted, own, result = dict(narrowed), dict(stated), True
    if (version := wanted.pop("version", "")) and version.casefold() != own.get("version", "").casefold():
        del wanted["update"]
    for attribute, value in wanted.items():
        have = own.get(attribute)
        if have is None:
            result = result and value == NA
            continue
        found = compare(_value(value), target=_value(have))
        if found is Relation.DISJOINT:
            return False
        result = result and found in (Relation.EQUAL, Relation.SUPERSET)
    return True if result else None


@lru_cache(maxsize=4_096)
def _value(value: str) -> str:
    return ecosystem_in(unquoted(value).casefold()) or value


def _read(cpe: str) -> Cpe | None:
    try:
        return Cpe.read(completed(cpe))
    except BadInput:
        return None
