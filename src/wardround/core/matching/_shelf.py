"""Installs against rows that were worked out before (`_compiled`); `decide` is asked where a row does not tell.

The findings are those of `match_all`, to the letter. What is disk about it is the caller's: see `Shelf`.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from wardround.core.advisories import Advisory
from wardround.core.matching._bearings import Bearing, names_by_rule
from wardround.core.matching._compiled import compiled, joined, key_of_numbers
from wardround.core.matching._decide import by_rule, decide, override_of
from wardround.core.matching._match import subject_of
from wardround.core.matching._model import Answer, Named, Subject
from wardround.core.matching._names import Naming
from wardround.core.matching._numbers import Numbers, text_of
from wardround.core.matching._orders import distributions, shown
from wardround.core.matching._overrides import Overrides
from wardround.core.matching._product_lines import unshowing, unshown
from wardround.core.matching._record import Record
from wardround.core.matching._rows import (
    ANY,
    ASK,
    BEARINGS,
    DISPUTED,
    END_OF_SERIES,
    HERE,
    LONG,
    NARROWED,
    REJECTED,
    THREE,
    TREES,
    VERDICTS,
    Row,
    answer_at,
    sortable,
    text_in,
)
from wardround.core.names._keys import Name
from wardround.core.names._purl import languages
from wardround.core.vocab import Finding, Install

_LONGEST = 60
_UNESCAPED = re.compile(r"[ !#-\[\]-~]*", re.ASCII)
_NEVER = datetime.min.replace(tzinfo=UTC)
Names = tuple[Name, ...]
Rows = tuple[Row, ...]
Group = list[tuple[Subject, Sequence[str], list[Install]]]


class Shelf(Protocol):
    """Where rows are kept, each of one record and one name."""

    def rows(self, names: Collection[Name]) -> Mapping[Name, Mapping[str, Row]]:
        """The rows of names by CVE: those that hold at the time in question. One row that several names share is one object."""

    def answers(self, subjects: Collection[Subject]) -> Mapping[Subject, Mapping[str, Sequence[Any]]]:
        """What was answered on subjects where no row tells, by CVE, in the form of a row's answers."""

    def joined(self, several: Sequence[Rows]) -> Sequence[Row | None]:
        """For each of these different rows of one record the row of a product that goes by all their names at once."""

    def keep(
        self,
        advisory: Advisory,
        *,
        rows: Iterable[tuple[Name, Row]],
        joint: Iterable[tuple[Names, Row]],
        answers: Iterable[tuple[Subject, Sequence[Any]]],
    ) -> None:
        """Keep rows of a record, of one name and of several at once, and what it answered where they do not tell."""


class Question:
    """A version of one product, ready to be held against rows. `bars` are the flags of rows that do not tell."""

    __slots__ = ("_bearing", "bars", "canonical", "key", "respelled", "rule", "shown", "sought", "subject", "text")

    def __init__(self, subject: Subject, text: str, numbers: Numbers | None, rule: list[str]) -> None:
        self.subject, self.text, self.rule = subject, text, rule
        self.shown = shown(text) if numbers is None else text
        self.key = None if numbers is None else sortable(key_of_numbers(numbers))
        self.canonical = "" if numbers is None else ".".join(map(str, numbers))
        self.respelled = self.canonical not in ("", text)
        self.sought = b'"%b":' % text.encode() if _UNESCAPED.fullmatch(text) else b""
        self._bearing: Bearing | None = None
        self.bars = LONG | (TREES if subject.also else 0) | (THREE if numbers and len(numbers) > 3 else 0)
        if subject.platform or subject.variant or subject.scheme in languages():
            self.bars |= TREES | NARROWED

    @property
    def bearing(self) -> Bearing:
        """Where it stands to bounds that are no plain numbers."""
        if self._bearing is None:
            self._bearing = Bearing(self.subject)
        return self._bearing


def question(subject: Subject) -> Question | None:
    """A subject as rows are asked about it; None where no row could tell."""
    text, numbers = text_of(subject.version)
    too_large = len(text) > _LONGEST or (numbers and max(numbers) >= END_OF_SERIES) or HERE in text
    if too_large or subject.distribution or subject.scheme in distributions():
        return None
    rule = [subject.product] if by_rule(subject) else []
    if rule and subject.also and not names_by_rule(subject):
        return None  # its rule knows all its names; where there is none, the others count
    if subject.vendors in unshowing() and unshown(subject.vendors[0], subject.product, subject.version):
        return None
    return Question(subject, text, numbers, rule)


def told(row: Row, asked: Question) -> Sequence[Any] | None:
    """Of a row as it was kept: verdict (its place in `VERDICTS`), reason, entry and assumptions; None where it does not tell."""
    if (answer := _marked(row, asked)) is None:
        return None
    verdict, reason, *more = answer
    return verdict, reason.replace(HERE, asked.shown), *more


def _marked(row: Row, asked: Question) -> Sequence[Any] | None:
    """The same with a mark where the version stands."""
    flags = row[1]
    if flags & asked.bars:
        return None
    texts, sought = row[5], asked.sought
    place = None if type(texts) is bytes and sought and sought not in texts else text_in(row, asked.text, sought)
    if flags & BEARINGS:
        place = ASK if place is not None or row[2] != asked.rule else row[4].get(asked.bearing.on(row[3]), ASK)
    elif asked.rule:
        return None
    elif place is None:
        place = _of_cell(row, asked)
    if place < 0:
        return None
    answers = row[6]
    answer: Sequence[Any] = answers[place] if type(answers) is list else b""
    return answer if type(answer) is list else answer_at(row, place)


def _of_cell(row: Row, asked: Question) -> int:
    """The place of the answer on a version that stands nowhere in the record, by where it is among the bounds."""
    key, keys = asked.key, row[3]
    if key is None:
        return row[4][0] if row[1] & ANY else ASK
    if asked.respelled and text_in(row, asked.canonical, b"") is not None:
        return ASK
    cell = bisect_left(keys, key)
    return ASK if cell < len(keys) and keys[cell] == key else row[4][cell]


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
    lacking = Lacking(defaultdict(dict), defaultdict(dict))
    untold: list[tuple[Subject, list[Install], list[str], bool]] = []
    groups = _grouped(installs, named, naming)
    rows_of = rows_by_names(groups, naming, shelf, lacking)
    for (names, several), group in groups.items():
        rows = rows_of[names, several]
        apart, get = not several and overrides.speaks_of(names), rows.get
        for subject, cves, same in group:
            asked, short = question(subject), []
            for cve in cves:
                if (row := get(cve)) is None:
                    short.append(cve)
                    continue
                if row[1] & REJECTED:
                    continue
                if (several or apart) and (answer := without_the_record(cve, row, subject, overrides)):
                    yield from _findings(same, cve, answer)
                    continue
                if asked is None or (found := _marked(row, asked)) is None:
                    short.append(cve)
                    continue
                verdict, reason, at, *assumed = found
                told_of, reason = VERDICTS[verdict], reason.replace(HERE, asked.shown)
                assumptions = (*assumed,)
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
    lacking: "Lacking",
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
        rows = compiled(record, lacking.rows.get(advisory.cve, ()))
        joint = [(names, joined(record, names)) for names in lacking.joint.get(advisory.cve, ())]
        shelf.keep(advisory, rows=rows, joint=joint, answers=kept)


class Lacking(NamedTuple):
    """By CVE: the names for which a record has no row, and those for which it has none of all of them at once."""

    rows: dict[str, dict[Name, None]]
    joint: dict[str, dict[Names, None]]


def names_asked(subject: Subject, naming: Naming) -> tuple[Names, bool]:
    """The names under which a subject is asked for, and whether they are of several vendors.

    What several vendors have is asked for under all that have a product of its name.
    """
    vendors: Iterable[str] = subject.vendors
    if several := len(subject.vendors) > 1:
        vendors = dict.fromkeys((*subject.vendors, *naming(subject.product)))
    return (*((vendor, subject.product) for vendor in vendors), *subject.also), several


def _grouped(installs: Sequence[Install], named: Sequence[Named | None], naming: Naming) -> dict[tuple[Names, bool], Group]:
    """Distinct subjects with their installs, under the names that they go by; and whether these are of several vendors."""
    groups: dict[tuple[Names, bool], dict[Subject, Group]] = defaultdict(lambda: defaultdict(list))
    for install, found in zip(installs, named, strict=True):
        if found:
            subject = subject_of(install, found)
            alike = groups[names_asked(subject, naming)][subject]
            for _, cves, same in alike:
                if cves is found.cves or cves == found.cves:
                    same.append(install)
                    break
            else:
                alike.append((subject, found.cves, [install]))
    return {which: [one for alike in group.values() for one in alike] for which, group in groups.items()}


def rows_by_names(
    groups: Mapping[tuple[Names, bool], Sequence[tuple[Subject, Sequence[str], object]]],
    naming: Naming,
    shelf: Shelf,
    lacking: Lacking,
) -> dict[tuple[Names, bool], Mapping[str, Row]]:
    """The rows of each group by CVE. Where the names of one product say different things, the row of all of them at once."""
    held = shelf.rows(dict.fromkeys(name for names, _ in groups for name in names))
    parted: list[tuple[dict[str, Row], Names, Rows]] = []
    found: dict[tuple[Names, bool], Mapping[str, Row]] = {}
    for (names, several), group in groups.items():
        if several:
            found[names, several] = _states_of(held, names)
        elif by_rule(group[0][0]):
            found[names, several] = rows = held[names[0]]
            for cve in dict.fromkeys(cve for _, cves, _ in group for cve in cves if cve not in rows):
                lacking.rows[cve][names[0]] = None
        else:
            found[names, several] = _rows_of(held, names, naming, lacking, parted)
    for (rows, names, several_rows), row in zip(parted, shelf.joined([rows for _, _, rows in parted]), strict=True):
        first = several_rows[0]
        if row is None:
            lacking.joint[first[0]][tuple(name for name in names if first[0] in held[name])] = None
        rows[first[0]] = row or [first[0], first[1] | LONG, *first[2:]]
    return found


def _rows_of(
    held: Mapping[Name, Mapping[str, Row]],
    names: Names,
    naming: Naming,
    lacking: Lacking,
    parted: list[tuple[dict[str, Row], Names, Rows]],
) -> Mapping[str, Row]:
    """The rows of records that have one for each of the names that they use. Where these say different things, it is `parted`."""
    short: set[str] = set()
    for name in names:
        rows = held[name]
        for cve in naming(name[1]).get(name[0], ()):
            if cve not in rows:
                lacking.rows[cve][name] = None
                short.add(cve)
    if len(names) == 1:
        found = held[names[0]]
        return {cve: row for cve, row in found.items() if cve not in short} if short else found
    merged = {cve: row for name in reversed(names) for cve, row in held[name].items() if cve not in short}
    if len(merged) < sum(len(held[name]) for name in names):
        several: dict[str, dict[int, Row]] = defaultdict(dict)
        for name in names:
            for cve, row in held[name].items():
                if row is not merged.get(cve, row) and not row[1] & REJECTED:
                    several[cve] |= {id(merged[cve]): merged[cve], id(row): row}
        parted += [(merged, names, tuple(rows.values())) for rows in several.values()]
    return merged


def _states_of(held: Mapping[Name, Mapping[str, Row]], names: Names) -> Mapping[str, Row]:
    """Rows of one product's records of several vendors: whosever they are, they say whether a record is rejected or disputed."""
    return {cve: row for name in names for cve, row in held[name].items()}


def without_the_record(cve: str, row: Row, subject: Subject, overrides: Overrides) -> Answer | None:
    """The answer that needs nothing of the record but its tags: an override's, or that several vendors have the product."""
    if len(subject.vendors) < 2 and not override_of(cve, subject, overrides):
        return None
    tags = ("disputed",) if row[1] & DISPUTED else ()
    bare = Advisory(cve, "PUBLISHED", _NEVER, _NEVER, "", "", (), (), (), "", "", tags)
    return decide(bare, subject, overrides=overrides)


def _findings(installs: Iterable[Install], cve: str, answer: Answer) -> Iterator[Finding]:
    return (Finding(install, cve, answer.verdict, answer.reason, answer.decided_by, answer.assumed) for install in installs)
