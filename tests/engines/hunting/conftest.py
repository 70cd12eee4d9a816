"""Both ways of searching, over the same logs."""

import io
from collections.abc import Callable, Iterable

import pytest

from wardround.core.hunts import HuntResult, Source, hunt
from wardround.core.sigma import RuleSet
from wardround.engines.hunting import FastSearcher, Plan

Logs = Iterable[tuple[str, bytes]]


@pytest.fixture(scope="session")
def both() -> Callable[[RuleSet, Logs], tuple[HuntResult, HuntResult]]:
    """The result of the plain way and of the fast way."""

    def run(rules: RuleSet, logs: Logs) -> tuple[HuntResult, HuntResult]:
        logs = list(logs)

        def sources() -> list[Source]:
            return [Source(name, io.BytesIO(data)) for name, data in logs]

        return hunt(sources(), rules=rules), hunt(sources(), rules=rules, searcher=FastSearcher(Plan(rules)))

    return run
