"""CSAF: statuses, justifications and remediations of products, as CVE records have them and as claims (CSAF 2.0, section 3.2.3)."""

import pytest

from wardround.core.claims import claims, containers, subjects
from wardround.core.vocab import BadInput, Verdict

from .builders import CVE, a_branch, a_csaf, a_product, entries, gateways, objects, read, says

AFFECTED, NOT, UNKNOWN = Verdict.AFFECTED, Verdict.NOT_AFFECTED, Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("status", "effect"),
    [
        ("known_affected", "affected"),
        ("first_affected", "affected"),
        ("last_affected", "affected"),
        ("fixed", "unaffected"),
        ("first_fixed", "unaffected"),
        ("known_not_affected", "unaffected"),
        ("under_investigation", "unknown"),
    ],
)
def test_a_status_is_the_status_of_the_version(status, effect):
    assert entries(a_csaf(gateways("2.0"), {status: ["2.0"]})) == [{"version": "2.0", "status": effect}]


def test_a_recommended_version_is_a_claim_and_decides_nothing():
    document = read(a_csaf(gateways("2.1"), {"recommended": ["2.1"]}))
    assert containers(document, CVE) == ()
    assert [claim.status for claim in claims(document)] == ["recommended"]


def test_a_suppliers_container_says_whose_word_it_is_and_when():
    [container] = containers(read(a_csaf(gateways("2.0"), {"known_affected": ["2.0"]})), CVE)
    assert (container.kind, container.name, f"{container.stated_at:%Y-%m-%d}") == ("supplier", "EX-30-1", "2030-05-14")
    assert container.source == "Example, EX-30-1"
    assert container.affected[0]["versions"][0]["pointer"] == "/vulnerabilities/0/product_status/known_affected/0"


def test_versions_of_one_product_are_one_object_the_narrower_word_first():
    ranges = [*gateways("vers:all/*", "<= 2.0", category="product_version_range"), *gateways("1.9", "2.1")]
    status = {"known_affected": ["vers:all/*", "<= 2.0"], "fixed": ["1.9", "2.1"]}
    found = [(e["version"], e["status"]) for e in entries(a_csaf(ranges, status))]
    assert found == [("1.9", "unaffected"), ("2.1", "unaffected"), ("<= 2.0", "affected"), ("0", "affected")]


@pytest.mark.parametrize(("version", "verdict"), [("1.5", AFFECTED), ("2.0", NOT), ("2.5", NOT), ("0.5", UNKNOWN)])
def test_a_range_decides_and_past_its_end_the_convention_does(version, verdict):
    document = a_csaf(gateways(">= 1.0 | < 2.0", category="product_version_range"), {"known_affected": [">= 1.0 | < 2.0"]})
    assert says(document, version).verdict is verdict


@pytest.mark.parametrize(("version", "verdict"), [("2.0", AFFECTED), ("2.1", UNKNOWN), ("1.0", UNKNOWN)])
def test_single_versions_say_nothing_of_others(version, verdict):
    assert says(a_csaf(gateways("2.0"), {"known_affected": ["2.0"]}), version).verdict is verdict


@pytest.mark.parametrize("version", ["2.0", "12.x", ""])
def test_a_product_without_version_is_every_version(version):
    document = a_csaf([a_branch({"vendor": "Example", "product_name": "Gateway"}, "P")], {"known_affected": ["P"]})
    assert says(document, version).verdict is AFFECTED


def test_a_product_in_two_groups_of_status_is_unknown():
    assert says(a_csaf(gateways("2.0"), {"known_affected": ["2.0"], "fixed": ["2.0"]}), "2.0").verdict is UNKNOWN


def test_an_id_that_is_defined_twice_is_unknown():
    twice = [*gateways("2.0"), a_branch({"vendor": "Example", "product_name": "Router", "product_version": "1.0"}, "2.0")]
    for product in ("gateway", "router"):
        assert says(a_csaf(twice, {"known_not_affected": ["2.0"]}), "2.0", product=product).verdict is UNKNOWN


def test_an_id_that_nothing_defines_says_nothing():
    assert objects(a_csaf(gateways("2.0"), {"known_affected": ["nobody", 7, ["2.0"]]})) == []


def test_what_is_installed_never_gets_a_verdict_from_a_marked_document():
    document = read(a_csaf(gateways("2.0"), {"known_not_affected": ["2.0"]}), marks="test 6.1.1 fails")
    [container] = containers(document, CVE)
    assert container.marks == "test 6.1.1 fails"
    assert [(a["defaultStatus"], a["versions"][0]["status"]) for a in container.affected] == [("unknown", "unknown")]


def test_the_standards_own_tests_mark_a_document():
    document = read(a_csaf(gateways("2.0"), {"known_affected": ["2.0", "nobody"]}), marks=None)
    assert document.marks.startswith("It is not valid CSAF: test 6.1.1 fails at /vulnerabilities/0/product_status/known_affected/1")


def test_justification_and_action_stand_beside_the_status():
    flags = [{"label": "vulnerable_code_not_present", "product_ids": ["2.0"], "date": "2030-05-12T00:00:00Z"}]
    threats = [{"category": "impact", "details": "The part is not built in.", "group_ids": ["G"]}]
    remediations = [
        {"category": "workaround", "details": "Close the port.", "product_ids": ["2.0"]},
        {
            "category": "vendor_fix",
            "details": "Install 2.1.",
            "date": "2030-05-11T00:00:00Z",
            "url": "https://supplier.example/2.1",
        },
    ]
    tree = {"product_groups": [{"group_id": "G", "product_ids": ["2.0"]}]}
    raw = a_csaf(
        gateways("2.0"), {"known_not_affected": ["2.0"]}, tree=tree, flags=flags, threats=threats, remediations=remediations
    )
    [claim] = claims(read(raw), CVE)
    assert (claim.vendor, claim.product, claim.versions, claim.status) == ("Example", "Gateway", "2.0", "known_not_affected")
    assert claim.justification == "vulnerable_code_not_present; The part is not built in."
    assert claim.action.splitlines() == [
        "vendor fix, 2030-05-11: Install 2.1. https://supplier.example/2.1",
        "workaround: Close the port.",
    ]
    assert (claim.source, f"{claim.stated_at:%Y-%m-%d}") == ("Example, EX-30-1", "2030-05-12")


def test_a_remark_on_another_product_is_not_shown():
    remediations = [{"category": "vendor_fix", "details": "Install 2.1.", "product_ids": ["2.1"]}]
    raw = a_csaf(gateways("2.0", "2.1"), {"known_affected": ["2.0"]}, remediations=remediations)
    assert [claim.action for claim in claims(read(raw))] == [""]


def test_a_vulnerability_without_cve_goes_by_its_own_id():
    raw = a_csaf(gateways("2.0"), {"known_affected": ["2.0"]}, cve=None, ids=[{"system_name": "Example", "text": "EXV-7"}])
    assert subjects(read(raw)) == ("EXV-7",)
    assert says(raw, "2.0").verdict is AFFECTED
    assert subjects(read(a_csaf(cve=None))) == ("EX-30-1#1",)


def test_service_packs_and_patch_levels_are_part_of_the_version():
    path = {"vendor": "Example", "product_name": "Gateway", "product_version": "2.0", "service_pack": "SP 1"}
    document = a_csaf([a_branch(path, "P")], {"known_affected": ["P"]})
    assert says(document, "2.0 SP 1").verdict is AFFECTED
    assert says(document, "2.0").verdict is UNKNOWN


def test_an_architecture_narrows_and_two_narrow_together():
    path = {"vendor": "Example", "product_name": "Gateway", "product_version": "2.0", "architecture": "arm64"}
    assert objects(a_csaf([a_branch(path, "P")], {"known_affected": ["P"]}))[0]["platforms"] == ["arm64"]
    document = a_csaf([a_branch(path | {"language": "German"}, "P")], {"known_not_affected": ["P"]})
    assert says(document, "2.0", platform="arm64").verdict is UNKNOWN


def test_not_affected_for_one_architecture_is_no_word_on_the_others():
    path = {"vendor": "Example", "product_name": "Gateway", "product_version": "2.0", "architecture": "arm64"}
    document = a_csaf([a_branch(path, "P")], {"known_not_affected": ["P"]})
    assert {says(document, "2.0", platform=platform).verdict for platform in ("", "x64")} == {UNKNOWN}


@pytest.mark.parametrize(
    ("version", "helper"), [("2.x model 35700B", {}), ("2.0 model 35700B", {}), ("2.0", {"model_numbers": ["35700B"]})]
)
def test_not_affected_of_one_model_is_no_word_on_the_others(version, helper):
    path = {"vendor": "Example", "product_name": "Gateway", "product_version": version}
    cleared = a_csaf([a_branch(path, "P", **helper)], {"known_not_affected": ["P"]})
    assert {says(cleared, "2.0", platform=platform).verdict for platform in ("", "windows 11")} == {UNKNOWN}
    assert says(a_csaf([a_branch(path, "P", **helper)], {"known_affected": ["P"]}), "2.0").verdict is AFFECTED  # ICSMA-22-251-01


def test_without_branches_a_cpe_or_a_package_url_names_the_product():
    cpe = a_product("C", "Example Gateway 2.0", cpe="cpe:2.3:h:example:gate_way:2.0:*:*:*:*:*:*:*")
    purl = a_product("P", "left", purl="pkg:npm/left-pad@1.3.0")
    document = a_csaf(tree={"full_product_names": [cpe, purl]}, status={"known_affected": ["C", "P"]})
    named = [(a["vendor"], a["product"], a["versions"][0]["version"]) for a in objects(document)]
    assert named == [("example", "gate way", "2.0"), ("Example", "left-pad", "1.3.0")]


def test_a_name_alone_is_the_product_of_a_publisher_that_is_a_vendor():
    tree = {"full_product_names": [a_product("A", "Gateway")]}
    assert says(a_csaf(tree=tree, status={"known_affected": ["A"]}), "1.0").verdict is AFFECTED
    coordinator = a_csaf(tree=tree, status={"known_affected": ["A"]}, publisher={"category": "coordinator"})
    assert objects(coordinator)[0]["vendor"] == ""


def test_the_package_urls_of_2_1_are_read():
    tree = {"full_product_names": [a_product("P", "left", purls=["pkg:npm/left-pad@1.3.0", "pkg:npm/left-pad@1.3.0?os=x"])]}
    assert objects(a_csaf(tree=tree, status={"known_affected": ["P"]}, version="2.1"))[0]["packageURL"] == "pkg:npm/left-pad"


@pytest.mark.parametrize("version", ["1.2", "3.0", None])
def test_another_version_of_the_standard_is_refused(version):
    with pytest.raises(BadInput, match="is not read"):
        read(a_csaf(version=version))
