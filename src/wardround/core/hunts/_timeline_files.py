"""A timeline as a file: CSV, JSON, or the lines of JSON that Timesketch imports.

The names are Timesketch's (its guide "Import from JSON or CSV"): message, datetime (ISO 8601), timestamp (microseconds),
timestamp_desc and tag; all others are fields of their own. Its import of JSON lines refuses a whole file for one entry without a
time, so these are left out there; in the CSV, where it passes over them, and in the JSON they stand at the end.
"""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from wardround.core.hunts._timeline import Entry, Timeline
from wardround.core.vocab import BadInput

FORMS = ("csv", "json", "jsonl")
COLUMNS = ("datetime", "timestamp", "timestamp_desc", "message", "tag", *Entry._fields[1:4], *Entry._fields[5:])
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What a spreadsheet takes for a formula when a cell begins with it (OWASP, CSV injection), the wide forms too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
DESCRIPTIONS = {
    "detection": "Time of the detected event",
    "indicator": "Time of the matching event",
    "context": "Time of the event",
}


def exported(timeline: Timeline, form: str) -> Iterator[bytes]:
    """The file, piece by piece. Raises BadInput for a form that is none of csv, json and jsonl."""
    if form == "csv":
        yield from _csv(timeline)
    elif form == "json":
        yield b'{"without_time":' + str(timeline.without_time).encode() + b',"cut":' + orjson.dumps(timeline.cut) + b',"entries":['
        for number, entry in enumerate(timeline.entries):
            yield (b"," if number else b"") + b"\n" + _json(_row(entry))
        yield b"\n]}\n"
    elif form == "jsonl":
        for entry in timeline.entries:
            if entry.time is not None:
                yield _json(_row(entry)) + b"\n"
    else:
        raise BadInput(
            f"a timeline cannot be written as {form[:20]!r}", do=f"give a file ending in {', '.join('.' + f for f in FORMS)}"
        )


def _row(entry: Entry) -> dict[str, Any]:
    row: dict[str, Any] = entry._asdict()
    time = row.pop("time")
    stamp = {"datetime": time and time.isoformat(), "timestamp": time and (time - EPOCH) // timedelta(microseconds=1)}
    return {**stamp, "timestamp_desc": DESCRIPTIONS[entry.kind], "message": row.pop("message"), "tag": [entry.kind], **row}


def _json(row: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(row)
    except TypeError:  # half of a pair of surrogates, which no UTF-8 can hold
        clean = {k: v.encode("utf-8", "replace").decode() if isinstance(v, str) else v for k, v in row.items()}
        return orjson.dumps(clean)


def _csv(timeline: Timeline) -> Iterator[bytes]:
    yield (",".join(COLUMNS) + "\r\n").encode()
    for entry in timeline.entries:
        row = {**_row(entry), "tag": entry.kind}
        line = io.StringIO()
        csv.writer(line).writerow([_cell(row[column]) for column in COLUMNS])
        yield line.getvalue().encode("utf-8", "replace")


def _cell(value: Any) -> Any:
    """Text that no spreadsheet runs: a quote stands before what would begin a formula. One line: line ends are spaces."""
    if not isinstance(value, str):
        return "" if value is None else value
    text = "".join(" " if sign in "\r\n\t\x00\x0b\x0c" else sign for sign in value)
    return f"'{text}" if value.lstrip(' "').startswith(FORMULA) or value.startswith(FORMULA) else text
