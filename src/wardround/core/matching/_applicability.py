"""`cpeApplicability` of a CVE record: trees of CPE names, evaluated in three values (CVE Record Format 5.1, `cpeApplicability`).

A tree is true, false, or cannot be told: what an install's record does not show (another product beside it, an edition)
stays open. It fills in only where the `affected` objects of its container give no decision: those are the vendor's first
word, and the two of them are written from the same facts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wardround.core.advisories import Container
from wardround.core.matching._model import Answer, Subject, heaviest
from wardround.core.matching._objects import Shape, read_object
from wardround.core.matching._orders import shown
from wardround.core.matching._windows import OR_LATER, releases_of
from wardround.core.names import Cpe
from wardround.core.names._cpe import ANY, NA, unquoted
from wardround.core.names._keys import Name, product_of, vendor_of
from wardround.core.vocab import BadInput, Verdict

_MOST = 5_000
"""CPE names of one container that are read; one with more is *not evaluable*."""

_SYSTEMS = {
    "windows": "microsoft",
    "linux": "linux",
    "macos": "apple",
    "mac os": "apple",
    "iphone os": "apple",
    "freebsd": "freebsd",
}
"""How names of operating systems begin, and whose they are. Two of them are never one."""

_NARROWING = ("update", "edition", "language", "sw_edition", "target_sw", "target_hw", "other")
_PROCESSORS = {"x64": "x64-based systems", "x86": "32-bit systems", "arm64": "arm64-based systems"}


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


def applicability_answer(container: Container, *, cve: str, subject: Subject) -> Answer | None:
    """The answer of a container's trees; None when none of them calls the subject's product vulnerable.

    Several trees are several configurations: affected in one is affected. A version past the end of every range is taken
    as not affected, as for `affected` objects. `vulnerable: false` is a condition only.
    """
    names = _names(subject)
    at = f"{cve} {container.pointer.rpartition('/')[0]}/cpeApplicability"
    if sum(1 for _ in _criteria(container.applicability)) > _MOST:
        return Answer(Verdict.NOT_EVALUABLE, f"The record's applicability names more than {_MOST:,} products.", at)
    answers = []
    for place, tree in enumerate(container.applicability):
        value = _tree(tree, f"{at}/{place}", subject, names)
        if value.own:
            answers.append(_answer(value))
    return heaviest(answers) if answers else None


def applicability_names(applicability: Sequence[Mapping[str, Any]]) -> Iterator[Name]:
    """Vendor and product keys of every product that the trees call vulnerable."""
    for match in _criteria(applicability):
        name = _read(match.get("criteria"))
        if name and match.get("vulnerable") is not False and product_of(name):
            yield vendor_of(name), product_of(name)


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
    name = _read(match.get("criteria"))
    if name is None:
        return _Value(None, "The record's applicability holds something that is no CPE name.", at, doubt=Verdict.NOT_EVALUABLE)
    if (vendor_of(name), product_of(name)) not in names:
        return _condition(name, at, subject)
    answer = read_object(Shape({"versions": _entries(match, name)}), at=at, subject=_plain(subject))
    if answer is None or not answer.decides:
        why = answer.reason if answer else "The record's applicability does not hold this version."
        return _Value(None, why, at, doubt=answer.verdict if answer else Verdict.UNKNOWN, own=_vulnerable(match))
    holds = answer.verdict is Verdict.AFFECTED
    if holds and (open_attribute := _narrower(name, subject)):
        return _Value(None, open_attribute, at, own=_vulnerable(match))
    why = f"The record's applicability ({product_of(name)}): {answer.reason}"
    return _Value(holds, why, at, answer.assumed, own=_vulnerable(match))


def _plain(subject: Subject) -> Subject:
    """A lower bound of a revision is no version: what it leaves open stays open."""
    if not subject.version.endswith(OR_LATER):
        return subject
    build = subject.version.removesuffix(OR_LATER).rpartition(".")[0]
    return Subject(subject.vendors, subject.product, build, subject.scheme, subject.platform, subject.distribution, subject.also)


def _entries(match: Mapping[str, Any], name: Cpe) -> list[dict[str, str]]:
    """The range as entries of an `affected` object; its excluded start is an entry of its own before it."""
    start, after = _text(match, "versionStartIncluding"), _text(match, "versionStartExcluding")
    before, last = _text(match, "versionEndExcluding"), _text(match, "versionEndIncluding")
    if not (start or after or before or last) and name.version != ANY:
        return [{"version": "" if name.version == NA else unquoted(name.version), "status": "affected"}]
    end = {"lessThan": before} if before else {"lessThanOrEqual": last} if last else {"lessThan": "*"}
    excluded = [{"version": after, "status": "unaffected"}] if after else []
    return [*excluded, {"version": start or after or "0", "status": "affected", "versionType": "custom", **end}]


def _narrower(name: Cpe, subject: Subject) -> str:
    """Why a name that matches is narrower than what is known of the subject; empty when nothing is open."""
    for attribute in _NARROWING:
        value = getattr(name, attribute)
        if value in (ANY, NA) and attribute != "target_hw":
            continue
        wanted = unquoted(value).casefold()
        if value == ANY or _PROCESSORS.get(wanted, wanted) == subject.platform:
            continue
        if value != NA:
            return f"The record's applicability is for {attribute} {shown(wanted)} only, which the inventory does not tell."
    return ""


def _condition(name: Cpe, at: str, subject: Subject) -> _Value:
    """A product that is not the subject: an operating system may be known from the platform, all else is open."""
    words, platform = product_of(name), subject.platform
    whole = f"{vendor_of(name)} {words}".strip()
    if name.part == "o" and platform:
        one, other = (next((s for s in _SYSTEMS if text.startswith(s)), "") for text in (words, platform))
        if one and _SYSTEMS[one] == vendor_of(name) and platform.startswith((words, whole)) and name.version in (ANY, NA):
            return _Value(True, f"The platform is {platform[:60]}.", at)
        if one and other and _SYSTEMS[one] == vendor_of(name) != _SYSTEMS[other]:
            return _Value(False, f"The record's applicability needs {whole[:60]}, and the platform is {platform[:60]}.", at)
    return _Value(None, f"The record's applicability needs {whole[:60]} beside it, which the inventory does not tell.", at)


def _read(criteria: object) -> Cpe | None:
    if not isinstance(criteria, str):
        return None
    try:
        return Cpe.read(criteria)
    except BadInput:
        return None


def _criteria(applicability: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    return (m for tree in applicability for node in _objects(tree.get("nodes")) for m in _objects(node.get("cpeMatch")))


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
