"""Any decision point can be given, by key or name, in any case; what is not there is refused with what is."""

from datetime import date

import pytest

from wardround.core.advisories import Advisory
from wardround.core.triage import Decision, decide, policy
from wardround.core.vocab import BadInput, end_of_day


def ask(epmm: Advisory, given: dict[str, str], *, name: str = "bod-26-04", exposed: bool | None = None, day: int = 14) -> Decision:
    return decide(policy(name), advisory=epmm, exposed=exposed, at=end_of_day(date(2025, 5, day)), given=given)


@pytest.mark.parametrize(
    "given", [{"PE": "Y"}, {"pe": "yes"}, {"Publicly Exposed": "YES"}, {"publicly_exposed": " y "}, {"publicly-exposed": "yes"}]
)
def test_keys_and_names_in_any_case(epmm: Advisory, given: dict[str, str]) -> None:
    found = ask(epmm, given)
    assert (found.decision, found.assumed) == ("3D", ())


@pytest.mark.parametrize("value", ["P", "poc", "Public PoC", "public proof of concept"])
def test_the_words_that_people_use(epmm: Advisory, value: str) -> None:
    found = ask(epmm, {"E": value}, name="ssvc-deployer")
    assert found.inputs[0].value == "P"


@pytest.mark.parametrize("name", ["bod-26-04", "ssvc-deployer", "ncsc-uk"])
def test_every_point_of_every_policy_can_be_given(epmm: Advisory, name: str) -> None:
    for point in policy(name).points:
        for value in point.values:
            found = ask(epmm, {point.key: value.key}, name=name)
            told = next(i for i in found.inputs if i.key == point.key)
            assert (told.value, told.assumed, told.source.split(",")[0]) == (value.key, False, "given")


def test_what_is_given_goes_before_what_is_stated_and_says_so(epmm: Advisory) -> None:
    found = ask(epmm, {"A": "no"}, exposed=True)
    told = next(i for i in found.inputs if i.key == "A")
    assert (found.decision, told.source) == ("14D", "given, in place of: yes (CISA ADP, 2025-05-13)")


def test_a_given_exposure_against_the_told_one_says_so(epmm: Advisory) -> None:
    found = ask(epmm, {"EXP": "open"}, name="ssvc-deployer", exposed=False)
    assert found.inputs[1].source == "given, in place of: small or controlled (exposed: no, as told)"


def test_a_given_fact_is_no_news_and_holds_from_publication(epmm: Advisory) -> None:
    assert ask(epmm, {"KEV": "yes"}, exposed=False, day=19).due == date(2025, 5, 16)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"HI": "high"},
            "bod-26-04 has no decision point 'HI'; use one of PE (publicly exposed), KEV (in KEV), A (automatable), TI",
        ),
        ({"A": "maybe"}, "--input A: 'maybe' is no value of A, automatable; use one of N (no), Y (yes)"),
        ({"A": ""}, "'' is no value of A"),
        ({"": "yes"}, "no decision point ''"),
        ({"A": "yes", "automatable": "no"}, "A is given twice"),
        ({"x" * 10_000: "yes"}, f"no decision point '{'x' * 40}'"),
    ],
)
def test_a_wrong_key_or_value_is_refused_with_what_is_allowed(epmm: Advisory, given: dict[str, str], told: str) -> None:
    with pytest.raises(BadInput) as refused:
        ask(epmm, given)
    assert told in str(refused.value)


def test_human_impact_may_be_given_beside_what_it_comes_from_if_they_agree(epmm: Advisory) -> None:
    assert ask(epmm, {"HI": "H", "SI": "R", "MI": "MSC"}, name="ssvc-deployer").inputs[3].value == "H"


def test_human_impact_that_contradicts_what_it_comes_from_is_refused(epmm: Advisory) -> None:
    with pytest.raises(BadInput, match="HI=L contradicts the given SI and MI; give one or the other"):
        ask(epmm, {"HI": "low", "SI": "R", "MI": "MSC"}, name="ssvc-deployer")
