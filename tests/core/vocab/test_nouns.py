"""The nouns that every room shares: errors a person can act on, verdicts, names, coverage."""

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.vocab import BadInput, Coverage, Finding, Install, Rejected, Verdict, WardroundError, name_key
from wardround.core.vocab._hunting import SourceCoverage


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (WardroundError("it broke"), "it broke"),
        (WardroundError("it broke", where="a.csv:3"), "a.csv:3: it broke"),
        (WardroundError("it broke", do="mend it"), "it broke; mend it"),
        (BadInput("it broke", where="a.csv:3", do="mend it"), "a.csv:3: it broke; mend it"),
    ],
)
def test_an_error_says_where_what_and_what_to_do(error: WardroundError, text: str) -> None:
    assert str(error) == text


def test_bad_input_is_caught_as_one_of_the_family() -> None:
    with pytest.raises(WardroundError) as caught:
        raise BadInput("is empty", where="title", do="write it")
    assert (caught.value.what, caught.value.where, caught.value.do) == ("is empty", "title", "write it")


def test_only_not_affected_needs_nobody() -> None:
    assert {v for v in Verdict if v.open} == {Verdict.AFFECTED, Verdict.UNKNOWN, Verdict.NOT_EVALUABLE}


def test_verdicts_are_the_words_that_programs_read() -> None:
    assert [str(v) for v in Verdict] == ["affected", "not_affected", "unknown", "not_evaluable"]


@pytest.mark.parametrize("other", ["endpoint manager mobile", " Endpoint  Manager\tMobile\n", "ENDPOINT MANAGER MOBILE"])
def test_case_and_spacing_make_no_other_name(other: str) -> None:
    assert name_key(other) == name_key("Endpoint Manager Mobile")


@pytest.mark.parametrize("other", ["Endpoint Manager", "EndpointManagerMobile", "Endpoint-Manager Mobile", ""])
def test_anything_else_does(other: str) -> None:
    assert name_key(other) != name_key("Endpoint Manager Mobile")


@given(st.text())
def test_a_key_is_its_own_key(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)


def test_what_was_not_stated_of_an_install_is_empty_and_unknown() -> None:
    install = Install(asset_id="mdm-01", product="EPMM", version="12.4")
    assert (install.vendor, install.internet_facing, install.last_seen, dict(install.extra)) == ("", None, None, {})


def test_nouns_are_not_changed() -> None:
    install = Install(asset_id="mdm-01", product="EPMM", version="12.4")
    nouns = (
        (install, "version"),
        (Rejected("line 3", "is empty"), "what"),
        (Finding(install, "CVE-2025-4427", Verdict.UNKNOWN, "too coarse", "versions/0"), "verdict"),
    )
    for noun, name in nouns:
        with pytest.raises(FrozenInstanceError):
            setattr(noun, name, "changed")
    with pytest.raises(TypeError):
        install.extra["a"] = "b"  # type: ignore[index]


def test_coverage_counts_the_events_of_all_its_sources() -> None:
    day = datetime(2025, 5, 14, tzinfo=UTC)
    sources = tuple(SourceCoverage(f"{n}.log", "combined", n, 0, day, day) for n in (3, 4))
    assert Coverage(sources, rules_given=2, rules_ran=2).events == 7
