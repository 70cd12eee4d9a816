"""Invitations: one address, one role, once, in time."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from wardround.core.vocab import BadInput
from wardround.hub.accounts.models import User
from wardround.hub.audit.models import Entry
from wardround.hub.membership.inviting import HOLDS, accept, invite, offered, revoke
from wardround.hub.membership.leaving import leave
from wardround.hub.organisations.access import access_of
from wardround.hub.organisations.models import Invitation, Membership, Organisation
from wardround.hub.outbox.models import Message
from wardround.hub.outbox.sealing import unseal

from ..builders import PASSWORD, a_person, an_officer, an_organisation, at, by, the_centre

pytestmark = pytest.mark.django_db
NEW = "new.person@hospital.example"
SENT = at(14)


@pytest.fixture
def trust() -> Organisation:
    return an_organisation()


@pytest.fixture
def lead(trust: Organisation) -> User:
    return a_person(trust)


def invited(
    lead: User, trust: Organisation, *, email: str = NEW, role: str = "organisation", **duties: bool
) -> tuple[Invitation, str]:
    """An invitation and the token of its letter."""
    made = invite(by(lead, SENT), organisation=trust, email=email, role=role, link=lambda token: token, **duties)
    return made, unseal(Message.unscoped.get(about=made.public_id).sealed)


def taken_up(token: str, **how: Any) -> User:
    return accept(token, **{"at": SENT + timedelta(hours=1), "name": "New Person (fictitious)", "password": PASSWORD} | how)


def said(organisation: Organisation) -> list[str]:
    return list(Entry.unscoped.filter(organisation=organisation).values_list("what", flat=True))


def test_a_new_person_joins_with_a_name_and_a_password(trust: Organisation, lead: User) -> None:
    _, token = invited(lead, trust, siro=True)
    user = taken_up(token)
    assert (user.email, user.check_password(PASSWORD)) == (NEW, True)
    held = Membership.objects.get(user=user)
    assert (held.organisation, held.role, held.siro, held.begun_at) == (trust, "organisation", True, SENT + timedelta(hours=1))
    assert said(trust)[-2:] == ["invited", "invitation accepted"]


def test_somebody_with_an_account_accepts_when_signed_in(trust: Organisation, lead: User) -> None:
    user = a_person(an_organisation())
    _, token = invited(lead, trust, email=user.email)
    with pytest.raises(BadInput, match="before its holder has signed in"):
        taken_up(token)
    taken_up(token, user=user)
    assert len(access_of(user).reads) == 2


def test_the_token_is_kept_nowhere(trust: Organisation, lead: User) -> None:
    made, token = invited(lead, trust)
    letter = Message.unscoped.get(about=made.public_id)
    secret = token.partition(":")[0]
    assert not [text for text in (letter.body, letter.sealed, made.digest, letter.subject) if secret in text]
    assert not Entry.unscoped.filter(canonical__contains=secret).exists()


@pytest.mark.parametrize("hours", [HOLDS.total_seconds() / 3600, 1000])
def test_after_72_hours_it_is_refused_and_recorded(trust: Organisation, lead: User, hours: float) -> None:
    _, token = invited(lead, trust)
    with pytest.raises(BadInput, match="time has run out"):
        taken_up(token, at=SENT + timedelta(hours=hours))
    assert said(trust)[-1] == "invitation refused"
    assert not User.objects.filter(email=NEW).exists()


def test_up_to_then_it_holds(trust: Organisation, lead: User) -> None:
    _, token = invited(lead, trust)
    assert taken_up(token, at=SENT + HOLDS - timedelta(seconds=1)).email == NEW


def test_it_works_once(trust: Organisation, lead: User) -> None:
    _, token = invited(lead, trust)
    user = taken_up(token)
    for who in (user, None):
        with pytest.raises(BadInput, match="accepted already"):
            taken_up(token, user=who)
    assert said(trust)[-2:] == ["invitation refused"] * 2


def test_used_again_after_leaving_it_gives_nothing(trust: Organisation, lead: User) -> None:
    _, token = invited(lead, trust)
    user = taken_up(token)
    leave(by(user, SENT + timedelta(hours=2)), user=user, organisation=trust)
    with pytest.raises(BadInput, match="accepted already"):
        taken_up(token, user=user, at=SENT + timedelta(hours=3))
    assert not access_of(user).reads


def test_one_that_was_taken_back_is_refused(trust: Organisation, lead: User) -> None:
    made, token = invited(lead, trust)
    revoke(by(lead, SENT), invitation=made)
    with pytest.raises(BadInput, match="taken back"):
        taken_up(token)
    assert said(trust)[-2:] == ["invitation revoked", "invitation refused"]


def test_a_second_one_replaces_the_first(trust: Organisation, lead: User) -> None:
    (_, first), (_, second) = invited(lead, trust), invited(lead, trust, role="read_only")
    with pytest.raises(BadInput, match="taken back"):
        taken_up(first)
    assert Membership.objects.get(user=taken_up(second)).role == "read_only"


def test_for_another_address_it_is_refused_and_recorded(trust: Organisation, lead: User) -> None:
    _, token = invited(lead, trust)
    with pytest.raises(BadInput, match="another address") as refused:
        taken_up(token, user=a_person(an_organisation()))
    assert NEW not in str(refused.value)
    assert said(trust)[-1] == "invitation refused"
    assert taken_up(token).email == NEW


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: "x" + t, lambda _: "", lambda _: "a:b", lambda t: t.split(":")[0]])
def test_a_forged_one_is_refused_and_logged(trust: Organisation, lead: User, change: Any, caplog: pytest.LogCaptureFixture) -> None:
    _, token = invited(lead, trust)
    for use in (lambda t: taken_up(t), lambda t: offered(t, at=SENT)):
        with pytest.raises(BadInput, match=r"^This invitation cannot be used$"):
            use(change(token))
    assert "forged" in caplog.text


def test_another_keys_token_is_forged(trust: Organisation, lead: User, settings: Any) -> None:
    _, token = invited(lead, trust)
    settings.SECRET_KEY = "another key of this test, long enough"
    with pytest.raises(BadInput):
        taken_up(token)


@pytest.mark.parametrize(
    ("name", "password", "where"), [("", PASSWORD, "name"), ("A\u202eB", PASSWORD, "name"), ("A", "short", "password")]
)
def test_a_slip_leaves_the_invitation_as_it_was(trust: Organisation, lead: User, name: str, password: str, where: str) -> None:
    _, token = invited(lead, trust)
    with pytest.raises(BadInput) as refused:
        taken_up(token, name=name, password=password)
    assert refused.value.where == where
    assert taken_up(token).email == NEW


@pytest.mark.parametrize("password", ["Alder Vale Hospital 2026!", NEW])
def test_words_of_the_organisation_and_of_oneself_are_no_password_on_the_day_of_joining(password: str) -> None:
    trust = an_organisation("TX88")
    Organisation.objects.filter(pk=trust.pk).update(name="Alder Vale Hospitals (fictitious)")
    lead = a_person(trust)
    _, token = invited(lead, trust)
    with pytest.raises(BadInput, match=r"own place|too similar"):
        taken_up(token, password=password)
    assert not User.objects.filter(email=NEW).exists()
    assert taken_up(token).email == NEW


def test_who_invited_and_left_leaves_no_open_invitation(trust: Organisation, lead: User) -> None:
    other = a_person(trust)
    _, token = invited(lead, trust)
    leave(by(lead, SENT), user=lead, organisation=trust)
    with pytest.raises(BadInput, match="taken back"):
        taken_up(token)
    assert other.memberships.exists()


def test_a_reader_and_a_stranger_invite_nobody(trust: Organisation, lead: User) -> None:
    for who in (a_person(trust, Membership.Role.READ_ONLY), a_person(an_organisation())):
        with pytest.raises(PermissionDenied):
            invited(who, trust)


def test_the_centre_invites_a_first_lead_and_nobody_more(trust: Organisation) -> None:
    officer = an_officer()
    with pytest.raises(PermissionDenied):
        invited(officer, trust, role="read_only")
    _, token = invited(officer, trust)
    taken_up(token)
    with pytest.raises(PermissionDenied):
        invited(officer, trust, email="second@hospital.example")


def test_the_centres_role_is_given_at_the_centre_alone(trust: Organisation, lead: User) -> None:
    with pytest.raises(BadInput, match="no role"):
        invited(lead, trust, role="national")
    assert invited(an_officer(), the_centre(), role="national")[0].role == "national"


def test_a_member_is_not_invited_again(trust: Organisation, lead: User) -> None:
    with pytest.raises(BadInput, match="belongs to the organisation already"):
        invited(lead, trust, email=a_person(trust).email.upper())


def test_the_answer_is_the_same_whether_the_address_has_an_account(trust: Organisation, lead: User) -> None:
    known, unknown = invited(lead, trust, email=a_person(an_organisation()).email)[0], invited(lead, trust)[0]
    letters = [Message.unscoped.get(about=one.public_id) for one in (known, unknown)]
    assert letters[0].body == letters[1].body
    assert (known.role, known.expires_at) == (unknown.role, unknown.expires_at)


@pytest.mark.parametrize("email", ["", "nobody", "a@b.example\nBcc: c@d.example", "\u0430@b.example"])
def test_what_is_no_address_is_not_invited(trust: Organisation, lead: User, email: str) -> None:
    with pytest.raises(BadInput, match="email"):
        invited(lead, trust, email=email)


def test_nobody_is_invited_to_what_has_closed(trust: Organisation, lead: User) -> None:
    Organisation.objects.filter(pk=trust.pk).update(closed_on=SENT.date())
    trust.refresh_from_db()
    with pytest.raises(BadInput, match="closed on"):
        invited(lead, trust)


def test_the_letter_does_not_break_its_subject(lead: User, trust: Organisation) -> None:
    Organisation.objects.filter(pk=trust.pk).update(name="Alder\r\nBcc: x@y.example")
    trust.refresh_from_db()
    made, _ = invited(lead, trust)
    assert "\n" not in Message.unscoped.get(about=made.public_id).subject
