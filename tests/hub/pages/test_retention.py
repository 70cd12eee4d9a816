"""The page of what is kept how long: the rules, what is over, holds; and only writers hold."""

import html
from collections.abc import Callable

import pytest
from django.test import Client

from wardround.hub.audit.models import Entry
from wardround.hub.retention.models import Hold

from .demonstration import Demonstration

KEPT = "/record/EX03/kept/"
As = Callable[[str], Client]


def text(client: Client, address: str = KEPT) -> str:
    return html.unescape(client.get(address).content.decode())


def test_it_shows_every_rule_with_its_days(as_: As) -> None:
    page = text(as_("organisation"))
    assert "365 days after the last response that searched them ended" in page
    assert "2192 days after" in page


def test_a_rule_that_is_switched_off_says_never(as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARDROUND_KEEP_MESSAGES", "always")
    assert "never: this installation keeps it" in text(as_("organisation"))


def test_a_writer_holds_one_response_and_lifts_it(as_: As, demo: Demonstration) -> None:
    client, response = as_("organisation"), demo.response("EX03")
    form = {"response": str(response.public_id), "reason": "asked for by the coroner's officer", "until": "2025-12-31"}
    page = html.unescape(client.post(KEPT, form, follow=True).content.decode())
    assert "asked for by the coroner's officer" in page
    assert response.alert.reference in page
    held = Hold.unscoped.get()
    client.post(f"{KEPT}{held.public_id}/lift/")
    assert "asked for by the coroner's officer" not in text(client)
    again = html.unescape(client.post(f"{KEPT}{held.public_id}/lift/", follow=True).content.decode())
    assert "had ended already" in again
    assert {"held back from removal", "hold lifted"} <= set(Entry.unscoped.values_list("what", flat=True))


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"reason": "", "until": "2025-12-31"}, "Say what it is needed for"),
        ({"reason": "<b>why</b>", "until": "2025-05-01"}, "behind us"),
        ({"reason": "why", "until": "soon"}, "Enter a real date"),
        (
            {"reason": "why", "until": "2025-12-31", "response": "11111111-1111-4111-8111-111111111111"},
            "is not one of the available",
        ),
    ],
)
def test_what_cannot_be_held_is_refused_and_what_was_typed_stays(form: dict[str, str], says: str, as_: As) -> None:
    answer = as_("organisation").post(KEPT, form)
    page = answer.content.decode()
    assert (answer.status_code, says in html.unescape(page)) == (422, True)
    assert form["reason"].replace("<", "&lt;").replace(">", "&gt;") in page
    assert Hold.unscoped.count() == 0


@pytest.mark.parametrize(("who", "status"), [("read_only", 403), ("other", 404), ("national", 403)])
def test_nobody_else_holds_or_lifts(who: str, status: int, as_: As, demo: Demonstration) -> None:
    as_("organisation").post(KEPT, {"reason": "r", "until": "2025-12-31"})
    held = Hold.unscoped.get()
    assert as_(who).post(KEPT, {"reason": "r", "until": "2025-12-31"}).status_code == status
    assert as_(who).post(f"{KEPT}{held.public_id}/lift/").status_code == status
    assert Hold.unscoped.get().lifted_at is None
