"""Versions at random, of the forms that each scheme knows: few numbers and words, so that they meet often."""

import re
from collections.abc import Callable

import pytest
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

NUMBERS = r"(0|1|2|10)(\.(0|1|2|10)){0,3}"
SEMVER = r"(0|1|2)\.(0|1|10)\.(0|1|2)(-(a|rc|0|1|10)(\.(b|1|2|10)){0,2})?(\+x)?"
FORMS = {
    "alpm": r"(1:|0:)?[12](\.|_|\.\.)?(1|10|a)(\.?(2|b|rc)){0,2}(-[12])?",
    "apk": NUMBERS + r"(\.0[12])?[ab]?(_(alpha|rc|git|p)[12]?){0,2}(~ab)?(-r[01])?",
    "cargo": SEMVER,
    "composer": r"v?" + NUMBERS + r"(-?(alpha|beta|RC|patch|p)(\.?[12])?)?(-dev)?",
    "conan": NUMBERS + r"(\.?(a|cci|1d))?(-(pre|1|pre\.2)?)?(\+(b|1))?",
    "datetime": r"202[34]-0[1-9]-[12][0-8]T[01][0-9]:[0-5]0:00(\.50?|\.123)?(Z|[+-]0[0-5]:30)",
    "deb": r"(0:|1:)?[12](\.(0|1|10)){0,2}(~~?|~rc1?|a|Z|\+dfsg|-1)?([.]1)?(-[01](ubuntu|~bpo|\.)[12])?",
    "gem": NUMBERS + r"(\.(a|rc|1a)(\.[012b]){0,3}|-[ab1])?",
    "generic": NUMBERS + r"([-._]?(a|rc|post|pl|beta)[-.]?[012]?){0,2}",
    "gentoo": NUMBERS + r"(\.0[1-3]0?)?[ab]?(_(alpha|rc|pre|p)[12]?){0,2}(-r[01])?",
    "golang": r"v?" + SEMVER,
    "hex": SEMVER,
    "intdot": NUMBERS + r"(-a|rc)?",
    "lexicographic": r"[aAéz1 ]{1,4}",
    "maven": r"(0|1|2)([.-]?(0|1|10|a|b|m1|alpha|rc|cr2|ga|final|sp|SNAPSHOT|xyz)){0,4}",
    "nginx": r"1\.(1|2|10)\.(0|1|10)",
    "npm": SEMVER,
    "nuget": NUMBERS + r"(-([aA]|1|rc)(\.[12])?)?(\+x)?",
    "openssl": r"(1\.0\.2|1\.1\.1|3\.0\.[01]|0\.9\.8)(a|k|z|za)?(-(alpha|beta)[12])?",
    "pypi": r"(1!)?" + NUMBERS + r"(a1|b2|rc1|c10)?(\.post[12]|-1)?(\.dev[01])?(\+(x|1|x\.1))?",
    "rpm": r"(1:|0:)?[12](\.|_)?(0|1|10|a)([.~^]?(el|rc|1|2)){0,3}(-[12](\.el[89])?)?",
    "semver": SEMVER,
}


@pytest.fixture(scope="session")
def versions() -> Callable[[str], SearchStrategy[str]]:
    """The strategy for versions of a scheme."""
    return lambda scheme: st.from_regex(re.compile(FORMS[scheme], re.ASCII), fullmatch=True)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for `every_scheme` runs for each."""
    if "every_scheme" in metafunc.fixturenames:
        metafunc.parametrize("every_scheme", sorted(FORMS))
