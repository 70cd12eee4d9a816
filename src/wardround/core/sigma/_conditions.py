"""A rule's condition as a small tree, and what it needs to be able to hold."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from wardround.core.sigma._values import ValueTest


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


def could_hold(node: Node, possible: Callable[[FieldTest], bool]) -> bool:
    """Could this condition hold, when of its tests of fields only those could pass that are possible? A `not` always could."""
    match node:
        case FieldTest():
            return possible(node)
        case AllOf(parts):
            return all(could_hold(part, possible) for part in parts)
        case AnyOf(parts):
            return any(could_hold(part, possible) for part in parts)
        case _:
            return True
