"""Filters (Sigma filters specification 2.1): what they take out of which rules."""

import pytest

from wardround.core.logs import Event, Kind
from wardround.core.sigma import RuleSet, holds, read_rules

RULE = """
title: Rule {id}
id: {id}
name: named_{id}
logsource: {{category: process_creation, product: windows}}
detection: {{sel: {{Image|endswith: rar.exe}}, condition: sel}}
"""
FILTER = """
title: Filter Administrator account
logsource: {{category: process_creation, product: windows}}
filter:
    rules: {rules}
    selection: {{User|startswith: adm_}}
    condition: {condition}
"""


def read(*, rules: str = "[one]", condition: str = "selection", change: tuple[str, str] = ("", "")) -> RuleSet:
    text = RULE.format(id="one") + "---" + RULE.format(id="two")
    given = FILTER.format(rules=rules, condition=condition).replace(*change)
    return read_rules([("rules.yml", text.encode()), ("filter.yml", given.encode())])


def hit(rules: RuleSet, user: str) -> list[str]:
    event = Event(1, time=None, kind=Kind("", "json"), fields={"Image": (r"C:\rar.exe",), "User": (user,)}, text="")
    return [rule.id for rule in rules.rules if holds(rule.condition, event)]


@pytest.mark.parametrize(
    "condition", ["selection", "not selection", "1 of sel*", "not 1 of sel*", "not selection and not selection"]
)
def test_what_is_filtered_is_left_out_whether_it_or_its_opposite_is_stated(condition: str) -> None:
    """The specification's example says `condition: selection`, pySigma's documentation `condition: not selection`."""
    rules = read(condition=condition)
    assert rules.broken == ()
    assert hit(rules, "adm_kim") == ["two"]
    assert hit(rules, "kim") == ["one", "two"]


@pytest.mark.parametrize("condition", ["selection", "not selection"])
def test_what_a_selection_says_by_neq_is_described_and_not_negated(condition: str) -> None:
    rules = read(condition=condition, change=("User|startswith: adm_", "User|neq: adm"))
    assert hit(rules, "adm") == ["one", "two"]
    assert hit(rules, "kim") == ["two"]


@pytest.mark.parametrize(
    ("rules", "left"), [("[one]", ["two"]), ("[named_two]", ["one"]), ("any", []), ("[]", []), ("[one, named_two, unknown]", [])]
)
def test_a_filter_is_for_rules_by_id_or_name_or_for_any(rules: str, left: list[str]) -> None:
    assert hit(read(rules=rules), "adm_kim") == left


def test_a_filter_is_no_rule_given_and_its_fields_are_the_rules() -> None:
    rules = read()
    assert (rules.given, rules.filters) == (2, 1)
    assert rules.rules[0].fields == {"Image", "User"}


@pytest.mark.parametrize(
    ("change", "line", "what"),
    [
        (("product: windows", "product: linux"), 5, "none of the rules given"),
        (("[one]", "[unknown]"), 5, "none of the rules given"),
        (("    rules: [one]\n", ""), 4, "names the rules that it is for"),
        (("condition: selection", "condition: other"), 7, "'other', which is not defined"),
        (("User|startswith", "User|nosuch"), 6, "Unknown modifier"),
        (("logsource: {category: process_creation, product: windows}\n", ""), 2, "logsource"),
    ],
)
def test_a_filter_that_changes_nothing_is_named_with_its_line(change: tuple[str, str], line: int, what: str) -> None:
    rules = read(change=change)
    (problem,) = rules.broken
    assert (problem.file, problem.line) == ("filter.yml", line)
    assert what in problem.what
    assert hit(rules, "adm_kim") == ["one", "two"]


def test_both_fields_that_a_filter_compares_are_the_rules() -> None:
    rules = read(change=("User|startswith: adm_", "User|fieldref: ParentUser"))
    assert rules.rules[0].fields == {"Image", "User", "ParentUser"}
