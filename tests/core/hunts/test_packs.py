"""A pack is a folder whose own samples show what its rules hit, and that they are silent on ordinary use."""

from collections.abc import Callable
from pathlib import Path

import pytest

from wardround.core.hunts import Source, hunt, load_pack
from wardround.core.hunts._packs import bundled, bundled_folder, pack_in
from wardround.core.hunts._samples import run_samples
from wardround.core.vocab import BadInput

MANIFEST = """
name = "own"
version = "1"
title = "Ours"
needs = []
blind = ["All else."]
next_steps = []
[window]
margin_days = 10
[hit_means]
exploit = "Somebody tried."
"""
PHASE = b"wardround:\n    phase: exploit\n"
LOG = '203.0.113.7 - - [15/May/2025:03:12:44 +0100] "GET {} HTTP/1.1" 200 5 "-" "-"\n'
EXPECTED = """
[[sample]]
log = "bad.log"
what = "A door is tried."
hits = {door = [2]}

[[sample]]
log = "good.log"
"""


@pytest.fixture
def own(tmp_path: Path, a_rule: Callable[..., bytes]) -> Path:
    """A small pack of a person's own, which passes."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "pack.toml").write_text(MANIFEST)
    (tmp_path / "rules" / "door.yml").write_bytes(a_rule("sel:\n    c-uri|contains: /door\ncondition: sel") + PHASE)
    (tmp_path / "tests" / "expected.toml").write_text(EXPECTED)
    (tmp_path / "tests" / "bad.log").write_text(LOG.format("/") + LOG.format("/door"))
    (tmp_path / "tests" / "good.log").write_text(LOG.format("/window"))
    return tmp_path


def failures(folder: Path) -> list[str]:
    result = run_samples(pack_in(folder, where="own"), folder)
    told = [*result.problems, *(f"{one.log}: {failure}" for one in result.outcomes for failure in one.failures)]
    assert result.passed is not bool(told)
    return told


@pytest.mark.parametrize("name", bundled())
def test_every_bundled_pack_passes_its_own_tests(name: str) -> None:
    result = run_samples(load_pack(name), bundled_folder(name))
    assert [f"{one.log}: {failure}" for one in result.outcomes for failure in one.failures] == []
    assert result.problems == ()


@pytest.mark.parametrize("name", bundled())
def test_every_bundled_pack_says_what_it_needs_what_it_cannot_see_and_what_to_do(name: str) -> None:
    pack = load_pack(name)
    assert pack.name == name
    assert pack.needs
    assert pack.blind
    assert pack.next_steps
    assert {rule.phase for rule in pack.reported} == set(pack.hit_means)


@pytest.mark.parametrize("name", bundled())
def test_every_bundled_rule_names_where_its_facts_come_from(name: str) -> None:
    for file in bundled_folder(name).joinpath("rules").iterdir():
        assert "references:\n    - https://" in file.read_text(encoding="utf-8"), file.name


def test_no_two_bundled_rules_have_one_id() -> None:
    ids = [rule.id for name in bundled() for rule in (*load_pack(name).rules.rules, *load_pack(name).rules.correlations)]
    assert len(ids) == len(set(ids))


def test_a_pack_of_ones_own_passes(own: Path) -> None:
    assert failures(own) == []
    assert pack_in(own, where="own").rules.rules[0].file == "own/rules/door.yml"


def test_a_rule_that_misses_a_line_and_hits_another_is_named_with_both(own: Path) -> None:
    (own / "tests" / "bad.log").write_text(LOG.format("/door") + LOG.format("/"))
    assert failures(own) == [
        "bad.log: door did not hit line 2",
        "bad.log: door hit line 1, which was not expected",
    ]


def test_a_sample_without_hits_must_stay_silent(own: Path) -> None:
    (own / "tests" / "good.log").write_text(LOG.format("/doorbell"))
    assert failures(own) == ["good.log: door hit line 1, which was not expected"]


def test_lines_of_a_sample_that_are_not_understood_are_a_failure(own: Path) -> None:
    (own / "tests" / "good.log").write_text(LOG.format("/window") + "torn\n")
    assert failures(own) == ["good.log: 1 lines not understood"]


def test_a_rule_that_no_sample_hits_and_a_pack_without_a_silent_sample_fail(own: Path, a_rule: Callable[..., bytes]) -> None:
    other = a_rule("sel:\n    c-uri|contains: /x\ncondition: sel", id="aaaaaaaa-0000-4000-8000-000000000002")
    (own / "rules" / "other.yml").write_bytes(other + PHASE)
    (own / "tests" / "expected.toml").write_text(EXPECTED.split("\n\n")[0])
    assert failures(own) == [
        "other is hit by no sample",
        "no sample is without hits: nothing shows that the pack is silent on ordinary use",
    ]


def test_what_cannot_run_is_compared_where_it_is_stated(own: Path, a_rule: Callable[..., bytes]) -> None:
    status = a_rule(
        "sel:\n    sc-status: 200\n    c-uri|contains: /door\ncondition: sel", id="aaaaaaaa-0000-4000-8000-000000000002"
    )
    (own / "rules" / "given.yml").write_bytes(status + PHASE)
    (own / "tests" / "bare.log").write_text(LOG.format("/door").replace(' 200 5 "-" "-"', ""))
    expected = EXPECTED.replace("door = [2]", "door = [2], given = [2]")
    bare = '[[sample]]\nlog = "bare.log"\nhits = {door = [1]}\ncannot_run = '
    (own / "tests" / "expected.toml").write_text(expected + bare + '["given"]\n')
    assert failures(own) == []
    (own / "tests" / "expected.toml").write_text(expected + bare + "[]\n")
    assert failures(own) == ["bare.log: given could not run, which was not expected"]
    (own / "tests" / "expected.toml").write_text(expected + bare + '["given", "door"]\n')
    assert failures(own) == ["bare.log: door ran, which was not expected"]


@pytest.mark.parametrize("name", ["nothere.log", "../pack.toml", "/etc/hostname"])
def test_a_sample_is_a_file_of_the_pack(own: Path, name: str) -> None:
    (own / "tests" / "expected.toml").write_text(EXPECTED.replace("good.log", name))
    assert failures(own) == [f"{name}: there is no such file in tests: {name}"]


def test_rules_without_a_query_are_named_when_the_pack_has_queries(own: Path) -> None:
    (own / "queries").mkdir()
    (own / "queries" / "hunt.kql").write_text("// aaaaaaaa-0000-4000-8000-000000000001\n")
    assert failures(own) == ["no query (.spl) is for door"]


@pytest.mark.parametrize(
    ("expected", "what"),
    [
        ("", "not a list of samples"),
        ("sample = 3", "not a list of samples"),
        ('[[sample]]\nwhat = "x"', "sample 1 is not understood"),
        ('[[sample]]\nlog = "bad.log"\nhits = 3', "sample 1 is not understood"),
        ("[[sample", "not a list of samples"),
    ],
)
def test_expectations_that_cannot_be_read_are_refused(own: Path, expected: str, what: str) -> None:
    (own / "tests" / "expected.toml").write_text(expected)
    with pytest.raises(BadInput, match=what):
        failures(own)


def test_a_sample_that_names_no_rule_is_a_failure_beside_what_else_is_wrong(own: Path) -> None:
    (own / "rules" / "door.yml").write_text("title: [")
    torn, *_, named = failures(own)
    assert named == "bad.log: tests/expected.toml, sample 1: no rule of the pack that can run is called 'door'"
    assert torn.startswith("own/rules/door.yml:2: not YAML")


@pytest.mark.parametrize(
    ("was", "is_", "what"),
    [
        ("margin_days = 10", "margin_days = -1", "margin_days is a number of days"),
        ("margin_days = 10", 'margin_days = "30"', "margin_days is a number of days"),
        ("needs = [", 'needs = "x"\nodd = [', "needs is a list of texts"),
        ('title = "Ours"', "title = 5", "title is a text"),
        ("exploit = ", "exploit = 1\nodd = ", "hit_means.exploit is a text"),
    ],
)
def test_a_manifest_that_says_something_else_is_refused(own: Path, was: str, is_: str, what: str) -> None:
    assert was in MANIFEST
    (own / "pack.toml").write_text(MANIFEST.replace(was, is_))
    with pytest.raises(BadInput, match=what):
        failures(own)


def test_a_list_of_indicators_that_holds_none_is_named(own: Path) -> None:
    (own / "indicators").mkdir()
    (own / "indicators" / "list.csv").write_text("type,value\nip,999.1.1.1\n")
    assert failures(own) == ["own/indicators/list.csv:2: '999.1.1.1' is no ip"]


def test_a_pack_without_tests_is_no_pack_that_passes(own: Path) -> None:
    (own / "tests" / "expected.toml").unlink()
    with pytest.raises(BadInput, match="has no tests"):
        failures(own)


def test_a_broken_rule_is_named(own: Path) -> None:
    (own / "rules" / "torn.yml").write_text("title: [")
    (told,) = failures(own)
    assert told.startswith("own/rules/torn.yml:2: not YAML")


def test_a_manifest_must_say_what_a_hit_means(own: Path) -> None:
    (own / "pack.toml").write_text(MANIFEST.replace("exploit =", "after ="))
    with pytest.raises(BadInput, match="what a hit of phase exploit means"):
        failures(own)
    (own / "pack.toml").write_text(MANIFEST.replace('title = "Ours"', ""))
    with pytest.raises(BadInput, match="does not state 'title'"):
        failures(own)


def test_indicators_are_part_of_the_packs_hash_and_queries_are_not(own: Path) -> None:
    before = pack_in(own, where="own").sha256
    (own / "queries").mkdir()
    (own / "queries" / "hunt.kql").write_text("union *")
    assert pack_in(own, where="own").sha256 == before
    (own / "indicators").mkdir()
    (own / "indicators" / "addresses.csv").write_text("type,value\nip,203.0.113.9\n")
    pack = pack_in(own, where="own")
    assert pack.sha256 != before
    assert pack.indicators == (("own/indicators/addresses.csv", b"type,value\nip,203.0.113.9\n"),)


@pytest.mark.parametrize("name", bundled())
@pytest.mark.parametrize(
    "filler", ["?format=", "&format=(", "/api/v1/license/keys-status/", "/mifs/appstore/fob;", "/../api/v1", "mi_user_", "?k"]
)
def test_no_request_is_long_enough_to_stop_a_rule(
    name: str, filler: str, a_log: Callable[..., Source], line: Callable[..., str]
) -> None:
    """A rule that is stopped sees nothing more of the log: no client may have that in its hand."""
    long = line("/mifs/featureusage/fobstore?k=" + filler * (64_000 // len(filler)))
    assert [
        why for run in hunt([a_log(long)], rules=load_pack(name).rules).runs for why in run.could_not if "took" in why.why
    ] == []


def test_the_packs_own_indicators_are_looked_for_in_its_samples(own: Path) -> None:
    (own / "indicators").mkdir()
    (own / "indicators" / "addresses.txt").write_text("198.51.100.9\nnot one of them\n")
    (own / "tests" / "bad.log").write_text(LOG.format("/") + LOG.format("/door").replace("203.0.113.7", "198.51.100.9"))
    assert failures(own) == [
        "own/indicators/addresses.txt:2: 'not one of them' is no hash, address, network, domain, URL, path or user agent",
        "bad.log: indicator:ip:198.51.100.9 hit line 2, which was not expected",
    ]
    (own / "indicators" / "addresses.txt").write_text("198.51.100.9\n")
    hits = 'hits = {door = [2], "indicator:ip:198.51.100.9" = [2]}'
    (own / "tests" / "expected.toml").write_text(EXPECTED.replace("hits = {door = [2]}", hits))
    assert failures(own) == []
