"""Exports of the tools that hospitals have, of the shape that their documentation gives, need no mapping.

Each file in `exports` is written from the vendor's documentation, which is named here. All names in them are fictitious.
"""

from datetime import date
from pathlib import Path

import pytest

from wardround.core.estate import ColumnMapping, Inventory, preview, read
from wardround.core.estate._map import TARGETS
from wardround.core.estate._sources import sources
from wardround.core.estate._values import column_key

TVM_ID = "5f7a1f2e3d4c5b6a79880011223344556677889a"
INTUNE_ID = "0a1b2c3d-0000-4000-8000-000000000001"
DOCUMENTED = {
    # Microsoft Learn, "DeviceTvmSoftwareInventory" (Defender XDR advanced hunting schema): the columns, as its CSV export has them
    "defender-hunting": (
        "defender",
        [(TVM_ID, "microsoft", "windows 10", "10.0.19045.4412"), (TVM_ID, "7-zip", "7-zip", "23.01.0.0")],
    ),
    # Microsoft Learn, "Export software inventory assessment per device", section 1.5 Properties
    "defender-assessment": ("defender", [(TVM_ID, "microsoft", "windows 10", "10.0.19045.4412")]),
    # Microsoft Learn, "Intune reports and properties available using Graph API", AppInvRawData
    "intune-apps": (
        "intune-apps",
        [
            (INTUNE_ID, "Igor Pavlov", "7-Zip 23.01 (x64)", "23.01"),
            (INTUNE_ID, "Microsoft", "Windows", "10.0.19045.4412"),
            (INTUNE_ID, "Example Ltd", "Example Viewer", "2.0.1"),
        ],
    ),
    # the same page, DevicesWithInventory, "Columns received"
    "intune-devices": ("intune-devices", [(INTUNE_ID, "Microsoft", "Windows", "10.0.19045.4412")]),
    # Microsoft Learn, "Hardware inventory views in Configuration Manager": v_GS_INSTALLED_SOFTWARE joined to v_R_System
    "configmgr-installed-software": (
        "configmgr",
        [("configmgr:16777220", "Igor Pavlov", "7-Zip 23.01 (x64 edition)", "23.01.00.0")],
    ),
    # the same, v_GS_ADD_REMOVE_PROGRAMS_64
    "configmgr-add-remove-programs-64": (
        "configmgr",
        [("configmgr:PC-0001", "Igor Pavlov", "7-Zip 23.01 (x64 edition)", "23.01.00.0")],
    ),
    # the same, v_GS_OPERATING_SYSTEM and v_R_System.BuildExt (build and revision)
    "configmgr-operating-systems": (
        "configmgr-devices",
        [("configmgr:16777220", "Microsoft", "Microsoft Windows 10 Enterprise", "10.0.19045.4412")],
    ),
    # Lansweeper knowledge base, database dictionary: tblAssets, tblAssetCustom, tblSoftware, tblSoftwareUni
    "lansweeper-software": ("lansweeper", [("lansweeper:42", "Igor Pavlov", "7-Zip 23.01 (x64)", "23.01")]),
    # the same, tblAssets, tblOperatingsystem, tsysOS
    "lansweeper-assets": ("lansweeper-assets", [("lansweeper:42", "", "Win 10", "10.0.19045.4412")]),
    # GLPI user documentation, Assets / Computers: a search exported as CSV (separated by semicolons)
    "glpi-computers": ("glpi", [("glpi:PC-0001", "", "Windows 10", "10.0.19045.4412")]),
    # GLPI user documentation, Assets / Software, tab Installations
    "glpi-software": ("glpi-software", [("glpi:PC-0001", "Igor Pavlov", "7-Zip", "23.01")]),
    # osquery schema 5, table programs, joined to system_info
    "osquery-programs": (
        "osquery",
        [("osquery:4C4C4544-0042-3510-8051-B4C04F4E4D32", "Igor Pavlov", "7-Zip 23.01 (x64)", "23.01")],
    ),
    # ANSI/NEMA HN 1-2019 (MDS2), section 5: manufacturer, model, software revision, operating system, as a register keeps them
    "medical-devices": (
        "medical-devices",
        [
            ("EQ-1001", "Example Medical", "PumpGate 5", "5.0.2"),
            ("EQ-1001", "", "Windows 10 IoT Enterprise", "10.0.17763.5696"),
        ],
    ),
}


def export(name: str) -> bytes:
    return (Path(__file__).parent / "exports" / f"{name}.csv").read_bytes()


def said(inventory: Inventory) -> list[tuple[str, str, str, str]]:
    return [(i.asset_id, i.vendor, i.product, i.version) for i in inventory.installs]


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_documented_export_is_recognised_and_read(name: str) -> None:
    kind, expected = DOCUMENTED[name]
    inventory = read(export(name), name="export.csv")
    assert inventory.mapping is not None
    assert inventory.mapping.source == kind
    assert inventory.source == sources()[inventory.mapping.source].name
    assert said(inventory) == expected
    assert (inventory.rejected, inventory.noted) == ((), ())


def test_every_known_kind_of_export_has_a_documented_shape_here() -> None:
    assert {kind for kind, _ in DOCUMENTED.values()} == set(sources())


@pytest.mark.parametrize("name", DOCUMENTED)
def test_the_order_and_the_writing_of_the_columns_do_not_matter(name: str) -> None:
    text, inventory = export(name).decode(), read(export(name), name="x")
    rows = [line.split(";" if ";" in text else ",") for line in text.replace('"', "").splitlines()]
    if any(len(row) != len(rows[0]) for row in rows):
        return  # a quoted comma: the first test has it
    turned = "\n".join("\t".join(reversed([c.upper() for c in row] if at == 0 else row)) for at, row in enumerate(rows))
    assert said(read(turned.encode(), name="x")) == said(inventory)


@pytest.mark.parametrize("name", DOCUMENTED)
def test_the_mapping_that_is_shown_reads_the_same_when_it_is_saved_and_used(name: str) -> None:
    data = export(name)
    shown = preview(data, name="x").mapping
    assert shown is not None
    assert read(data, name="x", mapping=ColumnMapping.from_json(shown.as_json())).installs == read(data, name="x").installs


def test_what_identifies_a_device_stands_on_its_first_install_in_one_spelling() -> None:
    first, *others = read(export("intune-apps"), name="x").installs
    assert first.extra["id:intune_device_id"] == INTUNE_ID
    assert not any(key.startswith("id:") for other in others for key in other.extra)
    (device,) = read(export("intune-devices"), name="x").installs
    assert device.extra["id:mac_address"] == "3c:52:82:11:22:33 | 3c:52:82:11:22:44"
    assert device.extra["id:serial_number"] == "5cd1234xyz"
    assert device.extra["id:manufacturer"] == "HP"
    assert device.last_seen == date(2024, 5, 20)


def test_what_defender_calls_a_platform_is_what_records_call_it() -> None:
    first = read(export("defender-hunting"), name="x").installs[0]
    assert (first.extra["platform"], first.extra["os_version"]) == ("Windows 10", "22H2")
    assert "EndOfSupportStatus" not in first.extra


def test_a_device_of_an_unknown_maker_has_no_vendor_rather_than_its_platform() -> None:
    data = export("intune-devices").replace(b",Windows,", b",AndroidEnterprise,")
    assert said(read(data, name="x"))[0][1:] == ("", "AndroidEnterprise", "10.0.19045.4412")


@pytest.mark.parametrize(
    "head", ["Device,Software,Build", "Computer,Software,Version,Publisher", "name,version", "Name,Model,Version"]
)
def test_a_table_of_nobodys_shape_is_nobodys(head: str) -> None:
    width = head.count(",") + 1
    assert preview(f"{head}\n{','.join('x' * width)}\n".encode(), name="x").source == ""


def test_our_own_columns_are_never_taken_for_an_export() -> None:
    head = "asset_id,product,version,DeviceId,DeviceName,SoftwareVendor,SoftwareName,SoftwareVersion"
    inventory = read(f"{head}\na,p,1,d,n,v,s,2\n".encode(), name="x")
    assert (inventory.source, said(inventory)) == ("", [("a", "", "p", "1")])


def test_every_entry_of_the_table_maps_known_targets_and_says_its_documentation() -> None:
    for kind in sources().values():
        assert set(kind.columns) <= set(TARGETS), kind.id
        assert len(kind.documented) > 20, kind.id
        assert {"asset_id", "product", "version"} <= set(kind.columns) | set(kind.constants or {}), kind.id
        for names in kind.columns.values():
            assert len({column_key(name) for name in names}) == len(names), kind.id
