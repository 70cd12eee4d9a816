"""A large table costs little more memory than its file: lines are cut out when they are read, and equal texts are one object."""

import io
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from wardround.core.estate import read
from wardround.core.estate._read_csv import Lines

HEADER = "asset id,product,version,vendor,department\n"


def a_table(rows: int) -> bytes:
    wards = "Department of a name that is rather long"
    lines = (
        f"pc-{n // 50},Example Product number {n % 50},1.{n % 5},Example Vendor {n % 50},{wards} {n % 9}\n" for n in range(rows)
    )
    return (HEADER + "".join(lines)).encode()


@given(st.text(st.sampled_from('ab,"\n\r\u2028\x85é\x0b')), st.booleans())
def test_lines_end_where_a_text_file_says_they_end(text: str, own: bool) -> None:
    lines = Lines(text, text.encode() if own else b"")
    assert [lines[n] for n in range(len(lines))] == list(io.StringIO(text, newline=""))


def test_equal_texts_and_columns_of_many_rows_are_one_object() -> None:
    first, *others = read(a_table(500), name="x.csv").installs
    same = [one for one in others if one.product == first.product and one.extra == first.extra]
    assert len(same) > 0
    assert all(one.product is first.product and one.vendor is first.vendor and one.extra is first.extra for one in same)


def test_the_memory_of_a_table_grows_by_little_more_than_its_installs() -> None:
    data = a_table(20_000)
    tracemalloc.start()
    inventory = read(data, name="x.csv")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(inventory.installs) == 20_000
    assert peak < 20_000 * 560


def test_broken_rows_are_still_told_by_their_line() -> None:
    broken = a_table(3) + b'pc-9,"open\npc-10,Gateway,1.0,Example,A\n' + b"pc-11,Gateway,1.0,Example,A,too,many\n"
    inventory = read(broken, name="x.csv")
    assert [one.where for one in inventory.rejected] == ["line 5", "line 7"]
    assert inventory.installs[-1].asset_id == "pc-10"
