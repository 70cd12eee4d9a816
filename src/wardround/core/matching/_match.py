"""From records and installs to findings: each distinct pair is decided once, then expanded."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from wardround.core.advisories import Advisory, product_names
from wardround.core.matching._decide import FOR, decide
from wardround.core.matching._installers import as_released
from wardround.core.matching._model import Answer, Named, Subject
from wardround.core.matching._names import key_of, names
from wardround.core.matching._overrides import Overrides
from wardround.core.matching._packages import package_of, scheme_stated
from wardround.core.matching._product_lines import of_family
from wardround.core.matching._record import Record
from wardround.core.matching._windows import VENDOR, windows_of
from wardround.core.names import Aliases
from wardround.core.names._named import for_system, scheme_of_purl
from wardround.core.names._variant import variant_of_cpe, version_of_cpe
from wardround.core.vocab import Finding, Install, name_key

_PLATFORM_COLUMNS = ("platform", "os", "operating system", "operating_system", "architecture")


def match(advisory: Advisory, install: Install, *, overrides: Overrides, named: Named | None = None) -> Finding:
    """One record against one install that it names: one of four verdicts, the entry that decided, and why.

    `named` is what `names` found for the install; without it the install's own vendor and product count. Source: FACTS 9.
    """
    return _finding(advisory, install, decide(advisory, subject_of(install, named), overrides=overrides))


def match_all(
    advisories: Iterable[Advisory],
    *,
    installs: Sequence[Install],
    overrides: Overrides,
    named: Sequence[Named | None] | None = None,
    aliases: Aliases | None = None,
) -> Iterator[Finding]:
    """Every finding of these records on these installs, record by record; a record that does not name an install is no finding.

    Each distinct pair of record and subject is decided once. `named` is what `names` found for each install in a whole
    feed, in the same order; without it these records are the feed, and `aliases` name the installs too. With it, records
    may be a stream.
    """
    if named is None:
        advisories = list(advisories)
        named = _named(installs, advisories, aliases or Aliases())
    by_cve: dict[str, dict[Subject, list[Install]]] = defaultdict(lambda: defaultdict(list))
    for install, found in zip(installs, named, strict=True):
        if found:
            subject = subject_of(install, found)
            for cve in found.cves:
                by_cve[cve][subject].append(install)
    for advisory in advisories:
        record = Record(advisory)
        for subject, same in by_cve.get(advisory.cve, {}).items():
            answer = decide(record, subject, overrides=overrides)
            for install in same:
                yield _finding(advisory, install, answer)


def _named(installs: Iterable[Install], advisories: Sequence[Advisory], aliases: Aliases) -> list[Named | None]:
    """What `names` finds when a handful of records is the whole feed."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    by_id = {advisory.cve: advisory for advisory in advisories}
    for advisory in advisories:
        for vendor, product in sorted(product_names(advisory)):
            found[product][vendor].append(advisory.cve)

    def records(cves: Iterable[str]) -> Iterator[Advisory]:
        return (by_id[cve] for cve in cves)

    return [names(install, naming=lambda product: found.get(product, {}), records=records, aliases=aliases) for install in installs]


def subject_of(install: Install, named: Named | None = None) -> Subject:
    """What a verdict depends on, of this install."""
    vendors = named.vendors if named else ((vendor,) if (vendor := key_of(install.vendor)) else ())
    if (windows := windows_of(install)) and (not named or named.product == windows.product):
        return Subject((VENDOR,), windows.product, windows.version, install.scheme.strip().casefold(), windows.platform)
    platform = (_platform_of(install.extra) if install.extra else "") or _platform_in(install.product)
    if (package := package_of(install)) and (not named or named.vendors == (package.vendor,)):
        name = named.product if named else package.names[0]
        return Subject((package.vendor,), name, package.version_of(name), package.scheme, platform, package.distribution)
    product = named.product if named else name_key(install.product)
    if (line := of_family(install)) and (not named or named.product == line.product):
        return Subject((VENDOR,), line.product, line.version, install.scheme.strip().casefold(), platform)
    scheme, distribution = scheme_stated(install), ""
    if install.purl:
        kind, distribution = scheme_of_purl(install.purl)
        scheme = scheme or kind
    also = named.also if named else ()
    version = install.version.strip() or (version_of_cpe(install.cpe) if install.cpe else "")
    variant = variant_of_cpe(install.cpe) if install.cpe else ()
    version = as_released(install.product, version, scheme=scheme)
    return Subject(vendors, product, version, scheme, platform, distribution, also, variant)


def _platform_of(extra: Mapping[str, str]) -> str:
    """The platform that an inventory states in one of its further columns; empty: not known."""
    return next((value for column in _platform_columns(tuple(extra)) if (value := name_key(extra[column]))), "")


def _platform_in(product: str) -> str:
    """The system that a product's name says it is for (`Zoom Desktop Client for Windows`: `for windows`); empty: none."""
    _, system = for_system(product)
    return FOR + system if system else ""


@lru_cache(maxsize=1_024)
def _platform_columns(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Those of an inventory's columns that can state a platform, in the order in which they count."""
    called = {name_key(column): column for column in columns}
    return tuple(called[column] for column in _PLATFORM_COLUMNS if column in called)


def _finding(advisory: Advisory, install: Install, answer: Answer) -> Finding:
    return Finding(install, advisory.cve, answer.verdict, answer.reason, answer.decided_by, answer.assumed)
