"""What hunts gave, as bytes that are kept, and back: the form in which it is evidence years later, and can be compared."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import orjson

from wardround.core.hunts._again import Searched
from wardround.core.hunts._model import HuntResult, SourceRun
from wardround.core.sigma._stored import maker
from wardround.core.vocab import BadInput, Detection, Rejected
from wardround.core.vocab._hunting import KindCoverage, NotRun, Reason, SourceCoverage, Span

FORM = "searched-3"
ROOMS = ("wardround.core.logs", "wardround.core.hunts", "wardround.core.sigma")
PARTS = (".py", ".toml", ".json")
LIBRARIES = ("ahocorasick-rs", "evtx", "orjson", "regex")
NAMED = 5


@cache
def engine(*more: str, libraries: tuple[str, ...] = ()) -> str:
    """What reads the logs and runs the rules, as a hash: what one state of it found is not taken for what another would find.

    `more` are the packages that search in its stead, `libraries` what these rest on: a faulty version of one may overlook traces.
    """
    digest = hashlib.sha256(maker().encode())
    for library in (*LIBRARIES, *libraries):
        digest.update(f"{library} {version(library)}\0".encode())
    for room in (*ROOMS, *more):
        for name, part in _parts(files(room)):
            digest.update(f"{room}/{name}\0".encode() + hashlib.sha256(part.read_bytes()).digest())
    return digest.hexdigest()


def _parts(folder: Traversable, above: str = "") -> Iterator[tuple[str, Traversable]]:
    """The code and the tables of a package and the packages in it. Packs are left out: their rules have a hash of their own."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _parts(entry, f"{above}{entry.name}/") if entry.name != "packs" else ()
        elif entry.name.endswith(PARTS):
            yield above + entry.name, entry


def dump(searched: Searched) -> bytes:
    """One log's search as JSON, always the same bytes for the same search."""
    return orjson.dumps({"form": FORM, "searched": searched}, option=orjson.OPT_SORT_KEYS, default=_mapping)


def _mapping(value: object) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not written")


def load(data: bytes, *, where: str = "kept search") -> Searched:
    """The search that `dump` wrote. Raises BadInput for anything else."""
    try:
        document = orjson.loads(data)
        if document["form"] != FORM:
            raise ValueError(f"its form is {document['form']!r}")
        own = document["searched"]
        return Searched(
            own["source"],
            own["rules"],
            tuple(_run(run) for run in own["runs"]),
            tuple(Detection(**{**d, "time": _time(d["time"])}) for d in own["detections"]),
            tuple(Rejected(**what) for what in own["rejected"]),
            own["indicators"],
            {source: tuple(types) for source, types in own["sought"].items()},
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise BadInput(f"not a search that was kept here: {error}", where=where) from None


def _run(run: dict[str, Any]) -> SourceRun:
    could_not = tuple(_miss(miss) for miss in run["could_not"])
    partly = {rule: tuple(kinds) for rule, kinds in run["partly"].items()}
    return SourceRun(_coverage(run["coverage"]), tuple(run["ran"]), could_not, run["not_placed"], tuple(run["fields"]), partly)


def _coverage(own: dict[str, Any]) -> SourceCoverage:
    lists = {name: tuple(own[name]) for name in ("unparsed_examples", "notes")}
    kinds = tuple(KindCoverage(**{**one, **_times(one)}) for one in own["kinds"])
    return SourceCoverage(**{**own, **lists, **_times(own), "kinds": kinds})


def _times(own: dict[str, Any]) -> dict[str, Any]:
    return {"gaps": tuple(_span(gap) for gap in own["gaps"]), "first": _time(own["first"]), "last": _time(own["last"])}


def _miss(own: dict[str, Any]) -> NotRun:
    return NotRun(**{**own, "reason": Reason(own["reason"]), "fields": tuple(own["fields"])})


def _span(pair: list[str]) -> Span:
    return datetime.fromisoformat(pair[0]), datetime.fromisoformat(pair[1])


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def result_document(result: HuntResult) -> dict[str, Any]:
    """All of a result as plain JSON, in an order of its own: equal results give equal documents."""
    document = {
        "events": result.events,
        "rules_given": result.coverage.rules_given,
        "rules_ran": result.coverage.rules_ran,
        "not_run": sorted(result.coverage.not_run, key=lambda miss: (miss.id, miss.why)),
        "detections": sorted(result.detections, key=lambda d: (d.source, d.line, d.rule, d.excerpt)),
        "runs": sorted((_ordered(run) for run in result.runs), key=lambda run: (run.coverage.source, run.coverage.sha256)),
        "rejected": sorted(result.rejected, key=lambda what: (what.where, what.what)),
        "notes": sorted(result.notes),
    }
    if (named := result.indicators) is not None:
        missing = {run.coverage.source: named.not_sought(run.coverage.source) for run in result.runs}
        document["indicators"] = {"sha256": named.looked_for.sha256, "loaded": named.loaded, "no_place_for": missing}
    plain: dict[str, Any] = orjson.loads(orjson.dumps(document, default=_mapping))
    return plain


def _ordered(run: SourceRun) -> SourceRun:
    misses = tuple(sorted(run.could_not, key=lambda miss: (miss.id, miss.why)))
    return replace(run, ran=tuple(sorted(run.ran)), could_not=misses, fields=tuple(sorted(run.fields)))


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What a hunt gives now and did not give then, or the other way round, in sentences; none for equal documents."""
    said = [*_lists(then, now, "detections", _place), *_lists(then, now, "not_run", lambda miss: f"rule {miss['id']} not run")]
    before, after = ({run["coverage"]["source"]: run for run in document["runs"]} for document in (then, now))
    for source in sorted(before.keys() | after.keys()):
        old, new = before.get(source), after.get(source)
        if old is None or new is None:
            said.append(f"{source} was {'read now and not then' if old is None else 'read then and not now'}")
        elif old != new:
            parts = [
                name for name in (*old["coverage"], *old) if (old | old["coverage"]).get(name) != (new | new["coverage"]).get(name)
            ]
            said.append(f"{source}: {', '.join(p for p in parts if p != 'coverage')} differ")
    if not said and dict(then) != dict(now):
        said.append("what could not be read, or what correlations left out, differs")
    return said


def _place(detection: Mapping[str, Any]) -> str:
    return f"{detection['rule']} on {detection['source']} line {detection['line']}"


def _lists(then: Mapping[str, Any], now: Mapping[str, Any], name: str, told: Any) -> Iterator[str]:
    """What the one list holds and the other does not, counted, the first few named."""
    old, new = (Counter(orjson.dumps(one, option=orjson.OPT_SORT_KEYS) for one in document[name]) for document in (then, now))
    for gone, words in ((old - new, "then and not now"), (new - old, "now and not then")):
        if gone:
            named = [told(orjson.loads(one)) for one in sorted(gone)[:NAMED]]
            yield f"{gone.total()} {name.replace('_', ' ')} {words}: {'; '.join(named)}" + ("; ..." if len(gone) > NAMED else "")
