"""Rules made ready, as bytes and back: reading thousands of rule files takes seconds, reading these takes a fraction of one.

The form is JSON: nothing in it is run when it is read. It belongs to one state of this room and one version of pySigma (`maker`).
"""

import gc
import hashlib
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from ipaddress import ip_network
from typing import Any

import orjson

from wardround.core.sigma import _conditions as c
from wardround.core.sigma import _values as v
from wardround.core.sigma._grammar import Expression, Joined
from wardround.core.sigma._model import Correlation, LogSource, Measure, Rule, RuleSet
from wardround.core.vocab._hunting import NotRun, Reason

NODES: dict[str, Any] = {"&": c.AllOf, "|": c.AnyOf}


@cache
def maker() -> str:
    """What made the bytes: they are of no use to another."""
    digest = hashlib.sha256(version("pysigma").encode())
    for entry in sorted(files("wardround.core.sigma").iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".py"):
            digest.update(entry.read_bytes())
    return digest.hexdigest()


def dump(rules: RuleSet) -> bytes:
    """A set of rules as bytes. Raises ValueError for what cannot be written so (half a character, a number beyond 64 bits)."""
    tests: dict[v.ValueTest, int] = {}
    document = {
        "maker": maker(),
        "sha256": rules.sha256,
        "filters": rules.filters,
        "broken": [[m.id, m.why, m.reason, m.fields, m.file, m.line] for m in rules.broken],
        "rules": [_rule(rule, tests) for rule in rules.rules],
        "correlations": [_correlation(one) for one in rules.correlations],
        "tests": [_test(test) for test in tests],
    }
    try:
        return orjson.dumps(document)
    except TypeError as error:
        raise ValueError(str(error)) from None


def load(data: bytes) -> RuleSet:
    """The rules that `dump` wrote. Raises ValueError for anything else, and for what another version wrote."""
    collecting = gc.isenabled()
    gc.disable()  # a hundred thousand new objects and no garbage: looking for it would take longer than all the rest
    try:
        document = orjson.loads(data)
        if document["maker"] != maker():
            raise ValueError("written by another version")
        tests = [_made(*test) for test in document["tests"]]
        return RuleSet(
            tuple([_read_rule(row, tests) for row in document["rules"]]),
            tuple([NotRun(i, why, Reason(r), tuple(f), file, line) for i, why, r, f, file, line in document["broken"]]),
            document["sha256"],
            tuple([_read_correlation(row) for row in document["correlations"]]),
            document["filters"],
        )
    except (KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise ValueError(f"not rules that were written here: {error}") from None
    finally:
        if collecting:
            gc.enable()


def _rule(rule: Rule, tests: dict[v.ValueTest, int]) -> list[Any]:
    source = rule.logsource
    return [
        [rule.id, rule.title, rule.level, rule.phase],
        [source.product, source.category, source.service],
        _node(rule.condition, tests),
        sorted(rule.fields),
        [rule.file, rule.description, rule.line, rule.name, rule.reported],
    ]


def _read_rule(row: list[Any], tests: list[v.ValueTest]) -> Rule:
    (id_, title, level, phase), source, condition, fields, (file, description, line, name, reported) = row
    node = _read_node(condition, tests)
    return Rule(id_, title, level, phase, LogSource(*source), node, frozenset(fields), file, description, line, name, reported)


def _node(node: c.Node, tests: dict[v.ValueTest, int]) -> list[Any]:
    match node:
        case c.FieldTest(field, test):
            return [field, tests.setdefault(test, len(tests))]
        case c.TextTest(test):
            return [None, tests.setdefault(test, len(tests))]
        case c.Not(part):
            return ["!", [_node(part, tests)]]
        case c.AllOf(parts):
            return ["&", [_node(part, tests) for part in parts]]
        case c.AnyOf(parts):
            return ["|", [_node(part, tests) for part in parts]]


def _read_node(row: list[Any], tests: list[v.ValueTest]) -> c.Node:
    """A test has a number, what joins has parts."""
    name, rest = row
    if type(rest) is int:
        return c.TextTest(tests[rest]) if name is None else c.FieldTest(name, tests[rest])
    if name == "!":
        return c.Not(_read_node(rest[0], tests))
    made: c.Node = NODES[name](tuple([_read_node(part, tests) for part in rest]))
    return made


def _test(test: v.ValueTest) -> list[Any]:
    match test:
        case v.Text(pieces, cased):
            return ["text", pieces, cased]
        case v.Number(number, sign):
            return ["number", number, sign]
        case v.Truth(truth):
            return ["truth", truth]
        case v.Null():
            return ["null"]
        case v.Exists(wanted):
            return ["exists", wanted]
        case v.Regex(pattern, flags):
            return ["regex", pattern, flags]
        case v.Cidr(network):
            return ["cidr", str(network)]
        case v.Reference(field, starts, ends):
            return ["reference", field, starts, ends]
        case v.TimePart(part, number):
            return ["part", part, number.number, number.sign]
    raise ValueError(f"a test that cannot be written: {type(test).__name__}")


MADE: dict[str, Callable[..., v.ValueTest]] = {
    "text": lambda pieces, cased: v.Text(tuple([tuple(piece) for piece in pieces]), cased),
    "number": v.Number,
    "truth": v.Truth,
    "null": v.Null,
    "exists": v.Exists,
    "regex": v.Regex,
    "cidr": lambda network: v.Cidr(ip_network(network)),
    "reference": v.Reference,
    "part": lambda part, number, sign: v.TimePart(part, v.Number(number, sign)),
}


def _made(kind: str, *rest: Any) -> v.ValueTest:
    return MADE[kind](*rest)


def _correlation(one: Correlation) -> list[Any]:
    return [
        [one.id, one.title, one.level, one.phase, one.type],
        one.rules,
        one.group_by,
        one.seconds,
        [one.measure.bounds, one.measure.fields, one.measure.percentile],
        _asked(one.present),
        one.fields,
        [one.file, one.description, one.line, one.name, one.reported],
    ]


def _read_correlation(row: list[Any]) -> Correlation:
    (id_, title, level, phase, kind), rules, group_by, seconds, (bounds, fields, percentile), present, renamed, rest = row
    file, description, line, name, reported = rest
    return Correlation(
        id=id_,
        title=title,
        level=level,
        phase=phase,
        type=kind,
        rules=tuple(rules),
        group_by=tuple(group_by),
        seconds=seconds,
        measure=Measure(tuple((sign, bound) for sign, bound in bounds), tuple(fields), percentile),
        present=_read_asked(present),
        fields={rule: {field: tuple(some) for field, some in of.items()} for rule, of in renamed.items()},
        file=file,
        description=description,
        line=line,
        name=name,
        reported=reported,
    )


def _asked(present: Expression | None) -> Any:
    return [present.by, [_asked(part) for part in present.parts]] if isinstance(present, Joined) else present


def _read_asked(row: Any) -> Any:
    return Joined(row[0], tuple(_read_asked(part) for part in row[1])) if isinstance(row, list) else row
