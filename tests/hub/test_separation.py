"""PostgreSQL itself keeps organisations apart: a filter that somebody forgets shows nothing. Collected on PostgreSQL alone."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.test import Client

from wardround.core.vocab import BadInput
from wardround.hub import separation
from wardround.hub.alerts.drafting import centre, issue
from wardround.hub.alerts.models import Response, Word
from wardround.hub.audit.models import Entry
from wardround.hub.audit.services import record
from wardround.hub.estate.models import Source
from wardround.hub.organisations.access import TenantModel, access_of, system_access
from wardround.hub.organisations.models import Organisation
from wardround.hub.reach import EVERYTHING, NOTHING, now, reach_from_here, reaching
from wardround.lake.home import Home

from .builders import (
    a_draft,
    a_person,
    acknowledged,
    an_officer,
    an_organisation,
    at,
    by,
    feeds_with,
    response_of,
    system,
    the_centre,
)
from .organisations.test_access import a_row

pytestmark = pytest.mark.django_db
TENANT = sorted((m for m in apps.get_models() if issubclass(m, TenantModel)), key=lambda m: m.__name__)
each = pytest.mark.parametrize("model", TENANT, ids=lambda m: m.__name__)
Pair = tuple[Organisation, Organisation]


@pytest.fixture
def pair(db: None) -> Iterator[Pair]:
    yield an_organisation(), an_organisation()
    assert now() == EVERYTHING  # whoever narrowed it gave it back


def asked(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def reading(organisation: Organisation) -> Any:
    return reaching(access_of(a_person(organisation)))


def test_every_tenant_table_has_its_rule_forced() -> None:
    assert separation.unprotected(connection) == []
    assert {m._meta.db_table for m in TENANT} <= separation.policies().keys()


def test_every_table_that_names_an_organisation_is_a_tenants_or_known_to_be_none() -> None:
    """Who belongs where is read before anybody reaches anything."""
    columns = asked(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'organisation_id'"
    )
    assert {table for (table,) in columns} - separation.policies().keys() <= {"organisations_membership"}


def test_a_table_without_its_rule_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = separation.policies()
    monkeypatch.setattr(separation, "policies", lambda: rules | {"organisations_organisation": rules["estate_source"]})
    assert separation.unprotected(connection) == ["organisations_organisation"]


def test_the_tests_run_as_a_role_that_owns_nothing() -> None:
    assert asked("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user") == [(False, False)]
    assert asked("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user") == [(0,)]


@each
def test_a_forgotten_filter_shows_ones_own_rows_alone(model: type[TenantModel], pair: Pair) -> None:
    own, other = (a_row(model, organisation) for organisation in pair)
    with reading(pair[0]):
        found = set(model.unscoped.values_list("pk", flat=True))
        raw = {key for (key,) in asked(f'SELECT id FROM "{model._meta.db_table}"')}
    assert own.pk in found
    assert other.pk not in found
    assert raw == found


@each
def test_where_nobody_said_for_whom_there_is_nothing(model: type[TenantModel], pair: Pair) -> None:
    a_row(model, pair[0])
    with reaching(None):
        assert not model.unscoped.exists()


@each
def test_the_centre_sees_what_the_model_says_and_no_more(model: type[TenantModel], pair: Pair) -> None:
    row = a_row(model, pair[0])
    with reaching(access_of(an_officer())):
        assert model.unscoped.filter(pk=row.pk).exists() == model.centre_sees


@each
def test_a_row_of_another_organisation_is_not_written_changed_or_removed(model: type[TenantModel], pair: Pair) -> None:
    row = a_row(model, pair[1])
    table = f'"{model._meta.db_table}"'
    with reading(pair[0]):
        row.pk, row._state.adding = None, True
        with pytest.raises(DatabaseError), transaction.atomic():
            super(TenantModel, row).save_base(force_insert=True)
        for statement in (f"UPDATE {table} SET public_id = gen_random_uuid()", f"DELETE FROM {table}"):
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(f"{statement} WHERE organisation_id = %s", [pair[1].pk])
                    assert cursor.rowcount == 0
            except ProgrammingError as refused:
                assert "permission denied" in str(refused)  # noqa: PT017 (the record takes neither from anybody)


def test_a_row_is_not_given_away(pair: Pair) -> None:
    source = a_row(Source, pair[0])
    with reading(pair[0]), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        Source.unscoped.filter(pk=source.pk).update(organisation=pair[1])


def test_who_only_reads_writes_nothing_even_of_their_own(pair: Pair) -> None:
    source = a_row(Source, pair[0])
    with reaching(access_of(a_person(pair[0], "read_only"))):
        assert Source.unscoped.filter(pk=source.pk).exists()
        assert Source.unscoped.filter(pk=source.pk).update(name="other") == 0


def test_the_record_is_added_to_and_never_changed_by_the_role_that_serves(pair: Pair) -> None:
    record(system(at(14)), organisation=pair[0], what="a test", subject="x")
    for statement in ("UPDATE audit_entry SET who = 'somebody else'", "DELETE FROM audit_entry", "DELETE FROM audit_checkpoint"):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_an_exception_inside_leaves_the_next_one_nothing_of_it(pair: Pair) -> None:
    """The same connection, as a pool hands it on: a rollback takes back what the session was told, and it is told anew."""
    for organisation in pair:
        a_row(Source, organisation)
    for first, second in (pair, reversed(pair)):
        with pytest.raises(ZeroDivisionError), transaction.atomic(), reading(first):  # noqa: PT012
            assert Source.unscoped.exists()
            raise ZeroDivisionError
        with reading(second):
            assert set(Source.unscoped.values_list("organisation", flat=True)) <= {second.pk}
        with reading(first), pytest.raises(DatabaseError), transaction.atomic():
            asked("SELECT 1 / 0")
        with reaching(None):
            assert not Source.unscoped.exists()


def test_what_is_told_inside_a_savepoint_that_is_rolled_back_is_told_anew(pair: Pair) -> None:
    for organisation in pair:
        a_row(Source, organisation)
    with reading(pair[0]):
        assert Source.unscoped.exists()
        with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012 (what is left after it)
            with reading(pair[1]):
                assert Source.unscoped.get().organisation == pair[1]
            raise ZeroDivisionError
        assert Source.unscoped.get().organisation == pair[0]


def test_a_rollback_that_somebody_writes_by_hand_is_noticed(pair: Pair) -> None:
    a_row(Source, pair[0])
    with reading(pair[0]), connection.cursor() as cursor:
        cursor.execute("SAVEPOINT by_hand")
        with reaching(None):
            cursor.execute("SELECT count(*) FROM estate_source")
            assert cursor.fetchone() == (0,)
            cursor.execute("ROLLBACK TO SAVEPOINT by_hand")
            cursor.execute("SELECT count(*) FROM estate_source")
            assert cursor.fetchone() == (0,)


def test_a_page_leaves_nothing_in_reach(pair: Pair, hub: Home) -> None:
    person = a_person(pair[0])
    reach_from_here(NOTHING)
    try:
        client = Client()
        client.force_login(person)
        assert client.get(f"/estate/{pair[0].code}/").status_code == 200
        assert now() == NOTHING
    finally:
        reach_from_here(EVERYTHING)


def test_a_record_that_is_sent_bit_by_bit_is_sent_whole(pair: Pair, hub: Home) -> None:
    """The answer is made after the view has returned."""
    from wardround.hub.audit.sealing import seal

    record(system(at(14)), organisation=pair[0], what="a test", subject="x")
    seal(pair[0], at=at(14))
    client = Client()
    client.force_login(a_person(pair[0]))
    with reaching(None):
        answer = client.get(f"/record/{pair[0].code}/export/")
        sent = b"".join(answer.streaming_content)  # type: ignore[arg-type]
    assert len(sent.splitlines()) >= Entry.unscoped.filter(organisation=pair[0]).count() + 1


def test_an_officer_issues_to_everybody_and_an_organisation_answers_for_itself(hub: Home) -> None:
    feeds_with("2025-05-13T1600", now=at(14))
    first, second, officer = an_organisation(), an_organisation(), an_officer()
    revision = a_draft(at(14), pack="")
    with reaching(access_of(officer, at=at(14))):
        issue(by(officer, at(14)), revision=revision)
        assert Response.unscoped.filter(alert=revision.alert).count() == 2
        assert not Word.unscoped.exists()
    person = a_person(first)
    with reaching(access_of(person, at=at(14))):
        acknowledged(person, response_of(first), at(14))
        assert Response.unscoped.get().organisation == first
        assert not Word.unscoped.filter(organisation=second).exists()
    assert Entry.unscoped.filter(organisation=centre()).exists()


def test_the_system_reaches_what_it_says_for_each(pair: Pair) -> None:
    for organisation in pair:
        a_row(Source, organisation)
    with reaching(system_access("a test")):
        assert Source.unscoped.count() == 2


def test_a_serving_role_that_the_rules_do_not_bind_is_refused() -> None:
    with pytest.raises(BadInput, match="is a superuser"):
        separation.demand_harmless(connection, role="postgres")


def test_nobody_of_the_centre_reaches_into_an_organisation(pair: Pair) -> None:
    the_centre()
    a_row(Word, pair[0])
    with reaching(access_of(an_officer())):
        assert not Word.unscoped.exists()
