"""The page that matters most, in each state that a response can be in, and what the centre sees instead."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from wardround.hub.hunts.services import add_log

from ..builders import a_log, at, system
from .demonstration import Demonstration, page

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]

# Organisation -> what its people read first. The states are those of the demonstration on 20 May.
STATES = {
    "EX01": ("closed: does not apply", "it opens again and you are told"),
    "EX02": ("closed: window hunted", "899 of 899 hours seen"),
    "EX03": ("being verified", "Why it cannot close yet (2)", "Name the incident and close it on evidence", "Go to the incidents"),
    "EX04": ("being verified", "Nobody has accepted what the hunt saw: 867 of 899 hours", "Look at the coverage and accept it"),
    "EX05": ("interim controls, awaiting manufacturer", "Record the manufacturer's answer", "overdue: remediation"),
    "EX06": ("not acknowledged", "overdue: acknowledgement", "ead and acknowledge revision", "Acknowledge"),
    "EX07": ("not yet known", "unknown", "Import an inventory"),
    "EX09": ("being remediated", "overdue: remediation", "Import a newer inventory"),
    "EX10": ("closed: risk accepted",),
    "EX11": ("closed: window partly visible", "892 of 899 hours seen"),
    "EX12": ("being remediated", "rests on an assumption", "not counted as overdue"),
}


def address(demo: Demonstration, code: str) -> str:
    return reverse("response", args=[demo.response(code).public_id])


@pytest.mark.parametrize("code", STATES)
def test_its_people_read_where_it_stands_and_what_to_do(code: str, demo: Demonstration, as_: As) -> None:
    text = page(as_(demo.person(code)), address(demo, code))
    assert [words for words in STATES[code] if words not in text] == []
    assert "(fictitious)" in text


@pytest.mark.parametrize("code", STATES)
def test_a_read_only_person_reads_the_same_and_has_no_buttons(code: str, demo: Demonstration, as_: As) -> None:
    html = as_(demo.person(code, "board")).get(address(demo, code)).content.decode()
    assert STATES[code][0] in html
    assert "nhsuk-button" not in html
    assert "Everything you can do here" not in html


@pytest.mark.parametrize("code", STATES)
def test_the_centre_reads_answers_counts_dates_and_coverage(code: str, demo: Demonstration, as_: As) -> None:
    text = page(as_("national"), address(demo, code))
    assert STATES[code][0] in text
    assert "Assets, logs and evidence stay with the organisation." in text
    assert "What was said" not in text


def test_an_open_response_says_why_before_it_says_what_is_known(demo: Demonstration, as_: As) -> None:
    text = page(as_("organisation"), address(demo, "EX03"))
    parts = ["Do this next", "Why it cannot close yet", "What we know", "Assets (1)", "Timeline", "History and evidence"]
    assert [text.index(p) for p in parts] == sorted(text.index(p) for p in parts)


def test_what_we_know_has_sources_dates_and_what_would_change_it(demo: Demonstration, as_: As) -> None:
    text = page(as_("organisation"), address(demo, "EX03"))
    assert "fix within 3 days, and forensic triage" in text
    assert "KEV catalogue, 2025-05-19" in text
    assert "What would change it" in text
    assert "12.3.0.1 → 12.3.0.2" in text


def test_the_timeline_is_told_as_a_table_too(demo: Demonstration, as_: As) -> None:
    client = as_(demo.person("EX04"))
    assert "<svg" in client.get(address(demo, "EX04")).content.decode()
    text = page(client, address(demo, "EX04"))
    assert "The timeline as a table" in text
    assert text.count("logs are here") >= 2
    assert "first snapshot that shows the fix" in text
    assert "CVE-2025-4427 disclosed" in text


def test_times_show_the_exact_utc_on_hover(demo: Demonstration, as_: As) -> None:
    html = as_("organisation").get(address(demo, "EX03")).content.decode()
    assert 'title="2025-05-20 10:39:' in html or 'UTC">today 11:39' in html


def test_care_behind_a_clinical_asset_shows_service_approval_controls_and_review(demo: Demonstration, as_: As) -> None:
    text = page(as_(demo.person("EX05")), address(demo, "EX05"))
    assert "Care behind it" in text
    assert "manufacturer's approval awaited" in text
    assert "interim controls:" in text
    assert "clinical safety officer" in text


def test_the_history_says_what_was_said_by_whom(demo: Demonstration, as_: As) -> None:
    text = page(as_("organisation"), address(demo, "EX03"))
    assert "Reopened" in text
    assert "was fixed" in text
    assert "false alarm A probe by an internet scanner" in text
    assert "part of incident EX03-INC-001" in text


def test_a_withdrawn_alert_asks_nothing_more(demo: Demonstration, as_: As) -> None:
    from wardround.hub.alerts.drafting import withdraw

    demo.at_the_centre(lambda act: withdraw(act, alert=demo.alert, reason="A drill."))
    html = as_("organisation").get(address(demo, "EX03")).content.decode()
    assert "withdrawn" in html
    assert "nhsuk-button" not in html


def test_where_logs_are_here_the_hunt_is_offered_before_another_upload(demo: Demonstration, as_: As) -> None:
    client = as_(demo.person("EX06"))
    before = page(client, address(demo, "EX06"))
    assert before.index("Upload logs") < before.index("Run the hunt")
    add_log(
        system(at(20)), organisation=demo.organisation("EX06"), host="fh-mdm", data=a_log(at(14), at(15)), filename="access.log"
    )
    after = page(client, address(demo, "EX06"))
    assert after.index("Run the hunt") < after.index("Upload more logs")
