"""The shelf on disk: it holds what the store holds now, may vanish or break at any time, and never speaks of another time."""

import sqlite3
import threading

import orjson
import pytest

from wardround.core.matching import Subject
from wardround.core.matching._compiled import compiled
from wardround.core.matching._record import Record
from wardround.core.matching._rows import ASK, LONG, as_kept, texts_of, written
from wardround.lake.shelf import _file, _shelf, _state, shelf
from wardround.lake.statements import Statements

from ..core.advisories.builders import a_cve, at
from .test_statements import put, store  # noqa: F401 - a fixture

LATER = at("2031-01-01")
NAME = ("example", "gateway")
SUBJECT = Subject(("example",), "gateway", "1.0-rc1")
OPEN = [{"vendor": "Example", "product": "Gateway", "versions": [{"version": "1.0", "lessThan": "2.0", "status": "affected"}]}]
CVE = "CVE-2030-0001"


def keep(folder, statements, *, when=LATER):
    """What `check` does with a record that the shelf lacks."""
    with shelf(folder, statements, at=when) as kept:
        for advisory in statements.advisories([CVE], at=when):
            rows = compiled(Record(advisory), [NAME])
            kept.keep(advisory, rows=rows, joint=[], answers=[(SUBJECT, [1, "It is not told.", f"{CVE} /containers"])])


def held(folder, statements, *, when=LATER):
    with shelf(folder, statements, at=when) as kept:
        return set(kept.rows([NAME])[NAME]), set(kept.answers([SUBJECT]).get(SUBJECT, {}))


NOTHING, ALL = (set(), set()), ({CVE}, {CVE})


@pytest.fixture
def filled(store, tmp_path):  # noqa: F811
    put(store, a_cve(affected=OPEN))
    keep(tmp_path, store)
    return store


def test_what_was_kept_is_there_the_next_time(filled, tmp_path):
    assert held(tmp_path, filled) == ALL


def test_a_new_version_of_a_record_drops_what_was_kept_of_it_and_of_no_other(filled, tmp_path):
    put(filled, a_cve("CVE-2030-0002", affected=OPEN), a_cve("CVE-2030-0002", affected=[]))
    assert held(tmp_path, filled) == ALL
    put(filled, a_cve(affected=[], updated="2030-05-20T00:00:00Z"))
    assert held(tmp_path, filled) == NOTHING
    assert held(tmp_path, filled) == NOTHING
    keep(tmp_path, filled)
    assert held(tmp_path, filled) == ALL


def test_at_a_time_before_the_newest_version_was_in_force_nothing_is_told(filled, tmp_path):
    assert held(tmp_path, filled, when=at("2030-05-01")) == NOTHING
    assert held(tmp_path, filled) == ALL


def test_an_older_version_of_a_record_is_never_kept(store, tmp_path):  # noqa: F811
    put(store, a_cve(affected=OPEN))
    rejected = a_cve(affected=[], updated="2030-08-01T00:00:00Z")
    rejected["cveMetadata"] |= {"state": "REJECTED", "dateRejected": "2030-08-01T00:00:00Z"}
    put(store, rejected)
    keep(tmp_path, store, when=at("2030-07-01"))
    assert held(tmp_path, store, when=at("2030-07-01")) == NOTHING
    keep(tmp_path, store)
    assert held(tmp_path, store, when=at("2030-07-01")) == NOTHING
    assert held(tmp_path, store) == ALL


def test_a_shelf_that_is_deleted_or_damaged_is_made_again(filled, tmp_path):
    (file,) = tmp_path.glob("compiled-*.sqlite3")
    for damage in (file.unlink, lambda: file.write_bytes(b"no database, and longer than a header " * 300)):
        damage()
        assert held(tmp_path, filled) == NOTHING
        keep(tmp_path, filled)
        assert held(tmp_path, filled) == ALL


def test_another_state_of_the_program_has_a_shelf_of_its_own(filled, tmp_path, monkeypatch):
    monkeypatch.setattr(_shelf, "program", lambda: "another")
    assert held(tmp_path, filled) == NOTHING
    assert [file.name for file in tmp_path.glob("compiled-*")] == ["compiled-another.sqlite3"]


def test_an_error_on_the_way_writes_nothing(store, tmp_path):  # noqa: F811
    put(store, a_cve(affected=OPEN))

    def interrupted():
        with shelf(tmp_path, store, at=LATER) as kept:
            (advisory,) = store.advisories([CVE], at=LATER)
            kept.keep(advisory, rows=compiled(Record(advisory), [NAME]), joint=[], answers=[])
            raise KeyError

    with pytest.raises(KeyError):
        interrupted()
    assert held(tmp_path, store) == NOTHING


def test_what_was_made_before_the_store_moved_on_is_not_written_after_it(store, tmp_path):  # noqa: F811
    put(store, a_cve(affected=OPEN))
    with shelf(tmp_path, store, at=LATER) as slow:
        (advisory,) = store.advisories([CVE], at=LATER)
        slow.keep(advisory, rows=compiled(Record(advisory), [NAME]), joint=[], answers=[])
        put(store, a_cve(affected=[], updated="2030-05-20T00:00:00Z"))
        assert held(tmp_path, store) == NOTHING  # another process brings the shelf up to date
    assert held(tmp_path, store) == NOTHING


def test_several_at_once_leave_one_whole_shelf(store, tmp_path):  # noqa: F811
    put(store, a_cve(affected=OPEN))
    trouble = []

    def one():
        try:
            with Statements.open(tmp_path) as statements:
                keep(tmp_path, statements)
        except BaseException as error:
            trouble.append(error)

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trouble == []
    assert held(tmp_path, store) == ALL


def test_a_shelf_that_somebody_else_writes_is_done_without(filled, tmp_path, monkeypatch):
    monkeypatch.setattr(_file, "PATIENCE", 0.01)
    (file,) = tmp_path.glob("compiled-*.sqlite3")
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert held(tmp_path, filled) in (NOTHING, ALL)
    other.execute("ROLLBACK")
    other.close()
    assert held(tmp_path, filled) == ALL


def test_a_shelf_that_cannot_be_written_is_read(filled, tmp_path, monkeypatch):
    def refuse(db):
        raise sqlite3.OperationalError("attempt to write a readonly database")

    monkeypatch.setattr(_file, "_prepare", refuse)
    assert held(tmp_path, filled) == ALL


def test_a_shelf_that_breaks_while_it_is_read_holds_nothing_and_goes(filled, tmp_path):
    (file,) = tmp_path.glob("compiled-*.sqlite3")
    with sqlite3.connect(file) as db:
        db.execute("PRAGMA writable_schema = 1")
        db.execute("UPDATE sqlite_schema SET rootpage = 99999 WHERE name IN ('plan', 'plan_cve', 'bound')")
    db.close()
    assert held(tmp_path, filled)[0] == set()
    keep(tmp_path, filled)
    keep(tmp_path, filled)
    assert held(tmp_path, filled) == ALL


def test_where_nothing_can_be_dropped_what_was_restated_is_passed_over(filled, tmp_path, monkeypatch):
    put(filled, a_cve(affected=[], updated="2030-05-20T00:00:00Z"))
    (file,) = tmp_path.glob("compiled-*.sqlite3")
    monkeypatch.setattr(_shelf, "connect", lambda path: _file.readable(file))
    assert held(tmp_path, filled) == NOTHING


def count(folder, table):
    (file,) = folder.glob("compiled-*.sqlite3")
    with sqlite3.connect(file) as db:
        (found,) = db.execute(f"SELECT count(*) FROM {table}").fetchone()
    db.close()
    return found


def synced_anew(folder, *records, seen="2030-06-02"):
    """The store moved away, as the message on a damaged one says, and filled again."""
    for file in folder.glob("statements.sqlite3*"):
        file.unlink()
    again = Statements.open(folder, write=True)
    put(again, *records, seen=seen)
    return again


def test_of_a_store_that_was_synced_anew_nothing_that_was_kept_before_holds(filled, tmp_path):
    other = a_cve("CVE-2030-0002", affected=[])
    with synced_anew(tmp_path, a_cve(affected=[], updated="2030-05-20T00:00:00Z")) as again:
        assert held(tmp_path, again) == NOTHING  # as many statements as before
        keep(tmp_path, again)
    with synced_anew(tmp_path, a_cve(affected=OPEN), other, seen="2030-06-03") as again:
        assert held(tmp_path, again) == NOTHING  # more of them
        keep(tmp_path, again)
        assert held(tmp_path, again) == ALL


def test_of_a_store_that_was_restored_from_a_backup_nothing_that_was_kept_after_it_holds(filled, tmp_path):
    put(filled, a_cve("CVE-2030-0002", affected=OPEN), a_cve("CVE-2030-0003", affected=OPEN))
    assert held(tmp_path, filled) == ALL
    with synced_anew(tmp_path, a_cve(affected=[]), seen="2030-06-01") as restored:
        assert held(tmp_path, restored) == NOTHING
        assert count(tmp_path, "named") == 0


def test_of_another_store_nothing_is_served_where_nothing_can_be_dropped(filled, tmp_path, monkeypatch):
    (file,) = tmp_path.glob("compiled-*.sqlite3")
    monkeypatch.setattr(_shelf, "connect", lambda path: _file.readable(file))
    with synced_anew(tmp_path, a_cve(affected=[], updated="2030-05-20T00:00:00Z")) as again:
        assert held(tmp_path, again) == NOTHING
        with shelf(tmp_path, again, at=LATER) as kept:
            assert kept.lacking([CVE]) == [CVE]


def test_a_shelf_of_an_older_shape_is_made_again(filled, tmp_path):
    (file,) = tmp_path.glob("compiled-*.sqlite3")
    with sqlite3.connect(file) as db:
        db.execute("PRAGMA user_version = 1")
    db.close()
    assert held(tmp_path, filled) == NOTHING
    keep(tmp_path, filled)
    assert held(tmp_path, filled) == ALL


@pytest.mark.parametrize("trouble", [sqlite3.OperationalError("database is locked"), sqlite3.DatabaseError("malformed")])
def test_what_cannot_be_written_fails_nobody(store, tmp_path, monkeypatch, trouble):  # noqa: F811
    def refuse(self, kept):
        raise trouble

    put(store, a_cve(affected=OPEN))
    with monkeypatch.context() as patched:
        patched.setattr(_shelf.Shelf, "_put_all", refuse)
        keep(tmp_path, store)
        assert bool(list(tmp_path.glob("compiled-*"))) == isinstance(trouble, sqlite3.OperationalError)
    keep(tmp_path, store)
    assert held(tmp_path, store) == ALL


def test_a_shelf_that_breaks_while_it_is_brought_up_to_date_is_made_again(filled, tmp_path, monkeypatch):
    broken = [True]
    drop = _state.State.drop

    def once(self, db):
        if broken and broken.pop():
            raise sqlite3.DatabaseError("database disk image is malformed")
        drop(self, db)

    monkeypatch.setattr(_state.State, "drop", once)
    put(filled, a_cve("CVE-2030-0002", affected=OPEN))
    assert held(tmp_path, filled) == NOTHING
    keep(tmp_path, filled)
    assert held(tmp_path, filled) == ALL


def test_a_broken_shelf_that_cannot_be_removed_is_an_empty_one(filled, tmp_path, monkeypatch):
    (file,) = tmp_path.glob("compiled-*.sqlite3")

    def break_down(self):
        if self._path == file and self._db.execute("PRAGMA database_list").fetchone()[2]:
            raise sqlite3.DatabaseError("database disk image is malformed")

    monkeypatch.setattr(_shelf.Shelf, "bring_up_to_date", break_down)
    assert held(tmp_path, filled) == NOTHING


def test_half_characters_of_a_record_are_left_to_be_read_as_they_stand():
    row = ["CVE-2030-0001", 0, [], [], [0], {}, [[1, "\ud800", "CVE-2030-0001 /containers"]]]
    assert as_kept(*written(row))[:5] == ["CVE-2030-0001", LONG, [], [], [ASK]]


def test_rows_that_are_bound_are_those_that_were_kept_one_by_one(filled, tmp_path):
    with shelf(tmp_path, filled, at=LATER) as kept:
        bound = kept.rows([NAME])[NAME]
    (file,) = tmp_path.glob("compiled-*.sqlite3")
    with sqlite3.connect(file) as db:
        assert db.execute("DELETE FROM bound").rowcount == 1
    db.close()
    with shelf(tmp_path, filled, at=LATER) as kept:
        single = kept.rows([NAME])[NAME]
    assert [whole(row) for row in bound.values()] == [whole(row) for row in single.values()] != []


def whole(row):
    """A row with everything in it read."""
    answers = row[6] if isinstance(row[6], list) else row[6].split(b"\n")
    return [*row[:5], texts_of(row), [orjson.loads(line) for line in answers], row[7]]


def test_a_restated_record_unbinds_the_rows_of_its_names(filled, tmp_path):
    put(filled, a_cve("CVE-2030-0002", affected=OPEN))
    assert (held(tmp_path, filled), count(tmp_path, "bound")) == (ALL, 1)
    put(filled, a_cve(affected=[], updated="2030-05-20T00:00:00Z"))
    assert (held(tmp_path, filled), count(tmp_path, "bound")) == (NOTHING, 0)


def test_a_row_that_joins_others_of_its_name_is_bound_with_them(filled, tmp_path):
    put(filled, a_cve("CVE-2030-0002", affected=OPEN))
    with shelf(tmp_path, filled, at=LATER) as kept:
        (advisory,) = filled.advisories(["CVE-2030-0002"], at=LATER)
        kept.keep(advisory, rows=compiled(Record(advisory), [NAME]), joint=[], answers=[])
    assert held(tmp_path, filled)[0] == {CVE, "CVE-2030-0002"}
    assert count(tmp_path, "bound") == 1


def test_at_a_time_when_some_of_the_bound_rows_hold_those_are_told(filled, tmp_path):
    put(filled, a_cve("CVE-2030-0002", affected=OPEN, published="2030-08-01T00:00:00Z", updated="2030-08-01T00:00:00Z"))
    with shelf(tmp_path, filled, at=LATER) as kept:
        (advisory,) = filled.advisories(["CVE-2030-0002"], at=LATER)
        kept.keep(advisory, rows=compiled(Record(advisory), [NAME]), joint=[], answers=[])
    assert held(tmp_path, filled, when=at("2030-07-01"))[0] == {CVE}
    assert held(tmp_path, filled)[0] == {CVE, "CVE-2030-0002"}
