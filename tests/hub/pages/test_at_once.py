"""Two people answer at once: one wins, the other reads what was said, and keeps what they typed."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from wardround.hub.accounts.models import User
from wardround.hub.alerts.models import Word
from wardround.hub.incidents.models import Incident

from .demonstration import Demonstration, words
from .test_answers import GOOD, As, asset_of, post, typed

pytestmark = pytest.mark.django_db


def seen(html: str) -> str:
    """What a form says that its page had shown."""
    found = re.search(r'name="seen" value="(\d+)"', html)
    assert found
    return found[1]


def opened(client: Client, demo: Demonstration, slug: str, code: str) -> str:
    return seen(client.get(reverse(f"response-{slug}", args=[demo.response(code).public_id])).content.decode())


@pytest.fixture
def another(demo: Demonstration) -> Callable[[str, str], str]:
    """A second person with the same part as the first."""

    def made(code: str, part: str) -> str:
        first = User.objects.get(email=demo.person(code, part))
        second = User.objects.create_user(f"second.{first.email}", name="Second Reader (fictitious)", created_at=first.created_at)
        for held in first.memberships.all():
            held.pk, held.user = None, second
            held.save()
        return str(second.email)

    return made


@pytest.mark.parametrize(("slug", "code", "part", "fields", "kind"), GOOD, ids=[f"{g[0]}-{n}" for n, g in enumerate(GOOD)])
def test_the_second_sees_the_first_and_counts_only_when_sent_again(
    slug: str, code: str, part: str, fields: dict[str, Any], kind: str, demo: Demonstration, as_: As, another: Any
) -> None:
    first, second = as_(demo.person(code, part)), as_(another(code, part))
    shown, said = {"seen": opened(second, demo, slug, code)}, typed(fields, demo, code)
    before = Word.unscoped.filter(kind=kind).count()
    assert post(first, demo, slug, said | shown, code).status_code == 302
    late = post(second, demo, slug, said | shown, code)
    html = late.content.decode()
    assert late.status_code == 422
    assert "Somebody was first while this page was open" in words(html)
    assert "Said while this page was open" in words(html)
    assert Word.unscoped.filter(kind=kind).count() == before + 1
    kept = [text for text in said.values() if text]
    assert [text for text in kept if text not in words(html) and text not in html] == []
    assert post(second, demo, slug, said | {"seen": seen(html)}, code).status_code == 302
    assert Word.unscoped.filter(kind=kind).count() == before + 2


def test_another_answer_does_not_silently_replace_the_first(demo: Demonstration, as_: As, another: Any) -> None:
    first, second = as_(demo.person("EX06")), as_(another("EX06", "security"))
    shown = {"seen": opened(second, demo, "confirm", "EX06")}
    post(first, demo, "confirm", {"answer": "applies", "reason": "seen in the server room"} | shown, "EX06")
    late = post(second, demo, "confirm", {"answer": "not_yet_known", "reason": "the owner is away"} | shown, "EX06")
    html = late.content.decode()
    assert "seen in the server room" in words(html)
    assert "the owner is away" in html
    assert 'value="not_yet_known" checked' in html
    assert Word.unscoped.filter(response=demo.response("EX06"), kind="confirmation").last().body["answer"] == "applies"


def test_a_risk_is_accepted_once_and_the_second_siro_is_told_by_whom(demo: Demonstration, as_: As, another: Any) -> None:
    post(as_(demo.person("EX06")), demo, "ask-risk", {"asset": asset_of(demo, "EX06"), "reason": "no window"}, "EX06")
    asked = Word.unscoped.get(kind="risk_asked", response=demo.response("EX06"))
    first, second = as_(demo.person("EX06", "siro")), as_(another("EX06", "siro"))
    said = {"risk": str(asked.public_id), "until": "2025-06-20", "seen": opened(second, demo, "accept-risk", "EX06")}
    assert post(first, demo, "accept-risk", said, "EX06").status_code == 302
    late = post(second, demo, "accept-risk", said, "EX06")
    assert late.status_code == 422
    assert User.objects.get(email=demo.person("EX06", "siro")).name in words(late.content.decode())
    assert Word.unscoped.filter(kind="risk_acceptance", response=demo.response("EX06")).count() == 1


def test_two_people_may_speak_of_two_things_at_once(demo: Demonstration, as_: As, another: Any) -> None:
    first, second = as_(demo.person("EX05")), as_(another("EX05", "security"))
    shown = {"seen": opened(second, demo, "clinical", "EX05")}
    one = {"asset": asset_of(demo, "EX05"), "approval": "given"} | shown
    assert post(first, demo, "clinical", one | {"action": "patch"}, "EX05").status_code == 302
    assert post(second, demo, "clinical", one | {"action": "reboot"}, "EX05").status_code == 302


def test_two_judgements_of_one_detection_open_one_incident(demo: Demonstration, as_: As, another: Any) -> None:
    from wardround.hub.hunts.models import Detection

    one = Detection.unscoped.filter(organisation__code="EX03").first()
    address = reverse("detection", args=[one.public_id])
    first, second = as_(demo.person("EX03")), as_(another("EX03", "security"))
    shown = {"seen": seen(second.get(address).content.decode())}
    assert first.post(address, {"judgement": "false_alarm", "reason": "our own scanner"} | shown).status_code == 302
    incidents, judged = Incident.unscoped.count(), Word.unscoped.filter(kind="judgement").count()
    late = second.post(address, {"judgement": "new", "reason": "a web shell"} | shown)
    html = late.content.decode()
    assert late.status_code == 422
    assert "our own scanner" in words(html)
    assert "a web shell" in html
    assert (Incident.unscoped.count(), Word.unscoped.filter(kind="judgement").count()) == (incidents, judged)


@pytest.mark.parametrize("hostile", ["-1", "9" * 40, "x", "", "٣", "1e3"])
def test_a_count_that_no_page_gave_breaks_nothing(hostile: str, demo: Demonstration, as_: As) -> None:
    answer = post(as_(demo.person("EX06")), demo, "confirm", {"answer": "applies", "seen": hostile}, "EX06")
    assert answer.status_code in (302, 422)
