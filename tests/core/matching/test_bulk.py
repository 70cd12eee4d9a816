"""One record against many subjects at once says what `decide` says one by one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wardround.core.matching import Overrides, Subject, decide
from wardround.core.matching._bulk import CODES, Ranked, verdicts
from wardround.core.vocab import Verdict

Build = Callable[..., Any]
GATEWAY = Subject(("example",), "gateway", "")

number = st.sampled_from(["0", "1", "2", "3", "10"])
plain = st.lists(number, min_size=1, max_size=4).map(".".join)
version = st.one_of(plain, plain.map("v{}".format), st.sampled_from(["", "n/a", "R7", "1.0-rc1", "2.x", "a01b2c3d4e5f", "1.2-1"]))
words = st.sampled_from(
    ["", "*", "n/a", "0", "R7", "2.x", "1.*", "1.2.*", "< 2.0", "1.0 to 2.1", "prior to 2", "before R7", "1.0-rc1"]
)
bound = st.one_of(plain, words)
status = st.sampled_from(["affected", "unaffected", "unknown"])
kind = st.sampled_from(["semver", "custom", "git", "rpm", "maven", "", "release"])
change = st.fixed_dictionaries({"at": bound, "status": status})
row = st.fixed_dictionaries(
    {"version": bound, "status": status},
    optional={"lessThan": bound, "lessThanOrEqual": bound, "versionType": kind, "changes": st.lists(change, max_size=2)},
)
thing = st.fixed_dictionaries(
    {"vendor": st.just("Example"), "product": st.just("Gateway"), "versions": st.lists(row, max_size=3)},
    optional={"defaultStatus": status, "platforms": st.lists(st.sampled_from(["Windows", "Linux", "x64"]), min_size=1, max_size=2)},
)


@settings(max_examples=700, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.lists(thing, max_size=2),
    second=st.lists(thing, max_size=1),
    versions=st.lists(version, max_size=12, unique=True),
    platform=st.sampled_from(["", "windows"]),
)
def test_it_equals_decide_pair_by_pair(a_record: Build, first: Any, second: Any, versions: list[str], platform: str) -> None:
    record = a_record(first, second)
    subjects = [replace(GATEWAY, version=v, platform=p) for v in versions for p in {"", platform}]
    one_by_one = [decide(record, subject, overrides=Overrides()).verdict for subject in subjects]
    assert [CODES[code] for code in verdicts(record, subjects, overrides=Overrides())] == one_by_one


more_versions = st.sampled_from(["see asset tag", "1.x", "2.x", "1.0-rc1", "1.0-rc2", "R8", "12L", "1.0.0.0.1", "v1.0", "unknown"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    records=st.lists(st.tuples(st.lists(thing, max_size=2), st.lists(thing, max_size=1)), min_size=2, max_size=5),
    versions=st.lists(st.one_of(version, more_versions), max_size=12, unique=True),
)
def test_what_one_record_said_holds_for_others_only_where_they_say_the_same(
    a_record: Build, records: list[Any], versions: list[str]
) -> None:
    ranked = Ranked(replace(GATEWAY, version=v) for v in versions)
    for first, second in [*records, *records]:
        record = a_record(first, second)
        one_by_one = [decide(record, subject, overrides=Overrides()).verdict for subject in ranked.subjects]
        assert [CODES[code] for code in verdicts(record, ranked, overrides=Overrides())] == one_by_one


def test_records_that_say_the_same_are_decided_once(a_record: Build, an_object: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    from wardround.core.matching import _bulk

    asked: list[str] = []
    alike = _bulk.alike
    monkeypatch.setattr(_bulk, "alike", lambda record, *by, **more: asked.append(record.advisory.cve) or alike(record, *by, **more))
    ranked = Ranked(replace(GATEWAY, version=v) for v in ("1.0", "3.0", "", "see asset tag", "1.x", "unknown"))
    for number in range(5):
        said = an_object({"version": "0", "lessThan": "2.0"}, default="unaffected", programFiles=[f"file-{number}.c"])
        assert list(verdicts(a_record([said], cve=f"CVE-2030-000{number}"), ranked, overrides=Overrides())) == [3, 0, 1, 1, 1, 1]
    assert asked == ["CVE-2030-0000"]


def test_a_version_that_does_not_show_its_updates_speaks_for_itself_alone(a_record: Build) -> None:
    every = {"vendor": "Linux", "product": "Linux", "versions": [{"version": "0", "lessThan": "*", "status": "affected"}]}
    subjects = [Subject(("linux",), "linux", v) for v in ("5.15.0-91-generic", "see asset tag", "5.15.0-92-generic", "5.15")]
    one_by_one = [decide(a_record([every]), subject, overrides=Overrides()).verdict for subject in subjects]
    for order in (subjects, subjects[::-1]):
        found = [CODES[code] for code in verdicts(a_record([every]), order, overrides=Overrides())]
        assert dict(zip(order, found, strict=True)) == dict(zip(subjects, one_by_one, strict=True))
    assert len(set(one_by_one)) > 1


windows_build = st.tuples(st.sampled_from(["17763", "19044", "19045", "22631"]), st.sampled_from(["0", "4411", "4412", "9999"]))
windows_version = st.one_of(
    windows_build.map(lambda b: f"10.0.{b[0]}.{b[1]}"),
    st.sampled_from(["", "10.0", "10.0.19045", "v10.0.19045.1", "10.0.19045.4412.1", "10.0.19045.4412 or later", "11.0.1"]),
)
windows_name = st.sampled_from(["Windows 10 Version 22H2", "Windows 10 Version 1809", "Windows 10 Version 21H2", "Windows 10"])
windows_row = st.builds(
    lambda start, end: {"version": start, "lessThan": end, "versionType": "custom", "status": "affected"},
    st.sampled_from(["10.0.0", "10.0.19045.0", "10.0.17763.0"]),
    windows_build.map(lambda b: f"10.0.{b[0]}.{b[1]}"),
)
windows_thing = st.fixed_dictionaries(
    {"vendor": st.just("Microsoft"), "product": windows_name, "versions": st.lists(windows_row, min_size=1, max_size=2)},
    optional={"platforms": st.sampled_from([["x64-based Systems"], ["32-bit Systems", "x64-based Systems"], ["Unknown"]])},
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(things=st.lists(windows_thing, max_size=3), versions=st.lists(windows_version, max_size=10, unique=True), name=windows_name)
def test_it_equals_decide_for_builds_of_windows(a_record: Build, things: Any, versions: list[str], name: str) -> None:
    record = a_record(things)
    subjects = [Subject(("microsoft",), name.casefold(), v) for v in versions]
    one_by_one = [decide(record, subject, overrides=Overrides()).verdict for subject in subjects]
    assert [CODES[code] for code in verdicts(record, subjects, overrides=Overrides())] == one_by_one


def test_the_codes_rise_from_mild_to_heavy() -> None:
    assert CODES == (Verdict.NOT_AFFECTED, Verdict.UNKNOWN, Verdict.NOT_EVALUABLE, Verdict.AFFECTED)


def test_what_was_ranked_once_serves_every_record(a_record: Build, an_object: Build) -> None:
    ranked = Ranked(replace(GATEWAY, version=f"1.{n}") for n in range(50))
    for end in (0, 10, 49, 60):
        record = a_record([an_object({"version": "0", "lessThan": f"1.{end}", "versionType": "semver"}, default="unaffected")])
        assert verdicts(record, ranked, overrides=Overrides()) == bytes([3] * min(end, 50) + [0] * max(0, 50 - end))


def test_few_versions_of_many_are_decided_where_two_objects_speak(
    a_record: Build, an_object: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wardround.core.matching import _bulk

    asked: list[str] = []
    monkeypatch.setattr(
        _bulk, "decide", lambda record, subject, **more: asked.append(subject.version) or decide(record, subject, **more)
    )
    ranked = Ranked(replace(GATEWAY, version=f"1.{n}.0") for n in range(1000))
    said = [
        an_object({"version": "1.10.0", "lessThan": end, "versionType": "semver"}, default="unaffected")
        for end in ("1.500.0", "1.9")
    ]
    assert sum(verdicts(a_record(said), ranked, overrides=Overrides())) > 489 * 3
    assert 2 <= len(asked) < 10


def test_an_override_decides_here_too(a_record: Build) -> None:
    affected = [{"vendor": "Ivanti", "product": "Endpoint Manager Mobile", "defaultStatus": "affected"}]
    subjects = [Subject(("ivanti",), "endpoint manager mobile", v) for v in ("12.4.0.1", "12.4.0.2", "12.4")]
    found = verdicts(a_record(affected, cve="CVE-2025-4427"), subjects, overrides=Overrides.load())
    assert [CODES[code].value for code in found] == ["affected", "not_affected", "unknown"]


def test_nothing_asked_is_nothing_answered(a_record: Build) -> None:
    assert verdicts(a_record([]), [], overrides=Overrides()) == b""


def test_an_object_that_is_none_is_passed_over(a_record: Build) -> None:
    server = Subject(("microsoft",), "microsoft sql server 2019", "15.0.2000.5")
    record = a_record(["no object", None, {"vendor": "Microsoft", "product": "Microsoft SQL Server 2019", "versions": ["1.0"]}])
    wanted = decide(record, server, overrides=Overrides()).verdict
    assert [CODES[code] for code in verdicts(record, [server], overrides=Overrides())] == [wanted]
