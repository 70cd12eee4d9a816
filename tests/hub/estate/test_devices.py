"""Assets that are one device; a person's split stands against later imports, in the record, until it is undone."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from wardround.core.vocab import BadInput
from wardround.hub.audit.models import Entry
from wardround.hub.estate.devices import devices, split, splits, undo
from wardround.hub.estate.models import Split
from wardround.hub.estate.services import import_inventory, installs_of, newest, snapshots
from wardround.hub.organisations.access import Access, Act, access_of
from wardround.lake.home import Home

from ..builders import a_person, an_organisation, at, by, system

pytestmark = pytest.mark.django_db

HEAD = b"asset_id,product,version,serial number\n"
REGISTER = HEAD + b"EQ-1,Windows 10,10.0.19045.1,SERIAL-77\nEQ-2,Windows 10,10.0.19045.1,SERIAL-78\n"
AGENT = HEAD + b"agent-1,Windows 10,10.0.19045.4412,SERIAL-77\n"


def brought(trust: Any, data: bytes, source: str, *, day: int = 14) -> None:
    import_inventory(system(at(20)), organisation=trust, data=data, filename=f"{source}.csv", source=source, taken_at=at(day))


@pytest.fixture
def trust(hub: Home) -> Any:
    made = an_organisation()
    brought(made, REGISTER, "register")
    brought(made, AGENT, "agent")
    return made


@pytest.fixture
def writer(trust: Any) -> Act:
    return by(a_person(trust), at(20))


def joined(act: Act, trust: Any, *, day: int = 20) -> list[tuple[str, ...]]:
    return [device.assets for device in devices(act.access, trust, at=at(day)).devices]


def test_two_sources_that_state_one_serial_number_see_one_device(trust: Any, writer: Act) -> None:
    linked = devices(writer.access, trust, at=at(20))
    assert ([d.assets for d in linked.devices], linked.count) == ([("EQ-1", "agent-1")], 2)
    assert linked.devices[0].joins[0].reason == "register and agent state the same serial number, serial-77."


def test_joining_takes_nothing_back_from_what_either_source_says(trust: Any, writer: Act) -> None:
    rows = newest(snapshots(writer.access, trust, until=at(20)))
    said = {(name, i.asset_id, i.version) for name, row in rows.items() for i in installs_of(row)}
    assert {("register", "EQ-1", "10.0.19045.1"), ("agent", "agent-1", "10.0.19045.4412")} <= said


def test_a_split_stands_against_later_imports_and_can_be_undone(trust: Any, writer: Act) -> None:
    (made,) = split(writer, organisation=trust, asset="agent-1", reason="its board was swapped")
    assert joined(writer, trust) == []
    brought(trust, REGISTER + b"EQ-3,Windows 10,1,SERIAL-79\n", "register", day=18)
    assert joined(writer, trust) == []
    undo(writer, split=made)
    assert joined(writer, trust) == [("EQ-1", "agent-1")]
    assert splits(writer.access, trust, at=at(20)) == []


def test_who_split_when_and_why_is_in_the_record(trust: Any, writer: Act) -> None:
    (made,) = split(writer, organisation=trust, asset="agent-1", reason="its board was swapped")
    undo(writer, split=made)
    done, undone = Entry.unscoped.filter(organisation=trust, subject=str(made.public_id)).order_by("sequence")
    assert (done.what, done.who, done.at) == ("joined assets split", writer.who, at(20))
    assert done.document["others"] == ["EQ-1"]
    assert "same serial number" in done.document["joined_by"][0]
    assert (undone.what, undone.document["first"]) == ("split undone", "agent-1")


def test_as_of_an_earlier_time_the_join_is_as_it_was(trust: Any, writer: Act) -> None:
    split(writer, organisation=trust, asset="agent-1", reason="its board was swapped")
    assert joined(writer, trust, day=19) == [("EQ-1", "agent-1")]


def test_what_cannot_be_split_is_refused_and_nothing_is_kept(trust: Any, writer: Act) -> None:
    for asset, reason in (("EQ-2", "because"), ("nobody", "because"), ("agent-1", "  ")):
        with pytest.raises(BadInput):
            split(writer, organisation=trust, asset=asset, reason=reason)
    assert not Split.unscoped.exists()


def test_a_split_is_undone_once(trust: Any, writer: Act) -> None:
    (made,) = split(writer, organisation=trust, asset="agent-1", reason="its board was swapped")
    undo(writer, split=made)
    with pytest.raises(BadInput, match="undone already"):
        undo(writer, split=made)


def test_only_ones_own_people_split_and_see_splits(trust: Any, writer: Act) -> None:
    (made,) = split(writer, organisation=trust, asset="agent-1", reason="its board was swapped")
    stranger: Access = access_of(a_person(an_organisation()))
    with pytest.raises(PermissionDenied):
        split(Act(stranger, at(20)), organisation=trust, asset="agent-1", reason="mine")
    with pytest.raises(PermissionDenied):
        undo(Act(stranger, at(20)), split=made)
    assert splits(stranger, trust, at=at(20)) == []
    assert devices(stranger, trust, at=at(20)).count == 0


def test_one_undo_takes_back_all_that_one_split_took_apart(trust: Any, writer: Act) -> None:
    brought(trust, HEAD + b"scan-1,Windows 10,10.0.19045.4412,SERIAL-77\n", "scanner")
    made = split(writer, organisation=trust, asset="agent-1", reason="its board was swapped")
    assert (len(made), joined(writer, trust)) == (2, [("EQ-1", "scan-1")])
    undo(writer, split=made[0])
    assert splits(writer.access, trust, at=at(20)) == []
    assert joined(writer, trust) == [("EQ-1", "agent-1", "scan-1")]
    entry = Entry.unscoped.filter(organisation=trust, what="split undone").get()
    assert sorted(entry.document["others"]) == ["EQ-1", "scan-1"]


def test_undoing_one_split_leaves_another_one_standing(trust: Any, writer: Act) -> None:
    brought(trust, HEAD + b"scan-1,Windows 10,10.0.19045.4412,SERIAL-77\n", "scanner")
    first = split(writer, organisation=trust, asset="agent-1", reason="its board was swapped")
    split(writer, organisation=trust, asset="scan-1", reason="another one")
    undo(writer, split=first[1])
    assert [(row.first, row.second) for row in splits(writer.access, trust, at=at(20))] == [("scan-1", "EQ-1")]
