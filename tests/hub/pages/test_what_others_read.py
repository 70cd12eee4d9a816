"""Canaries in the inner fields of an organisation: none reaches the centre or a supplier, until its lead opens a case."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from wardround.core.vocab import BadInput
from wardround.hub import clock
from wardround.hub.alerts.models import Assessment, Word
from wardround.hub.alerts.sharing import LONGEST, end_sharing, opened, share
from wardround.hub.audit.models import Entry
from wardround.hub.audit.services import record
from wardround.hub.estate.models import Snapshot, Source, Split
from wardround.hub.hunts.models import Detection, Hunt, LogBatch
from wardround.hub.incidents.models import Incident
from wardround.hub.organisations.access import Act, access_of, lent, system_access
from wardround.hub.organisations.models import Membership, Organisation
from wardround.hub.outbox.models import Message

from ..builders import a_person, a_row
from .demonstration import Demonstration
from .test_every_route import HOME, NAMES, arguments, asked_about, the_supplier

pytestmark = pytest.mark.django_db
CANARY = "canary"
# What a person or a machine wrote inside, by model: fields of text, and keys of documents at any depth.
TEXT = {
    Detection: ("host", "excerpt", "title"),
    Incident: ("title", "reason", "closing_evidence"),
    LogBatch: ("filename", "host"),
    Hunt: ("statement",),
    Source: ("name",),
    Message: ("body",),
    Split: ("first", "second", "reason"),
}
KEYS = {
    "asset",
    "hostname",
    "reason",
    "text",
    "statement",
    "how",
    "controls",
    "note",
    "host",
    "said",
    "path",
    "service",
    "filename",
}


def planted(value: Any, key: str = "") -> Any:
    """A document with a canary behind every text that somebody or a machine wrote."""
    if isinstance(value, dict):
        return {k: planted(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [planted(v, key) for v in value]
    return f"{value} {CANARY}-{key}" if isinstance(value, str) and key in KEYS else value


def plant(organisation: Organisation) -> int:
    """Canaries in the organisation's rows; how many were planted."""
    a_row(Split, organisation)
    a_row(Incident, organisation)
    act = Act(system_access(CANARY), clock.now())
    record(act, organisation=organisation, what=f"{CANARY} noted", subject=CANARY, document={"text": CANARY})
    count = 0
    for model, fields in TEXT.items():
        for row in model.unscoped.filter(organisation=organisation):
            changed = {field: f"{CANARY}-{model.__name__}-{field} {getattr(row, field)}"[:90] for field in fields}
            if model is Source:
                changed["name"] = f"{CANARY}-source-{row.pk}"
            count += model.unscoped.filter(pk=row.pk).update(**changed)
    for model, fields in {Assessment: ("cases",), Word: ("body",), Hunt: ("hosts",), Snapshot: ("rejected",)}.items():
        for row in model.unscoped.filter(organisation=organisation):
            count += model.unscoped.filter(pk=row.pk).update(**{field: planted(getattr(row, field)) for field in fields})
    return count


def pages(demo: Demonstration) -> list[str]:
    more = ["/outbox/?show=sent", "/outbox/?show=waiting", "/alerts/candidates/?days=30", "/organisations/?show=open"]
    return [reverse(name, args=arguments(name, demo)) + asked_about(name, demo) for name in NAMES if name != "sign-out"] + more


@pytest.mark.parametrize("role", ["national", "duty_officer", "read_only", "supplier"])
def test_no_canary_of_an_organisation_reaches_the_centre_or_a_supplier(role: str, demo: Demonstration) -> None:
    addresses = pages(demo)
    assert plant(demo.organisation(HOME)) > 20
    own = the_supplier() if role == "supplier" else Organisation.objects.get(kind="centre")
    client = Client()
    client.force_login(a_person(own, role))
    opened_at_all = 0
    for address in addresses:
        answer = client.get(address, follow=True)
        content = answer.getvalue()
        opened_at_all += answer.status_code == 200
        assert CANARY.encode() not in content, address
        if role == "supplier":
            named = [
                o.name
                for o in Organisation.objects.filter(kind="trust")
                if o.name.encode() in content or o.mailbox.encode() in content
            ]
            assert named == [], address
    assert opened_at_all > (10 if role != "supplier" else 4)


def test_a_canary_is_seen_by_its_own_people(demo: Demonstration, as_: Callable[[str], Client]) -> None:
    """The test above would pass on an empty page: here the same canaries are read where they belong."""
    plant(demo.organisation(HOME))
    page = as_("organisation").get(reverse("response", args=[demo.response(HOME).public_id])).content.decode()
    assert page.count(CANARY) > 5


def of(demo: Demonstration, role: str, organisation: Organisation) -> Act:
    return Act(access_of(a_person(organisation, role)), clock.now())


def test_a_lead_opens_one_case_until_a_day_and_nothing_else(demo: Demonstration, as_: Callable[[str], Client]) -> None:
    home, response = demo.organisation(HOME), demo.response(HOME)
    plant(home)
    plant(demo.organisation("EX04"))
    page = reverse("response", args=[response.public_id])
    assert CANARY not in as_("national").get(page).content.decode()
    share(of(demo, "organisation", home), response=response, reason="Look with us", until=clock.now() + timedelta(days=2))
    told = as_("national").get(page).content.decode()
    assert "Look with us" in told
    assert told.count(CANARY) > 5
    other = reverse("response", args=[demo.response("EX04").public_id])
    assert CANARY not in as_("national").get(other).content.decode()
    for name in ("estate-of", "record"):
        assert as_("national").get(reverse(name, args=[HOME])).status_code in (403, 404)
    assert Entry.unscoped.filter(organisation=home).order_by("sequence").last().what == "case opened to the centre"


def test_both_sides_find_a_case_that_is_open(demo: Demonstration, as_: Callable[[str], Client]) -> None:
    """The centre from its board, without what was written; its organisation above the response itself."""
    home, response = demo.organisation(HOME), demo.response(HOME)
    page = reverse("response", args=[response.public_id])
    before = as_("national").get("/").content.decode()
    assert "opened a case to you" not in before
    share(of(demo, "organisation", home), response=response, reason="canary", until=clock.now() + timedelta(days=2))
    board = as_("national").get("/").content.decode()
    assert f'<a href="{page}">opened a case to you</a>' in board
    assert CANARY not in board
    assert "stay with the organisation" not in as_("national").get(page).content.decode()
    assert "This case is open to the centre until" in as_("organisation").get(page).content.decode()
    assert "opened a case to you" not in as_("other").get("/").content.decode()
    end_sharing(of(demo, "organisation", home), response=response)
    assert "opened a case to you" not in as_("national").get("/").content.decode()
    assert "This case is open to the centre" not in as_("organisation").get(page).content.decode()


def test_it_ends_by_itself_or_before(demo: Demonstration, as_: Callable[[str], Client]) -> None:
    home, response = demo.organisation(HOME), demo.response(HOME)
    now, lead = clock.now(), of(demo, "organisation", home)
    share(lead, response=response, reason="Look", until=now + timedelta(days=2))
    centre = of(demo, "national", Organisation.objects.get(kind="centre")).access
    assert opened(Act(centre, now + timedelta(days=2) - timedelta(seconds=1)), response=response)
    assert opened(Act(centre, now + timedelta(days=2)), response=response) is None
    assert end_sharing(lead, response=response) == 1
    assert opened(Act(centre, now), response=response) is None
    assert end_sharing(lead, response=response) == 0


@pytest.mark.parametrize(
    "role", [r for r in Membership.Role.values if r not in ("organisation", "national", "duty_officer", "supplier")]
)
def test_nobody_but_a_lead_opens_a_case(role: str, demo: Demonstration) -> None:
    with pytest.raises(PermissionDenied):
        share(
            of(demo, role, demo.organisation(HOME)), response=demo.response(HOME), reason="x", until=clock.now() + timedelta(days=1)
        )


def test_a_case_is_opened_with_a_reason_and_not_for_long(demo: Demonstration) -> None:
    lead = of(demo, "organisation", demo.organisation(HOME))
    for reason, until in (("", timedelta(days=1)), ("x", timedelta(0)), ("x", LONGEST + timedelta(seconds=1))):
        with pytest.raises(BadInput):
            share(lead, response=demo.response(HOME), reason=reason, until=clock.now() + until)


def test_the_reach_of_a_case_is_that_case(demo: Demonstration) -> None:
    access = lent("a test", case=demo.response(HOME).public_id)
    assert set(Word.objects.within(access)) == set(Word.unscoped.filter(response=demo.response(HOME)))
    for model in (LogBatch, Snapshot, Source, Entry, Message):
        assert not model.objects.within(access).exists()
    assert not access.writes


def test_the_lead_opens_and_closes_it_on_a_page(demo: Demonstration, as_: Callable[[str], Client]) -> None:
    page = reverse("response-share", args=[demo.response(HOME).public_id])
    day = (clock.now() + timedelta(days=2)).date().isoformat()
    assert as_("organisation").post(page, {"reason": "Look", "until": day}).status_code == 302
    assert "It is open to the centre until" in as_("organisation").get(page).content.decode()
    assert as_("organisation").post(page).status_code == 302
    assert "Open this case to the centre" in as_("organisation").get(page).content.decode()
