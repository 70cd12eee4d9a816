"""What a container says of a product that is mended line by line: the objects on the install's own line decide.

Where the record draws no line on it, the lines above it in the same release are asked (their ranges may begin below), and
never clear it; past every line of its release the convention holds, and is said. An object's line is told by the build at
which its ranges end: the names of products are not: some records give one line's fix to another's name.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wardround.core.matching._model import Answer, Subject, heaviest
from wardround.core.matching._numbers import text_of
from wardround.core.matching._objects import Shape, read_object
from wardround.core.matching._orders import shown
from wardround.core.matching._platforms import Part, combine
from wardround.core.matching._product_lines import Family, Line, build_of
from wardround.core.matching._record import Record
from wardround.core.names import key_of
from wardround.core.vocab import Verdict

_NEWER = "A line that is newer than every fix is taken to hold it."


@dataclass(frozen=True, slots=True)
class _Object:
    """An object on one product of the family. No line: nothing in it tells one; no release: neither does that."""

    at: str
    shape: Shape
    line: Line | None
    release: str


def lines_answer(record: Record, place: int, subject: Subject, family: Family) -> Answer | None:
    """The answer of one container; None when it does not name the family."""
    if (found := record.lines.get((place, family.key))) is None:
        found = record.lines[place, family.key] = _objects(record, place, subject, family)
    if not found:
        return None
    build = text_of(subject.version).numbers
    line = family.line_of(build) if build else None
    if build is None or line is None:
        stated = f"{shown(subject.version)} is no whole build" if subject.version else "The inventory states no version"
        why = f"{stated} of {family.title}, whose lines of updates are mended apart."
        return Answer(Verdict.UNKNOWN, why, found[0].at)
    release = family.release_of(build)
    here = [one for one in found if one.release in ("", release)]
    if not here:
        why = f"The record does not speak of the release of {family.title} that {shown(subject.version)} is of, only of others."
        return Answer(Verdict.UNKNOWN, why, found[0].at)
    own = [one for one in here if one.line in (None, line)]
    if any(one.line for one in own):
        return _credited(_read(own, subject), family)
    return _credited(_beside(here, line, subject, family), family)


def _beside(here: Sequence[_Object], line: Line, subject: Subject, family: Family) -> Answer:
    """The answer where the record draws no line on the install's own."""
    silent = [one for one in here if one.line is None]
    above = [one for one in here if one.line and one.line > line]
    answer = _read([*(above or here), *silent], subject)
    if above and answer.verdict is Verdict.NOT_AFFECTED:
        why = f"The record draws no line on the updates of {family.title} that {shown(subject.version)} belongs to, only on others."
        return Answer(Verdict.UNKNOWN, why, answer.decided_by)
    if answer.verdict is Verdict.NOT_AFFECTED:
        return replace(answer, assumed=(*answer.assumed, _NEWER))
    return answer


def _objects(record: Record, place: int, subject: Subject, family: Family) -> list[_Object]:
    """Every object of the container on a product of the family, once."""
    container = record.advisory.containers[place]
    at, found = f"{record.advisory.cve} {container.pointer}", dict[int, Shape]()
    for name in family.names:
        asked = Subject(subject.vendors, name, "")
        for one in record.plan(place, asked).objects:
            if family.record.fullmatch(key_of(one.shape.affected.get("product")).replace("_", " ")):
                found.setdefault(one.place, one.shape)
    return [_object(f"{at}/{number}", shape, family) for number, shape in sorted(found.items())]


def _object(at: str, shape: Shape, family: Family) -> _Object:
    ends = {end for entry in shape.entries if entry.span and (end := build_of(entry.span.end or ""))}
    lines = {family.line_of(end) for end in ends}
    releases = {family.release_of(end) for end in ends} or {_named(shape, family)}
    line = lines.pop() if len(lines) == 1 else None
    return _Object(at, shape, line, releases.pop() if len(releases) == 1 else "")


def _named(shape: Shape, family: Family) -> str:
    """The release that an object's name states."""
    words = key_of(shape.affected.get("product"))
    return next((release for release in (*family.releases, *family.ranges) if release in words), "")


def _read(objects: Sequence[_Object], subject: Subject) -> Answer:
    """The heaviest answer of these objects, each on its platforms."""
    parts: list[Part] = []
    for one in objects:
        answer = read_object(one.shape, at=one.at, subject=subject)
        if answer is not None:
            parts.append((one.shape.platforms, answer))
    if not parts:
        return Answer(Verdict.NOT_EVALUABLE, "The record speaks of git commits only.", objects[0].at)
    listed = {platform for platforms, _ in parts for platform in platforms}
    if subject.platform in listed or not subject.platform:
        return combine(parts, platform=subject.platform)
    return heaviest([answer for _, answer in parts])


def _credited(answer: Answer, family: Family) -> Answer:
    if answer.verdict is not Verdict.AFFECTED or not family.taken:
        return answer
    return replace(answer, assumed=(*answer.assumed, family.taken))
