"""Snapshots are columns on disk: what is written is read back, each organisation by itself, older ones stay."""

import errno
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wardround.core.vocab import BadInput, Install, WardroundError
from wardround.lake.installs import SCHEMA, InstallLake

MAY_14 = datetime(2025, 5, 14, tzinfo=UTC)
FIRST, SECOND = UUID(int=1), UUID(int=2)


def an_install(asset: str = "mdm-01", version: str = "12.4.0.1") -> Install:
    return Install(asset_id=asset, product="EPMM", version=version, vendor="Ivanti", where="line 2")


def kept(lake: InstallLake, *installs: Install, org: str = "RRV", snapshot: UUID | str = FIRST) -> int:
    return lake.write(org, snapshot=snapshot, installs=installs, taken_at=MAY_14, source="cmdb")


@pytest.fixture
def lake(tmp_path: Path) -> InstallLake:
    return InstallLake(tmp_path)


def test_each_snapshot_is_one_file_in_its_organisations_folder(lake: InstallLake) -> None:
    assert kept(lake, an_install("a"), an_install("b")) == 2
    assert [str(p.relative_to(lake.root)) for p in lake.root.rglob("*.parquet")] == [f"installs/org=RRV/snapshot={FIRST}.parquet"]


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)


@settings(deadline=None)
@given(
    st.lists(
        st.builds(
            Install,
            asset_id=TEXT,
            product=TEXT,
            version=TEXT,
            vendor=TEXT,
            hostname=TEXT,
            internet_facing=st.none() | st.booleans(),
            service=TEXT,
            last_seen=st.none() | st.dates(),
            scheme=TEXT,
            purl=TEXT,
            cpe=TEXT,
            where=TEXT,
            extra=st.dictionaries(TEXT, TEXT, max_size=2),
        ),
        max_size=4,
    )
)
def test_every_field_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, installs: list[Install]) -> None:
    lake = InstallLake(tmp_path_factory.mktemp("lake"))
    kept(lake, *installs)
    assert lake.read("RRV", snapshots=[FIRST]) == installs


def test_older_snapshots_stay(lake: InstallLake) -> None:
    kept(lake, an_install(version="12.4.0.1"))
    kept(lake, an_install(version="12.4.0.2"), snapshot=SECOND)
    assert [i.version for i in lake.read("RRV", snapshots=[SECOND, FIRST])] == ["12.4.0.2", "12.4.0.1"]


def test_a_snapshot_that_is_kept_is_never_changed(lake: InstallLake) -> None:
    kept(lake, an_install())
    with pytest.raises(BadInput, match="what was stated is not changed"):
        kept(lake, an_install(version="13"))
    assert lake.read("RRV", snapshots=[FIRST]) == [an_install()]


def test_columns_are_scanned_without_the_rest(lake: InstallLake) -> None:
    kept(lake, an_install("a"), an_install("b"))
    assert lake.scan("RRV", columns=["asset_id", "source"]).to_pydict() == {"asset_id": ["a", "b"], "source": ["cmdb", "cmdb"]}
    assert lake.scan("RRV").schema.equals(SCHEMA)
    assert lake.scan("RRV").column("taken_at").to_pylist() == [MAY_14, MAY_14]


def test_an_organisation_without_snapshots_has_an_empty_table(lake: InstallLake) -> None:
    assert lake.scan("RRV").schema.equals(SCHEMA)
    assert lake.scan("RRV", columns=["version"]).num_rows == 0
    assert lake.read("RRV", snapshots=[]) == []


def test_an_empty_snapshot_is_kept_too(lake: InstallLake) -> None:
    assert kept(lake) == 0
    assert lake.read("RRV", snapshots=[FIRST]) == []


def test_an_organisation_never_sees_anothers_snapshots(lake: InstallLake) -> None:
    kept(lake, an_install("ours"))
    kept(lake, an_install("theirs"), org="RHM", snapshot=SECOND)
    assert lake.scan("RRV")["asset_id"].to_pylist() == ["ours"]
    with pytest.raises(WardroundError, match="not kept here"):
        lake.read("RRV", snapshots=[SECOND])


def test_a_file_moved_into_anothers_folder_is_refused(lake: InstallLake) -> None:
    kept(lake, an_install("ours"))
    kept(lake, an_install("theirs"), org="RHM", snapshot=SECOND)
    name = f"snapshot={SECOND}.parquet"
    shutil.copy(lake.root / "installs" / "org=RHM" / name, lake.root / "installs" / "org=RRV" / name)
    with pytest.raises(WardroundError, match="not this organisation's"):
        lake.scan("RRV")


@pytest.mark.parametrize("org", ["", ".", "..", "../RHM", "RRV/../RHM", "rrv", "R V", "RRV\n", "*", "R\0", "A" * 33, "-A"])
def test_a_code_that_could_leave_the_partition_is_refused(lake: InstallLake, org: str) -> None:
    with pytest.raises(BadInput, match="no organisation code"):
        kept(lake, an_install(), org=org)
    with pytest.raises(BadInput, match="no organisation code"):
        lake.scan(org)


@pytest.mark.parametrize("snapshot", ["", "../x", "1", "*"])
def test_only_a_uuid_names_a_snapshot(lake: InstallLake, snapshot: str) -> None:
    with pytest.raises(BadInput, match="no snapshot id"):
        lake.read("RRV", snapshots=[snapshot])


def test_a_write_that_fails_leaves_nothing(lake: InstallLake) -> None:
    def then_full() -> Iterator[Install]:
        yield an_install()
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        lake.write("RRV", snapshot=FIRST, installs=then_full(), taken_at=MAY_14, source="cmdb")
    assert [path for path in lake.root.rglob("*") if path.is_file()] == []


def test_a_damaged_file_is_said_so(lake: InstallLake) -> None:
    kept(lake, an_install())
    path = lake.root / "installs" / "org=RRV" / f"snapshot={FIRST}.parquet"
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(WardroundError, match="cannot be read"):
        lake.scan("RRV")


def test_more_than_one_batch_is_one_snapshot(lake: InstallLake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wardround.lake.installs.BATCH", 2)
    installs = [Install(asset_id=f"a{n}", product="p", version="1", last_seen=date(2025, 5, n + 1)) for n in range(5)]
    kept(lake, *installs, snapshot=str(uuid4()))
    assert lake.scan("RRV").num_rows == 5
