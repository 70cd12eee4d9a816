"""Rows of cells into installs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from itertools import chain
from types import MappingProxyType

from wardround.core.estate._gather import NOTHING, Gathering
from wardround.core.estate._identifiers import MAKER, PREFIX
from wardround.core.estate._layout import Also, Layout, Row, text_of
from wardround.core.vocab import name_key

SPREADSHEET_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}
ANY_OTHER = "*"
MOST_SHARED = 200_000
"""Texts that are remembered, lest a column that differs in every row be held twice."""
Words = Mapping[str, Mapping[str, str]]


def read_rows(rows: Iterable[Row], layout: Layout, *, into: Gathering) -> None:
    """Each row below the header as an install; a row that cannot be trusted is rejected with its place."""
    width, mapping = len(layout.header), layout.mapping
    index = tuple(layout.index.items())
    constants = {target: text for target, text in mapping.constants.items() if target not in layout.index}
    words, also = _keyed(mapping.values), [(one, _keyed(one.values)) for one in layout.also]
    rounded = 0
    version_at, shared = layout.index.get("version", -1), Shared()
    for where, cells in rows:
        if len(cells) != width:
            cells = list(cells)
            if any(text_of(cell) for cell in cells[width:]):
                into.reject(where, f"has {len(cells)} cells under a header of {width}: they cannot be told apart")
                continue
            cells = list(chain(cells[:width], [""] * (width - len(cells))))
        said = dict(constants)
        for target, place in index:
            said[target] = shared.text(text_of(cells[place]))
        if not any(said[target] for target, _ in index) and not any(text_of(cell) for cell in cells):
            continue
        if version_at >= 0 and isinstance(cells[version_at], (date, datetime, time)):
            into.note(where, f"the spreadsheet has turned the version into a date ({said['version']}): left empty")
            said["version"] = ""
        rounded += version_at >= 0 and isinstance(cells[version_at], float)
        for target, text in said.items():
            if text[:1] == "#" and text in SPREADSHEET_ERRORS:
                into.note(where, f"{target} holds the spreadsheet's error {text}: left empty")
                said[target] = ""
        _reword(said, words)
        _as_its_kind(said, layout)
        extra = {name: shared.text(text) for name, place in layout.rest if (text := text_of(cells[place]))}
        _reword(extra, words)
        into.identify(said["asset_id"], _identifiers(layout, cells))
        into.add(where, said, extra=shared.columns(extra) if extra else NOTHING)
        for one, its_words in also:
            _add_also(where, said, one, its_words, cells, into)
    if rounded:
        into.note(
            "", f"{rounded:,} versions are stored as numbers, where 12.10 is 12.1: format that column as text and export again"
        )


class Shared:
    """Equal texts and equal further columns of a table are one object: millions of rows repeat a few thousand of them."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._extras: dict[tuple[tuple[str, str], ...], Mapping[str, str]] = {}

    def text(self, text: str) -> str:
        """The first text that equals this one."""
        return self._texts.setdefault(text, text) if len(self._texts) < MOST_SHARED else self._texts.get(text, text)

    def columns(self, extra: dict[str, str]) -> Mapping[str, str]:
        """The first columns that equal these."""
        key = tuple(extra.items())
        if (known := self._extras.get(key)) is None:
            known = MappingProxyType(extra)
            if len(self._extras) < MOST_SHARED:
                self._extras[key] = known
        return known


def _keyed(values: Words) -> Words:
    return {target: {name_key(word): ours for word, ours in said.items()} for target, said in values.items()}


def _reword(said: dict[str, str], words: Words) -> None:
    """Replace a source's words by ours; the word `*` stands for every other."""
    for target, ours in words.items():
        if target in said:
            said[target] = ours.get(name_key(said[target]), ours.get(ANY_OTHER, said[target]))


def _as_its_kind(said: dict[str, str], layout: Layout) -> None:
    """What holds for exports of a known kind: ids of that tool alone, underscores that stand for spaces."""
    if kind := layout.mapping.kind:
        for target in kind.underscores:
            said[target] = said.get(target, "").replace("_", " ")
        if kind.own and said["asset_id"]:
            said["asset_id"] = f"{kind.own}:{said['asset_id']}"


def _identifiers(layout: Layout, cells: Sequence[object]) -> dict[str, str]:
    """Identifier key -> what the cells of this row say of it."""
    found: dict[str, str] = {}
    for kind, place in layout.identifiers:
        if text := text_of(cells[place]):
            key = MAKER if PREFIX + kind == MAKER else kind
            found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def _add_also(where: str, said: Mapping[str, str], also: Also, words: Words, cells: Sequence[object], into: Gathering) -> None:
    """The further installs of the row, on the same asset. Most rows repeat them: that is no remark."""
    same = {key: said.get(key, "") for key in ("asset_id", "hostname", "service", "internet_facing", "last_seen")}
    extra = {name: text for name, place in also.keep if (text := text_of(cells[place]))}
    for listed in _each({target: text_of(cells[place]) for target, place in also.index.items()}):
        other = dict(also.constants) | listed
        _reword(other, words)
        into.add(
            where, same | {"version": "", "vendor": ""} | other, extra=MappingProxyType(extra) if extra else NOTHING, quiet=True
        )


def _each(cells: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """One for each product that a cell lists line by line; what is not listed for each of them is stated of none."""
    products = [line.strip() for line in cells["product"].splitlines()]
    lines = {target: [line.strip() for line in text.splitlines()] for target, text in cells.items()}
    for place, product in enumerate(products):
        if product:
            yield {target: listed[place] if len(listed) == len(products) else "" for target, listed in lines.items()}
