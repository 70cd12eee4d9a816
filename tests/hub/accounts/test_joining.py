"""Organisations and people join: once, with addresses and passwords that can be used."""

import pytest
from django.conf import LazySettings
from django.contrib.auth import authenticate
from django.core.exceptions import PermissionDenied

from wardround.core.vocab import BadInput
from wardround.hub.accounts.joining import add_organisation, add_person, first_administrator
from wardround.hub.accounts.models import User
from wardround.hub.audit.models import Entry
from wardround.hub.organisations.access import access_of
from wardround.hub.organisations.models import Membership, Organisation

from ..builders import PASSWORD, a_person, an_organisation, at, by, system

pytestmark = pytest.mark.django_db
FIRST = {
    "centre": "Example Centre (fictitious)",
    "mailbox": "duty@centre.example",
    "name": "Ann Example (fictitious)",
    "email": "Ann@Centre.example",
    "password": PASSWORD,
}


@pytest.fixture(autouse=True)
def quick_hashes(settings: LazySettings) -> None:
    """A hash that is made to be slow would take most of the time of these tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def test_the_first_administrator_acts_for_the_centre_and_signs_in() -> None:
    user = first_administrator(**FIRST)
    access = access_of(user)
    assert access.may("organisation.manage")
    assert (user.email, str(user)) == ("ann@centre.example", "Ann Example (fictitious) <ann@centre.example>")
    assert authenticate(username="ann@centre.example", password=PASSWORD) == user
    assert Organisation.objects.get().kind == Organisation.Kind.CENTRE


def test_who_joined_is_in_the_record_and_no_password_is() -> None:
    first_administrator(**FIRST)
    entries = list(Entry.unscoped.all())
    assert [e.what for e in entries] == ["organisation added", "membership set"]
    assert entries[0].who == "system: first start"
    assert PASSWORD not in "".join(e.canonical for e in entries)


def test_there_is_one_first_administrator() -> None:
    first_administrator(**FIRST)
    with pytest.raises(BadInput, match="has people already"):
        first_administrator(**FIRST | {"email": "second@centre.example"})
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"mailbox": "no address"}, "mailbox"),
        ({"email": "nor this"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "password1234"}, "password"),
        ({"password": "Example Centre 26"}, "password"),
        ({"password": "ann@centre.example"}, "password"),
        ({"centre": ""}, "name"),
        ({"name": "x" * 201}, "name"),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_is_kept(wrong: dict[str, str], where: str) -> None:
    with pytest.raises(BadInput) as refused:
        first_administrator(**FIRST | wrong)
    assert where in refused.value.where
    assert (User.objects.count(), Organisation.objects.count(), Entry.unscoped.count()) == (0, 0, 0)


def test_a_refused_password_is_not_repeated() -> None:
    with pytest.raises(BadInput) as refused:
        first_administrator(**FIRST | {"password": "sh0rt-one"})
    assert "sh0rt-one" not in str(refused.value)


@pytest.mark.parametrize("code", ["", "A", "A B", "../X", "ABCDEFGHIJKLM", "ÄÖ", "EX\n01"])
def test_a_code_is_two_to_twelve_capitals_or_digits(code: str) -> None:
    """It names a folder of the lake, too."""
    with pytest.raises(BadInput, match="code"):
        add_organisation(system(at(14)), code=code, name="X (fictitious)", mailbox="x@x.example")


def test_a_code_is_given_once_in_whatever_case() -> None:
    assert add_organisation(system(at(14)), code=" ab1\n", name="X (fictitious)", mailbox="x@x.example").code == "AB1"
    with pytest.raises(BadInput, match="code"):
        add_organisation(system(at(14)), code="AB1", name="Y (fictitious)", mailbox="y@y.example")


def test_only_the_centre_adds_organisations_and_people() -> None:
    trust = an_organisation()
    act = by(a_person(trust), at(14))
    with pytest.raises(PermissionDenied):
        add_organisation(act, code="NEW1", name="X (fictitious)", mailbox="x@x.example")
    with pytest.raises(PermissionDenied):
        add_person(act, organisation=trust, email="b@b.example", name="B (fictitious)", role="organisation")


def test_a_role_that_nobody_knows_is_refused() -> None:
    with pytest.raises(BadInput, match="use national, duty_officer, organisation"):
        add_person(system(at(14)), organisation=an_organisation(), email="b@b.example", name="B (fictitious)", role="admin")


def test_one_person_may_belong_to_several_organisations_with_a_role_in_each() -> None:
    one, two = an_organisation(), an_organisation()
    for trust, role in ((one, "organisation"), (two, "read_only")):
        user = add_person(system(at(14)), organisation=trust, email="Bo@b.example", name="Bo (fictitious)", role=role)
    assert User.objects.count() == 1
    access = access_of(user)
    assert (access.where("response.answer"), access.reads) == ({one.pk}, {one.pk, two.pk})


def test_setting_a_membership_again_ends_the_one_before_and_is_recorded() -> None:
    trust = an_organisation()
    for siro in (True, False):
        user = add_person(
            system(at(14)), organisation=trust, email="b@b.example", name="B (fictitious)", role="organisation", siro=siro
        )
    assert not Membership.objects.get(user=user, ended_at=None).siro
    assert [m.siro for m in Membership.objects.filter(user=user).order_by("pk")] == [True, False]
    assert [e.document["siro"] for e in Entry.unscoped.filter(what="membership set")] == [True, False]


def test_without_a_password_nobody_signs_in() -> None:
    add_person(system(at(14)), organisation=an_organisation(), email="b@b.example", name="B (fictitious)", role="read_only")
    for password in ("", "!", None):
        assert authenticate(username="b@b.example", password=password) is None


def test_whoever_left_does_not_sign_in() -> None:
    user = first_administrator(**FIRST)
    user.is_active = False
    user.save()
    assert authenticate(username=user.email, password=PASSWORD) is None


@pytest.mark.parametrize(
    "name", ["", "Coldbrook\u202eslatipsoH", "=HYPERLINK(1)", "Cold\u200bbrook", "Z" + "\u0337" * 9, "x" * 201, "a\0b"]
)
def test_a_name_that_is_not_what_it_looks_like_joins_nowhere(name: str) -> None:
    """The rule of names is the same at the command line, the first start and the demonstration as on a page."""
    trust, act = an_organisation(), system(at(14))
    with pytest.raises(BadInput):
        add_organisation(act, code="NEW1", name=name, mailbox="x@x.example")
    with pytest.raises(BadInput):
        add_person(act, organisation=trust, email="new@x.example", name=name, role=Membership.Role.ORGANISATION)
    assert not Organisation.objects.filter(code="NEW1").exists()
    assert not User.objects.filter(email="new@x.example").exists()
