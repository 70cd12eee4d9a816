"""Tenant data is reached only within somebody's access."""

import inspect
from dataclasses import FrozenInstanceError

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied

from wardround.core.vocab import BadInput
from wardround.hub.accounts.joining import add_person
from wardround.hub.organisations.access import TenantModel, Unscoped, access_of, system_access
from wardround.hub.organisations.lookup import organisation_by
from wardround.hub.organisations.models import Membership

from ..builders import a_person, a_row, an_organisation, at, system, the_centre

pytestmark = pytest.mark.django_db
TENANT = sorted((m for m in apps.get_models() if issubclass(m, TenantModel)), key=lambda m: m.__name__)
SEEN_BY_THE_CENTRE = {"Addressed", "Answer", "Checkpoint", "Message", "NamedPerson", "Response", "Sharing"}
each = pytest.mark.parametrize("model", TENANT, ids=lambda m: m.__name__)


def test_there_are_tenant_models_to_test() -> None:
    assert {"Response", "Word", "Snapshot", "Detection", "Entry", "Message", "Incident", "Contact"} <= {m.__name__ for m in TENANT}


@each
def test_rows_of_another_organisation_are_never_within_reach(model: type[TenantModel]) -> None:
    ours, theirs = an_organisation(), an_organisation()
    own, other = a_row(model, ours), a_row(model, theirs)
    for role in Membership.Role.values:
        if role != Membership.Role.NATIONAL:
            found = set(model.objects.within(access_of(a_person(ours, role))).values_list("pk", flat=True))
            assert own.pk in found
            assert other.pk not in found


@each
def test_the_centre_sees_only_what_says_so(model: type[TenantModel]) -> None:
    row = a_row(model, an_organisation())
    for role in (Membership.Role.NATIONAL, Membership.Role.READ_ONLY):
        sees = model.objects.within(access_of(a_person(the_centre(), role))).filter(pk=row.pk).exists()
        assert sees == (model.__name__ in SEEN_BY_THE_CENTRE) == model.centre_sees


@each
def test_a_stranger_reaches_nothing(model: type[TenantModel]) -> None:
    a_row(model, an_organisation())
    stranger = a_person(an_organisation())
    stranger.memberships.all().delete()
    assert not model.objects.within(access_of(stranger)).exists()


@each
def test_the_system_reaches_everything(model: type[TenantModel]) -> None:
    row = a_row(model, an_organisation())
    assert model.objects.within(system_access("a test")).get(pk=row.pk) == row


@each
def test_asking_without_saying_for_whom_is_refused(model: type[TenantModel]) -> None:
    for ask in ("all", "filter", "get", "exclude", "count", "first", "exists", "values", "create", "in_bulk", "iterator"):
        with pytest.raises(Unscoped, match=r"within\(access\)"):
            getattr(model.objects, ask)()


@each
def test_a_tenant_row_has_an_organisation_and_a_public_id(model: type[TenantModel]) -> None:
    organisation = model._meta.get_field("organisation")
    assert not organisation.null
    assert model._meta.get_field("public_id").unique


def test_somebody_of_two_organisations_reaches_both_and_acts_where_they_may() -> None:
    first, second = an_organisation(), an_organisation()
    person = a_person(first)
    Membership.objects.create(user=person, organisation=second, role=Membership.Role.READ_ONLY)
    access = access_of(person)
    assert access.sees_inside(first)
    assert access.sees_inside(second)
    assert access.may("response.answer", first)
    assert not access.may("response.answer", second)


def test_duties_count_only_where_their_holder_acts() -> None:
    organisation = an_organisation()
    acting = access_of(a_person(organisation, siro=True, clinical_safety_officer=True))
    reading = access_of(a_person(organisation, Membership.Role.READ_ONLY, siro=True, clinical_safety_officer=True))
    for duty in ("risk.accept", "clinical.sign"):
        assert acting.may(duty, organisation)
        assert not reading.may(duty)


def test_a_permission_that_the_table_does_not_have_is_a_mistake() -> None:
    for access in (system_access("a test"), access_of(a_person(an_organisation()))):
        with pytest.raises(LookupError, match=r"alert\.isue"):
            access.may("alert.isue")


def test_the_centre_sees_no_organisation_inside_and_acts_for_none() -> None:
    organisation, access = an_organisation(), access_of(a_person(the_centre(), Membership.Role.NATIONAL))
    assert not access.sees_inside(organisation)
    with pytest.raises(PermissionDenied):
        access.demand("response.answer", organisation)


def test_an_organisation_does_not_act_for_the_centre() -> None:
    with pytest.raises(PermissionDenied, match="may not issue a bulletin"):
        access_of(a_person(an_organisation())).demand("alert.issue")


def test_a_reader_at_the_centre_reads_and_does_not_act() -> None:
    access = access_of(a_person(the_centre(), Membership.Role.READ_ONLY))
    assert access.national
    with pytest.raises(PermissionDenied):
        access.demand("alert.issue")


def test_an_access_cannot_be_widened() -> None:
    access = access_of(a_person(an_organisation()))
    with pytest.raises(FrozenInstanceError):
        access.everything = True  # type: ignore[misc]


def test_the_system_says_why() -> None:
    assert system_access("the gate").who == "system: the gate"
    assert inspect.signature(system_access).parameters["reason"].default is inspect.Parameter.empty


def test_an_organisation_is_found_by_its_code_in_any_case() -> None:
    made = an_organisation("LOOK1")
    assert organisation_by(" look1 ") == made


def test_an_unknown_code_names_those_there_are() -> None:
    an_organisation("LOOK2")
    with pytest.raises(BadInput, match="known codes: LOOK2"):
        organisation_by("NOPE")


def test_nobody_at_a_hospital_is_given_the_role_of_the_centre() -> None:
    with pytest.raises(BadInput, match="national centre"):
        add_person(system(at(14)), organisation=an_organisation(), email="a@b.example", name="A (fictitious)", role="national")
