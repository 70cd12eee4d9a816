"""An installation that is not the national service: alerts are brought in, and what is answered is submitted elsewhere."""

from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from wardround.hub.alerts.models import Alert, Word
from wardround.hub.audit.models import Entry
from wardround.hub.installation import Installation

from .demonstration import Demonstration, page, words

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
SAYS_SO = "This does not acknowledge to the national service"
BULLETIN = {
    "threatId": "CC-9001",
    "title": "Made-up bulletin on a gateway",
    "severity": "Medium",
    "summary": "<p>It is used.</p><script>alert(1)</script>",
    "remediationSteps": [{"type": "Patch", "step": "<p>Install it</p>"}],
    "cveIdentifiers": [{"cveIdentifier": "CVE-2025-4427"}],
}


@pytest.fixture(params=["shared", "one"])
def elsewhere(request: Any, demo: Demonstration) -> Iterator[Demonstration]:
    """The demonstration as if it were another kind of installation."""
    with override_settings(INSTALLATION=Installation("a secret of this test", kind=request.param)):
        yield demo


def response_page(demo: Demonstration, code: str = "EX03") -> str:
    return f"/responses/{demo.response(code).public_id}/"


def test_every_response_page_says_it_and_gives_the_text(elsewhere: Demonstration, as_: As) -> None:
    html = as_("organisation").get(response_page(elsewhere)).content.decode()
    text = words(html)
    assert SAYS_SO in text
    assert "not submitted yet" in text
    assert "Organisation: Coldbrook Infirmary (fictitious) (EX03)" in text
    assert text.index("Do this next") < text.index(SAYS_SO)
    assert SAYS_SO in page(as_("national"), response_page(elsewhere))


def test_the_text_names_no_asset_host_or_person(elsewhere: Demonstration, as_: As) -> None:
    html = as_("organisation").get(response_page(elsewhere)).content.decode()
    text = html.partition('<pre class="wr-copy"')[2].partition("</pre>")[0]
    assert "CVE-2025-4427" in text
    assert [word for word in elsewhere.inside() if word in text] == []


def test_in_the_national_service_nothing_of_it_is_shown(demo: Demonstration, as_: As) -> None:
    assert SAYS_SO not in page(as_("organisation"), response_page(demo))
    assert as_("organisation").post(response_page(demo) + "submitted/", {"who": "A", "when": "2025-05-20T10:00"}).status_code == 422


def test_that_it_was_submitted_is_recorded_with_who_and_when(elsewhere: Demonstration, as_: As) -> None:
    client, address = as_("organisation"), response_page(elsewhere)
    form = {"who": "Pat Example", "when": "2025-05-20T10:00", "note": "receipt 17"}
    assert client.post(address + "submitted/", form).status_code == 302
    text = page(client, address)
    assert "Last submitted by Pat Example" in text
    assert "receipt 17" in text
    assert "not submitted yet" not in text
    entry = Entry.unscoped.filter(what="submitted to the national service").get()
    assert entry.document["body"]["who"] == "Pat Example"
    assert entry.document["body"]["text"].startswith("Organisation: Coldbrook Infirmary")
    assert entry.document["from"] == entry.document["to"]


def test_what_is_said_afterwards_has_to_be_submitted_again(elsewhere: Demonstration, as_: As) -> None:
    client, address = as_("organisation"), response_page(elsewhere)
    client.post(address + "submitted/", {"who": "Pat Example", "when": "2025-05-20T10:00"})
    client.post(address + "update/", {"text": "Half of it is patched."})
    assert "changed since it was submitted" in page(client, address)


@pytest.mark.parametrize("form", [{}, {"who": "A", "when": "2031-01-01T10:00"}, {"who": "A\u202eB", "when": "2025-05-20T10:00"}])
def test_what_will_not_do_is_not_recorded(elsewhere: Demonstration, as_: As, form: dict[str, str]) -> None:
    assert as_("organisation").post(response_page(elsewhere) + "submitted/", form).status_code == 422
    assert not Word.unscoped.filter(kind="submitted").exists()


@pytest.mark.parametrize(("who", "status"), [("read_only", 403), ("national", 403), ("other", 404)])
def test_only_the_organisations_writers_record_it(elsewhere: Demonstration, as_: As, who: str, status: int) -> None:
    form = {"who": "A", "when": "2025-05-20T10:00"}
    assert as_(who).post(response_page(elsewhere) + "submitted/", form).status_code == status


def brought(client: Client, document: object = BULLETIN) -> Any:
    file = SimpleUploadedFile("bulletin.json", document if isinstance(document, bytes) else orjson.dumps(document))
    return client.post("/alerts/bring/", {"file": file})


def as_shown(answer: Any) -> dict[str, Any]:
    """The draft's form as a person sends it on."""
    form = answer.context["form"]
    shown = {bound.html_name: bound.value() for bound in form if bound.value() not in (None, False)}
    return {k: "\n".join(v) if isinstance(v, list) else v for k, v in shown.items()}


def test_a_bulletin_becomes_a_draft_that_a_person_keeps(demo: Demonstration, as_: As) -> None:
    client, before = as_("national"), Alert.objects.count()
    answer = brought(client)
    assert Alert.objects.count() == before
    assert "alert(1)" not in answer.content.decode()
    done = client.post("/alerts/bring/", as_shown(answer))
    assert done.status_code == 302, words(done.content.decode())
    alert = Alert.objects.latest("pk")
    revision = alert.revisions.get()
    assert (revision.title, revision.severity, revision.marking) == (BULLETIN["title"], "Medium", "TLP:CLEAR")
    assert (revision.cves, revision.actions, revision.issued_at) == (["CVE-2025-4427"], "Patch: Install it", None)
    entry = Entry.unscoped.get(what="alert brought in")
    assert (entry.subject, entry.document["reference"]) == (alert.reference, "CC-9001")
    assert len(entry.document["sha256"]) == 64


def test_a_note_that_somebody_changed_is_refused(demo: Demonstration, as_: As) -> None:
    client, before = as_("national"), Alert.objects.count()
    form = as_shown(brought(client)) | {"brought": "forged"}
    assert client.post("/alerts/bring/", form).status_code == 422
    assert Alert.objects.count() == before


def test_a_cve_that_is_not_here_is_said_and_what_was_read_stays(demo: Demonstration, as_: As) -> None:
    client = as_("national")
    answer = brought(client, BULLETIN | {"cveIdentifiers": [{"cveIdentifier": "CVE-2031-9999"}]})
    again = client.post("/alerts/bring/", as_shown(answer))
    assert again.status_code == 422
    assert "CVE-2031-9999 is not in the feeds" in words(again.content.decode())
    assert str(BULLETIN["title"]) in again.content.decode()


@pytest.mark.parametrize(
    ("document", "why"),
    [(b"", "The file is empty"), (b"{", "not JSON"), ({}, "neither CSAF nor a bulletin"), ({"threatId": "CC-1"}, "no title")],
)
def test_another_file_is_refused_on_the_form(demo: Demonstration, as_: As, document: object, why: str) -> None:
    answer = brought(as_("national"), document)
    assert answer.status_code == 422
    assert why.casefold() in words(answer.content.decode()).casefold()


def test_nobody_else_brings_an_alert_in(demo: Demonstration, as_: As) -> None:
    assert brought(as_("organisation")).status_code == 403


def test_an_organisation_alone_sees_its_own_alerts_first(demo: Demonstration, as_: As) -> None:
    with override_settings(INSTALLATION=Installation("a secret of this test", kind="one")):
        client = as_("national")
        assert "Bring an alert in" in page(client, "/")
        assert "High severity alerts" in page(client, "/?all")
