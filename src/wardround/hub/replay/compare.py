"""The honest comparison: what three common ways of working would have done on the same days, from the same data."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from wardround.core import matching, triage
from wardround.core.advisories import Advisory
from wardround.core.vocab import Finding, Verdict, end_of_day
from wardround.hub.advisories.matcher import Matcher
from wardround.hub.advisories.reading import aliases, overrides, statements
from wardround.hub.estate.services import installs_of, newest, snapshots
from wardround.hub.organisations.access import system_access
from wardround.hub.organisations.models import Organisation

EPSS_LINE = 0.1
HIGH = 7.0
CYBER_ESSENTIALS_DAYS = 14


def compare(cves: list[str], *, days: Iterable[date], policy: str) -> dict[str, Any]:
    """CVSS first, EPSS first and literal matching beside ours, each worked out from the statements of those days.

    CVSS first: 14 days from publication for 7.0 and above, nothing below (Cyber Essentials' reading). EPSS first: acts on
    the first day on which the score is 0.1 or more. Literal: the record as published, without the vendor's facts.
    """
    span = sorted(days)
    with statements() as store:
        by_day = {day: list(store.advisories(cves, at=end_of_day(day))) for day in span}
        last = by_day[span[-1]]
        until = end_of_day(span[-1])
        matcher = Matcher(last, store=store, overrides=overrides().as_of(until), aliases=aliases().as_of(until))
    return {
        "cvss_first": [_cvss(a) for a in last],
        "epss_first": [_epss(cve, by_day) for cve in cves],
        "literal_matching": _literal(matcher, at=end_of_day(span[-1])),
        "wardround": [_ours(cve, by_day, policy) for cve in cves],
    }


def _cvss(advisory: Advisory) -> dict[str, Any]:
    stated = advisory.latest("cvss")
    score = float(stated.value) if stated else None
    acts = score is not None and score >= HIGH
    due = (advisory.published + timedelta(days=CYBER_ESSENTIALS_DAYS)).date() if acts else None
    what = f"asks for the fix by {due:%d %B %Y}" if due else "asks for nothing: it is scored medium"
    return {"cve": advisory.cve, "score": score, "due": due, "what": f"{what}; it never asks for a hunt"}


def _epss(cve: str, by_day: dict[date, list[Advisory]]) -> dict[str, Any]:
    scores: dict[str, float] = {}
    for advisories in by_day.values():
        for advisory in (a for a in advisories if a.cve == cve):
            scores |= {s.stated_at.date().isoformat(): float(s.value) for s in advisory.stated if s.key == "epss"}
    first = next((day for day, score in sorted(scores.items()) if score >= EPSS_LINE), None)
    what = f"first acts on {first}" if first else f"never acts: the score stayed under {EPSS_LINE:g}"
    return {"cve": cve, "scores": scores, "acts_on": first, "what": what}


def _ours(cve: str, by_day: dict[date, list[Advisory]], policy: str) -> dict[str, Any]:
    decisions: list[dict[str, Any]] = []
    for day, advisories in by_day.items():
        for advisory in (a for a in advisories if a.cve == cve):
            d = triage.decide(triage.policy(policy), advisory=advisory, exposed=True, at=end_of_day(day))
            if not decisions or decisions[-1]["decision"] != d.decision:
                decisions.append({"from": day.isoformat(), "decision": d.decision, "name": d.name, "due": d.due})
    said = "; ".join(f"from {d['from']} {d['name']}, due {d['due']}" for d in decisions)
    return {"cve": cve, "exposed": True, "decisions": decisions, "what": said}


def _literal(matcher: Matcher, *, at: datetime) -> dict[str, Any]:
    """Every (organisation, asset, version) on which the bare record and the record with the vendor's facts differ."""
    access = system_access("comparing")
    bare = matching.Overrides()
    differs: dict[tuple[str, str, str], tuple[Finding, Finding]] = {}
    for organisation in Organisation.objects.filter(kind=Organisation.Kind.TRUST):
        for snapshot in newest(snapshots(access, organisation, until=at)).values():
            installs = installs_of(snapshot)
            literal, sourced = matcher.findings(installs, overrides=bare), matcher.findings(installs)
            for a, b in zip(literal, sourced, strict=True):
                if a.verdict != b.verdict:
                    differs[(organisation.code, a.install.asset_id, a.install.version)] = (a, b)
    alarms = [k for k, (a, b) in differs.items() if a.verdict is Verdict.AFFECTED and b.verdict is Verdict.NOT_AFFECTED]
    guesses = [k for k, (a, b) in differs.items() if a.verdict is Verdict.AFFECTED and b.verdict is Verdict.UNKNOWN]
    return {
        "as_of": at.astimezone(UTC).date(),
        "false_alarms": [{"organisation": o, "asset": x, "version": v} for o, x, v in alarms],
        "guesses": [{"organisation": o, "asset": x, "version": v} for o, x, v in guesses],
        "what": f"calls {len(alarms)} patched servers affected, and {len(guesses)} affected whose version does not say",
    }
