"""Installs against rows that were worked out before (`_compiled`); `decide` is asked where a row does not tell.

The findings are those of `match_all`, to the letter. What is disk about it is the caller's: see `Shelf`.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from wardround.core.advisories import Advisory
from wardround.core.matching._compiled import (
    ANY,
    DISPUTED,
    END_OF_SERIES,
    FORMS,
    HERE,
    LONG,
    NARROWED,
    REJECTED,
    THREE,
    TREES,
    VERDICTS,
    Row,
    compiled,
    key_of_numbers,
)
from wardround.core.matching._decide import by_rule, decide, override_of
from wardround.core.matching._form_cuts import is_plain
from wardround.core.matching._match import subject_of
from wardround.core.matching._model import Answer, Named, Subject
from wardround.core.matching._names import Naming
from wardround.core.matching._numbers import text_of
from wardround.core.matching._orders import distributions, shown
from wardround.core.matching._overrides import Overrides
from wardround.core.matching._product_lines import unshowing, unshown
from wardround.core.matching._record import Record
from wardround.core.names._keys import Name
from wardround.core.names._purl import languages
from wardround.core.vocab import Finding, Install

_LONGEST = 60
_NEVER = datetime.min.replace(tzinfo=UTC)
Names = tuple[Name, ...]
Group = list[tuple[Subject, Sequence[str], list[Install]]]


class Shelf(Protocol):
    """Where rows are kept, each of one record and one name."""

    def rows(self, names: Collection[Name]) -> Mapping[Name, Mapping[str, Row]]:
        """The rows of names by CVE: those that hold at the time in question. One row that several names share is one object."""

    def answers(self, subjects: Collection[Subject]) -> Mapping[Subject, Mapping[str, Sequence[Any]]]:
        """What was answered on subjects where no row tells, by CVE, in the form of a row's answers."""

    def keep(
        self, advisory: Advisory, *, rows: Iterable[tuple[Name, Row]], answers: Iterable[tuple[Subject, Sequence[Any]]]
    ) -> None:
        """Keep rows of a record, and what it answered where they do not tell."""


class Question(NamedTuple):
    """A version, ready to be held against rows. `bars` are the flags of rows that do not tell."""

    text: str
    shown: str
    key: list[int] | None
    canonical: str
    bars: int


def question(subject: Subject) -> Question | None:
    """A subject as rows are asked about it; None where no row could tell."""
    text, numbers = text_of(subject.version)
    too_large = len(text) > _LONGEST or max(numbers or (0,)) >= END_OF_SERIES
    if too_large or subject.distribution or subject.scheme in distributions() or by_rule(subject):
        return None
    if subject.vendors in unshowing() and unshown(subject.vendors[0], subject.product, subject.version):
        return None
    bars = LONG | (TREES if subject.also else 0)
    if subject.platform or subject.variant or subject.scheme in languages():
        bars |= TREES | NARROWED
    if numbers is None:
        return Question(text, shown(text), None, "", bars)
    return Question(
        text, text, list(key_of_numbers(numbers)), ".".join(map(str, numbers)), bars | (THREE if len(numbers) > 3 else 0)
    )


def told(row: Row, asked: Question) -> Sequence[Any] | None:
    """Verdict (its place in `VERDICTS`), reason, entry and assumptions; None where the row does not tell."""
    if (answer := _marked(row, asked)) is None:
        return None
    verdict, reason, *more = answer
    return verdict, reason.replace(HERE, asked.shown), *more


def _marked(row: Row, asked: Question) -> Sequence[Any] | None:
    """The same with a mark where the version stands."""
    _, flags, _, keys, cells, texts, answers = row
    text, _, key, canonical, bars = asked
    if flags & bars:
        return None
    if flags & FORMS and (key is None or not all(is_plain(form, text) for form in row[2][-1])):
        return None
    place = texts.get(text)
    if place is None:
        if key is None:
            if not flags & ANY:
                return None
            place = cells[0]
        elif canonical != text and canonical in texts:
            return None
        else:
            cell = bisect_left(keys, key)
            if cell < len(keys) and keys[cell] == key:
                return None
            place = cells[cell]
    if place < 0:
        return None
    answer: Sequence[Any] = answers[place]
    return answer


def match_shelved(
    installs: Sequence[Install],
    *,
    named: Sequence[Named | None],
    naming: Naming,
    overrides: Overrides,
    shelf: Shelf,
    records: Callable[[Sequence[str]], Iterable[Advisory]],
) -> Iterator[Finding]:
    """The findings of `match_all`, in another order and without those of rejected records. Fills the shelf where it lacks rows.

    `named` is what `names` found for each install with `naming`.
    """
    left: dict[str, list[tuple[Subject, list[Install]]]] = defaultdict(list)
    lacking: dict[str, dict[Name, None]] = defaultdict(dict)
    untold: list[tuple[Subject, list[Install], list[str], bool]] = []
    groups = _grouped(installs, named)
    held = shelf.rows(dict.fromkeys(name for names, _ in groups for name in names))
    for (names, several), group in groups.items():
        rows = _states_of(held, names) if several else _rows_of(held, names, naming, lacking)
        apart, get = not several and overrides.speaks_of(names), rows.get
        for subject, cves, same in group:
            asked, short = question(subject), []
            for cve in cves:
                if (row := get(cve)) is None:
                    short.append(cve)
                    continue
                if row[1] & REJECTED:
                    continue
                if (several or apart) and (answer := _without_the_record(cve, row, subject, overrides)):
                    yield from _findings(same, cve, answer)
                    continue
                if asked is None or (found := _marked(row, asked)) is None:
                    short.append(cve)
                    continue
                verdict, reason, at, *assumed = found
                told_of, reason, assumptions = VERDICTS[verdict], reason.replace(HERE, asked.shown), tuple(assumed)
                for install in same:
                    yield Finding(install, cve, told_of, reason, at, assumptions)
            if short:
                untold.append((subject, same, short, apart))
    answers = shelf.answers({subject for subject, _, _, _ in untold})
    for subject, same, short, apart in untold:
        known = answers.get(subject, {})
        for cve in short:
            if (found := known.get(cve)) is None or (apart and override_of(cve, subject, overrides)):
                left[cve].append((subject, same))
                continue
            verdict, reason, at, *assumed = found
            yield from _findings(same, cve, Answer(VERDICTS[verdict], reason, at, tuple(assumed)))
    yield from _from_records(records(sorted(left)), left, lacking, overrides, shelf)


def _from_records(
    records: Iterable[Advisory],
    left: Mapping[str, list[tuple[Subject, list[Install]]]],
    lacking: Mapping[str, Mapping[Name, None]],
    overrides: Overrides,
    shelf: Shelf,
) -> Iterator[Finding]:
    """What no row tells, as the records themselves answer it; kept for the next time, with the rows that are lacking."""
    for advisory in records:
        record = Record(advisory)
        kept: list[tuple[Subject, Sequence[Any]]] = []
        if advisory.state != "REJECTED":
            for subject, same in left[advisory.cve]:
                answer = decide(record, subject, overrides=overrides)
                if len(subject.vendors) > 1 or not override_of(advisory.cve, subject, overrides):
                    kept.append((subject, [VERDICTS.index(answer.verdict), answer.reason, answer.decided_by, *answer.assumed]))
                yield from _findings(same, advisory.cve, answer)
        shelf.keep(advisory, rows=compiled(record, lacking.get(advisory.cve, ())), answers=kept)


def _grouped(installs: Sequence[Install], named: Sequence[Named | None]) -> dict[tuple[Names, bool], Group]:
    """Distinct subjects with their installs, under the names that they go by; and whether these are of several vendors."""
    groups: dict[tuple[Names, bool], dict[tuple[Subject, Sequence[str]], list[Install]]] = defaultdict(lambda: defaultdict(list))
    for install, found in zip(installs, named, strict=True):
        if found:
            subject = subject_of(install, found)
            names = (*((vendor, subject.product) for vendor in subject.vendors), *subject.also)
            groups[names, len(subject.vendors) > 1][subject, found.cves].append(install)
    return {which: [(*key, same) for key, same in group.items()] for which, group in groups.items()}


def _rows_of(
    held: Mapping[Name, Mapping[str, Row]], names: Names, naming: Naming, lacking: dict[str, dict[Name, None]]
) -> Mapping[str, Row]:
    """The rows of records that have one for each of the names that they use. Where these say different things, none tells."""
    short: set[str] = set()
    for name in names:
        rows = held[name]
        for cve in naming(name[1]).get(name[0], ()):
            if cve not in rows:
                lacking[cve][name] = None
                short.add(cve)
    found = held[names[0]]
    if len(names) > 1:
        found = dict(found)
        for name in names[1:]:
            for cve, row in held[name].items():
                if (other := found.setdefault(cve, row)) is not row and other[1:] != row[1:]:
                    found[cve] = [cve, row[1] | LONG, *row[2:]]
    return {cve: row for cve, row in found.items() if cve not in short} if short else found


def _states_of(held: Mapping[Name, Mapping[str, Row]], names: Names) -> Mapping[str, Row]:
    """Rows of one product's records of several vendors: whosever they are, they say whether a record is rejected or disputed."""
    return {cve: row for name in names for cve, row in held[name].items()}


def _without_the_record(cve: str, row: Row, subject: Subject, overrides: Overrides) -> Answer | None:
    """The answer that needs nothing of the record but its tags: an override's, or that several vendors have the product."""
    if len(subject.vendors) < 2 and not override_of(cve, subject, overrides):
        return None
    tags = ("disputed",) if row[1] & DISPUTED else ()
    bare = Advisory(cve, "PUBLISHED", _NEVER, _NEVER, "", "", (), (), (), "", "", tags)
    return decide(bare, subject, overrides=overrides)


def _findings(installs: Iterable[Install], cve: str, answer: Answer) -> Iterator[Finding]:
    return (Finding(install, cve, answer.verdict, answer.reason, answer.decided_by, answer.assumed) for install in installs)
