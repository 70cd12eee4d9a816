"""The record is a chain, signed now and then; what comes out of the hub can be checked without it."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from wardround.connectors.clock import FakeClock
from wardround.core.record import beginning, chained, key_text, new_key, read_key, verify
from wardround.core.record._verify import Verified, checkpoints_in
from wardround.core.vocab import BadInput
from wardround.hub.audit.exporting import exported, shown_otherwise
from wardround.hub.audit.models import Checkpoint, Entry
from wardround.hub.audit.sealing import seal, seal_what_is_new, signing_key
from wardround.hub.audit.services import record
from wardround.hub.organisations.access import access_of
from wardround.hub.organisations.models import Membership, Organisation
from wardround.lake.home import Home

from ..builders import a_clock, a_person, an_organisation, at, system, the_centre

pytestmark = pytest.mark.usefixtures("hub")


def noted(organisation: Organisation, what: str = "noted") -> Entry:
    return record(system(at(14)), organisation=organisation, what=what, subject="X", document={"n": 1.5, "ü": [None, "\u2028"]})


def rows(organisation: Organisation):
    return Entry.unscoped.filter(organisation=organisation)


def checked(organisation: Organisation, **how: object) -> Verified:
    (only,) = verify(exported(organisation), name="export", **how)
    return only


@pytest.fixture
def trust() -> Organisation:
    made = an_organisation()  # its first entry
    for _ in range(3):
        noted(made)
    return made


def test_each_entry_carries_the_digest_of_itself_and_all_before(trust: Organisation) -> None:
    digest = beginning(trust.code)
    for entry in rows(trust):
        digest = chained(digest, entry.canonical)
        assert entry.digest == digest


def test_an_exported_record_is_found_intact_with_the_installations_key(trust: Organisation) -> None:
    seal(trust, at=at(15))
    found = checked(trust, keys=[signing_key().public_key()])
    assert (found.organisation, found.entries, found.signed, found.signed_at, found.faults) == (trust.code, 4, 4, at(15), ())


def test_nothing_new_is_signed_twice_and_what_is_new_is_signed_once(trust: Organisation) -> None:
    other = an_organisation()
    assert seal_what_is_new(at=at(15)) == 2
    assert seal_what_is_new(at=at(15)) == 0
    noted(other)
    assert seal_what_is_new(at=at(16)) == 1
    assert list(Checkpoint.unscoped.filter(organisation=other).values_list("sequence", flat=True)) == [1, 2]
    assert seal(trust, at=at(17)) == Checkpoint.unscoped.get(organisation=trust)


@pytest.mark.usefixtures("somebody_with_the_database")
@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda entries: entries.filter(sequence=2).update(canonical=rows_text(entries, 2).replace("noted", "never")), 2),
        (lambda entries: entries.filter(sequence=3).delete(), 3),
    ],
    ids=["changed", "deleted"],
)
def test_what_somebody_changes_in_the_database_is_named(trust: Organisation, change, fault: int) -> None:
    seal(trust, at=at(15))
    change(rows(trust))
    assert fault in [one.entry for one in checked(trust).faults]


def rows_text(entries, sequence: int) -> str:
    return str(entries.get(sequence=sequence).canonical)


@pytest.mark.usefixtures("somebody_with_the_database")
def test_a_record_written_anew_in_the_database_does_not_match_what_was_signed(trust: Organisation) -> None:
    seal(trust, at=at(15))
    digest = beginning(trust.code)
    for entry in rows(trust):
        text = entry.canonical.replace("noted", "never")
        digest = chained(digest, text)
        rows(trust).filter(pk=entry.pk).update(canonical=text, digest=digest)
    assert [one.entry for one in checked(trust).faults] == [1, 1]


@pytest.mark.usefixtures("somebody_with_the_database")
def test_an_end_cut_off_in_the_database_is_found_by_an_earlier_export(trust: Organisation) -> None:
    seal(trust, at=at(14, 10))
    noted(trust)
    seal(trust, at=at(15))
    earlier = checkpoints_in(exported(trust))
    rows(trust).filter(sequence=5).delete()
    Checkpoint.unscoped.filter(sequence=5).delete()
    assert checked(trust).faults == ()
    assert [one.entry for one in checked(trust, known=earlier).faults] == [5]


@pytest.mark.usefixtures("somebody_with_the_database")
def test_what_the_pages_show_must_be_what_was_recorded(trust: Organisation) -> None:
    assert list(shown_otherwise(trust)) == []
    rows(trust).filter(sequence=3).update(who="somebody else")
    rows(trust).filter(sequence=4).update(document={})
    assert list(shown_otherwise(trust)) == [3, 4]


def test_entries_of_a_version_that_knew_no_chain_are_chained_when_the_next_is_added(trust: Organisation) -> None:
    rows(trust).filter(sequence__gte=3).update(digest="")  # as an older process beside this one writes them
    noted(trust)
    seal(trust, at=at(15))
    assert checked(trust).faults == ()


def test_a_record_of_such_entries_alone_is_chained_when_it_is_signed(trust: Organisation) -> None:
    rows(trust).update(digest="")
    seal(trust, at=at(15))
    assert (checked(trust).entries, checked(trust).faults) == (4, ())


def test_entries_after_the_last_checkpoint_wait_for_the_next(trust: Organisation) -> None:
    seal(trust, at=at(15))
    noted(trust)
    assert checked(trust).entries == 4


def test_what_an_older_key_signed_stays_good(trust: Organisation, hub: Home) -> None:
    seal(trust, at=at(15))
    old = signing_key().public_key()
    (hub.path / "record-signing-key.pem").unlink()
    noted(trust)
    seal(trust, at=at(16))
    found = checked(trust, keys=[old, signing_key().public_key()])
    assert (len(found.keys), found.faults) == (2, ())


def test_the_key_is_made_once_and_is_its_owners_alone(hub: Home) -> None:
    first = signing_key().private_bytes_raw()
    assert signing_key().private_bytes_raw() == first
    path = hub.path / "record-signing-key.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir() if one.name.startswith(".writing")] == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot be read"),
        (b"", "is empty"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n", "no key that can be read"),
    ],
)
def test_a_key_that_is_named_and_is_not_there_is_refused(
    content: bytes | None, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = tmp_path / "key.pem"
    if content is not None:
        named.write_bytes(content)
    monkeypatch.setenv("WARDROUND_SIGNING_KEY_FILE", str(named))
    with pytest.raises(BadInput, match=says):
        signing_key()


def test_a_key_of_another_kind_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cryptography.hazmat.primitives import serialization as s
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

    named = tmp_path / "key.pem"
    form = (s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())
    named.write_bytes(generate_private_key(SECP256R1()).private_bytes(*form))
    monkeypatch.setenv("WARDROUND_SIGNING_KEY_FILE", str(named))
    with pytest.raises(BadInput, match="another kind than Ed25519"):
        signing_key()


@pytest.fixture
def now() -> Iterator[FakeClock]:
    return a_clock(at(15))


def test_own_people_see_how_far_it_is_signed_and_download_that(trust: Organisation, now: FakeClock, client: Client) -> None:
    client.force_login(a_person(trust, Membership.Role.READ_ONLY))
    assert "Nothing is signed yet" in client.get(f"/record/{trust.code}/").text
    signed = seal(trust, at=now.now())
    noted(trust)
    assert f"Signed up to entry {signed.sequence}" in client.get(f"/record/{trust.code}/").text
    answer = client.get(f"/record/{trust.code}/export/")
    assert answer["Content-Disposition"] == f'attachment; filename="record-{trust.code}.jsonl"'
    (found,) = verify(answer.streaming_content, name="download", keys=[signing_key().public_key()])
    assert (found.entries, found.faults) == (signed.sequence, ())


def test_another_organisation_and_the_centre_do_not(trust: Organisation, client: Client) -> None:
    for person in (a_person(an_organisation()), a_person(the_centre(), Membership.Role.NATIONAL)):
        client.force_login(person)
        assert client.get(f"/record/{trust.code}/export/").status_code == 404


def test_the_centre_sees_checkpoints_which_hold_no_word_of_the_record(trust: Organisation) -> None:
    seal(trust, at=at(15))
    officer, other = a_person(the_centre(), Membership.Role.NATIONAL), a_person(an_organisation())
    assert Checkpoint.objects.within(access_of(officer)).filter(organisation=trust).count() == 1
    assert Checkpoint.objects.within(access_of(other)).filter(organisation=trust).count() == 0


def test_a_key_given_from_outside_decides(trust: Organisation) -> None:
    seal(trust, at=at(15))
    stranger = read_key(key_text(new_key().public_key()), where="test")
    assert checked(trust, keys=[stranger]).signed == 0
    assert os.environ.get("WARDROUND_SIGNING_KEY_FILE") is None
