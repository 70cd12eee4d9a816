"""Who has what an advisory is about: findings for one's own organisations, counts for the centre."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from wardround.core.advisories import Advisory
from wardround.core.vocab import Finding, Verdict
from wardround.hub.advisories.matcher import Matcher
from wardround.hub.advisories.reading import aliases, overrides, statements
from wardround.hub.estate.services import installs_of, newest, snapshots
from wardround.hub.organisations.access import Access, system_access
from wardround.hub.organisations.models import Organisation
from wardround.hub.reach import reaching

WORST_FIRST = (Verdict.AFFECTED, Verdict.NOT_EVALUABLE, Verdict.UNKNOWN, Verdict.NOT_AFFECTED)


@dataclass
class Holder:
    """One organisation: assets by their worst verdict, and the findings where the asker sees inside."""

    organisation: Organisation
    counts: dict[str, int]
    findings: list[Finding] = field(default_factory=list)

    @property
    def named(self) -> int:
        """How many of its assets the advisory names at all."""
        return sum(self.counts.values())


def holders(advisory: Advisory, *, access: Access, at: datetime) -> list[Holder]:
    """Organisations whose newest snapshots name the product, worst first. The centre gets counts alone: findings stay inside."""
    trusts = Organisation.objects.filter(kind=Organisation.Kind.TRUST)
    reached = trusts if access.national else trusts.filter(pk__in=access.reads)
    reader = system_access("counting for the centre") if access.national else access
    with statements() as store:
        matcher = Matcher([advisory], store=store, overrides=overrides().as_of(at), aliases=aliases().as_of(at))
    found = []
    for organisation in reached:
        with reaching(reader):
            rows = newest(snapshots(reader, organisation, until=at))
            installs = [i for row in rows.values() for i in installs_of(row)]
        findings = matcher.findings(installs)
        if findings:
            inside = access.sees_inside(organisation)
            found.append(Holder(organisation, by_asset(findings), _worst_first(findings) if inside else []))
    return sorted(found, key=lambda h: [-h.counts.get(v.value, 0) for v in WORST_FIRST])


def totals(found: Iterable[Holder]) -> dict[str, int]:
    """Assets by their worst verdict over all organisations, and how many organisations have each."""
    held = list(found)
    assets = {v.value: sum(h.counts.get(v.value, 0) for h in held) for v in Verdict}
    return assets | {f"{v.value}_at": sum(bool(h.counts.get(v.value)) for h in held) for v in Verdict}


def by_asset(findings: Iterable[Finding]) -> dict[str, int]:
    """Assets by their worst verdict."""
    worst: dict[str, Verdict] = {}
    for finding in findings:
        asset = finding.install.asset_id
        worst[asset] = min(worst.get(asset, finding.verdict), finding.verdict, key=WORST_FIRST.index)
    return {v.value: n for v in Verdict if (n := sum(w is v for w in worst.values()))}


def _worst_first(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda f: (WORST_FIRST.index(f.verdict), f.install.asset_id))
