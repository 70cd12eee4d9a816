"""Two names of one vendor that differ in spelling, or in the word for the sort of thing alone, are one product; others are not."""

import pytest

from wardround.core.names._gist import gist
from wardround.core.names._named import names_of
from wardround.core.names._product import bare_vendor


@pytest.mark.parametrize(
    ("vendor", "one", "other"),
    [
        # As CISA's medical advisories write them, and as a register of devices does.
        ("medtronic", "24950 MyCareLink Monitor", "MyCareLink 24950 Patient Monitor"),
        ("medtronic", "8840 N'Vision Clinician Programmer", "N'Vision Clinician Programmer 8840"),
        ("contec health", "CMS8000 CONTEC ICU CCU Vital Signs Patient Monitor", "CMS8000 patient monitor"),
        ("smiths medical", "Medfusion 4000 Wireless Syringe Infusion Pump", "Medfusion 4000"),
        ("philips", "IntelliBridge EC40 Hub", "IntelliBridge EC40"),
        ("philips", "e-Alert", "eAlert"),
        ("b. braun", "Battery pack SP with WIFI", "Battery Pack SP with Wi-Fi"),
        ("baxter", "Welch Allyn Connex Spot Monitor (CSM)", "Welch Allyn Connex Spot Monitor"),
        ("dräger", "Prüfer 7000 device", "Prüfer 7000"),
        # As CVE records do.
        ("johnson controls", "Software House C•CURE 9000", "Software House C-CURE 9000"),
        ("grandstream", "UCM6202", "UCM6202 IP PBX"),
        ("phoenix contact", "CHARX SEC-3000 (1139022)", "CHARX SEC-3000"),
        ("citrix", "Workspace app", "Workspace"),
        ("oracle", "GraalVM Enterprise Edition", "GraalVM Enterprise"),
        ("veeam", "Backup & Replication", "Backup_\\&_Replication"),
    ],
)
def test_these_are_one(vendor: str, one: str, other: str) -> None:
    assert gist(vendor, one.casefold()) == gist(vendor, other.casefold()) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Notepad++", "Notepad"),
        ("Asterisk", "Certified Asterisk"),
        ("Discovery XR656+", "Discovery XR656"),
        ("SIMATIC S7-1500 Software Controller", "SIMATIC S7-1500 Controller"),
        ("SIMATIC S7-1500 CPU 1518-4 PN/DP", "SIMATIC S7-1500 CPU 1518-4 PN/DP MFP"),
        ("SIPROTEC 5 6MD85 (CP200)", "SIPROTEC 5 6MD85 (CP300)"),
        ("Medfusion 4000", "Medfusion 4000 Server"),
        ("Battery module 35223", "Spectrum 35223"),
        ("Acrobat Reader", "Acrobat"),
        ("Product 1.10", "Product 11.0"),
        ("Centricity PACS", "Centricity PACS Server"),
        ("Office 2016", "Office 2019"),
    ],
)
def test_these_are_two(one: str, other: str) -> None:
    assert gist("example", one.casefold()) != gist("example", other.casefold())


@pytest.mark.parametrize("name", ["", "system", "®", "8015", "10 20", "a" * 500, "- - -", "(((((" * 20])
def test_what_tells_nothing_has_no_gist_that_another_name_could_share(name: str) -> None:
    assert gist("example", name) in ("", name)


def test_without_a_vendor_there_is_none() -> None:
    assert gist("", "mycarelink 24950 monitor") == ""


def test_a_record_is_found_by_the_gist_of_its_product_too() -> None:
    affected = {"vendor": "Philips", "product": "IntelliBridge EC40 Hub"}
    assert set(names_of(affected)) == {("philips", "intellibridge ec40 hub"), ("philips", "intellibridge ec40")}


def test_a_record_that_is_narrowed_to_a_system_is_found_without_it() -> None:
    """CVE-2024-1591: `Privilege Management for Windows` on the platform Windows."""
    affected = {"vendor": "BeyondTrust", "product": "Privilege Management for Windows", "platforms": ["Windows"]}
    assert ("beyondtrust", "privilege management") in set(names_of(affected))
    for platforms in ([], ["Windows", "macOS"], ["macOS"], None):
        assert ("beyondtrust", "privilege management") not in set(names_of(affected | {"platforms": platforms}))


@pytest.mark.parametrize(
    ("written", "vendor"),
    [
        ("sensormatic electronics, a subsidiary of johnson controls, inc.", "johnson controls"),  # CVE-2023-3749
        ("symantec - a division of broadcom", "broadcom"),  # CVE-2023-23957
        ("an author author@maker.example", "an author"),  # as Windows lists programs of a single author
        ("bank of america", "bank of america"),
        ("institute for a division of labour", "institute for a division of labour"),
    ],
)
def test_a_subsidiary_says_whose_it_is(written: str, vendor: str) -> None:
    assert bare_vendor(written) == vendor
