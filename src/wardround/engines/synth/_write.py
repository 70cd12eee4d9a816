"""A fictitious nation on disk: one Arrow file for each organisation and a manifest, all of it or nothing."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from wardround import __version__
from wardround.core.vocab import BadInput
from wardround.engines.synth._nation import Ints, Nation, sizes
from wardround.engines.synth._organisation import Drawn, draw
from wardround.engines.synth._software import products, table

MANIFEST = "estate.json"
ROWS = 1 << 20  # of a batch
Progress = Callable[[int, int, str], None]
_MOST = 50_000_000


def synth(
    out: Path,
    *,
    trusts: int,
    devices: int,
    seed: int,
    feeds: Path | None = None,
    others: int = 0,
    progress: Progress = lambda done, total, name: None,
) -> dict[str, Any]:
    """Write a fictitious nation of `devices` devices to the new folder `out`, and return its manifest.

    The same bytes for the same arguments, feeds and version of this program (and of its Arrow library). Raises BadInput when
    `out` holds something, there are fewer devices than organisations, or the folder `feeds` has no advisories.
    """
    _sensible(out, trusts=trusts, others=others, devices=devices, seed=seed)
    progress(0, devices, "reading products and versions")
    listed = products(feeds)
    nation = Nation.of(listed)
    out.parent.mkdir(parents=True, exist_ok=True)
    writing = Path(tempfile.mkdtemp(prefix=f".{out.name}.writing-", dir=out.parent))
    try:
        done, total, organisations = 0, 0, []
        for n, count in enumerate(sizes(trusts, others, devices=devices, rng=np.random.default_rng([seed, 0]))):
            code = f"ZZT{n + 1:03}" if n < trusts else f"ZZX{n + 1 - trusts:03}"
            rng = np.random.default_rng([seed, n + 1])
            installs = _part(writing / f"org={code}.arrow", draw(nation, devices=count, rng=rng), nation, code)
            kind = "trust" if n < trusts else "other"
            name = f"Fictitious {kind} {code[3:]}"
            organisations.append({"code": code, "name": name, "kind": kind, "devices": count, "installs": installs})
            done, total = done + count, total + installs
            progress(done, devices, code)
        manifest = {
            "kind": "wardround synthetic estate",
            "fictitious": True,
            "made_by": {"wardround": __version__, "pyarrow": pa.__version__, "numpy": np.__version__},
            "seed": seed,
            "software": hashlib.sha256(orjson.dumps(listed)).hexdigest(),
            "from_feeds": feeds is not None,
            "devices": devices,
            "installs": total,
            "organisations": organisations,
        }
        (writing / MANIFEST).write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        writing.chmod(0o755)
        writing.replace(out)
    except BaseException:
        shutil.rmtree(writing, ignore_errors=True)
        raise
    return manifest


def _sensible(out: Path, *, trusts: int, others: int, devices: int, seed: int) -> None:
    if trusts < 1 or others < 0 or trusts + others > 999:
        raise BadInput(f"{trusts} trusts and {others} others", where="--trusts", do="take 1 to 999 organisations in all")
    if not trusts + others <= devices <= _MOST:
        what = f"{devices:,} devices for {trusts + others} organisations"
        raise BadInput(what, where="--devices", do=f"take at least one each, at most {_MOST:,} in all")
    if seed < 0:
        raise BadInput(f"{seed} is no seed", where="--seed", do="take a number from 0 on")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadInput("something is there already", where=str(out), do="give a new folder, or take this one away first")


def _part(path: Path, drawn: Drawn, nation: Nation, code: str) -> int:
    """Write one organisation and return its number of installs. Only what it has is in its dictionaries."""
    classes = table("classes")["classes"]
    assets = [f"{code}-{classes[c]['code']}-{n:06}" for n, c in enumerate(drawn.classes)]
    arrays = {
        "asset_id": _column(drawn.device, assets),
        "device_class": _column(drawn.classes[drawn.device], [c["id"] for c in classes]),
    }
    for name, (codes, values) in nation.columns.items():
        mine = codes[drawn.software]
        used = np.flatnonzero(np.bincount(mine, minlength=len(values)))
        new = np.zeros(len(values), np.int64)
        new[used] = np.arange(len(used))
        arrays[name] = _column(new[mine], [values[n] for n in used])
    same = pa.table(arrays).replace_schema_metadata({"wardround.org": code, "wardround.fictitious": "true"})
    options = pa.ipc.IpcWriteOptions(compression=pa.Codec("zstd", compression_level=1), use_threads=False)
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, same.schema, options=options) as writer:
        writer.write_table(same, max_chunksize=ROWS)
    return len(drawn.device)


def _column(codes: Ints, values: list[str]) -> pa.DictionaryArray:
    """A column of text as a dictionary and the smallest numbers that will do."""
    kind = pa.int16() if len(values) < 1 << 15 else pa.int32()
    return pa.DictionaryArray.from_arrays(pa.array(codes, kind), pa.array(values, pa.string()))
