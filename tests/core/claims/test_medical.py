"""The 144 shared advisories of CISA on medical devices reach the assets of a hospital, under their own names and by aliases."""

import re
from collections import defaultdict
from dataclasses import replace

import pytest

from wardround.core.advisories import product_names
from wardround.core.claims import read_document, subjects, with_documents
from wardround.core.matching import Overrides, decide, match_all, names
from wardround.core.matching._model import Subject
from wardround.core.names import Aliases, key_of
from wardround.core.vocab import Install, Verdict

from .real import members


@pytest.fixture(scope="module")
def advisories(shared):
    """Every advisory of the documents alone, by CVE."""
    standing = defaultdict(list)
    for raw in members(shared / "csaf/cisa-medical-advisories.tar.zst", ""):
        document = read_document(raw, feed="csaf", where="shared")
        for cve in subjects(document):
            standing[cve].append((document, document.updated))
    return {cve: with_documents(None, documents, subject=cve) for cve, documents in standing.items()}


@pytest.fixture(scope="module")
def verdicts(advisories):
    """Asks for the verdicts on one asset, by CVE."""
    filed = defaultdict(lambda: defaultdict(list))
    for cve, advisory in advisories.items():
        for vendor, product in product_names(advisory):
            filed[product][vendor].append(cve)
    aliases = Aliases.load()

    def ask(vendor, product, version):
        install = Install("asset", product, version, vendor=vendor)
        named = names(install, naming=lambda key: filed.get(key, {}), aliases=aliases)
        wanted = [advisories[cve] for cve in named.cves] if named else []
        found = match_all(wanted, installs=[install], overrides=Overrides(), named=[named])
        return {finding.cve: finding.verdict.value for finding in found}

    return ask


def test_all_are_valid_but_for_every_version_given_as_a_version(advisories):
    containers = [container for advisory in advisories.values() for container in advisory.containers]
    assert (len(advisories), {container.kind for container in containers}) == (428, {"supplier"})
    assert not any(container.marks for container in containers)


@pytest.mark.parametrize(
    ("vendor", "product", "version", "cve", "verdict"),
    [
        # ICSMA-20-170-06: Alaris PC Unit 9.13, 9.19, 9.33, 12.1
        ("BD", "Alaris PC Unit", "9.19", "CVE-2019-11479", "affected"),
        ("BD", "Alaris PC Unit", "9.20", "CVE-2019-11479", "unknown"),
        # ICSMA-20-317-01: Alaris PC Unit Model 8015, <= 9.33.1
        ("Becton Dickinson", "Alaris PCU", "9.33.1", "CVE-2020-25165", "affected"),
        ("Becton Dickinson", "Alaris PCU", "12.1.2", "CVE-2020-25165", "not_affected"),
        # ICSMA-22-062-01: BD Pyxis MedStation ES, all versions
        ("BD", "Pyxis MedStation ES", "1.6.1", "CVE-2022-22766", "affected"),
        ("BD", "Pyxis MedStation ES", "", "CVE-2022-22766", "affected"),
        # ICSMA-20-254-01: IntelliVue patient monitor MX400-MX850, revision N and before
        ("Philips", "IntelliVue MX800", "N", "CVE-2020-16214", "affected"),
        ("", "Philips IntelliVue MX800", "L.02", "CVE-2020-16214", "affected"),
        # ICSMA-17-255-01: IntelliVue MX40 (WLAN only), < B.06.18
        ("Philips", "IntelliVue MX40", "B.06.10", "CVE-2017-9657", "affected"),
        ("Philips", "IntelliVue MX40", "B.06.18", "CVE-2017-9657", "not_affected"),
        # ICSMA-19-080-01: MyCareLink Monitor 24950, 24952
        ("Medtronic", "MyCareLink Monitor", "24950", "CVE-2019-6538", "affected"),
        # ICSMA-21-187-01: Vue PACS
        ("Philips", "Vue PACS", "12.2.1.5", "CVE-2020-4670", "unknown"),
        # ICSMA-18-142-01: Kiestra Database Manager 3.0.1.0
        ("Becton, Dickinson and Company (BD)", "Database (DB) Manager", "3.0.1.0", "CVE-2018-10593", "affected"),
        # ICSMA-23-194-01: BD Alaris Guardrails Editor <=12.1.2
        ("BD", "BD Alaris Guardrails Editor", "12.1.2", "CVE-2023-30559", "affected"),
    ],
)
def test_an_asset_is_told_what_its_advisory_says(verdicts, vendor, product, version, cve, verdict):
    assert verdicts(vendor, product, version).get(cve) == verdict


def test_a_pump_that_no_advisory_names_is_not_taken_for_one_of_its_modules(verdicts):
    assert verdicts("B. Braun", "Infusomat Space", "L81") == {}
    assert verdicts("B. Braun", "SpaceCom", "L81") != {}


def test_three_of_four_vulnerabilities_have_a_version_that_is_known_to_be_affected(advisories):
    """The others give ranges of letters, dates, part numbers or prose: unknown, and a proposal for a person."""
    decided = defaultdict(bool)
    for cve, advisory in advisories.items():
        for container in advisory.containers:
            alone = replace(advisory, containers=(container,))
            decided[container.name, cve] |= any(_is_affected(alone, affected) for affected in container.affected)
    assert len(decided) == 433
    assert 338 <= sum(decided.values()) < 433


def _is_affected(advisory, affected):
    """True when one of the versions that an object writes down, or a low one, is affected for certain."""
    numbers = {"0.1"} | {n for entry in affected["versions"] for n in re.findall(r"\d+(?:\.\d+)*", str(entry))}
    subjects_ = (Subject((key_of(affected["vendor"]),), key_of(affected["product"]), number) for number in sorted(numbers))
    return any(decide(advisory, subject, overrides=Overrides()).verdict is Verdict.AFFECTED for subject in subjects_)
