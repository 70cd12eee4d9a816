"""What a record's description calls affected past the end of its ranges is not cleared by a default that slipped."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from wardround.core.advisories import Advisory
from wardround.core.matching import Overrides, match
from wardround.core.matching._told import told_last, with_told
from wardround.core.vocab import Install

# The description and the range of CVE-2024-20767, which is in the catalogue of known exploited vulnerabilities.
COLDFUSION = "ColdFusion versions 2023.6, 2021.12 and earlier are affected by an Improper Access Control vulnerability."


@pytest.mark.parametrize(
    ("description", "told"),
    [
        (COLDFUSION, ("2021.12", "2023.6")),
        ("Adobe Audition version 24.0 (and earlier) and 23.6.1 (and earlier) are affected by a flaw.", ("23.6.1", "24.0")),
        (
            "Acrobat Reader versions 20.005.30636, 24.002.20965, 24.001.30123 and earlier are affected by a flaw.",
            ("20.005.30636", "24.001.30123", "24.002.20965"),
        ),
        ("Versions before 3.2 are affected.", ()),
        ("Version 3.1 and earlier may crash. Update to 3.2.", ()),
        ("Version 2.4.2-p1 and earlier are affected", ("2.4.2-p1",)),
        ("", ()),
    ],
)
def test_the_versions_that_a_description_lists_as_affected(description: str, told: tuple[str, ...]) -> None:
    assert told_last(description) == told


@pytest.mark.parametrize(
    ("version", "verdict"),
    [("2021.12", "affected"), ("2021.13", "not_affected"), ("2023.6", "affected"), ("2023.7", "not_affected")],
)
def test_a_second_line_that_only_the_description_names_is_not_cleared(
    a_record: Callable[..., Advisory], version: str, verdict: str
) -> None:
    """The range ends at 2021.12: before, 2023.6 was past it and not affected."""
    entry = {"version": "0", "lessThanOrEqual": "2021.12", "versionType": "semver", "status": "affected"}
    record = a_record([{"vendor": "Adobe", "product": "ColdFusion", "defaultStatus": "affected", "versions": [entry]}])
    finding = match(
        replace(record, description=COLDFUSION), Install("srv-01", "ColdFusion", version, vendor="Adobe"), overrides=Overrides()
    )
    assert finding.verdict == verdict
    assert (verdict == "not_affected") <= any("description" in one for one in finding.assumed)


@pytest.mark.parametrize("versions", [[], [{"version": "2", "status": "unaffected"}], "2", [{"version": "0", "lessThan": "x"}]])
def test_an_object_that_is_no_list_of_ranges_stays_as_it_is(versions: Any) -> None:
    one = {"vendor": "Adobe", "product": "ColdFusion", "versions": versions}
    assert with_told(one, description=COLDFUSION) == (one, ())


def test_ends_of_thousands_of_digits_crash_no_convention(a_record: Callable[..., Advisory]) -> None:
    entries = [{"version": "0", "lessThan": digit * 5_000, "status": "affected"} for digit in "98"]
    record = a_record([{"vendor": "Adobe", "product": "ColdFusion", "defaultStatus": "affected", "versions": entries}])
    install = Install("srv-01", "ColdFusion", "1.5", vendor="Adobe")
    assert match(record, install, overrides=Overrides()).verdict != "not_affected"


ACROBAT = "Acrobat Reader versions 20.005.30574, 24.002.20736 and earlier are affected by a Use After Free vulnerability."
COMMERCE = "Adobe Commerce versions 2.4.6-p4, 2.4.5-p6, 2.4.4-p7, 2.4.7-beta3 and earlier are affected by a flaw."


@pytest.mark.parametrize(
    ("product", "description", "end", "version", "verdict"),
    [
        # APSB24-29: 24.002.20759 of the continuous track, 20.005.30636 of the classic one.
        ("Acrobat Reader", ACROBAT, "24.002.20736", "20.005.30574", "affected"),
        ("Acrobat Reader", ACROBAT, "24.002.20736", "20.005.30636", "not_affected"),
        ("Acrobat Reader", ACROBAT, "24.002.20736", "23.008.20533", "affected"),
        ("Acrobat Reader", ACROBAT, "24.002.20736", "24.002.20759", "not_affected"),
        # APSB24-18: 2.4.7, 2.4.6-p5, 2.4.5-p7 and 2.4.4-p8.
        ("Adobe Commerce", COMMERCE, "2.4.7-beta3", "2.4.6-p4", "affected"),
        ("Adobe Commerce", COMMERCE, "2.4.7-beta3", "2.4.6-p5", "not_affected"),
        ("Adobe Commerce", COMMERCE, "2.4.7-beta3", "2.4.7-beta2", "affected"),
        ("Adobe Commerce", COMMERCE, "2.4.7-beta3", "2.4.3", "affected"),
        ("Adobe Commerce", COMMERCE, "2.4.7-beta3", "2.4.7", "not_affected"),
    ],
)
def test_each_line_that_the_description_names_ends_where_it_says(
    a_record: Callable[..., Advisory], product: str, description: str, end: str, version: str, verdict: str
) -> None:
    """CVE-2024-30284 and CVE-2024-20758: one range up to the newest line's end stands for all of them."""
    entry = {"version": "0", "lessThanOrEqual": end, "versionType": "semver", "status": "affected"}
    record = a_record([{"vendor": "Adobe", "product": product, "defaultStatus": "affected", "versions": [entry]}])
    finding = match(
        replace(record, description=description), Install("ws-01", product, version, vendor="Adobe"), overrides=Overrides()
    )
    assert finding.verdict == verdict


@pytest.mark.parametrize("named", ["28.5, 27.2, 27.9.4", "28.5, 27.9.2, 27.9.4"])
@pytest.mark.parametrize("version", ["27.2", "27.9.2", "27.9.3", "27.9.4", "28.5"])
def test_a_version_that_the_description_names_is_never_the_rest_of_another_ones_line(
    a_record: Callable[..., Advisory], named: str, version: str
) -> None:
    """27.9.4 lies in the line of 27.2 (and of 27.9.2): what follows the lower one is not fixed."""
    entry = {"version": "0", "lessThanOrEqual": "28.5", "versionType": "semver", "status": "affected"}
    record = a_record([{"vendor": "Adobe", "product": "ColdFusion", "defaultStatus": "affected", "versions": [entry]}])
    description = f"ColdFusion versions {named} and earlier are affected by a flaw."
    finding = match(
        replace(record, description=description), Install("srv-01", "ColdFusion", version, vendor="Adobe"), overrides=Overrides()
    )
    assert finding.verdict == "affected"
