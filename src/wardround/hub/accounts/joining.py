"""Organisations and people joining the installation."""

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from wardround.core.directory import plain_name
from wardround.core.vocab import BadInput
from wardround.hub import clock
from wardround.hub.accounts.models import User
from wardround.hub.audit.services import record
from wardround.hub.organisations.access import Act
from wardround.hub.organisations.models import Membership, Organisation
from wardround.hub.organisations.roles import PLACES, ROLES, fits


def _clean(model: Any, where: str) -> None:
    try:
        model.full_clean(exclude=["password"])
    except ValidationError as error:
        field, problems = next(iter(error.message_dict.items()))
        raise BadInput(problems[0], where=f"{where}: {field}", do="correct it and try again") from None


def choose_password(person: User, password: str) -> None:
    """Their first password, once they belong to an organisation, whose words are easily guessed. Raises BadInput for a weak one."""
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise BadInput(" ".join(error.messages), where="password", do="choose another") from None
    person.set_password(password)
    person.save(update_fields=["password"])


@transaction.atomic
def add_organisation(
    act: Act, *, code: str, name: str, mailbox: str, kind: str = Organisation.Kind.TRUST, fictitious: bool = False
) -> Organisation:
    """A new organisation. Raises BadInput when its code is taken or malformed, its name no plain one, or its mailbox no address."""
    act.access.demand("organisation.manage")
    name = plain_name(name, where=f"{code}: name")
    organisation = Organisation(code=code.strip().upper(), name=name, mailbox=mailbox, kind=kind, fictitious=fictitious)
    _clean(organisation, code)
    organisation.save()
    record(act, organisation=organisation, what="organisation added", subject=organisation.code, document={"name": name})
    return organisation


@transaction.atomic
def add_person(
    act: Act,
    *,
    organisation: Organisation,
    email: str,
    name: str,
    role: str,
    password: str | None = None,
    siro: bool = False,
    clinical_safety_officer: bool = False,
) -> User:
    """A person's membership of an organisation; the person is created where they are new."""
    act.access.demand("organisation.manage")
    if role not in Membership.Role.values:
        raise BadInput(f"{role!r} is no role", where=email, do="use " + ", ".join(Membership.Role.values))
    if not fits(role, kind=organisation.kind):
        places = " or ".join(PLACES[place] for place in ROLES[role].at)
        raise BadInput(f"{ROLES[role].name} is a role at {places}", where=email, do=f"choose another role for {organisation}")
    user, new = User.objects.filter(email=email.lower()).first(), None
    if user is None:
        name = plain_name(name, where=f"{email}: name")
        new = User(email=email.lower(), name=name, created_at=act.at)
        _clean(new, email)
        user = new = User.objects.create_user(email, name=name, created_at=act.at)
    Membership.objects.filter(user=user, organisation=organisation, ended_at=None).update(ended_at=act.at, ended_by=act.who)
    Membership.objects.create(
        user=user,
        organisation=organisation,
        role=role,
        siro=siro,
        clinical_safety_officer=clinical_safety_officer,
        begun_at=act.at,
    )
    if new and password is not None:
        choose_password(new, password)
    document = {"person": user.email, "role": role, "siro": siro, "clinical_safety_officer": clinical_safety_officer}
    record(act, organisation=organisation, what="membership set", subject=user.public_id, document=document)
    return user


@transaction.atomic
def first_administrator(*, centre: str, mailbox: str, name: str, email: str, password: str) -> User:
    """The national centre and its first person, in a hub that has nobody yet."""
    from wardround.hub.organisations.access import system_access

    if User.objects.exists():
        raise BadInput("this hub has people already", do="ask one of them")
    act = Act(system_access("first start"), clock.now())
    organisation = add_organisation(act, code="CENTRE", name=centre, mailbox=mailbox, kind=Organisation.Kind.CENTRE)
    return add_person(act, organisation=organisation, email=email, name=name, role=Membership.Role.NATIONAL, password=password)
