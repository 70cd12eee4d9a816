"""Named arrays in one file that is mapped into memory: opening it costs next to nothing, and only what is used is read.

Every block of an array has a sum (CRC-32) in the file, which it is held against when it is first used: a file that
went bad is an error that names it, never another answer.
"""

import mmap
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from wardround.core.vocab import WardroundError
from wardround.lake.files import written_whole

Array = npt.NDArray[Any]
_MAGIC = b"wardround arrays 2\n"
_ALIGN = 64
_BLOCK = 1 << 13
_FRAME = len(_MAGIC) + 12  # the magic, the length of the header, its sum


class Arrays:
    """The arrays of one file, which cannot be written to, and what is said of them (`meta`)."""

    def __init__(
        self, path: Path, data: mmap.mmap, *, meta: dict[str, Any], arrays: dict[str, Array], sums: dict[str, Array]
    ) -> None:
        self.path, self._data, self.meta, self.arrays, self._sums = path, data, meta, arrays, sums
        self._checked = {name: bytearray(len(mine)) for name, mine in sums.items()}
        self._left = {name: len(mine) for name, mine in sums.items()}

    def check(self, *names: str) -> None:
        """Hold these arrays against their sums. Raises WardroundError where one is not as it was written."""
        for name in names:
            self.check_rows(name, 0, len(self.arrays[name]))

    def check_rows(self, name: str, start: int, stop: int) -> None:
        """The same for the rows from `start` to before `stop`."""
        if not self._left[name] or start >= stop:
            return
        array, checked = self.arrays[name], self._checked[name]
        size, per = array.itemsize, _BLOCK // array.itemsize
        last = (stop - 1) // per + 1
        at = checked.find(0, start // per, last)
        while at >= 0:
            if zlib.crc32(array[at * per : (at + 1) * per].data) != self._sums[name][at]:
                raise damaged(self.path, f"bytes {at * per * size:,} and after of `{name}` are not as they were written")
            checked[at] = 1
            self._left[name] -= 1
            at = checked.find(0, at, last)

    def release(self) -> None:
        """Give the pages that were read back to the system."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._data.madvise(mmap.MADV_DONTNEED)

    def check_some(self, name: str, starts: Array, stops: Array) -> None:
        """The same for several stretches of rows."""
        if not self._left[name] or not len(starts):
            return
        per = _BLOCK // self.arrays[name].itemsize
        first, last = starts // per, np.maximum(stops - 1, starts) // per
        checked = np.frombuffer(self._checked[name], np.uint8)
        if checked[first].all() and checked[last].all() and int((last - first).max()) < 2:
            return
        del checked
        for begin, end in zip(starts.tolist(), stops.tolist(), strict=True):
            self.check_rows(name, begin, end)


def damaged(path: Path, why: str) -> WardroundError:
    """What is said of a file that cannot be used."""
    return WardroundError(f"this part of an index cannot be read ({why})", where=str(path), do="delete it: it is made again")


def write_arrays(path: Path, arrays: Mapping[str, Array], *, meta: Mapping[str, Any]) -> None:
    """Write these one-dimensional arrays and what is said of them; the file under this name is replaced whole, or not at all."""
    places, at = {}, 0
    whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    sums = np.array([zlib.crc32(array[n : n + step].data) for array in whole.values() for step in (_BLOCK // array.itemsize,)
                     for n in range(0, len(array), step)], np.uint32)  # fmt: skip
    for name, array in (whole | {"": sums}).items():
        places[name] = (array.dtype.str, len(array), at)
        at += -(-array.nbytes // _ALIGN) * _ALIGN
    header = orjson.dumps({"meta": dict(meta), "arrays": places, "sums": zlib.crc32(sums.data)})
    with written_whole(path.parent, name=lambda: path) as file:
        file.write(_MAGIC + len(header).to_bytes(8, "little") + zlib.crc32(header).to_bytes(4, "little") + header)
        file.write(bytes(-(_FRAME + len(header)) % _ALIGN))
        for array in (*whole.values(), sums):
            file.write(array.data)
            file.write(bytes(-array.nbytes % _ALIGN))


def read_arrays(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """What is said of the arrays, and the arrays, all of them held against their sums.

    Raises FileNotFoundError, and WardroundError for a file that is damaged, cut or none of ours.
    """
    opened = open_arrays(path)
    opened.check(*opened.arrays)
    return opened.meta, opened.arrays


def open_arrays(path: Path) -> Arrays:
    """The same, where nothing but the header is read yet: `Arrays.check` what is used."""
    with path.open("rb") as file:
        if not path.stat().st_size:
            raise damaged(path, "it is empty")
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    try:
        if data[: len(_MAGIC)] != _MAGIC:
            raise ValueError("it begins otherwise")
        length = int.from_bytes(data[len(_MAGIC) : _FRAME - 4], "little")
        raw, start = data[_FRAME : _FRAME + length], _FRAME + length
        if zlib.crc32(raw) != int.from_bytes(data[_FRAME - 4 : _FRAME], "little"):
            raise ValueError("its header is not as it was written")
        header = orjson.loads(raw)
        start += -start % _ALIGN
        arrays = {
            name: np.frombuffer(data, np.dtype(kind), count, start + at) if count else np.empty(0, np.dtype(kind))
            for name, (kind, count, at) in header["arrays"].items()
        }
        sums, of, at = arrays.pop(""), {}, 0
        if zlib.crc32(sums.data) != header["sums"]:
            raise ValueError("its sums are not as they were written")
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(path, str(error)) from None
    for name, array in arrays.items():
        count = -(-len(array) // (_BLOCK // array.itemsize))
        of[name], at = sums[at : at + count], at + count
    return Arrays(path, data, meta=header["meta"], arrays=arrays, sums=of)
