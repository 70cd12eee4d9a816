"""Reading rules: each document is a rule that can run or is named with the reason, whatever the file holds."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wardround.core.hunts import read_rules
from wardround.core.sigma._documents import LARGEST_FILE

SEL = "sel:\n    a: 1\ncondition: sel"
LAUGHS = b"b0: &b0 [x]\n" + b"".join(b"b%d: &b%d [%s]\n" % (i, i, b", ".join([b"*b%d" % (i - 1)] * 9)) for i in range(1, 9))
MERGES = b"b0: &b0 {%s}\n" % b", ".join(b"k%d: 1" % i for i in range(101)) + b"b1: {<<: *b0}\n"
ID = "aaaaaaaa-0000-4000-8000-000000000001"


KEYS = ["sel", "condition", "a", "a|re", "a|cidr", "a|all", "a|contains", "|all", "a|exists", "a|gt"]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


def why(data: bytes) -> str:
    rules = read_rules([("folder/some_rule.yml", data)])
    assert rules.rules == ()
    return rules.broken[0].why


def test_a_rule_is_called_by_its_id_else_by_its_files_stem(a_rule: Callable[..., bytes]) -> None:
    nameless = a_rule(SEL).replace(f"id: {ID}\n".encode(), b"")
    rules = read_rules([("x/named.yml", a_rule(SEL)), ("x/nameless.yaml", nameless)]).rules
    assert sorted(rule.id for rule in rules) == [ID, "nameless"]


def test_an_odd_id_date_or_tag_is_no_reason_not_to_run(a_rule: Callable[..., bytes]) -> None:
    odd = a_rule(SEL, id="my rule 7") + b"date: yesterday\ntags: [whatever]\nreferences: none\n"
    assert [rule.id for rule in read_rules([("a.yml", odd)]).rules] == ["my rule 7"]


def test_several_rules_in_one_file(a_rule: Callable[..., bytes]) -> None:
    nameless = a_rule(SEL).replace(f"id: {ID}\n".encode(), b"")
    assert [rule.id for rule in read_rules([("two.yml", nameless + b"---\n" + nameless + b"---\n")]).rules] == ["two", "two#2"]


def test_two_rules_of_one_id_are_two_rules(a_rule: Callable[..., bytes]) -> None:
    rules = read_rules([("a.yml", a_rule(SEL)), ("b.yml", a_rule(SEL.replace("1", "2")))]).rules
    assert [rule.id for rule in rules] == [ID, f"{ID}#2"]


def test_a_shared_part_is_merged_into_the_rules_that_follow() -> None:
    text = b"""
action: global
title: Shared
logsource: {category: webserver}
detection: {condition: sel}
---
detection: {sel: {c-uri: one}}
---
detection: {sel: {c-uri: two}}
---
action: repeat
detection: {sel: {c-uri: three}}
"""
    rules = read_rules([("shared.yml", text)])
    assert rules.broken == ()
    assert [rule.id for rule in rules.rules] == ["shared", "shared#2", "shared#3"]
    assert [next(iter(rule.condition.test.pieces))[0] for rule in rules.rules] == ["one", "two", "three"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"title: [", "some_rule.yml:2: not YAML"),
        (b"\xff\xfe\x00", "not YAML"),
        (b"a: 1\na: 2", "some_rule.yml:2: not YAML: duplicate key 'a'"),
        (b"title: x\na:\n  <<: {a: 1}\n  <<: {b: 1}", "some_rule.yml:4: not YAML: duplicate key '<<'"),
        (b"title: x\nb: caf\xe9 \n", "some_rule.yml:2: not YAML"),
        (b"? [a]\n: b", "a key is text or a number"),
        (MERGES, "not YAML: merges too much"),
        (b"", "holds no rule"),
        (b"- a\n- b", "a mapping is expected"),
        (b"just text", "a mapping is expected"),
        (b"title: x", "must have a log source"),
        (b"title: x\nlogsource: {category: a}", "detection"),
        (b"title: x\nlogsource: {category: a}\ndetection: {sel: {a: 1}, condition: other}", "'other', which is not defined"),
        (b"title: x\nlogsource: {category: a}\ndetection: {sel: {a: 1}, condition: 'sel and'}", "not a valid Sigma rule"),
        (b"title: x\nlogsource: {category: a}\ndetection: {sel: {a: 1}, condition: 'sel | count() > 5'}", "correlations"),
        (b"title: x\nlogsource: {category: a}\ndetection: {sel: {'a|nosuch': 1}, condition: sel}", "Unknown modifier"),
        (b"title: x\nlogsource: {category: a}\ndetection: {sel: {'a|re': '('}, condition: sel}", "not a valid Sigma rule"),
        (b"title: x\nlogsource: {category: a}\ndetection: {sel: {'a|cidr': '192.0.2.1/24'}, condition: sel}", "CIDR"),
        (b"title: x\nlogsource: {category: a}\ndetection: {sel: {'a|expand': '%list%'}, condition: sel}", "%list%"),
        (b"title: x\nlogsource: {category: a}\nfilter: {rules: any}", "exactly one condition"),
        (LAUGHS, "laughs"),
        (b"a: &a [*a]", "Recursive"),
        (b"a: " + b"[" * 5000, "not"),
        (b"x" * (LARGEST_FILE + 1), "larger than"),
    ],
)
def test_what_is_no_rule_is_named_with_the_reason(data: bytes, reason: str) -> None:
    assert reason in why(data)


def test_a_broken_file_does_not_stop_the_others(a_rule: Callable[..., bytes]) -> None:
    rules = read_rules([("a.yml", b"title: ["), ("b.yml", a_rule(SEL))])
    assert (rules.given, [rule.id for rule in rules.rules], [b.id for b in rules.broken]) == (2, [ID], ["a"])


def test_a_broken_document_does_not_stop_the_others_of_its_file(a_rule: Callable[..., bytes]) -> None:
    text = b"---\n".join(
        [a_rule(SEL, id="one"), b"title: x\ntitle: y\n", a_rule(SEL, id="two"), b"title: [\n", a_rule(SEL, id="lost")]
    )
    rules = read_rules([("a.yml", text)])
    assert [rule.id for rule in rules.rules] == ["one", "two"]
    assert [problem.what for problem in rules.broken] == [
        "not YAML: duplicate key 'title'",
        "not YAML: did not find expected node content",
    ]
    assert rules.broken[0].line == len(a_rule(SEL).splitlines()) + 3


def test_mappings_are_merged_and_a_key_of_its_own_counts(hits: Callable[..., list[int]]) -> None:
    detection = "_shared: &shared {a: 1, b: 1}\nsel:\n    <<: *shared\n    b: 2\ncondition: sel"
    assert hits(detection, {"a": 1, "b": 2}, {"a": 1, "b": 1}, {"b": 2}) == [1]


def test_the_hash_depends_on_the_content_alone(a_rule: Callable[..., bytes]) -> None:
    one, two = ("a.yml", a_rule(SEL)), ("b.yml", a_rule(SEL.replace("1", "2")))
    assert read_rules([one, two]).sha256 == read_rules([two, one]).sha256
    assert read_rules([one]).sha256 != read_rules([two]).sha256


@settings(max_examples=80, deadline=None)
@given(ANYTHING)
def test_any_detection_is_a_rule_or_has_a_reason(detection: object) -> None:
    import yaml

    data = yaml.safe_dump({"title": "t", "logsource": {"category": "a"}, "detection": detection}).encode()
    rules = read_rules([("any.yml", data)])
    assert rules.given == 1
    assert all(broken.why for broken in rules.broken)


def hostile(detection: str) -> bytes:
    return f"title: x\nlogsource: {{category: a}}\ndetection:\n{detection}".encode()


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (hostile(f"  s: {{a: 1}}\n  condition: {'(' * 5000}s{')' * 5000}"), 5, "nested more than 100 deep"),
        (hostile(f"  s: {{a: 1}}\n  condition: {'not ' * 4000}s"), 5, "nested more than 100 deep"),
        (hostile(f"  s: {{a: 1}}\n  condition: {'s and ' * 9000}s"), 5, "longer than 20,000"),
        (hostile("  s: {a: 1}\n  condition: [s, {s: 1}]"), 5, "is no text"),
        (hostile("  s: {a: 1}\n  condition:\n    - s\n    - t\n"), 7, "names 't'"),
        (hostile("  s: {a: 1}\n  condition: []"), 5, "at least one condition"),
        (hostile(f"  {'a' * 900}: {{a: 1}}\n  condition: '1 of {'*a' * 60}b'"), 5, "chooses nothing"),
        (hostile(f"  s:\n    a{'|wide' * 40}: xxxx\n  condition: s"), 5, "more modifiers"),
        (hostile(f"  s:\n    a{'|base64offset' * 12}: xxxx\n  condition: s"), 5, "more modifiers"),
        (hostile(f"  s:\n    b: 1\n    a|re: '{'(a|b)*' * 5000}'\n  condition: s"), 6, "longer than 20,000"),
        (hostile("  s:\n    - b: 1\n    - c: 1\n      a|nosuch: 1\n  condition: s"), 7, "Unknown modifier"),
        (hostile("  s:\n    a: !!python/object/apply:os.system [ls]\n  condition: s"), 5, "not YAML"),
        (hostile("  s:\n    a: .inf\n  condition: s"), 5, "Invalid number"),
        (hostile("  s:\n    1: 2\n  condition: s"), 5, "not a valid Sigma rule"),
        (hostile(f"  s: {'[{a: ' * 300}1{'}]' * 300}\n  condition: s"), 4, "not a valid Sigma rule"),
        (b"title: x\nlogsource: 5\ndetection: {s: {a: 1}, condition: s}", 2, "logsource"),
        (b"title: x\nlogsource: {category: a}\ndetection: null", 3, "detection"),
        (b"title: x\ncorrelation: {type: [a], rules: {a: b}}", 2, "is not known"),
        (b"title: x\nlogsource: 5\nfilter: {rules: [1], condition: 1}", 3, "exactly one condition"),
        (b"title: x\naction: explode", 2, "'explode' is not known"),
    ],
)
def test_a_hostile_rule_is_refused_soon_and_with_its_line(data: bytes, line: int, reason: str) -> None:
    (problem,) = read_rules([("folder/bad.yml", data)]).broken
    assert (problem.file, problem.line) == ("folder/bad.yml", line)
    assert reason in problem.what
    assert problem.why == f"folder/bad.yml:{line}: {problem.what}"
    assert len(problem.why) < 500


def test_many_values_and_many_documents_end_soon() -> None:
    values = ", ".join(f"' -a{n} -b -c'" for n in range(3000))
    rules = read_rules(
        [
            ("list.yml", hostile(f"  s: {{a|windash: [{values}]}}\n  condition: s")),
            ("many.yml", b"---\n".join([b"title: x\n"] * 3000)),
        ]
    )
    assert (len(rules.rules), len(rules.broken)) == (1, 3000)
    assert rules.broken[-1].line == 5999


def test_a_rule_says_at_which_line_of_its_file_it_begins(a_rule: Callable[..., bytes]) -> None:
    one, two = a_rule(SEL), a_rule(SEL, id="two")
    rules = read_rules([("both.yml", one.rstrip() + b"\n---\n" + two.lstrip())]).rules
    assert [(rule.id, rule.line) for rule in rules] == [(ID, 1), ("two", len(one.rstrip().splitlines()) + 2)]
