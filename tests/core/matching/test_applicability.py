"""`cpeApplicability` (CVE Record Format 5.1): trees with AND, OR and negate, in three values. No shared record has one."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.advisories import Advisory, Container
from wardround.core.matching import Answer, Overrides, Subject, decide
from wardround.core.names._configurations import names_of_applicability

DAY = datetime(2030, 5, 13, tzinfo=UTC)
GATEWAY = "cpe:2.3:a:example:gateway:*:*:*:*:*:*:*:*"
OTHER = "cpe:2.3:a:example:other:*:*:*:*:*:*:*:*"
WINDOWS = "cpe:2.3:o:microsoft:windows:-:*:*:*:*:*:*:*"


def a_match(criteria: str = GATEWAY, *, vulnerable: bool = True, **bounds: str) -> dict[str, Any]:
    """One `cpeMatch`; bounds as `from_`, `after`, `before` and `to`."""
    keys = {
        "from_": "versionStartIncluding",
        "after": "versionStartExcluding",
        "before": "versionEndExcluding",
        "to": "versionEndIncluding",
    }
    return {"vulnerable": vulnerable, "criteria": criteria} | {keys[k]: v for k, v in bounds.items()}


def a_node(*matches: Any, operator: str = "OR", negate: bool = False) -> dict[str, Any]:
    return {"operator": operator, "negate": negate, "cpeMatch": list(matches)}


def a_tree(*nodes: Any, operator: str = "OR", negate: bool = False) -> dict[str, Any]:
    return {"operator": operator, "negate": negate, "nodes": list(nodes)}


def says(*trees: Any, version: str = "1.5", platform: str = "", affected: Sequence[Any] = ()) -> Answer:
    container = Container("cna", "/containers/cna/affected", list(affected), applicability=trees)
    record = Advisory("CVE-2030-0001", "PUBLISHED", DAY, DAY, "", "", (container,), (), (), "an example", "")
    return decide(record, Subject(("example",), "gateway", version, "", platform), overrides=Overrides())


def verdict(*trees: Any, version: str = "1.5", platform: str = "") -> str:
    return says(*trees, version=version, platform=platform).verdict.value


# One name with its range.


@pytest.mark.parametrize(
    ("bounds", "affected", "not_affected", "unknown"),
    [
        ({"before": "2.0"}, ["0.1", "1.9"], ["2.0", "2.1"], ["", "beta"]),
        ({"to": "2.0"}, ["2.0"], ["2.0.1"], []),
        ({"from_": "1.0", "before": "2.0"}, ["1.0", "1.5"], ["2.0"], ["0.9"]),
        ({"after": "1.0", "before": "2.0"}, ["1.0.1"], ["1.0", "2.0"], ["0.9"]),
        ({"from_": "1.0"}, ["1.0", "99"], [], ["0.9"]),
        ({}, ["0.1", "99"], [], []),
    ],
)
def test_ranges(bounds: dict[str, str], affected: list[str], not_affected: list[str], unknown: list[str]) -> None:
    tree = a_tree(a_node(a_match(**bounds)))
    assert [verdict(tree, version=v) for v in affected] == ["affected"] * len(affected)
    assert [verdict(tree, version=v) for v in not_affected] == ["not_affected"] * len(not_affected)
    assert [verdict(tree, version=v) for v in unknown] == ["unknown"] * len(unknown)


def test_the_match_that_decided_is_named() -> None:
    answer = says(a_tree(a_node(a_match(OTHER), a_match(before="2.0"))))
    assert answer.decided_by == "CVE-2030-0001 /containers/cna/cpeApplicability/0/nodes/0/cpeMatch/1"


def test_past_the_end_is_the_convention_and_said() -> None:
    assert any("convention" in sentence for sentence in says(a_tree(a_node(a_match(before="1.0")))).assumed)


def test_between_two_ranges_is_unknown() -> None:
    tree = a_tree(a_node(a_match(before="1.4"), a_match(from_="1.6", before="2.0")))
    assert verdict(tree, version="1.5") == "unknown"
    assert verdict(tree, version="2.0") == "not_affected"


def test_a_version_in_the_name_is_that_version_alone() -> None:
    tree = a_tree(a_node(a_match("cpe:2.3:a:example:gateway:1.5:*:*:*:*:*:*:*")))
    assert (verdict(tree, version="1.5"), verdict(tree, version="1.6")) == ("affected", "unknown")


@pytest.mark.parametrize("attribute", [5, 6, 8, 9, 11])
def test_a_narrower_name_than_the_inventory_tells_is_unknown(attribute: int) -> None:
    """Update, edition, software edition, target software, other."""
    parts = ["cpe", "2.3", "a", "example", "gateway", "*", *["*"] * 7]
    parts[attribute + 1] = "special"
    assert verdict(a_tree(a_node(a_match(":".join(parts), before="2.0")))) == "unknown"


def test_a_processor_decides_where_it_is_known() -> None:
    tree = a_tree(a_node(a_match("cpe:2.3:a:example:gateway:*:*:*:*:*:*:x64:*", before="2.0")))
    assert verdict(tree, platform="x64-based systems") == "affected"
    assert verdict(tree) == "unknown"


# Conditions beside it.

ON_WINDOWS = a_tree(a_node(a_match(before="2.0")), a_node(a_match(WINDOWS, vulnerable=False)), operator="AND")


@pytest.mark.parametrize(
    ("platform", "expected"),
    [("", "unknown"), ("windows", "affected"), ("windows server 2019", "affected"), ("linux", "not_affected"), ("x64", "unknown")],
)
def test_and_with_a_platform(platform: str, expected: str) -> None:
    assert verdict(ON_WINDOWS, platform=platform) == expected


def test_and_is_false_where_one_side_is() -> None:
    assert verdict(ON_WINDOWS, version="2.0") == "not_affected"


def test_another_product_beside_it_is_open() -> None:
    tree = a_tree(a_node(a_match(before="2.0")), a_node(a_match(OTHER, vulnerable=False)), operator="AND")
    assert verdict(tree) == "unknown"
    assert verdict(tree, version="3.0") == "not_affected"


def test_android_is_no_other_system_than_linux() -> None:
    linux = "cpe:2.3:o:linux:linux_kernel:-:*:*:*:*:*:*:*"
    tree = a_tree(a_node(a_match(before="2.0")), a_node(a_match(linux, vulnerable=False)), operator="AND")
    assert verdict(tree, platform="android 14") == "unknown"


def test_what_is_only_a_condition_is_not_spoken_of() -> None:
    answer = says(a_tree(a_node(a_match(vulnerable=False)), a_node(a_match(OTHER)), operator="AND"))
    assert (answer.verdict.value, answer.reason) == ("unknown", "The record does not name this product.")


# Negation, several trees, and the objects before them.


def test_negate_swaps_and_leaves_open_what_is_open() -> None:
    tree = a_tree(a_node(a_match(before="2.0"), negate=True))
    assert (verdict(tree, version="1.5"), verdict(tree, version="2.5"), verdict(tree, version="")) == (
        "not_affected",
        "affected",
        "unknown",
    )


def test_affected_in_one_configuration_is_affected() -> None:
    assert verdict(a_tree(a_node(a_match(before="1.0"))), a_tree(a_node(a_match(before="2.0")))) == "affected"


def test_the_affected_objects_decide_first() -> None:
    own = {"vendor": "Example", "product": "Gateway", "defaultStatus": "unaffected", "versions": []}
    assert says(a_tree(a_node(a_match(before="2.0"))), affected=[own]).verdict.value == "not_affected"


def test_it_fills_in_where_they_give_no_decision() -> None:
    own = {"vendor": "Example", "product": "Gateway", "versions": [{"version": "n/a", "status": "affected"}]}
    assert says(a_tree(a_node(a_match(before="2.0"))), affected=[own]).verdict.value == "affected"
    unsure = says(a_tree(a_node(a_match(before="2.0"))), version="", affected=[own])
    assert unsure.decided_by.startswith("CVE-2030-0001 /containers/cna/affected/0")


def test_its_names_are_those_that_it_calls_vulnerable() -> None:
    assert list(names_of_applicability([ON_WINDOWS, a_tree(a_node(a_match(OTHER)))])) == [
        ("example", "gateway"),
        ("example", "other"),
    ]


def test_windows_goes_by_its_cpe_name() -> None:
    name = "cpe:2.3:o:microsoft:windows_10_22h2:*:*:*:*:*:*:*:*"
    container = Container(
        "cna", "/containers/cna/affected", [], applicability=[a_tree(a_node(a_match(name, before="10.0.19045.4412")))]
    )
    record = Advisory("CVE-2030-0001", "PUBLISHED", DAY, DAY, "", "", (container,), (), (), "an example", "")

    def asked(version: str) -> str:
        subject = Subject(("microsoft",), "windows 10 version 22h2", version)
        return decide(record, subject, overrides=Overrides()).verdict.value

    assert [asked(f"10.0.19045{end}") for end in (".4411", ".4412", "")] == ["affected", "not_affected", "unknown"]
    assert asked("10.0.19045.9999 or later") == "unknown"


# Bad input.


@pytest.mark.parametrize("trees", [[{}], [{"nodes": "x"}], [{"nodes": [7, None]}], [a_tree(a_node("x"))]])
def test_what_is_no_tree_says_nothing(trees: list[Any]) -> None:
    assert verdict(*trees) == "unknown"


def test_a_name_that_cannot_be_read_could_be_the_product() -> None:
    tree = a_tree(a_node(a_match("cpe:2.3:a:exa"), a_match(before="2.0")))
    assert (verdict(tree, version="1.5"), verdict(tree, version="2.5")) == ("affected", "not_evaluable")


def test_too_many_names_are_not_evaluable() -> None:
    assert verdict(a_tree(a_node(*[a_match(before="2.0")] * 5_001))) == "not_evaluable"


# Laws of Kleene's logic, over trees that name the product.

LEAVES = st.sampled_from([a_match(before="2.0"), a_match(before="1.0"), a_match(from_="1.6", before="2.0")])
NODES = st.builds(
    lambda matches, operator, negate: a_node(*matches, operator=operator, negate=negate),
    st.lists(LEAVES, min_size=1, max_size=3),
    st.sampled_from(["AND", "OR"]),
    st.booleans(),
)


@given(node=NODES, other=NODES)
def test_the_order_of_nodes_changes_nothing(node: dict[str, Any], other: dict[str, Any]) -> None:
    for operator in ("AND", "OR"):
        assert verdict(a_tree(node, other, operator=operator)) == verdict(a_tree(other, node, operator=operator))


@given(node=NODES)
def test_negating_twice_changes_nothing(node: dict[str, Any]) -> None:
    turned = node | {"negate": not node["negate"]}
    assert verdict(a_tree(turned, negate=True)) == verdict(a_tree(node))


@given(node=NODES, other=NODES)
def test_de_morgan(node: dict[str, Any], other: dict[str, Any]) -> None:
    turned = [one | {"negate": not one["negate"]} for one in (node, other)]
    assert verdict(a_tree(node, other, operator="AND", negate=True)) == verdict(a_tree(*turned, operator="OR"))


# Trees that nobody can execute: not evaluable, with the reason, in bounded time; and silent on all that they do not name.


def deep(levels: int, key: str) -> dict[str, Any]:
    """A node with the product, at the bottom of nodes within nodes."""
    node = a_node(a_match(before="2.0"))
    for _ in range(levels):
        node = {"operator": "OR", key: [node]}
    return {"nodes": [node]}


def ring() -> dict[str, Any]:
    """A node that holds itself, as no JSON can."""
    node = a_node(a_match(before="2.0"))
    node["children"] = [node]
    return {"nodes": [node]}


@pytest.mark.parametrize(
    ("tree", "why"),
    [
        (deep(1, "children"), "nodes within nodes"),
        (deep(10_000, "children"), "nodes within nodes"),
        (deep(10_000, "nodes"), "nodes within nodes"),
        (ring(), "more than 5,000 products"),
        (a_tree(a_node(*[a_match(OTHER)] * 100_000, a_match(before="2.0"))), "more than 5,000 products"),
        (a_tree(a_node(a_match(before="2.0")), *[{}] * 10_000), "more than 5,000 nodes"),
        (a_tree(a_node(a_match(before="2.0"), operator="XOR")), "joins its parts by XOR"),
        (a_tree(a_node(a_match(before="2.0")), operator="NOR"), "joins its parts by NOR"),
        (a_tree(a_node(a_match("cpe:2.3:a:example:gateway"))), "no CPE name"),
    ],
    ids=["children", "deep", "deep nodes", "ring", "endless", "empty nodes", "xor", "nor", "cut short"],
)
def test_what_cannot_be_executed_is_not_evaluable_and_says_so(tree: dict[str, Any], why: str) -> None:
    answer = says(tree)
    assert (answer.verdict.value, why in answer.reason) == ("not_evaluable", True)
    assert next(names_of_applicability([tree])) in (("example", "gateway"), ("example", "other"))


def test_a_name_that_is_none_could_be_any_product() -> None:
    assert verdict(a_tree(a_node(a_match("garbage")))) == "not_evaluable"


@pytest.mark.parametrize("criteria", ["cpe:2.3:a:example:gateway", "cpe:2.3:a:exam:ple:gateway:*:*:*:*:*:*:*:*", "garbage", None])
@pytest.mark.parametrize("versions", [[], [{"version": "n/a", "status": "affected"}]])
def test_a_name_that_is_none_is_not_evaluable_beside_an_object_that_decides_nothing(criteria: Any, versions: list[Any]) -> None:
    own = {"vendor": "Example", "product": "Gateway", "versions": versions}
    answer = says(a_tree(a_node(a_match(criteria))), affected=[own])
    assert (answer.verdict.value, "no CPE name" in answer.reason) == ("not_evaluable", True)


def test_a_tree_that_cannot_be_read_is_not_cleared_by_another() -> None:
    past, odd = a_tree(a_node(a_match(before="1.0"))), a_tree(a_node(a_match("cpe:2.3:a:exam:ple:gateway:*:*:*:*:*:*:*:*")))
    assert (verdict(past), verdict(past, odd)) == ("not_affected", "not_evaluable")
    assert verdict(past, a_tree(a_node(a_match("garbage", vulnerable=False)))) == "not_affected"


def test_what_the_objects_decide_needs_no_tree() -> None:
    own = {"vendor": "Example", "product": "Gateway", "versions": [{"version": "1.5", "status": "unaffected"}]}
    assert says(a_tree(a_node(a_match("garbage"))), affected=[own]).verdict.value == "not_affected"


def test_what_it_does_not_name_is_left_to_others() -> None:
    own = {"vendor": "Example", "product": "Gateway", "versions": [{"version": "n/a", "status": "affected"}]}
    tree = a_tree(a_node(a_match(OTHER), operator="XOR"))
    assert says(tree, affected=[own]).decided_by.startswith("CVE-2030-0001 /containers/cna/affected/0")


def test_a_node_and_its_tree_that_both_negate_cancel_out() -> None:
    tree = a_tree(a_node(a_match(before="2.0"), negate=True), negate=True)
    assert (verdict(tree, version="1.5"), verdict(tree, version="2.5"), verdict(tree, version="")) == (
        "affected",
        "not_affected",
        "unknown",
    )
