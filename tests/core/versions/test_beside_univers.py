"""Our orders beside those of univers 32: the same at random, except where its own document says otherwise."""

import re
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from univers import versions as univers

from wardround.core.versions import scheme_of

Versions = Callable[[str], SearchStrategy[str]]

THEIRS = {
    "alpm": univers.ArchLinuxVersion,
    "apk": univers.AlpineLinuxVersion,
    "deb": univers.DebianVersion,
    "gem": univers.RubygemsVersion,
    "gentoo": univers.GentooVersion,
    "maven": univers.MavenVersion,
    "nginx": univers.NginxVersion,
    "nuget": univers.NugetVersion,
    "openssl": univers.OpensslVersion,
    "pypi": univers.PypiVersion,
    "rpm": univers.RpmVersion,
    "semver": univers.SemverVersion,
}

# What univers does not know, or does otherwise than the scheme's document; such texts are passed over here.
APART = {
    "alpm": r"[a-z]\d",  # pacman compares how many separators there are before it looks at what follows them
    "gentoo": r"\.0\d",  # it drops zeros at the end of the other part as well
    "maven": r"\.[a-z]|-0|(ga|final).",  # before Maven 3.9 `.a` was not `-a` (MNG-7644), and `1-0.1` was `1` (MNG-6964)
    "openssl": r"^\d\.\d\.\d[a-z]+-|^3.*[a-z]",  # it knows no pre-release of a letter, and no letters from 3.0 on
    "semver": r"\+",  # it lets build metadata count, against section 10
}

# Forms that univers knows as well. Of apk no hash and no `_git`, neither `_rc` beside `_rc0` nor no revision beside `-r0`, as
# apk-tools tell them apart; of NuGet three numbers at least.
BOTH_KNOW = {
    "apk": r"(1|2|10)(\.(0|1|10)){0,2}[ab]?(_(alpha|rc|p)[12]){0,2}(-r[12])?",
    "nuget": r"(1|2|10)(\.(0|1|10)){2,3}(-([aA]|1|rc)(\.[12])?)?(\+x)?",
}


def ours(name: str, one: str, other: str) -> int:
    scheme = scheme_of(name)
    assert scheme
    return scheme.compare(one, other=other)


def theirs(name: str, one: str, other: str) -> int:
    low, high = THEIRS[name](one), THEIRS[name](other)
    return 0 if low == high else -1 if low < high else 1


@pytest.mark.parametrize("name", sorted(THEIRS))
@settings(max_examples=80, suppress_health_check=[HealthCheck.filter_too_much])
@given(data=st.data())
def test_both_compare_alike(name: str, versions: Versions, data: st.DataObject) -> None:
    drawn = st.from_regex(re.compile(BOTH_KNOW[name], re.ASCII), fullmatch=True) if name in BOTH_KNOW else versions(name)
    one, other = data.draw(drawn), data.draw(drawn)
    assume(name not in APART or not re.search(APART[name], f"{one}", re.IGNORECASE))
    assume(name not in APART or not re.search(APART[name], f"{other}", re.IGNORECASE))
    assume(name != "rpm" or ("-" in one) == ("-" in other))
    assert ours(name, one, other) == theirs(name, one, other)


@pytest.mark.parametrize(
    ("name", "one", "other", "expected"),
    [
        ("semver", "1.0.0+2", "1.0.0+1", 0),  # section 10: build metadata takes no part
        ("npm", "1.0.0+2", "1.0.0+1", 0),
        ("rpm", "1.0", "1.0-1", 0),  # rpm, Dependencies: who names no release means every release
        ("alpm", "1a2", "1a.2", -1),  # pacman: fewer separators are older
        ("apk", "1.0", "1.0_git1", -1),  # apk-tools: cvs < svn < git < hg < p come after the release
        ("apk", "1.0_git1", "1.0_p1", -1),
        ("apk", "1.0_rc", "1.0_rc0", -1),  # a number is above none
        ("apk", "1.0", "1.0-r0", -1),
        ("apk", "1.0~abc", "1.0~abd", -1),
        ("maven", "2.0.a", "2-1", -1),  # Maven 3.9, MNG-7644
        ("maven", "1", "1-0.1", -1),  # MNG-6964
        ("nuget", "1.0", "1.0.0.0", 0),
        ("openssl", "1.0.2a-beta1", "1.0.2a", -1),
        ("composer", "1.0-alpha2", "1.0-RC1", -1),  # not by the alphabet, in which capitals come first
        ("composer", "1.0-RC1", "1.0", -1),
        ("composer", "1.0", "1.0-patch1", -1),
        ("conan", "1.1d", "1.9", -1),
        ("conan", "1.9", "1.10", -1),
        ("conan", "1.1d", "1.10", -1),  # Conan itself says 1.10 < 1.1d, which is a circle with the two above
        ("golang", "v1.2.3", "1.2.3+incompatible", 0),
    ],
)
def test_where_ours_goes_by_the_document(name: str, one: str, other: str, expected: int) -> None:
    assert ours(name, one, other) == expected
    assert ours(name, other, one) == -expected
