"""Scan reports and agents' logs, of the shape that their documentation gives; everything in them is fictitious.

Nessus v2 File Format (Tenable, November 2016), Report Function, Report Host and ReportItem; nmap's DTD (nmap.org/book/nmap-dtd);
osquery documentation, Logging (differential and snapshot results), schema 5.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from wardround.core.estate import Inventory, preview, read
from wardround.core.vocab import BadInput, Install

UUID = "uuid:44454c4c-4200-1035-8051-b4c04f4e4d32"


def export(name: str) -> Inventory:
    return read((Path(__file__).parent / "exports" / name).read_bytes(), name=name)


def of(inventory: Inventory, product: str) -> Install:
    (found,) = (install for install in inventory.installs if install.product == product)
    return found


def said(inventory: Inventory) -> list[tuple[str, str, str]]:
    return [(i.asset_id, i.product, i.version) for i in inventory.installs]


def test_a_nessus_report_lists_what_each_host_has() -> None:
    inventory = export("scan.nessus")
    assert (inventory.source, inventory.format) == ("Nessus or Tenable scan report", "nessus")
    assert inventory.taken_at == datetime(2024, 5, 20, 8, 10, tzinfo=UTC)
    assert said(inventory) == [
        (UUID, "Windows 10 Enterprise", "10.0.19045"),
        (UUID, "7-Zip 23.01 (x64)", "23.01"),
        (UUID, "Example Viewer", "2.0.1"),
        (UUID, "7-zip", "23.01"),
        ("host:web-02.trust.example", "Linux Kernel 5.10.0 on Debian 11.9", ""),
        ("host:web-02.trust.example", "libssl1.1", "1.1.1n-0+deb11u5"),
        ("host:web-02.trust.example", "openssh-server", "1:8.4p1-5+deb11u3"),
        ("host:rh-03", "Linux Kernel 4.18.0 on Red Hat Enterprise Linux release 8.9 (Ootpa)", ""),
        ("host:rh-03", "openssl-libs", "1:1.1.1k-9.el8_7"),
        ("host:rh-03", "bash", "4.4.20-4.el8_6"),
    ]


def test_a_nessus_host_has_its_updates_and_its_identifiers() -> None:
    windows = of(export("scan.nessus"), "Windows 10 Enterprise")
    assert (windows.vendor, windows.hostname, windows.extra["updates"]) == ("Microsoft", "PC-0001", "KB5037768")
    assert windows.extra["id:mac_address"] == "3c:52:82:11:22:44"
    assert windows.extra["id:hardware_uuid"] == UUID.removeprefix("uuid:")


def test_a_package_says_whose_it_is() -> None:
    ssl, rpm = of(export("scan.nessus"), "libssl1.1"), of(export("scan.nessus"), "openssl-libs")
    assert (ssl.scheme, ssl.purl) == ("deb", "pkg:deb/debian/libssl1.1@1.1.1n-0+deb11u5?distro=debian-11")
    assert (rpm.scheme, rpm.purl) == ("rpm", "pkg:rpm/redhat/openssl-libs@1:1.1.1k-9.el8_7?distro=redhat-8")
    assert (ssl.extra["distribution"], rpm.extra["distribution"]) == ("debian:11", "redhat:8")


def test_a_host_that_was_only_seen_from_outside_is_said_and_guesses_are_no_installs() -> None:
    noted = [note.what for note in export("scan.nessus").noted]
    assert any("scanned without credentials" in what for what in noted)
    assert any("known by their address alone: 1." in what for what in noted)
    assert not any(install.asset_id == "ip:198.51.100.10" for install in export("scan.nessus").installs)


def test_an_nmap_scan_lists_the_services_that_it_could_name() -> None:
    inventory = export("scan.nmap.xml")
    assert inventory.taken_at == datetime(2024, 5, 20, 8, 0, tzinfo=UTC)
    assert said(inventory) == [
        ("mac:00:1b:2c:3d:4e:5f", "OpenSSH", "8.9p1 Ubuntu 3ubuntu0.6"),
        ("mac:00:1b:2c:3d:4e:5f", "Apache httpd", "2.4.52"),
        ("ip:198.51.100.12", "Example httpd", ""),
    ]
    apache = of(inventory, "Apache httpd")
    assert (apache.cpe, apache.hostname) == ("cpe:/a:apache:http_server:2.4.52", "gw-7.trust.example")
    assert (apache.extra["port"], apache.extra["address"]) == ("80/tcp", "198.51.100.11")
    assert any("1 open ports name no product" in note.what for note in inventory.noted)


def test_osquerys_log_is_what_stands_at_its_end() -> None:
    inventory = export("osquery-results.log")
    assert said(inventory) == [
        (UUID, "Windows 10 Enterprise", "10.0.19045.4412"),
        (UUID, "7-Zip 23.01 (x64)", "23.01"),
        ("host:web-02", "libssl1.1", "1.1.1n-0+deb11u5"),
        ("host:web-02", "Debian GNU/Linux", "11 (bullseye)"),
        ("host:rh-03", "openssl-libs", "1:1.1.1k-9.el8_7"),
    ]
    ssl = of(inventory, "libssl1.1")
    assert (ssl.purl, ssl.extra["source"]) == ("pkg:deb/debian/libssl1.1@1.1.1n-0+deb11u5?distro=debian-11", "openssl")
    assert of(inventory, "Windows 10 Enterprise").extra["updates"] == "KB5037768"


def test_a_newer_snapshot_of_a_query_takes_the_place_of_the_one_before() -> None:
    entry = b'{"name":"q","hostIdentifier":"h","action":"snapshot","snapshot":[{"name":"%s","version":"1","publisher":""}]}\n'
    assert said(read(entry % b"old" + entry % b"new", name="x")) == [("host:h", "new", "1")]


def test_plain_rows_need_a_host() -> None:
    row = b'[{"name":"p","version":"1","publisher":"v","hostname":"pc-1"},{"name":"p","version":"2","publisher":"v"}]'
    inventory = read(row, name="x")
    assert said(inventory) == [("host:pc-1", "p", "1")]
    assert "add uuid and hostname of system_info" in inventory.rejected[0].what


@pytest.mark.parametrize(("name", "cut"), [("scan.nessus", b'<ReportHost name="rh-03">'), ("scan.nmap.xml", b"<host><status")])
def test_what_stands_before_a_break_is_kept_and_the_break_is_said(name: str, cut: bytes) -> None:
    data = (Path(__file__).parent / "exports" / name).read_bytes()
    inventory = read(data[: data.index(cut) + len(cut)], name=name)
    assert len(inventory.installs) > 1
    assert "the XML ends or breaks here" in inventory.rejected[0].what
    assert inventory.rejected[0].where.startswith("line ")


def test_a_preview_stops_early() -> None:
    data = (Path(__file__).parent / "exports" / "scan.nessus").read_bytes()
    assert 0 < len(preview(data, name="x", n=2).installs) < 10


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
FETCH = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("root", ["nmaprun", "NessusClientData_v2"])
@pytest.mark.parametrize("declared", [BOMB, FETCH, "<!DOCTYPE x [<!ELEMENT x ANY>]>"])
def test_xml_that_declares_anything_is_refused(root: str, declared: str) -> None:
    with pytest.raises(BadInput, match=r"x line 1: its XML declares a document type of its own; do not trust"):
        read(f"{declared}<{root}>&b;</{root}>".encode(), name="x")


def test_xml_that_is_nested_for_ever_is_refused() -> None:
    with pytest.raises(BadInput, match="nested deeper than 100"):
        read(b"<nmaprun>" + b"<a>" * 100_000, name="x")


def test_an_address_outside_is_never_asked_for() -> None:
    data = b'<!DOCTYPE nmaprun SYSTEM "http://203.0.113.1/nmap.dtd"><nmaprun><host><address addr="192.0.2.1" addrtype="ipv4"/>'
    data += b'<ports><port portid="1"><state state="open"/><service product="p"/></port></ports></host></nmaprun>'
    assert said(read(data, name="x")) == [("ip:192.0.2.1", "p", "")]


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "no-such-code", "shift_jis"])
def test_an_encoding_is_read_or_named(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><nmaprun></nmaprun>'
    data = text.encode("utf-16" if encoding == "utf-16" else "ascii")
    with pytest.raises(BadInput, match="x: "):
        read(data, name="x")


def test_an_endless_number_is_no_date() -> None:
    data = b'<nmaprun start="99999999999999999999"><host><address addr="192.0.2.1" addrtype="ipv4"/>'
    data += b'<ports><port portid="1"><state state="open"/><service product="p"/></port></ports></host></nmaprun>'
    assert read(data, name="x").taken_at is None
