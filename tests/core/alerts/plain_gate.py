"""The gate a second time, written plainly from MODEL's table, with none of the product's parts: an oracle for its answer."""

from datetime import datetime, timedelta
from typing import Any

from wardround.core.alerts import Applicability, AssetCase, Closing, Facts
from wardround.core.vocab import Verdict

DAY = timedelta(days=1)


def plain_gate(f: Facts, *, at: datetime) -> Closing | None:
    """What may be closed at `at`, when nothing in `f` is later than `at`."""
    if f.withdrawn_at or not f.revisions:
        return None
    asking = [r for r in f.revisions if r.material or r.number == min(x.number for x in f.revisions)]
    asked = next(r for r in asking if r.number == max(x.number for x in asking))
    if not any(
        a.revision == r.number and r.number >= asked.number and a.at >= r.issued_at for a in f.acknowledgements for r in f.revisions
    ):
        return None
    if not f.confirmations:
        return None
    newest = [c for c in f.confirmations if c.at == max(x.at for x in f.confirmations)]
    answers = [a for a in ("not_yet_known", "does_not_apply", "applies") if any(c.answer == a for c in newest)]
    if answers[0] == "not_yet_known" or min(c.assessed_at for c in newest if c.answer == answers[0]) < asked.issued_at:
        return None
    if not _judged(f):
        return None
    hunted = _hunted(f, asked.issued_at)
    if hunted is None:
        return None
    if answers[0] == Applicability.DOES_NOT_APPLY:
        return Closing.DOES_NOT_APPLY if _absent(f, at) else None
    if not any(s.verdict.open for c in f.assets for s in c.sightings):
        return None
    if f.decision is None and any(_open_sources(c) for c in f.assets):
        return None
    ways = [_way(c, f, at) for c in f.assets]
    if None in ways:
        return None
    return Closing.RISK_ACCEPTED if "risk" in ways else hunted


def _judged(f: Facts) -> bool:
    ended = {i.id for i in f.incidents}
    if any(i.closed_at is None for i in f.incidents):
        return False
    for d in f.detections:
        words = [j for j in f.judgements if j.detection == d.key and (j.reason.strip() or not j.false_alarm)]
        if not words or any(not j.false_alarm and j.incident not in ended for j in words if j.at == max(w.at for w in words)):
            return False
    return True


def _open_sources(c: AssetCase) -> list[str]:
    """The sources that saw it open and have not shown it fixed since, in a snapshot that counts."""
    return [name for name in {s.source for s in c.sightings if s.verdict.open} if not _fixes(c, name)]


def _fixes(c: AssetCase, source: str) -> list[datetime]:
    opened = max((s.at for s in c.sightings if s.source == source and s.verdict.open), default=None)
    if opened is None:
        return []
    return sorted(s.at for s in c.sightings if s.source == source and not s.verdict.open and s.counts and s.at > opened)


def _sources(c: AssetCase) -> set[str]:
    return {s.source for s in c.sightings if s.verdict.open}


def _confirmed(c: AssetCase, f: Facts) -> bool:
    said = {a.key for a in f.assumptions}
    for source in {s.source for s in c.sightings if s.counts}:
        its = [s for s in c.sightings if s.source == source and s.counts]
        last = [s for s in its if s.at == max(x.at for x in its)]
        if any(not s.verdict.open and not said.issuperset(s.assumptions) for s in last):
            return False
    return True


def _signed(c: AssetCase, f: Facts, *, isolation: bool) -> bool:
    if not c.clinical or not _sources(c):
        return True
    on: list[Any] = [d for d in f.clinical if d.asset_id == c.asset_id and (d.action == "isolation") == isolation]
    last = [d for d in on if d.at == max(x.at for x in on)]
    return bool(last) and all(d.approval == "given" and d.as_clinical_safety_officer for d in last)


def _way(c: AssetCase, f: Facts, at: datetime) -> str | None:
    first = min(r.issued_at for r in f.revisions)
    shown = all(any(t > first for t in _fixes(c, s)) for s in _sources(c))
    if shown and _confirmed(c, f) and _signed(c, f, isolation=False):
        return "fixed"
    if any(d.asset_id == c.asset_id and all(s.at <= d.at for s in c.sightings) for d in f.disposals):
        return "disposed"
    checks = [i for i in f.isolations if i.asset_id == c.asset_id and first <= i.at <= at < i.expires_at]
    if checks and _signed(c, f, isolation=True):
        return "isolated"
    for r in f.risks:
        meant = r.asset_id == c.asset_id or (r.asset_id == "*" and any(s.verdict.open and s.at <= r.at for s in c.sightings))
        if meant and r.as_siro and r.by != r.asked_by and at < r.expires_at <= r.at + 90 * DAY:
            return "risk"
    return None


def _absent(f: Facts, at: datetime) -> bool:
    for c in f.assets:
        if any(s.verdict is Verdict.AFFECTED for s in c.sightings) or _open_sources(c) or not _confirmed(c, f):
            return False
    return any(at - v.taken_at <= 30 * DAY for v in f.visibility) or any(at < a.expires_at for a in f.attestations)


def _hunted(f: Facts, asked_at: datetime) -> Closing | None:
    """FIXED where no hunt is asked for, the kind of hunting where it was done, None where it was not."""
    stood = [c for c in f.assets if _sources(c)]
    wanted = [c for c in stood if c.triage] or (stood if f.decision and f.decision.forensic_triage else [])
    if wanted and (f.window_since is None or not f.pack):
        return None
    whole = True
    for c in wanted:
        last = max(s.at for s in c.sightings if s.verdict.open)
        shown = sorted(t for source in _sources(c) for t in _fixes(c, source) if t > last)
        if _open_sources(c):
            end = max([last, asked_at, *shown[:1], *(x.at for x in (*f.disposals, *f.isolations) if x.asset_id == c.asset_id)])
        else:
            end = shown[0]
        good = [h for h in sorted(f.hunts, key=lambda h: (h.at, h.id)) if _enough(h, c, f, end, asked_at)]
        if not good:
            return None
        its = [s for s in good[-1].hosts if s.asset_id == c.asset_id]
        whole = whole and all(s.seen >= s.hours and not s.rules_not_run for s in its)
        whole = whole and all(s.hours_until_fix in (None, s.seen_until_fix) and not s.unparsed + s.unread for s in its)
    if not wanted:
        return Closing.FIXED
    return Closing.WINDOW_HUNTED if whole else Closing.WINDOW_PARTLY_VISIBLE


def _enough(h: Any, c: AssetCase, f: Facts, end: datetime, asked_at: datetime) -> bool:
    its = [s for s in h.hosts if s.asset_id == c.asset_id]
    current = h.pack == f.pack and h.logs >= f.logs and h.at >= asked_at
    covered = all(s.seen > 0 and s.since <= f.window_since and s.until >= end for s in its)
    covered = covered and not any(s.hours_until_fix and s.seen_until_fix == 0 for s in its)
    taken = any(a.hunt == h.id and a.at >= h.at for a in f.coverage_accepted)
    return bool(its) and current and covered and taken
