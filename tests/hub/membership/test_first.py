"""The first start: which kind of installation, and what it begins with."""

from collections.abc import Iterator
from datetime import timedelta

import orjson
import pytest
from django.conf import settings
from django.test import Client, override_settings

from wardround.core.vocab import BadInput
from wardround.hub import clock
from wardround.hub.accounts.models import User
from wardround.hub.estate.services import import_inventory
from wardround.hub.installation import KINDS, Installation
from wardround.hub.membership.first import begin
from wardround.hub.membership.inviting import accept, invite
from wardround.hub.membership.leading import lead_role
from wardround.hub.membership.leaving import change_role, leave
from wardround.hub.organisations.access import Act, access_of, system_access
from wardround.hub.organisations.models import Organisation
from wardround.hub.outbox.models import Message
from wardround.hub.outbox.sealing import unseal
from wardround.lake.home import Home

from ..builders import PASSWORD, at, by

pytestmark = pytest.mark.django_db
WHO = {"organisation": "Alder Vale (fictitious)", "mailbox": "cyber@ex.example", "name": "A. Example", "email": "a@ex.example"}


@pytest.fixture(autouse=True)
def of_its_own(hub: Home) -> Iterator[None]:
    """The installation of one test."""
    with override_settings(INSTALLATION=Installation("a secret of this test")):
        yield


def test_an_installation_from_before_is_national(hub: Home) -> None:
    hub.path.mkdir()
    (hub.path / "installation.json").write_bytes(orjson.dumps({"secret_key": "x", "demo_at": None}))
    assert Installation.read(hub).kind == "national"


@pytest.mark.parametrize("kind", ["national", "shared"])
def test_a_centre_begins_with_its_first_person(hub: Home, kind: str) -> None:
    user = begin(kind=kind, password=PASSWORD, **WHO)
    assert [o.kind for o in Organisation.objects.all()] == ["centre"]
    assert access_of(user).national
    assert Installation.read(hub).kind == settings.INSTALLATION.kind == kind


def test_one_organisation_begins_with_itself_and_its_desk(hub: Home) -> None:
    user = begin(kind="one", code="ex01", password=PASSWORD, **WHO)
    own, desk = Organisation.objects.get(kind="trust"), Organisation.objects.get(kind="centre")
    assert (own.code, desk.name) == ("EX01", "Alert desk of Alder Vale (fictitious)")
    access = access_of(user)
    assert access.reads == {own.pk, desk.pk}
    assert access.national


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"kind": "galactic"}, "no kind of installation"),
        ({"kind": "one"}, "code"),
        ({"kind": "one", "code": "no code"}, "code"),
        ({"kind": "shared", "mailbox": "no address"}, "mailbox"),
        ({"kind": "shared", "password": "short"}, "password"),
    ],
)
def test_what_will_not_do_sets_nothing_up(hub: Home, wrong: dict[str, str], why: str) -> None:
    with pytest.raises(BadInput, match=why):
        begin(**WHO | {"password": PASSWORD} | wrong)
    assert not Organisation.objects.exists()
    assert not User.objects.exists()
    assert settings.INSTALLATION.kind == "national"


def test_it_is_chosen_once(hub: Home) -> None:
    begin(kind="shared", password=PASSWORD, **WHO)
    with pytest.raises(BadInput, match="has people already"):
        begin(kind="national", password=PASSWORD, **WHO | {"email": "b@ex.example"})
    assert Installation.read(hub).kind == "shared"


def test_who_leads_the_organisation_works_at_its_desk_and_only_while_they_lead(hub: Home) -> None:
    first = begin(kind="one", code="EX01", password=PASSWORD, **WHO)
    own, desk = Organisation.objects.get(code="EX01"), Organisation.objects.get(code="DESK")
    for role, there in ((lead_role(), True), ("read_only", False)):
        address = f"{role}@ex.example"
        made = invite(by(first, at(14)), organisation=own, email=address, role=role, link=lambda token: token)
        token = unseal(Message.unscoped.get(about=made.public_id).sealed)
        second = accept(token, at=at(14), name="B. Example", password=PASSWORD)
        assert (desk.pk in access_of(second).reads) == there
    change_role(by(first, at(14)), user=second, organisation=own, role=lead_role())
    assert desk.pk in access_of(second).reads
    leave(by(second, at(14) + timedelta(hours=1)), user=second, organisation=own)
    assert not access_of(second).reads
    assert access_of(first).national


def test_a_desk_has_no_inventory_and_none_is_missed(hub: Home) -> None:
    user = begin(kind="one", code="EX01", password=PASSWORD, **WHO)
    own = Organisation.objects.get(code="EX01")
    data = b"asset_id,vendor,product,version\nmdm-01,Example,Gateway,1.0\n"
    act = by(user, clock.now())
    import_inventory(act, organisation=own, data=data, filename="assets.csv", source="register", sees=["edge_appliance"])
    client = Client()
    client.force_login(user)
    assert "none imported" not in client.get("/").content.decode()


def test_an_invitation_from_the_command_line_names_no_system(hub: Home) -> None:
    begin(kind="one", code="EX01", password=PASSWORD, **WHO)
    own = Organisation.objects.get(code="EX01")
    act = Act(system_access("command line"), clock.now())
    made = invite(act, organisation=own, email="c@ex.example", role="read_only", link=lambda token: token)
    letter = Message.unscoped.get(about=made.public_id)
    page = Client().get(f"/invitation/{unseal(letter.sealed)}/").content.decode()
    assert "Whoever runs this installation invites you" in page
    assert "system" not in letter.body


def test_elsewhere_nobody_gets_a_desk(hub: Home) -> None:
    user = begin(kind="shared", password=PASSWORD, **WHO)
    assert user.memberships.count() == 1


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_page_says_which_kind_it_is(hub: Home, kind: str) -> None:
    user = begin(kind=kind, code="EX01", password=PASSWORD, **WHO)
    client = Client()
    pages = [client.get("/sign-in/").content.decode()]
    client.force_login(user)
    pages += [client.get(address).content.decode() for address in ("/", "/organisations/", "/advisories/")]
    for page in pages:
        assert KINDS[kind] in page
        assert ("This installation is not the national service" in page) == (kind != "national")
