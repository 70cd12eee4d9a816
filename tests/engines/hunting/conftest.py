"""Both ways of searching, over the same logs."""

import io
from collections.abc import Callable, Iterable

import pytest

from wardround.core.hunts import HuntResult, Source, hunt
from wardround.core.hunts.indicators import IndicatorSet
from wardround.core.sigma import RuleSet
from wardround.engines.hunting import FastSearcher

Logs = Iterable[tuple[str, bytes]]


@pytest.fixture(scope="session")
def both() -> Callable[[RuleSet, Logs], tuple[HuntResult, HuntResult]]:
    """The result of the plain way and of the fast way."""

    def run(rules: RuleSet, logs: Logs, indicators: IndicatorSet | None = None) -> tuple[HuntResult, HuntResult]:
        logs = list(logs)

        def sources() -> list[Source]:
            return [Source(name, io.BytesIO(data)) for name, data in logs]

        fast = FastSearcher(rules, indicators=indicators)
        return hunt(sources(), rules=rules, indicators=indicators), hunt(
            sources(), rules=rules, indicators=indicators, searcher=fast
        )

    return run
