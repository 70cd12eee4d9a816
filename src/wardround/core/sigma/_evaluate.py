"""Does a condition hold on one event? The reference evaluator: obvious rather than fast."""

from wardround.core.logs import Event, written
from wardround.core.sigma._conditions import AllOf, AnyOf, FieldTest, Node, Not, TextTest
from wardround.core.sigma._values import Exists, Null, Reference, Regex, Text


def holds(node: Node, event: Event) -> bool:
    """True when the event satisfies the condition. Raises SlowRegexError when a regular expression does not end in time."""
    match node:
        case FieldTest():
            return _field_holds(node, event)
        case TextTest():
            return _text_holds(node, event)
        case AllOf(parts):
            return all(holds(part, event) for part in parts)
        case AnyOf(parts):
            return any(holds(part, event) for part in parts)
        case Not(part):
            return not holds(part, event)


def _field_holds(node: FieldTest, event: Event) -> bool:
    test, values = node.test, event.fields.get(node.field)
    if isinstance(test, Exists):
        return test.wanted == (values is not None)
    if values is None:
        return isinstance(test, Null)
    if isinstance(test, Reference):
        others = event.folded(test.field)
        return any(test.passes_with(value, other) for value in event.folded(node.field) for other in others)
    if isinstance(test, Text):
        if not test.cased:
            return any(test.passes(value) for value in event.folded(node.field)) or _empty_element(test, values)
        return any(test.passes(written(value)) for value in values if value is not None)
    if isinstance(test, Regex):
        return any(test.passes(written(value)) for value in values if value is not None)
    return any(test.passes(value) for value in values)


def _empty_element(test: Text, values: tuple[object, ...]) -> bool:
    """A field that is there but holds nothing equals the empty text (an XML element without text is read as null)."""
    return None in values and test.pieces == ((),)


def _text_holds(node: TextTest, event: Event) -> bool:
    test = node.test
    if isinstance(test, Text):
        return test.passes(event.text if test.cased else event.folded_text())
    return test.passes(event.text)
