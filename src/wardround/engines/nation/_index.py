"""The index of a nation: a catalogue of pairs, and for each organisation a file of posting lists that is replaced on its own."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from wardround.core.vocab import BadInput, WardroundError
from wardround.engines.nation._arrays import Array, Arrays, open_arrays, write_arrays
from wardround.engines.nation._catalogue import FIELDS, Catalogue
from wardround.engines.nation._estates import Source, sources
from wardround.engines.nation._postings import Ints, Postings, postings

if TYPE_CHECKING:
    import pyarrow as pa

Progress = Callable[[int, int, str], None]
Made = tuple[str, dict[str, Array], dict[str, Any]]
WAITING = 1 << 26  # bytes of parts that wait for one writing of the catalogue
_ARRAYS = ("pairs", "place", "offsets", "devices", "set_pairs", "set_offsets", "set_count")


_FEW = 16  # lists that are joined one by one
_FORM = 3  # of a part; others are made again
_NOBODY: Array = np.empty(0, np.int64)


class Part:
    """One organisation: its posting lists and the names of its devices, read where they are used."""

    def __init__(self, code: str, *, file: Arrays) -> None:
        self.code, self.made_from, self.size = code, file.meta["made_from"], file.meta["size"]
        self._file, self._again, arrays = file, False, file.arrays
        self.postings = Postings(*(arrays[name] for name in _ARRAYS))
        self._names, self._name_offsets, self._inverse = arrays["names"], arrays["name_offsets"], arrays["inverse"]

    def check(self, *, devices: bool) -> None:
        """Hold the posting lists (with `devices`, what is in them too) against their sums. Raises WardroundError for damage."""
        self._file.check(*(name for name in _ARRAYS if devices or name != "devices"))

    def release(self) -> None:
        """Let go of the memory that was read; it is read again where it is used again."""
        self._file.release()

    def assets(self, devices: Array) -> list[str]:
        """The names of these devices, in order."""
        raw, at = self._names, self._name_offsets
        if len(devices):
            self._file.check("name_offsets", "names")
        return sorted(raw[at[d] : at[d + 1]].tobytes().decode() for d in devices.tolist())

    def split(self, pairs: Array, affected: npt.NDArray[np.bool_]) -> tuple[Array, Array]:
        """The devices that have an affected one of these pairs, and the others that have any of them at all, both in order.

        Of `pairs` the affected ones come last, so that a device's last mark is its heaviest.
        """
        place = self._inverse.take(pairs, mode="clip")  # the last one is 0
        if self._again:  # who asks once reads little; who asks on looks at the whole of it once
            self._file.check("inverse", "offsets")
        else:
            asked = np.minimum(pairs, len(self._inverse) - 1)
            self._file.check_some("inverse", asked, asked + 1)
        (has,) = place.nonzero()
        if not len(has):
            return _NOBODY, _NOBODY
        affected = affected[has]
        place, offsets, devices = place[has].astype(np.int64) - 1, self.postings.offsets, self.postings.devices
        if not self._again:
            self._file.check_some("offsets", place, place + 2)
            self._again = True
        starts, ends = offsets[place], offsets[place + 1]
        if len(has) == 1:  # the usual case: nothing to join
            self._file.check_rows("devices", int(starts[0]), int(ends[0]))
            only = devices[starts[0] : ends[0]]
            return (only, _NOBODY) if affected[0] else (_NOBODY, only)
        self._file.check_some("devices", starts, ends)
        marks = np.zeros(self.size, np.uint8)
        if len(has) <= _FEW:
            for start, end, code in zip(starts.tolist(), ends.tolist(), (affected + np.uint8(1)).tolist(), strict=True):
                marks[devices[start:end]] = code
        else:
            length = ends - starts
            sums = np.cumsum(length)
            rows = np.repeat(starts - (sums - length), length) + np.arange(sums[-1])
            marks[devices[rows]] = np.repeat(affected + np.uint8(1), length)
        return (marks == 2).nonzero()[0], _NOBODY if affected[0] else (marks == 1).nonzero()[0]

    def marked_any(self, wanted: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """For each device whether it has any of the pairs that are marked, of all pairs of the catalogue."""
        rows = np.repeat(wanted[self.listed], np.diff(self.postings.offsets))
        marked = np.zeros(self.size, bool)
        marked[self.postings.devices[rows]] = True
        return marked

    @cached_property
    def listed(self) -> Array:
        """The pairs in the order in which their lists lie."""
        listed = np.empty(len(self.postings.pairs), np.int64)
        listed[self.postings.place] = self.postings.pairs
        return listed


class Index:
    """All parts that can serve, by organisation, and the catalogue that they speak of.

    `problems` says, by organisation, why its files cannot be read: its part is an older one, or there is none.
    """

    def __init__(self, parts: list[Part], *, catalogue: Catalogue, folder: Path, problems: dict[str, WardroundError]) -> None:
        self.parts, self.catalogue, self.folder, self.problems = parts, catalogue, folder, problems


def index(estate: Path, *, folder: Path | None = None, progress: Progress = lambda done, total, name: None) -> Index:
    """The index of an estate, brought up to date: only organisations whose files are others than before are read again.

    Kept in `folder`, by default `index` inside the estate. Interrupted, every part is either the old or the new one. A part whose
    estate cannot be read keeps serving as it was. Raises BadInput when nothing can serve.
    """
    listed, folder = sources(estate), folder or estate / "index"
    catalogue, problems = Catalogue.load(folder), dict[str, WardroundError]()
    if stale := [source for source in listed if not _current(folder, source, catalogue.token)]:
        with _alone(folder):
            problems = _make(folder, stale, progress)
        catalogue = Catalogue.load(folder)
    parts = [part for source in listed if (part := _part(folder, source.code, catalogue.token))]
    catalogue = catalogue if all(p.postings.pairs[-1:].sum() < len(catalogue) for p in parts) else Catalogue.load(folder)
    if not parts:
        raise (
            next(iter(problems.values()))
            if problems
            else BadInput("nobody is in it", where=str(estate), do="import an inventory first")
        )
    return Index(parts, catalogue=catalogue, folder=folder, problems=problems)


def _current(folder: Path, source: Source, token: str) -> bool:
    try:
        meta = open_arrays(folder / f"{source.code}.part").meta
        return bool(token and meta["form"] == _FORM and meta["made_from"] == source.fingerprint and meta["token"] == token)
    except (OSError, WardroundError, KeyError):
        return False


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One at a time: who comes second waits, and finds it done."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(folder: Path, stale: list[Source], progress: Progress) -> dict[str, WardroundError]:
    """Make these parts again. The catalogue is kept before the part that speaks of its new pairs."""
    catalogue, waiting, problems = Catalogue.load(folder), list[Made](), dict[str, WardroundError]()
    for done, source in enumerate(stale):
        progress(done, len(stale), source.code)
        try:
            if _current(folder, source, catalogue.token):  # somebody else made it while we waited
                continue
            made_from = source.fingerprint
            waiting.append(_posted(source, catalogue, made_from))
        except (WardroundError, OSError) as error:
            unread = WardroundError(f"cannot be read ({error})", where=source.code, do="restore its files or make them again")
            problems[source.code] = error if isinstance(error, WardroundError) else unread
        if sum(array.nbytes for _, arrays, _ in waiting for array in arrays.values()) > WAITING:
            _keep(folder, catalogue, waiting)
    _keep(folder, catalogue, waiting)
    progress(len(stale), len(stale), "")
    return problems


def _keep(folder: Path, catalogue: Catalogue, waiting: list[Made]) -> None:
    """Write these parts, and before them the catalogue that they speak of."""
    if waiting:
        catalogue.save(folder)
    for path, arrays, meta in waiting:
        write_arrays(folder / path, arrays, meta=meta)
    waiting.clear()


def _posted(source: Source, catalogue: Catalogue, made_from: str) -> Made:
    """One organisation's part: its file's name, arrays and what is said of them."""
    names, pair, device = _rows(source, catalogue)
    made = postings(pair, device, groups=catalogue.groups(), devices=len(names))
    raw = [name.encode() for name in names]
    arrays = {name: getattr(made, name) for name in _ARRAYS}
    arrays["names"] = np.frombuffer(b"".join(raw), np.uint8)
    arrays["name_offsets"] = np.cumsum([0, *map(len, raw)])
    arrays["inverse"] = _inverse(made)
    meta = {"form": _FORM, "code": source.code, "made_from": made_from, "token": catalogue.token, "size": len(names)}
    return f"{source.code}.part", arrays, meta


def _inverse(made: Postings) -> Array:
    """For each pair one more than the place of its list, 0 where nobody here has it; as far as there are any, and one 0 past it."""
    inverse = np.zeros(int(made.pairs[-1]) + 2 if len(made.pairs) else 1, np.uint16 if len(made.pairs) < 1 << 16 else np.uint32)
    inverse[made.pairs] = made.place + 1
    return inverse


def _rows(source: Source, catalogue: Catalogue) -> tuple[list[str], Ints, Ints]:
    """The names of an organisation's devices, and pair and device of every row."""
    names: dict[str, int] = {}
    pairs, devices = [], []
    for table in source.row_groups(("asset_id", *FIELDS)):
        columns = {name: _codes(table[name]) for name in table.column_names}
        codes, assets = columns.pop("asset_id")
        devices.append(np.array([names.setdefault(asset, len(names)) for asset in assets], np.int64)[codes])
        row, one = _distinct(columns)
        ids = catalogue.intern({field: (codes[one], values) for field, (codes, values) in columns.items()})
        pairs.append(ids[row])
    nothing = np.empty(0, np.int64)
    return list(names), np.concatenate([nothing, *pairs]), np.concatenate([nothing, *devices])


def _codes(column: "pa.ChunkedArray") -> tuple[Ints, list[str]]:
    """A column of text as codes and what they stand for; nothing stated is empty text."""
    import pyarrow as pa

    array = column.unify_dictionaries().combine_chunks()
    array = array.chunk(0) if isinstance(array, pa.ChunkedArray) and array.num_chunks else array
    if not len(array):
        return np.empty(0, np.int64), [""]
    values = [value or "" for value in array.dictionary.to_pylist()]
    codes = array.indices
    if codes.null_count:
        codes, values = codes.fill_null(len(values)), [*values, ""]
    return codes.to_numpy(zero_copy_only=False), values


def _distinct(columns: dict[str, tuple[Ints, list[str]]]) -> tuple[Ints, Ints]:
    """For each row the number of its distinct combination, and for each combination one of its rows."""
    import pyarrow as pa

    key, size = np.zeros(len(next(iter(columns.values()))[0]), np.int64), 1
    for codes, values in columns.values():
        if size * len(values) >= 1 << 62:
            encoded = pa.array(key).dictionary_encode()
            key, size = encoded.indices.to_numpy().astype(np.int64), max(len(encoded.dictionary), 1)
        if len(values) > 1:
            key *= len(values)
            key += codes
            size *= len(values)
    encoded = pa.array(key).dictionary_encode()
    row = encoded.indices.to_numpy()
    one = np.zeros(len(encoded.dictionary), np.int64)
    one[row] = np.arange(len(row))
    return row, one


def _part(folder: Path, code: str, token: str) -> Part | None:
    try:
        file = open_arrays(folder / f"{code}.part")
        return Part(code, file=file) if file.meta["token"] == token else None
    except (OSError, WardroundError, KeyError):
        return None
