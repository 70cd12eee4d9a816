"""Everything that can be said on a response: good, bad with what was typed kept, refused, forbidden."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from wardround.hub.alerts.models import Word
from wardround.hub.hunts.models import Hunt, LogBatch
from wardround.hub.incidents.models import Incident
from wardround.hub.pages.alerts.answers import ANSWERS_TABLE, BY_SLUG

from ..builders import a_log, at
from .demonstration import Demonstration, words

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]


def post(client: Client, demo: Demonstration, slug: str, fields: dict[str, Any], code: str) -> Any:
    return client.post(reverse(f"response-{slug}", args=[demo.response(code).public_id]), fields)


# slug, organisation, person, what is typed, the kind of word that is kept
GOOD: list[tuple[str, str, str, dict[str, Any], str]] = [
    ("acknowledge", "EX06", "security", {}, "acknowledgement"),
    ("confirm", "EX06", "security", {"answer": "applies"}, "confirmation"),
    ("confirm", "EX06", "security", {"answer": "not_yet_known", "reason": "the owner is away"}, "confirmation"),
    ("start", "EX06", "security", {"note": "change 4711"}, "remediation_started"),
    ("update", "EX06", "security", {"text": "half way", "next_update": "2025-05-22T09:00"}, "update"),
    ("update", "EX06", "security", {"text": "half way"}, "update"),
    ("attest", "EX06", "security", {"statement": "We looked in both data centres.", "until": "2025-08-01"}, "attestation"),
    ("dispose", "EX06", "security", {"asset": "{asset}", "reason": "sent for destruction"}, "disposal"),
    ("isolation", "EX06", "security", {"asset": "{asset}", "how": "tried from outside", "until": "2025-06-01"}, "isolation"),
    ("ask-risk", "EX06", "security", {"asset": "{asset}", "reason": "no maintenance window"}, "risk_asked"),
    (
        "clinical",
        "EX05",
        "safety",
        {"asset": "{asset}", "action": "patch", "approval": "awaited", "controls": "VPN only", "review_on": "2025-06-02"},
        "clinical",
    ),
    ("coverage", "EX04", "security", {}, "coverage_accepted"),
]


def asset_of(demo: Demonstration, code: str) -> str:
    from wardround.hub.alerts.models import Assessment

    cases = Assessment.unscoped.filter(response=demo.response(code)).latest().cases
    return str(next((c["asset"] for c in cases if c["clinical"]), cases[0]["asset"]))


def typed(fields: dict[str, Any], demo: Demonstration, code: str) -> dict[str, Any]:
    return {k: asset_of(demo, code) if v == "{asset}" else v for k, v in fields.items()}


def whose(slug: str) -> str:
    """Whose word a form asks for."""
    return "siro" if slug == "accept-risk" else "security"


@pytest.mark.parametrize(("slug", "code", "part", "fields", "kind"), GOOD, ids=[f"{g[0]}-{n}" for n, g in enumerate(GOOD)])
def test_what_is_said_is_kept_and_the_response_page_says_so(
    slug: str, code: str, part: str, fields: dict[str, Any], kind: str, demo: Demonstration, as_: As
) -> None:
    before = Word.unscoped.filter(kind=kind).count()
    client = as_(demo.person(code, part))
    answer = post(client, demo, slug, typed(fields, demo, code), code)
    assert answer.status_code == 302, words(answer.content.decode())[-600:]
    assert answer["Location"] == reverse("response", args=[demo.response(code).public_id])
    assert Word.unscoped.filter(kind=kind).count() == before + 1
    assert BY_SLUG[slug].said in words(client.get(answer["Location"]).content.decode())


def test_a_page_that_showed_an_earlier_revision_acknowledges_that_one_alone(demo: Demonstration, as_: As) -> None:
    client = as_(demo.person("EX06", "security"))
    assert (
        'name="revision" value="2"'
        in client.get(reverse("response-acknowledge", args=[demo.response("EX06").public_id])).content.decode()
    )
    post(client, demo, "acknowledge", {"revision": "1"}, "EX06")
    said = Word.unscoped.filter(kind="acknowledgement", response=demo.response("EX06")).latest("pk")
    assert said.body == {"revision": 1}
    assert "revision 2" in words(client.get(reverse("response", args=[demo.response("EX06").public_id])).content.decode())
    assert post(client, demo, "acknowledge", {"revision": "9"}, "EX06").status_code == 422


def test_coverage_is_accepted_of_the_hunt_that_was_read(demo: Demonstration, as_: As) -> None:
    client = as_(demo.person("EX04", "security"))
    read = str(Hunt.unscoped.filter(response=demo.response("EX04").public_id).latest("pk").public_id)
    post(client, demo, "hunt", {}, "EX04")
    stale = post(client, demo, "coverage", {"hunt": read}, "EX04")
    assert stale.status_code == 422
    assert "hunted again meanwhile" in words(stale.content.decode())
    shown_again = re.search(r'name="hunt" value="([^"]+)"', stale.content.decode())
    assert shown_again
    assert post(client, demo, "coverage", {"hunt": shown_again[1]}, "EX04").status_code == 302


def test_it_closes_once_and_only_as_what_the_page_said(demo: Demonstration, as_: As) -> None:
    client = as_(demo.person("EX04", "security"))
    post(client, demo, "coverage", {}, "EX04")
    assert "would now close as window partly visible" in words(
        post(client, demo, "close", {"closing": "window_hunted"}, "EX04").content.decode()
    )
    assert post(client, demo, "close", {"closing": "window_partly_visible"}, "EX04").status_code == 302
    again = post(client, demo, "close", {"closing": "window_partly_visible"}, "EX04")
    assert again.status_code == 422
    assert "closed already" in words(again.content.decode())


def test_nothing_is_said_on_an_alert_that_was_withdrawn(demo: Demonstration, as_: As) -> None:
    as_("national").post(reverse("alert-withdraw", args=[demo.alert.public_id]), {"reason": "issued in error"})
    before = Word.unscoped.count()
    answer = post(as_(demo.person("EX06", "security")), demo, "acknowledge", {}, "EX06")
    assert answer.status_code == 422
    assert "was withdrawn" in words(answer.content.decode())
    assert Word.unscoped.count() == before


# slug, organisation, what is typed, what the error says, what must still stand on the form
BAD: list[tuple[str, str, dict[str, Any], str, str]] = [
    (
        "confirm",
        "EX06",
        {"answer": "does_not_apply", "reason": ""},
        "say why you answer otherwise",
        'value="does_not_apply" checked',
    ),
    ("confirm", "EX06", {"reason": "we looked"}, "Choose one: ", "we looked"),
    ("update", "EX06", {"text": "  "}, "say it in a sentence", ""),
    ("update", "EX06", {"text": "half way", "next_update": "2025-05-01T09:00"}, "is in the past", "half way"),
    ("attest", "EX06", {"statement": "We looked.", "until": "2025-01-01"}, "is in the past", "We looked."),
    ("attest", "EX06", {"statement": "We looked.", "until": "never"}, "Enter a real date", "We looked."),
    ("dispose", "EX06", {"asset": "another", "reason": "gone"}, "Select a valid choice", "gone"),
    ("isolation", "EX06", {"asset": "{asset}", "how": "", "until": "2025-06-01"}, "say it in a sentence", "2025-06-01"),
    (
        "clinical",
        "EX05",
        {"asset": "{asset}", "action": "patch", "approval": "awaited"},
        "which controls hold meanwhile",
        "checked",
    ),
    (
        "clinical",
        "EX05",
        {"asset": "{asset}", "action": "patch", "approval": "refused", "controls": "VPN only"},
        "needs a date to come",
        "VPN only",
    ),
    ("accept-risk", "EX06", {"risk": "", "until": "2025-06-01"}, "Choose one: ", "2025-06-01"),
    ("assumption", "EX06", {}, "Choose one: ", ""),
    ("incident", "EX06", {"title": "Something", "reason": ""}, "say it in a sentence", "Something"),
    ("hunt", "EX06", {}, "There are no logs", ""),
    ("coverage", "EX06", {}, "Nothing was hunted yet", ""),
    ("close", "EX03", {}, "It cannot close yet (2 reasons)", "Incident EX03-INC-001 has been open"),
    ("logs", "EX06", {"asset": "{asset}", "from_host": "no"}, "Choose a log file", 'value="no" checked'),
]


@pytest.mark.parametrize(("slug", "code", "fields", "error", "kept"), BAD, ids=[f"{b[0]}-{n}" for n, b in enumerate(BAD)])
def test_what_cannot_be_used_is_said_and_what_was_typed_stays(
    slug: str, code: str, fields: dict[str, Any], error: str, kept: str, demo: Demonstration, as_: As
) -> None:
    before = Word.unscoped.count()
    answer = post(as_(demo.person(code, whose(slug))), demo, slug, typed(fields, demo, code), code)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "There is a problem" in html
    assert error in words(html)
    assert kept in html or kept in words(html)
    assert "<title>Error:" in html
    assert Word.unscoped.count() == before


@pytest.mark.parametrize("slug", [a.slug for a in ANSWERS_TABLE])
@pytest.mark.parametrize(("who", "status"), [("read_only", 403), ("national", 403), ("other", 404)])
def test_nobody_else_speaks_for_an_organisation(slug: str, who: str, status: int, demo: Demonstration, as_: As) -> None:
    before = Word.unscoped.count()
    if who == "other" and slug == "accept-risk":
        status = 403  # who accepts no risk anywhere is refused before anything is looked up
    assert post(as_(who), demo, slug, {"answer": "applies"}, "EX03").status_code == status
    assert Word.unscoped.count() == before


@pytest.mark.parametrize("answer", ANSWERS_TABLE, ids=lambda a: a.slug)
def test_every_form_can_be_opened_where_little_has_happened(answer: Any, demo: Demonstration, as_: As) -> None:
    """The organisation that never answered: every form opens, none falls over what is not there."""
    page = as_(demo.person("EX06", whose(answer.slug))).get(
        reverse(f"response-{answer.slug}", args=[demo.response("EX06").public_id])
    )
    assert page.status_code == 200
    assert answer.heading in page.content.decode().replace("&#x27;", "'")


def test_the_siro_accepts_what_somebody_else_asked_for(demo: Demonstration, as_: As) -> None:
    asset = asset_of(demo, "EX06")
    post(as_(demo.person("EX06")), demo, "ask-risk", {"asset": asset, "reason": "no window"}, "EX06")
    siro = as_(demo.person("EX06", "siro"))
    asked = Word.unscoped.get(kind="risk_asked", response=demo.response("EX06"))
    page = siro.get(reverse("response", args=[demo.response("EX06").public_id])).content.decode()
    assert "A risk waits for you as SIRO" in page
    late = post(siro, demo, "accept-risk", {"risk": str(asked.public_id), "until": "2026-05-20"}, "EX06")
    assert "more than 90 days away" in words(late.content.decode())
    assert post(siro, demo, "accept-risk", {"risk": str(asked.public_id), "until": "2025-06-20"}, "EX06").status_code == 302
    assert "A risk waits for you" not in siro.get(reverse("response", args=[demo.response("EX06").public_id])).content.decode()


def test_only_the_siro_accepts_a_risk(demo: Demonstration, as_: As) -> None:
    post(as_(demo.person("EX06")), demo, "ask-risk", {"asset": asset_of(demo, "EX06"), "reason": "no window"}, "EX06")
    asked = Word.unscoped.get(kind="risk_asked", response=demo.response("EX06"))
    answer = post(as_(demo.person("EX06")), demo, "accept-risk", {"risk": str(asked.public_id), "until": "2025-06-20"}, "EX06")
    assert answer.status_code == 403


def test_logs_are_uploaded_hunted_and_their_coverage_accepted(demo: Demonstration, as_: As) -> None:
    client, asset = as_(demo.person("EX06")), asset_of(demo, "EX06")
    log = SimpleUploadedFile("access.log", a_log(at(1), at(20)))
    assert post(client, demo, "logs", {"asset": asset, "from_host": "yes", "file": log}, "EX06").status_code == 302
    batch = LogBatch.unscoped.get(organisation__code="EX06")
    assert batch.from_host
    answer = post(client, demo, "hunt", {}, "EX06")
    hunt = Hunt.unscoped.get(organisation__code="EX06")
    assert answer["Location"] == reverse("hunt", args=[hunt.public_id])
    accepting = client.get(reverse("response-coverage", args=[demo.response("EX06").public_id])).content.decode()
    assert "an intruder could have altered them" in accepting
    assert post(client, demo, "coverage", {}, "EX06").status_code == 302


def test_a_file_that_is_no_log_is_refused(demo: Demonstration, as_: As) -> None:
    log = SimpleUploadedFile("notes.txt", b"nothing of a log\n" * 3)
    answer = post(as_(demo.person("EX06")), demo, "logs", {"asset": asset_of(demo, "EX06"), "from_host": "no", "file": log}, "EX06")
    assert answer.status_code == 422
    assert "notes.txt: " in words(answer.content.decode())
    assert not LogBatch.unscoped.filter(organisation__code="EX06").exists()


def test_an_incident_is_opened_from_a_response_and_closed_on_evidence(demo: Demonstration, as_: As) -> None:
    client = as_(demo.person("EX06"))
    assert post(client, demo, "incident", {"title": "Strange traffic", "reason": "seen at night"}, "EX06").status_code == 302
    incident = Incident.unscoped.get(organisation__code="EX06")
    address = reverse("incident", args=[incident.public_id])
    refused = client.post(address, {"evidence": " "})
    assert refused.status_code == 422
    assert client.post(address, {"evidence": "rebuilt, rotated"}).status_code == 302
    again = client.post(address, {"evidence": "rebuilt, rotated"})
    assert "is closed already" in words(again.content.decode())
    assert "rebuilt, rotated" in client.get(address).content.decode()


def test_a_read_only_person_closes_no_incident(demo: Demonstration, as_: As) -> None:
    incident = Incident.unscoped.filter(organisation__code="EX03")[0]
    answer = as_("read_only").post(reverse("incident", args=[incident.public_id]), {"evidence": "x"})
    assert answer.status_code == 403


def test_a_response_closes_when_the_evidence_is_there(demo: Demonstration, as_: As) -> None:
    client = as_(demo.person("EX04"))
    post(client, demo, "coverage", {}, "EX04")
    address = reverse("response-close", args=[demo.response("EX04").public_id])
    assert "window partly visible" in words(client.get(address).content.decode())
    assert client.post(address).status_code == 302
    assert (
        "closed: window partly visible" in client.get(reverse("response", args=[demo.response("EX04").public_id])).content.decode()
    )
