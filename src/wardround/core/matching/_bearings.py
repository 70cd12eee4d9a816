"""Where a version stands to everything at which a record draws a line, as one text: its bearing.

All that a decision takes from a version is what each entry reads in it, and the product's own rule (Windows, SQL Server, lines
of updates, a reviewed order). Both follow from the version's place to each bound, in the order that compares them. So versions of
one bearing get one answer, whatever the order: packages, Junos, letters, builds. A bearing says too much rather than too little.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b

from wardround.core.matching._entries import Entry, _clearly_other
from wardround.core.matching._forms import Form, form_named
from wardround.core.matching._model import Subject
from wardround.core.matching._numbers import text_of
from wardround.core.matching._objects import Shape
from wardround.core.matching._orders import KERNEL, Order, UnreadableError, is_commit, is_plain, order_of, shown
from wardround.core.matching._product_lines import build_of, family_of
from wardround.core.matching._product_order import ProductOrder, order_by
from wardround.core.matching._rows import HERE
from wardround.core.matching._sql_server import names_of_sql_server
from wardround.core.matching._sql_server_answer import _BUILD as _BUILD_OF_SQL
from wardround.core.matching._windows import OR_LATER, VENDOR, releases_of
from wardround.core.matching._windows_answer import _BUILT, ends_at_publication

Probes = list[tuple[str, list[str]]]
"""Bounds by how a version is held against them: an order (`order:rpm`, `form:junos`), whether it is `another` text than one that is
listed alone, what `line:junos` it is on, and how that which `mends:` each stands to its own."""

_MOST, _MOST_WORK = 600, 3_000
_FAR, _LONG = 10**6, 30
_BRANCH = 2
_LOWEST = (0, 0, 0), (0, 7, 8)  # of which one stands in no bound (0.0.1 in 10.0.14393)
_NUMBERS = re.compile(r"\d+(?:\.\d+)*", re.ASCII)
_FIRST = re.compile(r"\d{1,9}(?!\d)", re.ASCII)
_LAST = re.compile(r"\d{1,9}(?=\D*$)", re.ASCII)
_TOKEN = re.compile(r"(?=.*\d\D+\d+\D+\d|.*\d.*[A-Za-z].*\d)[\w.+:~()*-]{4,60}", re.ASCII)


def probes_of(shapes: Iterable[Shape], subject: Subject) -> Probes | None:
    """What versions of a product have to be held against for these objects; None where that is too much to keep."""
    found: dict[str, dict[str, None]] = {}
    family = family_of(subject.product) if subject.vendors == (VENDOR,) else None
    for shape in shapes:
        for entry in shape.entries:
            if entry.constant:
                continue
            if entry.order.name != "git":  # which places no version anywhere
                found.setdefault(_name_of(entry.order), {}).update(dict.fromkeys(_bounds(entry)))
            if entry.span is None and (isinstance(entry.order, ProductOrder) or not is_plain(entry.stated)):
                found.setdefault("another", {})[entry.stated] = None
        ends = dict.fromkeys(entry.span.end for entry in shape.entries if entry.span and entry.span.end)
        if family:
            found.setdefault(f"mends:{family.key}", {}).update(ends)
        if ends_at_publication(shape):
            found.setdefault("published", {})
        if shape.form:
            lines = dict.fromkeys(end for end in ends if not end.endswith("*"))
            found.setdefault(f"line:{shape.form.name}", {}).update(lines)
            found.setdefault(f"form:{shape.form.name}", {}).update(lines)  # also those of entries that another order compares
    if sum(map(len, found.values())) > _MOST or any(len(bound) > 60 for bounds in found.values() for bound in bounds):
        return None
    return [(kind, list(bounds)) for kind, bounds in found.items()]


def texts_of(shapes: Iterable[Shape]) -> set[str]:
    """Every text that an entry names as it stands: a version that is written so is none like the others."""
    return {text for shape in shapes for entry in shape.entries for text in (*entry.texts, *_bounds(entry))}


@lru_cache(maxsize=4_096)
def names_by_rule(subject: Subject) -> tuple[Subject, ...]:
    """The subjects whose objects a rule of Microsoft's products may ask; none where the subject's own objects decide."""
    if subject.vendors != (VENDOR,):
        return ()
    releases, family = releases_of(subject.product) or (), family_of(subject.product)
    names = dict.fromkeys(name for release, _ in releases for name in (*release.names, *release.core, *release.general))
    names = names or dict.fromkeys(names_of_sql_server(subject.product) or (family.names if family else ()))
    return tuple(Subject((VENDOR,), name, "") for name in names)


def may_bear(shapes: Iterable[Shape]) -> bool:
    """False where a rule of Microsoft's products reads bounds as no probe does: those of changes stay as they are written."""
    return not any(entry.changes for shape in shapes for entry in shape.entries)


def _bounds(entry: Entry) -> Iterator[str]:
    span = entry.span
    texts = (span.start, span.end) if span else (entry.stated,)
    yield from (text for text in texts if text and text != "*")
    yield from (at for at, _ in entry.steps) if entry.changes else ()


def _name_of(order: Order) -> str:
    if isinstance(order, ProductOrder):
        return f"form:{order.name}"
    return f"order:{KERNEL}" if order == order_of(KERNEL) else f"order:{order.name}"


@lru_cache(maxsize=256)
def _order(name: str) -> Order:
    return order_by(form_named(name[5:])) if name.startswith("form:") else order_of(name[6:])


class Bearing:
    """One version of one product, ready to be held against many records."""

    __slots__ = ("_build", "_known", "_line", "_plain", "_product", "_text", "prefix")

    def __init__(self, subject: Subject) -> None:
        self._text = text_of(subject.version).text
        self._plain = is_plain(self._text)
        self._known: dict[str, dict[str, str]] = {}
        self._line: tuple[int, ...] | None = None
        self._build, self._product = "", subject.product
        self.prefix = self._by_rule(subject)
        """What the product's own rule takes from the version; None where it takes more than a bearing says."""

    def _by_rule(self, subject: Subject) -> str | None:
        text, plain = self._text, f"{self._plain:d}"
        if not text or text != subject.version or is_commit(text) or text.endswith(OR_LATER):
            return None
        if subject.vendors != (VENDOR,):
            return plain
        if releases_of(subject.product):
            found = _BUILT.fullmatch(text)
            self._build = found[2] if found else ""
            return f"{plain} {found[1]}.{found[2]} {bool(found[3])} {subject.platform}" if found else f"{plain} {subject.platform}"
        if names_of_sql_server(subject.product):
            found = _BUILD_OF_SQL.fullmatch(text)
            return f"{plain} {found[1]}.{found[2]}" if found else plain
        if family := family_of(subject.product):
            build = text_of(text).numbers
            self._line = family.line_of(build) if build else None
            return f"{plain} {family.release_of(build)} {subject.platform}" if build and self._line else plain
        return plain

    def on(self, probes: Probes) -> str | None:
        """The bearing on a record's probes; None where it would not tell all."""
        if self.prefix is None:
            return None
        said = [self.prefix]
        for kind, bounds in probes:
            if not self._plain and kind.startswith("order:") and _order(kind).coarse:
                return None  # what letters behind a number mean where nobody defined it, each entry reads for itself
            if kind == "published" and self._build:
                return None  # the day of an update counts, which no bound tells
            known = self._known.setdefault(kind, {})
            for bound in bounds:
                place = known.get(bound)
                if place is None:
                    place = known[bound] = self._place(kind, self._as_meant(bound) if self._build else bound)
                said.append(place)
        return None if "=" in said else _short("\n".join(said))

    def _as_meant(self, bound: str) -> str:
        """A bound of a Windows that shares its revisions with this build, as `_windows_answer` reads it."""
        found = _BUILT.fullmatch(bound)
        return f"{found[1]}.{self._build}.{found[3]}" if found and found[3] else bound

    def _beside_line(self, end: str) -> str:
        """What `lines_answer` asks of the line that a range ends on."""
        family, build = family_of(self._product), build_of(end)
        line = family.line_of(build) if family and build else None
        return "-" if line is None or self._line is None else f"{(line > self._line) - (line < self._line)}"

    def _place(self, kind: str, bound: str) -> str:
        if kind.startswith("mends:"):
            return self._beside_line(bound)
        if self._text == bound:
            return "="
        if kind == "another":
            return f"{_clearly_other(bound, self._text):d}"
        if kind.startswith("line:"):
            return _line(form_named(kind[5:]), self._text, bound)
        try:
            return _PLACES[_order(kind).position(self._text, bound)]
        except UnreadableError as error:
            return f"({error.verdict.value} {error.why.replace(shown(self._text), HERE)})"


def stands_nowhere(text: str, probes: Probes) -> bool:
    """True where none of the orders reads a text, which is no token either: it then stands to every bound as any such text does."""
    return all(kind in ("another", "published") or _unread(text, kind) for kind, _ in probes)


@lru_cache(maxsize=16_384)
def _unread(text: str, kind: str) -> bool:
    if kind.startswith("line:"):
        return not form_named(kind[5:]).reads(text)
    if not kind.startswith(("order:", "form:")):
        return False
    try:
        _order(kind).key(text)
    except UnreadableError:
        return True
    return False


def _short(said: str) -> str:
    """A long bearing by its digest."""
    return said if len(said) <= _LONG else blake2b(said.encode(errors="surrogatepass"), digest_size=15).hexdigest()


_PLACES = {frozenset(signs): str(number) for number, signs in enumerate([{-1}, {0}, {1}, {-1, 0}, {0, 1}, {-1, 1}, {-1, 0, 1}])}


def _line(form: Form, version: str, end: str) -> str:
    """What `_nearer` asks of a version and the end of a range: whether both are on one line, or in one branch."""
    if not form.reads(version):
        return "x"
    if not form.reads(end):
        return "-"
    own, there = form.spans(version), form.spans(end)[0].prefix
    line, mine = there[:-1], own[0].prefix
    same = all(span.low[: len(line)] == line for span in own)
    parts = min(len(mine), max(_BRANCH, form.branch))
    return f"{same:d}{mine[:_BRANCH] == there[:_BRANCH]:d}{mine[: form.branch] == there[: form.branch]:d}{parts}"


def speakers(probes: Probes) -> list[str]:
    """Versions of many bearings: plain ones beside the numbers that bounds begin with, and neighbours of each as it is written.

    Of a record with very many bounds only some: what these do not tell is asked when somebody has it.
    """
    bounds = dict.fromkeys(bound for _, bounds in probes for bound in bounds)
    numbers = {tuple(int(n) for n in found[0].split(".")) for bound in bounds if (found := _NUMBERS.search(bound))}
    branches = any(kind.startswith("line:") for kind, _ in probes)
    beyond = (max(numbers, default=(0,))[0] + 1, 7, 8)
    plain = [version for start in sorted({*_LOWEST, *numbers, beyond}) for version in _after(start, branches=branches)]
    spelled = [version for bound in bounds if not is_plain(bound) for version in _beside(bound)]
    every = [version for version in dict.fromkeys((*plain, *spelled)) if version not in bounds and _TOKEN.fullmatch(version)]
    return every[:: 1 + len(every) * len(bounds) // _MOST_WORK]


def coarse_speakers(probes: Probes, subject: Subject) -> list[str]:
    """Versions that leave numbers of the bounds out (`131`, `20.0`, `10.0.19045`), and their neighbours: for verdicts alone.

    Only where a product's own order or rule says what they stand for; of Windows, each build of the release, too.
    """
    releases = releases_of(subject.product) or () if subject.vendors == (VENDOR,) else ()
    if not releases and not any(kind.startswith("line:") for kind, _ in probes):
        return []
    bounds = dict.fromkeys(bound for _, bounds in probes for bound in bounds)
    numbers = {tuple(int(n) for n in found[0].split(".")) for bound in bounds if (found := _NUMBERS.search(bound))}
    heads = {one[:parts] for one in numbers for parts in range(1, min(len(one), 3) + (len(one) < 3))}
    near = {(*head[:-1], head[-1] + step) for head in heads for step in (-1, 0, 1) if head[-1] + step >= 0}
    windows = {one[:2] for one in numbers if len(one) == 4}
    near |= {(*of, release.build, *more) for of in windows for release, _ in releases for more in ((), (1,), (65_000,))}
    every = [".".join(map(str, one)) for one in sorted(near)]
    return every[:: 1 + len(every) * len(bounds) // _MOST_WORK]


def _after(numbers: tuple[int, ...], *, branches: bool) -> Iterator[str]:
    """A version of three numbers or more that follows a bound; with `branches`, of those after it, too.

    What comes before it follows another bound; of builds (four numbers) that is one of another release.
    """
    whole = [*numbers, *[0] * (3 - len(numbers))]
    yield ".".join(map(str, [*whole[:-1], whole[-1] + 1]))
    if len(numbers) > 3 and whole[-1]:
        yield ".".join(map(str, [*whole[:-1], whole[-1] - 1]))
    if branches and whole[0] < _FAR:
        yield f"{whole[0] + 1}.0.1"
        yield f"{whole[0]}.{whole[1] + 1}.1"


def _beside(bound: str) -> Iterator[str]:
    """The text with its first or its last number one higher and one lower."""
    for found in (_LAST.search(bound), _FIRST.search(bound)):
        for number in (int(found[0]) + 1, int(found[0]) - 1) if found and int(found[0]) < _FAR else ():
            if found and number >= 0:
                yield f"{bound[: found.start()]}{number}{bound[found.end() :]}"
