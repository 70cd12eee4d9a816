"""A version that a record lists alone, where its description draws a line: the words count, and nothing below them is cleared."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from wardround.core.advisories import Advisory
from wardround.core.matching import Overrides, Subject, decide
from wardround.core.matching._lined import with_line

ARecord = Callable[..., Advisory]


def listing(*versions: str, default: str = "unaffected") -> dict[str, Any]:
    listed = [{"version": version, "status": "affected"} for version in versions]
    return {"vendor": "Example", "product": "Gateway", "defaultStatus": default, "versions": listed}


def verdicts(a_record: ARecord, affected: dict[str, Any], description: str, *versions: str) -> list[str]:
    record = replace(a_record([affected]), description=description)
    return [decide(record, Subject(("example",), "gateway", v), overrides=Overrides()).verdict.value for v in versions]


def test_what_comes_before_a_listed_fix_is_affected_and_of_the_fix_nobody_can_tell(a_record: ARecord) -> None:
    """CVE-2023-6070 lists 11.6.8 of Enterprise Security Manager, and says `prior to version 11.6.8`."""
    words = "A server-side request forgery vulnerability in ESM prior to version 11.6.8 allows a low privileged user to upload."
    found = verdicts(a_record, listing("11.6.8"), words, "11.6.7", "11.5.3", "11.6.8", "11.6.9")
    assert found == ["affected", "affected", "unknown", "not_affected"]


def test_what_comes_before_the_last_affected_one_is_affected_too(a_record: ARecord) -> None:
    """CVE-2024-1301, Monitool: `4.6.3 and earlier`."""
    found = verdicts(
        a_record, listing("4.6.3"), "A flaw in Monitool affecting versions 4.6.3 and earlier.", "4.6.2", "4.6.3", "4.7"
    )
    assert found == ["affected", "affected", "not_affected"]


def test_of_several_what_is_not_listed_below_the_line_is_not_cleared(a_record: ARecord) -> None:
    """CVE-2024-25707, Portal for ArcGIS: 11.1 and below; 10.8.1, 10.9.1 and 11.1 are listed."""
    words = "There is a reflected flaw in Portal for ArcGIS versions 11.1 and below."
    found = verdicts(a_record, listing("10.8.1", "10.9.1", "11.1"), words, "10.9.1", "10.9", "11.2")
    assert found == ["affected", "unknown", "not_affected"]


def test_where_only_the_fix_is_listed_what_is_before_it_is_not_cleared(a_record: ARecord) -> None:
    """CVE-2023-23958 lists 9.1.0 of Symantec Protection Engine as unaffected, the rest too, and says `prior to 9.1.0`."""
    fix = listing("9.1.0") | {"versions": [{"version": "9.1.0", "status": "unaffected"}]}
    found = verdicts(a_record, fix, "Symantec Protection Engine, prior to 9.1.0, may be susceptible.", "9.0.0", "9.1.0", "9.2")
    assert found == ["unknown", "not_affected", "not_affected"]


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (listing("11.6.8"), "A flaw in ESM 11.6.8 allows an upload."),
        (listing("11.6.8"), "A flaw in ESM prior to 11.6.81."),
        (listing("11.6.8", default="unknown"), "A flaw in ESM prior to 11.6.8."),
        (listing("11.6.8"), ""),
        (listing("11.6.8") | {"versions": [{"version": "0", "lessThan": "11.6.8", "status": "affected"}]}, "prior to 11.6.8"),
    ],
)
def test_anything_else_stays_as_it_is_written(one: dict[str, Any], words: str) -> None:
    assert with_line(one, description=words) == (one, ())
