"""A supplier's answers, one after the other: what was cleared must not outlive a later word on the same version."""

import json
from datetime import UTC, datetime

import pytest

from wardround.core.claims._answered import Answered, answer_document

from .builders import CVE, says


def verdict(*answers: tuple[tuple[str, ...], str], of: str, days: tuple[int, ...] = (1, 2, 3)) -> str:
    """What holds of a version of the fictitious Gateway after these answers."""
    dated = [
        Answered(versions, status, datetime(2030, 5, day, tzinfo=UTC))
        for (versions, status), day in zip(answers, days, strict=False)
    ]
    whole = answer_document(
        dated, cve=CVE, vendor="Example", product="Gateway", supplier="Example", namespace="https://example.example"
    )
    return says(json.dumps(whole).encode(), of).verdict.value


BELOW = ("vers:generic/<3.0",)


@pytest.mark.parametrize("cleared", ["not_affected", "fixed"])
@pytest.mark.parametrize("later", [BELOW, ("vers:semver/<3.0.0",), ("2.x",), ("v2.0",)])
@pytest.mark.parametrize(("status", "held"), [("affected", "affected"), ("investigating", "unknown")])
def test_a_later_range_that_holds_what_was_cleared_is_what_holds(
    cleared: str, later: tuple[str, ...], status: str, held: str
) -> None:
    assert verdict((("2.0",), cleared), (later, status), of="2.0") == held


def test_a_later_word_on_it_with_more_zeros_unsays_that_it_is_cleared() -> None:
    assert verdict((("2.0",), "not_affected"), (("2.0.0",), "affected"), of="2.0") == "unknown"


def test_what_is_surely_outside_of_a_later_range_stays_cleared() -> None:
    assert verdict((("2.0.1",), "not_affected"), (("vers:semver/<2.0.0",), "investigating"), of="2.0.1") == "not_affected"
    assert verdict((("2.1",), "not_affected"), (("2.0",), "affected"), of="2.1") == "not_affected"


def test_a_later_word_on_one_version_leaves_the_rest_of_what_was_cleared() -> None:
    assert verdict(((), "not_affected"), (("2.0",), "affected"), of="1.0") == "not_affected"
    assert verdict(((), "not_affected"), (BELOW, "affected"), of="1.0") == "affected"
    assert verdict((BELOW, "not_affected"), (("2.0",), "affected"), of="1.0") == "not_affected"


def test_within_one_document_the_narrower_word_holds() -> None:
    """A fix for an older branch, and all below the newest release affected, said at once."""
    assert verdict((("2.0",), "fixed"), (BELOW, "affected"), of="2.0", days=(1, 1)) == "not_affected"
