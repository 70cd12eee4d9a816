"""Devices that several sources see, splitting them, and what the estate cannot answer: as people meet it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from wardround.core.estate._sources import sources
from wardround.hub.estate import counting, knowing
from wardround.hub.estate.models import Snapshot, Source, Split
from wardround.hub.estate.services import import_inventory
from wardround.lake.home import Home

from ..builders import PUBLISHED, a_clock, a_person, a_server, a_snapshot, an_organisation, at, feeds_with, filler, system
from .demonstration import page, words
from .test_estates import note_of, upload

pytestmark = pytest.mark.django_db
HEAD = b"asset_id,product,version,serial number\n"
DEFENDER = (
    b"DeviceId,DeviceName,OSPlatform,SoftwareVendor,SoftwareName,SoftwareVersion\n"
    b"5f7a1f2e3d4c5b6a79880011223344556677889a,pc-0001,Windows10,microsoft,windows_10,10.0.19045.4412\n"
)


@pytest.fixture
def trust(hub: Home) -> Any:
    a_clock(at(20))
    return an_organisation()


@pytest.fixture
def person(client: Client, trust: Any) -> Client:
    client.force_login(a_person(trust))
    return client


@pytest.fixture
def joined(trust: Any) -> None:
    for source, asset in (("register", b"EQ-1"), ("agent", b"agent-1")):
        data = HEAD + asset + b",Windows 10,10.0.19045.1,SERIAL-77\n"
        import_inventory(system(at(20)), organisation=trust, data=data, filename="x.csv", source=source, taken_at=at(18))


def test_the_estate_counts_devices_and_leads_to_why(person: Client, trust: Any, joined: None) -> None:
    assert "1 device , 1 of them seen by several sources" in page(person, reverse("estate-of", args=[trust.code]))
    text = page(person, reverse("estate-devices", args=[trust.code]))
    assert "agent and register state the same serial number, serial-77." in text.replace("register and agent", "agent and register")
    assert "split off" in text


def test_a_device_is_split_with_a_reason_and_joined_again(person: Client, trust: Any, joined: None) -> None:
    address = reverse("estate-split", args=[trust.code])
    assert "EQ-1" in page(person, f"{address}?asset=EQ-1")
    refused = person.post(address, {"asset": "EQ-1", "reason": ""})
    assert refused.status_code == 422
    assert "Say why it is another device" in words(refused.content.decode())
    done = person.post(address, {"asset": "EQ-1", "reason": "a swapped board"}, follow=True)
    text = words(done.content.decode())
    assert "EQ-1 stands alone now" in text
    assert "a swapped board" in text
    assert "2 devices" in text
    undone = person.post(reverse("estate-unsplit", args=[trust.code, Split.unscoped.get().public_id]), follow=True)
    assert "1 device" in words(undone.content.decode())


def test_what_was_not_joined_is_listed_with_the_reason(person: Client, trust: Any) -> None:
    two = HEAD + b"a,p,1,SERIAL-77\nb,p,1,SERIAL-77\n"
    import_inventory(system(at(20)), organisation=trust, data=two, filename="x.csv", source="register", taken_at=at(18))
    assert "does not tell a device from another" in page(person, reverse("estate-devices", args=[trust.code]))


def test_a_read_only_person_sees_devices_and_splits_nothing(trust: Any, joined: None) -> None:
    reader = Client()
    reader.force_login(a_person(trust, "read_only"))
    assert "split off" not in page(reader, reverse("estate-devices", args=[trust.code]))
    assert reader.post(reverse("estate-split", args=[trust.code]), {"asset": "EQ-1", "reason": "x"}).status_code == 403
    assert not Split.unscoped.exists()


def test_anothers_split_is_not_found(person: Client, trust: Any, joined: None) -> None:
    person.post(reverse("estate-split", args=[trust.code]), {"asset": "EQ-1", "reason": "a swapped board"})
    stranger, other = Client(), an_organisation()
    stranger.force_login(a_person(other))
    row = Split.unscoped.get()
    for code in (trust.code, other.code):
        assert stranger.post(reverse("estate-unsplit", args=[code, row.public_id])).status_code == 404
    row.refresh_from_db()
    assert row.undone_at is None


def test_coverage_says_what_to_do_first(person: Client, trust: Any) -> None:
    feeds_with(PUBLISHED, now=at(14))
    a_snapshot(trust, [a_server(), *filler(5)], taken=at(18))
    text = page(person, reverse("estate-coverage", args=[trust.code]))
    assert "Do this next Desktop (Example Systems) , 5 installs" in text
    assert "1 of 6 installs are decided" in text
    assert "What no source sees" in text
    assert "1 of 6 installs are decided by every record on them" in page(person, reverse("estate-of", args=[trust.code]))


def test_coverage_of_nothing_and_without_feeds_asks_for_them(person: Client, trust: Any) -> None:
    assert "feeds sync" in page(person, reverse("estate-coverage", args=[trust.code]))
    feeds_with(PUBLISHED, now=at(14))
    assert "No inventory yet" in page(person, reverse("estate-coverage", args=[trust.code]))


def test_a_known_export_is_named_and_imported_without_choosing_columns(person: Client, trust: Any) -> None:
    answer = upload(person, trust, DEFENDER)
    text = words(answer.content.decode())
    assert f"This is: {sources()['defender'].name}." in text
    assert "Defender device id: column DeviceId" in text
    assert "Does it see all of these? Exports of this kind often do." in text
    done = person.post(reverse("estate-import", args=[trust.code]), {"upload": note_of(answer), "do": "import"})
    assert done.status_code == 302
    assert (Snapshot.unscoped.get().installs, Source.unscoped.get().mapping) == (1, None)


def test_a_known_export_needs_no_name_and_is_asked_there_what_it_sees(person: Client, trust: Any) -> None:
    answer = upload(person, trust, DEFENDER, source="")
    assert 'name="sees" type="checkbox" value="workstation">' in answer.content.decode()
    fields = {"upload": note_of(answer), "do": "import", "sees": ["workstation", "anything"]}
    person.post(reverse("estate-import", args=[trust.code]), fields)
    assert (Source.unscoped.get().name, Snapshot.unscoped.get().sees) == ("defender", ["workstation"])


def test_nothing_is_declared_for_somebody_who_ticks_nothing(person: Client, trust: Any) -> None:
    answer = upload(person, trust, DEFENDER)
    person.post(reverse("estate-import", args=[trust.code]), {"upload": note_of(answer), "do": "import"})
    assert Snapshot.unscoped.get().sees == []


def test_any_other_table_needs_a_name(person: Client, trust: Any) -> None:
    answer = upload(person, trust, b"asset_id,product,version\na,b,1\n", source="")
    assert answer.status_code == 422
    assert "Name the source: this file does not say which export it is" in words(answer.content.decode())


def test_a_known_export_can_be_read_in_another_way(person: Client, trust: Any) -> None:
    answer = upload(person, trust, DEFENDER)
    columns = {"asset_id": "DeviceName", "product": "SoftwareName", "version": "SoftwareVersion"}
    address, note = reverse("estate-import", args=[trust.code]), note_of(answer)
    again = words(person.post(address, {"upload": note, "do": "preview"} | columns).content.decode())
    assert "pc-0001" in again
    assert "This is:" not in again
    assert person.post(address, {"upload": note, "do": "import"} | columns).status_code == 302
    assert Source.unscoped.get().mapping["columns"]["asset_id"] == "DeviceName"
    assert "This is:" not in words(upload(person, trust, DEFENDER).content.decode())


def test_what_is_affected_stands_first_and_leads_to_its_records_and_assets(person: Client, trust: Any) -> None:
    feeds_with(PUBLISHED, now=at(14))
    a_snapshot(trust, [a_server(), a_server("mdm-02"), *filler(2)], taken=at(18))
    answer = person.get(reverse("estate-of", args=[trust.code]))
    text = words(answer.content.decode())
    assert text.index("Affected: 1 product") < text.index("Sources (1)")
    ((one, href),) = answer.context["affected"]
    assert (one.installs, one.records) == (2, 2)
    shown = page(person, href)
    assert "Affected by 2 vulnerabilities" in shown
    assert shown.index("CVE-2025-4427") < shown.index("Assets (2)")
    assert "Step by step for CVE-2025-4427" in shown


def test_what_no_record_names_is_no_clearance(person: Client, trust: Any) -> None:
    feeds_with(PUBLISHED, now=at(14))
    a_snapshot(trust, filler(2), taken=at(18))
    shown = page(person, reverse("estate-product", args=[trust.code]) + "?vendor=Example+Systems&product=Desktop&version=10.0.1")
    assert "Desktop 10.0.1: 2 assets No record names it like this That proves nothing about it" in shown


def test_a_large_estate_says_that_it_is_being_counted(person: Client, trust: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    feeds_with(PUBLISHED, now=at(14))
    a_snapshot(trust, [a_server(), *filler(2)], taken=at(18))
    monkeypatch.setattr(counting, "AT_ONCE", 1)
    for name in ("estate-of", "estate-coverage"):
        assert "eing counted: this takes some minutes" in page(person, reverse(name, args=[trust.code]))
    knowing.count(trust, at=at(20))
    assert "of 3 installs are decided" in page(person, reverse("estate-coverage", args=[trust.code]))
