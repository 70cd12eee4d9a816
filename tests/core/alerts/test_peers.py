"""What an organisation is told of its peers singles nobody out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.alerts._peers import LEAST, STEP, coarse

MANY = st.integers(LEAST, 400)


@pytest.mark.parametrize("asked", range(LEAST))
def test_few_organisations_are_not_told_of(asked: int) -> None:
    assert coarse(asked, asked=asked) is None


@given(MANY, st.data())
def test_for_every_published_number_each_one_may_have_done_it_or_not(asked: int, data: st.DataObject) -> None:
    """Whoever knows their own answer cannot tell any other's: as many counts as a step is wide give the same answer."""
    done = data.draw(st.integers(0, asked))
    same = [n for n in range(asked + 1) if coarse(n, asked=asked) == coarse(done, asked=asked)]
    assert len(same) >= STEP
    assert any(0 < n < asked for n in same)


@given(MANY, st.data())
def test_between_two_days_a_number_moves_by_fives_or_not_at_all(asked: int, data: st.DataObject) -> None:
    before, after = (coarse(data.draw(st.integers(0, asked)), asked=asked) for _ in range(2))
    assert before is not None
    assert after is not None
    assert (after.done - before.done) % STEP == 0


@given(MANY, st.data())
def test_it_never_says_more_than_there_are(asked: int, data: st.DataObject) -> None:
    done = data.draw(st.integers(0, asked))
    told = coarse(done, asked=asked)
    assert told is not None
    assert told.done <= done
    assert told.asked <= asked
    assert told.done <= told.asked - STEP


@given(MANY)
def test_that_everybody_or_nobody_has_done_it_is_never_told(asked: int) -> None:
    assert coarse(asked, asked=asked) == coarse(asked - 1, asked=asked)
    assert coarse(0, asked=asked) == coarse(1, asked=asked)
