"""What the records say of one product in one version: affected first, and of these what is exploited, then what is not decided."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from wardround.core.matching import match_all
from wardround.core.matching._names import name_all
from wardround.core.vocab import Finding, Install, Verdict
from wardround.hub.advisories.reading import aliases, overrides
from wardround.hub.estate.deciding import matters
from wardround.lake.knowledge import knowledge

MOST_STATEMENTS = 50
ORDER = (Verdict.AFFECTED, Verdict.NOT_EVALUABLE, Verdict.UNKNOWN)


@dataclass(frozen=True)
class Said:
    """What one record says: its worst verdict, on one of the assets, and whether it is known to be exploited."""

    cve: str
    title: str
    published: datetime
    exploited: bool
    finding: Finding


@dataclass(frozen=True)
class Saying:
    """The records that say affected or do not decide, worst first, how many say what, and whether any names the product."""

    listed: list[Said] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    named: bool = False


def saying(installs: Iterable[Install], *, at: datetime) -> Saying:
    """What the records say of these installs of one product. Raises BadInput where no feed was synced."""
    distinct: dict[tuple[object, ...], Install] = {}
    for one in installs:
        distinct.setdefault((one.scheme, one.purl, one.cpe, *sorted(matters(one).items())), one)
    shown = list(distinct.values())[:MOST_STATEMENTS]
    with knowledge(settings.HOME, at=at, overrides=overrides(), aliases=aliases()) as by:
        named = name_all(shown, naming=by.naming, records=by.records, aliases=by.aliases)
        wanted = sorted({cve for found in named if found for cve in found.cves})
        standing = {a.cve: a for a in by.records(wanted) if a.state.casefold() != "rejected"}
        worst: dict[str, Finding] = {}
        for finding in match_all(standing.values(), installs=shown, overrides=by.overrides, named=named):
            worst[finding.cve] = min(worst.get(finding.cve, finding), finding, key=_place)
    told = [
        Said(cve, a.title or a.description, a.published, any(s.key == "kev" for s in a.stated), worst[cve])
        for cve, a in standing.items()
        if cve in worst and worst[cve].verdict in ORDER
    ]
    told.sort(key=lambda one: one.published, reverse=True)
    told.sort(key=lambda one: (_place(one.finding), not one.exploited))
    counts = Counter(finding.verdict.value for finding in worst.values())
    return Saying(told, {v.value: counts[v.value] for v in Verdict}, bool(worst))


def _place(finding: Finding) -> int:
    return ORDER.index(finding.verdict) if finding.verdict in ORDER else len(ORDER)
