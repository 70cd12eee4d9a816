"""From what pySigma read to our own small tree: the one place that knows pySigma's types."""

from typing import Any

from wardround.core.sigma import _values as values
from wardround.core.sigma._conditions import AllOf, AnyOf, FieldTest, Node, Not, TextTest

FLAGS = {"IGNORECASE": "i", "MULTILINE": "m", "DOTALL": "s"}
SIGNS = {"LT": "<", "LTE": "<=", "GT": ">", "GTE": ">="}


class UnsupportedError(Exception):
    """A construct that this evaluator does not run; the text says which."""


def tree(rule: Any) -> Node:
    """The condition of a pySigma rule; several conditions are alternatives. Raises UnsupportedError, and pySigma's own errors."""
    parsed = [condition.parse() for condition in rule.detection.parsed_condition]
    return _joined(AnyOf, tuple(_node(p) for p in parsed))


def _joined(kind: type[AllOf] | type[AnyOf], parts: tuple[Node, ...]) -> Node:
    return parts[0] if len(parts) == 1 else kind(parts)


def _node(item: Any) -> Node:
    from sigma import conditions as c

    if isinstance(item, c.ConditionAND):
        return _joined(AllOf, tuple(_node(arg) for arg in item.args))
    if isinstance(item, c.ConditionOR):
        return _joined(AnyOf, tuple(_node(arg) for arg in item.args))
    if isinstance(item, c.ConditionNOT):
        return Not(_node(item.args[0]))
    if isinstance(item, c.ConditionFieldEqualsValueExpression):
        return _leaf(item.field, item.value)
    if isinstance(item, c.ConditionValueExpression):
        return _leaf(None, item.value)
    raise UnsupportedError(f"its condition has a part that is not known here: {type(item).__name__}")


def _leaf(field: str | None, value: Any) -> Node:
    from sigma import types as t

    if isinstance(value, t.SigmaExpansion):
        return _joined(AnyOf, tuple(_leaf(field, v) for v in value.values))
    if field is None:
        return TextTest(_keyword(value))
    return FieldTest(field, _test(value))


def _keyword(value: Any) -> values.ValueTest:
    """A keyword stands anywhere in the event's text."""
    from sigma import types as t

    if isinstance(value, t.SigmaRegularExpression):
        return _regex(value)
    if isinstance(value, t.SigmaNumber):
        value = t.SigmaString(str(value.number))
    if not isinstance(value, t.SigmaString):
        raise UnsupportedError(f"a keyword cannot be a {type(value).__name__}")
    text = _text(value)
    return values.Text(((), *text.pieces, ()), cased=text.cased)


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


def _text(value: Any) -> values.Text:
    from sigma.types import Placeholder, SigmaCasedString, SpecialChars

    cased = isinstance(value, SigmaCasedString)
    pieces: list[list[str | None]] = [[]]
    for part in value.s:
        if part is SpecialChars.WILDCARD_MULTI:
            pieces.append([])
        elif part is SpecialChars.WILDCARD_SINGLE:
            pieces[-1].append(values.ONE)
        elif isinstance(part, Placeholder):
            raise UnsupportedError(f"it needs a list of values that it does not bring: %{part.name}%")
        else:
            pieces[-1].append(part if cased else part.lower())
    return values.Text(tuple(tuple(p) for p in pieces), cased=cased)


def _regex(value: Any) -> values.Regex:
    import regex

    if value.regexp.contains_placeholder():
        raise UnsupportedError("it needs a list of values that it does not bring (expand)")
    pattern, flags = str(value.regexp), "".join(sorted(FLAGS[flag.name] for flag in value.flags))
    try:
        return values.Regex(pattern, flags, regex.compile(f"(?{flags}){pattern}" if flags else pattern))
    except regex.error as error:
        raise UnsupportedError(f"the regular expression {pattern[:60]!r} is not valid: {error}") from None
