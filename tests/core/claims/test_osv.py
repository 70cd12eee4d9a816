"""OSV records (schema 1.6): a distribution on the packages of one release, or a language's registry on its packages."""

import pytest

from wardround.core.claims import claims, containers, subjects
from wardround.core.claims._distributions import release_of
from wardround.core.vocab import BadInput, Verdict

from .builders import CVE, a_package, an_osv, entries, objects, read, says

FIXED = ({"introduced": "0"}, {"fixed": "1.1.1n-0+deb11u4"})
DEBIAN = {"vendors": ("debian",), "product": "openssl", "scheme": "deb", "distribution": "debian:11"}


def test_a_distributions_range_is_of_its_release_and_answers_the_rest_of_it():
    """The form of DSA-5343-1 on openssl."""
    [container] = containers(read(an_osv(a_package("Debian:11", *FIXED)), "osv"), CVE)
    assert container.kind == "distribution"
    [affected] = objects(an_osv(a_package("Debian:11", *FIXED)), "osv")
    assert affected == {
        "vendor": "debian",
        "product": "openssl",
        "packageName": "openssl",
        "platforms": ["debian:11"],
        "defaultStatus": "unaffected",
        "versions": [{"version": "0", "lessThan": "1.1.1n-0+deb11u4", "versionType": "deb", "status": "affected"}],
    }


@pytest.mark.parametrize(
    ("version", "release", "verdict"),
    [
        ("1.1.1n-0+deb11u3", "debian:11", Verdict.AFFECTED),
        ("1.1.1n-0+deb11u4", "debian:11", Verdict.NOT_AFFECTED),
        ("3.0.2-1", "debian:12", Verdict.UNKNOWN),
    ],
)
def test_another_release_of_the_same_distribution_is_unknown(version, release, verdict):
    document = an_osv(a_package("Debian:11", *FIXED))
    assert says(document, version, feed="osv", **DEBIAN | {"distribution": release}).verdict is verdict


def test_without_a_fix_everything_from_the_start_on_is_affected():
    assert entries(an_osv(a_package("Alpine:v3.19", {"introduced": "3.0-r1"})), "osv") == [
        {"version": "3.0-r1", "lessThan": "*", "versionType": "apk", "status": "affected"}
    ]


def test_a_last_affected_version_is_affected():
    assert entries(an_osv(a_package("Debian:11", {"introduced": "0"}, {"last_affected": "2"})), "osv")[0]["lessThanOrEqual"] == "2"


def test_several_starts_are_several_ranges():
    events = [{"introduced": "1"}, {"fixed": "1.5"}, {"introduced": "2"}, {"fixed": "2.5"}, {"introduced": "3"}]
    found = [(e["version"], e["lessThan"]) for e in entries(an_osv(a_package("Debian:11", *events)), "osv")]
    assert found == [("1", "1.5"), ("2", "2.5"), ("3", "*")]


def test_the_order_of_one_start_and_one_fix_does_not_matter():
    assert entries(an_osv(a_package("Debian:11", *reversed(FIXED))), "osv") == entries(
        an_osv(a_package("Debian:11", *FIXED)), "osv"
    )


@pytest.mark.parametrize(
    ("ecosystem", "platform"),
    [
        ("Debian:12", "debian:12"),
        ("Debian", "debian"),
        ("Ubuntu:22.04:LTS", "ubuntu:22.04"),
        ("Ubuntu:23.10", "ubuntu:23.10"),
        ("Ubuntu:Pro:18.04:LTS", "ubuntu:18.04"),
        ("Ubuntu:Pro:FIPS-updates:20.04:LTS", "ubuntu:fips-updates:20.04"),
        ("Alpine:v3.19", "alpine:3.19"),
        ("AlmaLinux:8", "almalinux:8"),
        ("Rocky Linux:9", "rocky:9"),
        ("Red Hat:enterprise_linux:8::baseos", "redhat:8"),
        ("Red Hat:rhel_eus:8.6::appstream", "redhat:8.6"),
        ("Red Hat:openshift:4.12::el8", "redhat:openshift:4.12::el8"),
    ],
)
def test_an_ecosystem_names_a_release(ecosystem, platform):
    release = release_of(ecosystem)
    assert release is not None
    assert release.platform == platform


@pytest.mark.parametrize("ecosystem", ["PyPI", "npm", "Linux", "OSS-Fuzz", "", "debian:11"])
def test_other_ecosystems_are_no_distributions(ecosystem):
    assert release_of(ecosystem) is None


def test_an_extended_contracts_fix_speaks_where_the_release_has_none():
    plain, extended = a_package("Ubuntu:18.04:LTS", {"introduced": "0"}), a_package("Ubuntu:Pro:18.04:LTS", *FIXED)
    assert [e["lessThan"] for e in entries(an_osv(plain, extended), "osv")] == ["1.1.1n-0+deb11u4"]


def test_the_releases_own_fix_speaks_before_the_contracts():
    plain = a_package("Ubuntu:18.04:LTS", {"introduced": "0"}, {"fixed": "1.2"})
    extended = a_package("Ubuntu:Pro:18.04:LTS", {"introduced": "0"}, {"fixed": "1.3+esm1"})
    assert [e["lessThan"] for e in entries(an_osv(plain, extended), "osv")] == ["1.2"]


def test_binary_packages_with_the_sources_version_are_named_too():
    binaries = [{"binary_name": "libssl3", "binary_version": "1.2"}, {"binary_name": "odd", "binary_version": "9"}]
    package = a_package("Ubuntu:22.04:LTS", {"introduced": "0"}, {"fixed": "1.2"}, ecosystem_specific={"binaries": binaries})
    assert [a["product"] for a in objects(an_osv(package), "osv")] == ["openssl", "libssl3"]


@pytest.mark.parametrize(
    ("own", "more", "found"),
    [
        ("DSA-1-1", {"upstream": ["CVE-2030-0001", "CVE-2030-0002"]}, ("CVE-2030-0001", "CVE-2030-0002")),
        ("GHSA-x", {"upstream": [], "aliases": ["CVE-2030-0003"]}, ("CVE-2030-0003",)),
        ("DEBIAN-CVE-2030-0004", {"upstream": []}, ("CVE-2030-0004",)),
        ("USN-1-1", {"upstream": ["UBUNTU-CVE-2030-0005"]}, ("CVE-2030-0005",)),
        ("CVE-2030-0006", {"upstream": ["CVE-2030-0007"]}, ("CVE-2030-0006",)),
        ("RHSA-2030:1", {"upstream": [], "related": ["CVE-2030-0008"]}, ("RHSA-2030:1",)),
    ],
)
def test_aliases_and_upstreams_bind_and_related_does_not(own, more, found):
    assert subjects(read(an_osv(a_package("Debian:11", *FIXED), own=own, **more), "osv")) == found


def test_a_withdrawn_record_says_when():
    assert f"{read(an_osv(withdrawn='2030-06-01T00:00:00Z'), 'osv').withdrawn:%Y-%m-%d}" == "2030-06-01"


def test_a_languages_package_is_named_by_its_registry():
    package = a_package("Maven", {"introduced": "2.0"}, {"fixed": "2.15.0"}, name="org.example:gateway-core")
    [affected] = objects(an_osv(package), "osv")
    assert (affected["vendor"], affected["product"]) == ("pkg:maven", "org.example:gateway-core")
    assert affected["packageURL"] == "pkg:maven/org.example/gateway-core"
    subject = {"vendors": ("pkg:maven",), "product": "org.example:gateway-core", "scheme": "maven"}
    verdicts = [says(an_osv(package), v, feed="osv", **subject).verdict for v in ("2.14.0", "2.15.0", "1.9")]
    assert verdicts == [Verdict.AFFECTED, Verdict.NOT_AFFECTED, Verdict.NOT_AFFECTED]
    assert containers(read(an_osv(package), "osv"), CVE)[0].kind == "supplier"


def test_listed_versions_are_affected_each():
    package = a_package("PyPI", versions=["1.0", "1.1"], name="gateway")
    assert [(e["version"], e["versionType"]) for e in entries(an_osv(package), "osv")] == [("1.0", "pypi"), ("1.1", "pypi")]


def test_commits_stand_apart_and_answer_nothing_for_versions():
    package = a_package("PyPI", {"introduced": "0"}, {"fixed": "a" * 40}, kind="GIT", name="gateway", versions=["1.0"])
    listed, commits = objects(an_osv(package), "osv")
    assert ("defaultStatus" in listed, commits["versions"][0]["versionType"]) == (False, "git")
    subject = {"vendors": ("pkg:pypi",), "product": "gateway", "scheme": "pypi"}
    assert says(an_osv(package), "1.0", feed="osv", **subject).verdict is Verdict.AFFECTED
    assert says(an_osv(package), "2.0", feed="osv", **subject).verdict is not Verdict.NOT_AFFECTED


def test_a_package_without_ranges_and_versions_is_not_spoken_of():
    assert objects(an_osv({"package": {"ecosystem": "Debian:11", "name": "openssl"}}), "osv") == []


def test_a_claim_shows_the_range_for_a_person():
    [claim] = claims(read(an_osv(a_package("Debian:11", *FIXED)), "osv"))
    assert (claim.versions, claim.source) == ("from 0 before 1.1.1n-0+deb11u4", "Debian, DSA-1-1")


@pytest.mark.parametrize("broken", [{"id": ""}, {"modified": None}, {"modified": "soon"}])
def test_a_record_without_id_or_date_is_refused(broken):
    with pytest.raises(BadInput):
        read(an_osv() | broken, "osv")
