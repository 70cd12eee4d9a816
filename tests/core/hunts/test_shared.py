"""Held against public data: every Sigma rule, the regression cases with their counts, recordings of real attacks."""

import io
import random
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
import zstandard

from wardround.core.hunts import Source, hunt, read_rules
from wardround.core.logs._windows import CHUNK, HEADER
from wardround.core.sigma._model import RuleSet

# The case counts one where its own recording, beside it as JSON, holds several events that satisfy the rule word by word.
COUNTED_LOWER_THAN_THEIR_EVENTS = {
    "8fbf3271-1ef6-4e94-8210-03c2317947f6": 3,  # three tools dropped: procdump.exe, procdump64.exe, procdump64a.exe
    "45e112d0-7759-4c2a-aa36-9f8fb79d3393": 3,  # three values under ZoneMap\Domains, each DWORD 2
    "c7dcacd0-cc59-4004-b0a4-1d6cdebe6f3e": 2,  # AutoShareServer and AutoShareWks, both set to 0
}
RECORDINGS = 20


def members(path: Path, *endings: str) -> Iterator[tuple[str, bytes]]:
    with path.open("rb") as packed, tarfile.open(fileobj=zstandard.ZstdDecompressor().stream_reader(packed), mode="r|") as archive:
        for member in archive:
            if member.isfile() and member.name.endswith(endings) and (stream := archive.extractfile(member)):
                yield member.name, stream.read()


@pytest.fixture(scope="module")
def public_rules(shared: Path) -> RuleSet:
    return read_rules(members(shared / "sigma/rules.tar.zst", ".yml", ".yaml"))


@pytest.fixture(scope="module")
def recordings(shared: Path) -> dict[str, bytes]:
    return dict(members(shared / "evtx/hayabusa-sample-evtx.tar.zst", ".evtx"))


def test_every_public_rule_is_ready_or_named(public_rules: RuleSet) -> None:
    assert public_rules.given == 3757
    assert len({rule.id for rule in public_rules.rules}) == len(public_rules.rules)
    assert {b.id: b.why.rsplit("/", 1)[-1].split(": ", 1)[1] for b in public_rules.broken} == {
        "c4a1f389-2e6b-4d9a-8f0c-b73e5a12d947": "it needs a list of values that it does not bring: %known_cdcs%",
        "8b7e2c54-1f93-4a6d-b8e0-3c9d7f25a168": "it needs a list of values that it does not bring: %known_cdcs%",
    }


def test_every_regression_case_has_its_count(shared: Path, public_rules: RuleSet) -> None:
    files = dict(members(shared / "sigma/regression-cases.tar.zst", ".evtx", "info.yml"))
    by_id = {rule.id: rule for rule in public_rules.rules}
    got, expected = {}, {}
    for name, data in files.items():
        if not name.endswith("info.yml"):
            continue
        case = yaml.safe_load(data)
        rule_id = case["rule_metadata"][0]["id"]
        for number, one in enumerate(case["regression_tests_info"]):
            result = hunt([Source(one["path"], io.BytesIO(files[one["path"]]))], rules=RuleSet((by_id[rule_id],), (), ""))
            found, wanted = len(result.detections), COUNTED_LOWER_THAN_THEIR_EVENTS.get(rule_id, one.get("match_count"))
            got[rule_id, number] = found
            expected[rule_id, number] = max(found, 1) if wanted is None else wanted
    assert len(got) == 111
    assert got == expected


def test_every_recording_is_read_whole(recordings: dict[str, bytes]) -> None:
    result = hunt((Source(name, io.BytesIO(data)) for name, data in recordings.items()), rules=RuleSet((), (), ""))
    assert len(result.runs) == len(recordings) == 593
    assert result.rejected == ()
    assert [
        run.coverage.source for run in result.runs if run.coverage.unparsed or not run.coverage.events or not run.coverage.first
    ] == []


def test_all_public_rules_over_recordings_account_for_themselves(public_rules: RuleSet, recordings: dict[str, bytes]) -> None:
    sample = random.Random(2025).sample(sorted(recordings), RECORDINGS)
    result = hunt((Source(name, io.BytesIO(recordings[name])) for name in sample), rules=public_rules)
    coverage = result.coverage
    assert coverage.rules_given == coverage.rules_ran + len(coverage.not_run) == 3757
    assert result.detections
    assert {d.rule for d in result.detections}.isdisjoint(miss.id for miss in coverage.not_run)
    assert len({(d.rule, d.source, d.line) for d in result.detections}) == len(result.detections)


def test_a_cut_recording_gives_its_whole_chunks_and_says_what_is_missing(recordings: dict[str, bytes]) -> None:
    name, data = next((n, d) for n, d in sorted(recordings.items()) if len(d) > HEADER + 3 * CHUNK and d[42] > 2)
    whole, cut = (
        hunt([Source(name, io.BytesIO(d))], rules=RuleSet((), (), "")).runs[0].coverage
        for d in (data, data[: HEADER + CHUNK + 100])
    )
    assert 0 < cut.events < whole.events
    assert cut.unparsed >= 2
    assert "the file ends early" in cut.unparsed_examples[0]


def test_a_damaged_chunk_costs_only_itself(recordings: dict[str, bytes]) -> None:
    name, data = next((n, d) for n, d in sorted(recordings.items()) if len(d) > HEADER + 3 * CHUNK and d[42] > 2)
    damaged = bytearray(data)
    damaged[HEADER + CHUNK : HEADER + CHUNK + 3000] = b"\xff" * 3000
    whole, torn = (hunt([Source(name, io.BytesIO(d))], rules=RuleSet((), (), "")).runs[0].coverage for d in (data, bytes(damaged)))
    assert 0 < torn.events < whole.events
    assert torn.unparsed >= 1


@pytest.mark.parametrize("size", [0, 8, 100, HEADER, HEADER + 10])
def test_a_stump_is_no_crash(recordings: dict[str, bytes], size: int) -> None:
    result = hunt([Source("x.evtx", io.BytesIO(recordings[min(recordings)][:size]))], rules=RuleSet((), (), ""))
    assert result.events == 0
    assert result.rejected
