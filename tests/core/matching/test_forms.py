"""Products whose versions are no dotted numbers: how they compare, and what that makes decidable in their records."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.advisories import Advisory
from wardround.core.matching import Answer, Overrides, Subject, decide
from wardround.core.matching._forms import Form, form_named, form_of, forms
from wardround.core.matching._objects import read_object
from wardround.core.matching._product_order import form_of_object
from wardround.core.vocab import name_key

ARecord = Callable[..., Advisory]

# Oldest first. Sources: each vendor's own release notes, as forms.json names them.
ORDERS = {
    # Medical devices and what stands beside them: a letter or letters before the numbers.
    "checkpoint-r": "R80.061.0000 R81.061.0000 R81.070.0000 R82.000.0000",
    "philips-letters": "A.01.09 A.03.09 B.05.04 B.06.10 B.06.18 C.00.03 C.00.04 J.10.40 M.00.12",
    "philips-r": "R3.3L1 R4.1 R4.1L1 R8.0.2 R8.0.3",
    "philips-vm": "VM4.0 VM5.0 VM5.0.2 VM6.0",
    "medtronic-letters": "1.6 2.4 2.4A 2.4B 2.6A 2.7A",
    "ge-bt": "BT02 BT06 BT08 BT16",
    "fresenius-d": "D15 D24 D25 D29",
    "certified-asterisk": "18.9-cert1 18.9-cert10 18.9-cert11 20.7-cert1 20.7-cert2",
    "acronis-files": "8.8.0x1 9.0.0x23 9.0.0x24",
    "apex-one": "14.0.0.11110 14.0.0.12902 14.0.0.12980",
    "cisco-maintenance": "12.9.5 14.0(3) 14.0(4) 14.1.2 14.1(3)",
    "arubaos-switch": "YA.16.04.0026 KB.16.10.0025 WC.16.11.0012 YC.16.11.0013",
    "asus-firmware": "3.0.0.4.386.46065 3.0.0.4.388.24198 3.0.0.4.388.24209 3.0.0.6.102.34312",
    "pan-os": "8.1.0 8.1.23-h1 9.1.0 10.2.9 10.2.9-h1 10.2.9-h10 10.2.10 11.0.0",
    "asa": "9.8(4) 9.8(4)48 9.12.1 9.16(4) 9.16(4)9 9.16.4.57 9.16(4)62 9.20.2",
    "ftd": "6.2.3 6.2.3.18 7.0.6 7.0.6.1 7.4.1 7.4.1.1",
    "ios-xe": "16.9.1 16.12.10 16.12.10a 17.3.8 17.3.8a 17.3.8b 17.9.4 17.09.04a 17.12.2",
    "pulse": "9.1R14 9.1R14.4 9.1R18 9.1R18.3 22.4R2.2 22.5R1.1 22.7R2 22.7R2.5",
    "netscaler": "12.1-55.24 12.1-65.39 12.1-55.300 13.0-92.19 13.1-37.38 13.1-49.9 13.1-49.15 13.1-37.164 14.1-8.50 14.1-43.56",
    "sonicos": "5.9.2.14-12o 6.5.4.4-44v-21-2079 6.5.4.14-109n 6.5.4.15-116n 7.0.1-5035 7.1.1-7040-R2044",
    "sma": "9.0.0.9-26sv 10.2.0.8-37sv 10.2.1.2-24sv 10.2.1.11-65sv 12.4.3-02804 12.4.3-02854",
    "big-ip": "11.6.5.2 13.1.5 15.1.5 15.1.5.1 16.1.2 16.1.2.2 17.1.0",
    "esxi": "6.7.0_build_17499825 ESXi70U1c-17325551 7.0.3_build_21930508 ESXi80U1d-23299997 ESXi80U2sb-23305545 ESXi80U3-24022510",
    "vcenter": "6.7_U3l 7.0_U1c 7.0U3o 7.0_u3s 8.0_U1d 8.0_U2 8.0_U2e 8.0_Update_3 8.0_U3b",
    "moveit": "12.1.0 2021.0.6 13.1.4 2022.0.4 14.1.5 2023.0.1 15.1.6 2024.0.2",
    "screenconnect": "22.4.20001 23.9.7.8804 23.9.8.8811 23.9.10 24.1.3.8907",
    "exchange": "15.0.1497.12 15.01.2176.009 15.1.2242.4 15.02.0792.010 15.2.858.5",
    "fortinet": "5.4.12 6.0.5 6.4.14 7.0.16 7.2.9,build1688 7.4.3",
    "b-braun-u": "012U000039 012U000040 012U000061 028U000061",
    "nvidia-display-driver": "390.157 470.199.02 535.183.01 551.86 552.55",
    "junos": "20.4R3-S9 21.1R1 21.4R3 21.4R3-S5.4 22.2R2-S1-EVO 22.4R2-S1 22.4R3 23.2R1",
    "mozilla": "115.16.1 128.3.0esr 128.3.1 131.0 131.0.1 131.0.2 132",
    "apple": "16.7.6 17 17.4 17.4.1 17.5",
    "ivanti-epm": "2021_SU5 2022 2022_su5 2022_SU6 2024",
    "ivanti-vtm": "22.2 22.2R1 22.3R3 22.7R1 22.7R2",
    "openssh": "8.4p1 8.5p1 9.3p1 9.3p2 9.7p1 9.8p1",
    "openssl": "1.0.2zk 1.1.1 1.1.1w 1.1.1x 1.1.1za 3.0.13 3.0.14",
    "four-numbers": "6.3.4.0 6.4.1.207 6.4.1.236 7.2.54.10 9.1.11.0 12.1.1.56 12.1.2.172 12.2.0.334",
    "qnap": "4.5.4.2627 5.1.2.2533 5.1.3.2578_build_20231110 h5.1.4.2596 c5.1.5.2651 5.2.0.2737",
    "synology": "1.2.5-8227-11 1.3.1-9346-7 1.3.1-9346-8 3.4.0-15721 3.5.0-16084 7.2.1-69057 7.2.1-69057_Update_3 7.2.1-69057-5",
    "gitlab": "15.11.13 16.8.0 16.8.1-ee.0 16.8.2 16.10.0-ce.0",
    "manageengine": "5717 7270 7271 8000 128104 128250",
    "whatsup": "2022.1.3 2023.1.2 23.1.3 24.0.0 2024.0.1",
    "java": "7u311 8u51 8u391 8.0.4010.10 8u402 11.0.20.1 11.0.21 17 17.0.9+9 17.0.10 21.0.1",
    "nginx-plus": "R29 R30 R31 R31_P2 nginx-plus-r31-p3 R32",
    "checkmk": "2.2.0p30 2.3.0b6 2.3.0i1 2.3.0 2.3.0p13 2.3.0p14.cre",
    "zimbra": "8.8.15_P46 9.0.0_Patch_37 9.0.0patch38 9.0.0_p41 10.0.0p1",
    "bind": "9.11.37 9.16.45 9.18.21 9.18.24-P1 9.19.19 9.11.37-S1 9.16.8-S1 9.18.21-S1",
    "acrobat": "15.006.30527 17.011.30204 20.005.30574 20.005.30636 23.008.20470 24.002.20759",
    "citrix-workspace": "2309.1 23.11.0.132 24.2.0.172 2402_LTSR_CU1 24.2.1003.5 2403.1 24.5.0.131",
    "citrix-releases": "1912_LTSR_CU8 1912_LTSR_CU9 2203.0.4000 2203_LTSR_CU5 2203.0.6000 2402_LTSR_CU1 2404.1",
    "magento": "2.3.7-p4-ext-6 2.4.4-p8 2.4.6 2.4.6-p4 2.4.6-p10 2.4.7-beta3 2.4.7 2.4.7-p1",
    "ge-ultrasound": "R3.2.0 R3.3.0 R4.2.1 R9.1.4 11.0.3 R12.0.0",
    "microdicom": "2023.2 2023.3_(Build_9342) 2024.1 2024.2",
    "whole-numbers": "2.2.8 2.2.8.1 2.9.10.7 3.0.9 3.0.9.1 7.0.8.4 7.1",
    "node": "16.20.2 18.18.0 18.19.1 20.11.1 v21.6.2 22.4.0 22.4.1",
    "freebsd": "13.2-RELEASE 13.3-RELEASE-p5 13.3-p6 14.0-RELEASE-p9 14.0-RELEASE-p10 14.1-RELEASE",
    "cortex-xdr": "7.5.101 8.1.1.37712 8.1.2 8.2.0 8.3.0.50235 7.9.101-CE 7.9.102-CE",
    "lines-of-two": "5.6.37 7.4.33 8.1.29 8.1.30 8.2.0 8.3.12 v8.4.1",
    "tomcat": "8.5.95 9.0.0.M11 9.0.0-M15 9.0.0 9.0.83 10.1.0-M1 10.1.0-M17 10.1.0-RC1 10.1.0 10.1.15 11.0.0-M10",
    "moodle": "3.9.19 4.0.6 4.1.9 4.1.10 4.2.6 4.3.3 4.3.4",
    "serv-u": "15.3.2_HF_2 15.4.1_HF_1 15.4.2_HF_1 Serv-U_15.4.2_HF_2 15.5.0_HF_1",
    "zld": "4.60 4.73 4.73_Patch_1 V5.36(ABUH.0) 5.36patch1 V5.36(ABUH.2) 5.37 V5.50(ABOM.8)C0 5.50(ABOM.8.4)C0",
    "globalprotect": "5.1.11 5.2.12-26 5.2.13 6.2.1 6.2.1-c31 6.2.8-h2",
    "cortex-xsoar": "6.10.0.250144 6.12.0_(Build_1271551) 6.12.0.1271552",
    "ibm-i": "7.2 V7R3M0 7.4 7.5",
    "trend-micro": "6.5_Build_3334 14.0.0.12979 14.0.0.12980 20.0.0-8438 20.0.0.8439",
    "telerik": "Q1_2007 9.2.23.1010 10.1.24.709 2024_Q3_(10.2.24.806) 10.2.24.924",
    "adobe": "6.5.17.0 6.5.19 19.0.1.205 25.3.1.241 28.3 28.3.1",
    "acronis": "15.0.35704 35979 24.5.38101 24.7.38235 38690",
    "gravityzone": "6.36.1 6.36.1-1 6.38.1-1 6.38.1-2",
    "teamcity": "9.1.7 2022.10.4 2023.05 2023.05.1 2023.11_(build_147412) 2023.11.4",
    "netapp": "4.8 4.9P1 5.0 5.0p1 9.13.1 9.13.1P4",
    "mailcow": "2023-12 2024-06 2024-06a 2024-07",
    "lenovo-bios": "R22ET59W_(1.29_) 1.30_(R22ET60W) 1.31",
    "oracle-fusion": "10.3.6.0 12.1.3.0.0 12.2.1.2.0 12.2.1.3 12.2.1.4.0 12.2.1.19 14.1.1.0.0 14.1.2.0",
    "office-click-to-run": "16.0.10407.20032 16.0.10413.20020 16.0.14332.20763 16.0.17328.20346 16.0.17328.20550 16.0.18025.20140",
    "service-packs": "V3.1 3.2_HF1 V3.2_SP1 v3.2_SP1_HF2 3.2_Service_Pack_2 V18_Update_1 2018_SP3_P05 2018_SP3_Patch_6",
}


def versions(name: str) -> list[str]:
    return [text.replace("_", " ") for text in ORDERS[name].split()]


def test_every_form_is_tried_here() -> None:
    assert set(ORDERS) == set(forms())


@pytest.mark.parametrize("name", sorted(ORDERS))
def test_the_vendors_own_order(name: str) -> None:
    form, listed = form_named(name), versions(name)
    for here, one in enumerate(listed):
        for there, other in enumerate(listed):
            assert form.position(one, other) == {(here > there) - (here < there)}, (one, other)


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("asa", "9.16(4)57", "9.16.4.57"),
        ("ios-xe", "17.09.04a", "17.9.4a"),
        ("netscaler", "NS13.1: Build 49.15.nc", "13.1-49.15"),
        ("netscaler", "13.1-37.164-FIPS", "13.1-37.164"),
        ("zld", "V5.36(ABUH.2)", "5.36 Patch 2"),
        ("moveit", "2023.0.1 (15.0.1)", "15.0.1.48"),
        ("junos", "21.4R3-S5", "21.4r3-s5.4"),
        ("exchange", "15.02.1118.040", "15.2.1118.40"),
        ("ftd", "7.0.6 (Build 236)", "7.0.6"),
        ("netscaler", "NS13.1 49.15.nc", "13.1-49.15"),
        ("gitlab", "16.8.1-ee.0", "16.8.1"),
        ("java", "8.0.3910.13", "1.8.0_391"),
        ("java", "17", "17.0.0"),
        ("qnap", "h5.1.3.2578", "5.1.3.2578 build 20231110"),
        ("synology", "7.2.1-69057 Update 5", "DSM 7.2.1-69057-5"),
        ("citrix-workspace", "24.3.1.97", "2403.1"),
        ("whatsup", "23.1.3", "2023.1.3"),
        ("four-numbers", "LoadMaster 7.2.48.11 (LTS)", "7.2.48.11"),
        ("esxi", "ESXi70U3so-22348815", "7.0 U3 build 22348815"),
        ("ibm-i", "V7R4M0", "7.4"),
        ("manageengine", "12.8.317", "128317"),
        ("lenovo-bios", "R22ET60W (1.30 )", "1.30 (R22ET60W)"),
        ("trend-micro", "20.0.0-8438", "20.0.0.8438"),
        ("trend-micro", "14.0.12849", "14.0.0.12849"),
        ("acronis", "C24.7.38235", "38235"),
        ("adobe", "28.3.0.94", "28.3"),
    ],
)
def test_two_ways_to_write_one_version(name: str, one: str, other: str) -> None:
    assert form_named(name).position(one, other) == form_named(name).position(other, one) == {0}


@pytest.mark.parametrize(
    ("name", "version", "bound", "position"),
    [
        ("pan-os", "10.2", "10.2.9-h1", {-1, 0, 1}),
        ("pan-os", "10.2", "10.3.0", {-1}),
        ("pan-os", "10.2", "10.1.9", {1}),
        ("pan-os", "10.2.9", "10.2", {0, 1}),
        ("pan-os", "10.2", "10.2.*", {-1}),
        ("pan-os", "10.3.0", "10.2.*", {1}),
        ("pan-os", "99.1.1", "*", {-1}),
        ("junos", "21.1R3-S5", "21.1*", {-1}),
        ("junos", "21.2R1", "21.1*", {1}),
        ("pulse", "9.1", "9.1R18", {-1, 0, 1}),
        ("esxi", "8.0.2", "8.0 U2b", {-1, 0, 1}),
        ("esxi", "8.0.3 build 24022510", "8.0 U3b", {-1, 0, 1}),
        ("pan-os", "10.2.9", "0", {1}),
        ("service-packs", "3.2", "3.2.1", {-1, 0, 1}),
        ("service-packs", "V18", "V18 Update 2", {-1, 0, 1}),
        ("service-packs", "3.2 SP1", "3.2.0.4", {-1, 0, 1}),
    ],
)
def test_what_is_too_coarse_stays_open(name: str, version: str, bound: str, position: set[int]) -> None:
    assert form_named(name).position(version, bound) == position


@pytest.mark.parametrize(
    "text", ["", "n/a", "10.2.9-", "10.2.9-hx", "10.2.9-h1-h2", "v" * 10_000, "10.2.9\n-h1", "１０.2.9", "9" * 5000]
)
@pytest.mark.parametrize("name", sorted(ORDERS))
def test_what_is_no_version_is_refused(name: str, text: str) -> None:
    assert not form_named(name).reads(text)
    with pytest.raises(ValueError, match=re.escape(text[:20]) or None):
        form_named(name).spans(text)


@pytest.mark.parametrize(
    "name",
    sorted(
        set(ORDERS)
        - {
            "apple",
            "mozilla",
            "java",
            "acrobat",
            "ge-ultrasound",
            "node",
            "qnap",
            "lines-of-two",
            "four-numbers",
            "whole-numbers",
            "service-packs",
            "adobe",
        }
    ),
)
def test_one_number_is_a_version_only_of_those_who_leave_zeros_out(name: str) -> None:
    assert not form_named(name).reads("10")


@pytest.mark.parametrize("name", sorted(ORDERS))
@given(data=st.data())
def test_position_is_the_same_seen_from_the_other_side(name: str, data: st.DataObject) -> None:
    form: Form = form_named(name)
    one, other = (data.draw(st.sampled_from(versions(name))) for _ in range(2))
    assert form.position(one, other) == {-sign for sign in form.position(other, one)}


@given(st.one_of(st.text(max_size=40), st.text("0123456789.-* ()rRuUhHsSvV_", max_size=20)))
def test_any_text_is_read_or_refused(text: str) -> None:
    for name in forms():
        form = form_named(name)
        if form.reads(text):
            bound = versions(name)[0]
            assert form.position(text, "*") == {-1}
            assert form.position(text, bound)
            assert form.position(bound, text)


def test_a_series_as_a_version_is_as_coarse_as_its_name() -> None:
    assert form_named("fortinet").position("6.4.*", "6.4.3") == form_named("fortinet").position("6.4", "6.4.3") == {-1, 0, 1}


def test_a_product_is_known_by_its_vendor_too() -> None:
    assert form_of(("palo alto networks",), "pan-os") is form_named("pan-os")
    assert form_of((), "vmware esxi") is form_named("esxi")
    assert form_of(("somebody else",), "pan-os") is None


def test_a_vendors_form_holds_where_its_versions_are_no_plain_numbers_and_it_reads_them_all() -> None:
    def form(*bounds: str, vendor: str = "Siemens") -> Form | None:
        return form_of_object({"vendor": vendor, "product": "X", "versions": [{"version": "0", "lessThan": b} for b in bounds]})

    assert form("V3.2 SP1") is form("V3.2", "V3.2 SP1") is form_named("service-packs")
    assert form("V3.2") is form("V3.2 SP1", "GEM 1.00") is form("V3.2 SP1", vendor="Somebody") is None


@pytest.mark.parametrize(
    ("version", "verdict"), [("V3.2", "affected"), ("3.1", "affected"), ("3.2 SP1", "unknown"), ("V3.2 HF1", "affected")]
)
def test_a_release_comes_before_its_service_pack(a_record: ARecord, version: str, verdict: str) -> None:
    """CVE-2024-39873, SINEMA Remote Connect Server: all versions before V3.2 SP1; of the rest it says that it is not known."""
    product = ("Siemens", "SINEMA Remote Connect Server")
    before = {"version": "0", "lessThan": "V3.2 SP1", "versionType": "custom"}
    assert says(a_record, product, version, before, default="unknown").verdict == verdict


def test_a_series_with_a_letter_starts_where_it_does(a_record: ARecord) -> None:
    """CVE-2023-34973, QuTS hero: the series h5.1 before h5.1.0.2424."""
    series = {"version": "h5.1.*", "lessThan": "h5.1.0.2424 build 20230609", "versionType": "custom"}
    found = [says(a_record, ("QNAP Systems Inc.", "QuTS hero"), v, series).verdict for v in ("h5.1.0.2409", "h5.1.0.2424")]
    assert found == ["affected", "not_affected"]


# What a record says, with the product's order.


def says(
    a_record: ARecord, product: tuple[str, str], version: str, *entries: dict[str, Any], default: str | None = "unaffected"
) -> Answer:
    stated = {} if default is None else {"defaultStatus": default}
    affected = {"vendor": product[0], "product": product[1], "versions": [{"status": "affected"} | e for e in entries], **stated}
    vendor = "" if product[0] == "n/a" else product[0].casefold()
    return decide(a_record([affected]), Subject((vendor,), name_key(product[1]), version), overrides=Overrides())


def alone(product: tuple[str, str], version: str, *entries: dict[str, Any]) -> Answer:
    """One object by itself, without a default and without what its publisher's conventions say."""
    affected = {"vendor": product[0], "product": product[1], "versions": [{"status": "affected"} | e for e in entries]}
    subject = Subject((product[0].casefold(),), name_key(product[1]), version)
    answer = read_object(affected, at="CVE-2024-99999 /containers/cna/affected/0", subject=subject)
    assert answer is not None
    return answer


PAN = ("Palo Alto Networks", "PAN-OS")
PAN_RANGE = {"version": "10.2.0", "lessThan": "10.2.9-h1", "versionType": "custom"}


@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        ("10.2.9", "affected"),
        ("10.2.9-h1", "not_affected"),
        ("10.2.10", "not_affected"),
        ("10.1.9-h3", "not_affected"),
        ("10.2", "unknown"),
        ("ten", "unknown"),
    ],
)
def test_a_custom_range_becomes_decidable_and_says_by_which_order(a_record: ARecord, version: str, verdict: str) -> None:
    answer = says(a_record, PAN, version, PAN_RANGE)
    assert answer.verdict == verdict
    assert "reviewed order of PAN-OS" in answer.reason
    assert not answer.assumed


def test_another_product_with_the_same_entry_stays_unknown(a_record: ARecord) -> None:
    assert says(a_record, ("Example", "Gateway"), "10.2.9-h2", PAN_RANGE).verdict == "unknown"


def test_a_declared_type_that_cannot_hold_the_products_versions_gives_way(a_record: ARecord) -> None:
    entry = {"version": "9.1R1", "lessThan": "9.1R18.3", "versionType": "semver"}
    assert says(a_record, ("Ivanti", "Connect Secure"), "9.1R18.2", entry).verdict == "affected"
    assert says(a_record, ("Ivanti", "Connect Secure"), "9.1R18.3", entry).verdict == "not_affected"


def test_the_year_names_and_the_internal_numbers_of_one_release(a_record: ARecord) -> None:
    entry = {"version": "2023.0.0", "lessThan": "2023.0.11", "versionType": "semver"}
    assert [says(a_record, ("Progress", "MOVEit Transfer"), v, entry).verdict for v in ("15.0.10", "15.0.11")] == [
        "affected",
        "not_affected",
    ]


@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        ("13.1-49.14", "affected"),
        ("13.1-49.15", "not_affected"),
        ("13.1-37.163", "affected"),
        ("13.1-37.164", "not_affected"),
        ("13.1-37.38", "affected"),
    ],
)
def test_a_netscaler_range_names_its_branch_and_the_build_that_ends_it(a_record: ARecord, version: str, verdict: str) -> None:
    entries = [
        {"version": "13.1", "lessThan": "49.15", "versionType": "patch"},
        {"version": " 13.1-FIPS", "lessThan": "37.164", "versionType": "patch"},
    ]
    assert says(a_record, ("Citrix", "NetScaler ADC\u202f"), version, *entries).verdict == verdict


def test_a_range_that_starts_where_it_ends_names_the_last_affected_release(a_record: ARecord) -> None:
    """CVE-2023-46805: `9.1R18` up to and including `9.1R18`, where everything up to it was meant; R18.1 is a build of it."""
    entry = {"version": "9.1R18", "lessThanOrEqual": "9.1R18", "versionType": "semver"}
    verdicts = [says(a_record, ("Ivanti", "ICS"), v, entry).verdict for v in ("9.1R17.1", "9.1R18", "9.1R18.1", "22.1R1")]
    assert verdicts == ["affected", "affected", "unknown", "not_affected"]


def test_the_fix_of_an_older_line_is_not_called_affected_by_the_range_of_a_newer_one(a_record: ARecord) -> None:
    """CVE-2025-22224: 8.0 before U3d, and 8.0 before U2d."""
    ranges = [{"version": "8.0", "lessThan": end, "versionType": "custom"} for end in ("ESXi80U3d-24585383", "ESXi80U2d-24585300")]
    asked = {
        "ESXi80U2d-24585300": "unknown",
        "ESXi80U2c-23825572": "affected",
        "ESXi80U3c-24449057": "affected",
        "ESXi80U3d-24585383": "not_affected",
    }
    assert {v: says(a_record, ("n/a", "VMware ESXi"), v, *ranges).verdict.value for v in asked} == asked


def test_so_is_what_is_past_the_last_affected_release_of_its_line(a_record: ARecord) -> None:
    """CVE-2024-40764, SonicOS: 7.0.1-5151 and 7.1.1-7051 and older; 7.0.1-5161 mends the older line."""
    ranges = [{"version": "0", "lessThanOrEqual": end} for end in ("7.0.1-5151", "7.1.1-7051")]
    asked = {"7.0.1-5151": "affected", "7.0.1-5161": "unknown", "7.1.1-7051": "affected", "7.1.1-7058": "not_affected"}
    assert {v: says(a_record, ("SonicWall", "SonicOS"), v, *ranges).verdict.value for v in asked} == asked


def test_a_patch_that_ends_a_range_is_one_of_the_release_that_starts_it(a_record: ARecord) -> None:
    """CVE-2024-43102, FreeBSD: `14.0-RELEASE` before `p10`."""
    entry = {"version": "14.0-RELEASE", "lessThan": "p10", "versionType": "release"}
    asked = {"14.0-RELEASE-p9": "affected", "14.0-RELEASE": "affected", "14.0-p10": "not_affected", "13.3-RELEASE": "not_affected"}
    assert {v: says(a_record, ("FreeBSD", "FreeBSD"), v, entry).verdict.value for v in asked} == asked


def test_so_is_what_is_past_every_end_of_its_branch(a_record: ARecord) -> None:
    """CVE-2023-39276, SonicOS: 7.0.1-5119 and 6.5.4.12-101n and older; 6.5.4.13-105n mends the older branch."""
    ranges = [{"version": "0", "lessThanOrEqual": end} for end in ("7.0.1-5119", "6.5.4.12-101n")]
    asked = {"6.5.4.12-101n": "affected", "6.5.4.13-105n": "unknown", "6.5.4.11-97n": "affected", "7.0.0-906": "affected"}
    assert {v: says(a_record, ("SonicWall", "SonicOS"), v, *ranges).verdict.value for v in asked} == asked


@pytest.mark.parametrize(
    ("name", "ranges", "asked"),
    [
        # https://www.php.net/ChangeLog-8.php: CVE-2024-8925 is mended in 8.1.30, 8.2.24 and 8.3.12.
        (
            ("PHP Group", "PHP"),
            [("8.1.0", "lessThan", "8.1.30"), ("8.2.0", "lessThan", "8.2.24"), ("8.3.0", "lessThan", "8.3.12")],
            {
                "8.1.29": "affected",
                "8.1.30": "not_affected",
                "8.2.24": "not_affected",
                "8.0.30": "unknown",
                "8.3.12": "not_affected",
            },
        ),
        # https://lists.apache.org/thread/0rqq6ktozqc42ro8hhxdmmdjm1k1tpxr: CVE-2023-46589, last affected ones.
        (
            ("Apache Software Foundation", "Apache Tomcat"),
            [
                ("11.0.0-M1", "lessThanOrEqual", "11.0.0-M10"),
                ("9.0.0-M1", "lessThanOrEqual", "9.0.82"),
                ("8.5.0", "lessThanOrEqual", "8.5.95"),
            ],
            {
                "9.0.0.M4": "affected",
                "9.0.82": "affected",
                "9.0.83": "not_affected",
                "11.0.0-M10": "affected",
                "11.0.0-M11": "not_affected",
                "10.1.2": "unknown",
            },
        ),
    ],
)
def test_the_end_of_a_branchs_range_is_its_fix_where_the_vendor_writes_one_for_each(
    name: tuple[str, str], ranges: list[tuple[str, str, str]], asked: dict[str, str]
) -> None:
    """Nothing is said of what lies between two ranges but by these vendors' habit, which is assumed and said."""
    entries = [{"version": start, key: end, "versionType": "semver"} for start, key, end in ranges]
    answers = {version: alone(name, version, *entries) for version in asked}
    assert {version: answer.verdict.value for version, answer in answers.items()} == asked
    between = next(version for version, verdict in asked.items() if verdict == "not_affected")
    assert "of its branch, as this vendor writes it" in " ".join(answers[between].assumed)


def test_one_version_that_is_written_as_a_comparison_is_that_version() -> None:
    """CVE-2024-32020, https://github.com/git/git/security/advisories/GHSA-5rfh-556j-fhgj: `= 2.45.0` beside `< 2.39.4`."""
    ranges = [{"version": text} for text in ("= 2.45.0", ">= 2.43.0, < 2.43.4", "< 2.39.4")]
    asked = {
        "2.45.0": "affected",
        "2.45.1": "not_affected",
        "2.43.4": "not_affected",
        "2.39.4": "not_affected",
        "2.41.0": "unknown",
    }
    assert {version: alone(("git", "git"), version, *ranges).verdict.value for version in asked} == asked


def test_between_two_ranges_of_one_branch_nothing_is_mended() -> None:
    """A second range further on in the branch: what lies before it is not known to be mended."""
    ranges = [{"version": "8.1.0", "lessThan": "8.1.5"}, {"version": "8.1.9", "lessThan": "8.1.12"}]
    answers = {
        v: alone(("PHP Group", "PHP"), v, *ranges, {"version": "8.2.0", "lessThan": "8.2.3"}).verdict.value
        for v in ("8.1.6", "8.1.12")
    }
    assert answers == {"8.1.6": "unknown", "8.1.12": "not_affected"}


def test_a_big_ip_range_without_an_end_stays_in_its_branch(a_record: ARecord) -> None:
    """CVE-2023-38138: 17.1.0 before 17.1.0.2, 13.1.0 and no fix."""
    ranges = [
        {"version": "17.1.0", "lessThan": "17.1.0.2", "versionType": "semver"},
        {"version": "13.1.0", "lessThan": "*", "versionType": "semver"},
    ]
    asked = {"17.1.0.1": "affected", "17.1.0.2": "not_affected", "17.1": "unknown", "13.1.5.1": "affected", "14.1.0": "unknown"}
    answers = {v: says(a_record, ("F5", "BIG-IP"), v, *ranges, default="unknown") for v in asked}
    assert {v: answer.verdict.value for v, answer in answers.items()} == asked
    assert "taken as the fix of its branch" in answers["17.1.0.2"].assumed[0]


@pytest.mark.parametrize("stated", ["1.0.*", "1.*"])
@pytest.mark.parametrize("kind", ["semver", "custom", ""])
@pytest.mark.parametrize("product", [PAN, ("Example", "Gateway")])
def test_a_series_where_one_version_should_stand_never_says_not_affected(
    a_record: ARecord, product: tuple[str, str], kind: str, stated: str
) -> None:
    answer = says(a_record, product, "1.0.3", {"version": stated} | ({"versionType": kind} if kind else {}))
    assert answer.verdict == "unknown"


def test_git_is_not_the_products_order(a_record: ARecord) -> None:
    entry = {"version": "0", "lessThan": "deadbeef", "versionType": "git"}
    assert says(a_record, PAN, "10.2.9", entry).verdict == "not_evaluable"


@pytest.mark.parametrize(
    ("version", "verdict"), [("21.4R3-S8-EVO", "affected"), ("22.1R3-S5-EVO", "not_affected"), ("21.2R1-EVO", "affected")]
)
def test_what_stands_behind_a_series_is_no_part_of_it(says: Callable[..., Any], version: str, verdict: str) -> None:
    """CVE-2024-39558: from `21.2R1-EVO` up to `21.2*-EVO`."""
    ends = {"21.2R1-EVO": "21.2*-EVO", "21.4-EVO": "21.4R3-S9-EVO", "22.1-EVO": "22.1R3-S5-EVO"}
    entries = [{"version": start, "lessThan": end, "status": "affected", "versionType": "semver"} for start, end in ends.items()]
    affected = {"vendor": "Juniper Networks", "product": "Junos OS Evolved", "versions": entries, "defaultStatus": "unaffected"}
    answer = read_object(affected, at="x", subject=Subject(("juniper networks",), "junos os evolved", version))
    assert answer is not None
    assert answer.verdict == verdict


def test_the_count_of_vgpu_software_clears_no_display_driver() -> None:
    """CVE-2024-0090, mended by 552.55: CISA's list takes the numbers of vGPU software (17.1) for those of the driver."""
    entry = {"version": "0", "lessThanOrEqual": "17.1", "status": "affected", "versionType": "custom"}
    affected = {"vendor": "nvidia", "product": "gpu_display_driver", "versions": [entry], "defaultStatus": "unaffected"}
    answer = read_object(affected, at="x", subject=Subject(("nvidia",), "gpu_display_driver", "551.61"))
    assert answer is not None
    assert answer.verdict == "unknown"


def test_a_letter_alone_ends_a_range_where_the_product_counts_so() -> None:
    """ICSMA-20-254-01: revision N and before of a patient monitor."""
    entry = {"version": "0", "lessThanOrEqual": "N", "status": "affected"}
    affected = {"vendor": "Philips", "product": "IntelliVue MX800", "versions": [entry]}
    found = [read_object(affected, at="x", subject=Subject(("philips",), "intellivue mx800", v)) for v in ("L.02", "N", "P.00")]
    assert [answer.verdict.value for answer in found if answer] == ["affected", "affected", "not_affected"]
