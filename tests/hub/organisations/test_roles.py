"""The table of roles: whole, asked by somebody, told in the reference, and unchanged for the roles of the first version."""

import re
from pathlib import Path

import pytest

from wardround.core.vocab import BadInput
from wardround.hub.accounts.joining import add_person
from wardround.hub.organisations.access import access_of
from wardround.hub.organisations.models import Membership, Organisation
from wardround.hub.organisations.roles import CENTRE, HOSPITALS, PERMISSIONS, PLACES, ROLES, SUPPLIER, fits, granted
from wardround.hub.pages.roles.views import who_may

from ..builders import a_person, an_organisation, at, system, the_centre

SRC = Path(__file__).parents[3] / "src" / "wardround" / "hub"
# What the three roles of the first version could do, which nobody who held one of them may lose.
FIRST_VERSION = {
    ("national", "centre"): {"alert.draft", "alert.issue", "alert.withdraw", "organisation.manage", "names.decide", "centre.read"},
    ("organisation", "trust"): {
        "response.answer",
        "response.close",
        "hunt.run",
        "logs.upload",
        "detection.judge",
        "incident.manage",
        "estate.import",
        "clinical.decide",
        "names.decide",
        "override.propose",
        "inside.read",
        "record.read",
    },
    ("read_only", "trust"): {"inside.read", "record.read", "record.export", "alert.read", "advisory.read"},
    ("read_only", "centre"): {"centre.read", "alert.read", "advisory.read"},
}


def test_the_database_takes_the_roles_of_the_table_and_no_others() -> None:
    assert list(Membership.Role.values) == list(ROLES)
    assert [str(label) for label in Membership.Role.labels] == [role.name for role in ROLES.values()]


def test_every_role_permits_what_the_table_has_and_every_permission_is_somebodys() -> None:
    given = frozenset[str]().union(*(role.permissions for role in ROLES.values()))
    assert given == set(PERMISSIONS)
    for role in ROLES.values():
        for place in role.at:
            assert any(place in PERMISSIONS[one].at for one in role.permissions), (role.name, place)


@pytest.mark.parametrize(("role", "kind"), FIRST_VERSION)
def test_the_roles_of_the_first_version_lose_nothing(role: str, kind: str) -> None:
    assert granted([role], kind=kind) >= FIRST_VERSION[role, kind]


def test_every_permission_is_asked_for_somewhere() -> None:
    """A permission that nothing asks for would stand on the page and mean nothing."""
    files = [p for p in SRC.rglob("*.py") if p.name != "roles.py"]
    text = "\n".join(p.read_text("utf-8") for p in files)
    assert [one for one in PERMISSIONS if f'"{one}"' not in text] == []


def test_no_role_of_the_centre_or_of_a_supplier_sees_inside_an_organisation() -> None:
    for role in ROLES:
        for kind in ("centre", "supplier"):
            assert not granted([role], kind=kind) & {"inside.read", "response.answer", "risk.accept", "clinical.sign", "case.share"}


def test_no_role_of_a_supplier_sees_an_alert_an_answer_or_who_has_what() -> None:
    for role in ROLES:
        assert not granted([role], kind="supplier") & {"alert.read", "advisory.read", "centre.read"}


def test_who_only_reads_does_nothing() -> None:
    reading = {"read", "export"}
    for kind in ("trust", "centre", "supplier"):
        assert {one.split(".")[1] for one in granted(["read_only", "executive"], kind=kind)} <= reading


def test_a_role_that_the_table_does_not_have_permits_nothing() -> None:
    assert granted(["lord of the manor"], kind="trust") == frozenset()


@pytest.mark.django_db
def test_a_role_is_given_only_where_the_table_has_it() -> None:
    with pytest.raises(BadInput, match="duty officer is a role at the national centre"):
        add_person(system(at(14)), organisation=an_organisation(), email="a@b.example", name="A (fictitious)", role="duty_officer")
    assert not fits("supplier", kind="trust")


@pytest.mark.django_db
def test_a_duty_officer_issues_and_gives_nobody_a_role() -> None:
    access = access_of(a_person(the_centre(), Membership.Role.DUTY_OFFICER))
    assert access.may("alert.issue")
    assert not access.may("people.manage")


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "duty"), [("siro", "risk.accept"), ("clinical_safety_officer", "clinical.sign")])
def test_a_duty_held_alone_answers_nothing_else(role: str, duty: str) -> None:
    organisation = an_organisation()
    access = access_of(a_person(organisation, role))
    assert access.may(duty, organisation)
    assert not access.may("response.answer", organisation)
    assert not access.may(duty, Organisation.objects.create(code="ELSE", name="Else", mailbox="e@else.example"))


def test_the_reference_is_the_table(root: Path) -> None:
    """docs/reference/roles.md: every row of the page, and not one more."""
    text = (root / "docs" / "reference" / "roles.md").read_text("utf-8")
    told = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in text.splitlines() if re.match(r"\| [^-]", line)]
    due = [("role", "what it is", "where"), *((r.name, r.words, ", ".join(PLACES[p] for p in r.at)) for r in ROLES.values())]
    for place in (HOSPITALS, CENTRE, SUPPLIER):
        due += [("what", "who may"), *((words, ", ".join(names)) for words, names in who_may(place))]
    assert told == due
