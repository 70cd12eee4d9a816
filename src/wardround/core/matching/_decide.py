"""One distinct pair: a record against a product, version, scheme and platform (all that a verdict depends on: the Subject)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from wardround.core.advisories import Advisory, Container
from wardround.core.matching._applicability import applicability_answer
from wardround.core.matching._model import Answer, Subject
from wardround.core.matching._objects import read_object
from wardround.core.matching._orders import distributions, shown
from wardround.core.matching._overrides import Deciding, Overrides
from wardround.core.matching._package_answer import package_answer, silence
from wardround.core.matching._product_lines import family_of, is_read_by_line, unshowing, unshown
from wardround.core.matching._product_lines_answer import lines_answer
from wardround.core.matching._record import Plan, Record
from wardround.core.matching._sql_server import names_of_sql_server
from wardround.core.matching._sql_server_answer import sql_server_answer
from wardround.core.matching._variants import Narrowed, weigh
from wardround.core.matching._windows import VENDOR, releases_of
from wardround.core.matching._windows_answer import windows_answer
from wardround.core.vocab import Verdict

CLAIM = "It is the supplier's claim, taken at its word."
FOR = "for "
"""How the platform of a subject begins that only its product's name tells (`for windows`)."""

DISPUTED = "The record is disputed; it is taken at its word until it is withdrawn."


Read = Callable[..., Answer | None]
"""`read_object`, or `bare_object` where only the verdict counts."""


def decide(advisory: Advisory | Record, subject: Subject, *, overrides: Overrides, read: Read = read_object) -> Answer:
    """The answer for one pair. An override comes first; then the containers, each only where those before gave no decision.

    A distribution's package is decided by the distribution's own containers, or by a record that speaks of its packages;
    anything else by the record's, then by a supplier's, whose *not affected* is their claim (FACTS 9).
    """
    record = advisory if isinstance(advisory, Record) else Record(advisory)
    advisory = record.advisory
    if advisory.state.casefold() == "rejected":
        reason = "This record was rejected by the body that issued it: it states nothing any more."
        return Answer(Verdict.UNKNOWN, reason, f"{advisory.cve} /cveMetadata/state")
    answer = _standing(record, subject, overrides, read)
    if "disputed" in advisory.tags:
        return replace(answer, reason=f"{answer.reason} {DISPUTED}", assumed=(*answer.assumed, DISPUTED))
    return answer


def standing(record: Record, subject: Subject) -> Iterator[int]:
    """The places of the containers that may decide, in their order of standing. One that is marked invalid is left out."""
    containers = record.advisory.containers
    for kind in ("distribution", "record") if subject.scheme in distributions() else ("record", "supplier"):
        for place, container in enumerate(containers):
            if container.kind == kind and valid(container):
                yield place


def override_of(cve: str, subject: Subject, overrides: Overrides) -> Deciding | None:
    """The override that decides for a subject, or None.

    A vendor's list of fixes says nothing of a distribution's package, whose maintainers mend the versions before them.
    """
    found = overrides.of(cve, vendors=subject.vendors, product=subject.product, also=subject.also)
    return found if found and (found.override.statement or subject.scheme not in distributions()) else None


def valid(container: Container) -> bool:
    """False for a document that breaks its own standard: it is shown, and never decides alone."""
    return not container.marks


def _standing(record: Record, subject: Subject, overrides: Overrides, read: Read) -> Answer:
    cve = record.advisory.cve
    if len(subject.vendors) > 1:
        listed = ", ".join(vendor or "one that is not stated" for vendor in subject.vendors[:4])
        reason = f"Several vendors have a product of this name ({listed}), and the inventory does not say whose it is."
        return Answer(Verdict.UNKNOWN, reason, f"{cve} /containers")
    if override := override_of(cve, subject, overrides):
        return override.answer(subject)
    first: Answer | None = None
    for _, answer in heard(record, subject, read=read):
        if answer.decides:
            return answer
        first = first or answer
    if subject.distribution:
        return first or silence(subject, at=f"{cve} /containers")
    return first or _unheard(record, subject, read)


def _unheard(record: Record, subject: Subject, read: Read) -> Answer:
    """Nobody who may decide names the product; perhaps a document that breaks its own standard does."""
    for place, container in enumerate(record.advisory.containers):
        if not valid(container) and of_container(record, place, subject, read=read):
            whose = " ".join(container.source.split())[:80] or "the document"
            reason = f"Only {whose} speaks of this product, and it never decides. {container.marks[:200]}"
            return Answer(Verdict.UNKNOWN, reason, f"{record.advisory.cve} {container.pointer}")
    return Answer(Verdict.UNKNOWN, "The record does not name this product.", f"{record.advisory.cve} /containers")


def heard(record: Record, subject: Subject, *, read: Read = read_object) -> Iterator[tuple[int, Answer]]:
    """What each container that may decide says, with its place, in the order in which they are asked. The first decision counts.

    What one calls affected on a platform that this install may be on, no later one clears.
    """
    elsewhere = False
    for place, answer in _asked(record, subject, read):
        if elsewhere and answer.verdict is Verdict.NOT_AFFECTED:
            reason = f"{answer.reason} It clears nothing: what was asked before it is affected on a platform that this may be on."
            yield place, replace(answer, verdict=Verdict.UNKNOWN, reason=reason)
        else:
            elsewhere = elsewhere or answer.elsewhere
            yield place, answer


def _asked(record: Record, subject: Subject, read: Read) -> Iterator[tuple[int, Answer]]:
    """Each container's own answer. A supplier's *not affected* comes after another's *affected*, however new it is."""
    said: list[tuple[int, Answer]] = []
    for place in standing(record, subject):
        container = record.advisory.containers[place]
        answer = of_container(record, place, subject, read=read)
        filled = None
        if container.applicability and not subject.distribution:
            filled = _as_named(partial(applicability_answer, record, place), subject, beside=True)
        if filled and answer and answer.verdict is Verdict.UNKNOWN and filled.verdict is Verdict.NOT_EVALUABLE:
            yield place, filled
        if answer and container.kind == "supplier":
            said.append((place, answer))
        elif answer:
            yield place, answer
        if filled is not None and (filled.decides or answer is None):
            yield place, filled
    sources = {place: record.advisory.containers[place].source for place, _ in said}
    whose = {place: source.rpartition(", ")[0] or source for place, source in sources.items()}
    bad = {whose[place] for place, answer in said if answer.verdict is Verdict.AFFECTED}
    yield from sorted(said, key=lambda one: one[1].verdict is Verdict.NOT_AFFECTED and bool(bad - {whose[one[0]]}))


def of_container(record: Record, place: int, subject: Subject, *, read: Read = read_object) -> Answer | None:
    """The answer of one container; None when it does not name the product."""
    ask = _by_rule if by_rule(subject) else _by_objects
    answer = _as_named(lambda one: ask(record, place, one, read), subject)
    return _shown(answer, record.plan(place, subject), subject) if answer and subject.vendors in unshowing() else answer


def _as_named(ask: Callable[[Subject], Answer | None], subject: Subject, *, beside: bool = False) -> Answer | None:
    """The answer on the system that the product's name says it is for. Such a name clears nothing that is affected on another.

    A server's part of `Mobile Security for Android` does not run on Android. `beside`: what is asked for names a system that it
    needs, and says nothing of others.
    """
    if not subject.platform.startswith(FOR):
        return ask(subject)
    answer, anywhere = ask(replace(subject, platform=subject.platform.removeprefix(FOR))), ask(replace(subject, platform=""))
    if answer is None or anywhere is None or answer.verdict is not Verdict.NOT_AFFECTED:
        return answer
    if not (anywhere.elsewhere or anywhere.verdict is Verdict.AFFECTED or (beside and not anywhere.decides)):
        return answer
    why = f"{answer.reason} Only its name says that it is {subject.platform}: on another platform it may be affected."
    return replace(answer, verdict=Verdict.UNKNOWN, reason=why, elsewhere=True)


def by_rule(subject: Subject) -> bool:
    """True for products of Microsoft that a rule of their own reads, beside the ranges of the objects that name them."""
    if subject.vendors != (VENDOR,):
        return False
    product = subject.product
    return bool(releases_of(product) or names_of_sql_server(product) or is_read_by_line(product))


def _by_rule(record: Record, place: int, subject: Subject, read: Read) -> Answer | None:
    if releases_of(subject.product):
        return windows_answer(record, place, subject)
    if names_of_sql_server(subject.product):
        return sql_server_answer(record, place, subject)
    if family := family_of(subject.product):
        return lines_answer(record, place, subject, family)
    return _by_objects(record, place, subject, read)


def _shown(answer: Answer, plan: Plan, subject: Subject) -> Answer:
    """*Unknown* for a version that does not show which updates are installed, unless the record lists this very text."""
    why = unshown(subject.vendors[0], subject.product, subject.version)
    if why and not any(entry.stated == subject.version for one in plan.objects for entry in one.shape.entries):
        return Answer(Verdict.UNKNOWN, f"{shown(subject.version)} {why}.", answer.decided_by)
    return answer


def _by_objects(record: Record, place: int, subject: Subject, read: Read) -> Answer | None:
    """The answer of the objects that name the product."""
    if subject.distribution:
        answer, container = package_answer(record, place, subject), record.advisory.containers[place]
        return _credited(answer, container) if answer and container.kind != "record" else answer
    container, plan = record.advisory.containers[place], record.plan(place, subject)
    at = f"{record.advisory.cve} {container.pointer}"
    parts: list[Narrowed] = []
    for one in plan.objects:
        answer = read(one.shape, at=f"{at}/{one.place}", subject=subject)
        if answer is not None:
            parts.append((one.variants, (one.platforms, answer)))
    if plan.unread:
        why = f"The record has {plan.unread:,} more objects on this product than are read: any of them could decide."
        parts.append(((), (frozenset(), Answer(Verdict.NOT_EVALUABLE, why, at))))
    if not parts:
        why = "The record speaks of git commits only: without the source's history nobody can place a version among them."
        return Answer(Verdict.NOT_EVALUABLE, why, f"{at}/{plan.objects[0].place}") if plan.objects else None
    variants, (platforms, first) = parts[0]
    answer = first if len(parts) == 1 and not variants and not platforms else weigh(parts, subject)
    return answer if container.kind == "record" else _credited(answer, container)


def _credited(answer: Answer, container: Container) -> Answer:
    """Whose word it is when it is not the record's. A supplier's *not affected* is a claim that a person confirms."""
    day = f" of {container.stated_at.date().isoformat()}" if container.stated_at else ""
    source = " ".join(container.source.split())[:80] or "another document"
    reason = f"{answer.reason} This is what {source} states{day}, not the CVE record."
    claimed = container.kind == "supplier" and answer.verdict is Verdict.NOT_AFFECTED
    return replace(answer, reason=reason, assumed=(*answer.assumed, CLAIM) if claimed else answer.assumed)
