"""Forensic triage: a hunt over the whole window of every asset that has to be hunted, and a person who accepted what it saw."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from wardround.core.alerts._assets import first_fix, proven_fix, stood_open, words
from wardround.core.alerts._known import asked_revision, run_on
from wardround.core.alerts._model import AssetCase, Facts, HostSearch, HuntDone, Missing
from wardround.core.alerts._policy import ResponsePolicy
from wardround.core.alerts._reasons import Reason, day, listed


@dataclass(frozen=True, slots=True)
class Search:
    """The best hunt of one asset: `missing` says why it is not enough, `accepted` whether a person took its coverage."""

    case: AssetCase
    hunt: HuntDone | None
    hosts: tuple[HostSearch, ...] = ()
    missing: tuple[Missing, ...] = ()
    accepted: bool = False

    def partly(self, policy: ResponsePolicy) -> bool:
        """Whether hours of either window were not seen, lines or files not read, or rules could not run."""
        return any(
            h.seen < policy.full_share * h.hours
            or (h.seen_until_fix or 0) < policy.full_share * (h.hours_until_fix or 0)
            or h.events < policy.full_share * (h.events + h.unparsed)
            or h.unread > 0
            or (policy.rules_not_run_are_partial and bool(h.rules_not_run))
            for h in self.hosts
        )


def to_hunt(facts: Facts) -> list[AssetCase]:
    """The assets that stood open and whose decision asks for forensic triage; all, where only the organisation's decision does."""
    stood = [c for c in facts.assets if stood_open(c)]
    own = [c for c in stood if c.triage]
    return own or (stood if facts.decision and facts.decision.forensic_triage else [])


def searches(facts: Facts) -> list[Search]:
    """For each asset to hunt the hunt that answers for it: one that is enough and accepted, else enough, else the newest."""
    return [_search(case, facts) for case in to_hunt(facts)]


def _search(case: AssetCase, facts: Facts) -> Search:
    tried = []
    for hunt in sorted(facts.hunts, key=run_on):
        if hosts := tuple(h for h in hunt.hosts if h.asset_id == case.asset_id):
            missing = tuple(dict.fromkeys(m for h in hosts for m in _short_of(case, hunt, h, facts)))
            accepted = any(a.hunt == hunt.id and a.at >= hunt.at for a in facts.coverage_accepted)
            tried.append(Search(case, hunt, hosts, missing, accepted))
    if tried:
        return max(tried, key=lambda s: (not s.missing, not s.missing and s.accepted, s.hunt and run_on(s.hunt)))
    what = f"The logs of {case.asset_id} were not hunted{_from(facts.window_since)}{_assumed(case)}"
    return Search(case, None, missing=(Missing(Reason.NOT_HUNTED, what, _upload(case), (case.asset_id,)),))


def _short_of(case: AssetCase, hunt: HuntDone, host: HostSearch, facts: Facts) -> Iterator[Missing]:
    """Everything that this hunt lacks for this asset."""
    name, revision = case.asset_id, asked_revision(facts)
    if facts.window_since is None:
        what = f"Nobody knows since when {name} could have been entered"
        yield Missing(Reason.NO_WINDOW, what, "state the first known exploitation in the bulletin, then hunt", (name,))
    if host.seen <= 0 or host.hours <= 0:
        what = f"Not hunted: {host.hours} of {host.hours} hours of {name} have no logs that a rule could search"
        yield Missing(Reason.NOT_HUNTED, what, _upload(case), (name,))
    elif host.hours_until_fix and not host.seen_until_fix:
        what = f"Not hunted: none of the {host.hours_until_fix} hours before the fix of {name} could be searched for the exploit"
        yield Missing(Reason.NOT_HUNTED, what, _upload(case), (name,))
    outdated = []
    if not facts.pack or hunt.pack != facts.pack:
        outdated.append("by older rules")
    if not facts.logs <= hunt.logs:
        outdated.append(f"without {len(facts.logs - hunt.logs)} of the logs that are here now")
    if revision and hunt.at < revision.issued_at:
        outdated.append(f"before revision {revision.number}")
    if outdated:
        what = f"The hunt of {day(hunt.at)} on {name} ran {listed(outdated)}"
        yield Missing(Reason.HUNT_OUTDATED, what, "hunt again", (name,))
    since, until = facts.window_since, _window_end(case, facts)
    if (since and host.since > since) or host.until < until:
        what = (
            f"The hunt of {day(hunt.at)} searched {name} from {_span(host.since, host.until)}; the window is {_span(since, until)}"
        )
        yield Missing(Reason.HUNT_TOO_SHORT, what, "hunt over the whole window", (name,))


def _window_end(case: AssetCase, facts: Facts) -> datetime:
    """The first snapshot that shows the fix; while a source still calls it open, the last that is known of it, too."""
    if fixed := proven_fix(case):
        return fixed
    revision, shown = asked_revision(facts), first_fix(case)
    known = [*(w.last_open.at for w in words(case)), *([revision.issued_at] if revision else []), *([shown] if shown else [])]
    gone = [d.at for d in facts.disposals if d.asset_id == case.asset_id]
    return max([*known, *gone, *(i.at for i in facts.isolations if i.asset_id == case.asset_id)])


def hunt_reasons(facts: Facts) -> Iterator[Missing]:
    """What keeps the window from being searched."""
    for search in searches(facts):
        yield from search.missing


def coverage_reasons(facts: Facts) -> Iterator[Missing]:
    """Hunts that are enough and whose coverage nobody has accepted: always with hours, and with the rules that could not run."""
    waiting: dict[str, list[Search]] = {}
    for search in searches(facts):
        if search.hunt and not search.missing and not search.accepted:
            waiting.setdefault(search.hunt.id, []).append(search)
    for hunt in sorted(waiting):
        hosts = [h for s in waiting[hunt] for h in s.hosts]
        saw = "; ".join(_saw(h) for h in sorted(hosts, key=lambda h: h.asset_id))
        rules = sorted({r for h in hosts for r in h.rules_not_run})
        what = f"Nobody has accepted what the hunt saw: {saw}" + (f"; rules that could not run: {listed(rules)}" if rules else "")
        yield Missing(
            Reason.COVERAGE, what, "accept this coverage, or add logs and hunt again", tuple(s.case.asset_id for s in waiting[hunt])
        )


def _saw(host: HostSearch) -> str:
    """The hours, and what else was not seen, of one host."""
    parts = [f"{host.seen} of {host.hours} hours of {host.asset_id}"]
    if host.hours_until_fix and (host.seen_until_fix or 0) < host.hours_until_fix:
        parts.append(f"before the fix {host.seen_until_fix or 0} of {host.hours_until_fix}")
    if host.unparsed:
        parts.append(f"{host.unparsed:,} of {host.unparsed + host.events:,} lines not read")
    if host.unread:
        parts.append("1 file not read to its end" if host.unread == 1 else f"{host.unread} files not read to their end")
    return ", ".join(parts)


def _upload(case: AssetCase) -> str:
    return f"upload the logs of {case.asset_id} for the window and hunt"


def _from(since: datetime | None) -> str:
    return f" from {day(since)}" if since else ""


def _span(since: datetime | None, until: datetime) -> str:
    return f"{day(since) if since else 'an unknown day'} to {day(until)} {until:%H:%M}"


def _assumed(case: AssetCase) -> str:
    return " (asked for on an assumption: settle the input that is not known, or hunt)" if case.triage_assumed else ""
