"""Two lists of one record that end differently: what is between the two ends is not cleared by the shorter one."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from wardround.core.advisories import Advisory
from wardround.core.matching import Answer, Overrides, Subject, decide
from wardround.core.matching._further import with_further

ALIKE = {"vendor": "arubanetworks", "product": "arubaos", "defaultStatus": "unaffected"}
HPE = {
    "vendor": "Hewlett Packard Enterprise",
    "product": "HPE Aruba Networking InstantOS and Aruba Access Points running ArubaOS 10",
    "versions": [
        {
            "version": "Version 10.4.0.0: 10.4.1.3 and below",
            "lessThanOrEqual": "<=10.4.1.3",
            "status": "affected",
            "versionType": "semver",
        }
    ],
}
CISA = ALIKE | {"versions": [{"version": "10.4.0.0", "lessThan": "10.4.1.2", "status": "affected", "versionType": "semver"}]}


@pytest.fixture
def said(a_record: Callable[..., Advisory]) -> Callable[[str], Answer]:
    record = a_record([HPE], [CISA])
    return lambda version: decide(record, Subject(("arubanetworks",), "arubaos", version), overrides=Overrides())


@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        ("10.4.1.1", "affected"),
        ("10.4.1.2", "unknown"),
        ("10.4.1.3", "unknown"),
        ("10.4.1.4", "not_affected"),
        ("10.5.0.0", "not_affected"),
    ],
)
def test_what_only_the_records_own_list_calls_affected_is_unknown(
    said: Callable[[str], Answer], version: str, verdict: str
) -> None:
    """CVE-2024-42398, mended in 10.4.1.4 by HPESBNW04678."""
    assert said(version).verdict == verdict


def test_the_reason_says_that_the_lists_differ(said: Callable[[str], Answer]) -> None:
    assert "The record's own list goes on to 10.4.1.3, past the end of this one." in said("10.4.1.3").reason


def an_object(end: str, key: str = "lessThan", **more: Any) -> Mapping[str, Any]:
    return ALIKE | {"versions": [{"version": "10.4.0.0", key: end, "status": "affected"}]} | more


@pytest.mark.parametrize(
    ("own", "added", "between"),
    [
        (an_object("1.2.4"), an_object("1.2.3"), ("1.2.3", "1.2.4")),
        (an_object("1.2.3", "lessThanOrEqual"), an_object("1.2.3"), ("1.2.3", "1.2.3")),
        (an_object("1.2.3"), an_object("1.2.3"), None),
        (an_object("1.2.3"), an_object("1.2.4"), None),
        (an_object("1.3.4"), an_object("1.2.3"), None),  # another line
        (an_object("12"), an_object("11"), None),  # no line at all
        (an_object("1.2.4"), an_object("1.2.3", defaultStatus="affected"), None),  # which clears nothing
        (an_object("1.2.4", product="instant"), an_object("1.2.3"), None),  # the added list has that one by itself
    ],
)
def test_only_further_ends_of_the_same_line_count(
    own: Mapping[str, Any], added: Mapping[str, Any], between: tuple[str, str] | None
) -> None:
    changed, _ = with_further(added, own=[own], beside=[added, an_object("9.9.9", product="instant")])
    more = changed["versions"][1:]
    assert [(e["version"], e.get("lessThan") or e["lessThanOrEqual"]) for e in more] == ([between] if between else [])
