"""What holds of every order and of every range, whatever the scheme."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from wardround.core.versions import Constraint, Scheme, Vers, from_native, scheme_of
from wardround.core.vocab import BadInput

Versions = Callable[[str], SearchStrategy[str]]

HOLDS = {"<": {-1}, "<=": {-1, 0}, ">": {1}, ">=": {1, 0}}


def known(name: str) -> Scheme:
    scheme = scheme_of(name)
    assert scheme, name
    return scheme


def sign(low: bool, high: bool) -> int:
    return high - low


@settings(max_examples=30)
@given(data=st.data())
def test_every_form_has_a_key_and_keys_are_a_total_order(every_scheme: str, versions: Versions, data: st.DataObject) -> None:
    keys = sorted(known(every_scheme).key(data.draw(versions(every_scheme))) for _ in range(3))
    assert keys[0] <= keys[1] <= keys[2]
    assert keys[0] <= keys[2]


@settings(max_examples=30)
@given(data=st.data())
def test_comparison_is_that_of_the_keys_and_antisymmetric(every_scheme: str, versions: Versions, data: st.DataObject) -> None:
    one, other = data.draw(versions(every_scheme)), data.draw(versions(every_scheme))
    scheme = known(every_scheme)
    low, high = scheme.key(one), scheme.key(other)
    assert scheme.compare(one, other=other) == -scheme.compare(other, other=one)
    assert scheme.compare(one, other=one) == 0
    assert (low == high) <= (hash(low) == hash(high))
    if not scheme.optional_release or ("-" in one) == ("-" in other):
        assert scheme.compare(one, other=other) == sign(low < high, low > high)


@pytest.mark.parametrize("name", ["alpm", "rpm"])
@given(data=st.data())
def test_who_leaves_out_the_release_equals_every_release(name: str, versions: Versions, data: st.DataObject) -> None:
    version = data.draw(versions(name)).partition("-")[0]
    assert known(name).compare(version, other=f"{version}-7") == 0
    assert known(name).key(version) < known(name).key(f"{version}-7")


RANGES = ["apk", "conan", "datetime", "deb", "gem", "maven", "npm", "pypi", "semver"]


def some_range(name: str, versions: Versions, data: st.DataObject) -> Vers:
    """A canonical range: intervals between versions, with single versions and exclusions."""
    scheme = known(name)
    places = data.draw(st.lists(versions(name), min_size=1, max_size=5, unique_by=scheme.key))
    constraints = [Constraint(data.draw(st.sampled_from(["=", "!=", "<", "<=", ">", ">="])), version) for version in places]
    return Vers(name, tuple(constraints), scheme).simplified()


@pytest.mark.parametrize("name", RANGES)
@settings(max_examples=30)
@given(data=st.data())
def test_what_is_printed_reads_back_the_same(name: str, versions: Versions, data: st.DataObject) -> None:
    vers = some_range(name, versions, data)
    assert Vers.parse(str(vers)) == vers
    assert Vers.read(str(vers)) == vers
    assert vers.simplified() == vers


def inside(vers: Vers, version: str) -> bool:
    """Containment in plain words: not excluded, and listed, or between the ends of one of the intervals."""
    place = {c: known(vers.type).compare(version, other=c.version) for c in vers.constraints}
    if any(c.comparator == "!=" and place[c] == 0 for c in vers.constraints):
        return False
    if all(c.comparator == "!=" for c in vers.constraints) or any(c.comparator == "=" and place[c] == 0 for c in vers.constraints):
        return True
    ends = [c for c in vers.constraints if c.comparator in HOLDS]
    if ends and ends[0].comparator in ("<", "<="):
        ends.insert(0, Constraint(">", ""))
    intervals = [ends[i : i + 2] for i in range(0, len(ends), 2)]
    return any(all(not c.version or place[c] in HOLDS[c.comparator] for c in interval) for interval in intervals)


@pytest.mark.parametrize("name", RANGES)
@settings(max_examples=30)
@given(data=st.data())
def test_a_range_contains_what_the_comparison_with_its_ends_says(name: str, versions: Versions, data: st.DataObject) -> None:
    vers = some_range(name, versions, data)
    for version in [data.draw(versions(name)), *(c.version for c in vers.constraints)]:
        assert vers.contains(version) == inside(vers, version)


@pytest.mark.parametrize("name", ["deb", "gem", "npm", "semver"])
@settings(max_examples=30)
@given(data=st.data())
def test_alternatives_are_joined_and_what_must_hold_together_is_met(name: str, versions: Versions, data: st.DataObject) -> None:
    pair = st.tuples(st.sampled_from(sorted(HOLDS)), versions(name).map(lambda text: text.partition("+")[0]))
    alternatives = data.draw(st.lists(st.lists(pair, min_size=1, max_size=2), min_size=1, max_size=3))
    text = " || ".join(", ".join(comparator + version for comparator, version in parts) for parts in alternatives)
    try:
        found = from_native(text, scheme=name)
    except BadInput as error:
        if "The range is empty" not in str(error):
            raise
        found = Vers("none", ())
    assert Vers.parse(str(found)) == found
    for version in [data.draw(versions(name)), *(version for parts in alternatives for _, version in parts)]:
        held = [
            [known(name).compare(version, other=end) in HOLDS[comparator] for comparator, end in parts] for parts in alternatives
        ]
        assert found.contains(version) == any(all(parts) for parts in held)


@given(given=st.sampled_from([("<", ">="), ("<=", ">"), ("<", ">")]), version=st.sampled_from(["1.0.0", "2.0.0-rc.1"]))
def test_ends_that_leave_nothing_between_them_are_refused(given: tuple[str, str], version: str) -> None:
    with pytest.raises(BadInput, match="The range is empty"):
        from_native(f"{given[0]}{version} {given[1]}{version}", scheme="npm")
