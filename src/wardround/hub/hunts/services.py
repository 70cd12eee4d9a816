"""Keeping logs, hunting through them, and remembering what was searched."""

import hashlib
import io
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from io import BufferedIOBase
from typing import BinaryIO, cast

from django.db import transaction

from wardround.core import hunts as core
from wardround.core.alerts import response_policy
from wardround.core.hunts._again import hunt_again
from wardround.core.hunts._coverage import silences
from wardround.core.hunts._hosts import HostCoverage, host_coverage, lacking
from wardround.core.hunts._model import Windows
from wardround.core.hunts._packs import indicators_of
from wardround.core.hunts._statement import host_statement
from wardround.core.logs import unpacked
from wardround.core.logs._lines import lines
from wardround.core.logs._unpack import BROKEN
from wardround.core.sigma._model import RuleSet
from wardround.core.vocab import BadInput, WardroundError
from wardround.engines.hunting import FastSearcher, engine
from wardround.hub.audit.services import record
from wardround.hub.hunts.keeping import indicators_hash, keep_run, keep_searches, kept_searches, opened, store
from wardround.hub.hunts.models import Detection, Hunt, LogBatch
from wardround.hub.hunts.telling import host_document, named, spans
from wardround.hub.organisations.access import Act
from wardround.hub.organisations.models import Organisation

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


def add_log(
    act: Act, *, organisation: Organisation, host: str, data: bytes | BinaryIO, filename: str, from_host: bool = True
) -> LogBatch:
    """Keep one log of one host, and what it covers. The same file again changes nothing.

    A stream is read once, piece by piece. `from_host`: it was taken from the host itself; an intruder could have altered it.
    Raises BadInput when the host is not named or not one event can be read; nothing is kept then.
    """
    act.access.demand("logs.upload", organisation)
    if not host.strip():
        raise BadInput("is empty", where="host", do="name the host that the log comes from")
    with store().taking(io.BytesIO(data) if isinstance(data, bytes) else data) as taken:
        result = core.hunt([core.Source(filename, cast(BinaryIO, taken), host=host)], rules=NO_RULES)
        if taken.not_written:
            raise taken.not_written
        if not result.events:
            why = result.rejected[0].what if result.rejected else "no line of it could be read as a known kind of log"
            raise BadInput(why, where=filename, do="give an access log, a Windows event file or JSON lines")
    covers = [run.coverage for run in result.runs]
    sha = taken.sha256
    with transaction.atomic():
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
                "gaps": spans(silences(covers)),
                "from_host": from_host,
                "added_at": act.at,
                "added_by": act.who,
            },
        )
        if batch.removed_at:
            batch.removed_at = None
            batch.save(update_fields=["removed_at"])
            record(act, organisation=organisation, what="log added again", subject=batch.public_id, document={"sha256": sha})
        if new:
            document = {"host": host, "sha256": sha, "events": batch.events, "unparsed": batch.unparsed, "from_host": from_host}
            record(act, organisation=organisation, what="log added", subject=batch.public_id, document=document)
    return batch


def run_hunt(
    act: Act,
    *,
    organisation: Organisation,
    response: uuid.UUID,
    pack: str,
    first_exploited: datetime,
    hosts: Sequence[HostToHunt],
    why: str = "",
) -> Hunt:
    """Run a pack over every log of these hosts, and keep what was searched and what was found.

    What an earlier hunt searched already, with the same rules, is not read again: the result is that of a whole hunt.
    Traces of the exploit count until the proven fix, traces of what comes after one until now. Raises BadInput when no
    host is given or none of them has a log.
    """
    act.access.demand("hunt.run", organisation)
    ready = core.load_pack(pack)
    batches = _logs_of(act, organisation, hosts)
    owner = {str(b.public_id): next(h for h in hosts if h.owns(b)) for b in batches}
    assets = {name: host.asset_id for name, host in owner.items()}
    logs = {str(b.public_id): partial(opened, b, host=assets[str(b.public_id)]) for b in batches}
    known = kept_searches(batches, hosts=assets, pack=ready.name)
    before = {name: searched for name, (_, searched) in known.items()}
    again = hunt_again(logs, rules=ready.rules, known=before, searching=FastSearcher, indicators=indicators_of(ready))
    result = again.result
    margin = response_policy().margin_days
    windows = {h.asset_id: core.windows(first_exploited, fixed_at=h.fixed_at, at=act.at, margin_days=margin) for h in hosts}
    seen = {h: host_coverage(result, host=h.asset_id, windows=windows[h.asset_id], rules=ready.rules) for h in hosts}
    by_id = {str(b.public_id): b for b in batches}
    documents = keep_searches(act, again, known=known, batches=batches, hosts=assets, pack=ready.name)
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
            not_run=[{"id": n.id, "why": named(n.why, by_id), "reason": n.reason} for n in result.coverage.not_run],
            hosts=[host_document(one, lacking(one, ready.rules), fixed_at=h.fixed_at, batches=by_id) for h, one in seen.items()],
            statement="",
            why=why,
            new={"logs": len(again.new), "rules": max(again.new.values(), default=0), "of": len(batches)},
            engine=engine(),
            indicators_hash=indicators_hash(ready),
        )
        hunt.batches.set(batches)
        found = _keep(hunt, result, by_id, owner, windows, ready.rules)
        _state(hunt, seen, found)
        hunt.document = keep_run(hunt, again, pack=ready, batches=batches, documents=documents)
        hunt.save()
        _record(act, hunt, batches, found)
    return hunt


def _logs_of(act: Act, organisation: Organisation, hosts: Sequence[HostToHunt]) -> list[LogBatch]:
    rows = LogBatch.objects.within(act.access).filter(organisation=organisation)
    found = [b for b in rows if any(h.owns(b) for h in hosts)]
    if found and all(b.removed_at for b in found):
        raise BadInput(
            f"the logs of {found[0].host} were removed on {found[0].removed_at:%d %b %Y} under the rules of retention",
            where="hunt",
            do="what was searched before stays as it was; upload a log again to search it anew",
        )
    if not found:
        names = ", ".join(h.asset_id for h in hosts) or "no asset"
        raise BadInput(f"there are no logs of {names}", where="hunt", do="upload the access logs of the window first")
    return [b for b in found if not b.removed_at]


def _state(hunt: Hunt, seen: Mapping[HostToHunt, HostCoverage], found: Mapping[str, Counter[str]]) -> None:
    """Say of each host, and of all together, what was searched and found."""
    for (host, one), kept in zip(seen.items(), hunt.hosts, strict=True):
        counts = found[host.asset_id]
        kept["said"] = list(host_statement(one, found=counts.total(), scans=counts["scan"]))
    hunt.statement = " ".join(said for kept in hunt.hosts for said in kept["said"])


def _record(act: Act, hunt: Hunt, batches: Sequence[LogBatch], found: Mapping[str, Counter[str]]) -> None:
    document = {
        "pack": hunt.pack,
        "pack_hash": hunt.pack_hash,
        "logs": sorted(b.sha256 for b in batches),
        "statement": hunt.statement,
        "detections": {host: phases.total() for host, phases in found.items() if phases},
        "document": hunt.document,
        "searched anew": hunt.new,
    }
    record(act, organisation=hunt.organisation, what="hunt ran", subject=hunt.public_id, document=document)


def _keep(
    hunt: Hunt,
    result: core.HuntResult,
    batches: dict[str, LogBatch],
    owner: dict[str, HostToHunt],
    windows: dict[str, Windows],
    rules: RuleSet,
) -> dict[str, Counter[str]]:
    """Keep the detections that lie in their window and are not known yet. Returns how many there are by host and phase."""
    correlated = {one.id: one.phase for one in rules.correlations}
    phases = {rule.id: rule.phase for rule in rules.rules} | correlated
    seen: Counter[tuple[str, str, str]] = Counter()
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for d in result.detections:
        name = d.source[:36]  # a packed log's members are named after it
        batch, host = batches[name], owner[name]
        phase = phases.get(d.rule, "")  # an indicator has none
        if d.time is not None and not _in_window(d.time, host, windows[host.asset_id], after=phase in ("after", "")):
            continue
        excerpt = named(d.excerpt, batches) if d.rule in correlated else d.excerpt
        same = (d.rule, batch.sha256, excerpt)
        seen[same] += 1
        found[host.asset_id][phase] += 1
        Detection.unscoped.get_or_create(
            response=hunt.response,
            key=_key(d.rule, host.asset_id, excerpt, seen[same]),
            defaults={
                "organisation": hunt.organisation,
                "hunt": hunt,
                "rule": d.rule[:100],
                "title": d.title[:300],
                "level": d.level[:30],
                "phase": phase,
                "host": host.asset_id,
                "source": batch.filename,
                "line": d.line,
                "time": d.time,
                "excerpt": _storable(excerpt)[:4000],
            },
        )
    return found


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


def lines_around(detection: Detection, *, batches: Iterable[LogBatch], each_side: int = 10) -> list[tuple[int, str]]:
    """The lines of the log around a detection, numbered from 1; empty for a log that has no lines.

    Two logs may have one name, and a packed log holds several: the right one holds what was found on that very line. Lines are
    those of the reader. Raises WardroundError for a log that is not kept any more.
    """
    sought = detection.excerpt.strip()[:200]
    for batch in batches:
        if batch.filename == detection.source:
            with store().open(batch.sha256) as file:
                for source in unpacked(core.Source(batch.filename, file), rejected=[]):
                    shown = _around(source, detection.line, each_side)
                    if any(number == detection.line and sought in text for number, text in shown):
                        return [(number, text[:2000]) for number, text in shown]
    return []


def _around(source: core.Source, line: int, each_side: int) -> list[tuple[int, str]]:
    """The lines from so many before to so many after; nothing that comes later is read."""
    found = []
    try:
        for number, data in lines(cast(BufferedIOBase, source.stream)):
            if number > line + each_side:
                break
            if number >= line - each_side:
                found.append((number, _storable((data or b"").decode("utf-8", "replace"))))
    except (WardroundError, *BROKEN):
        return found
    return found
