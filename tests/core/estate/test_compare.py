"""What a newer snapshot does not mention is not seen, never gone."""

from hypothesis import given
from hypothesis import strategies as st

from wardround.core.estate import compare

ASSETS = st.frozensets(st.sampled_from("abcdef"))


def test_what_is_missing_from_the_newer_snapshot_is_not_seen() -> None:
    change = compare(["a", "b"], ["b", "c"])
    assert (change.seen, change.not_seen, change.first_seen) == (frozenset("b"), frozenset("a"), frozenset("c"))


@given(ASSETS, ASSETS)
def test_no_asset_is_lost_and_none_is_two_things(before: frozenset[str], new: frozenset[str]) -> None:
    change = compare(before, new)
    assert change.seen | change.not_seen == before
    assert change.seen | change.first_seen == new
    assert not change.seen & change.not_seen | change.not_seen & change.first_seen
