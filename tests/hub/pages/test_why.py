"""Why this verdict: the steps of one asset, inside its organisation only, and the same again as of a day."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from .demonstration import Demonstration, page

pytestmark = pytest.mark.django_db


def address(asset: str, *, cve: str = "CVE-2025-4427", code: str = "EX03", on: str = "") -> str:
    return f"{reverse('why', args=[cve, code])}?asset={asset}" + (f"&on={on}" if on else "")


@pytest.fixture
def asset(demo: Demonstration) -> str:
    """An asset of EX03 that its response knows."""
    case = demo.response("EX03").assessments.last().cases[0]  # type: ignore[attr-defined]
    return str(case["asset"])


def test_the_steps_name_record_override_and_answer_with_their_sources(as_: Callable[[str], Client], asset: str) -> None:
    shown = page(as_("organisation"), address(asset))
    assert "Why this verdict" in shown
    places = [
        shown.index(word) for word in ("published 2025-05-13", "The record names", "(an override) decides", "CVE record says")
    ]
    assert places == sorted(places)
    assert "override ivanti-epmm-2025" in shown


def test_as_of_a_day_before_the_vendors_fact_the_record_alone_answers(as_: Callable[[str], Client], asset: str) -> None:
    assert as_("organisation").get(address(asset, on="2025-01-01")).status_code == 404


def test_no_word_of_the_data_s_own_stands_in_the_steps(as_: Callable[[str], Client], asset: str) -> None:
    steps = as_("organisation").get(address(asset)).context["answers"][0].steps
    told = " ".join(step.text for step in steps).casefold()
    assert [word for word in ("cna", "container", "defaultstatus", "subject", "`") if word in told] == []


def test_the_centre_and_others_do_not_see_inside(as_: Callable[[str], Client], asset: str) -> None:
    for who, status in (("national", 403), ("other", 404)):
        assert as_(who).get(address(asset)).status_code == status


@pytest.mark.parametrize("wrong", ["no-such-asset", "%00", "x" * 3_000])
def test_an_asset_that_nobody_has_is_not_found(as_: Callable[[str], Client], wrong: str) -> None:
    assert as_("organisation").get(address(wrong)).status_code == 404


@pytest.mark.parametrize("on", ["yesterday", "2025-13-01", "0000-00-00"])
def test_a_day_that_is_none_is_not_found(as_: Callable[[str], Client], asset: str, on: str) -> None:
    assert as_("organisation").get(address(asset, on=on)).status_code == 404


def test_without_an_asset_the_advisory_is_shown(as_: Callable[[str], Client]) -> None:
    answer = as_("organisation").get(reverse("why", args=["CVE-2025-4427", "EX03"]))
    assert (answer.status_code, answer["Location"]) == (302, "/advisories/CVE-2025-4427/")
