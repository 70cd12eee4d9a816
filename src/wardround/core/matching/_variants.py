"""The `cpes` of an `affected` object narrow it to variants of its product (edition, target software...), in three values.

Variants compare by NIST IR 7696 (`core.names`). What an install does not state leaves an object as it is, and that is said;
where objects on several variants disagree then, nobody can tell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from wardround.core.matching._model import Answer, Subject, heaviest
from wardround.core.matching._orders import shown
from wardround.core.matching._platforms import Part, combine
from wardround.core.matching._systems import processor_of, system_of
from wardround.core.names import Cpe
from wardround.core.names._cpe import ANY, NA, unquoted
from wardround.core.names._keys import completed
from wardround.core.names._purl import languages
from wardround.core.names._variant import Variant, fits, variant_of_cpe
from wardround.core.vocab import BadInput, Verdict

Variants = tuple[Variant, ...]
"""The variants that an object is narrowed to: an install of one of them is meant. Empty: it is not narrowed."""

Narrowed = tuple[Variants, Part]
"""What an object says, with the variants and the platforms that it says it of."""

_MOST = 1_000
"""CPE names of one object that are read. More of them narrow nothing."""

_UNSAID = frozenset({"target_hw"})
"""What narrows without a word: builds for several processors are one release."""


def variants_of(affected: Mapping[str, Any]) -> Variants:
    """The variants that the CPE names of an object state; none where one of them is of the whole product, or cannot be read."""
    cpes = affected.get("cpes")
    if not isinstance(cpes, list) or len(cpes) > _MOST:
        return ()
    found: dict[Variant, None] = {}
    for cpe in cpes:
        variant = variant_of_cpe(cpe) if isinstance(cpe, str) else ()
        if not variant or not _names_something(cpe):
            return ()
        found[variant] = None
    return tuple(sorted(found))


def odd_cpe(affected: Mapping[str, Any]) -> str:
    """The first of an object's CPE names that is none: nobody can tell what that narrows it to. Empty where all can be read."""
    cpes = affected.get("cpes")
    listed = cpes if isinstance(cpes, list) else ()
    return next((str(cpe) or "''" for cpe in listed[:_MOST] if not isinstance(cpe, str) or not _is_a_name(cpe)), "")


def systems_in(variants: Variants) -> frozenset[str]:
    """The operating systems that all of these variants are for, as platform keys; empty where one is for any."""
    found = [{system for a, value in one if a != "update" and (system := system_of(_words(value)))} for one in variants]
    return frozenset().union(*found) if all(found) else frozenset()


def weigh(found: Sequence[Narrowed], subject: Subject) -> Answer:
    """One answer of several objects, of which some are narrowed to variants.

    An object on another variant than the install's is passed over together with its default. A variant that nobody states
    is as possible as any other: all have to agree, but that one of them says nothing contradicts no *affected*.
    """
    general: list[Part] = []
    possible: dict[Variants, list[Part]] = {}
    passed: list[Narrowed] = []
    for variants, part in found:
        fit = _fit(variants, subject) if variants else True
        if fit:
            general.append(part)
        elif fit is None:
            possible.setdefault(variants, []).append(part)
        else:
            passed.append((variants, part))
    if not general and not possible:
        variants, (_, answer) = passed[0]
        why = f"The record speaks only of {in_words(variants)}, and the inventory states another variant."
        return Answer(Verdict.UNKNOWN, why, answer.decided_by)
    answer = _together(general, possible, subject)
    if answer.verdict is Verdict.NOT_AFFECTED and (other := next((v for v, part in passed if _of_an_update(v, part)), None)):
        why = f"The record calls {in_words(other)} affected, and the inventory states another update: what it mends is open."
        return Answer(Verdict.UNKNOWN, why, answer.decided_by)
    return answer


def _together(general: Sequence[Part], possible: Mapping[Variants, Sequence[Part]], subject: Subject) -> Answer:
    """The answer where every variant that an install can be gets the same one."""
    worlds = [combine([*general, *parts], platform=subject.platform) for parts in possible.values()]
    if general:
        worlds.append(combine(general, platform=subject.platform))
    said = {world.verdict for world in worlds}
    if len(said) == 1 and general:
        return worlds[-1]
    if len(said) == 1 or said == {Verdict.AFFECTED, Verdict.UNKNOWN}:
        answer = heaviest(worlds)
        open_to = next((v for v in possible if {a for one in v for a, value in one if value != NA} - _UNSAID), None)
        if not open_to or not answer.decides:
            return answer
        taken = f"The record speaks of {in_words(open_to)}, and this is taken to be that: the inventory states no variant."
        return replace(answer, assumed=(*answer.assumed, taken))
    listed = " and of ".join(map(in_words, list(possible)[:2]))
    why = f"The record's answer depends on the variant (it speaks of {listed}), which the inventory does not state."
    return Answer(Verdict.UNKNOWN, why, next(iter(possible.values()))[0][1].decided_by)


def _of_an_update(variants: Variants, part: Part) -> bool:
    return part[1].verdict is Verdict.AFFECTED and any(attribute == "update" for one in variants for attribute, _ in one)


def _fit(variants: Variants, subject: Subject) -> bool | None:
    """Whether the install is one of the variants; None where it does not state enough."""
    return _fit_any(variants, subject.variant, subject.scheme, subject.platform)


@lru_cache(maxsize=16_384)
def _fit_any(variants: Variants, stated: Variant, scheme: str, platform: str) -> bool | None:
    found = [fit_one(variant, stated=stated, scheme=scheme, platform=platform) for variant in variants]
    return True if True in found else None if None in found else False


def fit_one(variant: Variant, *, stated: Variant, scheme: str, platform: str) -> bool | None:
    """By what the install's CPE name states, the registry that its package is of (`npm`), and the platform."""
    own = dict(stated)
    if scheme in languages():
        own.setdefault("target_sw", scheme)
    left, result = [], True
    for attribute, value in variant:
        if attribute in own or attribute not in ("target_sw", "target_hw"):
            left.append((attribute, value))
        elif value == NA:
            continue
        elif attribute == "target_hw":
            result = result and processor_of(unquoted(value)) == (platform or None)
        else:
            same = _same_system(unquoted(value), platform)
            if same is False:
                return False
            result = result and same is True
    fit = fits(tuple(left), tuple(own.items()))
    return fit if fit is False or result else None


def _same_system(software: str, platform: str) -> bool | None:
    """Whether an operating system that a name runs on is the platform; None where either is none that is known."""
    wanted, here = system_of(_words(software)), system_of(platform)
    if not wanted or not here:
        return None
    return wanted == here or (None if {wanted, here} == {"linux", "android"} else False)


@lru_cache(maxsize=16_384)
def _names_something(cpe: str) -> bool:
    try:
        return Cpe.read(cpe).product not in (ANY, NA)
    except BadInput:
        return False


@lru_cache(maxsize=16_384)
def _is_a_name(cpe: str) -> bool:
    """Inventories and records cut a name short after its product: that is one."""
    try:
        Cpe.read(completed(cpe))
    except BadInput:
        return False
    return True


def _words(value: str) -> str:
    return unquoted(value).replace("_", " ").casefold()


def in_words(variants: Variants) -> str:
    """Variants in words: `target_sw wordpress or target_sw joomla!`."""
    words = [" with ".join(f"{a} {shown(unquoted(value))}" for a, value in _telling(one)) for one in variants[:3]]
    return " or ".join(words) + (f" and {len(variants) - 3} more" if len(variants) > 3 else "")


def _telling(variant: Variant) -> Variant:
    return tuple(one for one in variant if one[1] != NA) or variant
