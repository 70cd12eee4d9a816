"""What is wrong with a document that can be read: shown wherever it speaks, and the reason that it never decides alone."""

from collections.abc import Mapping
from typing import Any

from wardround.core.advisories._document import text
from wardround.core.claims._nodes import objects
from wardround.core.claims._ranges import EVERY, entries
from wardround.core.csaf import Problem, check

_RANGE_IN_VERSION = "6.1.31"
_DEEPEST = 100


def marks_of(document: Mapping[str, Any]) -> str:
    """Why a CSAF document is not valid, in a sentence; empty: it is, as far as the mandatory tests go.

    One fault marks nothing: `every version` given as a product's version instead of as a range (6.1.31), which CISA does
    throughout, and which cannot be read in two ways.
    """
    if _too_deep(document):
        return "It is not valid CSAF: it is nested deeper than anything a publisher writes."
    found = [problem for problem in check(document) if not _says_every(problem, document)]
    if not found:
        return ""
    more = f", and {len(found) - 1:,} more" if len(found) > 1 else ""
    return f"It is not valid CSAF: test {found[0].test} fails at {found[0].instance_path[:200] or '/'}{more}."


def _says_every(problem: Problem, document: Mapping[str, Any]) -> bool:
    if problem.test != _RANGE_IN_VERSION:
        return False
    node: Any = document
    for step in problem.instance_path.strip("/").split("/"):
        if isinstance(node, list):
            node = dict(objects(node)).get(int(step)) if step.isdigit() else None
        elif isinstance(node, Mapping):
            node = node.get(step)
    stated = text(node, "name") if isinstance(node, Mapping) else node
    return isinstance(stated, str) and entries(stated, is_range=False) == (EVERY,)


def _too_deep(document: Mapping[str, Any]) -> bool:
    """True beyond a hundred levels: what follows a tree by calling itself must not be led there."""
    level: list[Any] = [document]
    for _ in range(_DEEPEST):
        level = [
            child for one in level for child in (one.values() if isinstance(one, Mapping) else one if isinstance(one, list) else ())
        ]
        if not level:
            return False
    return True
