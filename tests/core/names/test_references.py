"""What a record's references and addresses tell of a package that it names without a vendor or a collection."""

import pytest

from wardround.core.names._named import names_of, names_of_purl, told_by

# CVE-2023-26145 and CVE-2024-21484 as Snyk published them: no vendor, no collection, the registry in the finding's identifier.
PYDASH = "https://security.snyk.io/vuln/SNYK-PYTHON-PYDASH-5916518"
JSRSASIGN = [
    "https://security.snyk.io/vuln/SNYK-JS-JSRSASIGN-6070731",
    "https://security.snyk.io/vuln/SNYK-JAVA-ORGWEBJARSNPM-6070732",
    "https://github.com/kjur/jsrsasign/issues/598",
]


@pytest.mark.parametrize(
    ("references", "told"),
    [
        ([PYDASH], {"PYDASH": "pypi"}),
        (JSRSASIGN, {"JSRSASIGN": "npm", "ORGWEBJARSNPM": "maven"}),
        (["https://security.snyk.io/vuln/SNYK-UNMANAGED-CROW-1"], {}),
        (["https://example.org/vuln/SNYK-JS-X-1", "SNYK-JS-X-1", ""], {}),
    ],
)
def test_snyks_identifiers_say_which_registry_is_meant(references: list[str], told: dict[str, str]) -> None:
    assert told_by(references) == told


def test_only_what_the_identifier_names_and_no_vendor_owns_is_of_that_registry() -> None:
    told = told_by(JSRSASIGN)
    assert ("pkg:npm", "jsrsasign") in names_of({"vendor": "n/a", "product": "jsrsasign"}, told=told)
    assert [*names_of({"vendor": "n/a", "product": "org.webjars.npm:jsrsasign"}, told=told)] == [("", "org.webjars.npm:jsrsasign")]
    assert [*names_of({"vendor": "Kjur", "product": "jsrsasign"}, told=told)] == [("kjur", "jsrsasign")]
    assert [*names_of({"vendor": "n/a", "product": "jsrsasign"})] == [("", "jsrsasign")]


def test_a_plugin_of_jenkins_is_called_by_its_artifact() -> None:
    """CVE-2023-40346: Jenkins Shortcut Job Plugin is published as org.jenkins-ci.plugins:shortcut-job."""
    assert ("jenkins project", "jenkins shortcut job plugin") in names_of_purl("pkg:maven/org.jenkins-ci.plugins/shortcut-job@0.4")


def test_the_address_of_a_repository_is_its_owner_and_its_name() -> None:
    """CVE-2022-43552 calls its product `https://github.com/curl/curl`."""
    assert ("curl", "curl") in names_of({"vendor": "n/a", "product": "https://github.com/curl/curl"})
    assert [*names_of({"vendor": "n/a", "product": "https://github.com/curl"})] == [("", "https://github.com/curl")]
