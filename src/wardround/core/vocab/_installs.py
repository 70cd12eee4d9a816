"""One product on one asset, as one source saw it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from unicodedata import normalize


def name_key(name: str) -> str:
    """A vendor's or product's name with case and spacing taken out: equal keys are equal names.

    Accents that an inventory writes as signs of their own (as macOS does) are joined to their letters.
    """
    key = " ".join(name.split()).casefold()
    return key if key.isascii() else normalize("NFC", key)


@dataclass(frozen=True, slots=True)
class Install:
    """A product and version on an asset. Empty text means *not stated*; `internet_facing` None means *unknown*.

    `scheme` is the version scheme where the source states one (`semver`, `deb`, `rpm`, `maven`, `npm`, `pypi`...);
    `where` is the place in the source: a row number or a JSON pointer. `extra` keeps columns nobody asked for.
    """

    asset_id: str
    product: str
    version: str
    vendor: str = ""
    hostname: str = ""
    internet_facing: bool | None = None
    service: str = ""
    last_seen: date | None = None
    scheme: str = ""
    purl: str = ""
    cpe: str = ""
    where: str = ""
    extra: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
