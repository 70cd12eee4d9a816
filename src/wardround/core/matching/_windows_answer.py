"""What a container says of a Windows install: its release's objects, read by build and update revision.

Microsoft's records name each release, and Server Core, as a product of its own (`Windows 10 Version 22H2`). Where an
inventory leaves several possible, all of them have to agree. Source of the rules: FACTS 9; builds as in `tables/windows.json`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wardround.core.matching._model import Answer, Subject, heaviest
from wardround.core.matching._objects import Shape, read_object
from wardround.core.matching._platforms import Part, combine
from wardround.core.matching._record import Record
from wardround.core.matching._windows import OR_LATER, VENDOR, Release, architectures, releases_of, same_revisions, update_since
from wardround.core.vocab import Verdict

Objects = Sequence[tuple[str, Shape]]
"""Objects of a container, each with where it stands (the record's id and a JSON pointer)."""

_BUILT = re.compile(r"(\d+\.\d+)\.(\d{4,5})(?:\.{1,2}(\d+))?", re.ASCII)
_BOUNDS = ("version", "lessThan", "lessThanOrEqual")
_TOP = 65_535


def windows_answer(record: Record, place: int, subject: Subject) -> Answer | None:
    """The answer of one container for a subject that is Windows; None when the container does not name it."""
    asked = _Asked(record, place, subject)
    worlds = [(release, _of_release(release, asked, core=core)) for release, core in releases_of(subject.product) or ()]
    spoken = [answer for _, answer in worlds if answer]
    if not spoken:
        return None
    if len(worlds) == 1:
        return spoken[0]
    if len(spoken) == len(worlds) and len({answer.verdict for answer in spoken}) == 1:
        return heaviest(spoken)
    listed = ", ".join(release.names[0] for release, _ in worlds[:3]) + ("..." if len(worlds) > 3 else "")
    why = f"The inventory does not tell which release of Windows this is ({listed}), and the record answers them differently."
    return Answer(Verdict.UNKNOWN, why, spoken[0].decided_by)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question to one container."""

    record: Record
    place: int
    subject: Subject

    def of(self, names: Sequence[str]) -> Objects:
        """The container's objects of these product keys."""
        at = f"{self.record.advisory.cve} {self.record.advisory.containers[self.place].pointer}"
        plans = [self.record.plan(self.place, Subject((VENDOR,), name, "")) for name in names]
        return [(f"{at}/{one.place}", one.shape) for plan in plans for one in plan.objects]


def _of_release(release: Release, asked: _Asked, *, core: bool) -> Answer | None:
    """One release: full installation and Server Core have to agree where the record has both and nobody says which it is."""
    full, bare = asked.of(release.names), asked.of(release.core)
    if core and release.core:
        return _together(bare, asked) if bare else _silent(full, "the Server Core installation")
    if not full and bare:
        return _silent(bare, "the full installation")
    if not full:
        return _in_general(asked.of(release.general), asked)
    answers = [answer for part in (full, bare) if part and (answer := _together(part, asked))]
    if len({answer.verdict for answer in answers}) == 1:
        return answers[0]
    why = "The record answers the full and the Server Core installation differently, and the inventory does not say which this is."
    return Answer(Verdict.UNKNOWN, why, full[0][0])


def _silent(others: Objects, what: str) -> Answer | None:
    if not others:
        return None
    return Answer(Verdict.UNKNOWN, f"The record does not speak of {what} of this release, only of the other.", others[0][0])


def _in_general(found: Objects, asked: _Asked) -> Answer | None:
    """Objects that leave the feature version out may list it as a version: they never clear a build."""
    answer = _together(found, asked) if found else None
    if answer and answer.verdict is Verdict.NOT_AFFECTED:
        why = "The record speaks of this Windows without its release, and does not list this build: that clears nothing."
        return Answer(Verdict.UNKNOWN, why, answer.decided_by)
    return answer


def _together(found: Objects, asked: _Asked) -> Answer | None:
    parts: list[Part] = []
    for at, shape in found:
        if answer := _read(shape, at, asked):
            parts.append((shape.platforms, answer))
    if not parts:
        return None
    subject = asked.subject
    if len(parts) == 1 and not subject.platform and parts[0][0] <= architectures():
        return parts[0][1]
    listed = {platform for platforms, _ in parts for platform in platforms}
    if not subject.platform or not listed or subject.platform in listed:
        return combine(parts, platform=subject.platform)
    answer = combine(parts, platform="")
    if not answer.decides:
        return answer
    taken = f"The record lists {', '.join(sorted(listed)[:3])} only: the same is taken to be true of {subject.platform}."
    return replace(answer, assumed=(*answer.assumed, taken))


def _read(shape: Shape, at: str, asked: _Asked) -> Answer | None:
    """One object. A lower bound of the revision stands for every later one too: all of them have to agree."""
    subject = asked.subject
    stated = subject.version.removesuffix(OR_LATER)
    found = _BUILT.fullmatch(stated)
    if not found:
        return read_object(shape, at=at, subject=subject)
    kept, key = asked.record.builds, (at, found[2])
    if key not in kept:
        kept[key] = _adapted(shape, int(found[2]))
    shape, notes, foreign = kept[key]
    if foreign:
        why = f"The record draws its line at build {foreign}, which does not tell anything about build {found[2]}."
        return Answer(Verdict.UNKNOWN, why, at)
    if answer := _since_publication(shape, at, found, asked):
        return answer
    if stated == subject.version:
        answer = read_object(shape, at=at, subject=subject)
        if (
            answer
            and answer.verdict is Verdict.AFFECTED
            and any(entry.get("lessThan") == stated for entry in _entries(shape.affected))
        ):
            why = f"The record has {stated} as one fix and a later one beside it: they are of two lines of updates."
            return Answer(Verdict.UNKNOWN, why, answer.decided_by)
        return replace(answer, assumed=(*answer.assumed, *notes)) if answer and notes else answer
    answers = [read_object(shape, at=at, subject=replace(subject, version=v)) for v in _later(shape.affected, stated, found)]
    first = answers[0]
    if first is None or len({answer.verdict for answer in answers if answer}) > 1:
        why = f"The installed updates show that this is at {stated} or later, and the record draws a line above that."
        return Answer(Verdict.UNKNOWN, why, at)
    shown = f"The installed updates that are listed are taken to be in use: they bring this to {stated} at least."
    return replace(first, assumed=(*first.assumed, *notes, shown))


def _since_publication(shape: Shape, at: str, found: re.Match[str], asked: _Asked) -> Answer | None:
    """*Not affected* at or past an update released after the record, where its range ends at its `publication`; else None.

    Microsoft's records of 2019 and 2020 state no build there; the update that came with the record has it or a later one.
    """
    if not found[3] or not ends_at_publication(shape):
        return None
    known = update_since(int(found[2]), asked.record.advisory.published.date().isoformat())
    if known is None or int(found[3]) < known[0]:
        return None
    revision, update, day = known
    why = f"The record's range ends at its publication, and {found[0]} is at or past {found[2]}.{revision} ({update}) of {day}."
    return Answer(Verdict.NOT_AFFECTED, why, at, ("A cumulative update that is later than the record is taken to hold its fix.",))


def ends_at_publication(shape: Shape) -> bool:
    """True where every range of an object ends at `publication` instead of a build."""
    ends = [str(entry.get("lessThan")).casefold() for entry in _entries(shape.affected)]
    return bool(ends) and set(ends) == {"publication"}


def _later(affected: Mapping[str, Any], stated: str, found: re.Match[str]) -> list[str]:
    """The lowest version, every bound of the record above it in the same build, and the highest there can be."""
    bounds = {text for entry in _entries(affected) for text in _texts(entry) if text.startswith(f"{found[1]}.{found[2]}.")}
    return [stated, *sorted(bounds), f"{found[1]}.{found[2]}.{_TOP}"]


def _adapted(shape: Shape, build: int) -> tuple[Shape, tuple[str, ...], str]:
    """The object with its bounds on the given build, what was read into them, and a build of other revisions that it names.

    Two forms that Microsoft's records have: `10.0.20348..2762`, and a release whose line is drawn at a build with which
    it shares its revisions (21H2 at 10.0.19043.1466).
    """
    notes: dict[str, None] = {}
    foreign = ""
    entries: list[Any] = []
    for entry in _entries(shape.affected):
        changed: dict[str, Any] = {}
        for key in _BOUNDS:
            text = entry.get(key)
            found = _BUILT.fullmatch(text) if isinstance(text, str) else None
            if not found or not found[3]:
                continue
            if not same_revisions(int(found[2]), build):
                foreign = foreign or found[2]
            meant = f"{found[1]}.{build}.{found[3]}"
            if text != meant:
                changed[key] = meant
                notes[f"The record writes {text} here: read as {meant}."] = None
        entries.append({**entry, **changed} if changed else entry)
    return Shape({**shape.affected, "versions": entries}) if notes else shape, tuple(notes), foreign


def _entries(affected: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    versions = affected.get("versions")
    return [entry for entry in versions if isinstance(entry, Mapping)] if isinstance(versions, list) else []


def _texts(entry: Mapping[str, Any]) -> list[str]:
    return [text for key in _BOUNDS if isinstance(text := entry.get(key), str)]
