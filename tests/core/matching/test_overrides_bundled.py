"""The bundled vendor facts: for every branch, a version below its fix, the fix, and one above; and what no fix is.

The facts are those of the vendors' advisories, each named in its override as `source`.
"""

import re
from collections.abc import Iterator

import pytest

from wardround.core.matching import Answer, Overrides, Subject
from wardround.core.matching._product_branches import NEWER
from wardround.core.matching._read_override import Override
from wardround.core.vocab import Verdict

BUNDLED = Overrides.load()
IVANTI, PAN, XE = ("ivanti", "connect secure"), ("palo alto networks", "pan-os"), ("cisco", "ios xe software")
ASA, ADC, FORTIOS = ("cisco", "adaptive security appliance software"), ("citrix", "netscaler adc"), ("fortinet", "fortios")
ESXI, VCENTER, BIGIP = ("vmware", "esxi"), ("vmware", "vcenter server"), ("f5", "big-ip")
MOVEIT, CONNECT = ("progress", "moveit transfer"), ("connectwise", "screenconnect")
SONICOS, SMA, SMA1000 = ("sonicwall", "sonicos"), ("sonicwall", "sma100"), ("sonicwall", "sma1000")
EPMM, EXCHANGE = ("ivanti", "epmm"), ("microsoft", "exchange server 2019")
NODE, WORKSPACE, SENTRY = ("node.js", "node.js"), ("citrix", "citrix workspace app for windows"), ("ivanti", "sentry")
OFFICE, LTSC = ("microsoft", "microsoft 365 apps for enterprise"), ("microsoft", "microsoft office ltsc 2021")
OPENSSL, DRUPAL = ("openssl", "openssl"), ("drupal", "core")
VTM, ROUNDCUBE = ("ivanti", "virtual traffic manager"), ("roundcube", "roundcube webmail")
FLEX, ZYWALL = ("zyxel", "usg flex series firmware"), ("zyxel", "zywall/usg series firmware")

# CVE, product, then below the fix, the fix, above it.
BRANCHES = """
CVE-2023-46805 IVANTI 9.1R18.2 9.1R18.4 9.1R18.5 | 9.1R17.1 9.1R17.3 9.1R17.4 | 9.1R14.3 9.1R14.5 9.1R14.6
CVE-2023-46805 IVANTI 9.1R16.2 9.1R16.3 9.1R16.4 | 9.1R15.2 9.1R15.3 9.1R15.4
CVE-2024-21887 IVANTI 22.4R2.1 22.4R2.3 22.4R2.4 | 22.5R2.1 22.5R2.3 22.5R2.4 | 22.5R1 22.5R1.2 22.5R1.3
CVE-2024-21887 IVANTI 22.6R2.1 22.6R2.2 22.6R2.3
CVE-2024-21887 IVANTI 22.1R6 22.1R6.1 22.1R6.2 | 22.2R4 22.2R4.1 22.2R4.2 | 22.3R1 22.3R1.1 22.3R1.2 | 22.4R1 22.4R1.1 22.4R1.2
CVE-2024-21893 IVANTI 9.1R18.2 9.1R18.3 9.1R18.9 | 9.1R14.3 9.1R14.4 9.1R14.5 | 22.5R1 22.5R1.1 22.5R1.2
CVE-2024-7593 VTM 22.2 22.2R1 22.2R2 | 22.3R2 22.3R3 22.3R4 | 22.7R1 22.7R2 22.7R3
CVE-2024-42009 ROUNDCUBE 1.6.7 1.6.8 1.6.9 | 1.5.7 1.5.8 1.5.9
CVE-2024-21413 OFFICE 16.0.17231.20194 16.0.17231.20236 16.0.17328.20162 | 16.0.16731.20504 16.0.16731.20550 16.0.16731.20600
CVE-2024-38021 OFFICE 16.0.17628.20164 16.0.17628.20188 16.0.17830.20138 | 16.0.10411.20011 16.0.10412.20006 16.0.10413.20020
CVE-2024-38173 LTSC 16.0.14332.20736 16.0.14332.20763 16.0.14332.20771
CVE-2024-43504 OFFICE 16.0.17928.20156 16.0.17928.20216 16.0.18025.20140
CVE-2023-5256 DRUPAL 9.5.10 9.5.11 9.5.11 | 10.0.10 10.0.11 10.0.12 | 10.1.3 10.1.4 10.2.0
CVE-2019-1547 OPENSSL 1.1.1c 1.1.1d 1.1.1e | 1.1.0k 1.1.0l 1.1.0m | 1.0.2s 1.0.2t 1.0.2zf
CVE-2021-23839 OPENSSL 1.0.2x 1.0.2y 1.0.2z
CVE-2021-23841 OPENSSL 1.1.1i 1.1.1j 1.1.1k | 1.0.2x 1.0.2y 1.0.2za
CVE-2021-4160 OPENSSL 3.0.0 3.0.1 3.0.2 | 1.1.1l 1.1.1m 1.1.1n | 1.0.2zb 1.0.2zc 1.0.2zd
CVE-2022-2097 OPENSSL 3.0.4 3.0.5 3.0.6 | 1.1.1p 1.1.1q 1.1.1r
CVE-2025-0282 IVANTI 22.7R2.4 22.7R2.5 22.7R2.6
CVE-2023-35078 EPMM 11.10.0.1 11.10.0.2 11.10.0.3 | 11.9.1.0 11.9.1.1 11.9.1.2 | 11.8.1.0 11.8.1.1 11.8.1.2
CVE-2023-35081 EPMM 11.10.0.2 11.10.0.3 11.10.0.4 | 11.9.1.1 11.9.1.2 11.9.1.3 | 11.8.1.1 11.8.1.2 11.8.1.3
CVE-2023-3519 ADC 13.1-49.12 13.1-49.13 13.1-49.15 | 13.0-91.12 13.0-91.13 13.0-92.1 | 13.1-37.158 13.1-37.159 13.1-37.164
CVE-2023-3519 ADC 12.1-55.296 12.1-55.297 12.1-55.300
CVE-2023-4966 ADC 14.1-8.49 14.1-8.50 14.1-12.35 | 13.1-49.14 13.1-49.15 13.1-50.1 | 13.0-92.18 13.0-92.19 13.0-92.21
CVE-2023-4966 ADC 13.1-37.163 13.1-37.164 13.1-37.176 | 12.1-55.299 12.1-55.300 12.1-55.302
CVE-2023-6549 ADC 14.1-12.30 14.1-12.35 14.1-17.38 | 13.1-51.14 13.1-51.15 13.1-52.19 | 13.0-92.20 13.0-92.21 13.0-92.31
CVE-2023-6548 ADC 13.1-37.175 13.1-37.176 13.1-37.183 | 12.1-55.301 12.1-55.302 12.1-55.304
CVE-2025-5777 ADC 14.1-43.50 14.1-43.56 14.1-47.46 | 13.1-58.21 13.1-58.32 13.1-59.19 | 13.1-37.232 13.1-37.235 13.1-37.236
CVE-2025-5777 ADC 12.1-55.327 12.1-55.328 12.1-55.330
CVE-2025-6543 ADC 14.1-47.45 14.1-47.46 14.1-47.48 | 13.1-59.18 13.1-59.19 13.1-59.22 | 13.1-37.235 13.1-37.236 13.1-37.241
CVE-2022-40684 FORTIOS 7.2.1 7.2.2 7.2.3 | 7.0.6 7.0.7 7.0.8
CVE-2018-13379 FORTIOS 6.0.4 6.0.5 6.0.6 | 5.6.7 5.6.8 5.6.9 | 5.4.12 5.4.13 5.4.14
CVE-2024-3400 PAN 10.2.9 10.2.9-h1 10.2.10 | 11.0.4 11.0.4-h1 11.0.5 | 11.1.2-h2 11.1.2-h3 11.1.3 | 10.2.8-h2 10.2.8-h3 10.2.8-h4
CVE-2024-3400 PAN 10.2.7-h7 10.2.7-h8 10.2.7-h9 | 11.0.3-h9 11.0.3-h10 11.0.3-h12 | 11.1.1 11.1.1-h1 11.1.1-h2
CVE-2024-0012 PAN 10.2.12-h1 10.2.12-h2 10.2.13 | 11.0.6 11.0.6-h1 11.0.7 | 11.1.5 11.1.5-h1 11.1.6 | 11.2.4 11.2.4-h1 11.2.5
CVE-2024-0012 PAN 10.2.10-h8 10.2.10-h9 10.2.10-h10 | 11.2.2-h1 11.2.2-h2 11.2.2-h3 | 11.1.4-h6 11.1.4-h7 11.1.4-h9
CVE-2023-20198 XE 17.9.4 17.9.4a 17.9.5 | 17.6.6 17.6.6a 17.6.7 | 17.3.8 17.3.8a 17.3.8b | 16.12.10 16.12.10a 16.12.11
CVE-2023-20273 XE 17.12.1a 17.12.2 17.12.3 | 17.09.03a 17.09.04a 17.09.05
CVE-2024-20353 ASA 9.16(4)55 9.16(4)57 9.16(4)62 | 9.12(4)65 9.12(4)67 9.12(4)68 | 9.14.4.23 9.14.4.24 9.14.4.25
CVE-2024-20359 ASA 9.18(4)8 9.18(4)22 9.18(4)24 | 9.20(2) 9.20(2)10 9.20(2)11
CVE-2024-20359 ASA 9.17(1)33 9.17(1)39 9.17(1)40 | 9.19(1)27 9.19(1)28 9.19(1)31
CVE-2025-20333 ASA 9.16(4)84 9.16(4)85 9.16(4)86 | 9.14(4)27 9.14(4)28 9.14(4)29 | 9.12(4)71 9.12(4)72 9.12(4)73
CVE-2025-20333 ASA 9.17(1)39 9.17(1)45 9.17(1)46 | 9.18(4)40 9.18(4)47 9.18(4)50 | 9.19(1)31 9.19(1)37 9.19(1)38
CVE-2025-20333 ASA 9.20(3)4 9.20(3)7 9.20(3)9 | 9.22(1)2 9.22(1)3 9.22(1)6
CVE-2025-20362 ASA 9.23(1)13 9.23(1)19 9.23(1)20
CVE-2025-20362 ASA 9.18(4)66 9.18(4)67 9.18(4)68 | 9.20(4)9 9.20(4)10 9.20(4)11
CVE-2025-20362 ASA 9.22(2)13 9.22(2)14 9.22(2)15 | 9.16(4)84 9.16(4)85 9.16(4)86
CVE-2025-20362 ASA 9.12(4)71 9.12(4)72 9.12(4)73 | 9.14(4)27 9.14(4)28 9.14(4)29
CVE-2024-40766 SONICOS 5.9.2.14-12o 5.9.2.14-13o 5.9.2.14-14o | 6.5.4.14-109n 6.5.4.15-116n 6.5.4.15-117n
CVE-2024-40766 SONICOS 7.0.1-5035 7.0.1-5072 7.0.1-5111 | 6.5.2.8-1n 6.5.2.8-2n 6.5.2.8-3n
CVE-2021-20038 SMA 10.2.0.8-37sv 10.2.0.9-41sv 10.2.0.9-42sv | 10.2.1.2-24sv 10.2.1.3-27sv 10.2.1.4-31sv
CVE-2025-23006 SMA1000 12.4.3-02804 12.4.3-02854 12.4.3-02907
CVE-2022-1388 BIGIP 16.1.2.1 16.1.2.2 16.1.3 | 15.1.5 15.1.5.1 15.1.6 | 14.1.4.5 14.1.4.6 14.1.5 | 13.1.4.1 13.1.5 13.1.5.1
CVE-2020-5902 BIGIP 15.1.0.3 15.1.0.4 15.1.1 | 14.1.2.5 14.1.2.6 14.1.3 | 13.1.3.3 13.1.3.4 13.1.3.5 | 12.1.5.1 12.1.5.2 12.1.6
CVE-2020-5902 BIGIP 11.6.5.1 11.6.5.2 11.6.5.3 | 15.0.1.3 15.0.1.4 15.0.1.5
CVE-2021-22986 BIGIP 16.0.1 16.0.1.1 16.0.1.2 | 15.1.2 15.1.2.1 15.1.3 | 14.1.3.1 14.1.4 14.1.4.1 | 13.1.3.5 13.1.3.6 13.1.4
CVE-2021-22986 BIGIP 12.1.5.2 12.1.5.3 12.1.6
CVE-2023-46747 BIGIP 16.1.4 16.1.4.2 16.1.5 | 15.1.10.1 15.1.10.3 15.1.10.4 | 17.1.0.2 17.1.1.1 17.1.2
CVE-2021-21972 VCENTER 7.0_U1a 7.0_U1c 7.0_U1d | 6.7_U3k 6.7_U3l 6.7_U3m | 6.5_U3m 6.5_U3n 6.5_U3p
CVE-2021-21985 VCENTER 7.0_U2a 7.0_U2b 7.0_U2c | 6.7_U3m 6.7_U3n 6.7_U3o | 6.5_U3n 6.5_U3p 6.5_U3q
CVE-2023-34048 VCENTER 7.0_U3n 7.0_U3o 7.0_U3p | 8.0_U1c 8.0_U1d 8.0_U2 | 6.7_U3s 6.7_U3t 6.7_U3u | 6.5_U3u 6.5_U3v 6.5_U3w
CVE-2024-38812 VCENTER 8.0_U3b 8.0_U3d 8.0_U3e | 8.0_U2d 8.0_U2e 8.0_U2f | 7.0_U3s 7.0_U3t 7.0_U3u
CVE-2024-37085 ESXI ESXi80U2b-23305546 ESXi80U3-24022510 ESXi80U3b-24280767
CVE-2021-21974 ESXI ESXi70U1b-17168206 ESXi70U1c-17325551 ESXi70U2-17630552
CVE-2025-22224 ESXI ESXi80U3c-24449057 ESXi80U3d-24585383 ESXi80U3e-24674464
CVE-2025-22224 ESXI ESXi80U2c-23825572 ESXi80U2d-24585300 ESXi80U2e-24789317
CVE-2025-22225 ESXI ESXi70U3r-24411414 ESXi70U3s-24585291 ESXi70U3v-24723872
CVE-2025-22226 ESXI 8.0_U3c 8.0_U3d 8.0_U3e
CVE-2023-34362 MOVEIT 2023.0.0 2023.0.1 2023.0.2 | 14.1.4 14.1.5 14.1.6 | 2022.0.3 2022.0.4 2022.0.5 | 2021.1.3 2021.1.4 2021.1.5
CVE-2023-34362 MOVEIT 13.0.5 13.0.6 13.0.7 | 15.0.0.48 15.0.1 15.0.2
CVE-2024-5806 MOVEIT 2023.0.10 2023.0.11 2023.0.12 | 15.1.5 15.1.6 15.1.7 | 16.0.1 16.0.2 16.0.3
CVE-2024-1709 CONNECT 23.9.7.8804 23.9.8 23.9.8.8811 | 23.9.7 23.9.8.8811 24.1.3.8907
CVE-2024-1708 CONNECT 23.9.7 23.9.8 23.9.10
CVE-2021-26855 EXCHANGE 15.2.792.9 15.2.792.10 15.2.792.11 | 15.02.0721.012 15.02.0721.013 15.02.0721.014
CVE-2021-26855 EXCHANGE 15.0.847.63 15.0.847.64 15.0.847.65 | 15.0.1497.11 15.0.1497.12 15.0.1497.15
CVE-2021-26855 EXCHANGE 15.2.659.11 15.2.659.12 15.2.659.13 | 15.1.2176.2 15.1.2176.9 15.1.2176.12
CVE-2023-28771 FLEX 5.35 5.36 5.37 | 4.60 5.36 5.36_Patch_1
CVE-2023-28771 ZYWALL 4.73 4.73_Patch_1 4.73_Patch_2
CVE-2024-22019 NODE 18.19.0 18.19.1 18.20.4 | 20.11.0 20.11.1 20.12.0 | 21.6.1 21.6.2 22.0.0
CVE-2024-22017 NODE 20.4.0 20.11.1 20.12.0
CVE-2024-21890 NODE 20.11.0 20.11.1 20.12.0 | 21.6.1 21.6.2 22.0.0
CVE-2023-39332 NODE 20.0.0 20.8.1 20.9.0
CVE-2023-32004 NODE 20.5.0 20.5.1 20.6.0
CVE-2023-30583 NODE 20.3.0 20.3.1 20.4.0
CVE-2024-27983 NODE 18.20.0 18.20.1 18.20.2 | 20.12.0 20.12.1 20.12.2 | 21.7.1 21.7.2 22.0.0
CVE-2024-22020 NODE 18.20.3 18.20.4 18.20.5 | 20.15.0 20.15.1 20.16.0 | 22.4.0 22.4.1 22.5.0
CVE-2024-36137 NODE 20.15.0 20.15.1 20.16.0 | 22.4.0 22.4.1 23.0.0
CVE-2023-32002 NODE 16.20.1 16.20.2 16.20.2 | 18.17.0 18.17.1 18.18.0 | 20.5.0 20.5.1 20.6.0
CVE-2023-39333 NODE 18.18.1 18.18.2 18.19.0 | 20.8.0 20.8.1 20.9.0
CVE-2024-6286 WORKSPACE 23.11.0.132 24.2.0.172 24.2.1003.5 | 2403.0 2403.1 24.5.0.131
CVE-2024-7889 WORKSPACE 24.2.0.172 24.2.1000.1016 24.2.1003.5 | 24.3.1.97 2405 24.5.10.23
CVE-2023-38035 SENTRY 9.18.0 9.19.0 9.20.0
CVE-2023-41724 SENTRY 9.17.0 9.17.1 9.17.2 | 9.18.0 9.18.1 9.18.2 | 9.19.0 9.19.1 9.20.0
"""


def rows() -> Iterator[tuple[str, tuple[str, str], str, str]]:
    """CVE, product, version, verdict. An underscore stands for a space of a version."""
    for line in filter(None, BRANCHES.splitlines()):
        cve, product, rest = line.split(" ", 2)
        for branch in rest.split(" | "):
            below, fix, above = (version.replace("_", " ") for version in branch.split())
            yield from (
                (cve, globals()[product], v, verdict)
                for v, verdict in ((below, "affected"), (fix, "not_affected"), (above, "not_affected"))
            )


def asked(cve: str, product: tuple[str, str], version: str) -> Answer:
    found = BUNDLED.of(cve, vendors=product[:1], product=product[1])
    assert found, f"no override for {cve} and {product}"
    return found.answer(Subject(product[:1], product[1], version))


def test_below_at_and_above_the_fix_of_every_branch() -> None:
    wrong = [
        (cve, version, asked(cve, product, version).reason)
        for cve, product, version, verdict in rows()
        if asked(cve, product, version).verdict != verdict
    ]
    assert not wrong


def test_ten_products_and_their_famous_faults_are_there() -> None:
    have = {(cve, product) for cve, product, _, _ in rows()}
    assert len({product for _, product in have}) >= 11
    assert len(have) >= 45


@pytest.mark.parametrize(
    ("cve", "product", "version", "verdict"),
    [
        # Branches past their end of life have no fix and stay affected.
        ("CVE-2023-4966", ADC, "12.1-65.39", "affected"),
        ("CVE-2025-5777", ADC, "13.0-92.31", "affected"),
        ("CVE-2022-1388", BIGIP, "12.1.6", "affected"),
        ("CVE-2022-1388", BIGIP, "11.6.5.3", "affected"),
        ("CVE-2024-37085", ESXI, "ESXi70U3v-24723872", "affected"),
        ("CVE-2024-20353", ASA, "9.8(4)48", "affected"),
        ("CVE-2025-20333", ASA, "9.8(4)48", "affected"),
        ("CVE-2025-20362", ASA, "9.17(1)46", "affected"),
        ("CVE-2025-20362", ASA, "9.19(1)42", "affected"),
        ("CVE-2025-20333", ASA, "9.23(1)", "not_affected"),
        ("CVE-2025-20362", ASA, "9.24(1)", "unknown"),
        ("CVE-2023-20198", XE, "17.10.1b", "affected"),
        # Special builds that the record lists: below the fix by their number, or of the number of the fix.
        ("CVE-2023-20198", XE, "17.9.1x1", "affected"),
        ("CVE-2023-20198", XE, "16.12.1z2", "affected"),
        ("CVE-2023-20198", XE, "17.11.99SW", "affected"),
        ("CVE-2023-20198", XE, "17.9.4w", "unknown"),
        ("CVE-2024-22018", NODE, "21.7.3", "affected"),
        ("CVE-2023-5256", DRUPAL, "7.98", "not_affected"),
        ("CVE-2023-5256", DRUPAL, "9.4.15", "unknown"),
        ("CVE-2024-38021", OFFICE, "16.0.17425.20176", "affected"),  # a line that is served no more
        ("CVE-2024-38021", OFFICE, "16.0.5456.1000", "unknown"),  # no Click-to-Run build
        ("CVE-2024-43463", OFFICE, "16.0.17328.20550", "affected"),  # of the month before
        ("CVE-2024-43463", OFFICE, "16.0.17328.20588", "unknown"),  # the builds of that month were not confirmed
        ("CVE-2024-43463", OFFICE, "16.0.17726.20206", "affected"),
        ("CVE-2024-43463", OFFICE, "16.0.17726.20222", "unknown"),
        ("CVE-2024-30103", OFFICE, "16.0.16731.20550", "affected"),
        ("CVE-2024-30103", OFFICE, "16.0.16731.20674", "unknown"),
        ("CVE-2024-43463", OFFICE, "16.0.17328.20612", "not_affected"),
        ("CVE-2023-32004", NODE, "18.17.0", "not_affected"),  # the permission model came with 20
        ("CVE-2023-32004", NODE, "14.21.3", "unknown"),
        ("CVE-2021-23839", ("openssl", "openssl"), "1.0.2r", "not_affected"),  # the fault came with 1.0.2s
        ("CVE-2022-2097", ("openssl", "openssl"), "1.0.2zf", "unknown"),
        ("CVE-2024-22020", NODE, "21.6.1", "affected"),
        ("CVE-2024-40766", SONICOS, "6.2.7.1-23n", "affected"),
        ("CVE-2021-22986", BIGIP, "11.6.5.2", "unknown"),
        ("CVE-2024-7889", WORKSPACE, "2203.1000", "affected"),
        # Branches in which the fault never was.
        ("CVE-2024-22017", NODE, "18.17.1", "not_affected"),
        # Lines of which the vendor says nothing.
        ("CVE-2024-22019", NODE, "16.20.2", "unknown"),
        ("CVE-2024-3400", PAN, "10.1.11", "not_affected"),
        ("CVE-2025-0282", IVANTI, "9.1R18.9", "not_affected"),
        ("CVE-2025-0282", IVANTI, "22.7R1.5", "not_affected"),
        ("CVE-2022-40684", FORTIOS, "6.4.10", "not_affected"),
        ("CVE-2018-13379", FORTIOS, "5.6.2", "not_affected"),
        # Below the first version that the vendor names, without a word about those.
        ("CVE-2023-28771", FLEX, "4.50", "unknown"),
        ("CVE-2023-28771", ZYWALL, "4.59", "unknown"),
        # Newer than all that the vendor lists.
        ("CVE-2023-20198", XE, "17.13.1", "not_affected"),
        ("CVE-2022-1388", BIGIP, "17.0.0", "not_affected"),
        ("CVE-2024-38812", VCENTER, "9.0.0.0100", "unknown"),
        # A build of the FIPS edition is held against its own branch, an older plain build of the same numbers is not.
        ("CVE-2023-4966", ADC, "13.1-37.38", "affected"),
        ("CVE-2023-4966", ADC, "13.1-37.164-FIPS", "not_affected"),
        # A mend that the version does not show.
        ("CVE-2023-46747", BIGIP, "16.1.4.1", "unknown"),
        ("CVE-2023-34362", MOVEIT, "2020.1.6", "unknown"),
        ("CVE-2024-1709", CONNECT, "22.4.20001", "unknown"),
        ("CVE-2021-21974", ESXI, "6.5.0 build 17459147", "unknown"),
        # Two texts of the vendor name different releases as mended.
        ("CVE-2023-46805", IVANTI, "9.1R18.3", "unknown"),
        ("CVE-2024-21887", IVANTI, "22.2R3", "unknown"),
        ("CVE-2024-21887", IVANTI, "22.3R3", "unknown"),
        ("CVE-2024-21893", IVANTI, "22.6R2.1", "affected"),
        ("CVE-2024-21893", IVANTI, "22.3R3", "unknown"),
        # The release of that day lists other faults of the same notice, and not this one.
        ("CVE-2024-22017", NODE, "18.19.0", "affected"),
        ("CVE-2024-22017", NODE, "18.19.1", "unknown"),
        ("CVE-2024-22017", NODE, "18.20.4", "unknown"),
        # Too coarse, not stated, not written as a version of the product.
        ("CVE-2024-3400", PAN, "10.2", "unknown"),
        ("CVE-2023-20198", XE, "17.9", "unknown"),
        ("CVE-2023-4966", ADC, "13.1", "unknown"),
        ("CVE-2025-22224", ESXI, "8.0.3", "unknown"),
        ("CVE-2025-22224", ESXI, "8.0", "unknown"),
        ("CVE-2021-21974", ESXI, "6.7 U3", "unknown"),
        ("CVE-2024-40766", SONICOS, "7.0.1", "unknown"),
        ("CVE-2024-3400", PAN, "", "unknown"),
        ("CVE-2023-20198", XE, "3.16.4S", "unknown"),
        ("CVE-2024-3400", PAN, "10.2.9-h1; rm -rf", "unknown"),
        ("CVE-2024-3400", PAN, "9" * 10_000, "unknown"),
        # Too coarse, yet every version that it can stand for has the same answer.
        ("CVE-2024-3400", PAN, "10.1", "not_affected"),
        ("CVE-2023-20198", XE, "17.11", "affected"),
        ("CVE-2023-20198", XE, "17.14", "not_affected"),
        # Builds decide where updates stand beside them, with or without the letter.
        ("CVE-2025-22224", ESXI, "8.0.2 build-24585300", "not_affected"),
        ("CVE-2025-22224", ESXI, "VMware ESXi 8.0.2 build-24585299", "affected"),
        ("CVE-2021-21974", ESXI, "6.7.0 build 17499825", "not_affected"),
        ("CVE-2021-21974", ESXI, "6.7 U3 build 17499824", "affected"),
        ("CVE-2023-4966", ADC, "NS13.1: Build 49.15.nc", "not_affected"),
        ("CVE-2023-20198", XE, "Cupertino 17.9.4a", "not_affected"),
    ],
)
def test_what_is_no_fix_and_what_is_too_coarse(cve: str, product: tuple[str, str], version: str, verdict: str) -> None:
    assert asked(cve, product, version).verdict == verdict


def test_a_workaround_is_told_beside_affected_and_changes_nothing() -> None:
    answer = asked("CVE-2022-1388", BIGIP, "16.1.2")
    assert answer.verdict is Verdict.AFFECTED
    assert "A workaround exists, which is no fix" in answer.reason


def test_the_reason_names_the_fix_the_reviewed_order_the_vendor_and_the_day() -> None:
    reason = asked("CVE-2024-3400", PAN, "10.2.8-h2").reason
    assert all(part in reason for part in ("10.2.8-h3", "reviewed order of PAN-OS", "Palo Alto Networks's own fact of 2024-04-14"))


def _fixes() -> Iterator[tuple[Override, str, str]]:
    for override in BUNDLED.all:
        if table := override.product_branches:
            yield from ((override, branch.name, branch.fixed) for branch in table.branches if branch.fixed)


@pytest.mark.parametrize("name", ["names", "first"])
def test_every_fix_of_every_bundled_branch_is_itself_not_affected(name: str) -> None:
    for override, branch, fix in _fixes():
        for vendor, product in override.names if name == "names" else override.names[:1]:
            found = BUNDLED.of(override.cves[0], vendors=(vendor,), product=product)
            assert found
            assert found.override.id == override.id
            assert found.answer(Subject((vendor,), product, fix)).verdict is Verdict.NOT_AFFECTED, (override.id, branch, fix)


def test_every_bundled_fact_says_by_what_it_is_confirmed_or_that_nothing_confirms_it() -> None:
    for override in BUNDLED.all:
        assert bool(override.confirmed_by) != bool(override.unconfirmed), override.id
        assert bool(override.confirmed_by) == bool(override.confirmed_on), override.id
        assert override.source.startswith("https://"), override.id


@pytest.mark.parametrize(
    ("cve", "product", "version"),
    [
        ("CVE-2023-46747", BIGIP, "16.1.4.2"),
        ("CVE-2023-46747", BIGIP, "17.1.1.1"),
        ("CVE-2023-20198", XE, "17.12.2"),
        ("CVE-2024-21893", IVANTI, "22.6R2.2"),
        ("CVE-2023-41724", SENTRY, "9.17.1"),
        ("CVE-2023-28771", ZYWALL, "4.73 Patch 1"),
    ],
)
def test_a_fix_that_nothing_confirms_is_assumed(cve: str, product: tuple[str, str], version: str) -> None:
    answer = asked(cve, product, version)
    assert answer.verdict is Verdict.NOT_AFFECTED
    assert any("was not confirmed by anything published" in said for said in answer.assumed)


def test_a_confirmed_fix_assumes_nothing_and_a_newer_branch_does() -> None:
    assert asked("CVE-2024-3400", PAN, "10.2.9-h1").assumed == ()
    assert asked("CVE-2023-46747", BIGIP, "16.1.4").assumed == ()
    assert asked("CVE-2023-20198", XE, "17.13.1").assumed == (NEWER,)


def _just_below(fix: str) -> str:
    """A fixed version with its last number that is not zero made one less."""
    last = next(m for m in reversed(list(re.finditer(r"\d+", fix))) if int(m[0]))
    return f"{fix[: last.start()]}{int(last[0]) - 1}{fix[last.end() :]}"


def test_no_version_just_below_a_fix_is_not_affected() -> None:
    """By one hotfix, patch, build or interim build: of every branch of every bundled fact."""
    branched = [(o, fix) for o, _, fix in _fixes()]
    plain = [(o, ".".join(map(str, fix))) for o in BUNDLED.all if o.branches for fix in o.branches.fixed]
    for override, fix in (*branched, *plain):
        vendor, product = override.names[0]
        for cve in override.cves:
            answer = asked(cve, (vendor, product), _just_below(fix))
            assert answer.verdict is not Verdict.NOT_AFFECTED, (override.id, _just_below(fix), answer.reason)
    assert len(branched) + len(plain) > 180
