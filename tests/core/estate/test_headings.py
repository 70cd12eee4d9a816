"""Tables as hospitals of other languages write them, and lists of computers that also list software."""

import pytest

from wardround.core.estate import preview, read

HEADINGS = {
    "German": "Inventarnummer;Hersteller;Produkt;Versionsnummer;Rechnername",
    "German, of devices": "Gerätenummer;Hersteller;Modell;Softwarestand;Gerätename",
    "French": "Numéro d'inventaire;Éditeur;Logiciel;Version du logiciel;Nom de machine",
    "French, of a CMDB": "Identifiant;Fabricant;Nom du logiciel;Numéro de version;Nom d'hôte",
}


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("heading", HEADINGS.values(), ids=HEADINGS)
def test_german_and_french_headings_are_proposed(heading: str, encoding: str) -> None:
    data = f"{heading}\r\nA-1;Example GmbH;Gateway;2.0.1;ws-äé1\r\n".encode(encoding)
    shown = preview(data, name="export.csv")
    assert [(i.asset_id, i.vendor, i.product, i.version) for i in shown.installs] == [("A-1", "Example GmbH", "Gateway", "2.0.1")]
    assert shown.installs[0].hostname == "ws-äé1"


def test_an_english_heading_goes_before_a_foreign_one() -> None:
    shown = preview(b"Modell,Product,Version,Asset ID\nX,Gateway,1.0,A-1\n", name="export.csv")
    assert [i.product for i in shown.installs] == ["Gateway"]


COMPUTERS = '"Name";"Operating System - Name";"Operating System - Version";"Entity";"Software - Name";"Software - Version"\r\n'


def software(row: str) -> list[tuple[str, str]]:
    found = read((COMPUTERS + row).encode(), name="glpi.csv").installs
    assert (found[0].asset_id, found[0].product, found[0].version) == ("glpi:PC-1", "Windows", "10")
    return [(i.product, i.version) for i in found[1:]]


@pytest.mark.parametrize(
    ("names", "versions", "expected"),
    [
        ("7-Zip", "22.01", [("7-Zip", "22.01")]),
        ("7-Zip\nGIMP", "22.01\n2.10", [("7-Zip", "22.01"), ("GIMP", "2.10")]),
        ("7-Zip\nGIMP", "22.01\n", [("7-Zip", ""), ("GIMP", "")]),
        ("7-Zip\nGIMP", "22.01", [("7-Zip", ""), ("GIMP", "")]),
        ("", "", []),
        ("", "22.01", []),
    ],
)
def test_computers_that_list_software_keep_it(names: str, versions: str, expected: list[tuple[str, str]]) -> None:
    """A version counts for a product only where each of them has one: which one it is of cannot be told otherwise."""
    assert software(f'"PC-1";"Windows";"10";"Root";"{names}";"{versions}"\r\n') == expected
