"""Filters (Sigma filters specification 2.1): conditions that are taken out of the rules that they name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from wardround.core.sigma._conditions import AllOf, Node, Not
from wardround.core.sigma._grammar import Expression, expression
from wardround.core.sigma._model import LogSource, Rule
from wardround.core.sigma._problems import ProblemError


@dataclass(frozen=True, slots=True)
class Filter:
    """What is left out of the hits of the rules that it names (None: of all rules of its log source)."""

    rules: tuple[str, ...] | None
    logsource: LogSource
    kept: Node
    fields: frozenset[str]


def read_filter(document: Mapping[Any, Any], *, made: Callable[[Mapping[Any, Any]], Rule]) -> Filter:
    """Read one document; `made` makes a rule of a log source and a detection. Raises ProblemError.

    The specification's own examples state what is to be left out (`condition: selection`), pySigma's what is to be kept
    (`condition: not selection`). Both mean the same here: a condition of nothing but negations says what is kept.
    """
    stated = document["filter"]
    if not isinstance(stated, dict):
        raise ProblemError("a filter is a mapping", ("filter",))
    if not isinstance(stated.get("condition"), str):
        raise ProblemError("a filter has exactly one condition", ("filter", "condition" if "condition" in stated else 0))
    detection = {key: value for key, value in stated.items() if key != "rules"}
    try:
        rule = made({"logsource": document.get("logsource"), "detection": detection})
    except ProblemError as problem:
        if problem.path[:1] == ("detection",):
            problem.path = ("filter", *problem.path[1:])
        raise
    asked = expression(stated["condition"], names=[str(key) for key in detection if key != "condition"])
    kept = rule.condition if _keeps(asked) else Not(rule.condition)
    return Filter(_named(stated.get("rules")), rule.logsource, kept, rule.fields)


def _keeps(asked: Expression) -> bool:
    """Does the condition itself negate? `neq` in a selection does not count: it is part of what is described."""
    return not isinstance(asked, str) and (asked.by == "not" or (asked.by == "and" and all(map(_keeps, asked.parts))))


def _named(given: object) -> tuple[str, ...] | None:
    some = given if isinstance(given, list) else [given]
    if given is None or not all(isinstance(one, str) for one in some):
        raise ProblemError("a filter names the rules that it is for, or says `any`", ("filter", "rules"))
    return None if not some or [str(one).lower() for one in some] == ["any"] else tuple(some)


def filtered(rules: list[Rule], filters: list[Filter], *, called: Mapping[str, str]) -> tuple[list[Rule], list[bool]]:
    """The rules with the filters that are for them; and for each filter whether it changed any rule."""
    wanted = [None if f.rules is None else {called[name] for name in f.rules if name in called} for f in filters]
    used = [False] * len(filters)
    out = []
    for rule in rules:
        for n, one in enumerate(filters):
            ids = wanted[n]
            if _covers(one.logsource, rule.logsource) and (ids is None or rule.id in ids):
                used[n] = True
                rule = replace(rule, condition=AllOf((rule.condition, one.kept)), fields=rule.fields | one.fields)
        out.append(rule)
    return out, used


def _covers(wide: LogSource, narrow: LogSource) -> bool:
    """What the one log source leaves open the other may have."""
    return all(
        part in ("", other)
        for part, other in (
            (wide.product, narrow.product),
            (wide.category, narrow.category),
            (wide.service, narrow.service),
        )
    )
