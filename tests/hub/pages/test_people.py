"""The pages of an organisation: its people, its invitations, who stands in, and who is told."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from wardround.hub.accounts.models import User
from wardround.hub.organisations.access import access_of
from wardround.hub.organisations.models import Agreement, Contact, Delegation, Invitation, Membership, NamedPerson, Organisation
from wardround.hub.outbox.models import Message
from wardround.hub.outbox.sealing import unseal

from ...core.directory.listing import a_file, a_line
from ..builders import PASSWORD, a_person
from .demonstration import Demonstration, page, words

pytestmark = pytest.mark.django_db
HOME = "/organisations/EX03/"
As = Callable[[str], Client]
NEW = "new.person@coldbrook.example"


def sent_to(address: str) -> str:
    """The path of the link in the newest letter to an address."""
    link = unseal(Message.unscoped.filter(to=address).order_by("-pk")[0].sealed)
    return re.sub(r"^http://[^/]+", "", link)


def invite(client: Client, email: str = NEW, **more: str) -> str:
    """Invite an address; the link that it gets."""
    answer = client.post(HOME + "invite/", {"email": email, "role": "organisation"} | more, follow=True)
    assert "The invitation is on its way" in answer.content.decode()
    return sent_to(email)


def accepted(link: str, client: Client | None = None, **form: str) -> Any:
    given = {"name": "New Person (fictitious)", "password": PASSWORD, "again": PASSWORD} | form
    return (client or Client()).post(link, given)


def test_the_page_says_who_belongs_and_what_to_do_next(as_: As) -> None:
    text = page(as_("organisation"), HOME)
    assert text.index("Do this next") < text.index("Mailbox for alerts") < text.index("Invite somebody")
    assert "Name the security lead" in text
    assert "Name the executive who answers for cyber security" in text
    assert "security@coldbrook.example" in text


def test_a_reader_sees_the_page_and_no_button(as_: As) -> None:
    html = as_("read_only").get(HOME).content.decode()
    assert "security@coldbrook.example" in html
    assert HOME + "invite/" not in html
    assert "/remove/" not in html


def test_the_centre_sees_who_leads_and_none_of_the_others(as_: As) -> None:
    Contact.unscoped.create(organisation=Organisation.objects.get(code="EX03"), name="Night", email="night@coldbrook.example")
    text = page(as_("national"), HOME)
    assert "security@coldbrook.example" in text
    for other in ("board@coldbrook.example", "night@coldbrook.example"):
        assert other not in text


def test_somebody_new_is_invited_and_joins(as_: As) -> None:
    link = invite(as_("organisation"))
    assert "invites you as" in page(Client(), link)
    assert accepted(link).status_code == 302
    user = User.objects.get(email=NEW)
    assert Client().login(username=NEW, password=PASSWORD)
    assert [m.organisation.code for m in user.memberships.all()] == ["EX03"]
    assert "New Person" in page(as_("organisation"), HOME)


def test_the_link_is_on_no_page(as_: As) -> None:
    link = invite(as_("organisation"))
    token = link.split("/")[2].partition(":")[0]
    for who, address in (("organisation", HOME), ("national", "/outbox/?show=waiting"), ("organisation", "/record/EX03/")):
        assert token not in as_(who).get(address).content.decode()


def test_looking_at_an_invitation_accepts_nothing(as_: As) -> None:
    link = invite(as_("organisation"))
    for _ in range(2):
        assert Client().get(link).status_code == 200
    assert Invitation.unscoped.get().accepted_at is None


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"again": "something else here"}, "The two passwords differ"),
        ({"password": "short", "again": "short"}, "too short"),
        ({"name": "  "}, "Enter your name"),
        ({"name": "A\u202eB"}, "cannot be seen"),
    ],
)
def test_a_slip_keeps_the_name_and_the_invitation(as_: As, form: dict[str, str], problem: str) -> None:
    link = invite(as_("organisation"))
    answer = accepted(link, **form)
    assert answer.status_code == 422
    assert problem in words(answer.content.decode())
    assert PASSWORD not in answer.content.decode()
    assert accepted(link).status_code == 302


def test_used_twice_it_says_so_and_changes_nothing(as_: As) -> None:
    link = invite(as_("organisation"))
    accepted(link)
    answer = accepted(link)
    assert answer.status_code == 410
    assert "accepted already" in answer.content.decode()


def test_an_existing_person_signs_in_and_accepts(as_: As, demo: Demonstration) -> None:
    link = invite(as_("organisation"), "security@dunmore.example")
    html = Client().get(link).content.decode()
    assert "Sign in and accept" in html
    assert 'name="password"' not in html
    other = as_("other")
    assert "Accept" in other.get(link).content.decode()
    other.post(link)
    held = access_of(User.objects.get(email="security@dunmore.example")).reads
    assert held == {demo.organisation("EX03").pk, demo.organisation("EX04").pk}


def test_signed_in_as_somebody_else_it_is_refused(as_: As) -> None:
    link = invite(as_("organisation"))
    answer = as_("other").post(link)
    assert answer.status_code == 410
    assert "it is for another address" in answer.content.decode()
    assert NEW not in answer.content.decode()


def test_an_invitation_is_taken_back(as_: As) -> None:
    client = as_("organisation")
    link = invite(client)
    client.post(f"{HOME}invitations/{Invitation.unscoped.get().public_id}/revoke/")
    assert "taken back" in accepted(link).content.decode()


def test_what_another_organisation_invited_is_not_found(as_: As) -> None:
    invite(as_("organisation"))
    made = Invitation.unscoped.get().public_id
    for address in (f"{HOME}invitations/{made}/revoke/", f"/organisations/EX04/invitations/{made}/revoke/"):
        assert as_("other").post(address).status_code == 404
    assert Invitation.unscoped.get().revoked_at is None


def test_an_address_that_is_none_stays_in_the_form(as_: As) -> None:
    answer = as_("organisation").post(HOME + "invite/", {"email": "no address", "role": "organisation"})
    assert answer.status_code == 422
    assert 'value="no address"' in answer.content.decode()


def test_a_member_gets_another_role_and_is_removed(as_: As) -> None:
    client, reader = as_("organisation"), User.objects.get(email="board@coldbrook.example")
    client.post(f"{HOME}people/{reader.public_id}/role/", {"role": "organisation"})
    assert access_of(reader).where("response.answer")
    client.post(f"{HOME}people/{reader.public_id}/remove/")
    assert not access_of(reader).reads
    assert "Who was here before" in page(client, HOME)


def test_who_leaves_sees_nothing_at_once(as_: As) -> None:
    client = as_("read_only")
    assert client.post(HOME + "leave/").status_code == 302
    assert client.get(HOME).status_code == 403
    assert client.get("/estate/EX03/").status_code == 403


def test_somebody_stands_in_until_a_day_and_gives_it_back(as_: As) -> None:
    client, reader = as_("organisation"), User.objects.get(email="board@coldbrook.example")
    form = {"to": str(reader.public_id), "role": "organisation", "until": "2025-06-01"}
    assert client.post(HOME + "delegate/", form).status_code == 302
    assert "Standing in" in page(client, HOME)
    assert access_of(reader).where("response.answer")
    as_("read_only").post(f"{HOME}delegations/{Delegation.unscoped.get().public_id}/end/")
    assert not access_of(reader).where("response.answer")


@pytest.mark.parametrize("until", ["2025-05-01", "2026-05-01", "soon", ""])
def test_a_day_that_will_not_do_is_said(as_: As, until: str) -> None:
    reader = User.objects.get(email="board@coldbrook.example")
    form = {"to": str(reader.public_id), "role": "organisation", "until": until}
    assert as_("organisation").post(HOME + "delegate/", form).status_code == 422


def test_a_contact_is_added_verified_and_removed(as_: As) -> None:
    client = as_("organisation")
    client.post(HOME + "contacts/add/", {"name": "Night desk (fictitious)", "email": "night@coldbrook.example"})
    assert "not verified: gets no alert" in page(client, HOME)
    link = sent_to("night@coldbrook.example")
    assert "Yes, send alerts here" in page(Client(), link)
    assert Contact.unscoped.get().verified_at is None
    assert "Alerts go to night@coldbrook.example from now on" in words(Client().post(link).content.decode())
    client.post(f"{HOME}contacts/{Contact.unscoped.get().public_id}/remove/")
    assert Client().get(link).status_code == 410


def test_the_link_is_sent_again(as_: As) -> None:
    client = as_("organisation")
    client.post(HOME + "contacts/add/", {"name": "Night desk (fictitious)", "email": "night@coldbrook.example"})
    first = sent_to("night@coldbrook.example")
    client.post(f"{HOME}contacts/{Contact.unscoped.get().public_id}/send/")
    assert Client().get(first).status_code == 410
    assert Client().get(sent_to("night@coldbrook.example")).status_code == 200


def test_posts_and_mailbox_are_said_and_shown(as_: As) -> None:
    client = as_("organisation")
    for post in NamedPerson.Post.values:
        client.post(f"{HOME}posts/{post}/", {"name": f"Holder of {post} (fictitious)", "email": "post@coldbrook.example"})
    client.post(HOME + "mailbox/", {"mailbox": "Alerts@Coldbrook.example"})
    text = page(client, HOME)
    assert "Do this next" not in text
    assert "alerts@coldbrook.example" in text
    assert "Holder of executive" in page(as_("national"), HOME)


def test_a_post_that_nobody_knows_is_not_found(as_: As) -> None:
    assert as_("organisation").get(HOME + "posts/king/").status_code == 404


def test_a_parent_sees_answers_where_agreed_and_only_then(as_: As, demo: Demonstration) -> None:
    trust = demo.organisation("EX03")
    board = Organisation.objects.create(code="QZ1", name="Made care board (fictitious)", kind="icb", mailbox="icb@qz1.example")
    Organisation.objects.filter(pk=trust.pk).update(parent=board)
    parent, lead = Client(), as_("organisation")
    parent.force_login(a_person(board))
    response = f"/responses/{demo.response('EX03').public_id}/"
    assert parent.get(response).status_code == 404
    assert "It sees nothing of yours" in page(lead, HOME)
    lead.post(HOME + "agreement/", {"until": "2025-12-01"})
    text = page(parent, response)
    assert "Assets, logs and evidence stay with the organisation" in text
    assert [word for word in demo.inside() if word in text] == []
    assert parent.get(f"/responses/{demo.response('EX04').public_id}/").status_code == 404
    assert parent.get("/estate/EX03/").status_code == 404
    lead.post(f"{HOME}agreements/{Agreement.unscoped.get().public_id}/end/")
    assert parent.get(response).status_code == 404


def test_the_centre_lists_organisations_by_what_is_missing(as_: As) -> None:
    client = as_("national")
    Organisation.objects.create(code="ZZ1", name="Nobody yet (fictitious)", kind="trust")
    assert "no lead no mailbox no security lead" in page(client, "/organisations/?show=needs")
    assert "Nobody yet" not in page(client, "/organisations/?show=closed")
    assert client.get("/organisations/?show=nonsense&page=99").status_code == 200


def test_the_centre_invites_a_first_lead(as_: As) -> None:
    made = Organisation.objects.create(code="ZZ1", name="Nobody yet (fictitious)", kind="trust")
    client = as_("national")
    assert "Invite its first lead" in page(client, "/organisations/ZZ1/")
    client.post("/organisations/ZZ1/invite/", {"email": "first@zz1.example", "role": "organisation"})
    accepted(sent_to("first@zz1.example"))
    assert Membership.objects.get(organisation=made).user.email == "first@zz1.example"
    assert client.get("/organisations/ZZ1/invite/").status_code == 403


def test_somebody_of_several_organisations_chooses(several: User) -> None:
    client = Client()
    client.force_login(several)
    text = page(client, "/organisations/")
    assert "Your organisations" in text
    assert len(re.findall(r"Two Hats", page(client, "/organisations/EX06/"))) > 0


def test_the_board_lets_them_look_at_one_of_several(several: User) -> None:
    client = Client()
    client.force_login(several)
    both = page(client, "/")
    assert re.search(r"All of them · .+\(\d open\) · .+\(\d open\)", both)
    one = client.get("/?own&of=EX04").context
    assert {i.row.response.organisation.code for i in [*one["todo"], *one["closed"]]} == {"EX04"}
    assert client.get("/?own&of=EX03").context["chosen"] is None


def test_the_board_asks_a_lead_for_who_is_missing(as_: As) -> None:
    assert "has not said yet who answers for it" in page(as_("organisation"), "/")
    assert "has not said yet who answers for it" not in page(as_("read_only"), "/")


def test_the_centre_looks_at_a_file_of_the_directory_and_brings_it_in(as_: As) -> None:
    client = as_("national")

    def sent(do: str, *lines: list[str]) -> Any:
        file = SimpleUploadedFile("made.csv", a_file(*lines))
        return client.post("/organisations/import/", {"file": file, "kind": "trust", "do": do})

    lines = [a_line("ZT001", "MADE TRUST"), a_line("ZT002", "=1+1"), a_line("ZT003", "GONE", closed="20200101")]
    looked = words(sent("look", *lines).content.decode())
    assert "This would change" in looked
    assert "line 2: the name begins like a formula" in looked
    assert not Organisation.objects.filter(code="ZT001").exists()
    assert "This was changed" in words(sent("bring", *lines).content.decode())
    assert Organisation.objects.get(code="ZT001").name == "Made Trust"
    assert not Organisation.objects.filter(code="ZT003").exists()
    bad = sent("bring", a_line("ZT009", "=1+1"))
    assert bad.status_code == 422
    assert "holds no organisation" in words(bad.content.decode())


def test_what_looks_like_markup_stays_text(as_: As) -> None:
    client = as_("organisation")
    client.post(HOME + "contacts/add/", {"name": "<script>alert(1)</script>", "email": "x@coldbrook.example"})
    assert "<script>alert(1)" not in client.get(HOME).content.decode()


@pytest.mark.parametrize(("who", "address"), [("national", "/organisations/CENTRE/"), ("national", HOME), ("read_only", HOME)])
def test_what_an_organisations_page_links_to_opens(as_: As, who: str, address: str) -> None:
    client = as_(who)
    linked = set(re.findall(r'<a [^>]*href="(/[^"#]*)"', client.get(address).content.decode()))
    assert len(linked) > 4
    assert {link: code for link in linked if (code := client.get(link, follow=True).status_code) != 200} == {}


def test_the_centre_is_told_what_is_missing_and_only_its_own_steps_are_links(as_: As) -> None:
    Organisation.objects.create(code="ZZ1", name="Nobody yet (fictitious)", kind="trust")
    html = as_("national").get("/organisations/ZZ1/").content.decode()
    assert "Do this next" in html
    assert "/organisations/ZZ1/mailbox/" in html
    assert "/posts/" not in html
    text = page(as_("national"), HOME)
    assert "What is missing: its lead does it" in text
    assert "Do this next" not in text


def test_who_may_do_what_is_found_from_ones_organisation_and_account(as_: As) -> None:
    for address in (HOME, "/account/"):
        assert 'href="/roles/"' in as_("read_only").get(address).content.decode()


def test_a_day_that_is_missing_is_asked_for_in_our_words(as_: As) -> None:
    text = words(as_("organisation").post(HOME + "delegate/", {}).content.decode())
    assert "Enter the last day" in text
    assert "This field is required" not in text
