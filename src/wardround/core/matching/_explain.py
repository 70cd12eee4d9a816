"""Why a pair has its answer: every step in the order in which it decided, each with its source and date.

The answer is `decide`'s own; the steps are read from the same places, so that they can be held against it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from wardround.core.advisories import Advisory, Container
from wardround.core.matching._decide import DISPUTED, decide, heard, of_container, override_of
from wardround.core.matching._entries import STATUSES, Entry
from wardround.core.matching._model import Answer, Named, Subject
from wardround.core.matching._numbers import Text, text_of
from wardround.core.matching._objects import Shape
from wardround.core.matching._orders import UnreadableError, shown
from wardround.core.matching._overrides import Overrides
from wardround.core.matching._read_override import Override
from wardround.core.matching._reading import Reading
from wardround.core.matching._record import Placed, Record
from wardround.core.matching._variants import in_words
from wardround.core.vocab import Verdict

MOST_OBJECTS = 24
MOST_ENTRIES = 12
"""Entries of one object that are shown one by one; the deciding one is always among them."""

VERDICTS = {
    Verdict.AFFECTED: "Affected",
    Verdict.NOT_AFFECTED: "Not affected",
    Verdict.UNKNOWN: "Unknown",
    Verdict.NOT_EVALUABLE: "Cannot be evaluated",
}
_KINDS = {"record": "the CVE record", "distribution": "the distribution", "supplier": "the supplier"}
_LISTS = {"record": "The record's list", "distribution": "The distribution's own list", "supplier": "The supplier's list"}
_OTHERS = {"affected": "affected", "unaffected": "not affected", "unknown": "unknown"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `title` in a word or two, `text` in plain words, whose word it is, since when, and where it stands."""

    title: str
    text: str
    source: str
    stated_at: datetime | date | None
    pointer: str


def explain(
    advisory: Advisory | Record, subject: Subject, *, overrides: Overrides, named: Named | None = None
) -> tuple[Answer, tuple[Step, ...]]:
    """The answer for one pair, the same as `decide` gives, and the steps that led to it. `named`: how the install was found."""
    record = advisory if isinstance(advisory, Record) else Record(advisory)
    answer = decide(record, subject, overrides=overrides)
    return answer, tuple(_steps(record, subject, overrides, named, answer))


def _steps(record: Record, subject: Subject, overrides: Overrides, named: Named | None, answer: Answer) -> Iterator[Step]:
    advisory = record.advisory
    yield _of_record(advisory)
    yield _of_name(record, subject, named)
    override = override_of(advisory.cve, subject, overrides)
    if advisory.state.casefold() != "rejected" and len(subject.vendors) < 2:
        if override:
            stated = override.override
            text = f"A reviewed vendor fact (an override) decides before the record does. {stated.reason}"
            yield Step("override", text, f"{stated.author}, {stated.source}", stated.date, f"override {stated.id}")
        else:
            text = "No reviewed vendor fact (override) speaks of this record and product, so the record itself is read."
            yield Step("override", text, "overrides", None, "")
            yield from _of_containers(record, subject)
        yield from _beside(record, subject, overridden=override is not None)
    yield _of_answer(advisory, answer, override.override if override and answer.decided_by.startswith("override ") else None)


def _of_record(advisory: Advisory) -> Step:
    tags = f" It is marked: {', '.join(advisory.tags)}." if advisory.tags else ""
    rejected = " It was rejected: it states nothing any more." if advisory.state.casefold() == "rejected" else ""
    version = f", version {advisory.sha256[:12]}" if advisory.sha256 else ""
    text = f"The record of {advisory.cve}: published {_day(advisory.published)}, updated {_day(advisory.updated)}.{rejected}{tags}"
    return Step("record", text, advisory.source, advisory.updated, f"{advisory.cve} /cveMetadata{version}")


def _of_name(record: Record, subject: Subject, named: Named | None) -> Step:
    """How the install came to this record."""
    vendor = " or ".join(vendor or "a vendor that is not stated" for vendor in subject.vendors) or "a vendor that is not stated"
    via = named.via if named else ""
    text = f"The record names {subject.product} of {vendor}.{f' The names it goes by: {via}.' if via else ''}"
    facts = [
        f"version {shown(subject.version)}" if text_of(subject.version).text else "no version",
        *([f"versions ordered as {subject.scheme}"] if subject.scheme else []),
        *([f"platform {subject.platform}"] if subject.platform else []),
        *([f"release {subject.distribution}"] if subject.distribution else []),
    ]
    return Step("name", f"{text} The inventory states {', '.join(facts)}.", "inventory", None, f"{record.advisory.cve} /containers")


def _of_containers(record: Record, subject: Subject) -> Iterator[Step]:
    """Each container that may decide, until one does."""
    place = None
    for heard_at, answer in heard(record, subject):
        yield _of_container(record, record.advisory.containers[heard_at], answer)
        if heard_at != place:
            yield from _of_objects(record, heard_at, subject, answer)
        place = heard_at
        if answer.decides:
            return
    if place is None:
        text = "Nobody who may decide on this product names it."
        yield Step("container", text, record.advisory.source, None, f"{record.advisory.cve} /containers")


def _of_container(record: Record, container: Container, answer: Answer) -> Step:
    decides = "decides" if answer.decides else "does not decide, so the next list is asked"
    text = f"{_list(container)} {decides}. {answer.reason}"
    stated = container.stated_at or (record.advisory.updated if container.kind == "record" else None)
    source = container.source or record.advisory.source
    return Step("container", text, source, stated, f"{record.advisory.cve} {container.pointer}")


def _of_objects(record: Record, place: int, subject: Subject, answer: Answer) -> Iterator[Step]:
    """The objects that name the product and, of each, the entries up to the one that contains the version.

    Of very many the first, and the one that decided.
    """
    container, version = record.advisory.containers[place], text_of(subject.version)
    source, stated = container.source or record.advisory.source, container.stated_at or record.advisory.updated
    objects = record.plan(place, subject).objects
    for number, one in enumerate(objects):
        at = f"{record.advisory.cve} {container.pointer}/{one.place}"
        if number >= MOST_OBJECTS and not f"{answer.decided_by}/".startswith(f"{at}/"):
            continue
        yield Step("object", _object(one, subject), source, stated, at)
        if not one.shape.holds(version):
            text = "It speaks of git commits, which cannot hold this version: it is passed over together with its default."
            yield Step("entry", text, source, stated, f"{at}/versions")
            continue
        for line, entry, reading in _deciding(one.shape, version):
            yield Step("entry", _entry(line, entry, reading, version), source, stated, f"{at}/versions/{line}")
    if len(objects) > MOST_OBJECTS:
        text = f"{len(objects):,} objects of this list name the product; those that are not shown decided nothing."
        yield Step("object", text, source, stated, f"{record.advisory.cve} {container.pointer}")


def _object(one: Placed, subject: Subject) -> str:
    """What an object is about."""
    shape, platforms = one.shape, one.platforms
    product = " ".join(str(shape.affected.get("product") or shape.affected.get("packageName") or "a product").split())[:80]
    default, number = shape.affected.get("defaultStatus"), len(shape.entries)
    said = f"calls every other version {_OTHERS[str(default)]}" if default in STATUSES else "says nothing of other versions"
    text = f"Of {product} it has {number:,} {'entry' if number == 1 else 'entries'}, and it {said}."
    if platforms:
        here = subject.platform or "not known"
        text += f" It holds for {', '.join(sorted(platforms)[:4])} only; what this install runs on is {here}."
    if one.variants:
        own = in_words((subject.variant,)) if subject.variant else "not stated"
        text += f" By its CPE names it holds for {in_words(one.variants)} only; of this install that is {own}."
    return f"{text} It speaks of this part alone: {shape.modules}." if shape.modules else text


def _deciding(shape: Shape, version: Text) -> list[tuple[int, Entry, Reading]]:
    """The entries up to the one that contains the version; of a long list those that are undecided and the last."""
    read = []
    for number, entry in enumerate(shape.entries):
        reading = entry.read(version)
        read.append((number, entry, reading))
        if not reading.outside:
            break
    if len(read) <= MOST_ENTRIES:
        return read
    telling = [one for one in read[:-1] if one[2].statuses]
    return [*read[: MOST_ENTRIES // 2], *[one for one in telling if one[0] >= MOST_ENTRIES // 2][: MOST_ENTRIES // 2 - 1], read[-1]]


def _entry(number: int, entry: Entry, reading: Reading, version: Text) -> str:
    """One entry: what it says, how the version compares with its bounds, and what comes of it."""
    if not reading.decided:
        return f"Entry {number + 1} cannot be read for certain: {reading.what}"
    outcome = (
        "this version is not among them, so the next entry is read" if reading.outside else "this version is among them: it decides"
    )
    compared = _compared(entry, version)
    return f"Entry {number + 1} {reading.what}; {outcome}.{f' {compared}' if compared else ''}"


def _compared(entry: Entry, version: Text) -> str:
    """Where the version stands to each bound, and by which order."""
    bounds = [entry.span.start, entry.span.end] if entry.span else [entry.stated]
    words = {-1: "below", 0: "at", 1: "above"}
    said = []
    for bound in bounds:
        if not bound or bound == "*" or not version.text:
            continue
        if bound == version.text:
            said.append(f"{shown(version.text)} is {shown(bound)} itself")
            continue
        try:
            places = sorted(entry.order.position(version.text, bound))
        except UnreadableError:
            continue
        said.append(f"{shown(version.text)} is {' or '.join(words[p] for p in places)} {shown(bound)}")
    how = "number by number" if entry.order.coarse else f"as {entry.order.name} versions"
    return f"Compared {how}: {', '.join(said)}." if said else ""


def _beside(record: Record, subject: Subject, *, overridden: bool) -> Iterator[Step]:
    """What others say of it, beside what decided: a supplier's claim, a container that came too late, an invalid document."""
    advisory, asked = record.advisory, set[int]()
    for place, said in () if overridden else heard(record, subject):
        asked.add(place)
        if said.decides:
            break
    for place, container in enumerate(advisory.containers):
        answer = None if place in asked else of_container(record, place, subject)
        if answer is None:
            continue
        marked = f" The document is not valid ({container.marks[:120]}), so it never decides." if container.marks else ""
        text = f"Beside it, {_whose(container)} says: {VERDICTS[answer.verdict].casefold()}. {answer.reason}{marked}"
        at = f"{advisory.cve} {container.pointer}"
        yield Step("beside", text, container.source or advisory.source, container.stated_at or advisory.updated, at)


def _of_answer(advisory: Advisory, answer: Answer, override: Override | None) -> Step:
    """The answer, and whose word it rests on: the override's, where one decided."""
    assumed = [sentence for sentence in answer.assumed if sentence != DISPUTED]
    more = f" This is assumed: {' '.join(assumed)}" if assumed else ""
    text = f"{VERDICTS[answer.verdict]}. {answer.reason}{more}"
    if override:
        return Step("answer", text, f"{override.author}, {override.source}", override.date, answer.decided_by)
    return Step("answer", text, advisory.source, advisory.updated, answer.decided_by)


def _list(container: Container) -> str:
    """Whose list of versions it is."""
    if container.kind != "record":
        return f"{_LISTS.get(container.kind, 'The list')} ({container.source[:80] or container.name})"
    return f"{_LISTS['record']} by {'the numbering authority' if container.name == 'cna' else container.name}"


def _whose(container: Container) -> str:
    who = _KINDS.get(container.kind, container.kind)
    return f"{who} ({container.source[:80]})" if container.source and container.kind != "record" else who


def _day(at: datetime) -> str:
    return at.astimezone(UTC).date().isoformat()
