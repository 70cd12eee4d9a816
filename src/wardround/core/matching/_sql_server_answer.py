"""What a container says of a release of SQL Server: only objects on the install's own line of updates count."""

import re

from wardround.core.matching._model import Answer, Subject, heaviest
from wardround.core.matching._objects import Shape, read_object
from wardround.core.matching._record import Record
from wardround.core.matching._sql_server import names_of_sql_server
from wardround.core.vocab import Verdict

_FIRST = {("14", "1"): "2"}
"""First builds numbered apart from their line: 14.0.1000.169, SQL Server 2017 itself, is mended by GDR (14.0.2xxx)."""

_BUILD = re.compile(r"(\d{2})\.\d{1,2}\.(\d)(\d{3})(?:\.\d+)?", re.ASCII)


def sql_server_answer(record: Record, place: int, subject: Subject) -> Answer | None:
    """The answer of one container; None when it names no line of this release. Objects of the same line have to agree."""
    at = f"{record.advisory.cve} {record.advisory.containers[place].pointer}"
    names = names_of_sql_server(subject.product)
    plans = [record.plan(place, Subject(subject.vendors, name, "")) for name in names]
    found = [(f"{at}/{one.place}", one.shape) for plan in plans for one in plan.objects]
    if not found:
        return None
    own = _BUILD.fullmatch(subject.version)
    if own is None and names != (subject.product,):
        why = "The inventory states no whole build of SQL Server, and its two lines of updates are mended apart."
        return Answer(Verdict.UNKNOWN, why, found[0][0])
    # A stated line takes any version at its word, unless the version is a build of another line.
    line = (own[1], _FIRST.get((own[1], own[2]), own[2])) if own else None
    heard = [(where, shape) for where, shape in found if line is None or _line(shape) in (None, line)]
    answers = [answer for where, shape in heard if (answer := read_object(shape, at=where, subject=subject))]
    if not answers:
        why = f"The record draws no line on the updates that {subject.version} belongs to, only on others."
        return Answer(Verdict.UNKNOWN, why, found[0][0])
    if len({answer.verdict for answer in answers}) == 1:
        return heaviest(answers)
    why = f"The record has several fixes on the updates that {subject.version} belongs to, and it is between them."
    return Answer(Verdict.UNKNOWN, why, answers[0].decided_by)


def _line(shape: Shape) -> tuple[str, str] | None:
    """The release and line of the build at which an object ends; None where it names none, or more than one."""
    entries = shape.affected.get("versions")
    texts = [e.get("lessThan") for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []
    found = {(m[1], m[2]) for text in texts if isinstance(text, str) and (m := _BUILD.fullmatch(text))}
    return found.pop() if len(found) == 1 and len(texts) == 1 else None
