"""The rule of names, apart from any verdict."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest

from wardround.core.advisories import Advisory
from wardround.core.matching import Named, Overrides, match_all, names
from wardround.core.names import Aliases
from wardround.core.names._decision import decided
from wardround.core.vocab import Finding, Install

FEED = {
    "gateway": {"example": ("CVE-2030-0001", "CVE-2030-0002")},
    "portal": {"example": ("CVE-2030-0003",), "other": ("CVE-2030-0004",)},
    "endpoint manager": {"maker": ("CVE-2030-0005",)},
    "left-pad": {"acme": ("CVE-2030-0006",)},
    "maker studio": {"": ("CVE-2030-0007",), "maker": ("CVE-2030-0008",)},
    "scanner firmware": {"wp swings": ("CVE-2030-0011",)},
    "gift cards for shops": {"": ("CVE-2030-0012",), "maker": ("CVE-2030-0013",)},
    "storage authority (sa)": {"maker": ("CVE-2030-0014",)},
    "jenkins azure ad plugin": {"jenkins project": ("CVE-2030-0015",)},
    "toolbox": {"": ("CVE-2030-0009",), "other": ("CVE-2030-0010",)},
}


def of(product: str, vendor: str = "", **more: Any) -> Install:
    return Install(asset_id="a", product=product, version="1.0", vendor=vendor, **more)


def called(install: Install) -> Named | None:
    return names(install, naming=lambda product: FEED.get(product, {}))


@pytest.mark.parametrize(("product", "vendor"), [("Gateway", "Example"), ("  GATEWAY ", "example"), ("gateway", "EXAMPLE ")])
def test_vendor_and_product_are_equal_case_and_spacing_aside(product: str, vendor: str) -> None:
    assert called(of(product, vendor)) == Named("gateway", ("example",), ("CVE-2030-0001", "CVE-2030-0002"))


@pytest.mark.parametrize(
    ("product", "vendor"),
    [("Gateway", "Another"), ("Gateway 2", "Example"), ("Gate way", "Example"), ("Other Gateway", ""), ("", "")],
)
def test_nothing_less_than_equal_is_a_match(product: str, vendor: str) -> None:
    assert called(of(product, vendor)) is None


def test_without_a_vendor_a_single_one_in_the_feeds_counts() -> None:
    assert called(of("Gateway")) == called(of("Gateway", "Example")) == called(of("Gateway", "n/a"))


def test_without_a_vendor_several_are_ambiguous() -> None:
    found = called(of("Portal"))
    assert found == Named("portal", ("example", "other"), ("CVE-2030-0003", "CVE-2030-0004"))
    assert found.ambiguous


@pytest.mark.parametrize("vendor", ["", "Maker", "The Maker, Inc."])
def test_a_record_that_states_no_vendor_speaks_of_the_product_that_bears_its_vendors_name(vendor: str) -> None:
    found = called(of("Maker Studio", vendor))
    assert found
    assert (found.ambiguous, set(found.cves), ("", "maker studio") in found.also) == (
        False,
        {"CVE-2030-0007", "CVE-2030-0008"},
        True,
    )


def test_of_a_name_that_anybody_could_give_it_may_be_another() -> None:
    alone, stated = called(of("Toolbox")), called(of("Toolbox", "Other"))
    assert alone
    assert stated
    assert (alone.ambiguous, stated.cves) == (True, ("CVE-2030-0010",))


def test_a_vendor_may_stand_in_the_products_name() -> None:
    assert called(of("Example Gateway")) == called(of("Gateway", "Example"))


def test_initials_may_stand_behind_the_name_in_records() -> None:
    found = called(of("Storage Authority", "Maker"))
    assert found
    assert found.cves == ("CVE-2030-0014",)


def test_a_long_name_is_the_one_vendors_that_is_known() -> None:
    found = called(of("Gift Cards for Shops"))
    assert found
    assert (found.ambiguous, set(found.cves)) == (False, {"CVE-2030-0012", "CVE-2030-0013"})


@pytest.mark.parametrize(
    ("product", "vendor"), [("Scanner", "WP Swings"), ("Scanner Firmware", "WPSwings"), ("Scanner", "wp-swings")]
)
def test_the_word_for_its_kind_and_what_is_between_a_vendors_letters_are_passed_over(product: str, vendor: str) -> None:
    found = called(of(product, vendor))
    assert found
    assert found.cves == ("CVE-2030-0011",)


@pytest.mark.parametrize("product", ["Azure AD", "Azure AD Plugin", "Jenkins Azure AD Plugin"])
def test_a_plugin_of_jenkins_is_one_without_the_word_too(product: str) -> None:
    found = called(of(product, "Jenkins"))
    assert found
    assert found.cves == ("CVE-2030-0015",)


@pytest.mark.parametrize(
    "cpe",
    [
        "cpe:2.3:a:maker:endpoint_manager:1.0:*:*:*:*:*:*:*",
        "cpe:/a:maker:endpoint_manager:1.0",
        r"cpe:2.3:a:maker:endpoint\_manager:*",
    ],
)
def test_a_cpe_supplies_vendor_and_product(cpe: str) -> None:
    found = called(of("EPM", cpe=cpe))
    assert found
    assert (found.vendors, found.product) == (("maker",), "endpoint manager")


def test_a_cpe_settles_which_vendor_is_meant() -> None:
    found = called(of("Portal", cpe="cpe:2.3:a:other:portal:1.0:*:*:*:*:*:*:*"))
    assert found
    assert found.vendors == ("other",)


@pytest.mark.parametrize("purl", ["pkg:npm/acme/left-pad@1.0", "pkg:npm/Acme/left%2Dpad@1.0?arch=x#sub"])
def test_a_package_url_supplies_them_where_no_vendor_is_stated(purl: str) -> None:
    found = called(of("pad", purl=purl))
    assert found
    assert found.vendors == ("acme",)
    assert called(of("pad", "someone", purl=purl)) is None


@pytest.mark.parametrize("odd", ["cpe:2.3", "cpe:2.3:a:*:*:*", "not a cpe", "cpe:/", "pkg:", "pkg:npm/x", "pkg:a/b/c%", "::::"])
def test_odd_names_name_nothing(odd: str) -> None:
    assert called(of("nothing", cpe=odd, purl=odd)) is None


Build = Callable[..., dict[str, Any]]
MakeRecord = Callable[..., Advisory]


def findings(records: Sequence[Advisory], *installs: Install) -> list[Finding]:
    return list(match_all(records, installs=installs, overrides=Overrides()))


def test_several_vendors_give_unknown_for_each_record(a_record: MakeRecord, an_object: Build) -> None:
    one = a_record([an_object(default="affected")], cve="CVE-2030-0001")
    other = a_record([an_object(default="affected") | {"vendor": "Other"}], cve="CVE-2030-0002")
    found = findings([one, other], of("Gateway"))
    assert [(f.cve, f.verdict.value) for f in found] == [("CVE-2030-0001", "unknown"), ("CVE-2030-0002", "unknown")]
    assert "Several vendors" in found[0].reason


def test_a_second_spelling_of_the_vendor_in_the_same_record_is_no_second_vendor(a_record: MakeRecord, an_object: Build) -> None:
    own = an_object(default="affected") | {"vendor": "Example Ltd.", "cpes": ["cpe:2.3:a:example:gateway:*:*:*:*:*:*:*:*"]}
    again = an_object(default="unknown") | {"vendor": "example_ltd"}
    (finding,) = findings([a_record([own], [again])], of("Gateway"))
    assert finding.verdict == "affected"


def test_a_record_that_names_no_install_gives_no_finding(a_record: MakeRecord, an_object: Build) -> None:
    assert findings([a_record([an_object(default="affected")])], of("Something else")) == []


def test_each_distinct_pair_is_decided_once_and_spread(
    a_record: MakeRecord, an_object: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    import wardround.core.matching._match as seam

    asked, real = [], seam.decide
    monkeypatch.setattr(seam, "decide", lambda *args, **kwargs: asked.append(args[1]) or real(*args, **kwargs))
    found = findings([a_record([an_object(default="affected")])], *[of("Gateway", "Example")] * 500, of(" gateway", "EXAMPLE"))
    assert (len(found), len(asked)) == (501, 1)


@pytest.mark.parametrize(
    ("purl", "feed"),
    [
        ("pkg:pypi/elasticsearch@8.13.5", {"elasticsearch": {"elastic": ("CVE-2030-0001",)}}),
        ("pkg:npm/nginx@2.0.0", {"nginx": {"f5": ("CVE-2030-0001",)}, "nginx open source": {"f5": ("CVE-2030-0001",)}}),
        ("pkg:pypi/redis@5.0.0", {"redis": {"redis": ("CVE-2030-0001",)}}),
        ("pkg:npm/chrome@0.1.0", {"chrome": {"google": ("CVE-2030-0001",)}}),
    ],
)
def test_a_package_that_bears_a_programs_name_is_not_the_program(purl: str, feed: Any) -> None:
    """The Python client 8.13.5 is past the server's fix in 8.13.3, and redis 5.0.0 below it: neither is said of them."""
    product = purl.partition("/")[2].partition("@")[0]
    assert names(of(product, purl=purl), naming=lambda key: feed.get(key, {}), aliases=Aliases.load()) is None
    assert names(of(product), naming=lambda key: feed.get(key, {}), aliases=Aliases.load()) is not None


def test_what_a_person_refused_is_not_taken_by_the_products_name_alone() -> None:
    refused = decided(
        "Portal",
        vendor="",
        to=[("other", "portal")],
        same=False,
        author="A person (fictitious)",
        on=date(2030, 5, 13),
        source="the register",
        reason="another maker's",
    )
    found = names(of("Portal"), naming=lambda product: FEED.get(product, {}), aliases=Aliases((refused,)))
    assert found
    assert (found.vendors, found.cves) == (("example",), ("CVE-2030-0003",))
