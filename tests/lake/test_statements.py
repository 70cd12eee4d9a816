"""The store: append-only, by stated time, replayed by seen time, read while it is written."""

import sqlite3
import threading
from datetime import timedelta

import pytest

from wardround.core.advisories import read_cve, read_kev
from wardround.core.claims import read_document
from wardround.core.vocab import BadInput, Rejected
from wardround.lake.statements import CHANGED, NEW, SAME, Age, Statements, Writer

from ..core.advisories.builders import WHERE, a_csaf, a_cve, a_kev, at, kev_stamp, ssvc

LATER = at("2031-01-01")


@pytest.fixture
def store(tmp_path):
    with Statements.open(tmp_path, write=True) as statements:
        yield statements


def put(store, *documents, seen="2030-06-01"):
    writer = Writer(store, seen_at=at(seen))
    with writer.transaction():
        return [writer.cve(read_cve(document, where=WHERE), source=WHERE) for document in documents]


def list_in_kev(store, cve, added, *, seen="2030-06-01"):
    writer = Writer(store, seen_at=at(seen))
    with writer.transaction():
        return writer.kev(read_kev(a_kev((cve, added)), where=WHERE).entries[0], source="kev.json")


def test_nothing_to_read_says_what_to_run(tmp_path):
    with pytest.raises(BadInput, match="feeds sync"):
        Statements.open(tmp_path / "none")


def test_what_went_in_comes_out_with_its_source_and_hash(store):
    put(store, a_cve())
    advisory = store.advisory("CVE-2030-0001", at=LATER)
    assert (advisory.title, advisory.source, len(advisory.sha256)) == ("Example", WHERE, 64)


def test_a_second_time_changes_nothing(store):
    assert put(store, a_cve()) == [NEW]
    before = list(store.db.iterdump())
    assert put(store, a_cve(), seen="2030-06-02") == [SAME]
    assert list(store.db.iterdump()) == before


def test_the_same_record_laid_out_otherwise_is_the_same(store):
    put(store, a_cve())
    assert put(store, dict(reversed(a_cve().items()))) == [SAME]


def test_a_newer_version_stands_beside_the_old(store):
    put(store, a_cve(updated="2030-05-14T00:00:00Z"))
    assert put(store, a_cve(affected=[{"vendor": "Example", "product": "Other"}])) == [CHANGED]
    assert store.counts()["cve"] == {"records": 1, "statements": 2, "rejected": 0}
    assert store.advisory("CVE-2030-0001", at=LATER).containers[0].affected[0]["product"] == "Other"


def test_an_older_version_that_comes_later_does_not_speak(store):
    put(store, a_cve(affected=[{"vendor": "Example", "product": "New"}]))
    put(store, a_cve(updated="2030-05-14T00:00:00Z"))
    assert store.advisory("CVE-2030-0001", at=LATER).containers[0].affected[0]["product"] == "New"


def test_stamps_of_all_versions_are_kept(store):
    put(store, a_cve(metrics=[ssvc("2030-05-13", exploitation="none")], updated="2030-05-14T00:00:00Z"))
    put(store, a_cve(metrics=[ssvc("2030-05-20", exploitation="active")]))
    history = store.advisory("CVE-2030-0001", at=LATER).stated
    assert [s.value for s in history if s.key == "ssvc.exploitation"] == ["none", "active"]


def test_kev_is_the_earlier_of_catalogue_and_record(store):
    put(store, a_cve(metrics=[kev_stamp("2030-05-20")]))
    list_in_kev(store, "CVE-2030-0001", "2030-05-19")
    assert store.advisory("CVE-2030-0001", at=at("2030-05-18")).latest("kev") is None
    assert store.advisory("CVE-2030-0001", at=LATER).latest("kev").stated_at == at("2030-05-19")


def test_seen_by_replays_what_was_known_here(store):
    put(store, a_cve(updated="2030-05-14T00:00:00Z"), seen="2030-05-15")
    put(store, a_cve(affected=[]), seen="2030-05-25")
    list_in_kev(store, "CVE-2030-0001", "2030-05-14", seen="2030-05-25")
    then = store.advisory("CVE-2030-0001", at=LATER, seen_by=at("2030-05-20"))
    now = store.advisory("CVE-2030-0001", at=LATER)
    assert (len(then.containers[0].affected), then.latest("kev")) == (1, None)
    assert (len(now.containers[0].affected), now.latest("kev").value) == (0, "yes")
    assert store.advisory("CVE-2030-0001", at=LATER, seen_by=at("2030-05-14")) is None


def test_a_rejection_is_kept_and_counts_from_its_date(store):
    put(store, a_cve(updated="2030-05-14T00:00:00Z"), a_cve(state="REJECTED", dateRejected="2030-05-20T00:00:00Z"))
    assert store.advisory("CVE-2030-0001", at=at("2030-05-19")).state == "PUBLISHED"
    assert store.advisory("CVE-2030-0001", at=at("2030-05-20")).state == "REJECTED"


def test_many_come_in_the_order_asked_for_without_the_unknown(store):
    put(store, a_cve(), a_cve("CVE-2030-0002"), a_cve("CVE-2030-0003", published="2031-02-01T00:00:00Z"))
    asked = ["CVE-2030-0002", "CVE-2030-0009", "CVE-2030-0003", "CVE-2030-0001"]
    assert [a.cve for a in store.advisories(asked, at=LATER)] == ["CVE-2030-0002", "CVE-2030-0001"]


def test_products_are_found_by_name_under_each_vendor(store):
    put(store, a_cve(), a_cve("CVE-2030-0002"), a_cve("CVE-2030-0003", affected=[{"vendor": "Acme", "product": " GATEWAY"}]))
    assert store.naming("gateway") == {"acme": ("CVE-2030-0003",), "example": ("CVE-2030-0001", "CVE-2030-0002")}
    assert store.naming("pump") == {}


def test_published_is_after_one_time_until_another(store):
    put(store, a_cve(), a_cve("CVE-2030-0002", published="2030-05-14T00:00:00Z"))
    assert store.published(after=at("2030-05-13T15:45:00"), until=at("2030-05-14")) == ["CVE-2030-0002"]
    assert store.published(after=at("2030-05-13"), until=LATER) == ["CVE-2030-0001", "CVE-2030-0002"]


def test_changed_names_whatever_was_stated_and_arrived_whatever_came(store):
    put(store, a_cve(metrics=[ssvc("2030-05-18T00:00:00Z", exploitation="poc")]), seen="2030-06-01")
    list_in_kev(store, "CVE-2030-0002", "2030-05-19", seen="2030-06-02")
    days = {
        day: store.changed(after=at(day) - timedelta(days=1), until=at(day)) for day in ("2030-05-14", "2030-05-18", "2030-05-19")
    }
    assert days == {"2030-05-14": ["CVE-2030-0001"], "2030-05-18": ["CVE-2030-0001"], "2030-05-19": ["CVE-2030-0002"]}
    assert store.changed(after=at("2030-05-20"), until=at("2030-05-21")) == ["CVE-2030-0001"]  # the record's update
    assert store.arrived(after=at("2030-06-01"), until=at("2030-06-02")) == ["CVE-2030-0002"]


def test_csaf_documents_are_kept_by_publisher_and_tracking_id(store):
    writer = Writer(store, seen_at=LATER)
    with writer.transaction():
        document = read_document(a_csaf(), feed="csaf", where=WHERE)
        assert [writer.document(document, source=WHERE), writer.document(document, source=WHERE)] == [NEW, SAME]


def test_age_is_the_newest_date_that_a_finished_sync_can_have_seen(store):
    assert store.ages()["cve"] == Age(None, None)
    put(store, a_cve(), a_cve("CVE-2030-0002", updated="2099-01-01T00:00:00Z"))
    writer = Writer(store, seen_at=at("2030-06-01"))
    writer.finish(writer.begin("x"), {"reached": ["cve"]}, at=at("2030-06-01"))
    assert store.ages()["cve"] == Age(at("2030-05-21"), at("2030-06-01"))


def test_a_feed_with_nothing_but_later_dates_still_has_an_age(store):
    put(store, a_cve(updated="2030-05-21T00:00:00Z"))
    writer = Writer(store, seen_at=at("2030-05-13"))
    writer.finish(writer.begin("x"), {"reached": ["cve"]}, at=at("2030-05-13"))
    assert store.ages()["cve"].stated_at == at("2030-05-21")


def test_what_was_set_aside_is_kept_once_with_its_bytes(store):
    writer = Writer(store, seen_at=LATER)
    for _ in range(2):
        with writer.transaction():
            writer.reject("cve", Rejected("x.json:3", "not JSON"), b"{broken")
    assert list(store.set_aside()) == [("cve", "x.json:3", "not JSON", b"{broken")]


def test_a_transaction_is_all_or_nothing_but_for_its_checkpoints(store):
    writer = Writer(store, seen_at=LATER)
    with pytest.raises(KeyboardInterrupt), writer.transaction():  # noqa: PT012 - the interruption is inside
        writer.cve(read_cve(a_cve(), where=WHERE), source=WHERE)
        writer.checkpoint()
        writer.cve(read_cve(a_cve("CVE-2030-0002"), where=WHERE), source=WHERE)
        raise KeyboardInterrupt
    assert store.published(after=at("2030-01-01"), until=LATER) == ["CVE-2030-0001"]


def test_readers_see_only_what_is_committed_and_writers_wait_for_nobody(tmp_path, store):
    put(store, a_cve())
    writer = Writer(store, seen_at=LATER)
    with Statements.open(tmp_path) as reader, writer.transaction():
        writer.cve(read_cve(a_cve("CVE-2030-0002"), where=WHERE), source=WHERE)
        assert reader.advisory("CVE-2030-0001", at=LATER)
        assert reader.advisory("CVE-2030-0002", at=LATER) is None


def test_threads_may_share_a_store(tmp_path, store):
    put(store, *(a_cve(f"CVE-2030-{i:04}") for i in range(1, 60)))
    cves = [f"CVE-2030-{i:04}" for i in range(1, 60)]
    found: list[int] = []
    read = lambda: found.append(len(list(store.advisories(cves, at=LATER))))  # noqa: E731
    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [59] * 4


def test_a_reader_cannot_write(tmp_path, store):
    with Statements.open(tmp_path) as reader, pytest.raises(BadInput, match="readonly"):
        put(reader, a_cve())


def test_a_full_disk_leaves_what_was_there(tmp_path, store):
    put(store, a_cve())
    store.db.execute(f"PRAGMA max_page_count = {store.db.execute('PRAGMA page_count').fetchone()[0]}")
    many = [a_cve(f"CVE-2030-{i:04}", affected=[{"product": "x" * 5_000 + str(i)}]) for i in range(2, 40)]
    with pytest.raises(BadInput, match="free some space"):
        put(store, *many)
    assert store.counts()["cve"]["records"] == 1


@pytest.mark.parametrize(("content", "said"), [(b"no database at all" * 100, "damaged"), (b"", "no advisories are here yet")])
def test_a_file_that_is_no_store_is_named(tmp_path, content, said):
    (tmp_path / "statements.sqlite3").write_bytes(content)
    with pytest.raises(BadInput, match=said):
        Statements.open(tmp_path)


def test_a_store_of_a_later_version_is_refused(tmp_path, store):
    store.db.execute("PRAGMA user_version = 99")
    with pytest.raises(BadInput, match="version 99"):
        Statements.open(tmp_path)


def test_another_sync_is_waited_for_and_then_named(tmp_path, store):
    with Statements.open(tmp_path, write=True) as other:
        other.db.execute("PRAGMA busy_timeout = 1")
        with Writer(store, seen_at=LATER).transaction(), pytest.raises(BadInput, match="other sync"):
            put(other, a_cve())


def test_the_store_is_one_file_of_plain_sqlite(tmp_path, store):
    put(store, a_cve())
    store.close()
    assert sqlite3.connect(tmp_path / "statements.sqlite3").execute("SELECT count(*) FROM statement").fetchone() == (1,)


def test_a_store_is_read_where_nothing_can_be_written_beside_it(tmp_path, monkeypatch):
    """A disc or a share handed to a site without internet: SQLite by itself would want to write two files there."""
    with Statements.open(tmp_path / "home", write=True) as made:
        put(made, a_cve())
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with Statements.open(tmp_path / "home") as read:
        assert read.advisory("CVE-2030-0001", at=LATER) is not None
        assert [file.name for file in (tmp_path / "home").iterdir()] == ["statements.sqlite3"]


def test_what_a_writer_has_not_yet_folded_in_is_never_passed_over(tmp_path, monkeypatch):
    with Statements.open(tmp_path / "home", write=True) as writing:
        put(writing, a_cve())
        monkeypatch.setattr("os.access", lambda path, mode: False)
        with Statements.open(tmp_path / "home") as read:
            assert read.advisory("CVE-2030-0001", at=LATER) is not None
