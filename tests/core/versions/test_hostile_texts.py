"""Whatever a text holds, it is a version, a range or an error: never a crash, never a wait."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wardround.core.versions import LONGEST, Vers, from_native, scheme_of
from wardround.core.vocab import BadInput

HOSTILE = [
    "9" * 10_000,
    "1." * 5_000,
    "1-" * 5_000 + "a",
    "~" * 10_000,
    "1" + "_alpha" * 2_000,
    "1.0 rc",
    "\ud800",
    "1" * 254 + "!",
    "1.0-" + "a" * 250 + "\x00",
    "0." * 127 + "!",
    "1.0-" + "a-" * 125 + "!",
    "1+" + "a." * 126,
    "-" * 255,
    "v" * 255,
    "1" + ".post1" * 42 + "!",
]

BEGINNINGS = [
    "",
    "1",
    "1.0-beta",
    "1.0a",
    "1_alpha",
    "1.0-",
    "1.0+",
    "1.0.post",
    "1.0~",
    "1:1.0-",
    "v1.0-rc.",
    "2024-01-01T00:00:00.",
]
HOSTILE += [
    beginning + run * (200 // len(run)) + "!" for beginning in BEGINNINGS for run in ("1", "a", "1.", "-1", ".a", "-", "a1")
]


def test_a_hostile_text_is_no_version_or_equals_itself(every_scheme: str) -> None:
    scheme = scheme_of(every_scheme)
    assert scheme
    for text in HOSTILE:
        try:
            scheme.key(text)
        except BadInput as error:
            message = str(error)
        else:
            message = ""
            assert len(text) <= LONGEST
            assert scheme.compare(text, other=text) == 0
        assert len(message) < 250


@pytest.mark.parametrize("text", ["9" * 10_000, "١.٢.٣", "", "\ud800", "é", "①"])
def test_no_scheme_takes_digits_of_other_scripts_or_too_many(every_scheme: str, text: str) -> None:
    scheme = scheme_of(every_scheme)
    assert scheme
    if every_scheme != "lexicographic" or text in ("", "\ud800", "9" * 10_000):
        with pytest.raises(BadInput, match="is no version of the scheme"):
            scheme.key(text)


@pytest.mark.parametrize("text", ["1.0\x00", "1.0\n", "1.२", "n/a é"])
def test_control_characters_are_part_of_no_version(every_scheme: str, text: str) -> None:
    scheme = scheme_of(every_scheme)
    assert scheme
    if every_scheme not in ("generic", "intdot", "lexicographic"):  # these three read, or pass over, any character
        with pytest.raises(BadInput):
            scheme.key(text)


@settings(max_examples=60)
@given(text=st.one_of(st.text(max_size=40), st.text("0123456789.-~^+_:!aAvx ", max_size=260)))
def test_any_text_gives_a_key_or_an_error(every_scheme: str, text: str) -> None:
    scheme = scheme_of(every_scheme)
    assert scheme
    try:
        assert hash(scheme.key(text)) == hash(scheme.key(text))
    except BadInput:
        assert not text.isdigit() or not text.isascii() or every_scheme in ("datetime", "openssl") or len(text) > LONGEST


READERS: dict[str, Callable[[str], Vers]] = {"parse": Vers.parse, "read": Vers.read} | {
    name: lambda text, name=name: from_native(text, scheme=name)  # type: ignore[misc]
    for name in ("npm", "pypi", "maven", "deb", "conan", "nginx", "gem", "nuget", "cargo", "openssl")
}


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=80)
@given(text=st.one_of(st.text(max_size=30), st.text("vers:/npm|<>=!*%20 1.0-aA[](),~^x", max_size=60)))
def test_any_text_is_a_range_or_an_error(reader: str, text: str) -> None:
    try:
        vers = READERS[reader](text)
    except BadInput:
        return
    assert str(vers).startswith("vers:")
    assert reader == "read" or Vers.parse(str(vers)) == vers


@pytest.mark.parametrize(
    "text",
    [
        "vers:npm/" + "1|" * 5_000 + "1",
        "vers:npm/" + "<" * 10_000,
        "vers:" + "a" * 10_000,
        "vers:npm/%" * 1_000,
        "vers:npm/1.0%00",
        "vers:npm/1.0%C3%A9",
        "vers:npm/\x00",
        "vers:npm/١",
        "vers:invalid/1.0",
        "vers:all/1.0",
        "vers:npm/",
        "vers:npm",
        "npm/1.0",
        "VERS:npm/1.0",
        "vers:NPM/1.0",
        "vers:npm/=1.0",
        "vers:npm/>=1.0|>2.0",
        "vers:npm/1.0|<2.0",
        "vers:npm/1.0|1.0.0",
        "vers:npm/*|1.0",
        "",
    ],
)
def test_a_range_that_the_specification_forbids_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        Vers.parse(text)


@pytest.mark.parametrize("scheme", ["npm", "pypi", "maven", "gem", "nuget", "conan", "nginx", "openssl", "deb", "cargo"])
@pytest.mark.parametrize(
    "text",
    [
        "1.0" + " " * 9_000 + "<",
        "1.0," + " " * 4_000 + "," + " " * 4_000 + "1",
        ">=1-" + "a-" * 4_000 + "!",
        "1.0 " * 3_000,
        "[" * 9_000,
        "!=1 " * 2_400,
        "<" * 9_999,
        "1.0.0-" * 1_600 + " ",
        "~^" * 4_000,
        "١",
        "\x00",
        ">",
        "==",
    ],
)
def test_a_hostile_native_range_is_refused(scheme: str, text: str) -> None:
    with pytest.raises(BadInput):
        from_native(text, scheme=scheme)


@pytest.mark.parametrize(("text", "expected"), [("vers:all/*", True), ("vers:none/*", False), ("vers:example/*", True)])
def test_an_asterisk_needs_no_order(text: str, expected: bool) -> None:
    assert Vers.parse(text).contains("any text") is expected


@pytest.mark.parametrize("text", ["vers:example/1.0", "vers:npm/not.a.version", "vers:npm/>=1.0%252F0"])
def test_what_nobody_can_compare_is_read_and_contains_nothing_by_guess(text: str) -> None:
    vers = Vers.parse(text)
    with pytest.raises(BadInput):
        vers.contains("1.0")


def test_one_version_with_two_comparators_is_kept_as_written_and_not_answered() -> None:
    vers = Vers.read("vers:npm/>=1.0.0|<=1.0|2.0.0")
    assert str(vers) == "vers:npm/>=1.0.0|<=1.0|2.0.0"
    with pytest.raises(BadInput, match="twice"):
        vers.contains("1.0.0")


def test_a_long_range_is_read_in_time_and_whole() -> None:
    constraints = "|".join(f">={n}.0.0|<{n}.5.0" for n in range(20_000))
    vers = Vers.parse(f"vers:semver/{constraints}")
    assert vers.contains("19999.4.9")
    assert not vers.contains("19999.5.0")


@pytest.mark.parametrize("name", ["", "no such scheme", "git", "custom", "n/a", "GENERIC\x00"])
def test_a_name_that_is_no_scheme_has_no_order(name: str) -> None:
    assert scheme_of(name) is None


@pytest.mark.parametrize(
    ("name", "scheme"), [("Python", "pypi"), (" RPM ", "rpm"), ("go", "golang"), ("sem", "semver"), ("alpine", "apk")]
)
def test_other_names_and_letter_case(name: str, scheme: str) -> None:
    found = scheme_of(name)
    assert found
    assert found.name == scheme
