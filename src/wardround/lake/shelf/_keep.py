"""Writing rows: record by record as they are worked out, and then all rows of each name in one piece, as they are read."""

import hashlib
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import orjson

from wardround.core.matching._model import Subject
from wardround.core.matching._rows import Row, Written, written
from wardround.core.matching._shelf import Names
from wardround.core.names._keys import Name
from wardround.lake.shelf._file import transaction

LARGEST = 1_000_000_000
"""Bytes; a shelf beyond it forgets its answers on single subjects, which grow with every version that is asked about."""

_PLAN_OF = "SELECT plan FROM named WHERE product = ? AND vendor = ? AND cve = ?"
_PLANS_OF = """SELECT p.id, p.since, p.seen, p.row, p.texts, p.answers FROM named m CROSS JOIN plan p ON p.id = m.plan
    WHERE m.product = ? AND m.vendor = ?"""
_TOGETHER = 1_000


class Kept(NamedTuple):
    """What is to be written of one record."""

    cve: str
    since: int
    seen: int
    rows: list[tuple[Name, Row]]
    joint: list[tuple[Names, Row]]
    answers: list[tuple[Subject, Sequence[Any]]]
    whole: bool


def put_all(db: sqlite3.Connection, kept: Iterable[Kept]) -> None:
    """Write rows and answers of some records, within a transaction."""
    (last,) = db.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence").fetchone()
    for one in kept:
        last = _put(db, one, last)
    pages = db.execute("PRAGMA page_count").fetchone()[0] * db.execute("PRAGMA page_size").fetchone()[0]
    if pages > LARGEST:
        db.execute("DELETE FROM answer")


def _put(db: sqlite3.Connection, kept: Kept, last: int) -> int:
    """Rows of one record: a plan for each different one, and the names that share it; then its answers. The last plan's id."""
    plans: dict[Written, int] = {}
    by_row: dict[int, int] = {}
    for _, row in (*kept.rows, *kept.joint):
        if id(row) not in by_row:
            by_row[id(row)] = plans.setdefault(written(row), last + 1 + len(plans))
    add = "INSERT INTO plan (id, cve, since, seen, row, texts, answers) VALUES (?, ?, ?, ?, ?, ?, ?)"
    db.executemany(add, [(plan, kept.cve, kept.since, kept.seen, *text) for text, plan in plans.items()])
    put = "INSERT OR REPLACE INTO named (product, vendor, cve, plan) VALUES (?, ?, ?, ?)"
    db.executemany(put, [(product, vendor, kept.cve, by_row[id(row)]) for (vendor, product), row in kept.rows])
    unbind = "DELETE FROM bound WHERE product = ? AND vendor = ?"
    db.executemany(unbind, [(product, vendor) for (vendor, product), _ in kept.rows])
    for names, row in kept.joint:
        of = [db.execute(_PLAN_OF, (product, vendor, kept.cve)).fetchone() for vendor, product in names]
        if len(found := {plan for (plan,) in filter(None, of)}) > 1:
            db.execute("INSERT OR REPLACE INTO joint VALUES (?, ?, ?)", (together(found), kept.cve, by_row[id(row)]))
    put = "INSERT OR REPLACE INTO answer (subject, cve, since, seen, answer) VALUES (?, ?, ?, ?, ?)"
    told = [(key(s), kept.cve, kept.since, kept.seen, text) for s, a in kept.answers if (text := _dumped(a))]
    db.executemany(put, told)
    if kept.whole:
        db.execute("INSERT OR REPLACE INTO filled VALUES (?)", (kept.cve,))
    return last + len(plans)


def bind(db: sqlite3.Connection, names: Collection[Name]) -> None:
    """Put all rows of each of these names into one piece, from the day on which all of them hold."""
    listed = sorted(names)
    for start in range(0, len(listed), _TOGETHER):
        with transaction(db):
            for vendor, product in listed[start : start + _TOGETHER]:
                if plans := db.execute(_PLANS_OF, (product, vendor)).fetchall():
                    since, seen = max(plan[1] for plan in plans), max(plan[2] for plan in plans)
                    rows = in_one_piece([(number, *row) for number, _, _, *row in plans])
                    put = "INSERT OR REPLACE INTO bound (product, vendor, since, seen, rows) VALUES (?, ?, ?, ?, ?)"
                    db.execute(put, (product, vendor, since, seen, rows))


Plan = tuple[int, bytes, bytes, bytes]
"""The number of a plan, and its row as it was written."""


def in_one_piece(plans: Sequence[Plan]) -> bytes:
    """All rows as one JSON list, each with the number of its answers behind it and then that of its plan; and then, line by line,
    the texts of each with its answers."""
    heads = b",".join([b"%b,%d,%d]" % (head[:-1], _lines(answers), plan) for plan, head, _, answers in plans])
    return b"\n".join((b"[%b]" % heads, *(b"%b\n%b" % (texts, answers) if answers else texts for _, _, texts, answers in plans)))


def in_pieces(rows: bytes) -> list[Row]:
    """The rows again; their texts and answers are read where somebody asks for one."""
    head, _, rest = rows.partition(b"\n")
    lines, start = rest.split(b"\n"), 0
    found: list[Row] = orjson.loads(head)
    for row in found:
        answers, plan = row[5:]
        end = start + 1 + answers
        row[5:] = lines[start], lines[start + 1 : end], plan
        start = end
    return found


def _lines(answers: bytes) -> int:
    return answers.count(b"\n") + 1 if answers else 0


def together(plans: Iterable[int]) -> str:
    """Several plans as one key."""
    return " ".join(map(str, sorted(plans)))


def key(subject: Subject) -> bytes:
    """A subject as a key."""
    return hashlib.blake2b(repr(subject).encode(errors="backslashreplace"), digest_size=16).digest()


def _dumped(stated: Sequence[Any]) -> bytes:
    """Empty for what JSON cannot hold (half characters that a record has): such a one is always read as it stands."""
    try:
        return orjson.dumps(stated)
    except TypeError:
        return b""
