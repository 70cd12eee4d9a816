"""Named arrays in one file that is mapped into memory: opening it costs next to nothing, and only what is used is read."""

import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from wardround.core.vocab import WardroundError
from wardround.lake.files import written_whole

Array = npt.NDArray[Any]
_MAGIC = b"wardround arrays 1\n"
_ALIGN = 64


def write_arrays(path: Path, arrays: Mapping[str, Array], *, meta: Mapping[str, Any]) -> None:
    """Write these one-dimensional arrays and what is said of them; the file under this name is replaced whole, or not at all."""
    places, at = {}, 0
    for name, array in arrays.items():
        places[name] = (array.dtype.str, len(array), at)
        at += -(-array.nbytes // _ALIGN) * _ALIGN
    header = orjson.dumps({"meta": dict(meta), "arrays": places})
    start = len(_MAGIC) + 8 + len(header)
    with written_whole(path.parent, name=lambda: path) as file:
        file.write(_MAGIC + len(header).to_bytes(8, "little") + header + bytes(-start % _ALIGN))
        for array in arrays.values():
            file.write(np.ascontiguousarray(array).data)
            file.write(bytes(-array.nbytes % _ALIGN))


def read_arrays(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """What is said of the arrays, and the arrays, which cannot be written to.

    Raises FileNotFoundError, and WardroundError for a file that is cut or none of ours.
    """
    with path.open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else b""
    try:
        if data[: len(_MAGIC)] != _MAGIC:
            raise ValueError("it begins otherwise")
        length = int.from_bytes(data[len(_MAGIC) : len(_MAGIC) + 8], "little")
        start = len(_MAGIC) + 8 + length
        header = orjson.loads(data[len(_MAGIC) + 8 : start])
        start += -start % _ALIGN
        arrays = {
            name: np.frombuffer(data, np.dtype(kind), count, start + at) if count else np.empty(0, np.dtype(kind))
            for name, (kind, count, at) in header["arrays"].items()
        }
    except (ValueError, KeyError, TypeError) as error:
        raise WardroundError(
            f"this part of an index cannot be read ({error})", where=str(path), do="delete it: it is made again"
        ) from None
    return header["meta"], arrays
