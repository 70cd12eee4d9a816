"""Reading correlations (Sigma correlation rules specification 2.1): from a document to what can be run."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from wardround.core.sigma._grammar import Expression, Joined, expression
from wardround.core.sigma._model import Correlation, Measure
from wardround.core.sigma._problems import ProblemError, UnsupportedError

COUNTING = ("event_count", "value_count")
TEMPORAL = ("temporal", "temporal_ordered")
MEASURING = ("value_sum", "value_avg", "value_median", "value_percentile", "value_min", "value_max")
SIGNS = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">=", "eq": "=", "neq": "!="}
TIMESPAN = re.compile(r"([0-9]{1,9})([smhdwMy])")
# The specification has s, m, h and d; pySigma also has weeks, months and years, of these lengths.
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "M": 2_629_746, "y": 31_556_952}
MOST_RULES = 1000


@dataclass(frozen=True, slots=True)
class Draft:
    """A correlation as its document states it: rules by reference, `aliases` by reference and field."""

    stated: Correlation
    aliases: Mapping[str, Mapping[str, str]]
    generate: bool


def draft(document: Mapping[Any, Any], *, called: str, file: str, line: int) -> Draft:
    """Read one document. Raises ProblemError with the path to what is wrong."""
    try:
        return _draft(document, called=called, file=file, line=line)
    except ProblemError as problem:
        raise problem.under("correlation") from None


def _draft(document: Mapping[Any, Any], *, called: str, file: str, line: int) -> Draft:
    stated = document["correlation"]
    if not isinstance(stated, dict):
        raise ProblemError("a correlation is a mapping")
    kind = stated.get("type")
    if kind not in (*COUNTING, *TEMPORAL, *MEASURING):
        raise ProblemError(f"the type of correlation {str(kind)[:40]!r} is not known", ("type",))
    rules, present = _rules(stated, kind)
    generate = stated.get("generate", False)
    if not isinstance(generate, bool):
        raise ProblemError("`generate` is neither true nor false", ("generate",))
    ours = document.get("wardround")
    made = Correlation(
        id=called,
        title=str(document.get("title") or ""),
        level=str(document.get("level") or "").lower(),
        phase=str(ours.get("phase", "")) if isinstance(ours, dict) else "",
        type=kind,
        rules=rules,
        group_by=_texts(stated.get("group-by"), "group-by"),
        seconds=_seconds(stated.get("timespan")),
        measure=_measure(stated.get("condition"), kind=kind),
        present=present,
        file=file,
        description=str(document.get("description") or ""),
        line=line,
        name=str(document.get("name") or ""),
    )
    return Draft(made, _aliases(stated.get("aliases")), generate)


def _texts(given: object, key: str) -> tuple[str, ...]:
    if given is None:
        return ()
    some = given if isinstance(given, list) else [given]
    if not all(isinstance(one, str | int) and not isinstance(one, bool) and str(one) for one in some):
        raise ProblemError(f"`{key}` is a text or a list of texts", (key,))
    return tuple(dict.fromkeys(map(str, some)))


def _rules(stated: Mapping[Any, Any], kind: str) -> tuple[tuple[str, ...], Expression | None]:
    """The references, and the condition over them where it is one over rules."""
    rules, condition = _texts(stated.get("rules"), "rules"), stated.get("condition")
    if not isinstance(condition, str):
        if not rules:
            raise ProblemError("it refers to no rule", ("rules",))
        if len(rules) > MOST_RULES:
            raise ProblemError(f"it refers to more than {MOST_RULES:,} rules", ("rules",))
        return rules, None
    if kind not in TEMPORAL:
        raise ProblemError(f"the condition of {kind} is a mapping such as `gte: 10`", ("condition",))
    named = [word for word in re.findall(r"[^\s()]+", condition) if word.lower() not in ("and", "or", "not")]
    try:
        present = expression(condition, names=rules or dict.fromkeys(named))
    except ProblemError as problem:
        raise problem.under("condition") from None
    if missing := [rule for rule in rules if rule not in named]:
        raise ProblemError(f"the condition does not name {missing[0]!r}, which `rules` does", ("condition",))
    if kind == "temporal_ordered" and not _all_of(present):
        raise UnsupportedError("an order of rules that need not all be there is not run", ("condition",))
    return rules or tuple(dict.fromkeys(named)), present


def _all_of(present: Expression) -> bool:
    return isinstance(present, str) or (present.by == "and" and all(map(_all_of, present.parts)))


def _seconds(given: object) -> int:
    found = TIMESPAN.fullmatch(given) if isinstance(given, str) else None
    if found is None or int(found[1]) == 0:
        raise ProblemError(f"the timespan {str(given)[:40]!r} is not a number and a letter, such as 90m", ("timespan",))
    return int(found[1]) * SECONDS[found[2]]


def _measure(given: object, *, kind: str) -> Measure:
    if kind in TEMPORAL and (given is None or isinstance(given, str)):
        return Measure(())  # every rule, or what the text says
    if not isinstance(given, dict):
        raise ProblemError("the condition is a mapping such as `gte: 10`", ("condition",))
    if unknown := [key for key in given if key not in (*SIGNS, "field", "percentile")]:
        raise ProblemError(f"the condition has {str(unknown[0])[:40]!r}, which is not known", ("condition", unknown[0]))
    bounds = tuple((SIGNS[key], _number(value, key)) for key, value in given.items() if key in SIGNS)
    if not bounds:
        raise ProblemError("the condition compares with no number", ("condition",))
    if kind == "temporal_ordered" and not all(sign in (">", ">=") for sign, _ in bounds):
        raise UnsupportedError("an order of at most so many rules is not run", ("condition",))
    fields = _texts(given.get("field"), "field") if kind not in (*TEMPORAL, "event_count") else ()
    if kind in ("value_count", *MEASURING) and not fields:
        raise ProblemError(f"the condition of {kind} names no field", ("condition",))
    if kind in MEASURING and len(fields) > 1:
        raise ProblemError(f"the condition of {kind} names more than one field", ("condition", "field"))
    percentile = given.get("percentile")
    if kind != "value_percentile":
        return Measure(bounds, fields)
    if not isinstance(percentile, int) or isinstance(percentile, bool) or not 0 <= percentile <= 100:
        raise UnsupportedError("value_percentile needs a `percentile` from 0 to 100", ("condition",))
    return Measure(bounds, fields, int(percentile))


def _number(value: object, key: str) -> float:
    try:
        if isinstance(value, int | float | str) and not isinstance(value, bool) and math.isfinite(number := float(value)):
            return int(number) if number.is_integer() else number
    except (ValueError, OverflowError):
        pass
    raise ProblemError(f"{str(value)[:40]!r} is not a number", ("condition", key))


def _aliases(given: object) -> dict[str, dict[str, str]]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise ProblemError("`aliases` is a mapping", ("aliases",))
    for alias, names in given.items():
        if not isinstance(names, dict) or not all(isinstance(field, str) for field in names.values()):
            raise ProblemError("an alias says for each rule what the field is called", ("aliases", alias))
    return {str(alias): {str(rule): field for rule, field in names.items()} for alias, names in given.items()}


def resolved(
    drafts: list[Draft], *, called: Mapping[str, str], names: Callable[[str, str], tuple[str, ...]]
) -> list[Correlation | tuple[Draft, ProblemError]]:
    """Every correlation with its references resolved, those first that others refer to; or with what is wrong.

    `called` gives the id for every id or name that may be referred to; `names` what a field is called in the events of a rule.
    """
    by_id = {one.stated.id: one for one in drafts}
    wrong: dict[str, ProblemError] = {}
    for one in drafts:
        try:
            by_id[one.stated.id] = _referring(one, called=called)
        except ProblemError as problem:
            wrong[one.stated.id] = problem.under("correlation")
    order = _ordered({i: one.stated.rules for i, one in by_id.items() if i not in wrong}, wrong=wrong)
    out: list[Correlation | tuple[Draft, ProblemError]] = [(by_id[i], problem) for i, problem in wrong.items()]
    for id_ in order:
        one = by_id[id_]
        made = one.stated
        fields = {
            rule: {
                field: (alias,) if rule in by_id else names(rule, alias)
                for field in (*made.group_by, *made.measure.fields)
                for alias in [one.aliases.get(field, {}).get(rule, field)]
            }
            for rule in made.rules
        }
        out.append(replace(made, fields=fields))
    return out


def _referring(one: Draft, *, called: Mapping[str, str]) -> Draft:
    for at, reference in enumerate(one.stated.rules):
        if reference not in called:
            raise ProblemError(f"it refers to {reference[:60]!r}, which is none of the rules given", ("rules", at))
        if called[reference] == one.stated.id:
            raise ProblemError("it refers to itself", ("rules", at))
    for alias, names in one.aliases.items():
        for reference in names:
            if called.get(reference) not in {called[r] for r in one.stated.rules}:
                raise ProblemError(
                    f"the alias speaks of {reference[:60]!r}, which it does not refer to", ("aliases", alias, reference)
                )
    rules = tuple(dict.fromkeys(called[reference] for reference in one.stated.rules))
    aliases = {alias: {called[reference]: field for reference, field in names.items()} for alias, names in one.aliases.items()}
    present = None if one.stated.present is None else _renamed(one.stated.present, called)
    return replace(one, stated=replace(one.stated, rules=rules, present=present), aliases=aliases)


def _renamed(asked: Expression, called: Mapping[str, str]) -> Expression:
    if isinstance(asked, str):
        return called[asked]
    return Joined(asked.by, tuple(_renamed(part, called) for part in asked.parts))


def _ordered(refers: Mapping[str, tuple[str, ...]], *, wrong: dict[str, ProblemError]) -> list[str]:
    """The correlations, each after those that it refers to; those that go round in a circle are named in `wrong`."""
    waits = {id_: {rule for rule in rules if rule in refers} for id_, rules in refers.items()}
    referred: dict[str, list[str]] = {}
    for id_, rules in waits.items():
        for rule in rules:
            referred.setdefault(rule, []).append(id_)
    order = [id_ for id_, rules in waits.items() if not rules]
    for done in order:  # grows while it is walked
        for id_ in referred.get(done, ()):
            waits[id_].discard(done)
            if not waits[id_]:
                order.append(id_)
    for id_, rules in waits.items():
        if rules:
            at = next(n for n, rule in enumerate(refers[id_]) if rule in rules)
            wrong[id_] = ProblemError("the rules that it refers to lead back to itself", ("correlation", "rules", at))
    return order
