"""Importing an inventory: a dated snapshot of one source, whole or not at all, and what may be concluded from it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from wardround.core.estate import PRODUCT_CLASSES
from wardround.core.vocab import BadInput
from wardround.hub.audit.models import Entry
from wardround.hub.estate.models import Snapshot, Source
from wardround.hub.estate.services import confirm_shrunk, import_inventory, installs_of, newest, snapshots
from wardround.hub.organisations.access import system_access
from wardround.hub.organisations.models import Membership, Organisation
from wardround.lake.home import Home

from ..builders import a_person, a_server, a_snapshot, a_table, an_organisation, at, by, filler, system

pytestmark = pytest.mark.usefixtures("hub")


def imported(organisation: Organisation, data: bytes, **chosen: Any) -> Any:
    given = {"filename": "inventory.csv", "source": "perimeter", "taken_at": at(14)} | chosen
    return import_inventory(system(at(14)), organisation=organisation, data=data, **given)


def nothing_kept(home: Home) -> bool:
    rows = Snapshot.unscoped.count() + Source.unscoped.count() + Entry.unscoped.filter(what="snapshot imported").count()
    lake = [p for p in home.lake.rglob("*") if p.is_file()] if home.lake.exists() else []
    return rows == 0 and not lake


def test_a_snapshot_keeps_what_it_was_made_from() -> None:
    trust = an_organisation()
    data = a_table([a_server("a"), a_server("b"), a_server("", "1.0")])
    row = imported(trust, data, sees=["edge_appliance"]).snapshot
    assert (row.taken_at, row.imported_at, row.imported_by) == (at(14), at(14), "system: test")
    assert (row.assets, row.installs, len(row.rejected), row.sees) == (2, 2, 1, ["edge_appliance"])
    assert "asset_id" in row.rejected[0]["what"] or "asset_id" in row.rejected[0]["where"]


def test_the_file_is_kept_by_its_hash_and_the_installs_in_the_lake(hub: Home) -> None:
    trust = an_organisation()
    data = a_table([a_server("a", "12.4.0.1"), a_server("b", "12.4")])
    row = imported(trust, data).snapshot
    assert (hub.files / row.sha256[:2] / row.sha256).read_bytes() == data
    assert [(i.asset_id, i.version) for i in installs_of(row)] == [("a", "12.4.0.1"), ("b", "12.4")]


def test_one_entry_in_the_record() -> None:
    trust = an_organisation()
    row = imported(trust, a_table([a_server()])).snapshot
    entry = Entry.unscoped.get(organisation=trust, what="snapshot imported")
    assert entry.subject == str(row.public_id)
    assert (entry.document["sha256"], entry.document["assets"]) == (row.sha256, 1)


def test_the_same_file_again_changes_nothing() -> None:
    trust, data = an_organisation(), a_table([a_server()])
    first, second = imported(trust, data), imported(trust, data)
    assert (first.new, second.new) == (True, False)
    assert first.snapshot == second.snapshot
    assert Snapshot.unscoped.count() == 1
    assert Entry.unscoped.filter(what="snapshot imported").count() == 1


def test_the_same_file_of_two_organisations_is_two_snapshots() -> None:
    data = a_table([a_server()])
    one, two = (imported(an_organisation(), data) for _ in range(2))
    assert one.new
    assert two.new


def test_older_snapshots_stay() -> None:
    trust = an_organisation()
    first = a_snapshot(trust, [a_server()], taken=at(12))
    second = a_snapshot(trust, [a_server(version="12.4.0.2")], taken=at(15))
    assert snapshots(system_access("test"), trust, until=at(20)) == [first, second]
    assert snapshots(system_access("test"), trust, until=at(14)) == [first]
    assert newest([first, second]) == {"perimeter": second}
    assert installs_of(first)[0].version == "12.4.0.1"


@pytest.mark.parametrize("days", [2, 30, 36500])
def test_a_snapshot_of_the_future_is_refused(hub: Home, days: int) -> None:
    with pytest.raises(BadInput, match="in the future"):
        imported(an_organisation(), a_table([a_server()]), taken_at=at(14) + timedelta(days=days))
    assert nothing_kept(hub)


def test_a_class_that_nobody_knows_is_refused_with_those_there_are(hub: Home) -> None:
    with pytest.raises(BadInput, match="toaster") as refused:
        imported(an_organisation(), a_table([a_server()]), sees=["edge_appliance", "toaster"])
    assert all(name in refused.value.do for name in PRODUCT_CLASSES)
    assert nothing_kept(hub)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "empty.csv"),
        (b"asset_id,product\n", "headings.csv"),
        (b"asset_id,product,version\n", "no-rows.csv"),
        (b'{"bomFormat":"CycloneDX","specVersion":"1.5","components":[', "cut.json"),
        (b"PK\x03\x04 and no more", "torn.xlsx"),
        (b"\xff\xfe\x00\x00\xff", "noise.csv"),
        (b"asset_id,product,version\n,,\n,,\n", "blank.csv"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_cannot_be_used_leaves_nothing_behind(hub: Home, data: bytes, name: str) -> None:
    with pytest.raises(BadInput) as refused:
        imported(an_organisation(), data, filename=name)
    assert name in str(refused.value)
    assert nothing_kept(hub)


def test_what_fails_while_it_is_written_leaves_no_row(hub: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk, for example."""

    def full(self: object, *args: object, **kwargs: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("wardround.lake.installs.InstallLake.write", full)
    with pytest.raises(OSError, match="No space"):
        imported(an_organisation(), a_table([a_server()]))
    assert nothing_kept(hub)


def test_a_broken_file_beside_good_ones_costs_only_itself() -> None:
    trust = an_organisation()
    imported(trust, a_table([a_server()]))
    with pytest.raises(BadInput):
        imported(trust, b"", filename="empty.csv")
    assert Snapshot.unscoped.count() == 1


def test_what_a_source_sees_is_remembered_for_it() -> None:
    trust = an_organisation()
    a_snapshot(trust, [a_server()], taken=at(12), sees=["edge_appliance"])
    again = a_snapshot(trust, [a_server()], taken=at(13), sees=None)
    other = a_snapshot(trust, [a_server()], taken=at(13), source="other", sees=None)
    assert (again.sees, other.sees) == (["edge_appliance"], [])


def test_what_a_snapshot_saw_is_not_changed_by_what_its_source_says_later() -> None:
    trust = an_organisation()
    first = a_snapshot(trust, [a_server()], taken=at(12), sees=["edge_appliance"])
    a_snapshot(trust, [a_server()], taken=at(13), sees=["server"])
    first.refresh_from_db()
    assert first.sees == ["edge_appliance"]


def test_a_mapping_is_remembered_for_its_source_alone() -> None:
    trust = an_organisation()
    table = b"Geraet,Produkt,Stand\nmdm-01,Endpoint Manager Mobile,12.4.0.1\n"
    mapping = {"columns": {"asset_id": "Geraet", "product": "Produkt", "version": "Stand"}}
    first = imported(trust, table, mapping=mapping, taken_at=at(12))
    again = imported(trust, table.replace(b"12.4.0.1", b"12.4.0.2"), taken_at=at(13))
    assert [installs_of(r.snapshot)[0].version for r in (first, again)] == ["12.4.0.1", "12.4.0.2"]
    with pytest.raises(BadInput):
        imported(trust, table, source="another")
    with pytest.raises(BadInput):
        imported(an_organisation(), table)


def test_only_those_who_act_for_the_organisation_import() -> None:
    trust = an_organisation()
    for person in (a_person(trust, Membership.Role.READ_ONLY), a_person(an_organisation())):
        with pytest.raises(PermissionDenied):
            import_inventory(by(person, at(14)), organisation=trust, data=a_table([a_server()]), filename="a.csv", source="a")


class TestASmallerSnapshot:
    """Under 80 % of the assets before: it closes nothing until a person confirms it."""

    @pytest.mark.parametrize(("assets", "counts"), [(10, True), (8, True), (7, False), (1, False), (20, True)])
    def test_it_counts_from_80_percent(self, assets: int, counts: bool) -> None:
        trust = an_organisation()
        a_snapshot(trust, filler(10), taken=at(12))
        assert a_snapshot(trust, filler(assets), taken=at(13)).counts is counts

    def test_it_is_held_against_its_own_source(self) -> None:
        trust = an_organisation()
        a_snapshot(trust, filler(10), taken=at(12))
        assert a_snapshot(trust, filler(1), taken=at(13), source="other").counts

    def test_the_same_small_one_again_does_not_count_either(self) -> None:
        """Importing the shrunken inventory a second time confirms nothing."""
        trust = an_organisation()
        a_snapshot(trust, filler(10), taken=at(12))
        a_snapshot(trust, filler(5), taken=at(13))
        again = a_snapshot(trust, filler(5), taken=at(14))
        assert again.shrunk_from == 10
        assert not again.counts

    def test_once_confirmed_it_counts_and_so_does_the_next(self) -> None:
        trust = an_organisation()
        a_snapshot(trust, filler(10), taken=at(12))
        small = a_snapshot(trust, filler(5), taken=at(13))
        confirm_shrunk(by(a_person(trust), at(13, 10)), snapshot=small, reason="two wards moved")
        small.refresh_from_db()
        assert small.counts
        assert a_snapshot(trust, filler(5), taken=at(14)).counts
        entry = Entry.unscoped.get(what="smaller snapshot confirmed")
        assert (entry.document["assets"], entry.document["before"], entry.document["reason"]) == (5, 10, "two wards moved")

    def test_a_confirmation_needs_a_reason_and_somebody_of_the_organisation(self) -> None:
        trust = an_organisation()
        a_snapshot(trust, filler(10), taken=at(12))
        small = a_snapshot(trust, filler(5), taken=at(13))
        with pytest.raises(BadInput, match="why"):
            confirm_shrunk(by(a_person(trust), at(14)), snapshot=small, reason=" ")
        with pytest.raises(PermissionDenied):
            confirm_shrunk(by(a_person(an_organisation()), at(14)), snapshot=small, reason="because")

    def test_it_is_confirmed_once(self) -> None:
        """Who confirmed it first stays."""
        trust = an_organisation()
        a_snapshot(trust, filler(10), taken=at(12))
        small = a_snapshot(trust, filler(5), taken=at(13))
        first = a_person(trust)
        confirm_shrunk(by(first, at(13, 10)), snapshot=Snapshot.unscoped.get(pk=small.pk), reason="moved")
        with pytest.raises(BadInput, match="was confirmed already"):
            confirm_shrunk(by(a_person(trust), at(14)), snapshot=small, reason="moved again")
        assert Snapshot.unscoped.get(pk=small.pk).confirmed_by == str(first)

    def test_a_whole_snapshot_needs_no_confirmation(self) -> None:
        row = a_snapshot(an_organisation(), filler(3), taken=at(12))
        with pytest.raises(BadInput, match="is not smaller"):
            confirm_shrunk(system(at(14)), snapshot=row, reason="to be sure")


@pytest.mark.parametrize("name", ["../../etc/passwd", "a" * 500 + ".csv", "a\nb.csv"])
def test_a_name_of_a_file_is_only_a_name(hub: Home, tmp_path: Path, name: str) -> None:
    before = {p for p in tmp_path.rglob("*") if p.is_file() and hub.path not in p.parents}
    assert imported(an_organisation(), a_table([a_server()]), filename=name).new
    assert {p for p in tmp_path.rglob("*") if p.is_file() and hub.path not in p.parents} == before
