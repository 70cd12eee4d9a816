"""The columnar files of an organisation are in reach with its rows, and in no other way: not by a name, a link or another's id."""

import shutil
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied

from wardround.core.vocab import BadInput, WardroundError
from wardround.hub.estate.models import Snapshot
from wardround.hub.estate.services import installs_of, lake
from wardround.hub.organisations.access import access_of, access_to
from wardround.hub.organisations.models import Organisation
from wardround.hub.reach import reaching
from wardround.lake.home import Home

from ..builders import a_person, a_server, a_snapshot, an_officer, an_organisation, at

Pair = tuple[Snapshot, Snapshot]


@pytest.fixture
def pair(hub: Home) -> Pair:
    ours, theirs = (a_snapshot(an_organisation(), [a_server(f"host-{n}")], taken=at(14)) for n in (1, 2))
    return ours, theirs


def folder(hub: Home, organisation: Organisation) -> Path:
    return hub.lake / "installs" / f"org={organisation.code}"


def test_ones_own_files_are_read_and_anothers_are_not(pair: Pair) -> None:
    ours, theirs = pair
    with reaching(access_of(a_person(ours.organisation))):
        assert [i.asset_id for i in installs_of(ours)] == ["host-1"]
        with pytest.raises(PermissionDenied):
            installs_of(theirs)
        with pytest.raises(PermissionDenied):
            lake().scan(theirs.organisation.code)


def test_the_centre_and_nobody_read_no_file(pair: Pair) -> None:
    for access in (access_of(an_officer()), None, access_to("a test", [])):
        with reaching(access), pytest.raises(PermissionDenied):
            installs_of(pair[0])


@pytest.mark.parametrize(
    "name",
    [
        "{0}/../org={1}",
        "../installs/org={1}",
        "{1}/",
        "/{1}",
        "{1}\x00",
        "{2}",
        "{1} ",
        "\uff32{1}",
        "{1}\u200b",
        "{1}\u202e",
        "*",
        "org=*",
        "",
    ],
)
def test_no_way_of_writing_a_name_leads_to_anothers_folder(pair: Pair, name: str) -> None:
    ours, theirs = (snapshot.organisation.code for snapshot in pair)
    written = name.format(ours, theirs, theirs.lower())
    with reaching(access_of(a_person(pair[0].organisation))), pytest.raises((PermissionDenied, BadInput)):
        lake().scan(written)
    with pytest.raises((BadInput, WardroundError)):  # nor for the system: it is no code
        lake().read(written, snapshots=[pair[1].public_id])


def test_anothers_snapshot_is_not_in_ones_own_folder(pair: Pair) -> None:
    with reaching(access_of(a_person(pair[0].organisation))), pytest.raises(WardroundError, match="not kept here"):
        lake().read(pair[0].organisation.code, snapshots=[pair[1].public_id])


@pytest.mark.parametrize("how", ["file linked", "file copied", "folder linked"])
def test_a_file_of_another_is_told_by_what_stands_in_it(pair: Pair, hub: Home, how: str) -> None:
    ours, theirs = (folder(hub, snapshot.organisation) for snapshot in pair)
    name = f"snapshot={pair[1].public_id}.parquet"
    if how == "file linked":
        (ours / name).symlink_to(theirs / name)
    elif how == "file copied":
        shutil.copy(theirs / name, ours / name)
    else:
        shutil.rmtree(ours)
        ours.symlink_to(theirs)
    with reaching(access_of(a_person(pair[0].organisation))), pytest.raises(WardroundError, match="not this organisation's"):
        lake().read(pair[0].organisation.code, snapshots=[pair[1].public_id])


@pytest.mark.parametrize("id", ["../../org=X/snapshot=1", "1/../../x", "*", "", "\u0661" * 32])
def test_an_id_that_is_none_is_refused(pair: Pair, id: str) -> None:
    with pytest.raises(WardroundError):
        lake().read(pair[0].organisation.code, snapshots=[id])
