"""Keeping logs, hunting through them, and remembering what was searched."""

import hashlib
import io
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from wardround.core import hunts as core
from wardround.core.alerts import response_policy
from wardround.core.hunts._model import Windows
from wardround.core.sigma._model import RuleSet
from wardround.core.vocab import BadInput, Coverage
from wardround.hub.audit.services import record
from wardround.hub.hunts.models import Detection, Hunt, LogBatch
from wardround.hub.organisations.access import Act
from wardround.hub.organisations.models import Organisation
from wardround.lake.files import FileStore

NO_RULES = RuleSet((), (), "")


@dataclass(frozen=True)
class HostToHunt:
    """One asset that stood open: the names its logs may go by, and when its fix was first proven."""

    asset_id: str
    hostname: str
    fixed_at: datetime | None

    def owns(self, batch: LogBatch) -> bool:
        """Whether a log batch is of this asset."""
        return batch.host.casefold() in {self.asset_id.casefold(), self.hostname.casefold()} - {""}


def add_log(act: Act, *, organisation: Organisation, host: str, data: bytes, filename: str, from_host: bool = True) -> LogBatch:
    """Keep one log of one host, and what it covers. The same file again changes nothing.

    `from_host`: it was taken from the host itself, so that an intruder could have altered it.
    Raises BadInput when the host is not named or not one event can be read.
    """
    act.access.demand_write(organisation)
    if not host.strip():
        raise BadInput("is empty", where="host", do="name the host that the log comes from")
    result = core.hunt([core.Source(filename, io.BytesIO(data), host=host)], rules=NO_RULES)
    if not result.events:
        why = result.rejected[0].what if result.rejected else "no line of it could be read as a known kind of log"
        raise BadInput(why, where=filename, do="give an access log, a Windows event file or JSON lines")
    covers = [run.coverage for run in result.runs]
    FileStore(settings.HOME.files).put(data)
    with transaction.atomic():
        sha = hashlib.sha256(data).hexdigest()
        batch, new = LogBatch.unscoped.get_or_create(
            organisation=organisation,
            host=_storable(host.strip()),
            sha256=sha,
            defaults={
                "filename": _storable(filename)[:300],
                "shape": ", ".join(dict.fromkeys(c.shape for c in covers))[:60],
                "events": result.events,
                "unparsed": sum(c.unparsed for c in covers),
                "first": min((c.first for c in covers if c.first), default=None),
                "last": max((c.last for c in covers if c.last), default=None),
                "gaps": [[start.isoformat(), end.isoformat()] for c in covers for start, end in c.gaps],
                "from_host": from_host,
                "added_at": act.at,
                "added_by": act.who,
            },
        )
        if new:
            document = {"host": host, "sha256": sha, "events": batch.events, "unparsed": batch.unparsed, "from_host": from_host}
            record(act, organisation=organisation, what="log added", subject=batch.public_id, document=document)
    return batch


def run_hunt(
    act: Act, *, organisation: Organisation, response: uuid.UUID, pack: str, first_exploited: datetime, hosts: Sequence[HostToHunt]
) -> Hunt:
    """Run a pack over every log of these hosts, and keep what was searched and what was found.

    Traces of the exploit count until the proven fix, traces of what comes after one until now. Raises BadInput when no
    host is given or none of them has a log.
    """
    act.access.demand_write(organisation)
    ready = core.load_pack(pack)
    batches = [b for b in LogBatch.objects.within(act.access).filter(organisation=organisation) if any(h.owns(b) for h in hosts)]
    if not batches:
        names = ", ".join(h.asset_id for h in hosts) or "no asset"
        raise BadInput(f"there are no logs of {names}", where="hunt", do="upload the access logs of the window first")
    files = FileStore(settings.HOME.files)
    owner = {str(b.public_id): next(h for h in hosts if h.owns(b)) for b in batches}
    sources = [
        core.Source(
            str(b.public_id),
            io.BytesIO(files.read(b.sha256)),
            host=owner[str(b.public_id)].asset_id,
            could_have_been_altered=b.from_host,
        )
        for b in batches
    ]
    result = core.hunt(sources, rules=ready.rules)
    margin = response_policy().margin_days
    windows = {h.asset_id: core.windows(first_exploited, fixed_at=h.fixed_at, at=act.at, margin_days=margin) for h in hosts}
    searched = [_searched(host, windows[host.asset_id], result, batches, ready.rules) for host in hosts]
    with transaction.atomic():
        hunt = Hunt.unscoped.create(
            organisation=organisation,
            response=response,
            at=act.at,
            by=act.who,
            pack=ready.name,
            pack_hash=ready.sha256,
            rules_given=result.coverage.rules_given,
            rules_ran=result.coverage.rules_ran,
            not_run=[{"id": n.id, "why": n.why} for n in result.coverage.not_run],
            hosts=searched,
            statement="",
        )
        hunt.batches.set(batches)
        found = _keep(hunt, result, {str(b.public_id): b for b in batches}, owner, windows, ready.rules)
        hunt.statement = " ".join(_sentence(h, hunt, found) for h in searched)
        hunt.save()
        document = {
            "pack": ready.name,
            "pack_hash": ready.sha256,
            "logs": sorted(b.sha256 for b in batches),
            "statement": hunt.statement,
            "detections": found,
        }
        record(act, organisation=organisation, what="hunt ran", subject=hunt.public_id, document=document)
    return hunt


def _searched(
    host: HostToHunt, windows: Windows, result: core.HuntResult, batches: Sequence[LogBatch], rules: RuleSet
) -> dict[str, Any]:
    """What the hunt could see of one host: the whole window until now, and the part until the fix."""
    runs = [run for run in result.runs if run.coverage.host == host.asset_id]
    coverage = Coverage(tuple(run.coverage for run in runs), rules.given, 0)
    whole = core.searched_hours(coverage, window=windows.after, host=host.asset_id)
    until_fix = core.searched_hours(coverage, window=windows.exploit, host=host.asset_id)
    ran = {rule for run in runs for rule in run.ran}
    could_not = {n.id: n.why for run in runs for n in run.could_not if n.id not in ran}
    return {
        "host": host.asset_id,
        "since": windows.after.start.isoformat(),
        "until": windows.after.until.isoformat(),
        "seen": whole.hours,
        "hours": whole.of,
        "unseen": [[a.isoformat(), b.isoformat()] for a, b in whole.unseen],
        "fixed_at": host.fixed_at.isoformat() if host.fixed_at else None,
        "seen_until_fix": until_fix.hours,
        "hours_until_fix": until_fix.of,
        "could_have_been_altered": any(b.from_host for b in batches if host.owns(b)),
        "rules_ran": len(ran),
        "rules_not_run": sorted(could_not),
        "why_not_run": could_not,
        "events": sum(run.coverage.events for run in runs),
        "unparsed": sum(run.coverage.unparsed for run in runs),
    }


def _keep(
    hunt: Hunt,
    result: core.HuntResult,
    batches: dict[str, LogBatch],
    owner: dict[str, HostToHunt],
    windows: dict[str, Windows],
    rules: RuleSet,
) -> dict[str, int]:
    """Keep the detections that lie in their window and are not known yet. Returns how many there are by host."""
    phases = {rule.id: rule.phase for rule in rules.rules}
    seen: Counter[tuple[str, str, str]] = Counter()
    found: Counter[str] = Counter()
    for d in result.detections:
        name = d.source[:36]  # a packed log's members are named after it
        batch, host = batches[name], owner[name]
        if d.time is not None and not _in_window(d.time, host, windows[host.asset_id], after=phases.get(d.rule) == "after"):
            continue
        same = (d.rule, batch.sha256, d.excerpt)
        seen[same] += 1
        found[host.asset_id] += 1
        Detection.unscoped.get_or_create(
            response=hunt.response,
            key=_key(d.rule, host.asset_id, d.excerpt, seen[same]),
            defaults={
                "organisation": hunt.organisation,
                "hunt": hunt,
                "rule": d.rule,
                "title": d.title[:300],
                "level": d.level[:30],
                "phase": phases.get(d.rule, ""),
                "host": host.asset_id,
                "source": batch.filename,
                "line": d.line,
                "time": d.time,
                "excerpt": _storable(d.excerpt)[:4000],
            },
        )
    return dict(found)


def _in_window(time: datetime, host: HostToHunt, windows: Windows, *, after: bool) -> bool:
    """Traces of the exploit count until the proven fix, all others without end: a host's clock may run ahead of ours."""
    fixed = host.fixed_at is not None and not after
    return windows.exploit.start <= time and not (fixed and time > windows.exploit.until)


def _storable(text: str) -> str:
    """Without NUL, which PostgreSQL cannot store; the file itself is kept as it came."""
    return text.replace("\0", "\N{SYMBOL FOR NULL}")


def _key(rule: str, host: str, excerpt: str, nth: int) -> str:
    """The same event found again, in a longer export of the same log, gets the same key."""
    return hashlib.sha256("\0".join([rule, host, excerpt, str(nth)]).encode()).hexdigest()


def _sentence(host: dict[str, Any], hunt: Hunt, found: dict[str, int]) -> str:
    traces = found.get(host["host"], 0)
    said = f"{traces} traces found" if traces > 1 else "one trace found" if traces else "no trace found in what was searched"
    hours, rules = f"{host['seen']} of {host['hours']} hours", f"{host['rules_ran']} of {hunt.rules_given} rules"
    return f"Searched {hours} of {host['host']} with {rules}: {said}."


def lines_around(detection: Detection, *, batches: Iterable[LogBatch], each_side: int = 10) -> list[tuple[int, str]]:
    """The lines of the log around a detection, numbered from 1; empty for a log that has no lines.

    Two logs may have one name: the right one holds what was found on that very line. Lines end where the reader ends them,
    at a line feed alone.
    """
    for batch in batches:
        if batch.filename == detection.source:
            text = FileStore(settings.HOME.files).read(batch.sha256).decode("utf-8", "replace").split("\n")
            first = max(detection.line - 1 - each_side, 0)
            if detection.line <= len(text) and detection.excerpt.strip()[:200] in _storable(text[detection.line - 1]):
                return [(n + 1, text[n][:2000]) for n in range(first, min(detection.line + each_side, len(text)))]
    return []
