"""A pack's own tests: sample logs, and which rules hit which of their lines.

`tests/expected.toml` of a pack names every sample: `[[sample]]` with `log` (a file beside it), `what` (a sentence), `hits` (rule ->
lines; a rule by its file, its `name` or its id, an indicator as `indicator:ip:203.0.113.7`) and, where it matters, `cannot_run`
(the rules that such a log leaves blind). A sample without hits is a negative one.
"""

import io
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources.abc import Traversable
from typing import Any, NamedTuple

from wardround.core.hunts._hunt import hunt
from wardround.core.hunts._model import HuntResult, Pack
from wardround.core.hunts._packs import PHASES, QUERIES
from wardround.core.hunts.indicators import IndicatorSet, read_indicators
from wardround.core.hunts.indicators._model import INDICATOR
from wardround.core.logs import Source
from wardround.core.sigma._model import Correlation, Rule
from wardround.core.vocab import BadInput
from wardround.core.vocab._hunting import Reason

EXPECTED = "expected.toml"
LARGEST = 20_000_000
Lines = Mapping[str, frozenset[int]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One sample after it was searched: what was expected and did not come, and what came and was not expected."""

    log: str
    what: str
    events: int
    positive: bool
    failures: tuple[str, ...]


class _Wanted(NamedTuple):
    """What is expected of one sample: lines by rule, the rules that cannot run where that is stated; and the pack's indicators."""

    hits: Lines
    blind: set[str] | None
    lists: IndicatorSet | None

    @property
    def positive(self) -> bool:
        """Something is to be found in it."""
        return any(self.hits.values())


@dataclass(frozen=True, slots=True)
class SampleRun:
    """A pack after its tests: each sample, and what is wrong with the pack as a whole."""

    outcomes: tuple[Outcome, ...]
    problems: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Nothing failed and nothing is missing."""
        return not self.problems and not any(outcome.failures for outcome in self.outcomes)


def run_samples(pack: Pack, folder: Traversable) -> SampleRun:
    """Search every sample of a pack's folder. Raises BadInput when it has no `tests/expected.toml`, or one that cannot be read."""
    at = folder.joinpath("tests")
    stated = _stated(at)
    names = _names(pack)
    lists = read_indicators(pack.indicators, general=True) if pack.indicators else None
    outcomes: list[Outcome] = []
    hit: set[str] = set()
    for number, sample in enumerate(stated, 1):
        try:
            hits = {str(rule): frozenset(map(int, lines)) for rule, lines in dict(sample.get("hits", {})).items()}
            blind = None if "cannot_run" not in sample else [str(rule) for rule in sample["cannot_run"]]
            log, what = str(sample["log"]), str(sample.get("what", ""))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadInput(f"sample {number} is not understood: {error}", where=f"tests/{EXPECTED}") from None
        unknown = [rule for rule in (*hits, *(blind or ())) if rule not in names and not rule.startswith(INDICATOR)]
        lines_by_id = {names.get(rule, rule): lines for rule, lines in hits.items() if rule not in unknown}
        wanted = _Wanted(lines_by_id, None if blind is None else {names[rule] for rule in blind if rule in names}, lists)
        hit |= {rule for rule, lines in wanted.hits.items() if lines}
        outcome = _outcome(pack, at, log, what, wanted)
        said = tuple(f"tests/{EXPECTED}, sample {number}: no rule of the pack that can run is called {rule!r}" for rule in unknown)
        outcomes.append(replace(outcome, positive=any(hits.values()), failures=(*said, *outcome.failures)))
    wrong = [f"{one.where}: {one.what}" for one in lists.problems] if lists is not None else []
    return SampleRun(tuple(outcomes), (*_problems(pack, outcomes, hit), *wrong))


def _stated(at: Traversable) -> list[dict[str, Any]]:
    where = f"tests/{EXPECTED}"
    if not at.joinpath(EXPECTED).is_file():
        raise BadInput("the pack has no tests", where=where, do="see docs/how-to/write-a-hunt-pack.md")
    try:
        samples = tomllib.loads(at.joinpath(EXPECTED).read_bytes().decode("utf-8"))["sample"]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError) as error:
        raise BadInput(f"not a list of samples: {error}", where=where, do="begin each with [[sample]]") from None
    if not (isinstance(samples, list) and samples and all(isinstance(sample, dict) for sample in samples)):
        raise BadInput("not a list of samples", where=where, do="begin each with [[sample]]")
    return samples


def called(rule: Rule | Correlation) -> str:
    """What a person calls a rule: its name, else its file without ending."""
    return rule.name or rule.file.rsplit("/", 1)[-1].rsplit(".", 1)[0]


def _names(pack: Pack) -> dict[str, str]:
    """Ids by all that a rule is called: a file's name only where one rule of it is reported."""
    out: dict[str, str] = {}
    several: set[str] = set()
    for rule in pack.reported:
        file = rule.file.rsplit("/", 1)[-1].rsplit(".", 1)[0]
        if file in out:
            several.add(file)
        out[file] = out[rule.id] = rule.id
        if rule.name:
            out[rule.name] = rule.id
    return {name: rule for name, rule in out.items() if name not in several}


def _outcome(pack: Pack, at: Traversable, log: str, what: str, wanted: _Wanted) -> Outcome:
    file = at.joinpath(*log.split("/"))
    if ".." in log.split("/") or log.startswith("/") or not file.is_file():
        return Outcome(log, what, 0, wanted.positive, (f"there is no such file in tests: {log}",))
    with file.open("rb") as stream:
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        return Outcome(log, what, 0, wanted.positive, (f"a sample has at most {LARGEST:,} bytes",))
    result = hunt([Source(log, io.BytesIO(data))], rules=pack.rules, indicators=wanted.lists)
    return Outcome(log, what, result.events, wanted.positive, tuple(_failures(pack, result, wanted)))


def _failures(pack: Pack, result: HuntResult, wanted: _Wanted) -> list[str]:
    if not result.events:
        return [f"no event could be read{f': {result.rejected[0].what}' if result.rejected else ''}"]
    out = []
    if unparsed := sum(run.coverage.unparsed for run in result.runs):
        out.append(f"{unparsed} lines not understood")
    got: dict[str, set[int]] = {}
    for one in result.detections:
        got.setdefault(one.rule, set()).add(one.line)
    names = {rule.id: called(rule) for rule in pack.reported}
    for rule_id in [*names, *sorted({*got, *wanted.hits} - names.keys())]:
        expected, found, name = wanted.hits.get(rule_id, frozenset()), got.get(rule_id, set()), names.get(rule_id, rule_id)
        out += [f"{name} did not hit line {line}" for line in sorted(expected - found)]
        out += [f"{name} hit line {line}, which was not expected" for line in sorted(found - expected)]
    if wanted.blind is not None:
        unseeing = {miss.id for miss in result.coverage.not_run if miss.reason is Reason.FIELD_ABSENT}
        for rule in pack.reported:
            if (rule.id in wanted.blind) != (rule.id in unseeing):
                out.append(f"{called(rule)} {'ran' if rule.id in wanted.blind else 'could not run'}, which was not expected")
    return out


def _problems(pack: Pack, outcomes: list[Outcome], hit: set[str]) -> list[str]:
    """What is wrong with the pack whatever its samples say."""
    out = [miss.why for miss in pack.rules.broken]
    rules = pack.reported
    out += [f"{called(rule)} is hit by no sample" for rule in rules if rule.id not in hit]
    if all(outcome.positive for outcome in outcomes):
        out.append("no sample is without hits: nothing shows that the pack is silent on ordinary use")
    out += [f"[hit_means] says nothing of {phase}" for phase in PHASES if _used(rules, phase) and not pack.hit_means.get(phase)]
    for ending in QUERIES if pack.queries else ():
        text = "\n".join(query for name, query in pack.queries.items() if name.endswith(ending))
        out += [f"no query ({ending}) is for {called(rule)}" for rule in rules if rule.id not in text]
    return out


def _used(rules: tuple[Rule | Correlation, ...], phase: str) -> bool:
    return any(rule.phase == phase for rule in rules)
