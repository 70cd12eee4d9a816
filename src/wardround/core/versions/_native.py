"""Ranges as each ecosystem writes them, read into `vers`."""

import re
from collections.abc import Callable

from wardround.core.versions._brackets import brackets
from wardround.core.versions._comparators import conan, gem, nginx, openssl, plain, pypi
from wardround.core.versions._model import Scheme, shown
from wardround.core.versions._npm_range import npm
from wardround.core.versions._schemes import scheme_of
from wardround.core.versions._spans import EVERY, Span, joined
from wardround.core.versions._vers import Vers, vers_of
from wardround.core.vocab import BadInput

LONGEST_RANGE = 10_000
"""Characters of a native range that are read."""

_READERS: dict[str, Callable[[str, Scheme], list[Span]]] = {
    "alpm": plain,
    "apk": plain,
    "cargo": npm,
    "conan": conan,
    "deb": plain,
    "gem": gem,
    "gentoo": plain,
    "generic": plain,
    "golang": plain,
    "intdot": plain,
    "maven": brackets,
    "nginx": nginx,
    "npm": npm,
    "nuget": brackets,
    "openssl": openssl,
    "pypi": pypi,
    "rpm": plain,
    "semver": plain,
}


def from_native(text: str, *, scheme: str) -> Vers:
    """The `vers` range of a range that is written as the ecosystem `scheme` writes it, in canonical form.

    Alternatives are joined, and what must hold together is met, so that no constraint of the result is redundant. Rules
    for picking a pre-release (npm, PEP 440, Conan) choose among versions and do not change the order: they are no part of it.
    Raises BadInput for a scheme without a known form, a text that is no range, and a range that no version can be in.
    """
    known = scheme_of(scheme)
    reader = _READERS.get(known.name) if known else None
    if known is None or reader is None:
        raise BadInput(f"No form of ranges is known for the scheme {shown(scheme)}", do="state the range as `vers`")
    if len(text) > LONGEST_RANGE or not text.isascii() or not text.isprintable():
        raise BadInput(f"{shown(text)} is no range of the scheme `{known.name}`", do="use printable ASCII, not too long")
    spans: list[Span] = []
    for alternative in re.split(r"\|\|?", " ".join(text.split())):
        spans += reader(alternative.strip(), known)
    whole = joined(spans, scheme=known)
    return Vers(known.name, (), known) if whole == [EVERY] else vers_of(whole, scheme=known)
