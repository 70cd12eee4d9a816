"""`cpeApplicability` of a CVE record: trees of CPE names, evaluated in three values (CVE Record Format 5.1, `cpeApplicability`).

A tree is true, false, or cannot be told: what an install's record does not show (another product beside it, an edition)
stays open. It fills in only where the `affected` objects of its container give no decision: those are the vendor's first
word, and the two of them are written from the same facts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from wardround.core.matching._model import Answer, Subject, heaviest
from wardround.core.matching._objects import Shape, read_object
from wardround.core.matching._orders import shown
from wardround.core.matching._record import Record
from wardround.core.matching._systems import OWNERS, system_of
from wardround.core.matching._variants import fit_one
from wardround.core.matching._windows import OR_LATER, releases_of
from wardround.core.names import Cpe
from wardround.core.names._configurations import matches_of, names_of_applicability
from wardround.core.names._cpe import ANY, NA, unquoted
from wardround.core.names._keys import Name, name_of_cpe, product_of, vendor_of
from wardround.core.names._variant import Variant, variant_of_cpe
from wardround.core.vocab import BadInput, Verdict

_MOST = 5_000
"""CPE names, and nodes, of one container that are read; one with more is *not evaluable*."""

_NO_NAME = "The record's applicability holds something that is no CPE name."
_PLAIN_ATTRIBUTES = ("language", "other")
"""What narrows a name and is not compared with what an install states."""


@dataclass(frozen=True, slots=True)
class _Value:
    """True (affected), false (not affected) or open, with the sentence that says why and what it assumes."""

    holds: bool | None
    why: str
    at: str = ""
    assumed: tuple[str, ...] = ()
    doubt: Verdict = Verdict.UNKNOWN
    own: bool = False
    """A vulnerable product of this tree is the subject itself."""


def applicability_answer(record: Record, place: int, subject: Subject) -> Answer | None:
    """The answer of the trees of the container at `place`; None when none of them calls the subject's product vulnerable.

    One that calls something vulnerable that is no CPE name is *not evaluable*: it could be the subject.
    Several trees are several configurations: affected in one is affected. A version past the end of every range is taken
    as not affected, as for `affected` objects. `vulnerable: false` is a condition only.
    """
    names, container = _names(subject), record.advisory.containers[place]
    at = f"{record.advisory.cve} {container.pointer.rpartition('/')[0]}/cpeApplicability"
    if place not in record.trees:
        why = _unread(container.applicability)
        record.trees[place] = why, frozenset(names_of_applicability(container.applicability) if why else ())
    why, asked = record.trees[place]
    if why:
        return Answer(Verdict.NOT_EVALUABLE, why, at) if names & asked else None
    answers = []
    for number, tree in enumerate(container.applicability):
        value = _tree(tree, f"{at}/{number}", subject, names)
        if value.own:
            answers.append(_answer(value))
        elif any(_vulnerable(match) and _read(match.get("criteria")) is None for match in matches_of([tree])):
            answers.append(Answer(Verdict.NOT_EVALUABLE, _NO_NAME, f"{at}/{number}"))
    return heaviest(answers) if answers else None


def _unread(applicability: Sequence[Mapping[str, Any]]) -> str:
    """Why the trees cannot be executed as a whole; empty when they can."""
    if next(islice(matches_of(applicability), _MOST, None), None) is not None:
        return f"The record's applicability names more than {_MOST:,} products."
    nodes = list(islice((node for tree in applicability for node in _objects(tree.get("nodes"))), _MOST + 1))
    if max(len(nodes), len(applicability)) > _MOST:
        return f"The record's applicability has more than {_MOST:,} nodes."
    if any(node.get(key) for node in nodes for key in ("nodes", "children")):
        return "The record's applicability has nodes within nodes, which its format does not know."
    if odd := next((o for one in (*applicability, *nodes) if (o := _operator(one)) not in ("AND", "OR")), ""):
        return f"The record's applicability joins its parts by {shown(odd)}, which its format does not know."
    return ""


def _answer(value: _Value) -> Answer:
    if value.holds is None:
        return Answer(value.doubt, value.why, value.at, value.assumed)
    return Answer(Verdict.AFFECTED if value.holds else Verdict.NOT_AFFECTED, value.why, value.at, value.assumed)


def _names(subject: Subject) -> frozenset[Name]:
    """What a CPE name may call the subject."""
    vendor = subject.vendors[0] if len(subject.vendors) == 1 else ""
    found = {(vendor, subject.product), *subject.also}
    releases = releases_of(subject.product) or ()
    if len(releases) == 1:
        found |= {(vendor, name.replace("_", " ")) for name in releases[0][0].general[:1]}
    return frozenset(found)


def _tree(tree: Mapping[str, Any], at: str, subject: Subject, names: frozenset[Name]) -> _Value:
    """One configuration: its nodes joined by its operator (OR where none is stated), negated where it says so."""
    nodes = _objects(tree.get("nodes"))
    values = [_node(node, f"{at}/nodes/{place}", subject, names) for place, node in enumerate(nodes)]
    if not values:
        return _Value(None, "The record's applicability is empty here.", at)
    return _negated(_joined(values, _operator(tree)), tree)


def _node(node: Mapping[str, Any], at: str, subject: Subject, names: frozenset[Name]) -> _Value:
    values = [_match(match, f"{at}/cpeMatch/{place}", subject, names) for place, match in enumerate(_objects(node.get("cpeMatch")))]
    if not values:
        return _Value(None, "The record's applicability is empty here.", at)
    return _negated(_joined(values, _operator(node)), node)


def _joined(values: Sequence[_Value], operator: str) -> _Value:
    """Kleene's logic. Where one side names the subject as vulnerable, an OR passes over products that are not the subject.

    It does not pass over what cannot be read: that could be the subject.
    """
    own = any(value.own for value in values)
    if operator == "AND":
        first = next((v for v in values if v.holds is False), None) or next((v for v in values if v.holds is None), None)
        chosen = first or next((v for v in values if v.own), values[0])
        assumed = chosen.assumed if first else tuple(dict.fromkeys(a for v in values for a in v.assumed))
        return _Value(chosen.holds, chosen.why, chosen.at, assumed, chosen.doubt, own)
    heard = [value for value in values if value.own or value.doubt is Verdict.NOT_EVALUABLE] if own else list(values)
    first = next((v for v in heard if v.holds), None) or next((v for v in heard if v.holds is None), None)
    chosen = first or heard[0]
    assumed = chosen.assumed if first else tuple(dict.fromkeys(a for v in heard for a in v.assumed))
    return _Value(chosen.holds, chosen.why, chosen.at, assumed, chosen.doubt, own)


def _negated(value: _Value, stated: Mapping[str, Any]) -> _Value:
    if stated.get("negate") is not True or value.holds is None:
        return value
    why = f"The record's applicability takes the opposite of this: {value.why}"
    return _Value(not value.holds, why, value.at, value.assumed, value.doubt, value.own)


def _match(match: Mapping[str, Any], at: str, subject: Subject, names: frozenset[Name]) -> _Value:
    """One CPE name with its range: the subject itself, or a condition beside it."""
    criteria = match.get("criteria")
    name = _read(criteria)
    if name is None or not isinstance(criteria, str):
        own = isinstance(criteria, str) and _vulnerable(match) and name_of_cpe(criteria) in names
        return _Value(None, _NO_NAME, at, doubt=Verdict.NOT_EVALUABLE, own=own)
    if (vendor_of(name), product_of(name)) not in names:
        return _condition(name, at, subject)
    variant = tuple(one for one in variant_of_cpe(criteria) if one[0] != "version")
    fit = fit_one(variant, stated=subject.variant, scheme=subject.scheme, platform=subject.platform)
    if fit is False:
        return _Value(False, f"The record's applicability is for another variant than the inventory states ({criteria[:120]}).", at)
    answer = read_object(Shape({"versions": _entries(match, name)}), at=at, subject=_plain(subject))
    if answer is None or not answer.decides:
        why = answer.reason if answer else "The record's applicability does not hold this version."
        return _Value(None, why, at, doubt=answer.verdict if answer else Verdict.UNKNOWN, own=_vulnerable(match))
    holds = answer.verdict is Verdict.AFFECTED
    if holds and (open_attribute := _narrower(name, variant, fit=fit)):
        return _Value(None, open_attribute, at, own=_vulnerable(match))
    why = f"The record's applicability ({product_of(name)}): {answer.reason}"
    return _Value(holds, why, at, answer.assumed, own=_vulnerable(match))


def _plain(subject: Subject) -> Subject:
    """A lower bound of a revision is no version: what it leaves open stays open."""
    if not subject.version.endswith(OR_LATER):
        return subject
    return replace(subject, version=subject.version.removesuffix(OR_LATER).rpartition(".")[0])


def _entries(match: Mapping[str, Any], name: Cpe) -> list[dict[str, str]]:
    """The range as entries of an `affected` object; its excluded start is an entry of its own before it."""
    start, after = _text(match, "versionStartIncluding"), _text(match, "versionStartExcluding")
    before, last = _text(match, "versionEndExcluding"), _text(match, "versionEndIncluding")
    if not (start or after or before or last) and name.version != ANY:
        return [{"version": "" if name.version == NA else unquoted(name.version), "status": "affected"}]
    end = {"lessThan": before} if before else {"lessThanOrEqual": last} if last else {"lessThan": "*"}
    excluded = [{"version": after, "status": "unaffected"}] if after else []
    return [*excluded, {"version": start or after or "0", "status": "affected", "versionType": "custom", **end}]


def _narrower(name: Cpe, variant: Variant, *, fit: bool | None) -> str:
    """Why a name that matches is narrower than what is known of the subject; empty when nothing is open."""
    plain = tuple((attribute, value) for attribute in _PLAIN_ATTRIBUTES if (value := getattr(name, attribute)) not in (ANY, NA))
    for attribute, value in plain or (variant if fit is None else ()):
        if value != NA:
            wanted = shown(unquoted(value).casefold())
            return f"The record's applicability is for {attribute} {wanted} only, which the inventory does not tell."
    return ""


def _condition(name: Cpe, at: str, subject: Subject) -> _Value:
    """A product that is not the subject: an operating system may be known from the platform, all else is open."""
    words, platform = product_of(name), subject.platform
    whole = f"{vendor_of(name)} {words}".strip()
    one, other = system_of(words), system_of(platform)
    if name.part == "o" and one and OWNERS[one] == vendor_of(name):
        if platform.startswith((words, whole)) and name.version in (ANY, NA):
            return _Value(True, f"The platform is {platform[:60]}.", at)
        if other and OWNERS[one] != OWNERS[other] and {one, other} != {"linux", "android"}:
            return _Value(False, f"The record's applicability needs {whole[:60]}, and the platform is {platform[:60]}.", at)
    return _Value(None, f"The record's applicability needs {whole[:60]} beside it, which the inventory does not tell.", at)


def _read(criteria: object) -> Cpe | None:
    if not isinstance(criteria, str):
        return None
    try:
        return Cpe.read(criteria)
    except BadInput:
        return None


def _operator(stated: Mapping[str, Any]) -> str:
    operator = stated.get("operator")
    return operator.strip().upper() if isinstance(operator, str) else "OR"


def _vulnerable(match: Mapping[str, Any]) -> bool:
    return match.get("vulnerable") is not False


def _objects(listed: object) -> list[Mapping[str, Any]]:
    return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list | tuple) else []


def _text(match: Mapping[str, Any], key: str) -> str:
    value = match.get(key)
    return value.strip() if isinstance(value, str) else ""
