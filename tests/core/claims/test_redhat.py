"""A distribution's own CSAF VEX: packages of its releases, in the shape that Red Hat publishes (one document for each CVE)."""

import pytest

from wardround.core.claims import containers
from wardround.core.vocab import Verdict

from .builders import CVE, a_branch, a_csaf, a_product, objects, read, says

RED_HAT = {"name": "Red Hat Product Security", "namespace": "https://www.redhat.com", "category": "vendor"}
PACKAGE = {"vendors": ("redhat",), "product": "openssl-libs", "scheme": "rpm", "distribution": "redhat:8"}


def on(component: str, release: str, made: str) -> dict:
    names = {"product_reference": component, "relates_to_product_reference": release, "full_product_name": a_product(made)}
    return {"category": "default_component_of"} | names


def vex(status: dict, *versions: str, publisher: dict = RED_HAT, cpe: str = "cpe:/o:redhat:enterprise_linux:8::baseos") -> dict:
    """A document on openssl-libs; `BASE:` with a version, or with the name alone, is the package on the release."""
    release = a_branch({"vendor": "Red Hat", "product_family": "Red Hat Enterprise Linux", "product_name": "RHEL"}, "BASE", cpe=cpe)
    packages = [
        a_branch(
            {"vendor": "Red Hat", "architecture": "x86_64", "product_version": f"openssl-libs-1:{v}.x86_64"},
            v,
            purl=f"pkg:rpm/redhat/openssl-libs@{v}?arch=x86_64&epoch=1",
        )
        for v in versions
    ]
    plain = a_branch({"vendor": "Red Hat", "product_version": "openssl-libs"}, "openssl-libs")
    links = [on(v, "BASE", f"BASE:{v}") for v in (*versions, "openssl-libs")]
    return a_csaf([release, *packages, plain], status, publisher=publisher, tree={"relationships": links})


FIXED = vex({"fixed": ["BASE:1.1.1k-7.el8_6"]}, "1.1.1k-7.el8_6")


def test_below_the_fix_of_its_release_a_package_is_affected():
    assert objects(FIXED) == [
        {
            "vendor": "redhat",
            "product": "openssl-libs",
            "packageName": "openssl-libs",
            "packageURL": "pkg:rpm/redhat/openssl-libs",
            "platforms": ["redhat:8"],
            "defaultStatus": "unaffected",
            "versions": [{"version": "0", "lessThan": "1:1.1.1k-7.el8_6", "versionType": "rpm", "status": "affected"}],
        }
    ]
    assert [c.kind for c in containers(read(FIXED), CVE)] == ["distribution"]


@pytest.mark.parametrize(
    ("version", "release", "verdict"),
    [
        ("1:1.1.1k-6.el8_5", "redhat:8", Verdict.AFFECTED),
        ("1:1.1.1k-7.el8_6", "redhat:8", Verdict.NOT_AFFECTED),
        ("1:3.0.1-43.el9", "redhat:9", Verdict.UNKNOWN),
    ],
)
def test_a_release_answers_for_itself_only(version, release, verdict):
    assert says(FIXED, version, **PACKAGE | {"distribution": release}).verdict is verdict


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ("known_affected", Verdict.AFFECTED),
        ("known_not_affected", Verdict.NOT_AFFECTED),
        ("under_investigation", Verdict.UNKNOWN),
    ],
)
def test_a_package_without_version_is_every_version_of_it_in_the_release(status, verdict):
    assert says(vex({status: ["BASE:openssl-libs"]}), "1:1.1.1k-6.el8_5", **PACKAGE).verdict is verdict


def test_a_minor_release_has_its_own_word():
    document = vex({"fixed": ["BASE:1.1.1k-7.el8_6"]}, "1.1.1k-7.el8_6", cpe="cpe:/a:redhat:rhel_eus:8.6::appstream")
    assert objects(document)[0]["platforms"] == ["redhat:8.6"]


def test_the_streams_of_a_module_are_apart():
    versions = ("16.20.2-1.module+el8.8.0+1", "18.17.1-1.module+el8.8.0+2")
    assert len(objects(vex({"fixed": [f"BASE:{v}" for v in versions]}, *versions))) == 2


def test_anybody_elses_word_on_a_package_is_a_suppliers():
    other = {"name": "Example Security", "namespace": "https://security.example", "category": "other"}
    document = vex({"known_not_affected": ["BASE:openssl-libs"]}, publisher=other)
    assert [c.kind for c in containers(read(document), CVE)] == ["supplier"]
    assert says(document, "1:1.1.1k-6.el8_5", **PACKAGE).verdict is Verdict.UNKNOWN


def test_an_image_of_the_same_publisher_is_a_suppliers_product():
    image = a_branch({"vendor": "Red Hat", "product_name": "Gateway", "product_version": "4"}, "I", cpe="cpe:/a:redhat:gateway:4")
    assert [c.kind for c in containers(read(a_csaf([image], {"known_affected": ["I"]}, publisher=RED_HAT)), CVE)] == ["supplier"]
