"""What an estate cannot answer is said in counts: what was decided, what nobody sees, and what would help most."""

from hypothesis import given
from hypothesis import strategies as st

from wardround.core.estate import PRODUCT_CLASSES, Decided, coverage

EPMM = Decided("Ivanti", "EPMM", "12.4.0.1", 3, affected=1, not_affected=2, assumed=("An order is assumed.",))


def test_an_install_counts_as_decided_when_every_record_that_names_it_decides() -> None:
    told = coverage([EPMM, Decided("V", "half", "1", 2, affected=1, unknown=1), Decided("", "Ward Clock", "1", 5)])
    assert (told.installs, told.decided, told.partly, told.undecided, told.unnamed) == (10, 3, 2, 0, 5)
    assert (told.share, told.share_of_pairs) == (0.3, 11 / 13)


def test_an_install_that_no_record_decides_is_undecided() -> None:
    told = coverage([Decided("V", "p", "", 4, unknown=1, not_evaluable=1)])
    assert (told.decided, told.partly, told.undecided, told.share_of_pairs) == (0, 0, 4, 0)


def test_silence_is_never_counted_as_decided() -> None:
    assert coverage([Decided("", "Ward Clock", "1", 5)]).share == 0
    assert coverage([]).share == 0


def test_pairs_and_assumptions_are_counted_by_installs() -> None:
    told = coverage([EPMM, Decided("V", "p", "1", 2, not_affected=1, assumed=("An order is assumed.", "A text was read."))])
    assert told.verdicts == {"affected": 3, "not_affected": 8, "unknown": 0, "not_evaluable": 0}
    assert told.assumptions == {"An order is assumed.": 5, "A text was read.": 2}


def test_a_class_that_no_source_sees_is_named() -> None:
    told = coverage([], sees=["server", "server", "edge_appliance"])
    assert set(told.unseen) == set(PRODUCT_CLASSES) - {"server", "edge_appliance"}


def test_the_step_that_would_decide_most_comes_first_and_versions_of_a_product_are_one_step() -> None:
    rows = [
        Decided("", "Ward Clock", "1", 2),
        Decided("", "ward  clock", "2", 2),
        Decided("", "Reader", "9", 3, unknown=1, ambiguous=True),
        Decided("V", "Agent", "", 2, unknown=4),
        Decided("V", "Server", "build x", 1, not_evaluable=1),
        EPMM,
    ]
    told = coverage(rows)
    assert [(s.kind, s.product, s.installs) for s in told.steps] == [
        ("alias", "Ward Clock", 4),
        ("vendor", "Reader", 3),
        ("version", "Agent", 2),
        ("fact", "Server", 1),
    ]
    assert [s.kind for s in coverage(rows, most=2).steps] == ["alias", "vendor"]


def test_a_product_of_which_little_is_open_comes_after_one_of_which_nothing_is_decided() -> None:
    windows, clock = Decided("Microsoft", "Windows", "10", 100, not_affected=95, unknown=5), Decided("", "Ward Clock", "1", 10)
    assert [(s.product, s.installs, s.gain) for s in coverage([windows, clock]).steps] == [
        ("Ward Clock", 10, 10),
        ("Windows", 100, 5),
    ]


def test_the_packages_of_a_distribution_ask_for_its_feed_together() -> None:
    rows = [
        Decided("", "openssl", "1", 2, unknown=3, distribution="debian:11"),
        Decided("", "bash", "5", 2, distribution="debian:11"),
        Decided("", "curl", "7", 1, not_affected=1, distribution="debian:11"),
    ]
    (step,) = coverage(rows).steps
    assert (step.kind, step.product, step.installs) == ("feed", "debian:11", 4)


COUNT = st.integers(0, 3)
ROWS = st.lists(
    st.builds(Decided, st.sampled_from("vw"), st.sampled_from("pq"), st.sampled_from(["", "1"]), COUNT, COUNT, COUNT, COUNT, COUNT)
)


@given(ROWS)
def test_every_install_is_counted_once_and_every_gap_has_a_step(rows: list[Decided]) -> None:
    told = coverage(rows, most=1000)
    assert told.decided + told.partly + told.undecided + told.unnamed == told.installs == sum(row.installs for row in rows)
    assert sum(step.installs for step in told.steps) == told.installs - told.decided
    assert list(told.steps) == sorted(told.steps, key=lambda step: -step.gain)
    assert all(0 < step.gain <= step.installs for step in told.steps)
