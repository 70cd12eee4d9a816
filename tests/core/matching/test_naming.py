"""How an install comes by its names: stated, CPE, package URL, alias; all of them count, and each says how it was found."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from wardround.core.advisories import Advisory, Container
from wardround.core.matching import Named, Overrides, match_all, names
from wardround.core.matching._match import subject_of
from wardround.core.matching._names import name_all, names_of, product_keys
from wardround.core.matching._review import review
from wardround.core.names import Aliases, Candidates
from wardround.core.vocab import Install, Verdict

DAY = datetime(2030, 5, 13, tzinfo=UTC)
SAID = {"author": "A. Person (fictitious)", "date": "2030-01-01", "source": "label", "reason": "renamed"}
FEED = {
    "gateway": {"acme": ("CVE-2030-0001",), "acme, inc.": ("CVE-2030-0002",)},
    "acme gateway": {"acme": ("CVE-2030-0003",)},
    "endpoint manager mobile": {"ivanti": ("CVE-2030-0004",)},
    "epmm": {"ivanti": ("CVE-2030-0005",)},
    "esxi": {"vmware": ("CVE-2030-0006",)},
    "vmware esxi": {"": ("CVE-2030-0007",)},
    "requests": {
        "psf": ("CVE-2030-0008",),
        "pkg:pypi": ("CVE-2030-0008",),
        "other": ("CVE-2030-0009",),
        "pkg:npm": ("CVE-2030-0009",),
    },
    "org.acme:core": {"pkg:maven": ("CVE-2030-0010",)},
    "portal": {"one": ("CVE-2030-0011",), "two": ("CVE-2030-0012",)},
    "printer": {"oki": ("CVE-2030-0013",), "oki corporation": ("CVE-2030-0014",)},
}
EPMM = {
    "from": {"product": "MobileIron Core"},
    "to": [{"vendor": "Ivanti", "product": "Endpoint Manager Mobile"}, {"vendor": "Ivanti", "product": "EPMM"}],
}
ESXI = {"from": {"product": "VMware ESXi"}, "to": [{"product": "VMware ESXi"}, {"vendor": "VMware", "product": "ESXi"}]}
TABLE = Aliases().adding([("t.json", json.dumps([{"id": "epmm", **EPMM, **SAID}, {"id": "esxi", **ESXI, **SAID}]).encode())])


def of(product: str, vendor: str = "", **more: Any) -> Install:
    return Install(asset_id="a", product=product, version="1.0", vendor=vendor, **more)


def called(install: Install) -> Named | None:
    return names(install, naming=lambda product: FEED.get(product, {}), aliases=TABLE)


def cves(install: Install) -> list[int]:
    found = called(install)
    return sorted(int(cve[-4:]) for cve in found.cves) if found else []


def test_a_vendors_spellings_and_its_name_before_the_product_are_one_name() -> None:
    assert cves(of("Gateway", "ACME Ltd")) == cves(of("Acme Gateway", "Acme")) == [1, 2, 3]


def test_a_version_and_a_processor_in_the_products_name_do_not_count() -> None:
    assert cves(of("Gateway 2.4.1 (x64)", "Acme")) == [1, 2, 3]


@pytest.mark.parametrize(
    "name", ["Gateway for Windows", "Gateway 2.4 Enterprise Edition", "Gateway Standard Edition for macOS (x64)"]
)
def test_the_system_that_it_is_for_and_its_edition_stand_aside_where_no_record_has_them(name: str) -> None:
    assert cves(of(name, "Acme")) == [1, 2, 3]
    found = called(of(name, "Acme"))
    assert found
    assert "and the system that it is for aside" in found.via
    assert cves(of(name)) == []  # without a vendor it may be anybody's


def test_a_first_number_that_the_version_begins_with_stands_aside_too() -> None:
    one = [Install("a", "Gateway 8", version, "Acme") for version in ("8100", "8.1", "7.9")]
    found = name_all(one, naming=lambda product: FEED.get(product, {}), aliases=TABLE)
    assert [bool(named) for named in found] == [True, True, False]


@pytest.mark.parametrize("name", ["Gateway for WordPress", "Gateway Enterprise", "Gateway Home Edition"])
def test_other_words_are_part_of_the_name(name: str) -> None:
    assert cves(of(name, "Acme")) == []


@pytest.mark.parametrize("install", [of("MobileIron Core"), of("MobileIron Core 11.4.0", "Ivanti"), of("EPMM", "Ivanti")])
def test_an_alias_adds_every_name_that_records_use(install: Install) -> None:
    found = called(install)
    assert found
    assert set(found.cves) == {"CVE-2030-0004", "CVE-2030-0005"}
    assert "by the alias epmm" in found.via


def test_an_alias_reaches_records_that_state_no_vendor() -> None:
    assert cves(of("VMware ESXi")) == cves(of("VMware ESXi", "VMware, Inc.")) == [6, 7]
    assert cves(of("VMware ESXi", "Acme")) == []


def test_each_name_says_how_it_was_found() -> None:
    install = of("MobileIron Core", "Ivanti", cpe="cpe:2.3:a:acme:gateway:1:*:*:*:*:*:*:*", purl="pkg:maven/org.acme/core@1")
    found = called(install)
    assert found
    ways = dict(found.ways)
    assert ways["acme", "gateway"] == f"by its CPE name {install.cpe}"
    assert ways["pkg:maven", "org.acme:core"] == f"by its package URL {install.purl}"
    assert ways["ivanti", "epmm"] == "by the alias epmm"
    assert list(ways) == [(found.vendors[0], found.product), *found.also]


def test_a_package_is_none_of_the_same_name_in_another_registry() -> None:
    assert cves(of("requests", purl="pkg:pypi/requests@2")) == [8]
    assert cves(of("requests", purl="pkg:npm/requests@2")) == [9]
    assert cves(of("requests", purl="pkg:cargo/requests@2")) == []


def test_without_a_vendor_two_spellings_of_one_are_not_ambiguous() -> None:
    found = called(of("Printer"))
    assert found
    assert not found.ambiguous
    assert set(found.cves) == {"CVE-2030-0013", "CVE-2030-0014"}
    assert called(of("Portal")) == Named("portal", ("one", "two"), ("CVE-2030-0011", "CVE-2030-0012"))


def test_many_installs_are_named_as_one_by_one() -> None:
    installs = [
        of("MobileIron Core"),
        of("Gateway", "Acme"),
        of("Gateway", "Acme"),
        of("requests", purl="pkg:npm/requests@2"),
        of("x"),
    ]
    found = name_all(installs, naming=lambda product: FEED.get(product, {}), aliases=TABLE)
    assert found == [called(install) for install in installs]


@pytest.mark.parametrize(
    "install",
    [
        of("MobileIron Core"),
        of("Gateway 2.1 (x64)", "Acme"),
        of("Gateway for Windows", "Acme"),
        of("x", cpe="cpe:/a:acme:gateway"),
        of("y", purl="pkg:maven/org.acme/core@1"),
    ],
)
def test_every_key_that_is_asked_for_is_told_beforehand(install: Install) -> None:
    asked: list[str] = []

    def naming(product: str) -> dict[str, tuple[str, ...]]:
        asked.append(product)
        return FEED.get(product, {})

    names(install, naming=naming, aliases=TABLE)
    assert set(asked) <= product_keys(install, aliases=TABLE)


def a_record(*affected: dict[str, Any], adp: tuple[dict[str, Any], ...] = ()) -> Advisory:
    containers = (
        Container("cna", "/containers/cna/affected", affected),
        *([Container("adp", "/containers/adp/0/affected", adp)] if adp else []),
    )
    return Advisory("CVE-2030-0004", "PUBLISHED", DAY, DAY, "", "", containers, (), (), "cve", "")


def an_object(vendor: str, product: str, **more: Any) -> dict[str, Any]:
    return {"vendor": vendor, "product": product, "defaultStatus": "unaffected", **more}


def verdict(record: Advisory, install: Install) -> Verdict | None:
    found = [finding.verdict for finding in match_all([record], installs=[install], overrides=Overrides(), aliases=TABLE)]
    return found[0] if found else None


def test_an_aliased_install_is_decided_by_the_record() -> None:
    record = a_record(an_object("Ivanti", "EPMM", versions=[{"version": "1.0", "status": "affected"}]))
    assert verdict(record, of("MobileIron Core")) is Verdict.AFFECTED
    assert verdict(record, of("Something Else")) is None


def test_the_records_own_container_decides_under_whichever_name_it_uses() -> None:
    own = an_object("Ivanti", "EPMM", versions=[{"version": "2.0", "status": "affected"}])
    later = an_object("Ivanti", "Endpoint Manager Mobile", versions=[{"version": "1.0", "status": "affected"}])
    assert verdict(a_record(own, adp=(later,)), of("MobileIron Core")) is Verdict.NOT_AFFECTED


def test_names_of_an_object_survive_whatever_it_holds() -> None:
    odd = {
        "vendor": 7,
        "product": ["x"],
        "packageName": None,
        "collectionURL": {},
        "packageURL": "pkg:::",
        "cpes": [None, "cpe:2.3:a", {}],
    }
    assert list(names_of(odd)) == []
    stated = {"product": "x", "cpes": ["cpe:2.3:a:acme:core_thing:*:*:*:*:*:node.js:*:*"], "packageURL": "pkg:npm/core-thing"}
    assert {("", "x"), ("acme", "core thing"), ("pkg:npm", "core thing"), ("pkg:npm", "core-thing")} <= set(names_of(stated))


CANDIDATES = Candidates([(vendor, product) for product, vendors in FEED.items() for vendor in vendors], aliases=TABLE)


def asked(*installs: Install, aliases: Aliases = TABLE, most: int = 10) -> list[tuple[str, int, bool]]:
    found = review(installs, naming=lambda p: FEED.get(p, {}), aliases=aliases, candidates=CANDIDATES, most=most)
    return [(question.product, question.assets, question.ambiguous) for question in found.questions]


def on(asset: str, product: str, vendor: str = "", version: str = "1.0") -> Install:
    return Install(asset_id=asset, product=product, version=version, vendor=vendor)


def test_a_product_is_asked_about_once_those_on_most_assets_first() -> None:
    installs = [
        on("a", "Acme Gateways Gateway"),
        on("a", "MobileIron Core X"),
        on("b", "MOBILEIRON CORE X", version="2"),
        on("b", "mobileiron core x"),
    ]
    assert asked(*installs) == [("MobileIron Core X", 2, False), ("Acme Gateways Gateway", 1, False)]
    assert asked(*installs, most=1) == [("MobileIron Core X", 2, False)]


def test_what_is_named_exact_or_like_nothing_is_not_asked_about() -> None:
    installs = [of("Gateway", "Acme"), of("core", purl="pkg:npm/core@1"), of("Quux"), of("")]
    found = review(installs, naming=lambda p: FEED.get(p, {}), aliases=TABLE, candidates=CANDIDATES)
    assert (found.questions, found.products, found.named, found.without) == ((), 4, 3, 1)


def test_a_product_of_several_vendors_is_asked_about_with_theirs() -> None:
    found = review([of("Portal")], naming=lambda p: FEED.get(p, {}), aliases=TABLE, candidates=CANDIDATES).questions
    assert [(one.vendor, one.product) for one in found[0].candidates] == [("one", "portal"), ("two", "portal")]
    assert found[0].ambiguous
    answer = {"id": "ours", "from": {"product": "Portal"}, "to": {"vendor": "two", "product": "Portal"}, **SAID}
    decided = TABLE.adding([("o.json", json.dumps(answer).encode())])
    assert asked(of("Portal"), aliases=decided) == []
    assert names(of("Portal"), naming=lambda p: FEED.get(p, {}), aliases=decided) == Named("portal", ("two",), ("CVE-2030-0012",))


def test_a_candidate_is_never_a_match() -> None:
    assert asked(of("MobileIron Core X"))
    assert called(of("MobileIron Core X")) is None


def test_versions_of_one_package_are_named_once_and_each_says_its_own_package_url():
    asked = []

    def naming(product):
        asked.append(product)
        return {"pkg:maven": ("CVE-2030-0001",)} if product == "org.example:gateway" else {}

    installs = [
        Install("a", "gateway", v, scheme="maven", purl=f"pkg:maven/org.example/gateway@{v}") for v in ("1.0", "2.0", "2.0")
    ]
    found = name_all(installs, naming=naming)
    assert found == [names(install, naming=naming) for install in installs]
    assert [one.via for one in found] == [names(install, naming=naming).via for install in installs]
    assert [one.via.count("@2.0") for one in found] == [0, 1, 1]


def test_versions_of_a_product_whose_name_ends_with_a_number_are_named_each_for_itself():
    installs = [Install("a", "Example Plus 8", version, vendor="Example") for version in ("9100", "8100")]
    feed = {"example plus": {"example": ("CVE-2030-0001",)}}
    found = name_all(installs, naming=lambda product: feed.get(product, {}))
    assert found == [names(install, naming=lambda product: feed.get(product, {})) for install in installs]


@pytest.mark.parametrize(
    ("product", "platform", "found"),
    [
        ("Zoom Desktop Client for Windows", "", "for windows"),
        ("Zoom Desktop Client for Windows", "macOS", "macos"),
        ("Zoom Desktop Client", "", ""),
        ("Toolbox for Windows users", "", ""),
    ],
)
def test_a_products_name_may_say_which_system_it_is_for(product: str, platform: str, found: str) -> None:
    assert subject_of(Install("a", product, "1.0", extra={"platform": platform} if platform else {})).platform == found


@pytest.mark.parametrize(
    ("ways", "said"),
    [
        ((("ivanti", "ivanti endpoint manager mobile"),), "ivanti endpoint manager mobile: a"),
        ((("ivanti", "endpoint manager mobile"),), "ivanti endpoint manager mobile: a"),
        ((("ivanti", "epmm"), ("ivanti", "ivanti epmm")), "ivanti epmm: a"),
        ((("", "moodle"),), "a vendor that is not stated moodle: a"),
        ((("zoom", "zoomsounds"),), "zoom zoomsounds: a"),
        ((("moodle", "moodle"),), "moodle: a"),
    ],
)
def test_a_name_that_bears_its_vendor_is_said_once(ways: tuple[tuple[str, str], ...], said: str) -> None:
    named = Named("x", ("y",), (), ways=tuple((name, "ab"[place]) for place, name in enumerate(ways)))
    assert named.via == said
