"""What an organisation runs, and bringing an inventory in two steps."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from wardround.hub.estate.models import Snapshot, Source
from wardround.lake.home import Home

from ..builders import a_clock, a_person, a_server, a_snapshot, a_table, an_organisation, at, filler
from .demonstration import Demonstration, page, words

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]


@pytest.fixture
def trust(hub: Home) -> Any:
    a_clock(at(20))
    return an_organisation()


@pytest.fixture
def person(client: Client, trust: Any) -> Client:
    client.force_login(a_person(trust))
    return client


def upload(client: Client, trust: Any, data: bytes, name: str = "estate.csv", **fields: Any) -> Any:
    file = SimpleUploadedFile(name, data)
    return client.post(reverse("estate-import", args=[trust.code]), {"source": "register", "file": file} | fields)


def note_of(answer: Any) -> str:
    html: str = answer.content.decode()
    return html.partition('name="upload" value="')[2].partition('"')[0]


def test_an_estate_says_what_its_sources_see_and_what_nobody_sees(client: Client, trust: Any) -> None:
    a_snapshot(trust, [a_server(), *filler(3)], taken=at(18))
    client.force_login(a_person(trust))
    text = page(client, reverse("estate"))
    assert "perimeter" in text
    assert "Sun 18 May 10:00 (48 h ago)" in text
    assert "What no source sees (10)" in text
    assert "Medical device" in text
    assert "Desktop Example Systems 10.0.1" in text.replace("Product ", "").replace("Vendor ", "").replace("Version ", "")


def test_products_can_be_found_and_lead_to_their_assets(client: Client, trust: Any) -> None:
    a_snapshot(trust, [a_server(), *filler(60)], taken=at(18))
    client.force_login(a_person(trust))
    assert "Desktop" not in page(client, reverse("estate-of", args=[trust.code]) + "?q=ivanti").partition("Products by installs")[2]
    assert "No product or vendor holds “nothing”" in page(client, reverse("estate-of", args=[trust.code]) + "?q=nothing")
    asked = "?vendor=Example+Systems&product=Desktop&version=10.0.1"
    first = page(client, reverse("estate-product", args=[trust.code]) + asked)
    assert "60 assets" in first
    assert "page 2 of 2" in first
    assert "pc-059" in page(client, reverse("estate-product", args=[trust.code]) + asked + "&page=2")


def test_an_empty_estate_asks_for_an_inventory(person: Client, trust: Any) -> None:
    assert "nothing can be said about what you run" in page(person, reverse("estate-of", args=[trust.code]))


def test_a_table_is_shown_as_it_is_read_and_then_imported(person: Client, trust: Any) -> None:
    answer = upload(person, trust, a_table([a_server(), a_server("mdm-02", "12.4")]), sees=["edge_appliance"])
    text = words(answer.content.decode())
    assert "Nothing is imported yet" in text
    assert "mdm-02" in text
    assert "Edge appliance" in text
    assert not Snapshot.unscoped.exists()
    fields = {"upload": note_of(answer), "do": "import", "asset_id": "asset_id", "product": "product", "version": "version"}
    done = person.post(reverse("estate-import", args=[trust.code]), fields, follow=True)
    assert "Imported: 2 installs on 2 assets." in words(done.content.decode())
    snapshot = Snapshot.unscoped.get()
    assert (snapshot.sees, snapshot.source.name, snapshot.filename) == (["edge_appliance"], "register", "estate.csv")


def test_another_table_needs_its_columns_named_once(person: Client, trust: Any) -> None:
    table = b"Ding;Sache;Stand\nmdm-01;Endpoint Manager Mobile;12.4.0.1\n"
    answer = upload(person, trust, table)
    assert "say below which column is which" in words(answer.content.decode())
    address, note = reverse("estate-import", args=[trust.code]), note_of(answer)
    assert "Import it" not in words(answer.content.decode())
    wrong = person.post(address, {"upload": note, "do": "import", "asset_id": "Ding"})
    assert wrong.status_code == 422
    assert "Product: choose the column that says it" in words(wrong.content.decode())
    columns = {"asset_id": "Ding", "product": "Sache", "version": "Stand"}
    again = person.post(address, {"upload": note, "do": "preview"} | columns)
    assert "12.4.0.1" in words(again.content.decode())
    assert not Snapshot.unscoped.exists()
    assert person.post(address, {"upload": note, "do": "import"} | columns).status_code == 302
    assert Source.unscoped.get().mapping["columns"]["asset_id"] == "Ding"
    next_time = upload(person, trust, table.replace(b"12.4.0.1", b"12.4.0.2"))
    assert "12.4.0.2" in words(next_time.content.decode())


def test_an_sbom_needs_no_columns(person: Client, trust: Any) -> None:
    component = {"bom-ref": "c1", "type": "application", "name": "Endpoint Manager Mobile", "version": "12.4.0.1"}
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": [component]}
    answer = upload(person, trust, orjson.dumps(bom), "bom.json")
    assert "Which column is which" not in words(answer.content.decode())
    done = person.post(reverse("estate-import", args=[trust.code]), {"upload": note_of(answer), "do": "import"})
    assert done.status_code == 302
    assert Snapshot.unscoped.get().format == "cyclonedx-1.6"


def test_a_workbook_is_read_too(person: Client, trust: Any) -> None:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["asset_id", "product", "version"])
    book.active.append(["mdm-01", "Endpoint Manager Mobile", "12.4.0.1"])
    book.save(out)
    assert "mdm-01" in words(upload(person, trust, out.getvalue(), "estate.xlsx").content.decode())


@pytest.mark.parametrize(
    ("data", "name", "error"),
    [
        (b"%PDF-1.7 ...", "estate.pdf", "this is a PDF"),
        (b"{", "estate.json", "not valid JSON"),
        (b"\x1f\x8b\x08\x00", "estate.csv.gz", "compressed with gzip"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(
    data: bytes, name: str, error: str, person: Client, trust: Any
) -> None:
    answer = upload(person, trust, data, name)
    assert answer.status_code == 422
    assert error in words(answer.content.decode())
    assert 'value="register"' in answer.content.decode()


def test_nothing_chosen_and_nothing_named_is_said(person: Client, trust: Any) -> None:
    answer = person.post(reverse("estate-import", args=[trust.code]), {"source": "", "taken": "never"})
    text = words(answer.content.decode())
    assert answer.status_code == 422
    assert "Choose a file" in text


def test_a_snapshot_of_the_future_is_refused(person: Client, trust: Any) -> None:
    answer = upload(person, trust, a_table([a_server()]), taken="2025-06-20T09:00")
    fields = {"upload": note_of(answer), "do": "import", "asset_id": "asset_id", "product": "product", "version": "version"}
    refused = person.post(reverse("estate-import", args=[trust.code]), fields)
    assert refused.status_code == 422
    assert "in the future" in words(refused.content.decode())


def test_the_same_file_again_changes_nothing_and_says_so(person: Client, trust: Any) -> None:
    for _ in range(2):
        answer = upload(person, trust, a_table([a_server()]), taken="2025-05-19T09:00")
        fields = {"upload": note_of(answer), "do": "import", "asset_id": "asset_id", "product": "product", "version": "version"}
        done = person.post(reverse("estate-import", args=[trust.code]), fields, follow=True)
    assert "was here already" in words(done.content.decode())
    assert Snapshot.unscoped.count() == 1


def test_rejected_rows_are_shown_with_their_place(person: Client, trust: Any) -> None:
    answer = upload(person, trust, b"asset_id,product,version\nmdm-01,EPMM,1\n,EPMM,2\n")
    fields = {"upload": note_of(answer), "do": "import", "asset_id": "asset_id", "product": "product", "version": "version"}
    done = person.post(reverse("estate-import", args=[trust.code]), fields, follow=True)
    text = words(done.content.decode())
    assert "1 row rejected" in text
    assert "line 3" in text
    assert "asset_id is empty" in text


def test_an_upload_serves_nobody_else(person: Client, trust: Any) -> None:
    """The note names file, person and organisation, and is signed: a changed or borrowed one opens nothing."""
    note = note_of(upload(person, trust, a_table([a_server()])))
    other = an_organisation()
    stranger = Client()
    stranger.force_login(a_person(other))
    for borrowed in (note, note[:-2] + "xx", "nonsense"):
        answer = stranger.post(reverse("estate-import", args=[other.code]), {"upload": borrowed, "do": "import"}, follow=True)
        assert "Nothing was imported" in words(answer.content.decode())
    assert not Snapshot.unscoped.exists()


def test_a_shrunken_snapshot_waits_for_a_person(person: Client, trust: Any) -> None:
    a_snapshot(trust, filler(10), taken=at(15))
    small = a_snapshot(trust, filler(3), taken=at(18))
    assert "A smaller snapshot waits for a person" in page(person, reverse("estate"))
    address = reverse("snapshot-confirm", args=[small.public_id])
    assert person.post(address, {"reason": ""}).status_code == 422
    assert person.post(address, {"reason": "two wards moved"}).status_code == 302
    assert "A smaller snapshot waits" not in page(person, reverse("estate"))
    assert "Smaller, confirmed" in page(person, reverse("snapshot", args=[small.public_id]))


def test_a_person_of_several_organisations_chooses_an_estate(demo: Demonstration, as_: As, several: Any) -> None:
    text = page(as_(several.email), reverse("estate"))
    assert "Fernhill" in text
    assert "Dunmore" in text


def test_the_centre_is_told_that_estates_stay_inside(demo: Demonstration, as_: As) -> None:
    assert "stays with its own people" in page(as_("national"), reverse("estate"))


def test_a_source_goes_on_to_see_what_it_declared(person: Client, trust: Any) -> None:
    """Whoever brings a newer file and ticks nothing takes nothing back."""
    a_snapshot(trust, [a_server()], taken=at(12), source="register", sees=["edge_appliance", "server"])
    answer = upload(person, trust, a_table([a_server(version="12.4.0.2")]))
    fields = {"upload": note_of(answer), "do": "import", "asset_id": "asset_id", "product": "product", "version": "version"}
    person.post(reverse("estate-import", args=[trust.code]), fields)
    assert Snapshot.unscoped.latest("taken_at").sees == ["edge_appliance", "server"]


def test_classes_are_boxes_to_tick(person: Client, trust: Any) -> None:
    html = person.get(reverse("estate-import", args=[trust.code])).content.decode()
    assert html.count('class="nhsuk-checkboxes__input"') == 11
    assert "nhsuk-radios" not in html


def test_a_file_that_is_too_large_is_refused_before_it_is_read(person: Client, trust: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wardround.hub.pages.estate.forms.MOST_BYTES", 10)
    answer = upload(person, trust, a_table([a_server()]))
    assert answer.status_code == 422
    assert "split it" in words(answer.content.decode())


def test_a_source_in_the_address_that_no_database_could_hold_is_no_fault(demo: Demonstration, as_: As) -> None:
    assert as_(demo.person("EX03", "security")).get(reverse("estate-import", args=["EX03"]) + "?source=%00x").status_code == 200
