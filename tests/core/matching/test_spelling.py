"""How ranges are spelled: what is rewritten into the plain form, what is left, and that whatever rests on it says so."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.matching._conventions import by_convention, ends_without_start
from wardround.core.matching._spelling import SERIES_START, spelled


def affected(version: str, **more: Any) -> dict[str, Any]:
    return {"version": version, "status": "affected", **more}


def read(*entries: dict[str, Any]) -> list[tuple[str, str]]:
    """Start and end of each range, with a sign where the end is held too."""
    found = spelled({"versions": list(entries)})[0]["versions"]
    return [(e["version"], e["lessThan"] if "lessThan" in e else f"<={e['lessThanOrEqual']}") for e in found]


def test_what_is_in_the_plain_form_is_left_alone() -> None:
    plain = {"versions": [affected("1.0", lessThan="2.0"), affected("3.1"), affected("0", lessThan="*", versionType="custom")]}
    assert spelled(plain) == (plain, ())
    commits = {"versions": [affected("1879445dfa7b", lessThan="630146203108", versionType="git")]}
    assert spelled(commits) == (commits, ())


def test_a_lower_and_an_upper_bound_are_one_range() -> None:
    """CVE-2021-26076, Jira: before 8.5.12, from 8.6.0 before 8.13.4, and from 8.14.0 before 8.15.0."""
    entries = [("unspecified", "8.5.12"), ("8.6.0", "unspecified"), ("unspecified", "8.13.4")]
    entries += [("8.14.0", "unspecified"), ("unspecified", "8.15.0")]
    jira = {"vendor": "Atlassian", "versions": [affected(start, lessThan=end) for start, end in entries]}
    found, assumed = by_convention(jira, container="cna", ends=ends_without_start([jira], container="cna"))
    assert [(e["version"], e["lessThan"]) for e in found["versions"] if e["status"] == "affected"] == [
        ("0", "8.5.12"),
        ("8.6.0", "8.13.4"),
        ("8.14.0", "8.15.0"),
    ]
    assert len(assumed) == 3


def test_bounds_of_two_statuses_are_two_ranges() -> None:
    lower, upper = affected("8.6.0", lessThan="unspecified"), affected("unspecified", lessThan="9.0") | {"status": "unaffected"}
    assert read(lower, upper) == [("8.6.0", "unspecified"), ("unspecified", "9.0")]


@pytest.mark.parametrize("word", ["previous versions", "earlier", "All versions", "unspecified"])
def test_words_that_state_no_start(word: str) -> None:
    """CVE-2024-23472, Access Rights Manager: `previous versions` up to 2023.2.4."""
    assert read(affected(word, lessThanOrEqual="1.14.11")) == [("unspecified", "<=1.14.11")]
    one = {"versions": [affected(word, lessThanOrEqual="1.14.11")]}
    found, assumed = by_convention(one, container="cna", ends=ends_without_start([one], container="cna"))
    assert (found["versions"][0]["version"], len(assumed)) == ("0", 1)


def test_a_single_range_without_a_start_needs_no_order() -> None:
    one = {"versions": [affected("unspecified", lessThan="2.2.6p8")]}
    assert by_convention(one, container="cna", ends=ends_without_start([one], container="cna"))[0]["versions"][0]["version"] == "0"


def test_such_a_word_without_an_end_stays_what_it_is() -> None:
    assert spelled({"versions": [affected("n/a")]}) == ({"versions": [affected("n/a")]}, ())


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (affected("24.2", lessThan="< 24.2.5"), ("24.2", "24.2.5")),
        (affected("5.0", lessThanOrEqual="<= 5.0.3"), ("5.0", "<=5.0.3")),
        (affected("0", lessThan="<= 2.2.1"), ("0", "<=2.2.1")),
        (affected(">= 5.0.0", lessThan="5.1.1"), ("5.0.0", "5.1.1")),
        (affected("4.5", lessThan="<"), ("unspecified", "4.5")),
        (affected("6.0.x", lessThan="6.0.25"), ("6.0", "6.0.25")),
        (affected("30.x.x", lessThan="30.2.1"), ("30", "30.2.1")),
        (affected("10.1.2046.x", lessThanOrEqual="10.1.2063.x"), ("10.1.2046", "<=10.1.2063.*")),
        (affected("0", lessThan="5.4.x"), ("0", "5.4.x")),
        (affected("4.25", lessThanOrEqual="=4.25.0F"), ("4.25", "<==4.25.0F")),
    ],
)
def test_signs_and_series(written: dict[str, Any], meant: tuple[str, str]) -> None:
    """CVE-2024-7788, CVE-2021-27916, CVE-2023-43641, CVE-2021-27917, CVE-2020-11843, CVE-2024-22266, CVE-2023-7043."""
    assert read(written) == [meant]


def test_a_range_that_ends_with_the_first_version_of_its_series_is_empty_and_stays_so() -> None:
    """CVE-2023-45038, QNAP's Music Station: `5.4.x` before 5.4.0. Taken from 5.4 on it would clear 5.3.22 by its default."""
    assert read(affected("5.4.x", lessThan="5.4.0")) == [("5.4.0", "5.4.0")]
    assert read(affected("5.4.x", lessThan="5.4.1")) == [("5.4", "5.4.1")]


def test_several_fixes_in_one_end_are_those_of_their_series() -> None:
    """CVE-2024-36470, TeamCity: before 2022.04.7, 2022.10.6, 2023.05.6, 2023.11.5."""
    one = {"versions": [affected("0", lessThan="2022.04.7, 2022.10.6, 2023.05.6, 2023.11.5", versionType="semver")]}
    found, assumed = by_convention(one, container="cna", ends=ends_without_start([one], container="cna"))
    assert [e["version"] for e in found["versions"]] == ["0", "2022.10", "2023", "2023.11"]
    assert len(assumed) == 2


def test_junos_lists_the_service_release_and_the_release_that_hold_a_fix() -> None:
    """CVE-2023-44185: 22.1 before 22.1R2-S2, 22.1R3. R2-S2 and its followers hold the fix, and so does R3."""
    assert read(affected("22.1", lessThan="22.1R2-S2, 22.1R3")) == [("22.1", "22.1R2-S2")]
    assert read(affected("20.4", lessThan="20.4R2-S5, 20.4R3-S1")) == [("20.4", "20.4R2-S5"), ("20.4R3", "20.4R3-S1")]
    assert read(affected("22.2-EVO", lessThan="22.2R2-S1-EVO, 22.2R3-EVO")) == [("22.2-EVO", "22.2R2-S1-EVO")]


def test_a_list_that_is_none_stays_a_text() -> None:
    written = affected("0", lessThan="DKCMAIN Ver. 70-06-74-00/00, SVP Ver. 70-06-58/00")
    assert read(written) == [("0", "DKCMAIN Ver. 70-06-74-00/00, SVP Ver. 70-06-58/00")]


WRITTEN = ["unspecified", "n/a", "<", "<= 1", "1.x", "1.0, 2.0", "0", "1 and prior", "2"]
KEYS = ["version", "lessThan", "lessThanOrEqual", "status"]
anything = st.one_of(st.none(), st.integers(), st.sampled_from(WRITTEN), st.text(max_size=5))
entries = st.lists(st.one_of(anything, st.dictionaries(st.sampled_from(KEYS), anything, max_size=4)), max_size=5)


@given(entries)
def test_whatever_stands_there_is_read_and_never_changed(versions: list[Any]) -> None:
    before = repr(versions)
    once, _ = spelled({"versions": versions})
    assert repr(versions) == before
    again, _ = spelled(once)
    assert len(again["versions"]) == len(once["versions"])


@pytest.mark.parametrize("words", ["all versions", "All", "All  Versions", "every version"])
def test_words_for_every_version_are_every_version(words: str) -> None:
    """CVE-2024-27974 lists `all versions` of DocuPrint P450 d."""
    found, assumed = spelled({"versions": [{"version": words, "status": "affected"}]})
    assert found["versions"] == [{"version": "*", "status": "affected"}]
    assert "every version" in assumed[0]


@pytest.mark.parametrize(
    ("text", "versions"),
    [
        ("3.2 and 3.3", ["3.2", "3.3"]),  # CVE-2024-35214
        ("2.0.26, 3.2.4", ["2.0.26", "3.2.4"]),  # CVE-2024-40681
        ("1.0, 1.1, and v2.0", ["1.0", "1.1", "v2.0"]),
        ("3.2 and earlier", ["3.2 and earlier"]),
        ("3.2 to 3.3", ["3.2 to 3.3"]),
        ("5 and 6", ["5 and 6"]),
    ],
)
def test_several_versions_in_one_text_are_each_for_itself(text: str, versions: list[str]) -> None:
    found, _ = spelled({"versions": [{"version": text, "status": "affected"}]})
    assert [entry["version"] for entry in found["versions"]] == versions


def test_a_v_with_a_stop_is_no_part_of_a_version() -> None:
    """CVE-2023-5511: `unspecified` up to `v.6.2.3`."""
    found, assumed = spelled({"versions": [{"version": "unspecified", "lessThan": "v.6.2.3", "status": "affected"}]})
    assert found["versions"] == [{"version": "unspecified", "lessThan": "6.2.3", "status": "affected"}]
    assert "v." in assumed[0]


def test_a_stop_behind_a_version_is_no_part_of_it() -> None:
    """CVE-2024-27238: `0` up to `6.0.0.`."""
    found, _ = spelled({"versions": [{"version": "0", "lessThan": "6.0.0.", "status": "affected"}]})
    assert found["versions"] == [{"version": "0", "lessThan": "6.0.0", "status": "affected"}]


def test_a_range_that_ends_at_a_candidate_of_its_start_is_taken_from_its_series() -> None:
    """CVE-2024-28824, Checkmk: 2.3.0 up to 2.3.0b4, which comes before it."""
    entry = {"version": "2.3.0", "lessThan": "2.3.0b4", "status": "affected"}
    found, assumed = spelled({"versions": [entry]})
    assert found["versions"] == [entry | {"version": "2.3"}]
    assert assumed == (SERIES_START.format("2.3.0"),)
    other = {"version": "2.3.1", "lessThan": "2.3.1b4", "status": "affected"}
    assert spelled({"versions": [other]}) == ({"versions": [other]}, ())


@pytest.mark.parametrize(
    ("product", "text", "versions"),
    [
        ("Wyse Proprietary OS (Modern ThinOS)", "ThinOS 2311", ["2311"]),  # CVE-2024-42423
        ("VMware Horizon Server", "Horizon Server 8.10, Horizon Server 8.9", ["8.10", "8.9"]),  # so CVE-2023-34037 lists releases
        ("Gateway", "Gateway v1.2", ["v1.2"]),
        ("Gateway", "Gateway before 1.2", ["Gateway before 1.2"]),
        ("Gateway", "Viewer 1.2", ["Viewer 1.2"]),
        ("Gateway", "Gateway 1.2, Viewer 1.3", ["Gateway 1.2, Viewer 1.3"]),
    ],
)
def test_the_products_name_before_a_version_is_no_part_of_it(product: str, text: str, versions: list[str]) -> None:
    found, assumed = spelled({"product": product, "versions": [{"version": text, "status": "affected"}]})
    assert [entry["version"] for entry in found["versions"]] == versions
    assert bool(assumed) is (versions != [text])


def test_a_range_up_to_all_versions_has_no_end() -> None:
    """CVE-2022-47892: `0` up to `all versions`."""
    found, _ = spelled({"versions": [{"version": "0", "lessThanOrEqual": "all versions", "status": "affected"}]})
    assert found["versions"] == [{"version": "0", "lessThan": "*", "status": "affected"}]
