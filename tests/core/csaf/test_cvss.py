"""CVSS scores, against the examples of the specifications (cvss-v2-guide section 3.3; CVSS 3.0 and 3.1 examples documents)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.csaf._cvss import V2, V3, read_vector, scores, severity


@pytest.mark.parametrize(
    ("vector", "version", "expected"),
    [
        # The guide to 2.0, sections 3.3.1 to 3.3.3.
        ("AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H", "2.0", (7.8, 6.4, 9.2)),
        ("AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:L", "2.0", (10.0, 8.3, 9.0)),
        ("AV:L/AC:H/Au:N/C:C/I:C/A:C/E:POC/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:M", "2.0", (6.2, 4.9, 7.5)),
        # Examples of 3.0 and 3.1.
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", "3.1", (6.1, 6.1, 6.1)),  # CVE-2013-1937
        ("CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", "3.0", (6.4, 6.4, 6.4)),  # CVE-2013-0375
        ("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", "3.1", (3.1, 3.1, 3.1)),  # CVE-2014-3566
        (
            "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H",
            "3.1",
            (9.9, 9.9, 10.0),
        ),  # CVE-2012-1516; scope changed: 3.1 computes the modified impact by another formula
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", "3.1", (7.5, 7.5, 7.5)),  # CVE-2014-0160
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:U", "3.1", (9.8, 7.8, 7.8)),
    ],
)
def test_the_examples_of_the_specifications(vector: str, version: str, expected: tuple[float, float, float]) -> None:
    found = scores(vector, version=version)
    assert found is not None
    assert (found.base, found.temporal, found.environmental) == expected


@pytest.mark.parametrize(
    "vector",
    ["", "CVSS:3.1/", "CVSS:3.1/AV:N", "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:3.1/AV:Q/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
     "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/ZZ:N", "x" * 9_999],
)  # fmt: skip
def test_what_is_no_vector_has_no_score(vector: str) -> None:
    assert scores(vector, version="3.1") is None


@given(st.fixed_dictionaries({m: st.sampled_from(sorted(V3[m])) for m in ("AV", "AC", "PR", "UI", "S", "C", "I", "A")}))
def test_without_a_change_the_environmental_score_is_the_base_score(metrics: dict[str, str]) -> None:
    """True of scope unchanged; where the scope changes, 3.1 computes the modified impact by another formula."""
    vector = "CVSS:3.1/" + "/".join(f"{m}:{v}" for m, v in (metrics | {"S": "U"}).items())
    found = scores(vector, version="3.1")
    assert found is not None
    assert found.base == found.temporal == found.environmental


@given(
    st.fixed_dictionaries({m: st.sampled_from(sorted(V2[m])) for m in ("AV", "AC", "Au", "C", "I", "A")}),
    st.sampled_from(["C", "I", "A"]),
)
def test_a_worse_impact_never_scores_lower(metrics: dict[str, str], metric: str) -> None:
    def base(changed: dict[str, str]) -> float:
        found = scores("/".join(f"{m}:{v}" for m, v in changed.items()), version="2.0")
        assert found is not None
        return found.base

    assert base(metrics | {metric: "N"}) <= base(metrics | {metric: "P"}) <= base(metrics | {metric: "C"})


def test_ratings_change_at_their_limits() -> None:
    limits = (0.0, 0.1, 3.9, 4.0, 6.9, 7.0, 8.9, 9.0)
    assert [severity(s) for s in limits] == ["NONE", "LOW", "LOW", "MEDIUM", "MEDIUM", "HIGH", "HIGH", "CRITICAL"]


def test_a_vector_of_modified_metrics_is_read() -> None:
    assert read_vector("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/MAV:X/MC:L", version="3.1") is not None
