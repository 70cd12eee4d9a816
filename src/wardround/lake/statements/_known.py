"""What this installation knew at a time: for an answer that was given then, to be given again."""

from collections.abc import Callable
from datetime import datetime
from functools import cache

import zstandard

from wardround.core.advisories import product_names, read_cve
from wardround.core.claims import read_document
from wardround.core.vocab import BadInput
from wardround.lake.statements._filing import names_in
from wardround.lake.statements._read import Statements
from wardround.lake.statements._schema import END, micros

OF_CVE = "((s.feed = 'cve' AND s.subject = ?1) OR (s.feed, s.subject) IN (SELECT feed, subject FROM spoken WHERE cve = ?1))"
LATER = f"SELECT EXISTS (SELECT 1 FROM statement s WHERE {OF_CVE} AND +s.seen_at > ?2)"  # noqa: S608 - no value from outside
VERSIONS = f"""SELECT s.feed, s.source, d.raw FROM statement s JOIN document d ON d.sha = s.sha
    WHERE {OF_CVE} AND +s.seen_at <= ?2"""  # noqa: S608 - no value from outside
STANDS = """SELECT EXISTS (SELECT 1 FROM statement s
        WHERE s.feed = 'cve' AND s.subject = ?1 AND +s.stated_at <= ?2 AND +s.seen_at <= ?3)
    OR EXISTS (SELECT 1 FROM spoken k JOIN statement s ON s.feed = k.feed AND s.subject = k.subject
        WHERE k.cve = ?1 AND +s.stated_at <= ?2 AND +s.seen_at <= ?3)"""
NEWER = """WITH newer (feed, subject) AS (
        SELECT feed, subject FROM statement WHERE seen_at > ?2
        UNION SELECT s.feed, s.subject FROM (SELECT 'cve' AS feed UNION SELECT DISTINCT feed FROM spoken) f
            CROSS JOIN statement s ON s.feed = f.feed AND s.stated_at > ?1)
    SELECT subject FROM newer WHERE feed = 'cve' UNION SELECT k.cve FROM newer n JOIN spoken k USING (feed, subject)"""


def seen_by(statements: Statements, at: datetime) -> datetime | None:
    """`at`, where this installation had synced by then: what it saw later was not in the answers that it gave.

    None for a time before its first sync: it gave no answers yet, and what had been stated by then is all that can be told.
    """
    first = statements.db.execute("SELECT min(finished_at) FROM sync WHERE finished_at IS NOT NULL").fetchone()[0]
    return at if first is not None and first <= micros(at) else None


_MANY = 2_000


def naming_by(statements: Statements, *, at: datetime, seen: datetime | None) -> Callable[[str], dict[str, tuple[str, ...]]]:
    """`Statements.naming`, of the records and documents alone that had been stated by `at` and were seen by `seen`."""
    until, last = micros(at), END if seen is None else micros(seen)
    newer = {cve for (cve,) in statements.db.execute(NEWER, (until, last))}
    listed_of = _naming_many(statements)
    if not newer:
        return listed_of
    unpack = zstandard.ZstdDecompressor()

    @cache
    def names_of(cve: str) -> set[tuple[str, str]]:
        """Product and vendor, of the versions seen by then: the store does not say which of them gave it a name."""
        versions = statements.db.execute(VERSIONS, (cve, last)).fetchall()
        return {name for feed, source, raw in versions for name in _names(feed, source, unpack.decompress(raw), cve)}

    @cache
    def standing(cve: str) -> tuple[bool, bool]:
        """Whether it was known by then, and whether something came later."""
        ask = statements.db.execute
        known = bool(ask(STANDS, (cve, until, last)).fetchone()[0])
        return known, known and bool(ask(LATER, (cve, last)).fetchone()[0])

    def counts(cve: str, vendor: str, product_key: str) -> bool:
        if cve not in newer:
            return True
        known, later = standing(cve)
        return known and (not later or (product_key, vendor) in names_of(cve))

    def naming(product_key: str) -> dict[str, tuple[str, ...]]:
        listed = listed_of(product_key)
        found = {v: tuple(cve for cve in cves if counts(cve, v, product_key)) for v, cves in listed.items()}
        return {vendor: cves for vendor, cves in found.items() if cves}

    return naming


def _naming_many(statements: Statements) -> Callable[[str], dict[str, tuple[str, ...]]]:
    """`Statements.naming`; whoever asks for many products is told from a list of all which of them no record names."""
    asked, known = 0, frozenset[str]()

    def naming(product_key: str) -> dict[str, tuple[str, ...]]:
        nonlocal asked, known
        asked += 1
        if asked == _MANY:
            known = frozenset(product for (product,) in statements.db.execute("SELECT DISTINCT product FROM name"))
        return statements.naming(product_key) if asked < _MANY or product_key in known else {}

    return naming


def _names(feed: str, source: str, raw: bytes, cve: str) -> set[tuple[str, str]]:
    """What one version names; nothing, where it can no longer be read."""
    try:
        if feed == "cve":
            return {(product, vendor) for vendor, product in product_names(read_cve(raw, where=source))}
        document = read_document(raw, feed=feed, where=source, marks="")
        return {(product, vendor) for product, vendor, subject in names_in(document) if subject == cve}
    except BadInput:
        return set()
