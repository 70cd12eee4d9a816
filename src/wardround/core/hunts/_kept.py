"""What a search of one log gave, as bytes that are kept, and back: the form in which it is evidence years later."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from wardround.core.hunts._again import Searched
from wardround.core.hunts._model import SourceRun
from wardround.core.vocab import BadInput, Detection, Rejected
from wardround.core.vocab._hunting import NotRun, Reason, SourceCoverage, Span

FORM = "searched-1"


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
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise BadInput(f"not a search that was kept here: {error}", where=where) from None


def _run(run: dict[str, Any]) -> SourceRun:
    could_not = tuple(_miss(miss) for miss in run["could_not"])
    return SourceRun(_coverage(run["coverage"]), tuple(run["ran"]), could_not, run["not_placed"], tuple(run["fields"]))


def _coverage(own: dict[str, Any]) -> SourceCoverage:
    lists = {name: tuple(own[name]) for name in ("unparsed_examples", "notes")}
    gaps = tuple(_span(gap) for gap in own["gaps"])
    return SourceCoverage(**{**own, **lists, "gaps": gaps, "first": _time(own["first"]), "last": _time(own["last"])})


def _miss(own: dict[str, Any]) -> NotRun:
    return NotRun(**{**own, "reason": Reason(own["reason"]), "fields": tuple(own["fields"])})


def _span(pair: list[str]) -> Span:
    return datetime.fromisoformat(pair[0]), datetime.fromisoformat(pair[1])


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
