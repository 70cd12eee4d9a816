"""From records and installs to findings: each distinct pair is decided once, then expanded."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from wardround.core.advisories import Advisory
from wardround.core.matching._decide import decide
from wardround.core.matching._model import Answer, Named, Subject
from wardround.core.matching._names import Naming, names
from wardround.core.matching._overrides import Overrides
from wardround.core.vocab import Finding, Install, name_key

_PLATFORM_COLUMNS = ("platform", "os", "operating_system", "architecture")


def match(advisory: Advisory, install: Install, *, overrides: Overrides, named: Named | None = None) -> Finding:
    """One record against one install that it names: one of four verdicts, the entry that decided, and why.

    `named` is what `names` found for the install; without it the install's own vendor and product count. Source: FACTS 9.
    """
    return _finding(advisory, install, decide(advisory, subject_of(install, named), overrides=overrides))


def match_all(
    advisories: Iterable[Advisory], *, installs: Sequence[Install], overrides: Overrides, naming: Naming | None = None
) -> Iterator[Finding]:
    """Every finding of these records on these installs, record by record, install by install.

    `naming` is the whole feed's (for the rule of a single vendor); without it, these records' own. Records are read one at
    a time when `naming` is given. Not naming an install is no finding.
    """
    if naming is None:
        advisories = list(advisories)
        naming = naming_of(advisories)
    by_cve: dict[str, dict[Subject, list[Install]]] = defaultdict(lambda: defaultdict(list))
    known: dict[tuple[str, str, str, str], Named | None] = {}
    for install in installs:
        key = (install.vendor, install.product, install.cpe, install.purl)
        if key not in known:
            known[key] = names(install, naming=naming)
        if named := known[key]:
            subject = subject_of(install, named)
            for cve in named.cves:
                by_cve[cve][subject].append(install)
    for advisory in advisories:
        for subject, same in by_cve.get(advisory.cve, {}).items():
            answer = decide(advisory, subject, overrides=overrides)
            yield from (_finding(advisory, install, answer) for install in same)


def naming_of(advisories: Iterable[Advisory]) -> Naming:
    """The naming of a handful of records, for callers without a whole feed at hand."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for advisory in advisories:
        pairs = {
            (name_key(a["vendor"]), name_key(a["product"]))
            for container in advisory.containers
            for a in container.affected
            if isinstance(a, Mapping) and isinstance(a.get("vendor"), str) and isinstance(a.get("product"), str)
        }
        for vendor, product in sorted(pairs):
            found[product][vendor].append(advisory.cve)
    return lambda product: found.get(product, {})


def subject_of(install: Install, named: Named | None = None) -> Subject:
    """What a verdict depends on, of this install."""
    vendors = named.vendors if named else ((name_key(install.vendor),) if install.vendor.strip() else ())
    platform = next((name_key(v) for c in _PLATFORM_COLUMNS if (v := install.extra.get(c, "").strip())), "")
    product = named.product if named else name_key(install.product)
    return Subject(vendors, product, install.version.strip(), install.scheme.strip().casefold(), platform)


def _finding(advisory: Advisory, install: Install, answer: Answer) -> Finding:
    return Finding(install, advisory.cve, answer.verdict, answer.reason, answer.decided_by, answer.assumed)
