"""A file of the directory brought into the hub: what it adds, changes, closes, and what it never does."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from wardround.core.directory import read_directory
from wardround.core.vocab import BadInput
from wardround.hub.accounts.models import User
from wardround.hub.alerts.models import Revision, in_scope
from wardround.hub.audit.models import Entry
from wardround.hub.membership.directory import Changes, bring_directory
from wardround.hub.membership.naming import agree, live_agreements
from wardround.hub.organisations.models import Organisation

from ...core.directory.listing import a_file, a_line, care_boards, trusts
from ..builders import a_person, an_officer, an_organisation, at, by, system

pytestmark = pytest.mark.django_db
DAY = at(14)


def brought(*lines: list[str], kind: str = "trust", dry: bool = False, days: int = 0) -> Changes:
    """The changes that a file of these lines makes."""
    reading = read_directory(a_file(*lines), where="file.csv")
    return bring_directory(system(DAY + timedelta(days=days)), reading, kind=kind, dry=dry)


def test_two_hundred_and_fifty_trusts_below_their_care_boards() -> None:
    assert len(brought(*care_boards(), kind="icb").added) == 42
    found = brought(*trusts())
    assert (len(found.added), found.parent_unknown) == (250, [])
    one = Organisation.objects.get(code="ZT043")
    assert (one.name, one.parent.code, one.kind) == ("Made Trust 43 NHS Foundation Trust", "QZ01", "trust")
    assert Entry.unscoped.filter(what="organisation added").count() == 292


def test_the_same_file_again_changes_nothing() -> None:
    brought(*care_boards(3), kind="icb")
    lines = list(trusts(10, boards=3))
    brought(*lines)
    before = Entry.unscoped.count()
    again = brought(*lines)
    assert again == Changes(the_same=10)
    assert Entry.unscoped.count() == before


def test_dry_says_the_same_and_does_nothing() -> None:
    brought(*care_boards(3), kind="icb")
    brought(a_line("ZT000", "OLD NAME"), a_line("ZT001", "CLOSING"))
    before = list(Organisation.objects.values()), Entry.unscoped.count()
    lines = [a_line("ZT000", "NEW NAME", board="QZ01"), a_line("ZT001", "CLOSING", closed="20250501"), a_line("ZT002", "NEW")]
    said = brought(*lines, dry=True)
    assert (list(Organisation.objects.values()), Entry.unscoped.count()) == before
    assert said == brought(*lines)
    assert (said.added, said.renamed, said.closed, said.moved) == (["ZT002"], ["ZT000"], ["ZT001"], ["ZT000"])


def test_a_closed_one_is_not_added() -> None:
    assert brought(a_line("ZT001", "GONE", closed="20250513")).closed_already == ["ZT001"]
    assert not Organisation.objects.filter(code="ZT001").exists()


def test_one_that_closes_is_marked_keeps_its_people_and_gets_no_alert() -> None:
    brought(a_line("ZT001", "CLOSING"))
    made = Organisation.objects.get(code="ZT001")
    person = a_person(made)
    brought(a_line("ZT001", "CLOSING", closed="20250510"))
    made.refresh_from_db()
    assert made.closed_on == date(2025, 5, 10)
    assert person.memberships.filter(ended_at=None).exists()
    assert made not in in_scope(Revision(scope=["all"]))
    assert Entry.unscoped.filter(organisation=made).last().what == "organisation closed"
    assert brought(a_line("ZT001", "CLOSING")).open_again == ["ZT001"]


def test_one_that_closes_later_is_open_until_then() -> None:
    line = a_line("ZT001", "CLOSING", closed="20250520")
    assert brought(line).added == ["ZT001"]
    assert Organisation.objects.get(code="ZT001").closed_on is None
    assert brought(line, days=10).closed == ["ZT001"]


def test_who_is_not_in_the_file_stays() -> None:
    brought(a_line("ZT001", "ONE"), a_line("ZT002", "TWO"))
    brought(a_line("ZT002", "TWO"))
    assert Organisation.objects.get(code="ZT001").closed_on is None


def test_a_code_of_another_kind_is_left_alone() -> None:
    an_organisation("CENTRE", kind="centre")
    found = brought(a_line("CENTRE", "TAKEN OVER"))
    assert "here as a centre" in found.aside[0].what
    assert Organisation.objects.get(code="CENTRE").name != "Taken Over"


def test_a_parent_that_is_not_here_is_said_and_nothing_is_guessed() -> None:
    assert brought(a_line("ZT001", "ONE", board="QZ99")).parent_unknown == ["ZT001"]
    assert Organisation.objects.get(code="ZT001").parent is None


def test_a_trust_is_no_parent() -> None:
    found = brought(a_line("ZT001", "ONE"), a_line("ZT002", "TWO", board="ZT001"))
    assert found.parent_unknown == ["ZT002"]


def test_parents_form_no_circle() -> None:
    lines = [a_line("QZ01", "A", board="QZ02"), a_line("QZ02", "B", board="QZ01")]
    assert brought(*lines, kind="icb").parent_unknown == ["QZ02"]


def test_a_new_parent_sees_nothing_of_what_the_old_one_was_shown() -> None:
    brought(*care_boards(2), kind="icb")
    brought(a_line("ZT001", "ONE", board="QZ00"))
    trust = Organisation.objects.get(code="ZT001")
    agree(by(a_person(trust), DAY), organisation=trust, until=DAY + timedelta(days=30))
    brought(a_line("ZT001", "ONE", board="QZ01"))
    assert live_agreements(trust, at=DAY) == []


def test_only_the_centre_brings_organisations() -> None:
    reading = read_directory(a_file(a_line("ZT001", "ONE")), where="x")
    people: list[User] = [a_person(an_organisation())]
    for person in people:
        with pytest.raises(PermissionDenied):
            bring_directory(by(person, DAY), reading, kind="trust")
    assert bring_directory(by(an_officer(), DAY), reading, kind="trust").added == ["ZT001"]


def test_no_file_makes_a_centre() -> None:
    with pytest.raises(BadInput, match="no kind"):
        brought(a_line("ZT001", "ONE"), kind="centre")


def test_lines_put_aside_are_told() -> None:
    found = brought(a_line("ZT001", "=1+1"), a_line("ZT002", "TWO"))
    assert (found.added, [r.where for r in found.aside]) == (["ZT002"], ["line 1"])
