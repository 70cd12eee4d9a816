"""Every address of the hub by every role, in one matrix: what is answered is what the table of roles says.

A new route without a permission in `wardround.hub.pages.routes` fails; so does one without an object in `arguments`.
"""

import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from wardround.hub import clock
from wardround.hub.accounts.models import User
from wardround.hub.alerts.models import Assessment
from wardround.hub.estate.models import Split
from wardround.hub.hunts.models import Detection, Hunt
from wardround.hub.incidents.models import Incident
from wardround.hub.organisations.models import Agreement, Contact, Delegation, Invitation, Membership, Organisation
from wardround.hub.organisations.roles import PERMISSIONS, ROLES, fits, granted
from wardround.hub.pages.routes import ANYBODY, ASKS, SIGNED_IN, asks
from wardround.hub.retention.models import Hold
from wardround.hub.signin.models import EmergencyCode
from wardround.hub.suppliers.models import Addressed
from wardround.hub.workers.models import Beat

from ..builders import a_person, a_row, an_organisation
from .demonstration import ROLES as PEOPLE
from .demonstration import Demonstration

pytestmark = pytest.mark.django_db

IN = "/sign-in/"
HOME = "EX03"


def routes(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns)
        else:
            yield pattern


ROUTES = list(routes(get_resolver().url_patterns))


def _rows_of(name: str, home: Organisation) -> list[uuid.UUID]:
    """A row of the organisation, where the address names one."""
    made: dict[str, Any] = {"agreement-end": Agreement, "invitation-revoke": Invitation, "delegation-end": Delegation}
    model = made.get(name) or (Contact if name in ("contact-send", "contact-remove") else None)
    return [a_row(model, home).public_id] if model else []


def the_supplier() -> Organisation:
    """The supplier of this hub."""
    return Organisation.objects.filter(kind="supplier").first() or an_organisation("SUPPLY", kind="supplier")


def a_bulletin(demo: Demonstration) -> Addressed:
    """The alert, addressed to the supplier."""
    issued = demo.alert.revisions.exclude(issued_at=None)[0]
    usual = {"products": [["Example Systems", "Gateway"]], "at": clock.now(), "by": "somebody"}
    made: Addressed = Addressed.unscoped.get_or_create(organisation=the_supplier(), revision=issued, defaults=usual)[0]
    return made


def a_use() -> EmergencyCode:
    """Somebody came in by a sealed code."""
    if made := EmergencyCode.objects.filter(number=1).first():
        return made
    now = clock.now()
    person = User.objects.create_user("glass@centre.invalid", name="Somebody (fictitious)", created_at=now)
    return EmergencyCode.objects.create(number=1, digest="d", made_at=now, used_at=now, until=now, user=person)


def asked_about(name: str, demo: Demonstration) -> str:
    """What an address carries behind its question mark, where it needs it."""
    latest = Assessment.unscoped.filter(response=demo.response(HOME)).last()
    return "?" + urlencode({"asset": latest.cases[0]["asset"]}) if name in ("why", "tell") and latest else ""


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
        "retention-lift": lambda: ["EX03", a_row(Hold, home).public_id],
        "remove-factor": lambda: [1],
        "end-session": lambda: [uuid.uuid4()],
        "sign-in-reset": lambda: ["EX03", User.objects.get(email=PEOPLE["read_only"]).public_id],
        "sign-in-anew": lambda: [uuid.uuid4(), "made-up"],
        "break-glass-review": lambda: [a_use().public_id],
        "break-glass-end": lambda: [a_use().public_id],
        "organisation": lambda: ["EX03"],
        "member-role": lambda: ["EX03", User.objects.get(email=PEOPLE["organisation"]).public_id],
        "member-remove": lambda: ["EX03", User.objects.get(email=PEOPLE["organisation"]).public_id],
        "organisation-post": lambda: ["EX03", "executive"],
        "invitation": lambda: ["made-up:token"],
        "contact-verify": lambda: ["made-up:token"],
        "estate-of": lambda: ["EX03"],
        "estate-product": lambda: ["EX03"],
        "estate-devices": lambda: ["EX03"],
        "estate-split": lambda: ["EX03"],
        "estate-unsplit": lambda: ["EX03", a_row(Split, home).public_id],
        "estate-coverage": lambda: ["EX03"],
        "estate-import": lambda: ["EX03"],
    }
    if name.startswith("supplier-"):
        return [] if name == "supplier-board" else [a_bulletin(demo).public_id]
    if name == "alert-suppliers":
        return [demo.alert.public_id]
    if name.startswith(("organisation-", "contact-", "delegation-", "invitation-", "agreement-")) and name not in own:
        return ["EX03", *_rows_of(name, home)]
    return own.get(name, list)()


@pytest.fixture(autouse=True)
def nobody_works(db: None) -> None:
    """Threads of other tests have connections of their own: on PostgreSQL what they said stays."""
    Beat.objects.all().delete()


NAMES = sorted(str(route.name) for route in ROUTES)
# What stands for an open door: nobody works in a test, no token is set, a made-up one leads nowhere, no factor or provider is set.
INSTEAD = {
    "ready": {503},
    "metrics": {404},
    "invitation": {410},
    "contact-verify": {410},
    "sign-in-anew": {410},
    "remove-factor": {404},
    "new-codes": {404},
    "end-session": {404},
    "oidc": {404},
    "oidc-back": {404},
}
NOT_INSIDE = (
    "alert.read",
    "advisory.read",
    "centre.read",
    "organisation.read",
)  # what the centre reads of organisations that it is not of
LISTS = {
    "records",
    "estate",
    "names",
    "names-decide",
    "advisories",
    "advisory",
    "outbox",
    "roles",
    "supplier-board",
    "break-glass-uses",
    "candidates",
    "alert-new",
    "alert-bring",
    "organisations",
    "organisations-import",
}
"""Routes that name nothing of one organisation: whoever may do it anywhere may open them."""
OWN_ALONE = {"organisation-leave", "delegation-end"}
CENTRAL = {
    "alert-suppliers",
    "break-glass-review",
    "break-glass-end",
    "member-remove",
    "alert-amend",
    "alert-withdraw",
    "draft-edit",
    "draft-preview",
}


def expected(name: str, method: str, role: str, kind: str, *, own: bool) -> str:
    """What the table says of a person of that role, at the organisation that the route's object belongs to or at another."""
    asked = asks(name, method)
    held = granted([role], kind=kind)
    if asked in (ANYBODY, SIGNED_IN):
        return "open"
    if asked not in held:
        return "forbidden"
    if own or name in LISTS or (kind == "centre" and (name in CENTRAL or (asked in NOT_INSIDE and name not in OWN_ALONE))):
        return "open"
    return "not found"


def told(status: int, name: str) -> str:
    """What an answer amounts to. A form that is incomplete (422) or a method that is not taken (405) is past the door."""
    if status in INSTEAD.get(name, ()):
        return "open"
    return {403: "forbidden", 404: "not found"}.get(status, "open" if status in (200, 302, 405, 422) else str(status))


def test_every_route_states_the_permission_that_it_asks() -> None:
    assert sorted(ASKS) == NAMES
    stated = {one for row in ASKS.values() for one in (row if isinstance(row, tuple) else (row,))}
    assert stated <= {*PERMISSIONS, ANYBODY, SIGNED_IN}


@pytest.mark.parametrize("name", NAMES)
def test_a_route_answers_every_role_as_the_table_says(name: str, demo: Demonstration) -> None:
    """GET and POST by nobody, by each role at the organisation, and by the same role at one that was never asked."""
    demo.a_third_draft()
    address = reverse(name, args=arguments(name, demo)) + asked_about(name, demo)
    home, centre = demo.organisation(HOME), Organisation.objects.get(kind="centre")
    Organisation.objects.filter(pk=home.pk).update(parent=an_organisation("ABOVE", kind="icb"))
    elsewhere, supplier = an_organisation("OUTSIDE"), the_supplier()
    wrong = []
    for method in ("GET", "POST"):
        nobody = _answer(Client(), method, address)
        let_in = (
            asks(name, method) != SIGNED_IN
            and told(nobody.status_code, name) == "open"
            and IN not in nobody.headers.get("Location", "")
        )
        if let_in != (asks(name, method) == ANYBODY) and name != "second-step":  # it leads back to the first step
            wrong.append((method, "nobody", "", nobody.status_code))
        for role in ROLES:
            for organisation in (home, elsewhere, centre, supplier):
                if not fits(role, kind=organisation.kind):
                    continue
                client = Client()
                client.force_login(a_person(organisation, role))
                answer = _answer(client, method, address)
                own = organisation == (supplier if name.startswith("supplier-") else home)
                due = expected(name, method, role, organisation.kind, own=own)
                if (
                    name == "delegation-end"
                    and method == "POST"
                    and due == "open"
                    and "people.manage" not in granted([role], kind=organisation.kind)
                ):
                    due = "forbidden"  # it was lent to somebody else, who alone may give it back
                refused = due == "not found" and (answer.status_code == 405 or organisation.kind == "centre")
                if told(answer.status_code, name) != due and not (refused and answer.status_code in (403, 404, 405)):
                    wrong.append((method, role, organisation.code, answer.status_code))
    assert wrong == []


def _answer(client: Client, method: str, address: str) -> Any:
    """One request, of which nothing stays."""
    with transaction.atomic():
        answer = client.generic(method, address)
        transaction.set_rollback(True)
    return answer


def _without_token(answer: Any) -> bytes:
    """The page but for the token against forged requests, which is new each time."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"', b"", answer.getvalue())


HOSTILE = ("0", "not-a-uuid", "..%2f..%2fetc", "x" * 4000, "\u202e\u0130\U0001f3e5", "%00", "' OR 1=1 --", "{{7*7}}")


@pytest.mark.parametrize("name", [n for n in NAMES if n not in LISTS and asks(n, "GET") not in (ANYBODY, SIGNED_IN)])
def test_what_is_anothers_and_what_is_not_there_are_answered_alike(name: str, demo: Demonstration) -> None:
    """Whatever stands in the address, a stranger learns nothing from the answer: no difference, and no error of ours."""
    args = arguments(name, demo)
    if not args:
        return
    demo.a_third_draft()
    other = an_organisation("OUTSIDE")
    place = int(name in ("why", "tell"))  # the CVE is everybody's, the organisation after it is not
    random = [*args]
    random[place] = uuid.uuid4() if isinstance(args[place], uuid.UUID) else "NOWHERE9"
    real, none = (reverse(name, args=one) for one in (args, random))
    for role in ("organisation", "siro", "read_only", "supplier"):
        client = Client()
        client.force_login(a_person(an_organisation("SUPPLY2", kind="supplier") if role == "supplier" else other, role))
        for method in ("GET", "POST"):
            answers = [_answer(client, method, address) for address in (real, none)]
            assert len({(a.status_code, _without_token(a)) for a in answers}) == 1
            for bad in HOSTILE:
                assert _answer(client, method, real.replace(str(args[place]), bad)).status_code in (403, 404, 405)


@pytest.mark.parametrize("role", [r for r in Membership.Role.values if fits(r, kind="trust")])
def test_a_role_reads_no_more_than_the_table_shows_it(role: str, demo: Demonstration) -> None:
    """The navigation leads only where the person is let in."""
    client = Client()
    client.force_login(a_person(demo.organisation(HOME), role))
    board = client.get(reverse("board"))
    for entry in board.context["navigation"]:
        assert client.get(entry["href"], follow=True).status_code == 200


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
