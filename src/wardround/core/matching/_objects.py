"""What one `affected` object says of a version: entries in order, then the default (FACTS 9; versions.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from wardround.core.matching._entries import STATUSES, Entry, entry_of, unread
from wardround.core.matching._model import Answer, Subject
from wardround.core.matching._nearer import mended_in_branch, mended_nearer
from wardround.core.matching._numbers import Text, text_of
from wardround.core.matching._orders import distributions, is_commit, order_of, shown
from wardround.core.matching._platforms import platforms_of
from wardround.core.matching._product_order import form_of_object
from wardround.core.matching._reading import Reading
from wardround.core.matching._variants import odd_cpe
from wardround.core.matching._weighing import Before, By, after, otherwise, said_of, weighed
from wardround.core.vocab import Verdict

MOST_ENTRIES = 20_000
"""Entries of one product in one container that are read, so that no record holds up the others. Those past them could decide."""

_WORDS = {Verdict.AFFECTED: "affected", Verdict.NOT_AFFECTED: "not affected"}
_SAYS = {
    Verdict.AFFECTED: "calls that affected",
    Verdict.NOT_AFFECTED: "calls that not affected",
    Verdict.UNKNOWN: "says that it is not known whether that is affected",
}
_BARE = {verdict: Answer(verdict, "", "") for verdict in Verdict}
_CONVENTION = "The record does not say what is true past its last affected range: taken as not affected, as is the convention."


class Shape:
    """One `affected` object, compiled once for all the versions that are held against it."""

    __slots__ = ("affected", "assumed", "default", "entries", "form", "further", "modules", "odd", "platforms", "types")

    def __init__(
        self, affected: Mapping[str, Any], *, most: int = MOST_ENTRIES, assumed: tuple[str, ...] = (), further: str = ""
    ) -> None:
        listed: Sequence[Any] = affected["versions"] if isinstance(affected.get("versions"), list) else ()
        self.affected, self.assumed, self.further = affected, assumed, further
        form = form_of_object(affected)
        self.entries: list[Entry] = [entry_of(entry, form=form) for entry in islice(listed, most)]
        self.form = form if form and any(entry.order.name == form.name for entry in self.entries) else None
        if len(listed) > most:
            self.entries.append(unread(len(listed), most))
        self.types = schemes_of(affected)
        self.platforms, self.odd = platforms_of(affected), odd_cpe(affected)
        stated = affected.get("defaultStatus")
        self.default = STATUSES.get(stated) if isinstance(stated, str) else None
        # `programFiles` are source files that every build holds, so they narrow nothing that an inventory could show.
        modules = affected.get("modules")
        self.modules = ", ".join(map(str, modules[:3]))[:120] if isinstance(modules, list) else ""

    def holds(self, version: Text) -> bool:
        """False where the object's scheme cannot hold this version at all: `git` commits, and a version number."""
        return self.types != {"git"} or not version.text or is_commit(version.text) or version.text in _listed(self.entries)


def read_object(affected: Mapping[str, Any] | Shape, *, at: str, subject: Subject) -> Answer | None:
    """The answer of one object. `at` is the record's id and the object's JSON pointer.

    None when the object's scheme cannot hold this version at all (`git` and a version number): it is then passed over
    together with its default.
    """
    shape, version = affected if isinstance(affected, Shape) else Shape(affected), text_of(subject.version)
    if not shape.holds(version):
        return None
    if subject.scheme and subject.scheme in distributions() - shape.types:
        why = (
            f"This is a distribution's package ({subject.scheme}), whose maintainers mend old versions: the record does not decide."
        )
        return Answer(Verdict.UNKNOWN, why, at)
    answer = _walk(shape, at, version)
    if shape.assumed and answer.decides:
        answer = replace(answer, assumed=tuple(dict.fromkeys((*answer.assumed, *shape.assumed))))
    if shape.further and answer.verdict is Verdict.UNKNOWN:
        answer = replace(answer, reason=f"{answer.reason} {shape.further}")
    if shape.form:
        if answer.verdict is Verdict.AFFECTED and (nearer := mended_nearer(shape.entries, shape.form, version.text)):
            answer = Answer(Verdict.UNKNOWN, nearer, answer.decided_by)
        elif (
            answer.decided_by in (at, f"{at}/defaultStatus")
            and answer.verdict is Verdict.UNKNOWN
            and (mended := mended_in_branch(shape.entries, shape.form, version.text))
        ):
            answer = replace(answer, verdict=Verdict.NOT_AFFECTED, assumed=(*answer.assumed, mended))
        answer = replace(answer, reason=f"{answer.reason} Compared by the reviewed order of {shape.form.title}.")
    if shape.modules and answer.verdict is Verdict.AFFECTED:
        part = f"The part that the record speaks of ({shape.modules}) is taken to be in use."
        return Answer(answer.verdict, answer.reason, answer.decided_by, (*answer.assumed, part))
    if shape.odd and answer.verdict is Verdict.NOT_AFFECTED:
        why = f"The record narrows this by {shown(shape.odd)}, which is no CPE name: what it clears, nobody can tell."
        return Answer(Verdict.NOT_EVALUABLE, why, f"{at}/cpes")
    return answer


def schemes_of(affected: Mapping[str, Any]) -> set[str]:
    """The names of the orders that an object's entries declare."""
    entries = affected["versions"] if isinstance(affected.get("versions"), list) else ()
    types = {e["versionType"] for e in entries if isinstance(e, Mapping) and isinstance(e.get("versionType"), str)}
    return {order_of(stated).name for stated in types}


def _listed(entries: Sequence[Entry]) -> set[str]:
    return {text for entry in entries for text in (entry.stated, entry.span.end if entry.span else "") if text}


def bare_object(affected: Mapping[str, Any] | Shape, *, at: str, subject: Subject) -> Answer | None:
    """The verdict that `read_object` gives, without a word: for counting. `decided_by` and `reason` are empty."""
    shape, version = affected if isinstance(affected, Shape) else Shape(affected), text_of(subject.version)
    if not shape.holds(version):
        return None
    if subject.scheme and subject.scheme in distributions() - shape.types:
        return _BARE[Verdict.UNKNOWN]
    verdict, by_default = _verdict(shape, version)
    if shape.form and (verdict is Verdict.AFFECTED or (by_default and verdict is Verdict.UNKNOWN)):
        verdict = mended(shape, verdict, version.text)
    return _BARE[Verdict.NOT_EVALUABLE if shape.odd and verdict is Verdict.NOT_AFFECTED else verdict]


def mended(shape: Shape, verdict: Verdict, version: str) -> Verdict:
    """What *affected*, or *unknown* by default, becomes where the product's reviewed order tells which range mends which."""
    assert shape.form is not None  # noqa: S101  (asked of such products only)
    if verdict is Verdict.AFFECTED:
        return Verdict.UNKNOWN if mended_nearer(shape.entries, shape.form, version) else verdict
    return Verdict.NOT_AFFECTED if mended_in_branch(shape.entries, shape.form, version) else verdict


def _verdict(shape: Shape, version: Text) -> tuple[Verdict, bool]:
    """The verdict of `_walk`, and whether no entry decided it."""
    verdict, by = _weigh(shape, version, [])
    return verdict, by is By.DEFAULT


def _weigh(shape: Shape, version: Text, readings: list[Reading]) -> tuple[Verdict, By]:
    """The verdict, and what decided; `readings` are filled in."""
    before = Before()
    for entry in shape.entries:
        readings.append(reading := entry.read(version))
        before = after(before, said_of(reading))
        if not reading.outside:
            return weighed(before, None)
    return weighed(before, otherwise(before, shape.default))


def _walk(shape: Shape, at: str, version: Text) -> Answer:
    """The same in words."""
    readings: list[Reading] = []
    verdict, by = _weigh(shape, version, readings)
    if by is By.DOUBT:
        return _undecided(readings, at)
    return _default(shape, readings, at, version, verdict) if by is By.DEFAULT else _by_entry(readings, at, version, verdict)


def _by_entry(readings: Sequence[Reading], at: str, version: Text, verdict: Verdict) -> Answer:
    """The answer of the entry that was read last."""
    place, reading = len(readings) - 1, readings[-1]
    what = reading.what
    among = f"; {_named(version.text)} is one of them" if what.startswith("covers") else ""
    reason = f"Entry {place + 1} of the record {what}, and {_SAYS[verdict]}{among}."
    return Answer(verdict, reason, f"{at}/versions/{place}", _assumed(readings[:-1], verdict, reading.assumed))


def _undecided(readings: Sequence[Reading], at: str) -> Answer:
    """Several answers are possible: the first entry that could not be decided says why; *not evaluable* outranks *unknown*."""
    place, reading = _first_doubt(readings)
    return Answer(reading.doubt, reading.what, f"{at}/versions/{place}", reading.assumed)


def _first_doubt(readings: Sequence[Reading]) -> tuple[int, Reading]:
    doubts = [(r.doubt is not Verdict.NOT_EVALUABLE, place, r) for place, r in enumerate(readings) if not r.decided]
    _, place, reading = min(doubts, key=lambda doubt: doubt[:2])
    return place, reading


def _default(shape: Shape, readings: Sequence[Reading], at: str, version: Text, verdict: Verdict) -> Answer:
    """What answers when no entry contains the version, in words."""
    if shape.default is None and verdict is Verdict.NOT_AFFECTED:
        reason = f"{_named(version.text)} is at or past the end of every range that the record calls affected."
        compared = (_CONVENTION, *(a for r in readings if r.status is Verdict.AFFECTED for a in r.assumed))
        return Answer(Verdict.NOT_AFFECTED, reason, at, _assumed(readings, Verdict.NOT_AFFECTED, compared))
    none_covers = (
        f"No entry of the record covers {_named(version.text)}, and it" if readings else "The record lists no versions, and"
    )
    if not all(reading.decided for reading in readings):
        none_covers = "One entry of the record cannot be read for certain, which changes nothing: it"
    if shape.default is None:
        return Answer(
            Verdict.UNKNOWN, f"{none_covers} does not say what is true of the rest.", at, _assumed(readings, Verdict.UNKNOWN)
        )
    every = "every other version" if readings else "the product"
    says = "says that the rest is not known" if verdict is Verdict.UNKNOWN else f"calls {every} {_WORDS[verdict]}"
    return Answer(verdict, f"{none_covers} {says}.", f"{at}/defaultStatus", _assumed(readings, verdict))


def _assumed(readings: Sequence[Reading], verdict: Verdict, more: tuple[str, ...] = ()) -> tuple[str, ...]:
    """What the answer rests on: that the entries of another status do not contain the version, and `more`."""
    kept = [reading.assumed for reading in readings if reading.assumed and reading.status is not verdict]
    return (
        tuple(dict.fromkeys([sentence for assumed in (*kept, more) for sentence in assumed]))
        if kept
        else tuple(dict.fromkeys(more))
    )


def _named(version: str) -> str:
    return shown(version) if version else "a version that is not stated"
