"""Versions that installers write in a form of their own, by the reviewed table `installers.json`.

>>> as_released("Python 3.11.4 (64-bit)", "3.11.4150.0"), as_released("Zoom(64bit)", "5.15.18551")
('3.11.4', '5.15')
>>> as_released("Python 3.11.4", "3.11.4")
'3.11.4'
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources

from wardround.core.names import bare_product, key_of

_LONGEST = 40


@lru_cache(maxsize=65_536)
def as_released(product: str, version: str, *, scheme: str = "") -> str:
    """The version that an installer's number stands for; the same where no rule of its product or its scheme takes it.

    Held against a record as it is written, 3.11.4150.0 would be past a fix in 3.11.5, which it does not have.
    """
    if len(version) > _LONGEST:
        return version
    for pattern, becomes in (*_rules("products").get(bare_product(key_of(product)), ()), *_rules("schemes").get(scheme, ())):
        if found := pattern.fullmatch(version):
            return found.expand(becomes)
    return version


@cache
def _rules(by: str) -> Mapping[str, Sequence[tuple[re.Pattern[str], str]]]:
    """The rules of the table for each of their `products`, or each of their `schemes`."""
    table = json.loads(resources.files(__package__).joinpath("tables/installers.json").read_text("utf-8"))
    read = [(rule.get(by, ()), re.compile(rule["pattern"], re.ASCII), rule["becomes"]) for rule in table["rules"]]
    return {name: [(pattern, becomes) for of, pattern, becomes in read if name in of] for names, _, _ in read for name in names}
