"""Reading a policy from its table, and refusing one that cannot be trusted with a decision."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from wardround.core.triage._check import check_policy
from wardround.core.triage._model import Combination, Outcome, Point, Policy, PolicyError, Value
from wardround.core.triage._words import word
from wardround.core.vocab import BadInput

POLICIES = ("bod-26-04", "ssvc-deployer", "ncsc-uk")
_MOST_ROWS = 10_000


@cache
def policy(name: str) -> Policy:
    """A bundled policy by name. Raises BadInput naming the policies there are, PolicyError when a table is not sound."""
    if name not in (*POLICIES, "human-impact"):
        raise BadInput(f"there is no policy {name[:40]!r}", do=f"use one of {', '.join(POLICIES)}")
    return read_policy((files(__package__) / "tables" / f"{name}.json").read_bytes(), where=f"{name}.json")


def read_policy(table: bytes, *, where: str) -> Policy:
    """A policy from its JSON table; `where` names the file in errors.

    Raises PolicyError when it is not a table, when a combination has no row, an outcome cannot be reached, a worse input
    gives a milder outcome, or a stricter outcome allows more days: it says which.
    """
    try:
        read = _policy(orjson.loads(table), where)
    except orjson.JSONDecodeError as error:
        raise PolicyError(f"not JSON: {error}", where=where) from None
    except BadInput as error:
        raise PolicyError(error.what, where=where, do=error.do) from None
    except KeyError as error:
        raise PolicyError(f"lacks {error}", where=where) from None
    except (TypeError, ValueError, AttributeError) as error:
        raise PolicyError(f"is not shaped like a policy: {error}", where=where) from None
    check_policy(read, where=where)
    return read


def _policy(table: Any, where: str) -> Policy:
    points = tuple(_point(p, where) for p in table["points"])
    outcomes = tuple(_outcome(o, where) for o in table["outcomes"])
    _distinct([p.key for p in points], "decision point", where)
    _distinct([o.key for o in outcomes], "outcome", where)
    size = 1
    for point in points:
        size *= len(point.values)
        if size > _MOST_ROWS:
            raise PolicyError(f"asks for more than {_MOST_ROWS} rows", where=where)
    return Policy(
        name=_text(table["name"]),
        version=_text(table["version"]),
        title=_text(table["title"]),
        source=_text(table["source"]),
        checked_on=date.fromisoformat(table["checked_on"]),
        points=points,
        outcomes=outcomes,
        rows=_rows(table["rows"], points, outcomes, where),
    )


def _point(table: Any, where: str) -> Point:
    key = _text(table["key"])
    values = tuple(Value(_text(v["key"]), _text(v["name"]), tuple(_text(a) for a in v.get("also", ()))) for v in table["values"])
    if len(values) < 2:
        raise PolicyError(f"decision point {key} has fewer than two values", where=where)
    words = [w for v in values for w in dict.fromkeys(map(word, (v.key, v.name, *v.also)))]
    _distinct(words, f"word for a value of {key}", where)
    places = {v.key: place for place, v in enumerate(values)}
    derived = policy(table["derived_from"]) if "derived_from" in table else None
    if derived and [o.key for o in derived.outcomes] != list(places):
        raise PolicyError(f"{key} has other values than the outcomes of {derived.name}, in that order", where=where)
    return Point(
        key=key,
        name=_text(table["name"]),
        question=_text(table["question"]),
        values=values,
        statements={
            _text(said): {_text(what): _place(places, value, key, where) for what, value in mapping.items()}
            for said, mapping in table.get("statements", {}).items()
        },
        exposure=_exposure(table.get("exposure", {}), places, key, where),
        never_unknown=table.get("never_unknown", False) is True,
        derived_from=derived,
    )


def _exposure(table: Mapping[str, Any], places: Mapping[str, int], key: str, where: str) -> Mapping[str, Combination]:
    if not table:
        return {}
    no, yes = (tuple(sorted(_place(places, value, key, where) for value in table[answer])) for answer in ("no", "yes"))
    if not no or not yes:
        raise PolicyError(f"{key} has no value for an exposure of yes or no", where=where)
    if yes[0] < no[0] or yes[-1] < no[-1]:
        raise PolicyError(f"order broken: exposed gives {key} a milder value than not exposed", where=where)
    return {"no": no, "yes": yes}


def _outcome(table: Any, where: str) -> Outcome:
    days = table.get("days")
    if days is not None and (type(days) is not int or not 0 <= days <= 3660):
        raise PolicyError(
            f"outcome {table['key']} has {days!r} days", where=where, do="give a whole number of calendar days, or none"
        )
    return Outcome(
        key=_text(table["key"]),
        name=_text(table["name"]),
        days=days,
        forensic_triage=table.get("forensic_triage", False) is True,
        note=_text(table.get("note", "")),
    )


def _rows(table: Any, points: tuple[Point, ...], outcomes: tuple[Outcome, ...], where: str) -> Mapping[Combination, int]:
    answers = {o.key: place for place, o in enumerate(outcomes)}
    places = [{v.key: place for place, v in enumerate(p.values)} for p in points]
    rows: dict[Combination, int] = {}
    for number, row in enumerate(table):
        at = f"{where} /rows/{number}"
        if len(row) != len(points) + 1:
            raise PolicyError(f"row {row} has {len(row)} entries, not one for each decision point and the outcome", where=at)
        combination = tuple(_place(known, value, p.key, at) for known, value, p in zip(places, row[:-1], points, strict=True))
        if combination in rows:
            raise PolicyError(f"row {row} answers a combination for the second time", where=at)
        rows[combination] = _place(answers, row[-1], "the outcome", at)
    return rows


def _place(places: Mapping[str, int], value: Any, of: str, where: str) -> int:
    if not isinstance(value, str) or value not in places:
        raise PolicyError(f"{value!r} is no value of {of}", where=where, do=f"use one of {', '.join(places)}")
    return places[value]


def _distinct(words: list[str], what: str, where: str) -> None:
    twice = next((w for w in words if words.count(w) > 1), None)
    if twice is not None:
        raise PolicyError(f"{what} {twice!r} is there twice", where=where)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value
