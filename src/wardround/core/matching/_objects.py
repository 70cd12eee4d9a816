"""What one `affected` object says of a version: entries in order, then the default (FACTS 9; versions.md)."""

from collections.abc import Mapping, Sequence
from typing import Any

from wardround.core.matching._entries import STATUSES, Reading, read_entry
from wardround.core.matching._model import Answer, Subject
from wardround.core.matching._orders import distributions, is_commit, order_of, shown
from wardround.core.vocab import Verdict

_WORDS = {Verdict.AFFECTED: "affected", Verdict.NOT_AFFECTED: "not affected"}
_SAYS = {
    Verdict.AFFECTED: "calls that affected",
    Verdict.NOT_AFFECTED: "calls that not affected",
    Verdict.UNKNOWN: "says that it is not known whether that is affected",
}


def read_object(affected: Mapping[str, Any], *, at: str, subject: Subject) -> Answer | None:
    """The answer of one object. `at` is the record's id and the object's JSON pointer.

    None when the object's scheme cannot hold this version at all (`git` and a version number): it is then passed over
    together with its default.
    """
    entries: Sequence[Any] = affected["versions"] if isinstance(affected.get("versions"), list) else ()
    types = schemes_of(affected)
    if types == {"git"} and subject.version and not is_commit(subject.version) and subject.version not in _listed(entries):
        return None
    if subject.scheme in distributions() - types:
        why = (
            f"This is a distribution's package ({subject.scheme}), whose maintainers mend old versions: the record does not decide."
        )
        return Answer(Verdict.UNKNOWN, why, at)
    answer = _walk(entries, affected, at, subject.version)
    # `programFiles` are source files that every build holds, so they narrow nothing that an inventory could show.
    modules = [str(m) for m in affected["modules"]] if isinstance(affected.get("modules"), list) else []
    if modules and answer.verdict is Verdict.AFFECTED:
        part = f"The part that the record speaks of ({', '.join(modules[:3])[:120]}) is taken to be in use."
        return Answer(answer.verdict, answer.reason, answer.decided_by, (*answer.assumed, part))
    return answer


def schemes_of(affected: Mapping[str, Any]) -> set[str]:
    """The names of the orders that an object's entries declare."""
    entries = affected["versions"] if isinstance(affected.get("versions"), list) else ()
    return {order_of(e["versionType"]).name for e in entries if isinstance(e, Mapping) and isinstance(e.get("versionType"), str)}


def _listed(entries: Sequence[Any]) -> set[str]:
    return {str(e.get(k)) for e in entries if isinstance(e, Mapping) for k in ("version", "lessThan", "lessThanOrEqual")}


def _walk(entries: Sequence[Any], affected: Mapping[str, Any], at: str, version: str) -> Answer:
    """The first entry that contains the version decides; an undecided entry only matters when it could change the answer."""
    readings: list[Reading] = []
    for entry in entries:
        readings.append(read_entry(entry, version=version))
        if not readings[-1].outside:
            break
    decider = len(readings) - 1 if readings and not readings[-1].outside else None
    fallback = _default(affected, readings, at, version) if decider is None else None
    possible = {status for reading in readings for status in reading.statuses} | ({fallback.verdict} if fallback else set())
    if len(possible) > 1:
        return _undecided(readings, at)
    (verdict,) = possible
    assumed = [a for reading in readings if reading.status is not verdict for a in reading.assumed]
    if fallback:
        return Answer(verdict, fallback.reason, fallback.decided_by, tuple(dict.fromkeys((*assumed, *fallback.assumed))))
    place, reading = len(readings) - 1, readings[-1]
    among = f"; {_named(version)} is one of them" if reading.what.startswith("covers") else ""
    reason = f"Entry {place + 1} of the record {reading.what}, and {_SAYS[verdict]}{among}."
    return Answer(verdict, reason, f"{at}/versions/{place}", tuple(dict.fromkeys((*assumed, *reading.assumed))))


def _undecided(readings: Sequence[Reading], at: str) -> Answer:
    """Several answers are possible: the first entry that could not be decided says why; *not evaluable* outranks *unknown*."""
    doubts = [(r.doubt is not Verdict.NOT_EVALUABLE, place, r) for place, r in enumerate(readings) if not r.decided]
    _, place, reading = min(doubts, key=lambda doubt: doubt[:2])
    return Answer(reading.doubt, reading.what, f"{at}/versions/{place}", reading.assumed)


def _default(affected: Mapping[str, Any], readings: Sequence[Reading], at: str, version: str) -> Answer:
    """What answers when no entry contains the version: the stated default, else the convention past the end, else nothing."""
    stated = affected.get("defaultStatus")
    none_covers = f"No entry of the record covers {_named(version)}, and it" if readings else "The record lists no versions, and"
    if not all(reading.decided for reading in readings):
        none_covers = "One entry of the record cannot be read for certain, which changes nothing: it"
    if isinstance(stated, str) and stated in STATUSES:
        verdict, every = STATUSES[stated], "every other version" if readings else "the product"
        says = "says that the rest is not known" if verdict is Verdict.UNKNOWN else f"calls {every} {_WORDS[verdict]}"
        return Answer(verdict, f"{none_covers} {says}.", f"{at}/defaultStatus")
    bad = [reading for reading in readings if reading.status is Verdict.AFFECTED]
    if any(reading.ends for reading in bad) and all(reading.past for reading in bad):
        reason = f"{_named(version)} is at or past the end of every range that the record calls affected."
        assumed = "The record does not say what is true past its last affected range: taken as not affected, as is the convention."
        return Answer(Verdict.NOT_AFFECTED, reason, at, (assumed, *dict.fromkeys(a for r in bad for a in r.assumed)))
    return Answer(Verdict.UNKNOWN, f"{none_covers} does not say what is true of the rest.", at)


def _named(version: str) -> str:
    return shown(version) if version else "a version that is not stated"
