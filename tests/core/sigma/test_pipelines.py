"""What an installation adds to rules: pySigma's processing pipelines, and values of placeholders."""

import pytest

from wardround.core.logs import Event, Kind
from wardround.core.sigma import Rule, RuleSet, holds, read_rules
from wardround.core.sigma._pipeline import preparation
from wardround.core.vocab import BadInput
from wardround.core.vocab._hunting import Reason

RULE = """
title: A rule
id: r
name: r
logsource: {category: process_creation, product: windows}
detection:
    sel: {Image|endswith: rar.exe}
    user: {User: kim}
    condition: sel and user
"""


def read(pipeline: str = "", *, rule: str = RULE, values: dict[str, list[str]] | None = None) -> RuleSet:
    pipelines = [("pipe.yml", f"name: p\npriority: 1\ntransformations:\n{pipeline}".encode())] if pipeline else []
    return read_rules([("r.yml", rule.encode())], prepared=preparation(pipelines=pipelines, values=values))


def holds_on(rule: Rule, **fields: str) -> bool:
    dotted = {name.replace("__", "."): (value,) for name, value in fields.items()}
    return holds(rule.condition, Event(1, time=None, kind=Kind("", "json"), fields=dotted, text=""))


def test_fields_are_renamed_one_to_one_and_one_to_many() -> None:
    (rule,) = read("- {id: m, type: field_name_mapping, mapping: {Image: process.executable, User: [user.name, user.id]}}").rules
    assert rule.fields == {"process.executable", "user.name", "user.id"}
    assert holds_on(rule, process__executable="rar.exe", user__id="kim")
    assert not holds_on(rule, Image="rar.exe", User="kim")


def test_a_prefix_stands_before_every_field() -> None:
    assert read("- {id: m, type: field_name_prefix, prefix: win.}").rules[0].fields == {"win.Image", "win.User"}


def test_a_condition_is_added_where_the_log_source_is_the_one_named() -> None:
    added = "- {id: c, type: add_condition, conditions: {EventID: 4688}, rule_conditions: [{type: logsource, product: PRODUCT}]}"
    assert read(added.replace("PRODUCT", "windows")).rules[0].fields == {"Image", "User", "EventID"}
    assert read(added.replace("PRODUCT", "linux")).rules[0].fields == {"Image", "User"}


def test_the_log_source_is_changed() -> None:
    (rule,) = read("- {id: l, type: change_logsource, category: webserver, product: nginx}").rules
    assert str(rule.logsource) == "nginx/webserver"


def test_a_dropped_item_leaves_the_rest() -> None:
    drop = "- {id: d, type: drop_detection_item, field_name_conditions: [{type: include_fields, fields: [FIELDS]}]}"
    (rule,) = read(drop.replace("FIELDS", "User")).rules
    assert rule.fields == {"Image"}
    (problem,) = read(drop.replace("FIELDS", "User, Image")).broken
    assert (problem.reason, problem.what) == (Reason.UNSUPPORTED, "nothing is left of its condition")


def test_a_pipeline_may_refuse_a_rule() -> None:
    assert "not here" in read("- {id: f, type: rule_failure, message: not here}").broken[0].what


def test_groups_of_correlations_follow_the_fields() -> None:
    together = "---\ntitle: T\ncorrelation: {type: event_count, rules: r, group-by: User, timespan: 5m, condition: {gte: 2}}\n"
    mapped = read("- {id: m, type: field_name_mapping, mapping: {User: user.name}}", rule=RULE + together)
    assert mapped.correlations[0].fields == {"r": {"User": ("user.name",)}}


@pytest.mark.parametrize(
    "pipeline", ["[", "just text", "transformations: [{type: nosuch}]", "transformations: [{type: field_name_mapping}]", "odd: 1"]
)
def test_what_is_no_pipeline_is_refused_by_name(pipeline: str) -> None:
    with pytest.raises(BadInput, match=r"pipe\.yml"):
        preparation(pipelines=[("pipe.yml", pipeline.encode())])


def test_the_hash_of_the_rules_depends_on_what_was_added() -> None:
    assert len({read().sha256, read("- {id: p, type: field_name_prefix, prefix: a}").sha256, read(values={"a": ["b"]}).sha256}) == 3


EXPAND = RULE.replace("User: kim", "User|expand: TEXT")


class TestPlaceholders:
    def test_the_values_given_are_alternatives_and_may_have_wildcards(self) -> None:
        (rule,) = read(rule=EXPAND.replace("TEXT", "'%admins%'"), values={"admins": ["adm_*", "root"]}).rules
        assert holds_on(rule, Image="rar.exe", User="ADM_KIM")
        assert holds_on(rule, Image="rar.exe", User="root")
        assert not holds_on(rule, Image="rar.exe", User="kim")

    def test_within_a_text(self) -> None:
        (rule,) = read(rule=EXPAND.replace("TEXT", r"'C:\%users%\x'"), values={"users": ["kim"]}).rules
        assert holds_on(rule, Image="rar.exe", User=r"c:\kim\x")

    def test_a_backslash_makes_a_plain_per_cent_sign(self) -> None:
        r"""The specification's example: `\%plain%name%` handles `%plain` as plain value and `%name%` as placeholder."""
        (rule,) = read(rule=EXPAND.replace("TEXT", r"'\%plain%name%'"), values={"name": ["kim"]}).rules
        assert holds_on(rule, Image="rar.exe", User="%plainkim")

    def test_without_values_the_rule_is_not_run_and_says_which_and_where(self) -> None:
        rules = read(rule=EXPAND.replace("TEXT", "'%admins%'"), values={"others": ["x"]})
        (miss,) = rules.broken
        assert (rules.given, miss.reason, miss.file, miss.line) == (1, Reason.UNSUPPORTED, "r.yml", 8)
        assert miss.what == "it needs a list of values that it does not bring: %admins%"

    def test_without_expand_per_cent_signs_are_text(self) -> None:
        assert holds_on(read(rule=RULE.replace("kim", "'%name%'")).rules[0], Image="rar.exe", User="%name%")

    def test_in_a_regular_expression(self) -> None:
        rule = RULE.replace("User: kim", "User|re|expand: '^(%names%)$'")
        (ready,) = read(rule=rule, values={"names": ["kim", "lee"]}).rules
        assert holds_on(ready, Image="rar.exe", User="lee")
