"""What a hunt saw of a host, as it is kept in a row: read by the gate, the pages and whoever takes it elsewhere."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from wardround.core.hunts._hosts import HostCoverage, Lacking
from wardround.core.hunts._model import SourceRun
from wardround.core.vocab._hunting import Span
from wardround.hub.hunts.models import LogBatch


def spans(given: Iterable[Span]) -> list[list[str]]:
    """Stretches of time as JSON."""
    return [[a.isoformat(), b.isoformat()] for a, b in given]


def named(text: str, batches: Mapping[str, LogBatch]) -> str:
    """A sentence in which logs go by the names that people gave them."""
    for name, batch in batches.items():
        text = text.replace(name, batch.filename)
    return text


def host_document(
    seen: HostCoverage, lacking: Iterable[Lacking], *, fixed_at: datetime | None, batches: Mapping[str, LogBatch]
) -> dict[str, Any]:
    """One host: the hours of both phases, the rules with their hours, the sources with their gaps, and what would complete it."""
    why = {rule.id: named(rule.why, batches) for rule in seen.rules if rule.why}
    return {
        "host": seen.host,
        "since": seen.windows.after.start.isoformat(),
        "until": seen.windows.after.until.isoformat(),
        "seen": seen.whole.hours,
        "hours": seen.whole.of,
        "unseen": spans(seen.whole.unseen),
        "fixed_at": fixed_at.isoformat() if fixed_at else None,
        "seen_until_fix": seen.until_fix.hours,
        "hours_until_fix": seen.until_fix.of,
        "unseen_until_fix": spans(seen.until_fix.unseen),
        "could_have_been_altered": seen.could_have_been_altered,
        "rules_ran": len(seen.sighted),
        "rules_not_run": sorted(why),
        "why_not_run": why,
        "events": seen.events,
        "unparsed": seen.unparsed,
        "unread": [named(one, batches) for one in seen.unread],
        "rules": [
            {"id": r.id, "title": r.title, "phase": r.phase, "hours": r.hours, "of": r.of, "why": why.get(r.id, "")}
            for r in seen.rules
        ],
        "sources": [_source(run, batches) for run in seen.sources],
        "lacking": [
            {"what": named(one.what, batches), "spans": spans(one.spans), "hours": one.hours, "rules": list(one.rules)}
            for one in lacking
        ],
    }


def _source(run: SourceRun, batches: Mapping[str, LogBatch]) -> dict[str, Any]:
    """One log, or one file of a packed log."""
    own = run.coverage
    return {
        "name": named(own.source, batches),
        "batch": own.source[:36],
        "shape": own.shape,
        "sha256": own.sha256,
        "since": own.first.isoformat() if own.first else None,
        "until": own.last.isoformat() if own.last else None,
        "events": own.events,
        "unparsed": own.unparsed,
        "examples": list(own.unparsed_examples),
        "not_placed": run.not_placed,
        "gaps": spans(own.gaps),
        "could_have_been_altered": own.could_have_been_altered,
        "fields": list(run.fields),
        "rules_ran": sorted(run.ran),
        "zone": own.zone,
        "notes": list(own.notes),
    }
