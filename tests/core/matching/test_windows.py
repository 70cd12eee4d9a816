"""Windows: the build and its update revision decide Microsoft's ranges; what is missing leaves *unknown*, never *not affected*."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.advisories import Advisory, Container, fold, read_cve
from wardround.core.matching import Overrides, Subject, decide, match, match_all
from wardround.core.matching._match import subject_of
from wardround.core.matching._windows import windows_of
from wardround.core.vocab import Finding, Install

AT = datetime(2027, 1, 1, tzinfo=UTC)
NONE = Overrides()
WANTED = (
    "CVE-2019-1148",
    "CVE-2023-36884",
    "CVE-2024-21412",
    "CVE-2024-30040",
    "CVE-2024-38063",
    "CVE-2024-30073",
    "CVE-2022-22012",
)


@pytest.fixture(scope="module")
def real(shared: Path) -> dict[str, Advisory]:
    """Microsoft's own records of the shared set, by id."""
    found = {}
    with (shared / "cve" / "cve-v5-to-2024-10.jsonl.zst").open("rb") as packed:
        for line in io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(packed)):
            if any(wanted.encode() in line for wanted in WANTED):
                cve = json.loads(line)["cveMetadata"]["cveId"]
                if cve in WANTED and (advisory := fold([read_cve(line, where="")], at=AT)):
                    found[cve] = advisory
    return found


def an_install(product: str, version: str = "", *, vendor: str = "Microsoft", cpe: str = "", **columns: str) -> Install:
    return Install(asset_id="ws-01", product=product, version=version, vendor=vendor, cpe=cpe, extra=columns)


def a_record(*objects: tuple[str, str], published: datetime = datetime(2024, 5, 14, tzinfo=UTC)) -> Advisory:
    """A record as Microsoft writes them: for each product one range that ends at its fix."""
    affected = [
        {
            "vendor": "Microsoft",
            "product": product,
            "versions": [{"version": "10.0.0", "lessThan": fix, "versionType": "custom", "status": "affected"}],
        }
        for product, fix in objects
    ]
    containers = (Container("cna", "/containers/cna/affected", affected),)
    return Advisory("CVE-2030-0001", "PUBLISHED", published, published, "", "", containers, (), (), "an example", "")


def asked(record: Advisory, install: Install) -> Finding:
    return match(record, install, overrides=NONE)


def verdict(record: Advisory, product: str, version: str = "", **more: str) -> str:
    return asked(record, an_install(product, version, **more)).verdict.value


# What an inventory may write, and what that is.


@pytest.mark.parametrize(
    ("product", "version", "release", "build"),
    [
        ("Windows 10", "10.0.19045.4412", "windows 10 version 22h2", "10.0.19045.4412"),
        ("Microsoft Windows 10 Enterprise", "10.0.19045", "windows 10 version 22h2", "10.0.19045"),
        ("Windows 10 Pro", "19045.4412", "windows 10 version 22h2", "10.0.19045.4412"),
        ("Windows 10 Pro", "10.0.19045 Build 4412", "windows 10 version 22h2", "10.0.19045.4412"),
        ("Microsoft Windows 10 Pro", "10.0.19045 N/A Build 19045", "windows 10 version 22h2", "10.0.19045"),
        ("Windows 10 Version 22H2 (OS Build 19045.4412)", "", "windows 10 version 22h2", "10.0.19045.4412"),
        ("Windows 10", "22H2", "windows 10 version 22h2", "10.0.19045"),
        ("Windows 11 Pro 23H2", "", "windows 11 version 23h2", "10.0.22631"),
        ("Windows 10 Enterprise", "10.0.22631.3593", "windows 11 version 23h2", "10.0.22631.3593"),
        ("Windows 10 Enterprise LTSC 2019", "", "windows 10 version 1809", "10.0.17763"),
        ("Windows Server 2019 Standard", "10.0.17763.5820", "windows server 2019", "10.0.17763.5820"),
        ("Windows Server 2019 Datacenter (Server Core)", "1809", "windows server 2019 (server core installation)", "10.0.17763"),
        ("Microsoft® Windows Server® 2012 R2 Standard", "6.3.9600", "windows server 2012 r2", "6.3.9600"),
        ("Windows Storage Server 2016 Standard", "10.0.14393", "windows server 2016", "10.0.14393"),
        ("Microsoft Hyper-V Server 2019", "10.0.17763", "windows server 2019 (server core installation)", "10.0.17763"),
        ("Windows Server 2022 Datacenter Azure Edition", "10.0.20348.2461", "windows server 2022", "10.0.20348.2461"),
        ("Windows", "10.0.17763.5820", "windows 10 version 1809 | windows server 2019", "10.0.17763.5820"),
        ("Windows 10 Pro 22H2", "10.0.19041.4412", "windows 10 version 22h2", "10.0.19041.4412"),
        ("Windows10", "19045.4412", "windows 10 version 22h2", "10.0.19045.4412"),  # Defender for Endpoint's osPlatform
        ("WindowsServer2022", "20348.2461", "windows server 2022", "10.0.20348.2461"),
    ],
)
def test_products_and_versions_are_read(product: str, version: str, release: str, build: str) -> None:
    windows = windows_of(an_install(product, version))
    assert windows is not None
    assert (windows.product, windows.version) == (release, build)


@pytest.mark.parametrize(
    "product",
    [
        "Windows Defender",
        "Windows Admin Center",
        "Windows Server Update Services",
        "Windows 10 Update Assistant",
        "Windows XP",
        "Wine",
    ],
)
def test_what_only_sounds_like_windows_is_left_alone(product: str) -> None:
    assert windows_of(an_install(product, "10.0.19045.4412")) is None


def test_another_vendor_s_windows_is_not_microsoft_s() -> None:
    assert windows_of(an_install("Windows 10", "10.0.19045.4412", vendor="Example Blinds Ltd")) is None


@pytest.mark.parametrize("version", ["10.0.19045.0", "10.0.19045.65536", "10.0.19045.131072"])
def test_a_revision_that_interfaces_fill_in_is_none(version: str) -> None:
    """.NET's Environment.OSVersion writes 0, or the service pack times 65,536, where the revision belongs."""
    windows = windows_of(an_install("Windows 10", version))
    assert windows is not None
    assert windows.version == "10.0.19045"


@pytest.mark.parametrize(
    "columns",
    [{"os_build": "19045.4412"}, {"UBR": "4412"}, {"OS Build": "19045", "ubr": "4412"}, {"OS version": "10.0.19045.4412"}],
)
def test_the_revision_may_stand_in_another_column(columns: dict[str, str]) -> None:
    windows = windows_of(an_install("Windows 10", "10.0.19045", **columns))
    assert windows is not None
    assert windows.version == "10.0.19045.4412"


def test_a_cpe_names_a_release_too() -> None:
    cpe = "cpe:2.3:o:microsoft:windows_10_22h2:10.0.19045.4412:*:*:*:*:*:x64:*"
    windows = windows_of(Install(asset_id="a", product="", version="", cpe=cpe))
    assert windows is not None
    assert (windows.product, windows.version) == ("windows 10 version 22h2", "10.0.19045.4412")


# Real records, at the fix and beside it.


@pytest.mark.parametrize(
    ("cve", "product", "fix"),
    [
        ("CVE-2024-30040", "Windows 10 Enterprise", "10.0.19045.4412"),  # KB5037768, 14 May 2024
        ("CVE-2024-30040", "Windows 10 Enterprise", "10.0.19044.4412"),
        ("CVE-2024-30040", "Windows 11 Pro", "10.0.22631.3593"),  # KB5037771
        ("CVE-2024-30040", "Windows Server 2019 Standard", "10.0.17763.5820"),  # KB5037765
        ("CVE-2024-30040", "Windows Server 2016 Datacenter", "10.0.14393.6981"),  # KB5037763
        ("CVE-2024-38063", "Windows 10 Pro", "10.0.19045.4780"),  # KB5041580, 13 August 2024
        ("CVE-2024-38063", "Windows 11 Enterprise", "10.0.22631.4037"),  # KB5041585
        ("CVE-2024-38063", "Windows Server 2012 R2 Standard", "6.3.9600.22134"),
        ("CVE-2024-21412", "Windows 10 Pro", "10.0.19045.4046"),  # KB5034763, 13 February 2024
        ("CVE-2024-21412", "Windows Server 2022 Standard", "10.0.20348.2322"),  # KB5034770
    ],
)
def test_at_the_fix_below_it_and_without_a_revision(real: dict[str, Advisory], cve: str, product: str, fix: str) -> None:
    """Fixes as the records state them, and Microsoft's update history for the day."""
    whole, _, revision = fix.rpartition(".")
    record = real[cve]
    assert verdict(record, product, fix) == "not_affected"
    assert verdict(record, product, f"{whole}.{int(revision) + 1}") == "not_affected"
    assert verdict(record, product, f"{whole}.{int(revision) - 1}") == "affected"
    assert verdict(record, product, whole) == "unknown"


def test_the_entry_that_decided_is_named(real: dict[str, Advisory]) -> None:
    found = asked(real["CVE-2024-30040"], an_install("Windows 10 Enterprise", "10.0.19045.4411"))
    assert found.decided_by.startswith("CVE-2024-30040 /containers/cna/affected/")
    assert "10.0.19045.4412" in found.reason


def test_a_release_that_the_record_does_not_name_is_unknown(real: dict[str, Advisory]) -> None:
    """CVE-2024-21412 is in the handling of Internet Shortcut files; its record does not list Windows Server 2012 R2."""
    assert verdict(real["CVE-2024-21412"], "Windows Server 2012 R2", "6.3.9600.20000") == "unknown"


def test_two_spellings_of_one_release_both_count(real: dict[str, Advisory]) -> None:
    """CVE-2022-22012 lists 21H2 at builds 19043 and 19044, which share their revisions: 1706 is the fix."""
    assert verdict(real["CVE-2022-22012"], "Windows 10", "10.0.19044.1705") == "affected"
    assert verdict(real["CVE-2022-22012"], "Windows 10", "10.0.19044.1706") == "not_affected"


def test_a_range_that_ends_at_publication_is_decided_by_a_later_update(real: dict[str, Advisory]) -> None:
    """CVE-2019-1148 (August 2019) states no build. 17763.3887 is of January 2023; of 17763.500 nobody can tell."""
    assert verdict(real["CVE-2019-1148"], "Windows Server 2019", "10.0.17763.3887") == "not_affected"
    assert verdict(real["CVE-2019-1148"], "Windows Server 2019", "10.0.17763.3886") == "unknown"
    assert verdict(real["CVE-2019-1148"], "Windows Server 2019", "10.0.17763.500") == "unknown"


# What is not known has to agree.


def test_client_or_server_has_to_agree_where_nobody_says_which() -> None:
    same = a_record(("Windows 10 Version 1809", "10.0.17763.5820"), ("Windows Server 2019", "10.0.17763.5820"))
    other = a_record(("Windows 10 Version 1809", "10.0.17763.5820"), ("Windows Server 2019", "10.0.17763.6293"))
    assert verdict(same, "Windows", "10.0.17763.5819") == "affected"
    assert verdict(other, "Windows", "10.0.17763.6000") == "unknown"
    assert verdict(other, "Windows Server 2019", "10.0.17763.6000") == "affected"
    assert verdict(a_record(("Windows Server 2019", "10.0.17763.5820")), "Windows", "10.0.17763.1") == "unknown"


def test_server_core_has_to_agree_where_nobody_says_which() -> None:
    record = a_record(
        ("Windows Server 2019", "10.0.17763.5820"), ("Windows Server 2019 (Server Core installation)", "10.0.17763.5000")
    )
    assert verdict(record, "Windows Server 2019", "10.0.17763.5500") == "unknown"
    assert verdict(record, "Windows Server 2019 (Server Core installation)", "10.0.17763.5500") == "not_affected"
    assert verdict(record, "Windows Server 2019", "10.0.17763.4999") == "affected"


def test_a_record_on_server_core_alone_says_nothing_of_the_full_installation() -> None:
    record = a_record(("Windows Server 2019 (Server Core installation)", "10.0.17763.5820"))
    assert verdict(record, "Windows Server 2019 Standard", "10.0.17763.5000") == "unknown"


def test_a_missing_version_of_a_family_is_unknown() -> None:
    record = a_record(("Windows 10 Version 22H2", "10.0.19045.4412"))
    found = asked(record, an_install("Windows 10 Pro"))
    assert found.verdict.value == "unknown"
    assert "which release of Windows" in found.reason


def test_a_stated_release_and_another_build_have_to_agree() -> None:
    record = a_record(("Windows Server 2019", "10.0.17763.5820"), ("Windows Server 2022", "10.0.20348.2461"))
    assert verdict(record, "Windows Server 2019", "10.0.20348.9000") == "unknown"


def test_a_line_at_a_build_of_other_revisions_decides_nothing() -> None:
    """CVE-2023-21684 and others of February 2023 give Windows 11 21H2 (22000) the line 10.0.22621.1574."""
    record = a_record(("Windows 11 version 21H2", "10.0.22621.1574"))
    assert verdict(record, "Windows 11", "10.0.22000.1000") == "unknown"
    assert verdict(record, "Windows 11", "10.0.22000.9000") == "unknown"


def test_two_dots_are_read_as_one_and_said() -> None:
    """Seventy entries of January to October 2024 write `10.0.20348..2762`."""
    record = a_record(("Windows Server 2022", "10.0.20348..2762"))
    assert verdict(record, "Windows Server 2022", "10.0.20348.2761") == "affected"
    found = asked(record, an_install("Windows Server 2022", "10.0.20348.2762"))
    assert found.verdict.value == "not_affected"
    assert any("10.0.20348..2762" in assumed for assumed in found.assumed)


def test_the_fix_of_the_other_line_of_updates_is_left_to_a_person() -> None:
    """May 2024 mends Server 2022 at 10.0.20348.2461, and by hotpatch at 10.0.20348.2458."""
    record = a_record(("Windows Server 2022", "10.0.20348.2461"))
    record.containers[0].affected[0]["versions"].append(
        {"version": "10.0.0", "lessThan": "10.0.20348.2458", "versionType": "custom", "status": "affected"}
    )
    found = [verdict(record, "Windows Server 2022", f"10.0.20348.{revision}") for revision in (2402, 2458, 2460, 2461)]
    assert found == ["affected", "unknown", "affected", "not_affected"]


def test_a_record_without_the_release_never_clears_a_build() -> None:
    record = a_record(("Windows 10", "10.0.17763.1"))
    assert verdict(record, "Windows 10", "10.0.19045.4412") == "unknown"


def test_an_architecture_that_the_record_leaves_out_is_said() -> None:
    record = a_record(("Windows 10 Version 21H2", "10.0.19044.4412"))
    record.containers[0].affected[0]["platforms"] = ["32-bit Systems", "ARM64-based Systems"]  # type: ignore[index]
    found = asked(record, an_install("Windows 10", "10.0.19044.4411", architecture="x64"))
    assert found.verdict.value == "affected"
    assert any("x64-based systems" in assumed for assumed in found.assumed)


# Installed updates are a lower bound.


def test_an_installed_update_shows_a_revision_or_a_later_one(real: dict[str, Advisory]) -> None:
    """KB5037768 of 14 May 2024 brings 19045 to revision 4412."""
    install = an_install("Windows 10 Enterprise", "22H2", hotfixes="KB5037768; KB5001716")
    assert subject_of(install).version == "10.0.19045.4412 or later"
    assert asked(real["CVE-2024-30040"], install).verdict.value == "not_affected"
    assert asked(real["CVE-2024-38063"], install).verdict.value == "unknown"


def test_an_update_of_another_build_shows_nothing(real: dict[str, Advisory]) -> None:
    install = an_install("Windows 10 Enterprise", "22H2", hotfixes="KB5037765")
    assert subject_of(install).version == "10.0.19045"


@pytest.mark.parametrize(
    "listed",
    [
        "KB5037768 (failed)",
        "Missing: KB5037768",
        "KB5037768 pending restart",
        "KB5037768 not installed",
        "KB5037768 (rolled back)",
        "KB5037768 removed",
        "KB5037768: declined",
        "KB5037768 downloaded",
        "KB5037768 scheduled for 2024-06-01",
        "KB5037768 absent",
        "KB5037768 error 0x800f0922",
    ],
)
def test_an_update_that_is_not_installed_shows_nothing(listed: str) -> None:
    """Only words that were reviewed may stand beside an update: no list of those that deny it would ever be complete."""
    assert subject_of(an_install("Windows 10", "22H2", hotfixes=listed)).version == "10.0.19045"


@pytest.mark.parametrize(
    "listed",
    [
        "KB5037768",
        "2024-05 Cumulative Update for Windows 10 Version 22H2 for x64-based Systems (KB5037768)",
        "Security Update KB5037768 NT AUTHORITY\\SYSTEM 5/14/2024",
        "Update; KB5037768, installed on 14 May 2024; https://support.microsoft.com/?kbid=5037768",
    ],
)
def test_an_update_as_windows_lists_it_is_installed(listed: str) -> None:
    assert subject_of(an_install("Windows 10", "22H2", hotfixes=listed)).version == "10.0.19045.4412 or later"


def test_a_list_of_updates_that_does_not_say_installed_shows_nothing() -> None:
    assert subject_of(an_install("Windows 10", "22H2", updates="KB5037768")).version == "10.0.19045"


def test_a_package_of_that_name_is_no_windows() -> None:
    """The Rust package `windows` has versions of its own."""
    install = Install(asset_id="a", product="windows", version="10.0.19045", purl="pkg:cargo/windows@10.0.19045")
    assert windows_of(install) is None


def test_a_stated_revision_counts_more_than_an_update_that_waits_for_a_restart(real: dict[str, Advisory]) -> None:
    install = an_install("Windows 10 Enterprise", "10.0.19045.4291", hotfixes="KB5037768")
    assert asked(real["CVE-2024-30040"], install).verdict.value == "affected"


@given(fix=st.integers(1, 9000), shown=st.sampled_from(["KB5037768", "KB5040427", "KB5022282"]))
def test_a_lower_bound_alone_never_says_affected(fix: int, shown: str) -> None:
    record = a_record(("Windows 10 Version 22H2", f"10.0.19045.{fix}"))
    install = an_install("Windows 10", "10.0.19045", hotfixes=shown)
    bound = {"KB5037768": 4412, "KB5040427": 4651, "KB5022282": 2486}[shown]
    assert asked(record, install).verdict.value == ("not_affected" if fix <= bound else "unknown")


# Laws.

RELEASES = [("Windows 10 Version 22H2", 19045), ("Windows Server 2019", 17763), ("Windows 11 Version 23H2", 22631)]


@given(release=st.sampled_from(RELEASES), fix=st.integers(1, 30_000), revision=st.integers(1, 30_000))
def test_the_revision_decides(release: tuple[str, int], fix: int, revision: int) -> None:
    product, build = release
    record = a_record((product, f"10.0.{build}.{fix}"))
    assert verdict(record, product, f"10.0.{build}.{revision}") == ("affected" if revision < fix else "not_affected")
    assert verdict(record, product, f"{build}.{revision}") == verdict(record, product, f"10.0.{build}.{revision}")
    assert verdict(record, product, f"10.0.{build}") == "unknown"


@given(one=st.integers(19041, 19045), fix=st.integers(1, 9000), revision=st.integers(1, 9000))
def test_builds_that_share_their_revisions_share_their_fix(one: int, fix: int, revision: int) -> None:
    record = a_record(("Windows 10 Version 22H2", f"10.0.{one}.{fix}"))
    assert verdict(record, "Windows 10", f"10.0.19045.{revision}") == ("affected" if revision < fix else "not_affected")


@given(text=st.text(max_size=60), version=st.text(max_size=60), column=st.text(max_size=60))
def test_nothing_that_an_inventory_writes_is_an_error(text: str, version: str, column: str) -> None:
    install = an_install(f"Windows {text}", version, ubr=column, hotfixes=column, os_build=column)
    assert asked(a_record(("Windows 10 Version 22H2", "10.0.19045.4412")), install).verdict.value != "not_evaluable"


def test_many_installs_and_records_meet_by_every_name() -> None:
    """`names` finds a release's records under all its names: 23H2 is `version 22H3` on ARM64."""
    record = a_record(("Windows 11 version 22H3", "10.0.22631.3593"))
    found = list(match_all([record], installs=[an_install("Windows 11 Pro", "10.0.22631.3592")], overrides=NONE))
    assert [f.verdict.value for f in found] == ["affected"]


def test_a_record_s_own_name_asked_directly_is_the_same_release() -> None:
    record = a_record(("Windows 10 Version 22H2", "10.0.19045.4412"))
    subject = Subject(("microsoft",), "windows 10 version 22h2", "10.0.19045.4411")
    assert decide(record, subject, overrides=NONE).verdict.value == "affected"


def test_every_update_in_the_table_brings_a_fix_that_a_record_states(shared: Path) -> None:
    """The monthly security updates to October 2024: each build and revision is the end of a range in Microsoft's records."""
    from wardround.core.matching._windows import _update_rows

    ends: set[str] = set()
    with (shared / "cve" / "cve-v5-to-2024-10.jsonl.zst").open("rb") as packed:
        for line in io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(packed)):
            if b'"Windows ' in line:
                affected: list[dict[str, Any]] = json.loads(line)["containers"]["cna"].get("affected", [])
                ends |= {str(v.get("lessThan")) for a in affected for v in a.get("versions", []) if isinstance(v, dict)}
    listed = [(b, r) for _, row in _update_rows() if row["released"] < "2024-10-09" for b, r in row["builds"].items()]
    shares = {"19044": ("19044", "19045", "19041")}
    missing = [
        (b, r) for b, r in listed if not any(f"10.0.{n}{dot}{r}" in ends for n in shares.get(b, (b,)) for dot in (".", ".."))
    ]
    assert len(listed) > 100
    assert missing == []
