"""Every address of the hub, walked: who gets what. A new route without a line here fails."""

import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from wardround.hub.accounts.models import User
from wardround.hub.hunts.models import Detection, Hunt
from wardround.hub.incidents.models import Incident
from wardround.hub.organisations.models import Organisation
from wardround.hub.workers.models import Beat

from .demonstration import ROLES, Demonstration

pytestmark = pytest.mark.django_db

IN = "/sign-in/"
WHO = ("anonymous", "national", "organisation", "read_only", "other")

# Route -> what a GET answers to: nobody, the centre, an organisation's person, its read-only person, another organisation.
# 302 to the sign-in page for nobody; 404 for what is another's; 403 for what their role may not do.
INSIDE = (302, 404, 200, 200, 404)
ANSWER = (302, 403, 200, 403, 404)
CENTRE = (302, 200, 403, 403, 403)
ALL = (302, 200, 200, 200, 200)
DRAFT = (302, 200, 404, 404, 404)
POST = (302, 405, 405, 405, 405)
NOTHING = (302, 404, 404, 404, 404)  # what this person has none of
EXPECTED: dict[str, tuple[int, int, int, int, int]] = {
    "sign-in": (200, 302, 302, 302, 302),
    "sign-out": (302, 405, 405, 405, 405),
    "second-step": (302, 302, 302, 302, 302),
    "passkey-sign-in": (405, 405, 405, 405, 405),
    "passkey-options": (405, 405, 405, 405, 405),
    "account": ALL,
    "set-up": ALL,
    "again": ALL,
    "again-passkey": POST,
    "add-app": ALL,
    "add-passkey": ALL,
    "add-passkey-options": POST,
    "remove-factor": NOTHING,
    "new-codes": NOTHING,
    "password": ALL,
    "end-session": POST,
    "end-sessions": POST,
    "sign-in-reset": (302, 404, 200, 403, 404),
    "sign-in-anew": (410, 410, 410, 410, 410),  # a link that nobody made
    "break-glass": (200, 200, 200, 200, 200),
    "break-glass-uses": CENTRE,
    "break-glass-review": (302, 404, 403, 403, 403),
    "break-glass-end": POST,
    "health": (200, 200, 200, 200, 200),
    "ready": (503, 503, 503, 503, 503),  # no worker runs in a test
    "metrics": (404, 404, 404, 404, 404),  # no token is set
    "board": ALL,
    "alert": ALL,
    "alert-new": CENTRE,
    "candidates": CENTRE,
    "alert-acknowledge": (302, 405, 405, 405, 405),
    "alert-amend": CENTRE,
    "alert-withdraw": CENTRE,
    "draft-edit": DRAFT,
    "draft-preview": DRAFT,
    "response": (302, 200, 200, 200, 404),
    "response-detections": INSIDE,
    "response-incidents": INSIDE,
    "response-acknowledge": ANSWER,
    "response-confirm": ANSWER,
    "response-start": ANSWER,
    "response-update": ANSWER,
    "response-attest": ANSWER,
    "response-dispose": ANSWER,
    "response-isolation": ANSWER,
    "response-ask-risk": ANSWER,
    "response-accept-risk": ANSWER,
    "response-clinical": ANSWER,
    "response-assumption": ANSWER,
    "response-logs": ANSWER,
    "response-hunt": ANSWER,
    "response-coverage": ANSWER,
    "response-incident": ANSWER,
    "response-close": ANSWER,
    "detection": INSIDE,
    "advisories": ALL,
    "advisory": ALL,
    "why": (302, 404, 302, 302, 404),
    "tell": (302, 404, 404, 403, 404),
    "records": (302, 302, 302, 302, 302),
    "record": INSIDE,
    "record-export": INSIDE,
    "retention": INSIDE,
    "retention-lift": (302, 405, 405, 405, 405),
    "estate": (302, 200, 302, 302, 302),
    "estate-of": INSIDE,
    "estate-product": INSIDE,
    "estate-devices": INSIDE,
    "estate-split": (302, 404, 200, 403, 404),
    "estate-unsplit": (302, 405, 405, 405, 405),
    "estate-coverage": INSIDE,
    "estate-import": (302, 404, 200, 403, 404),
    "snapshot": INSIDE,
    "snapshot-confirm": (302, 404, 200, 403, 404),
    "hunt": INSIDE,
    "hunt-check": (302, 405, 405, 405, 405),
    "incident": INSIDE,
    "names": ALL,
    "names-decide": (302, 405, 405, 405, 405),
    "outbox": (302, 200, 403, 403, 403),
    "organisations": (302, 200, 302, 302, 302),
    "organisation": (302, 200, 200, 200, 404),
    "organisation-invite": (302, 403, 200, 403, 404),
    "invitation-revoke": (302, 405, 405, 405, 405),
    "member-role": (302, 404, 200, 403, 404),
    "member-remove": (302, 200, 200, 403, 404),
    "organisation-leave": INSIDE,
    "organisation-delegate": (302, 404, 200, 403, 404),
    "delegation-end": (302, 405, 405, 405, 405),
    "contact-add": (302, 404, 200, 403, 404),
    "contact-send": (302, 405, 405, 405, 405),
    "contact-remove": (302, 405, 405, 405, 405),
    "organisation-post": (302, 404, 200, 403, 404),
    "organisation-mailbox": (302, 404, 200, 403, 404),
    "organisation-agreement": (302, 404, 404, 403, 404),  # EX03 has nobody above it
    "agreement-end": (302, 405, 405, 405, 405),
    "invitation": (410, 410, 410, 410, 410),  # a token that nobody made
    "contact-verify": (410, 410, 410, 410, 410),
}
OPEN = {
    "sign-in",
    "sign-out",
    "health",
    "ready",
    "metrics",
    "invitation",
    "contact-verify",
    "second-step",
    "passkey-sign-in",
    "passkey-options",
    "sign-in-anew",
    "break-glass",
}
OWN_ACCOUNT = {"account", "set-up", "again", "again-passkey", "add-app", "add-passkey", "add-passkey-options"} | {
    *("remove-factor", "new-codes", "password", "end-session", "end-sessions"),
}
"""Everybody changes their own, whatever their role."""


def routes(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns)
        else:
            yield pattern


ROUTES = list(routes(get_resolver().url_patterns))


def arguments(name: str, demo: Demonstration) -> list[Any]:
    """What a route needs: always something of the organisation EX03, or of the alert."""
    home = demo.organisation("EX03")
    response = demo.response("EX03")
    if name.startswith(("response",)):
        return [response.public_id]
    own: dict[str, Callable[[], list[Any]]] = {
        "alert": lambda: [demo.alert.public_id],
        "alert-amend": lambda: [demo.alert.public_id],
        "alert-acknowledge": lambda: [demo.alert.public_id],
        "alert-withdraw": lambda: [demo.alert.public_id],
        "draft-edit": lambda: [demo.alert.public_id, 3],
        "draft-preview": lambda: [demo.alert.public_id, 3],
        "detection": lambda: [Detection.unscoped.filter(organisation=home)[0].public_id],
        "hunt-check": lambda: [Hunt.unscoped.filter(organisation=home)[0].public_id],
        "hunt": lambda: [Hunt.unscoped.filter(organisation=home)[0].public_id],
        "incident": lambda: [Incident.unscoped.filter(organisation=home)[0].public_id],
        "snapshot": lambda: [demo.snapshot(home).public_id],
        "snapshot-confirm": lambda: [demo.snapshot(home).public_id],
        "advisory": lambda: ["CVE-2025-4427"],
        "why": lambda: ["CVE-2025-4427", "EX03"],
        "tell": lambda: ["CVE-2025-4427", "EX03"],
        "record": lambda: ["EX03"],
        "record-export": lambda: ["EX03"],
        "retention": lambda: ["EX03"],
        "retention-lift": lambda: ["EX03", uuid.uuid4()],
        "estate-of": lambda: ["EX03"],
        "estate-product": lambda: ["EX03"],
        "estate-devices": lambda: ["EX03"],
        "estate-split": lambda: ["EX03"],
        "estate-unsplit": lambda: ["EX03", uuid.uuid4()],
        "estate-coverage": lambda: ["EX03"],
        "estate-import": lambda: ["EX03"],
        "remove-factor": lambda: [1],
        "end-session": lambda: [uuid.uuid4()],
        "sign-in-reset": lambda: ["EX03", User.objects.get(email=ROLES["read_only"]).public_id],
        "sign-in-anew": lambda: [uuid.uuid4(), "made-up"],
        "break-glass-review": lambda: [uuid.uuid4()],
        "break-glass-end": lambda: [uuid.uuid4()],
        "organisation": lambda: ["EX03"],
        "member-role": lambda: ["EX03", User.objects.get(email=ROLES["organisation"]).public_id],
        "member-remove": lambda: ["EX03", User.objects.get(email=ROLES["organisation"]).public_id],
        "organisation-post": lambda: ["EX03", "executive"],
        "invitation": lambda: ["made-up:token"],
        "contact-verify": lambda: ["made-up:token"],
    }
    if name.startswith(("organisation-", "contact-", "delegation-", "invitation-", "agreement-")) and name not in own:
        return ["EX03", *([uuid.uuid4()] if name.endswith(("-end", "-send", "-remove", "-revoke")) else [])]
    return own.get(name, list)()


def test_every_route_has_a_name_and_a_line_here() -> None:
    assert sorted(str(route.name) for route in ROUTES) == sorted(EXPECTED)


@pytest.fixture(autouse=True)
def nobody_works(db: None) -> None:
    """Threads of other tests have connections of their own: on PostgreSQL what they said stays."""
    Beat.objects.all().delete()


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_route_answers_each_role_as_it_should(name: str, who: str, demo: Demonstration, as_: Callable[[str], Client]) -> None:
    demo.a_third_draft()
    answer = as_(who).get(reverse(name, args=arguments(name, demo)))
    assert answer.status_code == EXPECTED[name][WHO.index(who)], answer.content[-400:]
    if who == "anonymous" and answer.status_code == 302:
        assert answer["Location"].startswith(IN)


@pytest.mark.parametrize("name", sorted(set(EXPECTED) - OPEN - OWN_ACCOUNT - {"alert-acknowledge", "organisation-leave"}))
def test_a_post_by_a_read_only_person_changes_nothing(name: str, demo: Demonstration, as_: Callable[[str], Client]) -> None:
    demo.a_third_draft()
    answer = as_("read_only").post(reverse(name, args=arguments(name, demo)), {})
    assert answer.status_code in (403, 404, 405)


def test_nothing_of_one_organisation_is_another_s(demo: Demonstration, as_: Callable[[str], Client]) -> None:
    """The pages of EX04's person never name an asset, a host or a person of EX03."""
    client = as_("other")
    secret = [b"mdm-core", b"Coldbrook", b"coldbrook"]
    for name in ("board", "estate", "advisories", "records"):
        page = client.get(reverse(name), follow=True).content
        assert [word for word in secret if word in page] == []
    for name in ("alert", "advisory"):
        page = client.get(reverse(name, args=arguments(name, demo))).content
        assert [word for word in secret if word in page] == []


def test_the_centre_reads_no_asset_or_host_of_an_organisation(demo: Demonstration, as_: Callable[[str], Client]) -> None:
    """Answers, counts, dates, coverage: never a host name, an asset id, or what a person wrote about one."""
    client = as_("national")
    secret = demo.inside()
    assert len(secret) > 10
    pages = [reverse("board"), reverse("candidates") + "?days=30", reverse("outbox"), reverse("outbox") + "?show=sent"]
    pages += [reverse("advisory", args=["CVE-2025-4427"]), reverse("alert", args=[demo.alert.public_id])]
    pages += [reverse("response", args=[demo.response(o.code).public_id]) for o in Organisation.objects.filter(kind="trust")]
    for page in pages:
        text = client.get(page).content.decode()
        assert [word for word in secret if word in text] == [], page


def test_every_route_is_in_the_reference(root: Path) -> None:
    text = (root / "docs" / "reference" / "pages.md").read_text("utf-8")
    addresses = {re.sub(r"<[^>]+>", "ID", str(route.pattern)) for route in ROUTES}
    last = {"/".join(a.strip("/").split("/")[-1:]) + "/" for a in addresses if a}
    assert sorted(part for part in last - {"ID/"} if part not in text) == []
