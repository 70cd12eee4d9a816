"""What the answers of an estate assume, counted: each kind of assumption once, whatever versions and names stand in it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from wardround.core.vocab import Finding, Verdict, name_key

_MASKS = tuple(
    re.compile(pattern) for pattern in (r"“[^”]*”", r"`[^`]*`", r"\([^)]*\)", r"(?<=the text )\S+(?=\.$)", r"\S*\d\S*(?<![.,:;])")
)


@dataclass(frozen=True, slots=True)
class Assumed:
    """One kind of assumption: `kind` is its sentence with what differs left out (`…`), `example` one of them as it was written.

    `installs` and `products` count those with an answer that rests on it; `not_affected` counts the installs of which an answer
    is *not affected*: those that a person has to confirm before anything closes.
    """

    kind: str
    example: str
    installs: int
    products: int
    not_affected: int


def count_assumptions(findings: Iterable[Finding]) -> list[Assumed]:
    """Every kind of assumption in these findings, the one under most installs first. An install and a product count once a kind."""
    installs: dict[str, set[tuple[str, str, str, str]]] = {}
    safe: dict[str, set[tuple[str, str, str, str]]] = {}
    products: dict[str, set[tuple[str, str]]] = {}
    examples: dict[str, str] = {}
    for finding in findings:
        for sentence in finding.assumed:
            kind, one = kind_of(sentence), finding.install
            product = name_key(one.vendor), name_key(one.product)
            examples.setdefault(kind, sentence)
            installs.setdefault(kind, set()).add((one.asset_id, *product, one.version))
            products.setdefault(kind, set()).add(product)
            if finding.verdict is Verdict.NOT_AFFECTED:
                safe.setdefault(kind, set()).add((one.asset_id, *product, one.version))
    counted = [Assumed(k, examples[k], len(installs[k]), len(products[k]), len(safe.get(k, ()))) for k in installs]
    return sorted(counted, key=lambda one: (-one.installs, one.kind))


def kind_of(sentence: str) -> str:
    """A sentence without its quotations, numbers and names in brackets: equal for assumptions of one kind."""
    for mask in _MASKS:
        sentence = mask.sub("…", sentence)
    return sentence
