"""What is read of a package URL as it stands is what the long way reads."""

from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from wardround.core.names import Purl
from wardround.core.names._named import names_of_purl
from wardround.core.names._purl import _AS_WRITTEN, _checked, without_version
from wardround.core.vocab import BadInput

part = st.text("aZ09._-", min_size=1, max_size=6)
version = st.text("aZ09._-+~", max_size=6)
kinds = st.sampled_from([*sorted(_AS_WRITTEN), "npm", "pypi", "swift", "cpan"])


@given(kinds, st.lists(part, max_size=3), part, version)
def test_a_plain_package_url_is_read_as_the_long_way_reads_it(kind: str, namespace: list[str], name: str, version: str) -> None:
    text = f"pkg:{kind}/{'/'.join([*namespace, name])}{'@' if version else ''}{version}"
    try:
        read = Purl.read(text)
    except BadInput:
        assert kind in ("swift", "cpan", "npm", "pypi")
        return
    assert read == _checked(PackageURL.from_string(text))
    assert str(Purl.read(str(read))) == str(read)


@given(kinds, st.lists(part, max_size=3), part, version)
def test_all_versions_of_a_package_have_its_names(kind: str, namespace: list[str], name: str, version: str) -> None:
    text = f"pkg:{kind}/{'/'.join([*namespace, name])}"
    versioned = f"{text}@{version}" if version else text
    assert without_version(versioned) == text
    assert names_of_purl(versioned) == names_of_purl(text)


def test_what_is_not_plain_keeps_its_version() -> None:
    for text in ("pkg:npm/%40angular/core@17.0", "pkg:deb/debian/curl@7.88?distro=debian-12", "pkg:npm/@a/b@1", "no package URL@1"):
        assert without_version(text) == text
