"""Each version type compares by its own rules."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from wardround.core.matching._entries import entry_of
from wardround.core.matching._numbers import text_of
from wardround.core.matching._orders import UnreadableError, order_of, shown
from wardround.core.matching._prereleases import beside
from wardround.core.vocab import Verdict


@pytest.mark.parametrize(
    ("kind", "lower", "higher"),
    [
        ("semver", "1.0.0-rc.1", "1.0.0"),
        ("semver", "1.0.0-rc.2", "1.0.0-rc.11"),
        ("semver", "9.9", "10"),
        ("maven", "1.0-SNAPSHOT", "1.0"),
        ("maven", "2.0-beta-9", "2.0-rc1"),
        ("python", "1.0.dev1", "1.0a1"),
        ("pypi", "1.0rc1", "1.0.post1"),
        ("rpm", "0:4.18.0-372.el8", "0:4.18.0-553.el8"),
        ("rpm", "9:1.0-1", "10:0.1-1"),
        ("deb", "1.0~rc1-1", "1.0-1"),
        ("deb", "1.2.3-1+deb12u1", "1.2.3-1+deb12u2"),
        ("npm", "1.2.3-alpha", "1.2.3"),
        ("gem", "1.0.0.pre", "1.0.0"),
        ("custom", "12.4.0.2", "12.10.0.0"),
        ("Custom ", "9.9.9", "10.0.0"),
        ("a type nobody knows", "1.9", "1.10"),
    ],
)
def test_lower_is_below_higher(kind: str, lower: str, higher: str) -> None:
    assert order_of(kind).position(lower, higher) == {-1}
    assert order_of(kind).position(higher, lower) == {1}
    assert order_of(kind).position(lower, lower) == {0}


@pytest.mark.parametrize(
    ("version", "bound", "stands"),
    [
        ("1.9.9", "2.0.0-rc.1", {-1}),
        ("2.0.0", "2.0.0-rc.1", {1}),
        ("2.0", "2.0.0-rc.1", {1}),
        ("2", "2.1.0-beta", {-1, 1}),
        ("2.0.0.1", "2.0.0.alpha3", {1}),
        ("v2.0.1", "v2.0.0-SNAPSHOT", {1}),
    ],
)
def test_what_came_before_a_release_stands_just_before_it(version: str, bound: str, stands: set[int]) -> None:
    assert order_of("custom").position(version, bound) == stands


def test_what_has_a_release_in_the_record_needs_one_in_the_inventory() -> None:
    with pytest.raises(UnreadableError, match="no package release"):
        order_of("rpm").position("8.9", "0:4.18.0-553.el8")


def test_who_names_no_release_in_the_record_means_every_release() -> None:
    assert order_of("rpm").position("1.0-5.el9", "1.0") == {0}
    assert order_of("rpm").position("1.0-5.el9", "1.0.1") == {-1}


@pytest.mark.parametrize("kind", ["custom", "semver", "rpm", "deb", "maven", "python", "npm", "apk"])
def test_keys_sort_as_positions_say(kind: str) -> None:
    order, versions = order_of(kind), ["1.0", "1.2", "1.10", "2.0"]
    assert sorted(["1.10", "2.0", "1.0", "1.2"], key=order.key) == versions
    assert all(order.position(low, high) == {-1} for low, high in pairwise(versions))


@pytest.mark.parametrize("kind", ["custom", "git", "semver", "deb"])
@pytest.mark.parametrize("text", ["9" * 10_000, "١.٢", "1.0\x00", "*", ""])
def test_what_is_no_version_has_no_key(kind: str, text: str) -> None:
    with pytest.raises(UnreadableError):
        order_of(kind).key(text)


@pytest.mark.parametrize(
    ("version", "bound", "possible"),
    [
        ("12.4", "12.4.0.2", {-1, 0, 1}),
        ("12.4", "12.4.0.0", {0, 1}),
        ("12.3", "12.4.0.2", {-1}),
        ("12.4.0.2.0", "12.4.0.2", {0}),
        ("v12.4.0.3", "12.4.0.2", {1}),
        ("12", "12.4.*", {-1, 1}),
    ],
)
def test_under_custom_a_coarse_version_stands_for_all_that_begin_so(version: str, bound: str, possible: set[int]) -> None:
    assert order_of("custom").position(version, bound) == possible


def test_an_arabic_digit_is_no_plain_number() -> None:
    with pytest.raises(UnreadableError):
        order_of("custom").position("١.٢", "1.2")


@pytest.mark.parametrize("text", ["a\nb\x1b[31m" * 30, "9" * 10_000, "", "12.4 build 7"])
def test_what_is_shown_is_short_and_on_one_line(text: str) -> None:
    assert len(shown(text)) <= 62
    assert "\n" not in shown(text)


def test_a_range_from_a_release_to_its_longer_spelling_has_its_ends_in_order() -> None:
    """CVE-2023-45618, ArubaOS: from 10.5 to 10.5.0.0."""
    entry = entry_of({"version": "10.5", "lessThanOrEqual": "10.5.0.0", "status": "affected"})
    assert beside("10.5", "10.5.0.0") is None
    assert entry.read(text_of("10.5.0.0")).statuses == {Verdict.AFFECTED}


@pytest.mark.parametrize("kind", ["string", "text", "lexicographic"])
@pytest.mark.parametrize(
    ("version", "verdict"), [("1.9", "unknown"), ("1.11", "unknown"), ("1.10", "not_affected"), ("", "unknown")]
)
def test_an_order_of_texts_clears_no_number(
    says: Callable[..., Any], an_object: Callable[..., dict[str, Any]], kind: str, version: str, verdict: str
) -> None:
    """As texts 1.9 comes after 1.10, and as numbers before it. Equality holds under any type."""
    entry = {"version": "1.2", "lessThan": "1.10", "versionType": kind}
    assert says(an_object(entry, default="unaffected"), version=version).verdict == verdict


def test_single_versions_of_such_an_order_are_told_apart(
    says: Callable[..., Any], an_object: Callable[..., dict[str, Any]]
) -> None:
    listed = an_object({"version": "1.10", "versionType": "string"}, default="unaffected")
    assert [says(listed, version=version).verdict for version in ("1.10", "2.3", "1.1")] == ["affected", "not_affected", "unknown"]


@pytest.mark.parametrize("word", ["nightly", "canary"])
def test_what_is_built_daily_may_come_before_its_release_or_after(
    says: Callable[..., Any], an_object: Callable[..., dict[str, Any]], word: str
) -> None:
    ranged = an_object({"version": f"< 2.0.0-{word}"}, default="unaffected")
    assert [says(ranged, version=version).verdict for version in ("1.9.9", "2.0.0", "2.0.1")] == [
        "affected",
        "unknown",
        "not_affected",
    ]


@pytest.mark.parametrize(
    ("version", "bound", "verdict"),
    [
        ("24.7.38235", "38235", "unknown"),  # a release with its build, and the build alone
        ("38234", "24.7.38235", "unknown"),
        ("38234", "38235", "affected"),
        ("38236", "38235", "not_affected"),
        ("2024.1", "2024", "not_affected"),
        ("2023.4", "2024", "affected"),
        ("256.1", "999", "affected"),
    ],
)
def test_a_build_and_a_dotted_version_are_not_compared(
    says: Callable[..., Any], an_object: Callable[..., dict[str, Any]], version: str, bound: str, verdict: str
) -> None:
    ranged = an_object({"version": "0", "lessThan": bound, "versionType": "custom"}, default="unaffected")
    assert says(ranged, version=version).verdict == verdict


def test_a_range_from_a_build_to_a_dotted_version_has_its_ends_swapped(
    says: Callable[..., Any], an_object: Callable[..., dict[str, Any]]
) -> None:
    """CVE-2024-21364: from 2021 up to 9.57."""
    ranged = an_object({"version": "2021", "lessThan": "9.57", "versionType": "custom"})
    assert {says(ranged, version=version).verdict for version in ("9.58", "9.1", "2022.1")} == {"not_evaluable"}
