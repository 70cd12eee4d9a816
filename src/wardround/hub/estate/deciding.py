"""What the records say of each distinct product and version of an estate: counted, never listed. Needs no database.

Every record that names something is decided once for each distinct statement of it (FACTS 9: tens of thousands of pairs
stand for millions of installs).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from types import MappingProxyType
from typing import Any

from wardround.core.estate import Decided, coverage
from wardround.core.estate._coverage import Coverage, Step
from wardround.core.estate._identifiers import PREFIX
from wardround.core.matching import match_all
from wardround.core.matching._names import name_all
from wardround.core.names import Candidates
from wardround.core.vocab import Install, Verdict
from wardround.lake.knowledge import Knowledge

MOST_CANDIDATES = 3
NO_MATTER = frozenset(
    ("address", "location", "port", "service", "banner", "model", "product_code", "udi", "device_type", "android_patch_level")
)
"""What readers keep beside an install that no verdict depends on."""


def matters(install: Install) -> dict[str, str]:
    """What stands beside an install and may matter to a verdict on it."""
    return {key: value for key, value in install.extra.items() if not key.startswith(PREFIX) and key not in NO_MATTER}


class Distinct:
    """The distinct statements of an estate, without whose device it is, and how many installs make each of them."""

    def __init__(self) -> None:
        self._counted: Counter[tuple[object, ...]] = Counter()
        self._shown: dict[tuple[object, ...], Install] = {}

    def add(self, install: Install, installs: int = 1) -> None:
        """So many installs that state the same."""
        extra = matters(install)
        of = (install.product, install.version, install.vendor, install.scheme, install.purl, install.cpe)
        key = (*of, *sorted(extra.items()))
        if key not in self._counted:
            same = replace(install, asset_id="", hostname="", service="", where="", last_seen=None, internet_facing=None)
            self._shown[key] = replace(same, extra=MappingProxyType(extra))
        self._counted[key] += installs

    def __len__(self) -> int:
        return len(self._counted)

    def items(self) -> list[tuple[Install, int]]:
        """Each distinct statement with its number of installs."""
        return [(self._shown[key], count) for key, count in self._counted.items()]


def known(distinct: Distinct, *, sees: Iterable[str], by: Knowledge) -> Coverage:
    """What can be said of an estate, with names in the records that an unnamed product may have, for a person to confirm."""
    return told_of(decided(distinct, by=by), sees=sees, by=by)


def told_of(rows: Iterable[Decided], *, sees: Iterable[str], by: Knowledge) -> Coverage:
    """The same from what was decided already."""
    told = coverage(rows, sees=sees)
    if not any(step.kind == "alias" for step in told.steps):
        return told
    candidates = Candidates(by.products(), aliases=by.aliases)
    steps = [replace(step, candidates=_candidates(candidates, step)) if step.kind == "alias" else step for step in told.steps]
    return replace(told, steps=tuple(steps))


def _whose(install: Install) -> str:
    """The distribution whose package it is, as far as the install says so; empty where it is none's."""
    package = install.purl.partition(":")[2].partition("/")[0] if install.purl else install.scheme
    if package not in ("deb", "rpm", "apk"):
        return ""
    stated = install.extra.get("distribution", "") or install.purl.partition("distro=")[2].partition("&")[0]
    return stated or f"a distribution ({package})"


def as_document(told: Coverage) -> dict[str, Any]:
    """As commands write it."""
    return {"share": round(told.share, 4), "share_of_pairs": round(told.share_of_pairs, 4)} | asdict(told)


def _candidates(candidates: Candidates, step: Step) -> tuple[str, ...]:
    found = candidates.of(step.vendor, step.product, most=MOST_CANDIDATES)
    return tuple(f"{one.vendor}: {one.product}" if one.vendor else one.product for one in found)


def decided(distinct: Distinct, *, by: Knowledge) -> list[Decided]:
    """Each distinct statement with the verdicts of every record that names it. A rejected record states nothing."""
    items = distinct.items()
    installs = [install for install, _ in items]
    named = name_all(installs, naming=by.naming, records=by.records, aliases=by.aliases)
    wanted = sorted({cve for found in named if found for cve in found.cves})
    standing = (advisory for advisory in by.records(wanted) if advisory.state.casefold() != "rejected")
    verdicts: dict[int, Counter[Verdict]] = {}
    assumed: dict[int, dict[str, None]] = {}
    for finding in match_all(standing, installs=installs, overrides=by.overrides, named=named):
        place = id(finding.install)
        verdicts.setdefault(place, Counter())[finding.verdict] += 1
        if finding.assumed:
            assumed.setdefault(place, {}).update(dict.fromkeys(finding.assumed))
    nothing: Mapping[Verdict, int] = Counter()
    return [
        Decided(
            install.vendor,
            install.product,
            install.version,
            count,
            affected=(said := verdicts.get(id(install), nothing))[Verdict.AFFECTED],
            not_affected=said[Verdict.NOT_AFFECTED],
            unknown=said[Verdict.UNKNOWN],
            not_evaluable=said[Verdict.NOT_EVALUABLE],
            ambiguous=bool(found and found.ambiguous),
            assumed=tuple(assumed.get(id(install), ())),
            distribution=_whose(install),
        )
        for (install, count), found in zip(items, named, strict=True)
    ]
