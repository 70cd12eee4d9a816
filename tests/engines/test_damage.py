"""A file of an index that went bad is an error that names it, wherever it is damaged: never another answer."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wardround.core.advisories import read_cve
from wardround.core.matching import Overrides
from wardround.core.names import Aliases
from wardround.core.vocab import WardroundError
from wardround.engines.nation import Nation, index
from wardround.engines.nation._arrays import open_arrays, read_arrays, write_arrays
from wardround.engines.synth import synth
from wardround.lake.statements import Statements, Writer

from .test_arrivals import a_record

NOW = datetime(2030, 6, 1, tzinfo=UTC)
CVE = "CVE-2030-0001"


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("damage") / "nation"
    synth(folder, trusts=2, devices=12, seed=3)
    index(folder)
    return folder


@pytest.fixture(scope="module")
def store(estate: Path) -> Any:
    """One fictitious record on everything that the most widespread product of the estate is."""
    with Statements.open(estate.parent / "feeds", write=True) as opened:
        made = index(estate)
        installs = made.catalogue.installs(range(len(made.catalogue)))
        names = sorted({(install.vendor, install.product) for install in installs})
        objects = [{"vendor": vendor, "product": product, "defaultStatus": "affected"} for vendor, product in names]
        writer = Writer(opened, seen_at=NOW)
        with writer.transaction():
            writer.cve(read_cve(a_record(1, objects, state="PUBLISHED", version=1), where="a test"), source="a test")
        yield opened


Answers = Callable[[], tuple[Any, Any]]


@pytest.fixture
def answers(estate: Path, store: Statements) -> Answers:
    def asked() -> tuple[Any, Any]:
        nation = Nation(index(estate), store, overrides=Overrides(), aliases=Aliases(), at=NOW)
        one = nation.one(CVE)
        return [holding.assets() for holding in one.holdings] if one else [], nation.picture().organisations()

    return asked


def test_any_flipped_byte_is_found_or_changes_nothing(estate: Path, answers: Answers) -> None:
    (part, _) = sorted((estate / "index").glob("*.part"))
    whole, wanted, chance, found = part.read_bytes(), answers(), Random(4), 0
    assert wanted[0][0][0]  # somebody is affected
    for place in [0, 20, 30, *chance.sample(range(40, len(whole)), 12)]:
        (estate / "index" / "verdicts.index").unlink(missing_ok=True)
        part.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << chance.randrange(8)]) + whole[place + 1 :])
        told: Any = None
        try:
            told = answers()
        except WardroundError as error:
            told, found = (error.where, error.do), found + 1
        part.write_bytes(whole)
        assert told in (wanted, (str(part), "delete it: it is made again"))
    assert found > 5
    part.write_bytes(whole[:-100])  # its sums are gone: it is no part any more, and is made again
    assert answers() == wanted
    assert part.read_bytes() == whole


def test_a_damaged_catalogue_is_made_again_with_every_part(estate: Path, answers: Answers) -> None:
    wanted, catalogue = answers(), estate / "index" / "pairs.index"
    raw = bytearray(catalogue.read_bytes())
    raw[len(raw) // 2] ^= 4
    catalogue.write_bytes(raw)
    assert answers() == wanted
    assert catalogue.read_bytes() != bytes(raw)


@settings(max_examples=30, deadline=None)
@given(sizes=st.lists(st.integers(0, 5000), min_size=1, max_size=4), data=st.data())
def test_what_is_written_is_read_and_each_row_is_guarded(tmp_path_factory: Any, sizes: list[int], data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("arrays") / "some.part"
    kinds = [np.uint8, np.int64, np.uint16, np.uint32]
    arrays: dict[str, Any] = {f"a{n}": np.arange(1, size + 1).astype(kinds[n]) for n, size in enumerate(sizes)}
    write_arrays(path, arrays, meta={"said": 1})
    meta, read = read_arrays(path)
    assert meta == {"said": 1}
    assert all(np.array_equal(read[name], array) and read[name].dtype == array.dtype for name, array in arrays.items())
    name = data.draw(st.sampled_from([n for n, a in arrays.items() if len(a)] or [""]))
    if not name:
        return
    row = data.draw(st.integers(0, len(arrays[name]) - 1))
    begins = read[name].ctypes.data - read[min(n for n in read if len(read[n]))].ctypes.data
    raw, first = bytearray(path.read_bytes()), arrays[min(n for n in read if len(read[n]))].tobytes()
    at = raw.index(first, 100) + begins + row * arrays[name].itemsize
    raw[at] ^= 1
    path.write_bytes(raw)
    opened, rows = open_arrays(path), np.array([row])
    for check in (lambda: opened.check_rows(name, row, row + 1), lambda: opened.check_some(name, rows, rows + 1)):
        with pytest.raises(WardroundError, match="are not as they were written"):
            check()
