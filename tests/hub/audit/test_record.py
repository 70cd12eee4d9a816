"""The record: one entry for each change, numbered without gaps within an organisation, never changed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest
from django.db import IntegrityError, connection, connections, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from wardround.core.vocab import BadInput
from wardround.core.vocab._canonical import canonical
from wardround.hub.audit.models import Entry
from wardround.hub.audit.services import record
from wardround.hub.organisations.models import Organisation

from ..builders import a_person, an_organisation, at, by, system


def noted(organisation: Organisation, what: str = "noted", **document: object) -> Entry:
    return record(system(at(14)), organisation=organisation, what=what, subject="X", document=document)


def numbers(organisation: Organisation) -> list[int]:
    return list(Entry.unscoped.filter(organisation=organisation).values_list("sequence", flat=True))


@pytest.mark.django_db
def test_an_entry_says_who_when_what_and_on_which_evidence() -> None:
    trust = an_organisation("AUD1")
    person = a_person(trust, name="Ann Example (fictitious)")
    act = by(person, at(14, 10))
    entry = record(
        act, organisation=trust, what="closed", subject="r-1", document={"from": "verifying", "to": "closed", "hunt": "h-1"}
    )
    assert (entry.who, entry.at, entry.what, entry.subject) == (
        f"Ann Example (fictitious) <{person.email}>",
        at(14, 10),
        "closed",
        "r-1",
    )
    assert entry.document == {"from": "verifying", "to": "closed", "hunt": "h-1"}


@pytest.mark.django_db
def test_numbers_run_from_one_without_gaps_within_each_organisation() -> None:
    one, two = an_organisation(), an_organisation()  # adding an organisation is its first entry
    for organisation in (one, two, one, one, two):
        noted(organisation)
    assert (numbers(one), numbers(two)) == ([1, 2, 3, 4], [1, 2, 3])


@pytest.mark.django_db
def test_what_is_rolled_back_leaves_no_gap() -> None:
    trust = an_organisation()
    with transaction.atomic():
        noted(trust, "never happened")
        transaction.set_rollback(True)
    noted(trust)
    assert numbers(trust) == [1, 2]


@pytest.mark.django_db
def test_a_number_is_given_once() -> None:
    entry = noted(an_organisation())
    again = Entry(organisation=entry.organisation, sequence=entry.sequence, at=entry.at, document={})
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save()


@pytest.mark.django_db
def test_an_entry_is_never_changed_and_never_deleted() -> None:
    entry = noted(an_organisation())
    entry.who = "somebody else"
    for change in (entry.save, entry.delete):
        with pytest.raises(TypeError, match="append-only"):
            change()
    assert Entry.unscoped.get(pk=entry.pk).who == "system: test"


@pytest.mark.django_db
def test_an_organisation_with_a_record_cannot_be_deleted() -> None:
    trust = an_organisation()
    with pytest.raises(IntegrityError):
        trust.delete()


@pytest.mark.django_db
def test_canonical_is_the_whole_entry_in_one_way_only() -> None:
    trust = an_organisation("AUD2")
    entry = noted(trust, b="ü", a=[1, 2.5, None, True])
    assert entry.canonical == (
        '{"at":"2025-05-14T09:00:00+00:00","document":{"a":[1,2.5,null,true],"b":"ü"},"organisation":"AUD2",'
        '"sequence":2,"subject":"X","what":"noted","who":"system: test"}'
    )


@pytest.mark.django_db
def test_canonical_is_rebuilt_from_the_row_as_it_was_stored() -> None:
    """What a later check of the chain has to do: read the row back, write it down again, compare bytes."""
    trust = an_organisation()
    noted(trust, b={"y": 1, "x": [0.1, 899.0]}, a="ü\u2028")
    for row in Entry.unscoped.filter(organisation=trust):
        again = {
            "organisation": row.organisation.code,
            "sequence": row.sequence,
            "at": row.at.isoformat(),
            "who": row.who,
            "what": row.what,
            "subject": row.subject,
            "document": row.document,
        }
        assert canonical(again).decode() == row.canonical


@pytest.mark.django_db
@pytest.mark.parametrize("document", [{"n": float("nan")}, {"d": datetime(2025, 5, 14, tzinfo=UTC)}, {"s": "\ud800"}])
def test_what_cannot_be_written_down_is_refused_and_nothing_is_kept(document: dict[str, object]) -> None:
    trust = an_organisation()
    with pytest.raises(BadInput, match="/document"):
        noted(trust, **document)
    assert numbers(trust) == [1]


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=9)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


class AnyDocument(TestCase):
    """A law, so a property: whatever JSON a document holds, the record keeps all of it, in one way."""

    @settings(max_examples=30)
    @given(JSON)
    def test_it_is_read_back_as_it_was_written(self, value: object) -> None:
        trust = Organisation.objects.filter(code="AUD3").first() or an_organisation("AUD3")
        entry = Entry.unscoped.get(pk=noted(trust, value=value).pk)
        assert entry.document == {"value": value} == orjson.loads(entry.canonical)["document"]


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_time_get_numbers_without_gaps() -> None:
    """On PostgreSQL eight people at once; SQLite in memory knows one connection, so there they come one after the other."""
    trust = an_organisation()

    def write(n: int) -> None:
        try:
            with transaction.atomic():
                noted(trust, f"writer {n}")
        finally:
            if connection.vendor == "postgresql":
                connections.close_all()

    with ThreadPoolExecutor(8 if connection.vendor == "postgresql" else 1) as people:
        if connection.vendor == "postgresql":
            list(people.map(write, range(40)))
        else:
            list(map(write, range(40)))
    assert numbers(trust) == list(range(1, 42))


@pytest.mark.django_db
def test_an_instant_is_written_in_utc_whatever_zone_it_came_in() -> None:
    summer = datetime(2025, 5, 14, 10, tzinfo=timezone(timedelta(hours=1)))
    entry = record(system(summer), organisation=an_organisation(), what="noted", subject="X")
    assert Entry.unscoped.get(pk=entry.pk).at == at(14, 9)
    assert '"at":"2025-05-14T09:00:00+00:00"' in entry.canonical
