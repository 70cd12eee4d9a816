"""A rule's condition as a small tree, and what it needs to be able to hold."""

from collections.abc import Iterator
from dataclasses import dataclass

from wardround.core.hunts._values import ValueTest


@dataclass(frozen=True, slots=True)
class FieldTest:
    """A field's value passes a test."""

    field: str
    test: ValueTest


@dataclass(frozen=True, slots=True)
class TextTest:
    """Something in the whole text of the event passes a test (a keyword)."""

    test: ValueTest


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Node"


Node = FieldTest | TextTest | AllOf | AnyOf | Not


def leaves(node: Node) -> Iterator[FieldTest | TextTest]:
    """Every test of a condition."""
    stack: list[Node] = [node]
    while stack:
        top = stack.pop()
        match top:
            case AllOf(parts) | AnyOf(parts):
                stack.extend(parts)
            case Not(part):
                stack.append(part)
            case _:
                yield top


def could_hold(node: Node, fields: frozenset[str]) -> bool:
    """Could this condition hold on an event that has no field but these? A `not` always could."""
    match node:
        case FieldTest(name, test):
            return name in fields or test.holds_when_absent
        case AllOf(parts):
            return all(could_hold(part, fields) for part in parts)
        case AnyOf(parts):
            return any(could_hold(part, fields) for part in parts)
        case _:
            return True
