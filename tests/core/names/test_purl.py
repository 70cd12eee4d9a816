"""Package URLs by the rules of their types: every case of the specification's own tests, and what is read out of one."""

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from wardround.core.names import Purl
from wardround.core.names._named import language_of_purl, names_of, names_of_purl, scheme_of_purl
from wardround.core.names._purl import ecosystem_of
from wardround.core.vocab import BadInput

SMALL = "a qualifier's key in capitals is read as in small letters, as maven-test.json asks in its cases on `repositorY_url`"
EXCEPTIONS = {("gem-test.json", 1): SMALL, ("rpm-test.json", 1): SMALL}
"""Cases that we answer otherwise, with the reason: these contradict others of the same suite."""


def cases(shared: Path) -> Iterator[tuple[str, int, dict[str, Any]]]:
    packed = (shared / "versions/purl-spec-tests.tar.zst").read_bytes()
    raw = zstandard.ZstdDecompressor().stream_reader(packed).read()
    with tarfile.open(fileobj=io.BytesIO(raw)) as tar:
        for member in sorted(tar.getmembers(), key=lambda m: m.name):
            if member.name.endswith(".json") and (file := tar.extractfile(member)):
                yield from ((Path(member.name).name, n, one) for n, one in enumerate(json.load(file)["tests"]))


def answer(case: dict[str, Any]) -> Any:
    """What the case asks for: the parts that were parsed, or the canonical text."""
    if case["test_type"] == "build":
        return str(Purl.build(case["input"]))
    read = Purl.read(case["input"])
    if case["test_type"] == "validate":
        return str(read)
    parts = {key: getattr(read, key) or None for key in ("type", "namespace", "name", "version", "subpath")}
    return parts | {"qualifiers": dict(read.qualifiers) or None}


def test_every_case_of_the_specification_is_answered_as_it_says(shared: Path) -> None:
    wrong, seen = [], 0
    for file, number, case in cases(shared):
        seen += 1
        try:
            found = answer(case)
        except BadInput:
            found = BadInput
        expected = BadInput if case["expected_failure"] else case["expected_output"]
        if found != expected and (file, number) not in EXCEPTIONS:
            wrong.append((file, number, case["description"], expected, found))
    assert wrong == []
    assert seen == 586


def test_the_exceptions_are_still_needed(shared: Path) -> None:
    for file, number, case in cases(shared):
        if (file, number) in EXCEPTIONS:
            assert case["expected_failure"]
            assert answer(case)["qualifiers"]


@pytest.mark.parametrize(
    "text", ["", "pkg:", "pkg:npm", "npm/left-pad", "pkg:vcpkg/a/b@1", "pkg:npm/\ud800", "pkg:npm/" + "x" * 5000, "pkg:/"]
)
def test_what_is_none_is_refused_and_names_nothing(text: str) -> None:
    with pytest.raises(BadInput):
        Purl.read(text)
    assert names_of_purl(text) == ()
    assert scheme_of_purl(text) == ("", "")


@pytest.mark.parametrize(
    ("purl", "names"),
    [
        (
            "pkg:maven/org.apache.commons/commons-compress@1.21",
            {("pkg:maven", "org.apache.commons:commons-compress"), ("", "org.apache.commons:commons-compress")},
        ),
        ("pkg:npm/%40angular/core@1", {("pkg:npm", "@angular/core"), ("", "@angular/core")}),
        ("pkg:pypi/Apache_Airflow@2", {("pkg:pypi", "apache-airflow")}),
        ("pkg:golang/github.com/hashicorp/vault@1", {("pkg:golang", "github.com/hashicorp/vault"), ("hashicorp", "vault")}),
        ("pkg:github/Moodle/moodle@v4", {("pkg:github", "moodle/moodle"), ("moodle", "moodle")}),
        ("pkg:composer/mautic/core@1", {("pkg:composer", "mautic/core"), ("mautic", "core")}),
    ],
)
def test_what_records_may_call_a_package(purl: str, names: set[tuple[str, str]]) -> None:
    assert names <= set(names_of_purl(purl))


@pytest.mark.parametrize(
    ("purl", "scheme", "release"),
    [
        ("pkg:deb/debian/openssl@1.1.1n-0%2Bdeb11u3?arch=amd64&distro=debian-11", "deb", "debian:11"),
        ("pkg:deb/debian/openssl@1.1.1n?distro=debian-11.7", "deb", "debian:11"),
        ("pkg:deb/ubuntu/openssl@3.0.2?distro=ubuntu-22.04", "deb", "ubuntu:22.04"),
        ("pkg:rpm/redhat/openssl@1.1.1k-9.el8_7?arch=x86_64&distro=rhel-8.7", "rpm", "redhat:8"),
        ("pkg:apk/alpine/openssl@3.1.4-r5?distro=alpine-3.19.1", "apk", "alpine:3.19"),
        ("pkg:deb/debian/openssl@1.1.1n?distro=bookworm", "deb", "debian"),
        ("pkg:npm/left-pad@1", "npm", ""),
    ],
)
def test_a_distributions_package_says_whose_release_it_is_of(purl: str, scheme: str, release: str) -> None:
    assert scheme_of_purl(purl) == (scheme, release)


@pytest.mark.parametrize(
    ("collection", "package", "purl"),
    [
        ("https://repo.maven.apache.org/maven2", "org.apache.hive:hive-jdbc", "pkg:maven/org.apache.hive/hive-jdbc@3"),
        ("https://www.npmjs.com", "libxmljs", "pkg:npm/libxmljs@1"),
        ("https://registry.npmjs.org/", "@scope/thing", "pkg:npm/%40scope/thing@1"),
        ("https://pypi.python.org", "apache-airflow", "pkg:pypi/apache-airflow@2"),
        ("https://pypi.org/project/pip", "mage_ai", "pkg:pypi/mage-ai@0.9"),
        ("https://crates.io", "tokio", "pkg:cargo/tokio@1"),
        ("https://packagist.org", "mautic/core-lib", "pkg:composer/mautic/core-lib@1"),
        ("https://pkg.go.dev", "golang.org/x/crypto", "pkg:golang/golang.org/x/crypto@0.1"),
        (
            "https://github.com/alextselegidis/easyappointments",
            "alextselegidis/easyappointments",
            "pkg:github/alextselegidis/easyappointments",
        ),
    ],
)
def test_a_records_collection_and_package_meet_the_package_url(collection: str, package: str, purl: str) -> None:
    """Collections as CVE records of the shared set state them."""
    stated = set(names_of({"vendor": "n/a", "product": "A Title", "collectionURL": collection, "packageName": package}))
    assert {name for name in names_of_purl(purl) if name[0].startswith("pkg:")} & stated


def test_a_package_of_one_registry_is_none_of_another() -> None:
    stated = {"collectionURL": "https://pypi.org", "packageName": "requests"}
    assert not {n for n in names_of_purl("pkg:npm/requests@2") if n[0]} & set(names_of(stated))
    assert language_of_purl("pkg:npm/requests@2") == "npm"
    assert language_of_purl("pkg:deb/debian/requests@2") == ""


def test_a_collection_that_is_not_known_says_nothing() -> None:
    assert ecosystem_of("https://access.redhat.com/downloads/content/package-browser/") == ""
    assert ecosystem_of("not a url at all ://") == ""


def test_a_repositorys_hyphens_are_the_spaces_of_the_product() -> None:
    """CVE-2023-49279: vendor umbraco, product Umbraco-CMS; its publisher and its installer say Umbraco CMS."""
    assert ("umbraco", "umbraco cms") in list(names_of({"vendor": "umbraco", "product": "Umbraco-CMS"}))
    assert ("acme", "acme tool kit") not in list(names_of({"vendor": "acme", "product": "Acme Tool-Kit"}))


def test_a_package_of_a_go_module_is_found_by_its_module() -> None:
    """CVE-2023-3978: vendor golang.org/x/net, product golang.org/x/net/html; bills of materials name the module."""
    go = {"collectionURL": "https://pkg.go.dev", "packageName": "golang.org/x/net/html"}
    module = ("pkg:golang", "golang.org/x/net")
    assert module in list(names_of({"vendor": "golang.org/x/net", "product": "golang.org/x/net/html"} | go))
    assert module not in list(names_of({"vendor": "Go", "product": "golang.org/x/net/html"} | go))


def test_the_path_of_a_go_module_is_one_whatever_collection_the_record_states() -> None:
    """CVE-2024-22030: vendor SUSE, product rancher, package github.com/rancher/rancher, and no collection."""
    said = names_of({"vendor": "SUSE", "product": "rancher", "packageName": "github.com/rancher/rancher"})
    assert ("pkg:golang", "github.com/rancher/rancher") in list(said)


def test_a_later_major_version_of_a_go_module_is_its_repository() -> None:
    found = names_of_purl("pkg:golang/github.com/containerd/containerd/v2@v2.0.0")
    assert found[0] == ("pkg:golang", "github.com/containerd/containerd/v2")
    assert ("containerd", "containerd") in found
    assert ("containerd", "api") not in names_of_purl("pkg:golang/github.com/containerd/containerd/api@v1.0.0")
