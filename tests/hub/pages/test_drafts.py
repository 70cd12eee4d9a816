"""At the national centre: candidates, drafting, preview, issuing, amending, withdrawing."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from wardround.connectors.clock import FakeClock
from wardround.hub import clock
from wardround.hub.alerts.models import Alert, Revision
from wardround.hub.outbox.models import Message

from .demonstration import Demonstration, page, words

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
FIELDS = {
    "title": "FortiVoice is exploited",
    "severity": "High",
    "marking": "TLP:AMBER",
    "summary": "Code can be run.",
    "actions": "Patch: install the fixed version.\nAction: tell us.",
    "cves": "CVE-2025-32756",
    "product_class": "edge_appliance",
    "policy": "bod-26-04",
    "pack": "",
    "exploited_since": "2025-05-10",
    "scope": "EX03, EX04",
}


def seen_in(html: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', html)
    assert found
    return found[1]


def draft(client: Client, **changes: str) -> Any:
    return client.post(reverse("alert-new"), FIELDS | changes)


def test_a_candidate_names_who_has_it_how_urgent_and_why_now(demo: Demonstration, as_: As) -> None:
    text = page(as_("national"), reverse("candidates") + "?days=7")
    assert "CVE-2025-32756" in text
    assert "listed as known to be exploited" in text
    assert "Draft an alert" in text


def test_no_candidate_says_what_that_means(demo: Demonstration, as_: As) -> None:
    assert "What no source sees is not known" in page(as_("national"), reverse("candidates"))


@pytest.mark.parametrize("days", ["²", "9" * 5000, "-1", "2", ""])
def test_a_number_of_days_that_is_none_of_the_choices_is_one_day(days: str, demo: Demonstration, as_: As) -> None:
    assert "in the last 24 hours" in page(as_("national"), reverse("candidates") + f"?days={days}")


def test_a_draft_can_start_from_a_candidate(demo: Demonstration, as_: As) -> None:
    html = as_("national").get(reverse("alert-new") + "?cve=CVE-2025-32756").content.decode()
    assert "FortiVoice: code can be run" in html
    assert "CVE-2025-32756</textarea>" in html


def test_a_draft_from_a_number_that_is_in_no_feed_starts_empty(demo: Demonstration, as_: As) -> None:
    assert as_("national").get(reverse("alert-new") + "?cve=nonsense").status_code == 200


def test_a_draft_is_previewed_and_issued_to_whom_the_preview_said(demo: Demonstration, as_: As) -> None:
    client = as_("national")
    before = Message.unscoped.count()
    answer = draft(client)
    revision = Revision.objects.get(title="FortiVoice is exploited")
    assert answer["Location"] == reverse("draft-preview", args=[revision.alert.public_id, 1])
    text = page(client, answer["Location"])
    assert "It goes to 2 organisations at 2 addresses , marked TLP:AMBER" in text
    assert "Coldbrook" in text
    assert "What to do Patch: install the fixed version." in text
    assert Message.unscoped.count() == before
    issued = client.post(answer["Location"], follow=True)
    assert "Revision 1 is issued to 2 organisations" in words(issued.content.decode())
    assert Message.unscoped.count() == before + 2
    assert client.post(answer["Location"]).status_code == 422
    assert client.get(answer["Location"])["Location"] == reverse("alert", args=[revision.alert.public_id])


def test_an_issued_alert_reaches_only_those_in_scope(demo: Demonstration, as_: As) -> None:
    client = as_("national")
    client.post(draft(client)["Location"])
    alert = Alert.objects.get(revisions__title="FortiVoice is exploited")
    address = reverse("alert", args=[alert.public_id])
    assert as_("organisation").get(address).status_code == 200
    assert as_(demo.person("EX06")).get(address).status_code == 404


def test_a_draft_is_nobody_else_s(demo: Demonstration, as_: As) -> None:
    client = as_("national")
    draft(client)
    alert = Alert.objects.get(revisions__title="FortiVoice is exploited")
    assert as_("organisation").get(reverse("alert", args=[alert.public_id])).status_code == 404
    assert "only the national centre sees this draft" in page(client, reverse("alert", args=[alert.public_id]))


BAD = [
    ({"title": ""}, "Write a title"),
    ({"summary": " "}, "Summary: say it in a sentence"),
    ({"cves": "CVE-1999-0001"}, "CVE-1999-0001 is not in the feeds"),
    ({"cves": ""}, "Name at least one CVE"),
    ({"scope": "NOWHERE"}, "no organisation 'NOWHERE'"),
    ({"scope": ""}, "Say who gets it"),
    ({"marking": "TLP:PURPLE"}, "Select a valid choice"),
    ({"policy": "gut-feeling"}, "Select a valid choice"),
    ({"exploited_since": "31 February"}, "Enter a real date"),
]


@pytest.mark.parametrize(("changes", "error"), BAD, ids=[b[1][:20] for b in BAD])
def test_a_draft_that_cannot_be_used_says_why_and_keeps_the_rest(
    changes: dict[str, str], error: str, demo: Demonstration, as_: As
) -> None:
    answer = draft(as_("national"), **changes)
    assert answer.status_code == 422
    text = words(answer.content.decode())
    assert error in text
    assert "Patch: install the fixed version." in text
    assert not Revision.objects.filter(summary="Code can be run.").exists()


def test_a_draft_can_be_edited_until_it_is_issued(demo: Demonstration, as_: As) -> None:
    client = as_("national")
    preview = draft(client)["Location"]
    edit = preview.replace("/preview/", "/edit/")
    assert "FortiVoice is exploited" in client.get(edit).content.decode()
    assert client.post(edit, FIELDS | {"title": "FortiVoice is exploited now"}).status_code == 302
    client.post(preview)
    refused = client.post(edit, FIELDS | {"title": "Rewritten"})
    assert refused.status_code == 422
    assert "was issued and cannot change" in words(refused.content.decode())


def test_an_amendment_says_what_changed_and_asks_again(demo: Demonstration, as_: As) -> None:
    client = as_("national")
    address = reverse("alert-amend", args=[demo.alert.public_id])
    form = client.get(address).content.decode()
    assert "Amend: write revision 3" in form
    fields = FIELDS | {"cves": "CVE-2025-4427", "scope": "all", "pack": "epmm", "material": "on", "change": "A new version."}
    preview = client.post(address, fields)["Location"]
    assert "Everybody will be asked to acknowledge again" in page(client, preview)
    assert "revision 3 is written and not issued" in page(client, "/")
    client.post(preview)
    board = page(as_("organisation"), "/")
    assert "not acknowledged" in board
    again = client.post(address, fields | {"material": ""})
    assert "Nobody is asked to acknowledge again" in page(client, again["Location"])
    assert client.post(address, fields).status_code == 422


def test_withdrawing_takes_a_reason_and_tells_everybody(demo: Demonstration, as_: As) -> None:
    client = as_("national")
    address = reverse("alert-withdraw", args=[demo.alert.public_id])
    assert client.post(address, {"reason": ""}).status_code == 422
    before = Message.unscoped.count()
    assert client.post(address, {"reason": "It was a drill."}).status_code == 302
    assert Message.unscoped.count() >= before + 12
    assert "It was a drill." in page(as_("organisation"), reverse("alert", args=[demo.alert.public_id]))


@pytest.mark.parametrize("who", ["organisation", "read_only", "other"])
def test_only_the_centre_writes_issues_and_withdraws(who: str, demo: Demonstration, as_: As) -> None:
    demo.a_third_draft()
    client, before = as_(who), Message.unscoped.count()
    assert draft(client).status_code == 403
    assert client.post(reverse("draft-preview", args=[demo.alert.public_id, 3])).status_code == 403
    assert client.post(reverse("alert-amend", args=[demo.alert.public_id]), FIELDS).status_code == 403
    assert client.post(reverse("alert-withdraw", args=[demo.alert.public_id]), {"reason": "no"}).status_code == 403
    assert Message.unscoped.count() == before


def test_what_somebody_changed_since_the_preview_is_not_issued_unread(demo: Demonstration, as_: As) -> None:
    client = as_("national")
    preview = draft(client)["Location"]
    seen = seen_in(client.get(preview).content.decode())
    clock.use(FakeClock(clock.now() + timedelta(minutes=1)))
    revision = Revision.objects.get(issued_at=None)
    edited = client.post(reverse("draft-edit", args=[revision.alert.public_id, 1]), FIELDS | {"title": "Another", "seen": seen})
    assert edited.status_code == 302
    for stale in (preview, reverse("draft-edit", args=[revision.alert.public_id, 1])):
        answer = client.post(stale, FIELDS | {"seen": seen})
        assert answer.status_code == 422
        assert "has changed this draft meanwhile" in words(answer.content.decode())
        assert seen_in(answer.content.decode()) != seen
    assert Revision.objects.get(pk=revision.pk).title == "Another"
    assert client.post(preview, {"seen": seen_in(answer.content.decode())}).status_code == 302
