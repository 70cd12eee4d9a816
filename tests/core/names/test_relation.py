"""CPE names compared as sets: the tables and examples of NIST IR 7696 (August 2011), each under its number."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.names import Cpe, Relation, relation
from wardround.core.names._cpe import ANY, ATTRIBUTES, NA
from wardround.core.names._relation import compare, relations

EQUAL, SUBSET, SUPERSET = Relation.EQUAL, Relation.SUBSET, Relation.SUPERSET
DISJOINT, UNDEFINED = Relation.DISJOINT, Relation.UNDEFINED
MIRROR = {EQUAL: EQUAL, DISJOINT: DISJOINT, SUBSET: SUPERSET, SUPERSET: SUBSET, UNDEFINED: UNDEFINED}


@pytest.mark.parametrize(
    ("line", "source", "target", "found"),
    [
        (1, ANY, ANY, EQUAL),
        (2, ANY, NA, SUPERSET),
        (3, ANY, "foo", SUPERSET),
        (4, ANY, "foo*", UNDEFINED),
        (5, NA, ANY, SUBSET),
        (6, NA, NA, EQUAL),
        (7, NA, "foo", DISJOINT),
        (8, NA, "*b??", UNDEFINED),
        (9, "foo", "foo", EQUAL),
        (9, "Foo", "fOO", EQUAL),
        (10, "foo", "bar", DISJOINT),
        (11, "foo", "fo?", UNDEFINED),
        (12, "foo", NA, DISJOINT),
        (13, "foo", ANY, SUBSET),
        (14, r"9\.*", r"9\.3", SUPERSET),
        (14, r"9\.*", r"8\.3", DISJOINT),
        (15, "fo?", ANY, SUBSET),
        (16, "fo?", NA, DISJOINT),
        (17, "fo?", "fo?", UNDEFINED),
        (17, "fo?", "*oo", UNDEFINED),
    ],
)
def test_table_6_2(line: int, source: str, target: str, found: Relation) -> None:
    assert compare(source, target=target) is found


@pytest.mark.parametrize(
    ("source", "target", "matches"),
    [
        ("?foo", "foo", True),
        ("?foo", "xfoo", True),
        ("?foo", "xxfoo", False),
        ("foo??", "foo", True),
        ("foo??", "fooxy", True),
        ("foo??", "fooxyz", False),
        ("*foo", "barfoo", True),
        ("*foo*", r"a\.foo\!b", True),
        (r"foo\*", r"foo\*", True),
        (r"foo\*", "foobar", False),
        (r"8\.??", r"8\.\-1", True),
        ("??", "xyz", False),
        ("?", "x", True),
    ],
)
def test_wild_cards_of_section_6_3(source: str, target: str, matches: bool) -> None:
    """`*` is any number of characters, `?` none or one; a quoted sign is one character."""
    found = compare(source, target=target)
    assert found is (EQUAL if source == target else SUPERSET if matches else DISJOINT)


def test_table_6_3() -> None:
    source = Cpe(part="a", vendor="Adobe", version=r"9\.*", edition="PalmOS")
    target = Cpe(part="a", product="Reader", version=r"9\.3\.2", update=NA, edition=NA)
    found = relations(source, target=target)
    assert [found[name] for name in ATTRIBUTES[:6]] == [EQUAL, SUBSET, SUPERSET, SUPERSET, SUPERSET, DISJOINT]


IE = Cpe(part="a", vendor="microsoft", product="internet_explorer", version=r"8\.0")


@pytest.mark.parametrize(
    ("line", "change", "found"),
    [
        (1, {"version": r"9\.0"}, DISJOINT),
        (1, {"version": r"9\.0", "update": "beta"}, DISJOINT),
        (2, {}, EQUAL),
        (3, {"version": ANY}, SUBSET),
        (4, {"update": "beta"}, SUPERSET),
        (0, {"version": ANY, "update": "beta"}, UNDEFINED),
        (0, {"update": "b*"}, UNDEFINED),
    ],
)
def test_table_6_4(line: int, change: dict[str, str], found: Relation) -> None:
    assert relation(IE, target=replace(IE, **change)) is found


def test_the_example_of_appendix_b() -> None:
    known = Cpe(part="o", vendor="microsoft", product="windows_2000", update="sp3", edition="pro")
    assert relation(Cpe(part="o", vendor="microsoft", product="windows_2000"), target=known) is SUPERSET


WORDS = st.sampled_from([ANY, NA, "a", "A", "b", r"a\.b"])
NAMES = st.builds(Cpe, vendor=WORDS, product=WORDS, version=WORDS, other=WORDS)
WILD = st.sampled_from(["a*", "?b", "*", r"a\.?"])


@given(NAMES, NAMES)
def test_a_relation_is_the_mirror_of_the_other_way_round(one: Cpe, other: Cpe) -> None:
    assert relation(one, target=other) is MIRROR[relation(other, target=one)]


@given(NAMES)
def test_a_name_equals_itself_and_lies_in_the_name_of_everything(name: Cpe) -> None:
    assert relation(name, target=name) is EQUAL
    assert relation(Cpe(), target=name) in (EQUAL, SUPERSET)


@given(NAMES, WILD)
def test_a_wild_card_in_the_target_is_never_equal_nor_contained(name: Cpe, wild: str) -> None:
    target = replace(name, version=wild)
    assert relation(name, target=target) in ((UNDEFINED, DISJOINT) if wild != ANY else tuple(Relation))
