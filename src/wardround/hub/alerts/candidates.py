"""Candidates for an alert: what was newly stated, on products that somebody has, and how urgent it is for them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from wardround.core import triage
from wardround.core.advisories import Advisory, Stated, product_names
from wardround.core.matching._names import product_keys
from wardround.core.vocab import Finding, Install, Verdict
from wardround.hub.advisories.matcher import Matcher
from wardround.hub.advisories.reading import aliases, overrides, statements
from wardround.hub.alerts.models import Revision
from wardround.hub.estate.services import installs_of, newest, snapshots
from wardround.hub.organisations.access import Act, system_access
from wardround.hub.organisations.models import Organisation
from wardround.hub.reach import reaching

POLICY = "bod-26-04"
WHY = {
    "kev": "listed as known to be exploited",
    "ssvc.exploitation": "exploitation stated",
    "ssvc.automatable": "assessed",
    "ssvc.technical_impact": "assessed",
    "epss": "new EPSS score",
    "cvss": "scored",
}


@dataclass
class Candidate:
    """One CVE that somebody should look at: who has it, on how many assets, how urgent by the worst of them, why now."""

    cve: str
    title: str
    product: str
    advisory: Advisory
    decision: triage.Decision
    why_now: str
    organisations: list[str] = field(default_factory=list)
    affected: int = 0
    undecided: int = 0

    @property
    def due(self) -> date | None:
        """By when, for the most urgent asset."""
        return self.decision.due


def candidates(act: Act, *, days: int = 1) -> list[Candidate]:
    """CVEs of which something was stated in the last days, that name a product somebody has, and that no alert covers.

    The most urgent first; what rests on known inputs before what is assumed. Organisations in which every asset is
    decided as not affected are not counted.
    """
    act.access.demand("alert.draft")
    covered = {cve for cves in Revision.objects.filter(alert__withdrawn_at=None).values_list("cves", flat=True) for cve in cves}
    since = act.at - timedelta(days=days)
    with statements() as store:
        fresh = [c for c in store.changed(after=since, until=act.at) if c not in covered]
        if not fresh:
            return []
        estates = _estates(act)
        called = aliases().as_of(act.at)
        distinct = {(i.vendor, i.product, i.version, i.cpe, i.purl): i for installs in estates.values() for i in installs}
        products = {key for install in distinct.values() for key in product_keys(install, aliases=called)}
        table = overrides().as_of(act.at)
        found = []
        for advisory in store.advisories(fresh, at=act.at):
            named = {product for _, product in product_names(advisory)} & products
            if advisory.state == "PUBLISHED" and named:
                matcher = Matcher([advisory], store=store, overrides=table, aliases=called)
                if one := _candidate(act, advisory, estates, matcher, since):
                    found.append(one)
    return sorted(found, key=lambda c: (bool(c.decision.assumed), -c.decision.rank, -c.affected, c.cve))


@reaching(system_access("proposing candidates"))
def _estates(act: Act) -> dict[str, list[Install]]:
    """The newest installs of every organisation, by code."""
    access = system_access("proposing candidates")
    trusts = Organisation.objects.filter(kind=Organisation.Kind.TRUST)
    return {o.code: [i for s in newest(snapshots(access, o, until=act.at)).values() for i in installs_of(s)] for o in trusts}


def _candidate(
    act: Act, advisory: Advisory, estates: dict[str, list[Install]], matcher: Matcher, since: datetime
) -> Candidate | None:
    hits: list[tuple[str, Finding]] = []
    for code, installs in estates.items():
        hits += [(code, f) for f in matcher.findings(installs) if f.verdict.open]
    if not hits:
        return None
    decisions = {
        exposed: triage.decide(triage.policy(POLICY), advisory=advisory, exposed=exposed, at=act.at)
        for exposed in {f.install.internet_facing for _, f in hits}
    }
    worst = max(decisions.values(), key=lambda d: (d.rank, not d.assumed))
    assets = {(code, f.install.asset_id): f.verdict for code, f in hits}
    return Candidate(
        cve=advisory.cve,
        title=advisory.title,
        product=hits[0][1].install.product,
        advisory=advisory,
        decision=worst,
        why_now=_why(advisory.stated, advisory, since),
        organisations=sorted({code for code, _ in hits}),
        affected=sum(v is Verdict.AFFECTED for v in assets.values()),
        undecided=sum(v is not Verdict.AFFECTED for v in assets.values()),
    )


def _why(stated: Iterable[Stated], advisory: Advisory, since: datetime) -> str:
    """The newest of what was stated lately, the weightiest kind first; else that it was published."""
    fresh = {s.key: s for s in stated if s.stated_at > since}
    for key, words in WHY.items():
        if key in fresh:
            return f"{words} on {fresh[key].stated_at:%d %B}"
    return f"published on {advisory.published:%d %B}"
