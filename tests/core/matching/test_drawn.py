"""A bare `*` beside a description that draws a line: what the words call affected is, and the rest is not known."""

from dataclasses import replace
from typing import Any

import pytest

from wardround.core.matching import Answer, Overrides, Subject, decide
from wardround.core.matching._bulk import CODES, verdicts
from wardround.core.matching._drawn import DRAWN, drawn

DJANGO = "In Django 3.2 before 3.2.20, 4 before 4.1.10, and 4.2 before 4.2.3, EmailValidator may be slow. Update."
"""CVE-2023-36053, whose CNA names nothing and CISA djangoproject's django, version `*`."""

EVERY = [{"version": "*", "status": "affected"}]


def asked(a_record: Any, description: str, version: str, *, product: str = "django", versions: Any = EVERY) -> Answer:
    cna = [{"vendor": "n/a", "product": "n/a", "versions": [{"version": "n/a", "status": "affected"}]}]
    adp = [{"vendor": "example", "product": product, "versions": versions, "defaultStatus": "unknown"}]
    record = replace(a_record(cna, adp), description=description)
    subject = Subject(("example",), product, version)
    found = decide(record, subject, overrides=Overrides())
    assert CODES[verdicts(record, [subject], overrides=Overrides())[0]] == found.verdict
    return found


@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        ("3.2.19", "affected"),
        ("3.2.20", "unknown"),
        ("4.0.9", "affected"),
        ("4.1.10", "unknown"),
        ("4.2.2", "affected"),
        ("4.2.3", "unknown"),
        ("5.0.1", "unknown"),
        ("2.2", "unknown"),
        ("4.2", "unknown"),
        ("", "unknown"),
    ],
)
def test_past_the_line_nothing_is_known(a_record: Any, version: str, verdict: str) -> None:
    assert asked(a_record, DJANGO, version).verdict.value == verdict


def test_it_says_what_it_rests_on(a_record: Any) -> None:
    assert DRAWN in asked(a_record, DJANGO, "4.2.2").assumed


@pytest.mark.parametrize(
    ("description", "lines"),
    [
        ("FileMaker Server before version 20.3.2 was open.", (("", "lessThan", "20.3.2"),)),
        ("This issue affects FileMaker_Server: from n/a through 4.6.6.", (("", "lessThanOrEqual", "4.6.6"),)),
        ("FileMaker Server is open in all versions up to, and including, 3.13 by a parameter.", (("", "lessThanOrEqual", "3.13"),)),
        ("FileMaker Server v0.13.0 and earlier allows it.", (("", "lessThanOrEqual", "v0.13.0"),)),
        ("FileMaker Server 5.0.0 through 5.0.7 stores it.", (("5.0.0", "lessThanOrEqual", "5.0.7"),)),
        ("FileMaker Server 5.2.17-3 through v5.2.18 has it.", (("", "lessThanOrEqual", "v5.2.18"),)),
        # A line that cannot be read is one all the same: nothing is known of any version then.
        ("FileMaker Server through 2018-04-20 has it.", ()),
        ("FileMaker Server in versions before 24.4 and after 23.11 has it.", ()),
        ("FileMaker Server before 4.1.2 and 4.0.9 prints it.", ()),
        ("FileMaker Server 114.v068a_c7cc and earlier has it.", ()),
        # No line of this product.
        ("FileMaker Server has it.", None),
        ("A server with a library before 2.9.10.4 has it.", None),
        ("FileMaker Server has it. Libraries before 2.0 do.", None),
        ("FileMaker Serverless before 2.0 has it.", None),
    ],
)
def test_what_a_description_draws(description: str, lines: Any) -> None:
    assert drawn(description, product="filemaker_server") == lines


def test_a_line_that_cannot_be_read_leaves_everything_unknown(a_record: Any) -> None:
    assert asked(a_record, "Django through 2018-04-20 is slow.", "1.0").verdict.value == "unknown"


@pytest.mark.parametrize(
    "versions",
    [
        [{"version": "*", "status": "affected", "lessThan": "9"}],
        [{"version": "0", "lessThan": "*", "status": "affected"}],
        [*EVERY, {"version": "1.0", "status": "unaffected"}],
    ],
)
def test_only_a_lone_star_is_read_so(a_record: Any, versions: Any) -> None:
    assert DRAWN not in asked(a_record, DJANGO, "4.2.2", versions=versions).assumed


def test_of_a_product_that_the_description_does_not_name_every_version_stays_affected(a_record: Any) -> None:
    """CVE-2020-10673: the description is of jackson-databind, and CISA names what holds it."""
    text = "FasterXML jackson-databind 2.x before 2.9.10.4 mishandles it."
    assert asked(a_record, text, "1.0", product="steelstore").verdict.value == "affected"
