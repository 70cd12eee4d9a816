"""Products of Microsoft that are mended line by line, held against their own records; and versions that show no updates.

Objects are as Microsoft's records state them (cve.org, read 2024-10), shortened to what is read.
"""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.advisories import Advisory
from wardround.core.matching import Overrides, decide, match_all
from wardround.core.matching._bulk import CODES, verdicts
from wardround.core.matching._match import subject_of
from wardround.core.matching._names import product_keys
from wardround.core.matching._product_lines import of_family
from wardround.core.names import Aliases
from wardround.core.vocab import Finding, Install


def an_object(product: str, start: str, end: str, cpe: str = "", platforms: tuple[str, ...] = ("Unknown",)) -> dict[str, Any]:
    versions = [{"status": "affected", "version": start, "lessThan": end, "versionType": "custom"}]
    cpes = [f"cpe:2.3:a:microsoft:{cpe}"] if cpe else []
    return {"vendor": "Microsoft", "product": product, "cpes": cpes, "platforms": list(platforms), "versions": versions}


EXCHANGE = "Microsoft Exchange Server {} Cumulative Update {}"
CVE_2024_21410 = [
    an_object(EXCHANGE.format(2016, 23), "", "", "exchange_server:2016:cumulative_update_23:*:*:*:*:*:*")
    | {"versions": [{"status": "affected", "version": "N/A"}]},
    an_object(EXCHANGE.format(2019, 13), "15.02.0", "15.2.1544.004"),
    an_object(EXCHANGE.format(2019, 14), "15.02.0", "15.2.1544.004"),
]
# The record gives each update's fix to the other's name; Microsoft's build list has 15.2.1544.11 on CU14, 15.2.1258.34 on CU13.
CVE_2024_26198 = [
    an_object(EXCHANGE.format(2019, 14), "15.02.0", "15.02.1258.034"),
    an_object(EXCHANGE.format(2019, 13), "15.02.0", "15.02.1544.011"),
    an_object(EXCHANGE.format(2016, 23), "15.01.0", "15.01.2507.039"),
]
CVE_2024_38081 = [
    an_object("Microsoft Visual Studio 2022 version 17.4", "17.4.0", "17.4.21", "visual_studio_2022:17.4:*:*:*:*:*:*:*"),
    an_object("Microsoft Visual Studio 2022 version 17.6", "17.6.0", "17.6.17", "visual_studio:2022:*:*:*:*:*:*:*"),
    an_object("Microsoft Visual Studio 2022 version 17.8", "17.8.0", "17.8.12", "visual_studio:2022:*:*:*:*:*:*:*"),
    an_object(".NET 6.0", "6.0.0", "6.0.32", ".net:6.0.0:*:*:*:*:*:*:*"),
    an_object("Microsoft .NET Framework 4.8", "4.8.0", "4.8.4739.02", ".net:4.8:*:*:*:*:*:*:*"),
]
CVE_2024_21426 = [
    an_object("Microsoft SharePoint Enterprise Server 2016", "16.0.0", "16.0.5439.1000"),
    an_object("Microsoft SharePoint Server 2019", "16.0.0", "16.0.10408.20000"),
    an_object("Microsoft SharePoint Server Subscription Edition", "16.0.0", "16.0.17328.20136"),
]
RECORDS = {
    "CVE-2024-21410": CVE_2024_21410,
    "CVE-2024-26198": CVE_2024_26198,
    "CVE-2024-38081": CVE_2024_38081,
    "CVE-2024-21426": CVE_2024_21426,
    "CVE-2024-38200": [an_object("Microsoft Office 2016", "16.0.0", "16.0.5461.1001")],
    "CVE-2024-21378": [an_object("Microsoft 365 Apps for Enterprise", "16.0.1", "https://aka.ms/OfficeSecurityReleases")],
    "CVE-2024-49023": [
        an_object("Microsoft Edge (Chromium-based)", "1.0.0", "130.0.2849.46", "edge_chromium:*:*:*:*:*:*:*:*"),
    ],
    "CVE-2024-26196": [an_object("Microsoft Edge for Android", "1.0.0", "122.0.2365.92", "edge:-:*:*:*:*:android:*:*")],
    "CVE-2024-43485": [an_object("PowerShell 7.4", "7.4.0", "7.4.6"), an_object("PowerShell 7.2", "7.2.0", "7.2.24")],
    "CVE-2024-29985": [
        an_object("Microsoft OLE DB Driver 18 for SQL Server", "18.0.0", "18.7.0002.0"),
        an_object("Microsoft OLE DB Driver 19 for SQL Server", "19.0.0", "19.3.0003.0"),
    ],
    "CVE-2024-20671": [an_object("Windows Defender Antimalware Platform", "4.0.0.0", "4.18.24010.12")],
    "CVE-2024-38098": [an_object("Azure Connected Machine Agent", "1.0.0", "1.44")],
}


@pytest.fixture
def asked(a_record: Callable[..., Advisory]) -> Callable[..., Finding | None]:
    """What one of these records says of an install, in bulk too; None where it does not name it."""

    def ask(cve: str, product: str, version: str, vendor: str = "Microsoft", **extra: str) -> Finding | None:
        record, install = a_record(RECORDS[cve], cve=cve), Install("a", product, version, vendor=vendor, extra=extra)
        found = list(match_all([record], installs=[install], overrides=Overrides(), aliases=Aliases.load()))
        return found[0] if found else None

    return ask


@pytest.mark.parametrize(
    ("cve", "product", "version", "expected"),
    [
        # Exchange: 21410 is mended by CU14 itself; the other one by a security update of each cumulative update.
        ("CVE-2024-21410", "Microsoft Exchange Server 2019", "15.2.1544.4", "not_affected"),
        ("CVE-2024-21410", "Microsoft Exchange Server 2019", "15.02.1544.004", "not_affected"),
        ("CVE-2024-21410", "Microsoft Exchange Server 2019", "15.2.1258.32", "affected"),
        ("CVE-2024-21410", "Microsoft Exchange Server 2019", "15.2.1118.7", "affected"),
        ("CVE-2024-21410", "Microsoft Exchange Server 2016", "15.1.2507.37", "unknown"),
        ("CVE-2024-21410", "Microsoft Exchange Server 2013", "15.0.1497.48", "unknown"),
        ("CVE-2024-26198", "Microsoft Exchange Server 2019", "15.2.1544.4", "affected"),
        ("CVE-2024-26198", "Microsoft Exchange Server 2019", "15.2.1544.11", "not_affected"),
        ("CVE-2024-26198", "Microsoft Exchange Server 2019 Cumulative Update 13", "15.2.1258.32", "affected"),
        ("CVE-2024-26198", "Microsoft Exchange Server 2019 Cumulative Update 13", "15.2.1258.34", "not_affected"),
        ("CVE-2024-26198", "Microsoft Exchange Server 2019", "15.2.1748.10", "not_affected"),
        ("CVE-2024-26198", "exchange_server", "15.1.2507.39", "not_affected"),
        ("CVE-2024-26198", "exchange_server", "15.1.2507.37", "affected"),
        ("CVE-2024-26198", "Microsoft Exchange Server 2016", "Version 15.1 (Build 2507.6)", "affected"),
        ("CVE-2024-26198", "Microsoft Exchange Server 2019", "15.2", "unknown"),
        ("CVE-2024-26198", "Microsoft Exchange Server 2019", "", "unknown"),
        # Visual Studio: the line of the release, not the nearest CPE name.
        ("CVE-2024-38081", "visual_studio_2022", "17.8.3", "affected"),
        ("CVE-2024-38081", "Visual Studio Professional 2022", "17.8.12", "not_affected"),
        ("CVE-2024-38081", "Visual Studio Enterprise 2022", "17.4.20", "affected"),
        ("CVE-2024-38081", "Microsoft Visual Studio 2022", "17.5.3", "unknown"),
        ("CVE-2024-38081", "Microsoft Visual Studio 2022", "17.10.1", "not_affected"),
        ("CVE-2024-38081", "Microsoft Visual Studio 2022", "17.6.33829.357", "unknown"),
        # .NET and .NET Framework.
        ("CVE-2024-38081", ".NET 6.0", "6.0.31", "affected"),
        ("CVE-2024-38081", "Microsoft .NET Runtime - 6.0.32 (x64)", "48.127.8212", "not_affected"),
        ("CVE-2024-38081", "Microsoft ASP.NET Core 6.0.31 - Shared Framework (x64)", "6.0.31.24269", "affected"),
        ("CVE-2024-38081", "Microsoft ASP.NET Core 6.0.32 Shared Framework", "6.0.32", "not_affected"),
        ("CVE-2024-38081", ".net", "6.0.412", "unknown"),
        ("CVE-2024-38081", "Microsoft .NET Framework 4.8", "4.8.04084", "unknown"),
        # SharePoint: three releases share 16.0.
        ("CVE-2024-21426", "Microsoft SharePoint Server 2019", "16.0.10409.20027", "not_affected"),
        ("CVE-2024-21426", "sharepoint_server", "16.0.10409.20027", "not_affected"),
        ("CVE-2024-21426", "sharepoint_server", "16.0.10407.20000", "affected"),
        ("CVE-2024-21426", "Microsoft SharePoint Server 2016", "16.0.5435.1000", "affected"),
        ("CVE-2024-21426", "Microsoft SharePoint Server Subscription Edition", "16.0.16731.20462", "affected"),
        # Others that records give builds of.
        ("CVE-2024-43485", "PowerShell 7-x64", "7.4.2.0", "affected"),
        ("CVE-2024-43485", "PowerShell", "7.4.6", "not_affected"),
        ("CVE-2024-43485", "PowerShell", "7.3.9", "unknown"),
        ("CVE-2024-29985", "Microsoft OLE DB Driver for SQL Server", "18.6.7.0", "affected"),
        ("CVE-2024-29985", "Microsoft OLE DB Driver for SQL Server", "18.7.2.0", "not_affected"),
        ("CVE-2024-29985", "Microsoft OLE DB Driver 19 for SQL Server", "19.3.2.0", "affected"),
        ("CVE-2024-20671", "Microsoft Defender Antivirus", "4.18.23110.3", "affected"),
        ("CVE-2024-20671", "Microsoft Defender Antivirus", "4.18.24010.12", "not_affected"),
        ("CVE-2024-38098", "Microsoft Azure Connected Machine Agent", "1.40.02664.1629", "affected"),
        ("CVE-2024-49023", "edge_chromium-based", "130.0.2849.46", "not_affected"),
        ("CVE-2024-49023", "Microsoft Edge", "129.0.2792.89", "affected"),
        ("CVE-2024-26196", "Microsoft Edge", "119.0.2151.72", "unknown"),
        ("CVE-2024-38200", "Microsoft Office Professional Plus 2016", "16.0.4266.1001", "unknown"),
        ("CVE-2024-38200", "Microsoft Office 2016", "16.0.17328.20184", "unknown"),
        ("CVE-2024-38200", "Microsoft Office 2016", "16.0.5422.1000", "affected"),
        ("CVE-2024-38200", "Microsoft Office 2016", "16.0.5461.1001", "not_affected"),
        ("CVE-2024-21378", "Microsoft 365 Apps for enterprise - en-us", "16.0.17328.20184", "unknown"),
    ],
)
def test_a_build_is_held_against_the_fix_of_its_own_line(asked: Any, cve: str, product: str, version: str, expected: str) -> None:
    finding = asked(cve, product, version)
    assert finding is not None
    assert finding.verdict.value == expected


@pytest.mark.parametrize(
    ("cve", "product", "version", "words"),
    [
        ("CVE-2024-38081", ".net_framework", "4.8.04084", "does not show whether one is installed"),
        ("CVE-2024-38081", "Visual Studio 2022", "17.6.33829.357", "the build number that the installer writes"),
        ("CVE-2024-38200", "Microsoft Office 2016", "16.0.4266.1001", "stays in the list of programs"),
        ("CVE-2024-38200", "Microsoft Office 2016", "16.0.17328.20184", "Click-to-Run"),
        ("CVE-2024-21378", "Microsoft 365 Apps for enterprise", "16.0.17328.20184", "https://aka.ms/OfficeSecurityReleases"),
        ("CVE-2024-21410", "Microsoft Exchange Server 2013", "15.0.1497.48", "only of others"),
        ("CVE-2024-26198", "Microsoft Exchange Server 2019", "", "states no version"),
    ],
)
def test_an_unknown_says_why(asked: Any, cve: str, product: str, version: str, words: str) -> None:
    record_names = {".net_framework": "Microsoft .NET Framework 4.8"}
    finding = asked(cve, record_names.get(product, product), version)
    assert finding is not None
    assert (finding.verdict.value, words in finding.reason) == ("unknown", True)


def test_an_affected_exchange_may_hold_updates_that_nobody_lists(asked: Any) -> None:
    assert any("without the security updates" in sentence for sentence in asked(*EXCHANGE_AT_CU14).assumed)


EXCHANGE_AT_CU14 = ("CVE-2024-26198", "Microsoft Exchange Server 2019", "15.2.1544.4")


@pytest.mark.parametrize(
    ("product", "version", "runtime"),
    [
        ("Microsoft .NET SDK 8.0.200 (x64)", "8.2.24.8110", "8.0.2"),  # as its installer writes it
        ("Microsoft .NET SDK 8.0.204 (x64) from Visual Studio", "8.2.424.17001", "8.0.4"),
        ("Microsoft .NET SDK", "8.0.110", "8.0.10"),
        (".NET SDK", "9.0.105", "9.0.4"),
        ("Microsoft .NET SDK 8.0.999 (x64)", "8.9.99.1", None),  # of which nobody has said it
        ("Microsoft .NET SDK", "8.2.24.8110", None),
    ],
)
def test_an_sdk_of_dotnet_is_the_runtime_that_it_brings(product: str, version: str, runtime: str | None) -> None:
    """https://github.com/dotnet/core/blob/main/release-notes/8.0/README.md, and 9.0: each release with its SDKs."""
    found = of_family(Install("a", product, version, vendor="Microsoft Corporation"))
    assert (found.product if found else None, found.version if found else None) == ("microsoft .net" if runtime else None, runtime)


@pytest.mark.parametrize("package", ["NETCore", "AspNetCore", "WindowsDesktop"])
def test_a_runtime_pack_of_nuget_is_a_release_of_dotnet(package: str) -> None:
    """The packs bear the runtime's own version: https://learn.microsoft.com/dotnet/core/deploying/runtime-patch-selection."""
    found = of_family(Install("a", f"Microsoft.{package}.App.Runtime.linux-x64", "6.0.20"))
    assert found
    assert (found.product, found.version) == ("microsoft .net", "6.0.20")


@pytest.mark.parametrize(
    "product",
    [
        "Visual Studio Code",
        "Microsoft .NET SDK 6.0.412",
        "Windows PowerShell",
        "Exchange Rate Converter",
        "Microsoft Exchange Web Services",
        "SharePoint Designer 2013",
        "Microsoft Visual Studio Tools for Applications 2022",
        "x" * 500 + " exchange server",
    ],
)
def test_what_is_only_called_alike_is_another_product(product: str) -> None:
    install = Install("a", product, "17.8.3", vendor="Microsoft")
    assert not any(key.startswith(("microsoft exchange server 2", "microsoft visual studio 2")) for key in product_keys(install))


def test_another_vendors_product_is_no_microsofts() -> None:
    assert subject_of(Install("a", "Exchange Server 2019", "15.2.1544.4", vendor="Example")).vendors == ("example",)


def test_a_release_is_asked_for_under_its_own_names_only() -> None:
    keys = product_keys(Install("a", "Microsoft Visual Studio 2019", "16.11.30", vendor="Microsoft"))
    assert "microsoft visual studio 2019 version 16.11 (includes 16.0 - 16.10)" in keys
    assert not any("2022" in key for key in keys)


@given(
    cve=st.sampled_from(["CVE-2024-21410", "CVE-2024-26198", "CVE-2024-38081", "CVE-2024-21426"]),
    product=st.sampled_from(["Exchange Server", "Visual Studio 2022", "SharePoint Server 2019", ".NET 6.0"]),
    parts=st.lists(st.sampled_from([0, 4, 6, 8, 15, 16, 17, 2, 1258, 1544, 10408, 20000, 99999]), min_size=1, max_size=4),
)
def test_in_bulk_the_answer_is_the_same(a_record: Callable[..., Advisory], cve: str, product: str, parts: list[int]) -> None:
    record = a_record(RECORDS[cve], cve=cve)
    subject = subject_of(Install("a", product, ".".join(map(str, parts)), vendor="Microsoft"))
    one = decide(record, subject, overrides=Overrides()).verdict
    assert CODES[verdicts(record, [subject], overrides=Overrides())[0]] == one
