"""The `cpes` of an `affected` object narrow it to variants of its product, in three values (NIST IR 7696; FACTS 9)."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from wardround.core.advisories import Advisory, Container
from wardround.core.matching import Answer, Overrides, Subject, decide, match, match_all
from wardround.core.matching._bulk import CODES, verdicts
from wardround.core.matching._match import subject_of
from wardround.core.names._variant import variant_of_cpe
from wardround.core.vocab import Install


def a_cpe(version: str = "-", update: str = "*", sw_edition: str = "*", target_sw: str = "*", target_hw: str = "*") -> str:
    return f"cpe:2.3:a:example:gateway:{version}:{update}:*:*:{sw_edition}:{target_sw}:{target_hw}:*"


def narrowed(an_object: Callable[..., dict[str, Any]], *cpes: str, fixed: str = "2.0", default: str | None = "unaffected") -> Any:
    """Affected before `fixed`, for these CPE names only."""
    return an_object({"version": "0", "lessThan": fixed, "versionType": "semver"}, default=default, cpes=list(cpes))


@pytest.fixture
def on(a_record: Callable[..., Advisory]) -> Callable[..., Answer]:
    """What a record of these objects says of a version on a variant, given by its CPE name."""

    def answer(*objects: Any, version: str = "1.5", cpe: str = "", platform: str = "", scheme: str = "") -> Answer:
        subject = Subject(("example",), "gateway", version, scheme, platform, variant=variant_of_cpe(cpe))
        record = a_record(list(objects))
        found = decide(record, subject, overrides=Overrides())
        assert CODES[verdicts(record, [subject], overrides=Overrides())[0]] == found.verdict
        return found

    return answer


@pytest.mark.parametrize("attribute", ["update", "sw_edition", "target_sw", "target_hw"])
def test_each_attribute_narrows(on: Any, an_object: Any, attribute: str) -> None:
    one = narrowed(an_object, a_cpe(**{attribute: "special"}))
    assert on(one, cpe=a_cpe("*", **{attribute: "special"})).verdict.value == "affected"
    other = on(one, cpe=a_cpe("*", **{attribute: "plain"}))
    assert (other.verdict.value, "speaks only of" in other.reason) == ("unknown", True)


def test_the_default_of_another_variant_goes_with_it(on: Any, an_object: Any) -> None:
    """The fix for WordPress clears nothing of the plug-in for Joomla."""
    one = narrowed(an_object, a_cpe(target_sw="wordpress"))
    assert on(one, version="2.5", cpe=a_cpe("*", target_sw="wordpress")).verdict.value == "not_affected"
    assert on(one, version="2.5", cpe=a_cpe("*", target_sw="joomla\\!")).verdict.value == "unknown"


def test_a_variant_that_is_not_stated_is_assumed(on: Any, an_object: Any) -> None:
    answer = on(narrowed(an_object, a_cpe(target_sw="wordpress")))
    assert answer.verdict.value == "affected"
    assert any("target_sw wordpress" in sentence for sentence in answer.assumed)


def test_where_the_variants_disagree_an_unstated_one_is_unknown(on: Any, an_object: Any) -> None:
    community, enterprise = (
        narrowed(an_object, a_cpe(sw_edition=edition), fixed=fixed)
        for edition, fixed in (("community", "1.0"), ("enterprise", "2.0"))
    )
    answer = on(community, enterprise)
    assert (answer.verdict.value, "sw_edition" in answer.reason) == ("unknown", True)
    assert on(community, enterprise, version="0.5").verdict.value == "affected"
    assert on(community, enterprise, cpe=a_cpe("*", sw_edition="community")).verdict.value == "not_affected"
    assert on(community, enterprise, cpe=a_cpe("*", sw_edition="enterprise")).verdict.value == "affected"


def test_an_object_on_the_whole_product_stands_beside(on: Any, an_object: Any) -> None:
    whole, mobile = narrowed(an_object, fixed="1.0"), narrowed(an_object, a_cpe(target_sw="android"), fixed="2.0")
    assert on(whole, mobile, version="1.5").verdict.value == "unknown"
    assert on(whole, mobile, version="1.5", platform="windows 11").verdict.value == "not_affected"
    assert on(whole, mobile, version="1.5", platform="android 14").verdict.value == "affected"
    agreed = on(whole, mobile, version="0.5")
    assert (agreed.verdict.value, any("taken to be that" in sentence for sentence in agreed.assumed)) == ("affected", False)


def test_what_is_silent_contradicts_no_affected_and_clears_nothing(on: Any, an_object: Any) -> None:
    silent = an_object({"version": "n/a"})
    assert on(silent, narrowed(an_object, a_cpe(target_sw="wordpress"))).verdict.value == "affected"
    assert on(silent, narrowed(an_object, a_cpe(target_sw="wordpress"), fixed="1.0")).verdict.value == "unknown"


def test_having_none_narrows_only_against_a_stated_value(on: Any, an_object: Any) -> None:
    one = narrowed(an_object, a_cpe(sw_edition="-"))
    plain = on(one)
    assert (plain.verdict.value, plain.assumed) == ("affected", ())
    assert on(one, cpe=a_cpe("*", sw_edition="enterprise")).verdict.value == "unknown"


def test_builds_for_processors_need_no_word(on: Any, an_object: Any) -> None:
    answer = on(narrowed(an_object, a_cpe(target_hw="x64")))
    assert (answer.verdict.value, answer.assumed) == ("affected", ())


@pytest.mark.parametrize(("scheme", "expected"), [("npm", "affected"), ("pypi", "unknown")])
def test_a_package_runs_in_the_software_of_its_registry(on: Any, an_object: Any, scheme: str, expected: str) -> None:
    one = narrowed(an_object, a_cpe(target_sw="node.js"))
    assert on(one, scheme=scheme).verdict.value == expected


@pytest.mark.parametrize(("platform", "expected"), [("linux", "unknown"), ("windows server 2019", "affected"), ("x64", "affected")])
def test_an_operating_system_is_told_by_the_platform(on: Any, an_object: Any, platform: str, expected: str) -> None:
    assert on(narrowed(an_object, a_cpe(target_sw="windows")), platform=platform).verdict.value == expected


# Updates: `update` belongs to the version beside it.


def test_an_update_counts_for_its_own_version_only(on: Any, an_object: Any) -> None:
    one = narrowed(an_object, a_cpe("1\\.5", update="sp1"))
    assert on(one, version="1.5", cpe=a_cpe("1\\.5", update="sp2")).verdict.value == "unknown"
    assert on(one, version="1.4", cpe=a_cpe("1\\.4", update="sp2")).verdict.value == "affected"


def test_another_update_is_never_cleared_by_an_object_that_does_not_speak_of_it(on: Any, an_object: Any) -> None:
    first, rest = narrowed(an_object, a_cpe("1\\.5", update="sp1")), narrowed(an_object, fixed="1.0")
    answer = on(first, rest, cpe=a_cpe("1\\.5", update="sp2"))
    assert (answer.verdict.value, "another update" in answer.reason) == ("unknown", True)


# What narrows nothing.


@pytest.mark.parametrize(
    "more",
    [
        "cpe:2.3:a:example:gateway:1.0:*:*:*:*:*:*:*",  # the whole product
        "cpe:2.3:x:example:gateway:*:*:*:*:*:joomla:*:*",  # a part that is none
        "cpe:2.3:a:example:gateway:*:*:*:*:*:*:*:*:*:*",  # too many parts
        "cpe:2.3:a:*:*:*:*:*:*:*:joomla:*:*",  # no product
        "garbage",
        None,
    ],
)
def test_one_name_of_the_whole_product_or_one_that_cannot_be_read_narrows_nothing(on: Any, an_object: Any, more: Any) -> None:
    one = narrowed(an_object, a_cpe(target_sw="wordpress"), more)
    assert on(one, cpe=a_cpe("*", target_sw="drupal")).verdict.value == "affected"


@pytest.mark.parametrize(
    "odd", ["cpe:2.3:a:example:gateway:*:*:*:*:*:*:*:*:*:*", "cpe:2.3:x:example:gateway:*", "garbage", None, 7]
)
@pytest.mark.parametrize("default", ["unaffected", None])
def test_what_a_name_that_is_none_narrows_clears_nothing(on: Any, an_object: Any, odd: Any, default: str | None) -> None:
    """As CVE-2024-39744: `cpe:2.3:a:ibm:sterling_connect:direct:6.0.0.0:...` has one part too many."""
    one = narrowed(an_object, odd, default=default)
    assert (on(one).verdict.value, on(one, version="2.5").verdict.value) == ("affected", "not_evaluable")
    assert "no CPE name" in on(one, version="2.5").reason
    assert on(one, narrowed(an_object, fixed="3.0"), version="2.5").verdict.value == "affected"


def test_a_name_cut_short_after_its_product_narrows_nothing_and_is_one(on: Any, an_object: Any) -> None:
    assert on(narrowed(an_object, "cpe:2.3:a:example:gateway"), version="2.5").verdict.value == "not_affected"


def test_more_names_than_are_read_narrow_nothing(on: Any, an_object: Any) -> None:
    one = narrowed(an_object, *[a_cpe(target_sw=f"software_{n}") for n in range(1_001)])
    assert on(one, cpe=a_cpe("*", target_sw="drupal")).verdict.value == "affected"


# The install's own CPE name.


@pytest.mark.parametrize(
    ("cpe", "version"),
    [
        ("cpe:2.3:a:example:gateway:1.5:*:*:*:*:*:*:*", "1.5"),
        ("cpe:/a:example:gateway:1.5", "1.5"),
        ("cpe:2.3:a:openbsd:openssh:8.9:p1:*:*:*:*:*:*", "8.9p1"),
        ("cpe:2.3:o:paloaltonetworks:pan-os:10.2.0:h1:*:*:*:*:*:*", "10.2.0-h1"),
        ("cpe:2.3:a:example:gateway:7.0:sp1:*:*:*:*:*:*", "7.0 sp1"),
        ("cpe:2.3:a:example:gateway:7.0:-:*:*:*:*:*:*", "7.0"),
        ("cpe:2.3:a:example:gateway:1.*:*:*:*:*:*:*:*", ""),
        ("cpe:2.3:a:example:gateway:-:*:*:*:*:*:*:*", ""),
        ("cpe:2.3:z:example:gateway:1.5:*:*:*:*:*:*:*", ""),
    ],
)
def test_it_gives_the_version_where_no_column_does(cpe: str, version: str) -> None:
    assert subject_of(Install("a", "Gateway", "", cpe=cpe)).version == version
    assert subject_of(Install("a", "Gateway", "3.1", cpe=cpe)).version == "3.1"


def test_an_install_with_a_broken_name_is_decided_by_its_words(a_record: Any, an_object: Any) -> None:
    record = a_record([narrowed(an_object)])
    install = Install("a", "Gateway", "1.5", vendor="Example", cpe="cpe:2.3:z:example:other:1:1")
    assert match(record, install, overrides=Overrides()).verdict.value == "affected"


def test_what_only_the_applicability_names_is_found_and_decided() -> None:
    criteria = "cpe:2.3:a:example:gateway:*:*:*:*:*:wordpress:*:*"
    tree = {"nodes": [{"operator": "OR", "cpeMatch": [{"vulnerable": True, "criteria": criteria, "versionEndExcluding": "2.0"}]}]}
    container = Container("cna", "/containers/cna/affected", [], applicability=[tree])
    day = datetime(2030, 5, 13, tzinfo=UTC)
    record = Advisory("CVE-1", "PUBLISHED", day, day, "", "", (container,), (), (), "an example", "")

    def asked(cpe: str, version: str = "1.5") -> str:
        (finding,) = match_all(
            [record], installs=[Install("a", "Gateway", version, vendor="Example", cpe=cpe)], overrides=Overrides()
        )
        return finding.verdict.value

    assert asked("cpe:2.3:a:example:gateway:1.5:*:*:*:*:wordpress:*:*") == "affected"
    assert asked("cpe:2.3:a:example:gateway:1.5:*:*:*:*:drupal:*:*") == "unknown"
    assert asked("") == "unknown"
    assert asked("cpe:2.3:a:example:gateway:1.5:*:*:*:*:wordpress:*:*", "") == "affected"
