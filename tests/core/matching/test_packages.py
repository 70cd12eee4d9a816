"""Distributions backport: for their packages their own word decides; without one *unknown*, never *affected* (FACTS 9)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.advisories import Advisory, Container
from wardround.core.matching import Overrides, match, match_all
from wardround.core.matching._packages import package_of, release_of, scheme_of_ending
from wardround.core.names import Aliases
from wardround.core.vocab import Finding, Install

DAY = datetime(2030, 5, 13, tzinfo=UTC)
NONE = Overrides()
UPSTREAM = {
    "vendor": "OpenSSL",
    "product": "OpenSSL",
    "versions": [{"version": "1.1.1", "lessThan": "1.1.1q", "versionType": "custom", "status": "affected"}],
}


def a_statement(vendor: str, release: str, fixed: str, *, package: str = "openssl", scheme: str = "deb") -> dict[str, Any]:
    """A distribution's word on one release: everything below `fixed` is affected."""
    entry = {"version": "0", "lessThan": fixed, "versionType": scheme, "status": "affected"}
    return {
        "vendor": vendor,
        "product": package,
        "packageName": package,
        "platforms": [release],
        "defaultStatus": "unaffected",
        "versions": [entry],
    }


def a_record(*stated: dict[str, Any], upstream: Any = UPSTREAM) -> Advisory:
    """A record with its own container, and the words of distributions in another."""
    own = Container("cna", "/containers/cna/affected", [upstream])
    theirs = Container("feed", "/affected", list(stated), kind="distribution", source="an example feed", stated_at=DAY)
    return Advisory("CVE-2030-0001", "PUBLISHED", DAY, DAY, "", "", (own, theirs) if stated else (own,), (), (), "an example", "")


def a_package(
    purl: str = "", product: str = "openssl", version: str = "", *, scheme: str = "", vendor: str = "", **more: str
) -> Install:
    return Install(asset_id="srv-1", product=product, version=version, vendor=vendor, purl=purl, scheme=scheme, extra=more)


def asked(record: Advisory, install: Install) -> Finding:
    """The one finding of a record on an install, found by its names."""
    (finding,) = match_all([record], installs=[install], overrides=NONE)
    return finding


# Whose package it is, and of which release.


@pytest.mark.parametrize(
    ("purl", "distribution"),
    [
        ("pkg:deb/debian/openssl@1.1.1n-0%2Bdeb11u3?distro=debian-11", "debian:11"),
        ("pkg:deb/debian/openssl@1.1.1n-0?distro=bullseye", "debian:11"),
        ("pkg:deb/debian/openssl@1.1.1n-0?distro=debian-11.6", "debian:11"),
        ("pkg:deb/debian/openssl@1.1.1n-0%2Bdeb11u3", "debian:11"),
        ("pkg:deb/debian/openssl@1.1.1n-0", "debian"),
        ("pkg:deb/ubuntu/openssl@3.0.2-0ubuntu1.10?distro=ubuntu-22.04", "ubuntu:22.04"),
        ("pkg:deb/ubuntu/openssl@3.0.2-0ubuntu1.10?distro=jammy", "ubuntu:22.04"),
        ("pkg:deb/ubuntu/linux@6.2.0-39.40ubuntu0~22.04.1", "ubuntu:22.04"),
        ("pkg:rpm/redhat/openssl@1.1.1k-9.el8?distro=rhel-8.8", "redhat:8.8"),
        ("pkg:rpm/redhat/openssl@1.1.1k-9.el8_6", "redhat:8.6"),
        ("pkg:rpm/redhat/openssl@1.1.1k-9.el8?distro=el8", "redhat:8"),
        ("pkg:rpm/rocky/openssl@1.1.1k-9.el8_6?distro=rocky-8.9", "rocky:8.9"),
        ("pkg:apk/alpine/busybox@1.36.1-r15?distro=alpine-3.19.1", "alpine:3.19"),
        ("pkg:apk/alpine/busybox@1.36.1-r15", "alpine"),
    ],
)
def test_a_package_url_says_whose_release_it_is(purl: str, distribution: str) -> None:
    package = package_of(a_package(purl))
    assert package is not None
    assert package.distribution == distribution


@pytest.mark.parametrize(
    ("scheme", "version", "columns", "distribution"),
    [
        ("deb", "1.1.1n-0+deb11u3", {}, "debian:11"),
        ("dpkg", "1.1.1f-1ubuntu2.16", {"os": "Ubuntu 20.04.6 LTS"}, "ubuntu:20.04"),
        ("deb", "7.74.0-1", {"os": "Debian GNU/Linux", "os_version": "11.8"}, "debian:11"),
        ("rpm", "1.1.1k-6.el8", {"operating system": "Red Hat Enterprise Linux 8.8 (Ootpa)"}, "redhat:8.8"),
        ("rpm", "1.1.1k-6.el8_5", {"os": "Rocky Linux 8.9 (Green Obsidian)"}, "rocky:8.9"),
    ],
)
def test_columns_and_endings_say_it_too(scheme: str, version: str, columns: dict[str, str], distribution: str) -> None:
    package = package_of(a_package(version=version, scheme=scheme, **columns))
    assert package is not None
    assert package.distribution == distribution


def test_an_ending_that_several_distributions_use_says_nothing() -> None:
    """Rocky Linux, AlmaLinux and Oracle Linux build `.el8_6` too."""
    assert package_of(a_package(version="1.1.1k-6.el8_6", scheme="rpm")) is None


def test_a_product_of_a_record_is_a_release_only_when_it_says_so() -> None:
    assert release_of("Red Hat Enterprise Linux 8") == "redhat:8"
    assert release_of("Red Hat Enterprise Linux 8.6 Extended Update Support") == "redhat:8.6"
    assert release_of("Red Hat JBoss Enterprise Application Platform 7") == ""


# Their word decides.

DEBIAN = a_statement("debian", "debian:11", "1.1.1n-0+deb11u4")


@pytest.mark.parametrize(
    ("version", "verdict"),
    [("1.1.1n-0+deb11u3", "affected"), ("1.1.1n-0+deb11u4", "not_affected"), ("1.1.1n-0+deb11u5", "not_affected")],
)
def test_the_distribution_s_fix_decides_not_the_upstream_version(version: str, verdict: str) -> None:
    """1.1.1n is below upstream's 1.1.1q in every one of these."""
    found = asked(a_record(DEBIAN), a_package(f"pkg:deb/debian/openssl@{version.replace('+', '%2B')}?distro=debian-11"))
    assert found.verdict.value == verdict
    assert "an example feed" in found.reason


def test_without_a_word_of_theirs_it_is_unknown() -> None:
    found = asked(a_record(), a_package("pkg:deb/debian/openssl@1.1.1n-0?distro=debian-11"))
    assert found.verdict.value == "unknown"
    assert "debian:11" in found.reason


def test_another_distribution_s_word_is_none() -> None:
    record = a_record(a_statement("ubuntu", "ubuntu:22.04", "3.0.2-0ubuntu1.6"))
    assert asked(record, a_package("pkg:deb/debian/openssl@1.1.1n-0?distro=debian-11")).verdict.value == "unknown"


def test_another_release_s_word_is_none() -> None:
    found = asked(a_record(DEBIAN), a_package("pkg:deb/debian/openssl@3.0.1-1?distro=debian-12"))
    assert found.verdict.value == "unknown"
    assert "says nothing of debian:12" in found.reason


def test_releases_have_to_agree_where_the_inventory_names_none() -> None:
    record = a_record(DEBIAN, a_statement("debian", "debian:12", "3.0.7-1"))
    assert asked(record, a_package("pkg:deb/debian/openssl@1.1.1m-1")).verdict.value == "affected"
    assert asked(record, a_package("pkg:deb/debian/openssl@3.0.5-1")).verdict.value == "unknown"
    assert asked(record, a_package("pkg:deb/debian/openssl@3.0.9-1")).verdict.value == "not_affected"


def test_a_binary_package_goes_by_its_source() -> None:
    purl = "pkg:deb/debian/libssl1.1@1.1.1n-0%2Bdeb11u3?upstream=openssl&distro=debian-11"
    assert asked(a_record(DEBIAN), a_package(purl, product="libssl1.1")).verdict.value == "affected"


def test_the_source_s_own_version_is_held_against_its_fix() -> None:
    """A binary package may have another version than its source: `upstream=gcc-12@12.2.0-14` of `libgcc-s1` 12.2.0-14."""
    record = a_record(a_statement("debian", "debian:12", "2:1.5-1", package="foo"))
    purl = "pkg:deb/debian/libfoo@9.0-1?upstream=foo%402:1.4-1&distro=debian-12"
    assert asked(record, a_package(purl, product="libfoo")).verdict.value == "affected"


def test_a_source_may_stand_in_a_column() -> None:
    install = a_package(product="libssl1.1", version="1.1.1n-0+deb11u3", scheme="deb", source="openssl")
    assert asked(a_record(DEBIAN), install).verdict.value == "affected"


# Red Hat: minor releases, epochs, module streams.

EL8 = a_statement("redhat", "redhat:8", "0:4.18.0-513.5.1.el8_9", package="kernel", scheme="rpm")
EUS = a_statement("redhat", "redhat:8.6", "0:4.18.0-372.80.1.el8_6", package="kernel", scheme="rpm")


@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        ("4.18.0-372.80.1.el8_6", "not_affected"),
        ("4.18.0-372.79.1.el8_6", "affected"),
        ("4.18.0-477.10.1.el8_8", "affected"),
        ("4.18.0-513.5.1.el8_9", "not_affected"),
    ],
)
def test_a_minor_release_is_mended_apart(version: str, verdict: str) -> None:
    install = a_package(f"pkg:rpm/redhat/kernel@{version}", product="kernel")
    assert asked(a_record(EL8, EUS), install).verdict.value == verdict


def test_a_missing_epoch_is_0() -> None:
    install = a_package("pkg:rpm/redhat/kernel@4.18.0-513.5.1.el8_9", product="kernel")
    assert asked(a_record(EL8), install).verdict.value == "not_affected"


def test_an_epoch_that_the_inventory_leaves_out_must_not_decide() -> None:
    """OpenSSL in Enterprise Linux 8 has epoch 1, and many inventories do not write it."""
    record = a_record(a_statement("redhat", "redhat:8", "1:1.1.1k-9.el8_7", scheme="rpm"))
    fixed = "pkg:rpm/redhat/openssl@1.1.1k-9.el8_7?distro=rhel-8.8"
    assert asked(record, a_package(f"{fixed}&epoch=1")).verdict.value == "not_affected"
    assert asked(record, a_package(fixed)).verdict.value == "unknown"
    older = asked(record, a_package("pkg:rpm/redhat/openssl@1.1.1k-6.el8_5?distro=rhel-8.5"))
    assert older.verdict.value == "affected"
    assert any("epoch" in assumed for assumed in older.assumed)


def test_streams_of_a_module_do_not_compare() -> None:
    fix = "1:16.20.2-4.module+el8.9.0+21536+5ac3d8ba"
    record = a_record(a_statement("redhat", "redhat:8", fix, package="nodejs", scheme="rpm"))

    def verdict(version: str) -> str:
        return asked(record, a_package(f"pkg:rpm/redhat/nodejs@{version}?epoch=1&distro=rhel-8.9", product="nodejs")).verdict.value

    assert verdict("16.20.2-2.module%2Bel8.8.0%2B19898") == "affected"
    assert verdict("16.20.2-4.module%2Bel8.9.0%2B21536%2B5ac3d8ba") == "not_affected"
    assert verdict("18.17.1-1.module%2Bel8.8.0%2B19757") == "unknown"
    assert verdict("10.24.0-1.el8") == "unknown"


def test_beside_its_own_stream_another_one_says_nothing() -> None:
    fixes = ("1:16.20.2-4.module+el8.9.0+21536+5ac3d8ba", "1:18.19.0-1.module+el8.9.0+21387+8d16f5aa")
    record = a_record(*(a_statement("redhat", "redhat:8", fix, package="nodejs", scheme="rpm") for fix in fixes))

    def verdict(version: str) -> str:
        return asked(record, a_package(f"pkg:rpm/redhat/nodejs@{version}?epoch=1&distro=rhel-8.9", product="nodejs")).verdict.value

    assert verdict("18.19.0-1.module%2Bel8.9.0%2B21387%2B8d16f5aa") == "not_affected"
    assert verdict("18.17.1-1.module%2Bel8.8.0%2B19757") == "affected"
    assert verdict("16.20.2-4.module%2Bel8.9.0%2B21536%2B5ac3d8ba") == "not_affected"
    assert verdict("20.9.0-1.module%2Bel8.9.0%2B20473") == "unknown"


def test_red_hat_s_own_records_speak_of_its_packages() -> None:
    """As in the records that Red Hat numbers: affected by default, *unaffected* from the fix on."""
    own = {
        "vendor": "Red Hat",
        "product": "Red Hat Enterprise Linux 8",
        "packageName": "kernel",
        "defaultStatus": "affected",
        "versions": [{"version": "0:4.18.0-513.5.1.el8_9", "lessThan": "*", "versionType": "rpm", "status": "unaffected"}],
    }
    record = a_record(upstream=own)
    install = a_package("pkg:rpm/redhat/kernel@4.18.0-513.5.1.el8_9?distro=rhel-8.9", product="kernel")
    assert asked(record, install).verdict.value == "not_affected"
    install = a_package("pkg:rpm/redhat/kernel@4.18.0-477.el8?distro=rhel-8.8", product="kernel")
    assert asked(record, install).verdict.value == "affected"
    other = a_package("pkg:rpm/redhat/kernel@5.14.0-70.el9?distro=rhel-9.0", product="kernel")
    assert asked(record, other).verdict.value == "unknown"


# Laws.


@given(fix=st.integers(1, 40), have=st.integers(1, 40), upstream=st.sampled_from(["1.0.1", "1.1.1n", "9.9"]))
def test_only_the_statement_decides(fix: int, have: int, upstream: str) -> None:
    record = a_record(a_statement("debian", "debian:11", f"{upstream}-0+deb11u{fix}"))
    install = a_package(f"pkg:deb/debian/openssl@{upstream}-0%2Bdeb11u{have}?distro=debian-11")
    assert asked(record, install).verdict.value == ("affected" if have < fix else "not_affected")


@given(version=st.from_regex(r"[0-9]{1,2}\.[0-9]{1,2}-[0-9]{1,2}", fullmatch=True), scheme=st.sampled_from(["deb", "rpm", "apk"]))
def test_without_a_statement_no_package_is_ever_affected(version: str, scheme: str) -> None:
    everything = UPSTREAM | {"defaultStatus": "affected", "versions": []}
    install = a_package(
        version=version, scheme=scheme, os="Debian GNU/Linux 11" if scheme == "deb" else "Red Hat Enterprise Linux 8"
    )
    assert match(a_record(upstream=everything), install, overrides=NONE).verdict.value == "unknown"


@given(purl=st.text(max_size=80), source=st.text(max_size=40), version=st.text(max_size=40))
def test_nothing_that_an_inventory_writes_is_an_error(purl: str, source: str, version: str) -> None:
    for kind in ("pkg:deb/", "pkg:rpm/", "pkg:apk/alpine/"):
        install = a_package(kind + purl, version=version, source=source, distro=source)
        found = match(a_record(DEBIAN), install, overrides=NONE)
        assert found.reason
        assert found.decided_by.startswith("CVE-2030-0001 ")


@pytest.mark.parametrize(
    ("version", "scheme"),
    [
        ("5.15.0-91-generic", "deb"),
        ("5.10.0-28-amd64", "deb"),
        ("6.5.0-1014-aws", "deb"),
        ("2.4.57-1ubuntu4.7", "deb"),
        ("1.1.1n-0+deb11u4", "deb"),
        ("1.1.1k-9.el8_7", "rpm"),
        ("4.18.0-477.10.1.el8_8.x86_64", "rpm"),
        ("5.14.21-150500.55.7-default", "rpm"),
        ("12.4.0.2", ""),
        ("1.2.3-rc.1", ""),
        ("9.1R18", ""),
        ("22.04", ""),
    ],
)
def test_a_versions_own_form_gives_a_distributions_package_away(version: str, scheme: str) -> None:
    assert scheme_of_ending(version) == scheme


@pytest.mark.parametrize("version", ["5.15.0-91-generic", "5.10.0-28-amd64", "4.18.0-477.10.1.el8_8.x86_64"])
def test_a_distributions_kernel_is_not_held_against_the_projects_versions(version: str) -> None:
    """5.15.0-91 holds much of 5.15.131: read as semver it lies below every later start, and would be called not affected."""
    entries = [
        {"version": "0", "lessThan": "5.15.100", "versionType": "semver", "status": "unaffected"},
        {"version": "5.15.100", "lessThan": "5.15.150", "versionType": "semver", "status": "affected"},
    ]
    record = a_record(upstream={"vendor": "Linux", "product": "Linux", "defaultStatus": "affected", "versions": entries})
    install = Install("srv-01", "Linux kernel", version)
    (finding,) = match_all([record], installs=[install], overrides=NONE, aliases=Aliases.load())
    assert finding.verdict == "unknown"


@pytest.mark.parametrize("scheme", ["rpm", "deb"])
def test_a_vendors_list_of_fixes_is_no_word_on_a_distributions_package(scheme: str) -> None:
    webmail = {
        "vendor": "Roundcube",
        "product": "Webmail",
        "versions": [{"version": "0", "lessThan": "1.6.8", "status": "affected"}],
    }
    record = replace(a_record(upstream=webmail), cve="CVE-2024-42009")
    install = Install("srv-01", "Webmail", "1.6.8", vendor="Roundcube")
    assert match(record, install, overrides=Overrides.load()).verdict == "not_affected"
    assert match(record, replace(install, scheme=scheme), overrides=Overrides.load()).verdict == "unknown"
