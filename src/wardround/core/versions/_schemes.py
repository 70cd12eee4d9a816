"""The schemes by name."""

import json
from collections.abc import Callable
from functools import cache
from importlib import resources

from wardround.core.versions._apk import apk, gentoo
from wardround.core.versions._deb import deb
from wardround.core.versions._ecosystems import composer, conan, gem, openssl
from wardround.core.versions._maven import maven
from wardround.core.versions._model import Key, Scheme
from wardround.core.versions._plain import generic, intdot, lexicographic, moment
from wardround.core.versions._pypi import pypi
from wardround.core.versions._rpm import alpm, rpm
from wardround.core.versions._semver import golang, npm, nuget, semver

_READERS: dict[str, Callable[[str], Key]] = {
    "alpm": alpm,
    "apk": apk,
    "cargo": semver,
    "composer": composer,
    "conan": conan,
    "datetime": moment,
    "deb": deb,
    "gem": gem,
    "generic": generic,
    "gentoo": gentoo,
    "golang": golang,
    "hex": semver,
    "intdot": intdot,
    "lexicographic": lexicographic,
    "maven": maven,
    "nginx": semver,
    "npm": npm,
    "nuget": nuget,
    "openssl": openssl,
    "pypi": pypi,
    "rpm": rpm,
    "semver": semver,
}


def scheme_of(name: str) -> Scheme | None:
    """The scheme of this name: a VERS or package-URL type, or a `versionType` of CVE records. None when none is known by it.

    Letter case and space around the name do not matter.
    """
    return schemes().get(name.strip().casefold())


@cache
def schemes() -> dict[str, Scheme]:
    """Every name that a scheme is known by, with its scheme."""
    rows = json.loads(resources.files(__package__).joinpath("tables/schemes.json").read_text("utf-8"))["schemes"]
    known: dict[str, Scheme] = {}
    for row in rows:
        name = row["name"]
        scheme = Scheme(name, _READERS[name], row["source"], optional_release=name in ("alpm", "rpm"))
        known |= dict.fromkeys((name, *row["also"]), scheme)
    return known
