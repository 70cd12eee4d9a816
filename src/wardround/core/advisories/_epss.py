"""EPSS: the chance of exploitation in the next 30 days, one file a day (FIRST's csv)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from wardround.core.advisories._document import WHOLE, time_of
from wardround.core.vocab import BadInput, Rejected
from wardround.core.vocab._cves import CVE

UNIT = 100_000  # the files give five decimals
DAY = re.compile(r"epss_scores-(\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True, slots=True)
class EpssDay:
    """The scores of one day, in units of 0.00001, and the rows set aside."""

    model: str
    stated_at: datetime
    scores: dict[str, int]
    rejected: tuple[Rejected, ...]


def read_epss(lines: Iterable[str], *, where: str) -> EpssDay:
    """One day's file: a comment with model and score date, a header, rows of cve, epss, percentile.

    The first years' files have no comment: their date is the one in the file name. A row that cannot be read, or repeats
    a CVE with another score, is set aside with its line. Raises BadInput when there is no header or no date.
    """
    rows = iter(lines)
    comments: dict[str, str] = {}
    header: list[str] = []
    line = 0
    for line, row in enumerate(rows, start=1):  # noqa: B007 - the number goes on below
        if row.startswith("#"):
            comments |= dict(part.split(":", 1) for part in row.lstrip("#").strip().split(",") if ":" in part)
        else:
            header = [name.strip() for name in row.strip().split(",")]
            break
    if not {"cve", "epss"} <= set(header):
        raise BadInput("the header has no cve and epss", where=f"{where}:{line}", do=WHOLE)
    named = DAY.search(where)
    stated_at = time_of(comments.get("score_date") or (named[1] if named else None), where=f"{where}:1")
    scores, rejected = _scores(rows, header, after=line, where=where)
    return EpssDay(comments.get("model_version", ""), stated_at, scores, tuple(rejected))


def _scores(rows: Iterator[str], header: list[str], *, after: int, where: str) -> tuple[dict[str, int], list[Rejected]]:
    """The readable rows as CVE -> score, and the others. A file that breaks off keeps the rows before."""
    scores: dict[str, int] = {}
    rejected: list[Rejected] = []
    cve_at, epss_at = header.index("cve"), header.index("epss")
    line = after
    try:
        for line, row in enumerate(rows, start=after + 1):
            cells = row.strip().split(",")
            try:
                cve, score = cells[cve_at], float(cells[epss_at])
                sound = CVE.fullmatch(cve) is not None and 0 <= score <= 1
            except (IndexError, ValueError):
                sound = False
            if not sound:
                if row.strip():
                    rejected.append(Rejected(f"{where}:{line}", f"not a CVE with a score from 0 to 1: {row.strip()[:80]!r}"))
            elif scores.setdefault(cve, units := round(score * UNIT)) != units:
                rejected.append(Rejected(f"{where}:{line}", f"{cve} is given twice, with another score"))
    except BadInput as error:
        rejected.append(Rejected(f"{where}:{line + 1}", f"the rest of the file is missing: {error.what}"))
    return scores, rejected
