"""Hunts, detections, incidents, advisories, the record and the messages, as people see them."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from wardround.hub import clock
from wardround.hub.alerts.models import Word
from wardround.hub.hunts.keeping import check
from wardround.hub.hunts.models import Detection, Hunt, LogBatch
from wardround.hub.hunts.services import add_log
from wardround.hub.incidents.models import Incident
from wardround.hub.outbox.models import Message

from ..builders import a_log, at, system
from .demonstration import Demonstration, page, words

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
SECTIONS = ("Do this next", "Who has it", "What suppliers say", "How urgent", "How it became urgent", "What was stated, by whom")


def hunt_of(code: str) -> Hunt:
    found: Hunt = Hunt.unscoped.filter(organisation__code=code).latest("at")
    return found


def test_a_hunt_begins_with_its_sentence_and_ends_with_its_inputs(demo: Demonstration, as_: As) -> None:
    hunt = hunt_of("EX04")
    html = as_(demo.person("EX04")).get(reverse("hunt", args=[hunt.public_id])).content.decode()
    text = words(html)
    parts = ["Searched 867 of 899 hours", "The timeline as a table", "What would complete"]
    parts += ["Detections (0)", "Rules that could not look", "Inputs"]
    assert [text.index(p) for p in parts] == sorted(text.index(p) for p in parts)
    assert "no logs: not searched" in text
    assert "No trace found in what was searched" in text
    assert all(b.sha256 in html for b in hunt.batches.all())


def test_rules_that_could_not_run_say_why(demo: Demonstration, as_: As) -> None:
    hunts = [h for h in Hunt.unscoped.all() if any(host["why_not_run"] for host in h.hosts)]
    assert hunts, "the demonstration has a log without a status"
    person = as_(demo.person(hunts[0].organisation.code))
    text = page(person, reverse("hunt", args=[hunts[0].public_id]))
    assert all(why in text for host in hunts[0].hosts for why in host["why_not_run"].values())


def detection() -> Detection:
    found: Detection = Detection.unscoped.filter(organisation__code="EX03", phase="exploit")[0]
    return found


def test_a_detection_has_ten_lines_around_it_and_what_a_hit_means(demo: Demonstration, as_: As) -> None:
    one = detection()
    html = as_("organisation").get(reverse("detection", args=[one.public_id])).content.decode()
    assert html.count("wr-lines__number") == 21
    assert html.count("wr-lines__hit") == 1
    assert "What a hit means" in html


def test_the_lines_come_from_the_log_that_holds_the_event(demo: Demonstration, as_: As) -> None:
    """Another log of the same name is no evidence: without the right one only the event itself is shown."""
    one = detection()
    batch = one.hunt.batches.get()
    add_log(
        system(clock.now()), organisation=one.organisation, host=batch.host, data=a_log(at(1), at(2)) * 60, filename=batch.filename
    )
    one.hunt.batches.set([b for b in LogBatch.unscoped.filter(filename=batch.filename) if b.pk != batch.pk])
    html = as_("organisation").get(reverse("detection", args=[one.public_id])).content.decode()
    assert "with ten lines around it" not in html
    assert "featureusage" in html


def test_a_detection_is_judged_a_false_alarm_only_with_a_reason(demo: Demonstration, as_: As) -> None:
    client, address = as_("organisation"), reverse("detection", args=[detection().public_id])
    refused = client.post(address, {"judgement": "false_alarm", "reason": ""})
    assert refused.status_code == 422
    assert 'value="false_alarm" checked' in refused.content.decode()
    assert client.post(address, {"judgement": "false_alarm", "reason": "our own test"}).status_code == 302
    assert Word.unscoped.filter(kind="judgement").latest("pk").body["false_alarm"]


def test_a_detection_becomes_part_of_an_incident_or_starts_one(demo: Demonstration, as_: As) -> None:
    client, address = as_("organisation"), reverse("detection", args=[detection().public_id])
    assert client.post(address, {"judgement": "EX03-INC-001", "reason": ""}).status_code == 302
    assert client.post(address, {"judgement": "new", "reason": ""}).status_code == 422
    assert Incident.unscoped.filter(organisation__code="EX03").count() == 1
    assert client.post(address, {"judgement": "new", "reason": "a second intruder"}).status_code == 302
    assert Incident.unscoped.filter(organisation__code="EX03").count() == 2


@pytest.mark.parametrize(("who", "status"), [("read_only", 403), ("national", 403), ("other", 404)])
def test_nobody_else_judges(who: str, status: int, demo: Demonstration, as_: As) -> None:
    before = Word.unscoped.count()
    answer = as_(who).post(reverse("detection", args=[detection().public_id]), {"judgement": "false_alarm", "reason": "x"})
    assert (answer.status_code, Word.unscoped.count()) == (status, before)


def test_detections_not_judged_come_first(demo: Demonstration, as_: As) -> None:
    Word.unscoped.filter(kind="judgement", body__detection=detection().key).delete()
    text = page(as_("organisation"), reverse("response-detections", args=[demo.response("EX03").public_id]))
    assert "Detections: 1 of 7 not judged" in text
    assert text.index("not judged", 120) < text.index("false alarm")


def test_no_detection_says_in_what_was_searched(demo: Demonstration, as_: As) -> None:
    text = page(as_(demo.person("EX04")), reverse("response-detections", args=[demo.response("EX04").public_id]))
    assert "No trace found in what was searched" in text


def test_incidents_of_a_response_are_listed(demo: Demonstration, as_: As) -> None:
    text = page(as_("organisation"), reverse("response-incidents", args=[demo.response("EX03").public_id]))
    assert "EX03-INC-001" in text
    none = page(as_(demo.person("EX04")), reverse("response-incidents", args=[demo.response("EX04").public_id]))
    assert "No incident was opened" in none


def test_an_advisory_says_how_urgent_it_is_and_became(demo: Demonstration, as_: As) -> None:
    text = page(as_("organisation"), reverse("advisory", args=["CVE-2025-4427"]))
    assert "fix within 3 days, and forensic triage (3DF), due Fri 16 May (4 days ago)" in text
    assert text.index("Tue 13 May 2025") < text.index("Mon 19 May 2025")
    assert "It decides nothing alone" in text
    assert "SSVC by CISA-ADP" in text


def test_an_advisory_shows_one_s_own_assets_and_why(demo: Demonstration, as_: As) -> None:
    text = page(as_("organisation"), reverse("advisory", args=["CVE-2025-4427"]))
    assert "mdm-core" in text
    assert "Step by step for mdm-core" in text


def test_the_centre_gets_numbers_for_each_organisation(demo: Demonstration, as_: As) -> None:
    text = page(as_("national"), reverse("advisory", args=["CVE-2025-4427"]))
    assert "Fernhill General (fictitious) (EX06)" in text
    assert "Step by step" not in text
    assert "mdm-core" not in text


def test_what_to_do_stands_before_the_reasons_and_these_before_the_data(as_: As, demo: Demonstration) -> None:
    for who in ("organisation", "national"):
        text = page(as_(who), reverse("advisory", args=["CVE-2025-4427"]))
        places = [text.index(heading) for heading in SECTIONS]
        assert places == sorted(places)


def test_the_alert_on_it_is_one_step_away(as_: As, demo: Demonstration) -> None:
    address = reverse("advisory", args=["CVE-2025-4427"])
    for who, leads in (("organisation", demo.response("EX03")), ("national", demo.alert)):
        assert f'{leads.public_id}/">' in as_(who).get(address).content.decode().partition("Who has it")[0]
    assert str(demo.response("EX03").public_id) not in as_("other").get(address).content.decode()


def test_an_advisory_nobody_has_is_said_so(demo: Demonstration, as_: As) -> None:
    other = "CVE-2025-32756"
    assert "does not name this product" in page(as_(demo.person("EX06")), reverse("advisory", args=[other]))


@pytest.mark.parametrize("cve", ["CVE-1999-9999", "CVE-2099-1234"])
def test_an_advisory_that_is_in_no_feed_is_not_there(cve: str, demo: Demonstration, as_: As) -> None:
    assert as_("organisation").get(reverse("advisory", args=[cve])).status_code == 404


def test_a_number_is_looked_up_and_nonsense_is_said(demo: Demonstration, as_: As) -> None:
    client = as_("organisation")
    assert client.get("/advisories/?cve=cve-2025-4427")["Location"] == reverse("advisory", args=["CVE-2025-4427"])
    answer = client.get("/advisories/?cve=log4shell")
    assert "This is no CVE number" in answer.content.decode()
    assert 'value="LOG4SHELL"' in answer.content.decode()


def test_the_record_is_paged_newest_first_and_shows_each_whole_entry(demo: Demonstration, as_: As) -> None:
    from wardround.hub.audit.models import Entry

    last = Entry.unscoped.filter(organisation__code="EX03").latest("sequence")
    html = as_("organisation").get(reverse("record", args=["EX03"])).content.decode()
    assert f"Entry {last.sequence}" in html
    assert "Entry 1<" not in html or last.sequence <= 50
    assert "being verified" in html


def test_messages_are_sent_waiting_or_failed(demo: Demonstration, as_: As) -> None:
    client = as_("national")
    assert "sent" in page(client, reverse("outbox"))
    message = Message.unscoped.all()[0]
    message.sent_at, message.failed_at, message.error, message.attempts = None, message.created_at, "mailbox unknown", 1
    message.save()
    text = page(client, reverse("outbox"))
    assert "1 failed" in text
    assert "mailbox unknown" in text
    assert message.body[:60] not in text


def test_no_message_of_a_kind_is_said_so(demo: Demonstration, as_: As) -> None:
    assert "No message is failed" in page(as_("national"), reverse("outbox") + "?show=failed")


def test_a_hunt_is_checked_by_the_worker_and_says_so_on_its_page(demo: Demonstration, as_: As) -> None:
    hunt, client = hunt_of("EX03"), as_("organisation")
    answer = client.post(reverse("hunt-check", args=[hunt.public_id]))
    assert answer.status_code == 302
    assert DBTaskResult.objects.filter(task_path__endswith="check_hunt").count() == 1
    check(system(clock.now()), hunt=hunt)
    assert "Logs, rules and result are what they were." in page(client, reverse("hunt", args=[hunt.public_id]))
