"""The figures of a response are versioned data that refuses to load when one is missing or makes no sense."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core import alerts
from wardround.core.alerts import Closing, gate, response_policy, standing
from wardround.core.alerts._policy import read_response_policy
from wardround.core.vocab import BadInput

from .builders import NOW, a_hunt, a_hunted_response, a_response, never_had_it, on, searched

TABLE: dict[str, Any] = orjson.loads((Path(alerts.__file__).parent / "tables" / "response-policy.json").read_bytes())


def read(**changes: Any) -> alerts._policy.ResponsePolicy:
    table = {**TABLE, "values": {**TABLE["values"], **changes}}
    return read_response_policy(orjson.dumps(table), where="mine.json")


def test_the_bundled_policy_holds_the_national_clocks_and_names_its_version() -> None:
    policy = response_policy()
    assert (policy.acknowledge_hours, policy.update_days, policy.risk_days, policy.shrink_share) == (48, 3, 90, 0.8)
    assert policy.margin_days == 30
    assert policy.version


@pytest.mark.parametrize("key", sorted(TABLE["values"]))
def test_a_missing_value_is_refused_by_name(key: str) -> None:
    values = {k: v for k, v in TABLE["values"].items() if k != key}
    with pytest.raises(BadInput) as refused:
        read_response_policy(orjson.dumps({**TABLE, "values": values}), where="mine.json")
    assert refused.value.where == f"mine.json#/values/{key}"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("acknowledge_hours", 0),
        ("acknowledge_hours", -48),
        ("acknowledge_hours", "48"),
        ("acknowledge_hours", 48.5),
        ("acknowledge_hours", True),
        ("update_days", None),
        ("fresh_days", 10**9),
        ("shrink_share", 0),
        ("shrink_share", 1.2),
        ("full_share", False),
        ("rules_not_run_are_partial", 1),
        ("risk_days", [90]),
    ],
)
def test_a_value_without_sense_is_refused(key: str, value: Any) -> None:
    with pytest.raises(BadInput, match=key):
        read(**{key: value})


@pytest.mark.parametrize("key", ["name", "version", "source"])
def test_a_policy_that_cannot_be_cited_is_refused(key: str) -> None:
    with pytest.raises(BadInput, match=key):
        read_response_policy(orjson.dumps({**TABLE, key: " "}), where="mine.json")


def test_a_figure_that_nobody_knows_is_refused() -> None:
    with pytest.raises(BadInput, match="acknowlege_hours"):
        read(acknowlege_hours=48)


@given(st.binary(max_size=60) | st.sampled_from([b"[]", b"{}", b"null", b'{"values": 3}', b"[" * 5000, b'{"values": NaN}']))
def test_what_is_no_table_is_refused_without_a_crash(table: bytes) -> None:
    with pytest.raises(BadInput):
        read_response_policy(table, where="mine.json")


def test_every_figure_is_used() -> None:
    policy = response_policy()
    slow = replace(policy, acknowledge_hours=72)
    assert standing(a_response(), at=NOW, policy=slow).deadlines[0].at == on(17)
    assert standing(a_response(), at=NOW, policy=replace(policy, update_days=5)).deadlines[1].at == on(19, 13)
    stale = never_had_it(attestations=(), visibility=(alerts.Visibility("scan", NOW - timedelta(days=3)),))
    assert gate(stale, at=NOW, policy=replace(policy, fresh_days=2)).closing is None
    gap = a_hunted_response(hunts=(a_hunt("hunt-1", searched(seen=760)),))
    assert gate(gap, at=NOW, policy=replace(policy, full_share=0.98)).closing is Closing.WINDOW_HUNTED
    not_run = a_hunted_response(hunts=(a_hunt("hunt-1", searched(rules_not_run=("r",))),))
    assert gate(not_run, at=NOW, policy=replace(policy, rules_not_run_are_partial=False)).closing is Closing.WINDOW_HUNTED
