"""Posting lists as bits, and what several of them have together."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wardround.engines.nation._count import _joined

rows = st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=8), min_size=1, max_size=12)


@given(words=st.lists(st.integers(0, 2**64 - 1), min_size=7, max_size=7), stretches=rows)
def test_every_stretch_is_the_union_of_its_rows(words: list[int], stretches: list[list[int]]) -> None:
    stretches = sorted(stretches, key=len, reverse=True)
    length = np.array([len(stretch) for stretch in stretches])
    bits = np.array([[word, ~word % 2**64] for word in words], np.uint64)
    found = _joined(bits, np.concatenate(stretches), np.cumsum(length) - length, length)
    wanted = [[0, 0] for _ in stretches]
    for place, stretch in enumerate(stretches):
        for row in stretch:
            wanted[place] = [wanted[place][0] | int(bits[row][0]), wanted[place][1] | int(bits[row][1])]
    assert found.tolist() == wanted
