"""The first page by role, one alert across organisations, and what the numbers on them lead to."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from wardround.hub import clock
from wardround.hub.accounts.models import User
from wardround.hub.alerts.models import Word
from wardround.hub.organisations.models import Membership
from wardround.hub.outbox.models import Message

from ..builders import a_person, the_centre
from .demonstration import Demonstration, page

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]


def test_the_national_board_counts_answers_and_never_merges_kinds_of_closing(demo: Demonstration, as_: As) -> None:
    text = page(as_("national"), "/")
    assert "4 organisations overdue" in text
    assert "window hunted 1 · window partly visible 1 · risk accepted 1 · does not apply 2" in text
    assert "fix within 3 days, and forensic triage" in text
    assert "New alert" in text


def test_the_centre_is_told_that_no_worker_sends_what_waits(demo: Demonstration, as_: As) -> None:
    waiting = Message.unscoped.filter(pk=Message.unscoped.earliest("pk").pk)
    waiting.update(sent_at=None, next_attempt_at=clock.now() - timedelta(minutes=9))
    assert "should have been sent" not in page(as_("national"), "/")
    waiting.update(next_attempt_at=clock.now() - timedelta(minutes=11))
    assert "Messages: 1 should have been sent by now" in page(as_("national"), "/")


def test_the_centre_is_told_that_a_message_failed(demo: Demonstration, as_: As) -> None:
    Message.unscoped.filter(pk=Message.unscoped.earliest("pk").pk).update(sent_at=None, failed_at=clock.now())
    assert "Messages: 1 failed : somebody may not know" in page(as_("national"), "/")


def test_the_oldest_silence_counts_from_the_first_revision_nobody_read(demo: Demonstration, as_: As) -> None:
    assert "Oldest silence: 6 days" in page(as_("national"), "/")


def test_every_number_on_the_board_leads_to_as_many_rows(demo: Demonstration, as_: As) -> None:
    client = as_("national")
    board = client.get("/").content.decode()
    links = re.findall(r'href="(/alerts/[^"]+\?show=\w+)">(?:[a-z ,]* )?(\d+)', board)
    assert len(links) > 8
    for address, number in links:
        rows = client.get(address).content.decode().count("/responses/")
        assert rows == int(number), address


def test_the_parts_of_the_bar_are_all_organisations(demo: Demonstration, as_: As) -> None:
    text = page(as_("national"), "/")
    parts = re.search(
        r"closed: (\d+) applies, open: (\d+) acknowledged, no answer that settles it yet: (\d+) not acknowledged: (\d+)", text
    )
    assert parts
    assert sum(map(int, parts.groups())) == 12


def test_overdue_organisations_come_first_and_can_be_written_to(demo: Demonstration, as_: As) -> None:
    address = reverse("alert", args=[demo.alert.public_id])
    html = as_("national").get(address).content.decode()
    assert html.index("Fernhill") < html.index("Coldbrook") < html.index("Alder Vale")
    filtered = as_("national").get(f"{address}?show=overdue").content.decode()
    assert "mailto:?bcc=cyber@fernhill.example" in filtered


def test_an_unknown_filter_shows_everything(demo: Demonstration, as_: As) -> None:
    address = reverse("alert", args=[demo.alert.public_id])
    assert page(as_("national"), f"{address}?show=nonsense&page=99").count("(fictitious) EX") == 12


def test_an_organisation_sees_its_own_response_and_what_to_do_next(demo: Demonstration, as_: As) -> None:
    text = page(as_("organisation"), "/")
    assert "Your alerts" in text
    assert "Do this next: 6 detections on mdm-core judged real" in text
    assert "being verified" in text
    assert "reopened" in text


def test_a_read_only_person_sees_the_board_without_buttons(demo: Demonstration, as_: As) -> None:
    html = as_("read_only").get("/").content.decode()
    assert "Do this next:" in html
    assert "nhsuk-button" not in html


def test_the_centre_s_read_only_person_sees_the_board_without_buttons(demo: Demonstration, as_: As) -> None:
    reader = a_person(the_centre(), Membership.Role.READ_ONLY)
    client = as_(reader.email)
    html = client.get("/").content.decode()
    assert "High severity alerts" in html
    assert "New alert" not in html
    alert = client.get(reverse("alert", args=[demo.alert.public_id])).content.decode()
    assert "Withdraw" not in alert
    assert client.post(reverse("alert-withdraw", args=[demo.alert.public_id]), {"reason": "x"}).status_code == 403


def test_a_closed_response_is_listed_with_how_it_ended(demo: Demonstration, as_: As) -> None:
    text = page(as_(demo.person("EX01")), "/")
    assert "Nothing waits for you" in text
    assert "closed: does not apply" in text


def test_a_person_of_several_organisations_acknowledges_for_those_they_chose(demo: Demonstration, as_: As, several: User) -> None:
    demo.issue_third()
    client = as_(several.email)
    address = reverse("alert", args=[demo.alert.public_id])
    assert "Acknowledge for several organisations" in page(client, address)
    chosen = demo.response("EX06")
    answer = client.post(
        reverse("alert-acknowledge", args=[demo.alert.public_id]), {"response": [str(chosen.public_id)]}, follow=True
    )
    assert "Acknowledged for Fernhill" in answer.content.decode()
    read = Word.unscoped.filter(kind="acknowledgement", by__startswith="Two Hats")
    assert [w.response_id for w in read] == [chosen.pk]


def test_choosing_nothing_acknowledges_nothing(demo: Demonstration, as_: As, several: User) -> None:
    answer = as_(several.email).post(reverse("alert-acknowledge", args=[demo.alert.public_id]), {}, follow=True)
    assert "Nothing was acknowledged" in answer.content.decode()


def test_nobody_acknowledges_for_an_organisation_that_is_not_theirs(demo: Demonstration, as_: As, several: User) -> None:
    before = Word.unscoped.count()
    other = demo.response("EX03")
    as_(several.email).post(reverse("alert-acknowledge", args=[demo.alert.public_id]), {"response": [str(other.public_id)]})
    assert Word.unscoped.count() == before


def test_a_person_of_the_centre_who_also_acts_for_an_organisation_finds_both(demo: Demonstration, as_: As) -> None:
    officer = User.objects.get(email="duty.officer@centre.example")
    Membership.objects.create(user=officer, organisation=demo.organisation("EX04"), role=Membership.Role.ORGANISATION)
    client = as_("national")
    assert "The alerts of your own organisations" in page(client, "/")
    own = page(client, "/?own")
    assert "867 of 899 hours of epmm-prod" in own
    assert "mdm-core" not in own
    assert "Dunmore" in page(client, "/estate/")
