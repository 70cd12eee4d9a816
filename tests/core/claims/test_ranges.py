"""Version texts become entries: `vers`, `vls` (CSAF 2.0, section 3.1.2.3.2), or the text for the fixed grammar of FACTS 9."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.core.claims._ranges import EVERY, entries, model_named, models_in, numbered_models, series_named


@pytest.mark.parametrize("text", ["*", "vers:all/*", "All versions", " all  versions ", "vers:generic/*"])
@pytest.mark.parametrize("is_range", [True, False])
def test_every_version_is_one_entry_without_bounds(text, is_range):
    assert entries(text, is_range=is_range) == (EVERY,)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("vers:deb/>=1.0|<1.1-2", ({"version": "1.0", "lessThan": "1.1-2", "versionType": "deb"},)),
        ("vers:rpm/<=2:1.0-3.el8", ({"version": "0", "lessThanOrEqual": "2:1.0-3.el8", "versionType": "rpm"},)),
        ("vers:pypi/>=2.0", ({"version": "2.0", "lessThan": "*", "versionType": "pypi"},)),
        (
            "vers:npm/1.0.0|>=2.0.0|<2.3.1",
            ({"version": "1.0.0", "versionType": "npm"}, {"version": "2.0.0", "lessThan": "2.3.1", "versionType": "npm"}),
        ),
        ("vers:generic/>=1.0|<2.0", ({"version": "1.0", "lessThan": "2.0"},)),
        ("vers:npm/>1.0.0|<2.0.0", ({"version": "> 1.0.0, < 2.0.0", "versionType": "npm"},)),
        ("vers:npm/<2.0.0|>=1.0.0", ({"version": "1.0.0", "lessThan": "2.0.0", "versionType": "npm"},)),
        ("vers:none/*", ()),
    ],
)
def test_vers_ranges_are_read_with_their_order(text, made):
    assert entries(text, is_range=True) == made


def test_what_a_range_leaves_out_is_not_affected_by_that_alone():
    found = entries("vers:npm/>=1.0.0|!=1.5.0|<2.0.0", is_range=True)
    assert [(e["version"], "excluded" in e) for e in found] == [("1.5.0", True), ("1.0.0", False)]


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("<= 2.3.6", "<= 2.3.6"),  # ICSMA-18-235-01
        (">= 1.3.4 | < 1.5.3", ">= 1.3.4, < 1.5.3"),  # ICSMA-19-248-01
        (">= 4.0.1", ">= 4.0.1"),
        ("<=4.1", "<= 4.1"),
    ],
)
def test_plain_comparators_stay_text_so_that_the_reason_says_so(text, made):
    assert entries(text, is_range=True) == ({"version": made},)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("<= R8.0.3", {"version": "0", "lessThanOrEqual": "R8.0.3"}),  # ICSMA-18-086-01
        (">=BT02 | <= BT06", {"version": "BT02", "lessThanOrEqual": "BT06"}),
        ("< 3.x", {"version": "0", "lessThan": "3"}),  # ICSMA-20-170-02
        (">= 2.x | < 3.1", {"version": "2", "lessThan": "3.1"}),
    ],
)
def test_other_comparators_are_a_range_of_which_only_the_ends_are_known(text, made):
    assert entries(text, is_range=True) == (made,)


@pytest.mark.parametrize(
    "text",
    [
        "<= U61 |<= L81",  # ICSMA-20-296-02: two upper bounds are no interval
        "A10 < A11",  # ICSMA-21-294-01
        "distributed < april 1, 2018",
        "<May 2018",
        "v8.x (with Wireless Battery Modules v17 | v17D19 | >= v20D29 | <= v20D32)",
        "vers:nonsense",
        "vers:npm/>=1|>=2|<3|<4 or so",
        "All versions prior to 2.0",
        "Versions 1.0 through 1.4",
    ],
)
def test_freer_text_is_handed_on_as_it_is(text):
    assert entries(text, is_range=True) == ({"version": text},)


def test_a_list_of_plain_versions_is_each_of_them():
    assert entries("9.13 | 9.19 | 9.33 | 12.1", is_range=False) == tuple(  # ICSMA-20-170-06
        {"version": v} for v in ("9.13", "9.19", "9.33", "12.1")
    )


@pytest.mark.parametrize("text", ["A10 | as shipped", "2.3.6 and  below", "12.x and so on", "<= 2.0"])
def test_a_version_that_is_no_plain_list_is_one_text(text):
    assert entries(text, is_range=False) == ({"version": " ".join(text.split())},)


@given(st.text(alphabet="<>=!|vers:/ *1.2ab%", max_size=40) | st.text(max_size=40), st.booleans())
def test_any_text_is_read_and_only_what_says_so_covers_everything(text, is_range):
    found = entries(text, is_range=is_range)
    assert all(isinstance(entry["version"], str) for entry in found)
    assert EVERY not in found or "*" in text or "all" in text.casefold() or "!=" in text


def test_a_range_of_a_million_constraints_is_one_text():
    assert len(entries(">=1|" * 1_000_000, is_range=True)) == 1


def test_that_a_device_has_reached_its_end_narrows_nothing():
    """ICSMA-18-128-01."""
    assert entries("* (end-of-life 2011)", is_range=True) == (EVERY,)
    assert entries("<= 2.01 (end-of-life Nov 2017)", is_range=True) == entries("<= 2.01", is_range=True)


def test_a_series_is_all_of_it():
    assert entries("14.1.x", is_range=False) == ({"version": "14.1", "lessThan": "14.1.*"},)  # ICSMA-19-241-01


def test_of_the_series_that_a_range_ends_with_nothing_is_said():
    """ICSMA-21-187-01 calls 12.2.x.x and prior affected, and names 12.2.8.0 as the fix of some of its vulnerabilities."""
    series, before = entries("<= 12.2.x.x", is_range=True)
    assert (series["version"], series["lessThan"], series["excluded"]) == ("12.2", "12.2.*", True)
    assert before == {"version": "0", "lessThan": "12.2"}


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("9.13 | 9.19", ["9.13", "9.19"]),  # ICSMA-20-170-06
        ("B.02 | C.02 | C.03", ["B.02", "C.02", "C.03"]),  # ICSMA-21-322-02
        ("4.20 | 4.20 SR1 | 4.30", ["4.20", "4.20 SR1", "4.30"]),  # ICSMA-22-151-02
        ("4.X | 5.X", ["4", "5"]),  # ICSMA-20-023-01
        ("2131 and 2141", ["2131", "2141"]),  # ICSMA-19-029-01: models of a bed
        ("3002 S3 | 3005 S3", ["3002 S3", "3005 S3"]),
        ("9.x", ["9"]),
        ("MMT-1711 | MMT-1712", ["MMT-1711", "MMT-1712"]),  # ICSMA-22-263-01
        # Sentences, models and constraints are no lists of versions: they stay as they are.
        ("CS2 Avance | Amingo | Avance CS2", ["CS2 Avance | Amingo | Avance CS2"]),
        ("base units (BU)|handheld base units (HBU)", ["base units (BU)|handheld base units (HBU)"]),
        ("A.01 <= C.0x | 4.0", ["A.01 <= C.0x | 4.0"]),
    ],
)
def test_a_list_with_bars_is_its_versions(text, made):
    assert [entry["version"] for entry in entries(text, is_range=False)] == made


@pytest.mark.parametrize(
    ("text", "models"),
    [
        ("Accu-Chek Inform II", ("Accu-Chek Inform II",)),  # ICSMA-18-310-01
        ("882410 Gemini GXL 16 Slice", ("Gemini GXL 16 Slice",)),  # ICSMA-21-084-01
        ("CS2 Avance | Amingo | Avance CS2", ("CS2 Avance", "Amingo", "Avance CS2")),  # ICSMA-19-190-01
        # Versions, order numbers, and whatever is said of some devices of a model only, are no models.
        ("9.13 | 9.19", ()),
        ("MMT-1780 | MMT-1781", ()),
        ("<= 2.3.6", ()),
        ("all versions", ()),
        ("with wireless option (shipped between 2016-August 2018)", ()),
        ("Accu-Chek Inform II Base Unit NEW with Software 04.00.00 or newer", ()),
        ("(X3/MX100 for Rev M only)", ()),
        ("Windows 10 Professional Operating System U.S. release", ()),
        ("2nd Edition", ()),
    ],
)
def test_models_may_stand_where_a_version_should(text, models):
    assert models_in(text) == models
    assert not models or entries(text, is_range=False) != (EVERY,)


@pytest.mark.parametrize(
    ("name", "version", "models"),
    [
        ("CareLink Monitor", "2490C", ("CareLink Monitor 2490C",)),  # ICSMA-19-080-01
        ("MyCareLink Monitor", "24950 | 24952", ("MyCareLink Monitor 24950", "MyCareLink Monitor 24952")),
        ("Secure II MedSurg Bed", "2131 and 2141", ("Secure II MedSurg Bed 2131", "Secure II MedSurg Bed 2141")),  # ICSMA-19-029-01
        ("GE Aespire", "7100 | 7900 | Protiva", ("GE Aespire 7100", "GE Aespire 7900")),  # ICSMA-19-190-01
        ("Gateway", "3002", ()),  # a build, for all that is said
        ("Gateway", "9.13 | 9.19", ()),
    ],
)
def test_a_models_number_may_stand_where_a_version_should(name, version, models):
    assert model_named(name, version) == models


@pytest.mark.parametrize(
    ("name", "models"),
    [("ZOOM LATITUDE Programmer Model", ("ZOOM LATITUDE Programmer", "ZOOM LATITUDE Programmer 3120")), ("Model Railway", ())],
)
def test_a_products_name_may_say_that_its_version_is_a_model(name, models):
    """ICSMA-21-273-01."""
    assert numbered_models(name, "3120") == models
    assert numbered_models(name, "3.1.20") == ()


@pytest.mark.parametrize(
    ("name", "version", "meant"),
    [
        ("IntelliSpace Portal 8.0.x", "vers:all/*", ("IntelliSpace Portal", "8.0.x")),  # ICSMA-18-058-02: 9.0 is none of them
        ("IntelliSpace Portal 8.0.x", "8.0.1", ("IntelliSpace Portal 8.0.x", "8.0.1")),
        ("Gateway 8", "vers:all/*", ("Gateway 8", "vers:all/*")),
    ],
)
def test_a_products_name_may_bear_its_series(name, version, meant):
    assert series_named(name, version) == meant
