"""From what pySigma read to our own small tree."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from wardround.core.sigma import _values as values
from wardround.core.sigma._conditions import AllOf, AnyOf, FieldTest, Node, Not, TextTest
from wardround.core.sigma._grammar import Expression, expression
from wardround.core.sigma._problems import ProblemError, UnsupportedError

FLAGS = {"IGNORECASE": "i", "MULTILINE": "m", "DOTALL": "s"}
SIGNS = {"LT": "<", "LTE": "<=", "GT": ">", "GTE": ">="}


def tree(rule: Any) -> Node:
    """The condition of a pySigma rule; several conditions are alternatives. Raises ProblemError, and pySigma's own errors."""
    detections = rule.detection.detections
    nodes: dict[str, Node | None] = {}
    for name, made in detections.items():
        try:
            nodes[name] = detection(made)
        except ProblemError as problem:
            raise problem.under("detection", name) from None
    parts = []
    for nth, condition in enumerate(rule.detection.parsed_condition):
        try:
            parts.append(_resolved(expression(condition.condition, names=detections), nodes))
        except ProblemError as problem:
            raise problem.under("detection", "condition", nth) from None  # of a single one the place leads no further
    got = _some(AnyOf, parts)
    if got is None:
        raise UnsupportedError("nothing is left of its condition")
    return got


def _resolved(asked: Expression, nodes: Mapping[str, Node | None]) -> Node | None:
    if isinstance(asked, str):
        return nodes[asked]
    parts = [_resolved(part, nodes) for part in asked.parts]
    if asked.by == "not":
        return None if parts[0] is None else Not(parts[0])
    return _some(AllOf if asked.by == "and" else AnyOf, parts)


def _some(kind: type[AllOf] | type[AnyOf], parts: Iterable[Node | None]) -> Node | None:
    """The parts joined; what a pipeline dropped (None) is left out."""
    left = tuple(part for part in parts if part is not None)
    return None if not left else left[0] if len(left) == 1 else kind(left)


def detection(made: Any) -> Node | None:
    """A detection of pySigma's: its items all hold, or of a list one does. None when a pipeline left nothing of it."""
    from sigma.conditions import ConditionAND
    from sigma.rule import SigmaDetection

    parts = [detection(item) if isinstance(item, SigmaDetection) else _item(item) for item in made.detection_items]
    return _some(AllOf if made.item_linking is ConditionAND else AnyOf, parts)


def _item(item: Any) -> Node:
    from sigma.conditions import ConditionAND
    from sigma.types import SigmaNull

    parts = [_leaf(item.field, value) for value in item.value or [SigmaNull()]]
    got = parts[0] if len(parts) == 1 else (AllOf if item.value_linking is ConditionAND else AnyOf)(tuple(parts))
    return Not(got) if item.negated else got


def _leaf(field: str | None, value: Any) -> Node:
    from sigma.types import SigmaExpansion

    if isinstance(value, SigmaExpansion):
        parts = tuple(_leaf(field, v) for v in value.values)
        return parts[0] if len(parts) == 1 else AnyOf(parts)
    return TextTest(_keyword(value)) if field is None else FieldTest(field, _test(value))


def _keyword(value: Any) -> values.ValueTest:
    """A keyword stands anywhere in the event's text."""
    from sigma import types as t

    if isinstance(value, t.SigmaRegularExpression):
        return _regex(value)
    if isinstance(value, t.SigmaNumber) and not isinstance(value, t.SigmaTimestampPart):
        value = t.SigmaString(str(value.number))
    if isinstance(value, t.SigmaBool):
        value = t.SigmaString(str(value.boolean).lower())
    if not isinstance(value, t.SigmaString):
        raise UnsupportedError(f"a keyword cannot be a {type(value).__name__}")
    text = _text(value, anywhere=True)
    return values.Text(((), *text.pieces, ()), cased=text.cased) if isinstance(text, values.Text) else text


def _test(value: Any) -> values.ValueTest:
    from sigma import types as t

    match value:
        case t.SigmaString():
            return _text(value)
        case t.SigmaTimestampPart():
            return values.TimePart(value.timestamp_part.name.lower(), values.Number(value.number))
        case t.SigmaNumber():
            return values.Number(value.number)
        case t.SigmaBool():
            return values.Truth(value.boolean)
        case t.SigmaNull():
            return values.Null()
        case t.SigmaExists():
            return values.Exists(value.exists)
        case t.SigmaRegularExpression():
            return _regex(value)
        case t.SigmaCIDRExpression():
            return values.Cidr(value.network)
        case t.SigmaCompareExpression():
            number = values.Number(value.number.number, SIGNS[value.op.name])
            part = value.number
            return values.TimePart(part.timestamp_part.name.lower(), number) if isinstance(part, t.SigmaTimestampPart) else number
        case t.SigmaFieldReference():
            return values.Reference(value.field, value.starts_with, value.ends_with)
    raise UnsupportedError(f"it has a value of a kind that is not known here: {type(value).__name__}")


def _text(value: Any, *, anywhere: bool = False) -> values.Text | values.Regex:
    from sigma.types import Placeholder, SigmaCasedString, SpecialChars

    from wardround.core.sigma._encodings import ANY_DASH

    cased = isinstance(value, SigmaCasedString)
    pieces: list[list[str | None]] = [[]]
    for part in value.s:
        if part is SpecialChars.WILDCARD_MULTI:
            pieces.append([])
        elif part is SpecialChars.WILDCARD_SINGLE:
            pieces[-1].append(values.ONE)
        elif isinstance(part, Placeholder):
            if part.name == ANY_DASH:
                return _dashed(value, cased=cased, anywhere=anywhere)
            raise UnsupportedError(f"it needs a list of values that it does not bring: %{part.name}%")
        else:
            pieces[-1].append(part if cased else part.lower())
    return values.Text(tuple(tuple(p) for p in pieces), cased=cased)


def _dashed(value: Any, *, cased: bool, anywhere: bool) -> values.Regex:
    """Text with so many dashes of flags that it is asked for by one expression instead of every text that it means."""
    from sigma.types import Placeholder, SpecialChars

    from wardround.core.sigma._encodings import ANY_DASH, DASHES

    out = []
    for part in value.s:
        if part is SpecialChars.WILDCARD_MULTI:
            out.append(".*")
        elif part is SpecialChars.WILDCARD_SINGLE:
            out.append(".")
        elif isinstance(part, Placeholder):
            if part.name != ANY_DASH:
                raise UnsupportedError(f"it needs a list of values that it does not bring: %{part.name}%")
            out.append(f"[{re.escape(DASHES)}]")
        else:
            out.append(re.escape(part))
    pattern = "".join(out) if anywhere else rf"\A{''.join(out)}\Z"
    return values.Regex(pattern, "s" if cased else "is")


def _regex(value: Any) -> values.Regex:
    import regex

    if value.regexp.contains_placeholder():
        name = next((part.name for part in value.regexp.s if hasattr(part, "name")), "")
        raise UnsupportedError(f"it needs a list of values that it does not bring: %{name}%")
    pattern, flags = str(value.regexp), "".join(sorted(FLAGS[flag.name] for flag in value.flags))
    made = values.Regex(pattern, flags)
    try:
        _ = made.compiled
    except (regex.error, RecursionError, OverflowError, MemoryError) as error:
        raise ProblemError(f"the regular expression {pattern[:60]!r} is not valid: {error}") from None
    return made
