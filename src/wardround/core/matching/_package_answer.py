"""What a container says of a distribution's package: the objects of its own release, under the distribution's own names."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from wardround.core.matching._model import Answer, Subject, heaviest
from wardround.core.matching._objects import Shape, read_object
from wardround.core.matching._packages import family_of, release_of, vendors_of
from wardround.core.matching._record import Record
from wardround.core.vocab import Verdict, name_key

_MODULAR = re.compile(r"(?:\d+:)?(\d+)[^-]*-.*\.module[+_]el", re.ASCII)
_EPOCH = re.compile(r"(\d{1,9}):", re.ASCII)
_BOUNDS = ("version", "lessThan", "lessThanOrEqual")


def package_answer(record: Record, place: int, subject: Subject) -> Answer | None:
    """The answer of one container for a subject with a distribution; None when it has no word of the distribution on it.

    Where the release is not known, all releases that the container speaks of have to agree. A package of a minor
    release (`redhat:8.6`) is held against what is said of that one, else of its major release.
    """
    container = record.advisory.containers[place]
    at = f"{record.advisory.cve} {container.pointer}"
    releases: dict[str, list[Answer]] = defaultdict(list)
    foreign: dict[str, list[Answer]] = defaultdict(list)
    for vendor in vendors_of(subject.distribution):
        for one in record.plan(place, replace(subject, vendors=(vendor,))).objects:
            trouble = _other_stream(subject.version, _bounds(one.shape))
            answer = (
                Answer(Verdict.UNKNOWN, trouble, f"{at}/{one.place}") if trouble else _read(one.shape, f"{at}/{one.place}", subject)
            )
            for release in _releases(one.shape):
                if answer:
                    (foreign if trouble else releases)[release].append(answer)
    # What is said of another stream only speaks where nothing is said of the package's own.
    spoken = {release: heaviest(releases.get(release) or foreign[release]) for release in {*releases, *foreign}}
    return _on(subject.distribution, spoken, at)


def silence(subject: Subject, *, at: str) -> Answer:
    """The answer where the distribution has said nothing of its package: never *affected*, whatever the upstream version."""
    why = f"This is a package of {subject.distribution}, whose maintainers mend old versions: no word of theirs is at hand."
    return Answer(Verdict.UNKNOWN, why, at)


def _on(distribution: str, releases: dict[str, Answer], at: str) -> Answer | None:
    """The answer for one release, or for any of them where it is not known."""
    if not releases:
        return None
    release, general = distribution, releases.get("")
    while release and ":" in release:
        if answer := releases.get(release):
            return heaviest([answer, general]) if general else answer
        release = release.rpartition(".")[0]
    if general:
        return general
    listed = ", ".join(sorted(releases)[:4]) + (f" and {len(releases) - 4} more" if len(releases) > 4 else "")
    if ":" in distribution:
        why = f"The statement speaks of {listed}, and says nothing of {distribution}."
        return Answer(Verdict.UNKNOWN, why, at)
    if len({answer.verdict for answer in releases.values()}) == 1:
        return heaviest(list(releases.values()))
    why = f"The statement tells releases apart ({listed}), and the inventory does not say which release of {distribution} this is."
    return Answer(Verdict.UNKNOWN, why, at)


def _releases(shape: Shape) -> Sequence[str]:
    """The releases that an object speaks of; one empty text: all of them."""
    listed = shape.affected.get("platforms")
    named = [name_key(one) for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
    if shape.platforms and any(":" in one for one in named):
        return named
    product = shape.affected.get("product")
    package = shape.affected.get("packageName")
    if not isinstance(product, str) or not isinstance(package, str) or name_key(product) == name_key(package):
        return named if shape.platforms else [""]
    return [release_of(product) or name_key(product)]


def _read(shape: Shape, at: str, subject: Subject) -> Answer | None:
    """One object, under its own scheme. A version without epoch is read as 0 and with the statement's: both have to agree."""
    if same := shape.types & family_of(subject.scheme):
        subject = replace(subject, scheme=min(same))
    bounds = _bounds(shape)
    answer = read_object(shape, at=at, subject=subject)
    epochs = {found[1] for bound in bounds if (found := _EPOCH.match(bound)) and found[1] != "0"}
    if subject.scheme != "rpm" or not subject.version or not epochs or _EPOCH.match(subject.version) or answer is None:
        return answer
    for epoch in sorted(epochs):
        other = read_object(shape, at=at, subject=replace(subject, version=f"{epoch}:{subject.version}"))
        if other is None or other.verdict is not answer.verdict:
            why = f"The inventory states no epoch, which is 0, and the statement has {epoch}: with that the answer is another."
            return Answer(Verdict.UNKNOWN, why, at)
    return replace(
        answer, assumed=(*answer.assumed, "The inventory states no epoch: the answer is the same with 0 and with the statement's.")
    )


def _other_stream(version: str, bounds: Sequence[str]) -> str:
    """Why a version of a module stream cannot be held against these bounds; empty where it can.

    Streams of one module (nodejs 16 and 18) are mended apart, each with its own versions.
    """
    own = _MODULAR.match(version)
    theirs = [_MODULAR.match(bound) for bound in bounds]
    if not own and not any(theirs):
        return ""
    if not version:
        return ""
    if own and theirs and all(their and their[1] == own[1] for their in theirs):
        return ""
    return "The package or the statement is of a module stream, and they are not of the same: their versions do not compare."


def _bounds(shape: Shape) -> list[str]:
    """The bounds that say more than `from the beginning` and `to the end`."""
    entries = shape.affected.get("versions")
    texts = (e.get(key) for e in (entries if isinstance(entries, list) else ()) if isinstance(e, dict) for key in _BOUNDS)
    return [text for text in texts if isinstance(text, str) and text.strip() not in ("", "*", "0", "0:0", "-")]
